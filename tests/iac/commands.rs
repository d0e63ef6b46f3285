//! The AWS CLI's commands that are printed, and the ways an archive comes from S3.

use std::path::Path;

use serde_json::Value;

use super::{ROOT, git_codecommit, lifecycle, python, said};

/// The AWS CLI, as far as it works without AWS: parameters are checked by its models; what the service would
/// have answered is in `domain.json` and, by name, in `there.json`; `--query` is done by its own JMESPath.
const AWS: &str = r#"#!/bin/sh
echo "$*" >> "$PLACE/calls"
case "$1 $2" in
  'sagemaker describe-studio-lifecycle-config' | 'sagemaker describe-domain')
    exec "$IAC_PYTHON" - "$PLACE" "$@" <<'PYTHON'
import json, jmespath, sys
place, arguments = sys.argv[1], sys.argv[2:]
if arguments[1] == "describe-domain":
    answer = json.load(open(place + "/domain.json"))
else:
    answer = json.load(open(place + "/there.json")).get(arguments[3]) or sys.exit(254)
found = jmespath.search(arguments[arguments.index("--query") + 1], answer)
if arguments[arguments.index("--output") + 1] == "text":
    print("\t".join(str(value) for value in found))
else:
    print(json.dumps(found))
PYTHON
    ;;
esac
"$IAC_PYTHON" -m awscli "$@" --generate-cli-skeleton output >/dev/null || exit
name=$(echo "$*" | sed 's/.*config-name \([^ ]*\).*/\1/')
echo "arn:aws:sagemaker:eu-west-1:222222222222:studio-lifecycle-config/$name"
"#;

fn write_program(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, <std::fs::Permissions>::from_mode(0o755)).unwrap();
}

/// Runs the printed commands; their output, and the calls of the AWS CLI.
#[expect(
    clippy::disallowed_methods,
    reason = "tests start the programs they test"
)]
fn run(domain: &str, there: &Value, commands: &str) -> (Option<i32>, String, Vec<String>) {
    let place = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| write_program(&place.path().join(name), text);
    write("aws", AWS);
    write("domain.json", domain);
    write("there.json", &there.to_string());
    write("commands", commands);
    let said = std::process::Command::new("sh")
        .arg(place.path().join("commands"))
        .env("PATH", format!("{}:/usr/bin:/bin", place.path().display()))
        .env("PLACE", place.path())
        .env("IAC_PYTHON", python())
        .env("AWS_DEFAULT_REGION", "eu-west-1")
        .output()
        .unwrap();
    let calls = std::fs::read_to_string(place.path().join("calls")).unwrap();
    let text = String::from_utf8_lossy(&said.stdout) + String::from_utf8_lossy(&said.stderr);
    (
        said.status.code(),
        text.into_owned(),
        calls.lines().map(str::to_owned).collect(),
    )
}

const DEMO: &str = "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo-repo";
const THEIRS: &str = "https://git.example/x";

/// The settings that the commands gave to a domain.
fn updates(calls: &[String]) -> Vec<Value> {
    let updates = calls
        .iter()
        .filter(|call| call.starts_with("sagemaker update-domain --domain-id d-abc "));
    updates
        .map(|call| serde_json::from_str(call.split_once("-settings ").unwrap().1).unwrap())
        .collect()
}

/// The repositories that JupyterLab suggests.
fn urls(settings: &Value) -> Vec<&str> {
    let repositories = settings["CodeRepositories"].as_array().unwrap().iter();
    repositories
        .map(|repository| repository["RepositoryUrl"].as_str().unwrap())
        .collect()
}

