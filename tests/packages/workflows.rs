//! The workflows run other people's code: each action is pinned by hash, and no job has more rights than it names.

use std::path::Path;

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
