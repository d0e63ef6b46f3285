//! The manifests of package managers: made from the archives of one release, with their hashes.

use std::path::Path;

use super::{Outcome, run, text};

pub(super) const VERSION: &str = "1.2.3";
pub(super) const URL: &str = "https://example.com/project/releases/download/v1.2.3";

/// Fills in the templates for a release that has the archives of these platforms.
fn manifests(output: &Path, platforms: &[&str]) -> Outcome {
    for platform in platforms {
        let file = output.join(format!("git-codecommit-{VERSION}-{platform}"));
        std::fs::write(file, platform).unwrap();
    }
    of_release(output).succeeded()
}

/// Fills in the templates for the archives in a folder.
pub(super) fn of_release(output: &Path) -> Outcome {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/manifests.py");
    let arguments = [text(&script), VERSION, URL, text(output)];
    run(Path::new("python3"), &arguments)
}

fn read(output: &Path, name: &str) -> String {
    std::fs::read_to_string(output.join("packaging").join(name)).unwrap()
}

/// The SHA-256 of a file, as another program computes it.
fn hash(output: &Path, platform: &str) -> String {
    let file = output.join(format!("git-codecommit-{VERSION}-{platform}"));
    let said = run(Path::new("sha256sum"), &[text(&file)]).succeeded();
    said.stdout[..64].to_owned()
}

#[test]
fn a_release_for_linux_has_the_manifests_that_need_no_other_archive() {
    let place = tempfile::tempdir().unwrap();
    let output = place.path();
    let said = manifests(output, &["x86_64-linux.tar.gz", "source.tar.gz"]);
    for left_out in ["scoop.json", "winget/git-codecommit.installer.yaml"] {
        let line = format!("{left_out}: left out, for the release has no x86_64_windows_");
        assert!(said.stdout.contains(&line), "{said:?}");
        assert!(!output.join("packaging").join(left_out).exists());
    }
    let (linux, source) = (
        hash(output, "x86_64-linux.tar.gz"),
        hash(output, "source.tar.gz"),
    );
    let address = format!("{URL}/git-codecommit-{VERSION}-x86_64-linux.tar.gz");
    for name in [
        "git-codecommit.rb",
        "docker/Dockerfile",
        "action/action.yml",
    ] {
        let manifest = read(output, name);
        assert!(
            manifest.contains(&linux) && manifest.contains(&address),
            "{manifest}"
        );
        assert!(
            !manifest.contains('@') || !manifest.contains("@{"),
            "{manifest}"
        );
        let others = ["on_macos", "on_arm", "ARM64", "@if", "@end"];
        assert!(
            others.iter().all(|word| !manifest.contains(word)),
            "{manifest}"
        );
    }
    assert!(read(output, "conda-forge/recipe.yaml").contains(&source));
}

/// Makes the manifests of a release for every system.
pub(super) fn of_every_system(output: &Path) -> Outcome {
    let platforms = [
        "x86_64-linux.tar.gz",
        "aarch64-linux.tar.gz",
        "x86_64-macos.tar.gz",
        "aarch64-macos.tar.gz",
        "x86_64-windows.zip",
        "source.tar.gz",
    ];
    manifests(output, &platforms)
}

#[test]
fn a_release_for_every_system_has_every_manifest() {
    let place = tempfile::tempdir().unwrap();
    let output = place.path();
    let said = of_every_system(output);
    assert_eq!(said.stdout, "");
    let formula = read(output, "git-codecommit.rb");
    for platform in [
        "x86_64-linux.tar.gz",
        "aarch64-linux.tar.gz",
        "x86_64-macos.tar.gz",
        "aarch64-macos.tar.gz",
    ] {
        assert!(
            formula.contains(&hash(output, platform)),
            "{platform}: {formula}"
        );
    }
    let action = read(output, "action/action.yml");
    for runner in [
        "Linux-ARM64) file=",
        "macOS-ARM64) file=",
        "macOS-X64) file=",
        "Windows-X64) file=",
    ] {
        assert!(action.contains(runner), "{runner}: {action}");
    }
    let image = read(output, "docker/Dockerfile");
    for stage in ["AS archive-amd64\n", "AS archive-arm64\n"] {
        assert!(image.contains(stage), "{stage}: {image}");
    }
    let windows = hash(output, "x86_64-windows.zip");
    let scoop: serde_json::Value = serde_json::from_str(&read(output, "scoop.json")).unwrap();
    assert_eq!(scoop["architecture"]["64bit"]["hash"], windows);
    let winget = read(output, "winget/git-codecommit.installer.yaml");
    assert!(winget.contains(&windows.to_uppercase()), "{winget}");
}

/// Fills in the templates of Cargo.toml as cargo-binstall does, for the system that it runs on.
const BINSTALL: &str = r#"
import sys, tomllib
sys.path.insert(0, "packaging")
from manifests import ARCHIVES
manifest = tomllib.load(open("Cargo.toml", "rb"))["package"]
settings = manifest["metadata"]["binstall"]
for target in sys.argv[1:]:
    chosen = settings | settings["overrides"].get(target, {})
    values = {"repo": "https://example.com", "name": manifest["name"], "version": manifest["version"],
              "target-arch": target.split("-")[0], "bin": "git-codecommit"}
    filled = {}
    for key in "pkg-url", "bin-dir":
        text = chosen[key]
        for name, value in values.items():
            text = text.replace("{ " + name + " }", value)
        filled[key] = text
    file = filled["pkg-url"].split("/")[-1]
    base = f'{manifest["name"]}-{manifest["version"]}-'
    is_known = file.removeprefix(base) in ARCHIVES.values() and "{" not in "".join(filled.values())
    is_kind = file.endswith({"tgz": ".tar.gz", "zip": ".zip"}[chosen["pkg-fmt"]])
    print(target, file.removeprefix(base), filled["bin-dir"].removeprefix(base), is_known and is_kind)
"#;

#[test]
fn cargo_binstall_finds_the_archive_of_each_target() {
    let targets = [
        "x86_64-unknown-linux-gnu",
        "aarch64-unknown-linux-musl",
        "aarch64-apple-darwin",
        "x86_64-apple-darwin",
        "x86_64-pc-windows-msvc",
        "x86_64-pc-windows-gnu",
    ];
    let said = run(
        Path::new("python3"),
        &[&["-B", "-c", BINSTALL], &targets[..]].concat(),
    )
    .succeeded();
    let expected = "\
        x86_64-unknown-linux-gnu x86_64-linux.tar.gz x86_64-linux/git-codecommit True\n\
        aarch64-unknown-linux-musl aarch64-linux.tar.gz aarch64-linux/git-codecommit True\n\
        aarch64-apple-darwin aarch64-macos.tar.gz aarch64-macos/git-codecommit True\n\
        x86_64-apple-darwin x86_64-macos.tar.gz x86_64-macos/git-codecommit True\n\
        x86_64-pc-windows-msvc x86_64-windows.zip x86_64-windows/git-codecommit.exe True\n\
        x86_64-pc-windows-gnu x86_64-windows.zip x86_64-windows/git-codecommit.exe True\n";
    assert_eq!(said.stdout, expected);
}
