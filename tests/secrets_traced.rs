//! The search for secrets with every trace switch of git and ours, in every flow: no trace has one.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use local_aws::{Action, CONTRIBUTOR_ROLE, Fault, Protocol, Role, Service};

use crate::harness::{HTTPS, Outcome, PROFILE, REQUEST, Studio, WITH_REGION, every_git, helpers};
use crate::secrets::{
    contains, disguises, every_file, with_command_lines, without_curls_user_name,
};

/// Switches that name a file to write to (git(1), "ENVIRONMENT VARIABLES").
const TO_FILES: [&str; 16] = [
    "GIT_TRACE",
    "GIT_TRACE2",
    "GIT_TRACE2_EVENT",
    "GIT_TRACE2_PERF",
    "GIT_TRACE_BARE",
    "GIT_TRACE_CURL",
    "GIT_TRACE_FSMONITOR",
    "GIT_TRACE_PACKET",
    "GIT_TRACE_PACKFILE",
    "GIT_TRACE_PACK_ACCESS",
    "GIT_TRACE_PERFORMANCE",
    "GIT_TRACE_REFS",
    "GIT_TRACE_SETUP",
    "GIT_TRACE_SHALLOW",
    "GIT_TRACE_WORKING_TREE_ENCODING",
    "GIT_TRACE2_DST_DEBUG",
];
/// Switches that let the others say more.
const MORE: [(&str, &str); 3] = [
    ("GIT_TRACE2_CONFIG_PARAMS", "*"),
    (
        "GIT_TRACE2_ENV_VARS",
        "GIT_CONFIG_PARAMETERS,AWS_PROFILE,PATH",
    ),
    ("GIT_TRACE2_EVENT_NESTING", "9"),
];
/// Switches that let them say less, that git sets itself, or that turn their hiding off: those have runs of their own.
const OTHERS: [&str; 10] = [
    "GIT_CURL_VERBOSE",
    "GIT_TRACE2_BRIEF",
    "GIT_TRACE2_EVENT_BRIEF",
    "GIT_TRACE2_MAX_FILES",
    "GIT_TRACE2_PARENT_NAME",
    "GIT_TRACE2_PARENT_SID",
    "GIT_TRACE2_PERF_BRIEF",
    "GIT_TRACE2_REDACT",
    "GIT_TRACE_CURL_NO_DATA",
    "GIT_TRACE_REDACT",
];

/// The names of trace switches in a program.
fn switches(program: &Path) -> BTreeSet<String> {
    let bytes = std::fs::read(program).unwrap();
    let words =
        bytes.split(|byte| !byte.is_ascii_uppercase() && !byte.is_ascii_digit() && *byte != b'_');
    let words = words.map(|word| String::from_utf8_lossy(word).into_owned());
    words
        .filter(|word| word.starts_with("GIT_TRACE") || word == "GIT_CURL_VERBOSE")
        .collect()
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "tests start the programs they test"
)]
fn every_trace_switch_of_git_is_on_the_list() {
    let mut known: BTreeSet<&str> = TO_FILES.into_iter().chain(OTHERS).collect();
    known.extend(MORE.map(|(name, _)| name));
    // Beginnings of names, and functions.
    known.extend(["GIT_TRACE2_", "GIT_TRACE_"]);
    for git in every_git() {
        let path = Command::new(git.program())
            .arg("--exec-path")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let folder = String::from_utf8(path.stdout).unwrap();
        for program in ["git", "git-remote-https"] {
            let found = switches(&Path::new(folder.trim()).join(program));
            assert!(found.len() > 10, "{found:?}");
            let missing: Vec<_> = found
                .iter()
                .filter(|name| !known.contains(name.as_str()))
                .collect();
            assert!(missing.is_empty(), "{program}: {missing:?}");
        }
    }
}

/// What a test has seen: where, and the bytes.
type Seen = Vec<(String, Vec<u8>)>;

fn traced(mut studio: Studio) -> Studio {
    let traces = studio.place().join("traces");
    std::fs::create_dir(&traces).unwrap();
    for name in TO_FILES {
        studio.set(name, traces.join(name).to_str().unwrap());
    }
    for (name, value) in MORE {
        studio.set(name, value);
    }
    studio.set("GIT_CODECOMMIT_TRACE", "1");
    studio
}

