//! What the doctor does not run, does not show and does not wait for.

use super::{found, run, with_https};
use crate::harness::{HTTPS, PROFILE, Studio, WITH_REGION, helpers};

const HOST: &str = "https://git-codecommit.eu-west-1.amazonaws.com";

#[test]
fn git_is_told_what_a_person_would_tell_it_and_rewrites_that_once() {
    let studio = with_https();
    let site = format!("url.{HOST}/v1/repos/.insteadOf");
    studio.configure(&site, &format!("codecommit::eu-west-1://{PROFILE}@"));
    let evil = format!("url.ext::touch {}/evil .insteadOf", studio.home().display());
    studio.configure(&evil, &format!("{HOST}/"));
    studio.configure("protocol.ext.allow", "always");
    // The proxy is the remote's own: without the remote's name, git finds no way.
    let key = format!("http.{HOST}.proxy");
    studio.configure(&key, "http://127.0.0.1:9");
    studio.git(&["init", "--quiet", "work"]).succeeded();
    let remote = ["remote", "add", "origin", WITH_REGION];
    studio.git_in("work", &remote).succeeded();
    let proxy = studio.aws.proxy_url();
    let proxy = ["config", "remote.origin.proxy", &proxy];
    studio.git_in("work", &proxy).succeeded();
    studio.git_in("work", &["ls-remote", "origin"]).succeeded();
    for arguments in [
        &["codecommit", "doctor"][..],
        &["codecommit", "doctor", "origin"],
    ] {
        let said = studio.git_in("work", arguments).succeeded();
        assert!(said.stdout.contains("git ls-remote: succeeds"), "{said:?}");
    }
    studio.configure(&key, &studio.aws.proxy_url());
    let said = found(&studio, &[WITH_REGION]);
    assert_eq!((said.code, said.status("git-request")), (Some(0), "ok"));
    assert!(!studio.home().join("evil").exists());
}

#[test]
fn a_program_that_a_repository_brings_is_not_run() {
    let studio = with_https();
    studio.git(&["init", "--quiet", "work"]).succeeded();
    let name = "git-credential-codecommit";
    let brought = studio.home().join("work").join(name);
    std::fs::copy(helpers().join("git-codecommit"), brought).unwrap();
    let key = format!("credential.{HOST}.helper");
    for value in ["", "!./git-credential-codecommit"] {
        studio
            .git_in("work", &["config", "--add", &key, value])
            .succeeded();
    }
    let arguments = ["codecommit", "doctor", "--offline", HTTPS];
    let said = studio.git_in("work", &arguments).stdout;
    let line =
        "git starts ./git-credential-codecommit (a relative path, not asked for its version)";
    assert!(said.contains(line), "{said}");
}

