//! What an administrator types reaches the script as it was meant, or not at all.

use super::{archive, lifecycle_script_from, space, start_of_space};
use crate::harness::{Outcome, Studio, every_git};

/// `studio lifecycle-script` with one argument more, or another value for one.
fn asked(studio: &Studio, changed: &str, value: &str) -> Outcome {
    let sum = "0".repeat(64);
    let mut arguments = vec!["studio".to_owned(), "lifecycle-script".to_owned()];
    let known = [
        ("--source", "s3://bucket/key"),
        ("--sha256", &sum),
        ("--role-arn", local_aws::CONTRIBUTOR_ROLE),
        ("--region", "eu-west-1"),
    ];
    for (name, usual) in known {
        let value = if name == changed { value } else { usual };
        arguments.push(format!("{name}={value}"));
    }
    if !known.iter().any(|(name, _)| *name == changed) {
        arguments.push(format!("{changed}={value}"));
    }
    if changed == "--clone" {
        arguments.push("--repo=demo-repo".into());
    }
    if changed == "--domain-id" {
        arguments.push("--commands".into());
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    studio.helper("git-codecommit", &arguments, "")
}

#[test]
fn a_value_that_is_no_name_is_refused_before_there_is_a_script() {
    let studio = space(&every_git()[0]);
    let bad = [
        "", "x'y", "x\"y", "x\ny", "x\ry", "$(x)", "`x`", "x;y", "x\\y",
    ];
    let arns = bad.map(|bad| format!("arn:aws:iam::111111111111:role/{bad}"));
    let arns: Vec<&str> = arns.iter().map(String::as_str).collect();
    for (name, values) in [
        ("--role-arn", &arns[..]),
        ("--region", &bad),
        ("--profile", &bad),
        ("--source-profile", &bad),
        ("--external-id", &bad),
        ("--role-session-name", &bad),
        ("--repo", &bad),
        ("--sha256", &bad),
        ("--domain-id", &bad),
        (
            "--source",
            &["", "key", "s3://b/x\ny", "https://h/x y", "http://h/x"],
        ),
        ("--clone", &["", "~", "x\ny", "x\ry"]),
    ] {
        for value in values {
            let said = asked(&studio, name, value).failed();
            assert_eq!(
                (said.code, said.stdout.as_str()),
                (Some(2), ""),
                "{name} {value:?}"
            );
            assert_eq!(
                said.said()
                    .lines()
                    .filter(|l| !l.starts_with("hint"))
                    .count(),
                1
            );
        }
    }
    // A clone must be of something.
    let said = asked(&studio, "--source", "https://u:s3cret@h/x").failed();
    assert!(!said.stderr.contains("s3cret"), "{said:?}");
    assert_eq!(said.code, Some(2));
}

#[test]
fn odd_folders_and_addresses_are_words() {
    let studio = space(&every_git()[0]);
    let (archive, sum) = archive();
    let odd = "it's$(touch${IFS}pwned)`touch${IFS}pwned`;\"&";
    let folder = studio.place().join(odd);
    std::fs::create_dir(&folder).unwrap();
    std::os::unix::fs::symlink(archive, folder.join("x.tar.gz")).unwrap();
    let source = format!("file://{}/x.tar.gz", folder.display());
    let clone = format!("--clone=work/{odd} x");
    let script = lifecycle_script_from(&studio, &source, &sum, &["--repo=demo-repo", &clone]);
    let said = start_of_space(&studio, &script).succeeded();
    assert_eq!(said.stderr, "git-codecommit: ready\n");
    let head = studio
        .home()
        .join(format!("work/{odd} x/.git/refs/remotes/origin/HEAD"));
    for _ in 0..400 {
        if head.exists() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert!(head.exists());
    assert!(!studio.home().join("pwned").exists());
}