#[test]
fn a_domain_suggests_ten_https_urls_at_most() {
    let program = crate::harness::helpers().join("git-codecommit");
    let sum = "0".repeat(64);
    let least = lifecycle("s3://the-bucket/the-key", &sum);
    let with = |more: &[&str]| said(&program, &[&least[..], more].concat());
    let (done, text) = with(&[
        "--commands",
        "--suggest-repository",
        "codecommit::eu-west-1://demo-repo",
    ]);
    let problem = "Studio takes https URLs of letters, digits and . _ - / only";
    assert!(!done && text.contains(problem), "{text}");
    let (done, text) = with(&["--suggest-repository", DEMO]);
    assert!(!done && text.contains("--commands is missing"), "{text}");
    let many = [
        &["--commands"][..],
        &["--suggest-repository", DEMO].repeat(11),
    ]
    .concat();
    let (done, text) = with(&many);
    let problem = "given 11 times, but a domain suggests at most 10 repositories";
    assert!(!done && text.contains(problem), "{text}");
}

/// A model of AWS that knew suggested repositories of Code Editor would be a reason to set them as well.
#[test]
#[ignore = "needs Python packages: scripts/iac"]
fn code_editor_has_no_suggested_repositories() {
    let update = |app: &str| {
        let settings = format!(
            "{{\"{app}AppSettings\": {{\"CodeRepositories\": [{{\"RepositoryUrl\": \"{DEMO}\"}}]}}}}"
        );
        said(
            &python(),
            &[
                "-m",
                "awscli",
                "sagemaker",
                "update-domain",
                "--region",
                "eu-west-1",
                "--domain-id",
                "d-abc",
                "--default-user-settings",
                &settings,
                "--generate-cli-skeleton",
                "output",
            ],
        )
    };
    let (done, text) = update("JupyterLab");
    assert!(done, "{text}");
    let (done, text) = update("CodeEditor");
    assert!(!done && text.contains("Unknown parameter"), "{text}");
}

#[test]
#[ignore = "needs Python packages: scripts/iac"]
fn the_commands_attach_both_configurations_and_keep_what_is_set() {
    let sum = "0".repeat(64);
    let mut arguments = lifecycle("s3://the-bucket/the-key", &sum).to_vec();
    arguments.extend(["--commands", "--domain-id", "d-abc"]);
    let without = git_codecommit(&arguments);
    for url in [DEMO, THEIRS] {
        arguments.extend(["--suggest-repository", url]);
    }
    let commands = git_codecommit(&arguments);
    let (done, text) = said(Path::new("/usr/bin/env"), &["shellcheck", "--version"]);
    if done {
        assert!(text.contains("ShellCheck"));
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &commands).unwrap();
        let (done, text) = said(
            Path::new("/usr/bin/env"),
            &["shellcheck", file.path().to_str().unwrap()],
        );
        assert!(done, "{text}");
    }
    let domain = r#"{"DefaultUserSettings": {"ExecutionRole": "arn:aws:iam::222222222222:role/E",
        "JupyterLabAppSettings": {"CodeRepositories": [{"RepositoryUrl": "https://git.example/a"},
        {"RepositoryUrl": "https://git.example/x"}]}},
        "DefaultSpaceSettings": {"ExecutionRole": "arn:aws:iam::222222222222:role/E"}}"#;
    let nothing = serde_json::json!({});
    let (code, text, calls) = run(domain, &nothing, &commands);
    assert_eq!(code, Some(0), "{text}");
    let updates = updates(&calls);
    let user = &updates[0]["JupyterLabAppSettings"];
    // What was suggested stays, and nothing is suggested twice.
    assert_eq!(
        urls(user),
        ["https://git.example/a", DEMO, "https://git.example/x"]
    );
    let arn = user["BuiltInLifecycleConfigArn"].as_str().unwrap();
    assert!(arn.contains("/git-codecommit-jupyterlab-"), "{arn}");
    let arn = updates[0]["CodeEditorAppSettings"]["BuiltInLifecycleConfigArn"]
        .as_str()
        .unwrap();
    assert!(arn.contains("/git-codecommit-codeeditor-"), "{arn}");
    assert_eq!(
        updates[1]["JupyterLabAppSettings"],
        serde_json::json!({
            "BuiltInLifecycleConfigArn": user["BuiltInLifecycleConfigArn"],
            "CodeRepositories": [{ "RepositoryUrl": DEMO }, { "RepositoryUrl": THEIRS }],
        })
    );
    let (code, text, calls) = run(domain, &nothing, &without);
    assert_eq!(code, Some(0), "{text}");
    let unchanged = self::updates(&calls);
    assert_eq!(
        urls(&unchanged[0]["JupyterLabAppSettings"]),
        ["https://git.example/a", THEIRS]
    );
    let shared = &unchanged[1]["JupyterLabAppSettings"];
    assert!(shared.get("CodeRepositories").is_none(), "{shared}");
    // A domain that cannot be looked at; one without shared spaces; one with somebody else's configuration in the place.
    let (code, _, calls) = run("", &nothing, &commands);
    assert_eq!((code, calls.len()), (Some(1), 1), "{calls:?}");
    let (code, text, calls) = run(r#"{"DefaultUserSettings": {}}"#, &nothing, &commands);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(
        calls
            .iter()
            .filter(|call| call.contains("update-domain"))
            .count(),
        1
    );
    let theirs = r#"{"DefaultUserSettings": {"CodeEditorAppSettings": {"BuiltInLifecycleConfigArn":
        "arn:aws:sagemaker:eu-west-1:222222222222:studio-lifecycle-config/theirs"}}}"#;
    let (code, text, calls) = run(theirs, &nothing, &commands);
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("/theirs is attached as built-in"), "{text}");
    assert!(
        calls
            .iter()
            .all(|call| !call.contains("create-") && !call.contains("update-")),
        "{calls:?}"
    );
}

