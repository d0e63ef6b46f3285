//! The commands of the guides, run as they stand: what they print is what the guides say.
//!
//! `UPDATE_GUIDES=1 cargo nextest run guides` writes what they print into the guides instead.

mod page;
pub(crate) mod space;

use std::fs;
use std::path::Path;

use crate::harness::is_inside;
use space::Space;

/// Does what a guide says, and compares.
#[expect(clippy::disallowed_methods, reason = "a person asks for new text")]
fn follow(guide: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let then = fs::read_to_string(folder.join(guide)).unwrap();
    // Kept open: the folder may be hidden by the space's own.
    let folder = fs::File::open(&folder).unwrap();
    let now = page::read(&then, &mut Space::new());
    if now == then {
        return;
    }
    if std::env::var_os("UPDATE_GUIDES").is_some() {
        let descriptor = std::os::fd::AsRawFd::as_raw_fd(&folder);
        fs::write(format!("/proc/self/fd/{descriptor}/{guide}"), now).unwrap();
        return;
    }
    let at = then
        .lines()
        .zip(now.lines())
        .take_while(|(a, b)| a == b)
        .count();
    let from = |text: &str| {
        text.lines()
            .skip(at)
            .take(12)
            .collect::<Vec<_>>()
            .join("\n")
    };
    panic!(
        "docs/{guide}, line {}: the guide says\n{}\n-- and now it is\n{}\n-- UPDATE_GUIDES=1 takes it over",
        at + 1,
        from(&then),
        from(&now)
    );
}

#[test]
fn the_users_guide_shows_what_is_printed() {
    let name = "guides::the_users_guide_shows_what_is_printed";
    if is_inside(name, space::NETWORK) {
        follow("user-guide.md");
    }
}

#[test]
fn the_administrators_guide_shows_what_is_printed() {
    let name = "guides::the_administrators_guide_shows_what_is_printed";
    if is_inside(name, space::NETWORK) {
        follow("admin-guide.md");
    }
}