fn watch(seen: &mut Seen, what: &str, run: impl FnOnce() -> Outcome) {
    let mut said = None;
    let lines = with_command_lines(|| said = Some(run()));
    let said = said.unwrap();
    seen.extend(
        lines
            .into_iter()
            .map(|line| (format!("a command line of {what}"), line)),
    );
    // A password is what a credential helper is asked for.
    if !what.starts_with("get") {
        seen.push((format!("output of {what}"), said.stdout.into()));
    }
    let errors = without_curls_user_name(&said.stderr);
    seen.push((format!("errors of {what}"), errors.into()));
}

/// How many lines git has written to a trace.
fn lines_of_git(trace: &[u8]) -> usize {
    let mark = b"trace: ";
    trace
        .windows(mark.len())
        .filter(|part| part == mark)
        .count()
}

/// Searches what was seen, and every file but those that keep keys, for every secret that exists.
fn assert_no_secret(studio: &Studio, mut seen: Seen) {
    let mut files = Vec::new();
    every_file(studio.place(), &mut files);
    files.retain(|(path, _)| {
        let is_session = path.contains("/.aws/cli/cache/") && path.ends_with(".json");
        !is_session && !path.ends_with("/.aws/credentials") && !path.contains("/debug/")
    });
    // git's own transport, whose library names the user in one line: docs/SECURITY.md, "Known limits".
    for (_, text) in files
        .iter_mut()
        .filter(|(path, _)| path.ends_with("/GIT_TRACE_CURL"))
    {
        *text = without_curls_user_name(&String::from_utf8_lossy(text)).into();
    }
    assert!(
        files
            .iter()
            .any(|(path, text)| path.ends_with("/GIT_TRACE") && lines_of_git(text) >= 3)
    );
    seen.extend(files);
    let secrets = studio.aws.canaries();
    assert!(secrets.len() > 5, "{} secrets", secrets.len());
    for disguise in secrets.iter().flat_map(|secret| disguises(secret)) {
        for (place, text) in &seen {
            assert!(!contains(text, &disguise), "{disguise} is in {place}");
        }
    }
}

/// Clone, push, fetch and what fails, with one address.
fn work(studio: &Studio, seen: &mut Seen, address: &str) {
    let git = |seen: &mut Seen, arguments: &[&str]| {
        watch(seen, &arguments.join(" "), || studio.git(arguments));
    };
    git(seen, &["clone", address, "work"]);
    studio.commit("work", "file", "text");
    git(seen, &["-C", "work", "push"]);
    git(seen, &["-C", "work", "fetch", "--prune"]);
    git(seen, &["clone", "--depth=1", address, "shallow"]);
    git(
        seen,
        &[
            "clone",
            "--filter=blob:none",
            "--no-checkout",
            address,
            "lazy",
        ],
    );
    git(seen, &["-C", "lazy", "checkout"]);
    git(seen, &["archive", &format!("--remote={address}"), "HEAD"]);
    for (service, action) in [
        (Service::Git, Action::status(403, "")),
        (Service::Git, Action::status(401, "")),
        (Service::Git, Action::status(500, "")),
        (Service::Sts, Action::sts_error(403, "AccessDenied", "no")),
        (Service::Container, Action::status(500, "no")),
    ] {
        studio.aws.fail(Fault::new(service, action).times(5));
        git(seen, &["-C", "work", "fetch"]);
        studio.aws.clear_faults();
    }
}

#[test]
fn no_trace_of_a_flow_has_a_secret() {
    for protocol in [Protocol::V0Only, Protocol::Any] {
        for (address, more) in [
            (
                WITH_REGION,
                [("GIT_TRACE_REDACT", "0"), ("GIT_TRACE2_REDACT", "0")].as_slice(),
            ),
            (WITH_REGION, &[("GIT_CURL_VERBOSE", "1")]),
            // Git's own transport shows what it sends where its user says so.
            (HTTPS, &[]),
        ] {
            let studio = Studio::with_aws(|aws| {
                aws.container_token("container-token-5b1f0c")
                    .protocol(protocol)
            });
            let mut studio = traced(studio.with_our_helper().with_cache());
            for (name, value) in more {
                studio.set(name, value);
            }
            let mut seen = Vec::new();
            work(&studio, &mut seen, address);
            assert_no_secret(&studio, seen);
        }
    }
}