#[test]
#[ignore = "needs Python packages: scripts/iac"]
fn a_configuration_that_is_there_is_used_only_if_it_is_this_one() {
    let sum = "0".repeat(64);
    let mut arguments = lifecycle("s3://the-bucket/the-key", &sum).to_vec();
    arguments.extend(["--commands", "--domain-id", "d-abc"]);
    let commands = git_codecommit(&arguments);
    let domain = r#"{"DefaultUserSettings": {}}"#;
    let (_, _, calls) = run(domain, &serde_json::json!({}), &commands);
    let word = |call: &str, name: &str| {
        let rest = call.split_once(&format!("--studio-lifecycle-config-{name} "));
        rest.unwrap().1.split(' ').next().unwrap().to_owned()
    };
    let made = calls.iter().filter(|call| call.contains(" create-"));
    let ours: serde_json::Map<String, Value> = made
        .map(|call| {
            let name = word(call, "name");
            assert!(name.len() == 58 && name.len() <= 63, "{name}");
            let there = serde_json::json!({
                "StudioLifecycleConfigArn": format!("arn:aws:sagemaker:eu-west-1:222222222222:studio-lifecycle-config/{name}"),
                "StudioLifecycleConfigAppType": word(call, "app-type"),
                "StudioLifecycleConfigContent": word(call, "content"),
            });
            (name, there)
        })
        .collect();
    assert_eq!(ours.len(), 2);
    let (code, text, calls) = run(domain, &ours.clone().into(), &commands);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        calls.iter().all(|call| !call.contains(" create-")),
        "{calls:?}"
    );
    let update = calls.iter().find(|call| call.contains("update-domain"));
    for name in ours.keys() {
        let arn = format!("studio-lifecycle-config/{name}\"");
        assert!(update.unwrap().contains(&arn), "{update:?}");
    }
    // Whoever may make configurations was first, with a script or for an app of their own.
    for name in ours.keys() {
        for (key, value) in [
            ("Content", "dG91Y2ggL3RtcC94Cg=="),
            ("AppType", "KernelGateway"),
        ] {
            let mut there = ours.clone();
            there[name][format!("StudioLifecycleConfig{key}")] = value.into();
            let (code, text, calls) = run(domain, &there.into(), &commands);
            assert_eq!(code, Some(3), "{text}");
            assert!(
                text.contains(&format!("{name} exists with other content: ")),
                "{text}"
            );
            let changes = |call: &String| call.contains(" create-") || call.contains(" update-");
            assert!(!calls.iter().any(changes), "{calls:?}");
        }
    }
}

