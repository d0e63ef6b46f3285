//! The same bytes each time, a signature that verifies, and refusals, with programs that pack in no time.

use std::path::Path;

use super::{PROGRAMS, found, release, run, text};
use crate::harness::helpers;

/// Scripts that start the programs under test.
pub(super) fn stand_ins(folder: &Path) {
    std::fs::create_dir(folder).unwrap();
    for program in PROGRAMS {
        let path = folder.join(program);
        let start = format!(
            "#!/bin/sh\nexec '{}' \"$@\"\n",
            text(&helpers().join(program))
        );
        super::script(&path, &start);
    }
}

#[test]
#[ignore = "needs packages of PyPI: scripts/test"]
fn a_release_has_the_same_bytes_each_time() {
    let place = tempfile::tempdir().unwrap();
    let programs = place.path().join("programs");
    stand_ins(&programs);
    let sums = ["one", "two"].map(|name| {
        let output = place.path().join(name);
        release(&programs, &output, &["--url", "https://example.com/v1"]);
        std::fs::read_to_string(output.join("SHA256SUMS")).unwrap()
    });
    assert_eq!(sums[0], sums[1]);
    for end in [".tar.gz", ".whl", ".deb", ".rpm", ".apk", ".cdx.json"] {
        let listed = sums[0].lines().any(|line| line.ends_with(end));
        assert!(listed, "{end} is not in SHA256SUMS:\n{}", sums[0]);
    }
}

#[test]
#[ignore = "needs packages of PyPI: scripts/test"]
fn the_bill_of_materials_lists_what_ships_and_no_crate_of_the_tests() {
    let place = tempfile::tempdir().unwrap();
    let programs = place.path().join("programs");
    stand_ins(&programs);
    let output = place.path().join("dist");
    release(&programs, &output, &[]);
    let names = super::systems::billed(&output, "x86_64-linux");
    for name in [
        "rustls",
        "ring",
        "reqwest",
        "aws-sdk-sts",
        "musl",
        "rust-std",
    ] {
        assert!(names.contains(name), "{name}: {names:?}");
    }
    // Of the tests, a procedural macro, another system's, and ourselves.
    for name in [
        "proptest",
        "rcgen",
        "serde_derive",
        "windows-sys",
        "git-codecommit",
    ] {
        assert!(!names.contains(name), "{name} does not ship: {names:?}");
    }
}

#[test]
#[ignore = "needs packages of PyPI: scripts/test"]
fn a_throwaway_key_signs_and_a_changed_file_does_not_verify() {
    let Some(minisign) = found("minisign") else {
        return local_aws::skip_even_in_ci("minisign");
    };
    let place = tempfile::tempdir().unwrap();
    let (key, public) = (place.path().join("key"), place.path().join("key.pub"));
    let made = ["-G", "-W", "-s", text(&key), "-p", text(&public)];
    run(&minisign, &made).succeeded();
    let programs = place.path().join("programs");
    stand_ins(&programs);
    let output = place.path().join("dist");
    release(&programs, &output, &["--sign", text(&key)]);
    let sums = output.join("SHA256SUMS");
    let verify = ["-V", "-p", text(&public), "-m", text(&sums)];
    let said = run(&minisign, &verify).succeeded();
    assert!(said.stdout.contains(super::VERSION), "{said:?}");
    let mut changed = std::fs::read(&sums).unwrap();
    changed[0] ^= 1;
    std::fs::write(&sums, changed).unwrap();
    run(&minisign, &verify).failed();
}

#[test]
fn a_folder_with_other_files_is_not_emptied() {
    let place = tempfile::tempdir().unwrap();
    let programs = place.path().join("programs");
    stand_ins(&programs);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/release");
    let arguments = [
        "--programs",
        text(&programs),
        "--output",
        text(place.path()),
    ];
    let said = run(&script, &arguments);
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(
        said.stderr
            .contains("holds files that are not of a release"),
        "{said:?}"
    );
    assert!(programs.join("git-codecommit").exists());
    let said = run(&script, &["wasm32-unknown-unknown"]);
    assert_eq!(said.code, Some(2), "{said:?}");
}
