//! The GitHub Action of a release, run as a runner of each kind would: with its variables, and a curl that has the archives.

use std::path::Path;

use local_aws::{lacks, skip_even_in_ci};

use super::manifests::{URL, VERSION, of_release};
use super::{Outcome, run, script, text};

/// Writes an archive of the programs for a platform, each of which says for which one it is.
fn archive(output: &Path, platform: &str) {
    let name = format!("git-codecommit-{VERSION}-{platform}");
    let folder = output.join(&name);
    std::fs::create_dir_all(folder.join("completions")).unwrap();
    std::fs::write(folder.join("completions/git-codecommit.bash"), "").unwrap();
    let end = if platform.ends_with("-windows") {
        ".exe"
    } else {
        ""
    };
    script(
        &folder.join(format!("git-codecommit{end}")),
        &format!("#!/bin/sh\necho for {platform}\n"),
    );
    let pack = if platform.ends_with("-windows") {
        format!(
            "SOURCE_DATE_EPOCH=0 python3 packaging/zip.py '{0}' '{0}.zip'",
            text(&folder)
        )
    } else {
        format!(
            "tar -C '{}' -czf '{}.tar.gz' {name}",
            text(output),
            text(&folder)
        )
    };
    run(Path::new("sh"), &["-c", &pack]).succeeded();
}

/// Runs the action's commands on a runner.
fn act(output: &Path, runner: &str) -> Outcome {
    let action = std::fs::read_to_string(output.join("packaging/action/action.yml")).unwrap();
    let (_, lines) = action.split_once("      run: |").unwrap();
    let commands: String = lines
        .lines()
        .skip(1)
        .map(|line| format!("{}\n", line.strip_prefix("        ").unwrap_or(line)))
        .collect();
    let place = output.join(format!("on {runner}"));
    std::fs::create_dir_all(&place).unwrap();
    // Its last arguments are --output FILE URL; it has nothing but the release.
    let curl = format!(
        "#!/bin/sh\nfor last; do :; done\ncase $last in {URL}/*) cp '{}/'\"${{last##*/}}\" archive ;; *) exit 22 ;; esac\n",
        text(output)
    );
    script(&place.join("curl"), &curl);
    script(&place.join("commands"), &commands);
    let (system, processor) = runner.split_once('-').unwrap();
    let start = format!(
        "RUNNER_OS={system} RUNNER_ARCH={processor} RUNNER_TEMP='{0}' GITHUB_PATH='{0}/path' PATH='{0}':$PATH bash '{0}/commands'",
        text(&place)
    );
    run(Path::new("sh"), &["-c", &start])
}

#[test]
fn the_action_puts_the_programs_of_its_runner_on_path() {
    if lacks("unzip") {
        return skip_even_in_ci("unzip");
    }
    let place = tempfile::tempdir().unwrap();
    let output = place.path();
    let runners = [
        ("Linux-X64", "x86_64-linux"),
        ("Linux-ARM64", "aarch64-linux"),
        ("macOS-X64", "x86_64-macos"),
        ("macOS-ARM64", "aarch64-macos"),
        ("Windows-X64", "x86_64-windows"),
    ];
    for (_, platform) in runners {
        archive(output, platform);
    }
    of_release(output).succeeded();
    for (runner, platform) in runners {
        let said = act(output, runner).succeeded();
        assert_eq!(said.stdout, format!("for {platform}\n"));
        // A second time in one job is the first time again.
        act(output, runner).succeeded();
        let path = output.join(format!("on {runner}/path"));
        let expected = output.join(format!("on {runner}/git-codecommit"));
        assert_eq!(
            std::fs::read_to_string(path).unwrap(),
            format!("{0}\n{0}\n", expected.display())
        );
    }
    let said = act(output, "Linux-RISCV64").failed();
    assert!(
        said.stdout.contains("has no archive for Linux on RISCV64"),
        "{said:?}"
    );
    // An archive that was changed after the release.
    let changed = output.join(format!("git-codecommit-{VERSION}-x86_64-linux.tar.gz"));
    let other = output.join(format!("git-codecommit-{VERSION}-aarch64-linux.tar.gz"));
    std::fs::copy(other, changed).unwrap();
    std::fs::remove_dir_all(output.join("on Linux-X64")).unwrap();
    let said = act(output, "Linux-X64").failed();
    assert_eq!(said.stdout, "", "{said:?}");
    assert!(!output.join("on Linux-X64/path").exists());
}