#[test]
#[ignore = "needs Python packages: scripts/iac"]
#[expect(
    clippy::disallowed_methods,
    reason = "tests start the programs they test"
)]
fn an_archive_comes_from_s3_by_the_aws_cli_or_by_boto3() {
    use std::io::BufRead as _;
    use std::process::{Command, Stdio};
    let mut server = Command::new(python())
        .args([&format!("{ROOT}/tests/iac/deploy.py"), "serve"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut url = String::new();
    std::io::BufReader::new(server.stdout.take().unwrap())
        .read_line(&mut url)
        .unwrap();
    let place = tempfile::tempdir().unwrap();
    std::fs::copy(
        format!("{ROOT}/install.sh"),
        place.path().join("install.sh"),
    )
    .unwrap();
    let run = |path: &str, script: &str| {
        let said = Command::new("sh")
            .args(["-ec", script])
            .current_dir(place.path())
            .env_clear()
            .env("PATH", path)
            .env("HOME", place.path())
            .env("AWS_ACCESS_KEY_ID", "x")
            .env("AWS_SECRET_ACCESS_KEY", "x")
            .env("AWS_DEFAULT_REGION", "eu-west-1")
            .env("AWS_ENDPOINT_URL", url.trim())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&said.stdout) + String::from_utf8_lossy(&said.stderr);
        assert!(said.status.success(), "{text}");
        text.into_owned()
    };
    let with_aws = format!("{}:/usr/bin:/bin", python().parent().unwrap().display());
    let sum = run(
        &with_aws,
        "mkdir p; for p in git-remote-codecommit git-credential-codecommit git-codecommit; do
           printf '#!/bin/sh\\necho git-codecommit 9.9\\n' > p/$p; done
         cp install.sh p
         tar -czf a.tar.gz p; aws s3 mb s3://bucket >/dev/null; aws s3 cp --quiet a.tar.gz s3://bucket/x/a.tar.gz
         sha256sum a.tar.gz",
    );
    let install = |prefix: &str| {
        format!(
            "sh {ROOT}/install.sh --from s3://bucket/x/a.tar.gz --sha256 {} --prefix {prefix} --no-setup",
            &sum[..64]
        )
    };
    assert!(run(&with_aws, &install("by-cli")).contains("installed git-codecommit 9.9 in "));
    // A PATH with boto3's Python, and no AWS CLI. A link to it would not find the packages beside it.
    let tools = place.path().join("tools");
    std::fs::create_dir(&tools).unwrap();
    let with_boto3 = format!("#!/bin/sh\nexec '{}' \"$@\"\n", python().display());
    write_program(&tools.join("python3"), &with_boto3);
    let activate = format!("{}:/usr/bin:/bin", tools.display());
    let without_aws = format!("command -v aws && exit 1; {}", install("by-boto3"));
    assert!(run(&activate, &without_aws).contains("installed git-codecommit 9.9 in "));
    // The lifecycle script fetches it in the same two ways.
    let script = git_codecommit(&lifecycle("s3://bucket/x/a.tar.gz", &sum[..64]));
    std::fs::write(place.path().join("lifecycle.sh"), script).unwrap();
    let ready = "git-codecommit: ready\n";
    for (path, home) in [(&with_aws, "home1"), (&activate, "home2")] {
        let said = run(
            path,
            // The user's own profile, which neither exists nor may read the bucket, is not asked.
            &format!("mkdir {home}; AWS_PROFILE=theirs HOME=$PWD/{home} sh lifecycle.sh"),
        );
        assert!(said.ends_with(ready), "{said}");
    }
    let gone = git_codecommit(&lifecycle("s3://bucket/gone", &sum[..64]));
    std::fs::write(place.path().join("lifecycle.sh"), gone).unwrap();
    let said = run(&activate, "mkdir home3; HOME=$PWD/home3 sh lifecycle.sh");
    let failed = "git-codecommit: s3://bucket/gone could not be fetched\n";
    assert!(said.contains(failed), "{said}");
    assert!(
        said.contains("ClientError: ") && !said.contains("Traceback"),
        "{said}"
    );
    drop(server.stdin.take());
    server.wait().unwrap();
}