#[test]
fn no_trace_of_the_other_programs_has_a_secret() {
    let studio = Studio::with_aws(|aws| aws.container_token("container-token-5b1f0c"));
    let studio = traced(studio.with_our_helper().with_cache());
    let mut seen = Vec::new();
    let bin = helpers().display().to_string();
    let setup = [
        "setup",
        "--role-arn",
        CONTRIBUTOR_ROLE,
        "--region",
        "eu-west-1",
        "--bin-dir",
        &bin,
        "--force",
    ];
    let with = |more: &'static str| [setup.as_slice(), &[more]].concat();
    for arguments in [
        &["doctor", "--verbose", WITH_REGION],
        &["doctor", "--json", HTTPS] as &[&str],
        &with("--dry-run"),
        &with("--yes"),
        &["doctor", "--explain", WITH_REGION],
        &["cache", "list"],
        &["url", WITH_REGION],
        &["studio", "whoami"],
        &["unsetup", "--yes"],
        &["cache", "clear"],
    ] {
        watch(&mut seen, &arguments.join(" "), || {
            studio.helper("git-codecommit", arguments, "")
        });
    }
    for action in ["get", "store", "erase", "capability"] {
        let arguments = ["--profile", PROFILE, action];
        let input = format!("{REQUEST}username=x\npassword=y\n");
        watch(&mut seen, action, || {
            studio.helper("git-credential-codecommit", &arguments, &input)
        });
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/install.sh");
    let prefix = studio.home().join("prefix").display().to_string();
    let mut install = vec!["-x", script, "--from", &bin, "--prefix", &prefix];
    install.extend([
        "--role-arn",
        CONTRIBUTOR_ROLE,
        "--region",
        "eu-west-1",
        "--yes",
        "--force",
    ]);
    watch(&mut seen, "install.sh", || {
        studio.run_in(".", Path::new("/bin/sh"), &install, "")
    });
    std::fs::remove_dir_all(prefix).unwrap();
    assert_no_secret(&studio, seen);
}

/// A home whose keys come from a source, by the name of its profile.
fn with_source(name: &str) -> Studio {
    const TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl";
    const ROLE: &str = "arn:aws:iam::111111111111:role/Web";
    let role = Role::new(ROLE).web_identity_token(TOKEN);
    let mut studio = Studio::with_aws(|aws| aws.role_with(role)).without_profile();
    let keys = studio.aws.issue_user("dev");
    let (id, secret) = (&keys.access_key_id, &keys.secret_access_key);
    let region = "region = eu-west-1";
    match name {
        "environment" => {
            studio.set("AWS_ACCESS_KEY_ID", id);
            studio.set("AWS_SECRET_ACCESS_KEY", secret);
            studio.write(".aws/config", &format!("[profile {name}]\n{region}\n"));
        }
        "static" => {
            studio.write(".aws/config", &format!("[profile {name}]\n{region}\n"));
            let keys =
                format!("[{name}]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
            studio.write(".aws/credentials", &keys);
        }
        "process" => {
            let answer = format!(
                "{{\"Version\":1,\"AccessKeyId\":\"{id}\",\"SecretAccessKey\":\"{secret}\"}}"
            );
            // Where this program keeps its keys nothing is searched.
            studio.write(".aws/credentials", &answer);
            let process = "credential_process = cat .aws/credentials";
            studio.write(
                ".aws/config",
                &format!("[profile {name}]\n{region}\n{process}\n"),
            );
        }
        _ => {
            studio.write(".aws/credentials", TOKEN);
            let file = studio.home().join(".aws/credentials").display().to_string();
            let lines = format!("role_arn = {ROLE}\nweb_identity_token_file = {file}");
            studio.write(
                ".aws/config",
                &format!("[profile {name}]\n{region}\n{lines}\n"),
            );
        }
    }
    if matches!(name, "process" | "web") {
        studio.set("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    }
    studio
}

#[test]
fn no_trace_of_a_source_has_a_secret() {
    for name in ["environment", "static", "process", "web"] {
        let studio = traced(with_source(name));
        let mut seen = Vec::new();
        let address = match name {
            "environment" => "codecommit::eu-west-1://demo-repo".to_owned(),
            _ => format!("codecommit://{name}@demo-repo"),
        };
        for fault in [None, Some(Action::status(403, ""))] {
            if let Some(action) = fault {
                studio.aws.fail(Fault::new(Service::Git, action).always());
            }
            watch(&mut seen, name, || studio.git(&["ls-remote", &address]));
        }
        assert!(
            seen.iter()
                .any(|(_, text)| contains(text, "refs/heads/main")),
            "{name}"
        );
        assert_no_secret(&studio, seen);
    }
}
