//! Somebody replaces the archive while a space starts.

use super::{CONTRIBUTOR_ROLE, archive, lifecycle_script_from, program, read, shell, space};
use crate::harness::{Outcome, every_git};

#[test]
fn an_archive_that_is_replaced_after_its_hash_was_taken_is_not_used() {
    let studio = space(&every_git()[0]);
    let ran = studio.place().join("ran");
    let evil = format!("touch {}\n", ran.display());
    studio.write("evil/install.sh", &evil);
    studio.write("evil/git-codecommit", &evil);
    shell(&studio.home(), "tar -czf ../evil.tar.gz evil; rm -r evil");
    let (good, sum) = archive();
    let source = studio.place().join("source.tar.gz");
    std::fs::copy(good, &source).unwrap();
    let source_text = source.display();
    let shim = program(
        &studio,
        "shims/sha256sum",
        &format!(
            "#!/bin/sh\n/usr/bin/sha256sum \"$@\"\ncp '{}' '{source_text}'\n",
            studio.place().join("evil.tar.gz").display()
        ),
    );
    let script = lifecycle_script_from(&studio, &format!("file://{source_text}"), &sum, &[]);
    let mut command = studio.command(".", &script, &[]);
    let shims = shim.parent().unwrap().display();
    command.env("PATH", format!("{shims}:/usr/bin:/bin"));
    let said = Outcome::of(command, "").succeeded();
    assert_eq!(said.stderr, "git-codecommit: ready\n");
    assert!(!ran.exists());
    assert_ne!(
        shell(studio.place(), "sha256sum < source.tar.gz")[..64],
        sum
    );
    assert!(read(&studio, ".aws/config").contains(CONTRIBUTOR_ROLE));
}
