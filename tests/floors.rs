//! `scripts/floors` says no to an import that runs upward and to a circle of files.

use std::path::Path;
use std::process::Command;

const ORDER: &str = "# Architecture\n\n```floors\nerror.rs\nlow/\nhigh/\n```\n";

/// What the script prints about a checkout with these files, and its exit code.
#[expect(
    clippy::disallowed_methods,
    reason = "tests start the programs they test"
)]
fn floors(files: &[(&str, &str)]) -> (Option<i32>, String) {
    let checkout = tempfile::tempdir().unwrap();
    let house = [
        ("docs/ARCHITECTURE.md", ORDER),
        ("src/lib.rs", "pub mod high;\nmod error;\nmod low;\n"),
        ("src/error.rs", "pub struct Error;\n"),
        (
            "src/low/mod.rs",
            "pub use stone::Stone;\nmod sand;\nmod stone;\n",
        ),
        (
            "src/low/stone.rs",
            "use crate::error::Error;\npub struct Stone(Error);\n",
        ),
        ("src/low/sand.rs", "pub fn sand() {}\n"),
        (
            "src/high/mod.rs",
            "use crate::{error::Error, low::Stone};\npub fn roof(_: Stone) -> Error { Error }\n",
        ),
    ];
    for (path, text) in house.iter().chain(files) {
        let file = checkout.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/floors");
    let said = Command::new("python3")
        .args([&script, checkout.path()])
        .output()
        .unwrap();
    let text = [said.stdout, said.stderr].concat();
    (said.status.code(), String::from_utf8(text).unwrap())
}

#[test]
fn imports_that_run_down_are_allowed() {
    let said = floors(&[]);
    let counts = "5 files on 3 floors: 3 imports, 0 upward, 0 circles\n";
    assert_eq!(said, (Some(0), counts.to_owned()));
}

#[test]
fn an_import_that_runs_up_is_named_whatever_form_it_has() {
    for import in [
        "use crate::high::roof;",
        "use crate::{high::{roof, self}};",
        "use super::super::high::roof as cover;",
        "use crate::high;\nfn f() { high::roof() }",
        "fn f() { crate::high::roof() }",
        "#[cfg(unix)]\nfn f() { let _ = (\"{\", '\"', crate::high::roof()); }",
        "use crate::high::*;\nfn f() { roof() }",
    ] {
        let (code, text) = floors(&[("src/low/sand.rs", import)]);
        assert_eq!(code, Some(1), "{import}: {text}");
        assert_eq!(
            text,
            "5 files on 3 floors: 4 imports, 1 upward, 0 circles\n\
             scripts/floors: an import runs upward, from floor 2 to floor 3: src/low/sand.rs -> src/high/mod.rs: roof\n",
            "{import}"
        );
    }
}

#[test]
fn a_circle_is_named_with_its_shortest_way_round() {
    let stone = "use super::sand::sand;\npub struct Stone;\nfn f() { sand() }\n";
    let sand = "use crate::low::Stone;\npub fn sand() -> Stone { Stone }\n";
    let (code, text) = floors(&[("src/low/stone.rs", stone), ("src/low/sand.rs", sand)]);
    assert_eq!(code, Some(1), "{text}");
    assert_eq!(
        text,
        "5 files on 3 floors: 4 imports, 0 upward, 1 circles\n\
         scripts/floors: 2 files import each other in a circle: src/low/sand.rs src/low/stone.rs\n\
         \x20 src/low/sand.rs -> src/low/stone.rs: Stone\n\
         \x20 src/low/stone.rs -> src/low/sand.rs: sand\n"
    );
}

#[test]
fn a_folder_and_its_own_file_can_be_a_circle() {
    let low = "pub use stone::Stone;\nmod sand;\nmod stone;\npub struct Error;\npub fn heap() { sand::sand(); }\n";
    let sand = "use super::Error;\npub fn sand() -> Error { Error }\n";
    let (code, text) = floors(&[("src/low/mod.rs", low), ("src/low/sand.rs", sand)]);
    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("a circle: src/low/mod.rs src/low/sand.rs\n"),
        "{text}"
    );
}

#[test]
fn what_is_compiled_for_tests_only_is_left_out() {
    let sand = "pub fn sand() {}\n\n#[cfg(test)]\nuse crate::high;\n\n\
                // crate::high::roof\n#[cfg(test)]\nmod tests {\n    use crate::high::roof;\n}\n";
    let (code, text) = floors(&[("src/low/sand.rs", sand)]);
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn each_file_is_on_a_floor_and_each_floor_has_files() {
    let order = "```floors\nerror.rs cellar/\nlow/\n```\n";
    let (code, text) = floors(&[("docs/ARCHITECTURE.md", order)]);
    assert_eq!(code, Some(1), "{text}");
    for problem in [
        "src/high/mod.rs is on no floor of docs/ARCHITECTURE.md",
        "docs/ARCHITECTURE.md puts src/cellar/ on a floor, but there is no such file",
    ] {
        assert!(text.contains(problem), "{text}");
    }
    let (code, text) = floors(&[("docs/ARCHITECTURE.md", "# Architecture\n")]);
    assert_eq!(code, Some(1), "{text}");
    let problem = "docs/ARCHITECTURE.md has no block that starts with ```floors";
    assert!(text.contains(problem), "{text}");
}