#[test]
fn nothing_that_may_be_a_password_is_shown() {
    let mut studio = with_https();
    studio.git(&["init", "--quiet", "work"]).succeeded();
    let remote = [
        "remote",
        "add",
        "origin",
        "https://ghp_hunter2@github.com/x/y",
    ];
    studio.git_in("work", &remote).succeeded();
    let mut text = String::new();
    for option in ["--json", "--offline", "--explain"] {
        let said = studio.git_in("work", &["codecommit", "doctor", option, "origin"]);
        text.push_str(&said.said());
        text.push_str(&said.stdout);
    }
    assert!(text.contains("https://***@github.com/x/y"), "{text}");

    for trace in ["GIT_TRACE2", "GIT_TRACE2_PERF", "GIT_TRACE2_EVENT"] {
        studio.set(trace, "2");
    }
    let helper = "!f() { echo X=hunter2 >&2; echo quit=1; }; f";
    let key = format!("credential.{HOST}.helper");
    let all = ["config", "--global", "--replace-all", &key, helper];
    studio.git(&all).succeeded();
    let said = run(&studio, &["--json", HTTPS]);
    let line = "\"credential helper … told us to quit\"";
    assert!(said.stdout.contains(line), "{said:?}");
    text.push_str(&said.stdout);
    let said = run(&studio, &[HTTPS]);
    text.push_str(&said.stdout);

    for trace in ["GIT_TRACE2", "GIT_TRACE2_PERF", "GIT_TRACE2_EVENT"] {
        studio.unset(trace);
    }
    studio.set("CODE_COMMIT_ENDPOINT", "https://u:hunter2@h");
    for arguments in [
        &["codecommit", "doctor", WITH_REGION][..],
        &["ls-remote", WITH_REGION],
    ] {
        let said = studio.git(arguments).failed();
        let all = format!("{}{}", said.stdout, said.stderr);
        assert!(all.contains("CODE_COMMIT_ENDPOINT is \"***@h\","), "{all}");
        text.push_str(&all);
    }
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn git_gets_none_of_the_traces_that_a_person_has_switched_on() {
    let mut studio = with_https();
    let trace = studio.home().join("trace");
    studio.set("GIT_TRACE2_EVENT", &trace.display().to_string());
    run(&studio, &[HTTPS]).succeeded();
    let trace = std::fs::read_to_string(trace).unwrap();
    assert!(
        trace.contains("--get-url") && !trace.contains("core.askPass="),
        "{trace}"
    );
}

#[test]
fn password_files_are_read_whatever_they_are() {
    let studio = Studio::default();
    let host = "git-codecommit.eu-west-1.amazonaws.com";
    let line = format!("https://a:20260101T000000Z5f3c2a1@{host}\n");
    let file = studio.home().join(".git-credentials");
    std::fs::write(&file, [b"https://\xff:x@h\n", line.as_bytes()].concat()).unwrap();
    let check = || {
        let said = found(&studio, &["--offline", WITH_REGION]);
        let status = said.status("stored-passwords").to_owned();
        (status, said.detail("stored-passwords"))
    };
    let (status, detail) = check();
    assert_eq!(status, "warning");
    assert!(
        detail.contains("/.git-credentials:2 has a signed"),
        "{detail}"
    );

    std::fs::remove_file(&file).unwrap();
    let home = studio.home().display().to_string();
    let none = format!(
        "none for CodeCommit\n\
         searched {home}/.git-credentials, {home}/.config/git/credentials, {home}/.netrc"
    );
    assert_eq!(check(), ("ok".to_owned(), none));

    let path = file.display().to_string();
    studio
        .run_in(".", "/usr/bin/mkfifo".as_ref(), &[&path], "")
        .succeeded();
    let (status, detail) = check();
    assert_eq!(status, "warning");
    let words = format!("cannot read {path}: it is not a plain file");
    assert!(detail.starts_with(&words), "{detail}");
    std::fs::remove_file(&file).unwrap();

    studio.configure("credential.helper", "store --file ~/.mine");
    studio.write(".mine", &line);
    let (status, detail) = check();
    assert_eq!(status, "warning");
    assert!(detail.contains("/.mine:1 has a signed"), "{detail}");
}

#[test]
fn every_remote_at_codecommit_is_checked_once() {
    let studio = Studio::default();
    studio.git(&["init", "--quiet", "work"]).succeeded();
    let nobody = "codecommit::eu-west-1://nobody@demo-repo";
    for (name, url) in [("a", WITH_REGION), ("b", nobody), ("c", WITH_REGION)] {
        let remote = ["remote", "add", name, url];
        studio.git_in("work", &remote).succeeded();
    }
    let addresses = |arguments: &[&str]| {
        let arguments = [&["codecommit", "doctor", "--json", "--offline"], arguments].concat();
        let said = studio.git_in("work", &arguments);
        let report: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
        let checks = report["checks"].as_array().unwrap().clone();
        let addresses = checks.iter().filter(|check| check["id"] == "address");
        let addresses = addresses.map(|check| check["address"].as_str().unwrap().to_owned());
        addresses.collect::<Vec<String>>()
    };
    assert_eq!(addresses(&[]), [WITH_REGION, nobody]);

    studio
        .git_in("work", &["remote", "remove", "a"])
        .succeeded();
    studio
        .git_in("work", &["remote", "remove", "c"])
        .succeeded();
    let remote = ["remote", "set-url", "b", "https://github.com/x/y"];
    studio.git_in("work", &remote).succeeded();
    assert!(addresses(&[]).is_empty());
    let push = ["remote", "set-url", "--push", "b", WITH_REGION];
    studio.git_in("work", &push).succeeded();
    assert_eq!(addresses(&[]), [WITH_REGION]);
    assert_eq!(addresses(&["b"]), [WITH_REGION]);

    // Names and URLs that are not UTF-8.
    let mut config = b"[remote \"\xff\"]\n\turl = codecommit::eu-west-1://nobody@x\n".to_vec();
    config.extend(b"[remote \"d\"]\n\turl = codecommit::eu-west-1://\xff@x\n");
    let path = studio.home().join("work/.git/config");
    std::fs::write(path, &config).unwrap();
    assert_eq!(
        addresses(&[]),
        [
            "codecommit::eu-west-1://nobody@x",
            "codecommit::eu-west-1://\u{fffd}@x"
        ]
    );
}
