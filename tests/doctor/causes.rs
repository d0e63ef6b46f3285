//! Causes of a refusal that are not in git's `credential.*` settings.

use expect_test::expect;

use super::{found, run, shows, with_https};
use crate::harness::{HTTPS, Studio, WITH_REGION};

const HOST: &str = "git-codecommit.eu-west-1.amazonaws.com";

#[test]
fn an_old_password_in_netrc_is_named_by_file_and_line_and_never_shown() {
    let studio = with_https();
    studio.write(
        ".netrc",
        &format!(
            "machine github.com login x password hunter2\n\n\
             machine {HOST}\n\tlogin ASIAOLD%token\n\tpassword 20260101T000000Z5f3c2a1\n"
        ),
    );
    shows(
        run(&studio, &["--offline", HTTPS]),
        &expect![[r#"
        -- stdout
        ok      git: GIT
        ok      programs: version VERSION
        ok      surroundings: not SageMaker Studio
        warning stored passwords: ~/.netrc:3 has a signed password, which expired 15 minutes after it was made; for git-codecommit.eu-west-1.amazonaws.com, git uses it before it asks a credential helper
                searched ~/.git-credentials, ~/.config/git/credentials, ~/.netrc
                fix: delete the entry at ~/.netrc:3

        https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo-repo
        ok      address: git uses https, and asks its credential helpers
        ok      protocol permission: allowed (git's default)
        ok      helper program: git starts BIN/git-credential-codecommit (VERSION)
        warning credential helpers: git-credential-codecommit (~/.gitconfig)
                git uses the password at ~/.netrc:3 first
        ok      profile: CrossAccountAccessProfile (--profile in ~/.gitconfig)
        ok      plan: container credentials, then 1 role
        skipped DNS name of STS, TCP to STS, TLS with STS, DNS name of the git host, TCP to the git host, TLS with the git host, clock, container credentials, AssumeRole MyCrossAccountRepositoryContributorRole, repository, git ls-remote: offline

        8 ok, 2 warnings, 11 skipped
        first problem: stored passwords; fix: delete the entry at ~/.netrc:3
    "#]],
    );
    // Git takes it, and is refused.
    studio.git(&["ls-remote", HTTPS]).failed();
    let said = found(&studio, &[HTTPS]);
    assert_eq!(
        (said.code, said.ids("failed")),
        (Some(5), vec!["git-request"])
    );
    let report = said.report.to_string();
    for secret in ["hunter2", "ASIAOLD", "20260101T000000Z"] {
        assert!(!report.contains(secret), "{report}");
    }
    // Our remote helper does not read it.
    let said = found(&studio, &[WITH_REGION]);
    assert_eq!(said.ids("warning"), ["stored-passwords"]);
    studio.git(&["ls-remote", WITH_REGION]).succeeded();
}

#[test]
fn an_unreadable_netrc_and_one_for_others_are_told_apart() {
    let studio = Studio::default();
    studio.write(".netrc", "machine github.com\nlogin a\npassword hunter2\n");
    let said = found(&studio, &["--offline", WITH_REGION]);
    assert_eq!(said.status("stored-passwords"), "ok");
    std::fs::remove_file(studio.home().join(".netrc")).unwrap();
    std::fs::create_dir(studio.home().join(".netrc")).unwrap();
    let said = found(&studio, &["--offline", WITH_REGION]);
    said.is(
        "stored-passwords",
        &expect![[r#"
        warning
          cannot read ~/.netrc: it is not a plain file
          searched ~/.git-credentials, ~/.config/git/credentials, ~/.netrc
    "#]],
    );
}

#[test]
fn a_user_name_is_named_where_it_is_set() {
    let studio = with_https();
    let url = HTTPS.replace("https://", "https://ada@");
    let said = found(&studio, &["--offline", &url]);
    assert_eq!((said.code, said.ids("warning")), (Some(0), vec!["address"]));
    assert_eq!(
        said.detail("address"),
        "git uses https, and asks its credential helpers\n\
         the URL has a user name, and a helper may have an old password for it"
    );
    assert_eq!(
        said.fix("address"),
        format!("write the URL without it: {HTTPS}")
    );
    studio.configure(&format!("credential.https://{HOST}.username"), "ada");
    let said = found(&studio, &["--offline", HTTPS]);
    let file = studio.home().join(".gitconfig").display().to_string();
    let key = format!("credential.https://{HOST}.username");
    assert_eq!(
        said.detail("address"),
        format!(
            "git uses https, and asks its credential helpers\n\
             {key} ({file}) sets a user name, and a helper may have an old password for it"
        )
    );
    assert_eq!(said.fix("address"), format!("remove {key} from {file}"));
    // Part of a signed user name is a session token.
    let url = HTTPS.replace("https://", "https://ASIAX%25hunter2@");
    let said = found(&studio, &["--offline", &url]);
    assert!(!said.report.to_string().contains("hunter2"));
}

#[test]
fn headers_of_gits_configuration_are_named_without_their_values() {
    let studio = with_https();
    studio.configure("http.extraHeader", "X-Corp: hunter2");
    let said = found(&studio, &[HTTPS]);
    assert_eq!(
        (said.code, said.report["status"].as_str()),
        (Some(0), Some("ok"))
    );
    let file = studio.home().join(".gitconfig").display().to_string();
    let adds = format!("http.extraheader ({file}) adds the header X-Corp");
    assert_eq!(said.detail("git-settings"), adds);

    let key = format!("http.https://{HOST}/.extraheader");
    studio.configure(&key, "AUTHORIZATION: basic hunter2");
    let said = found(&studio, &[HTTPS]);
    studio.git(&["ls-remote", HTTPS]).failed();
    assert_eq!(
        (said.code, said.ids("failed")),
        (Some(5), vec!["git-request"])
    );
    assert_eq!(said.status("git-settings"), "warning");
    let detail = said.detail("git-settings");
    let sends =
        format!("{adds}\n{key} ({file}) sends an Authorization header in place of the password\n");
    assert!(detail.starts_with(&sends), "{detail}");
    assert_eq!(
        said.fix("git-settings"),
        format!("remove it: git config --show-origin --get-all {key}")
    );
    assert!(!said.report.to_string().contains("hunter2"));
    // An empty one clears it.
    studio
        .git(&["config", "--global", "--add", &key, ""])
        .succeeded();
    let said = found(&studio, &[HTTPS]);
    assert_eq!(
        (said.code, said.report["status"].as_str()),
        (Some(0), Some("ok"))
    );
    assert!(said.ids("ok").iter().all(|id| *id != "git-settings"));
}

#[test]
fn a_proxy_that_wants_a_password_is_named_with_the_setting() {
    let aws = |aws: local_aws::Builder| aws.proxy_credentials("ada", "correct");
    let mut studio = Studio::with_aws(aws).with_real_hosts();
    let proxy = studio.aws.proxy_url();
    let name = proxy.strip_prefix("http://").unwrap();
    studio.set("https_proxy", &format!("http://ada:hunter2@{name}"));
    let said = found(&studio, &[WITH_REGION]);
    assert_eq!(
        (said.code, said.ids("failed")),
        (Some(5), vec!["sts-tls", "git-tls"])
    );
    for id in ["sts-tls", "git-tls"] {
        let detail = said.detail(id);
        assert!(
            detail.starts_with(&format!("the proxy {name} (https_proxy) ")),
            "{detail}"
        );
        assert!(said.fix(id).contains("password"), "{}", said.fix(id));
    }
    assert!(!said.report.to_string().contains("hunter2"));
    studio.git(&["ls-remote", WITH_REGION]).failed();
    studio.set("https_proxy", &format!("http://ada:correct@{name}"));
    assert_eq!(found(&studio, &[WITH_REGION]).code, Some(0));
}

#[test]
fn includes_that_lead_nowhere_are_named_by_file_and_line() {
    let studio = Studio::default();
    let config = std::fs::read_to_string(studio.home().join(".gitconfig")).unwrap();
    let lines = config.lines().count();
    studio.write(".config/there", "[user]\n");
    studio.write(
        ".gitconfig",
        &format!(
            "{config}[include]\n\tpath = ~/.config/there\n\tpath = ~/gone\n\
             [includeIf \"gitdir:/nowhere/\"]\n\tpath = relative/gone\n\tpath = .config/there\n"
        ),
    );
    let home = studio.home().display().to_string();
    let said = found(&studio, &["--offline", WITH_REGION]);
    assert_eq!(
        (said.code, said.ids("warning")),
        (Some(0), vec!["git-config"])
    );
    let (first, second) = (lines + 3, lines + 5);
    assert_eq!(
        said.detail("git-config"),
        format!(
            "{home}/.gitconfig:{first} includes {home}/gone, which does not exist\n\
             {home}/.gitconfig:{second} includes {home}/relative/gone, which does not exist"
        )
    );
    assert_eq!(
        said.fix("git-config").lines().next().unwrap(),
        format!("create {home}/gone, or remove the include in {home}/.gitconfig:{first}")
    );
    // Git names the repository's own file from the top of the working tree.
    studio.git(&["init", "--quiet", "work"]).succeeded();
    studio.write("work/.git/there", "");
    for file in ["there", "gone"] {
        let add = ["config", "--add", "include.path", file];
        studio.git_in("work", &add).succeeded();
    }
    std::fs::create_dir(studio.home().join("work/inside")).unwrap();
    let arguments = ["codecommit", "doctor", "--offline", WITH_REGION];
    let said = studio.git_in("work/inside", &arguments).succeeded();
    let line = format!(".git/config:8 includes {home}/work/.git/gone, which does not exist\n");
    assert!(said.stdout.contains(&line), "{said:?}");
    assert!(!said.stdout.contains("/there,"), "{said:?}");
    // As with a HOME that a container has changed.
    let other = studio.home().join("other");
    std::fs::create_dir(&other).unwrap();
    studio.write(
        "other/.gitconfig",
        "[include]\n\tpath = ~/.config/git-codecommit/gitconfig\n",
    );
    let said = studio.git_with(
        ".",
        &[("HOME", other.to_str().unwrap())],
        &["codecommit", "doctor", "--offline", WITH_REGION],
    );
    let line = format!(
        "warning git's configuration: {home}/other/.gitconfig:2 includes \
         {home}/other/.config/git-codecommit/gitconfig, which does not exist\n"
    );
    assert!(said.stdout.contains(&line), "{said:?}");
}

#[test]
fn helpers_that_answer_before_ours_are_named_with_their_file() {
    let studio = with_https();
    let config = std::fs::read_to_string(studio.home().join(".gitconfig")).unwrap();
    let config = config
        .replace("\thelper = \n", "")
        .replace("\thelper =\n", "");
    studio.write(
        "team",
        "[credential]\n\thelper = !aws codecommit credential-helper $@\n",
    );
    studio.write(
        ".gitconfig",
        &format!("[include]\n\tpath = ~/team\n{config}"),
    );
    shows(
        run(&studio, &["--offline", HTTPS]),
        &expect![[r#"
        -- stdout
        ok      git: GIT
        ok      programs: version VERSION
        ok      surroundings: not SageMaker Studio
        ok      stored passwords: none for CodeCommit

        https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo-repo
        ok      address: git uses https, and asks its credential helpers
        ok      protocol permission: allowed (git's default)
        ok      helper program: git starts BIN/git-credential-codecommit (VERSION)
        warning credential helpers: git-credential-codecommit (~/.gitconfig)
                git asks the AWS CLI's credential helper (~/team) first and uses its answer
                fix: run git codecommit setup, or write an empty credential.https://git-codecommit.eu-west-1.amazonaws.com.helper before ours
        ok      profile: CrossAccountAccessProfile (--profile in ~/.gitconfig)
        ok      plan: container credentials, then 1 role
        skipped DNS name of STS, TCP to STS, TLS with STS, DNS name of the git host, TCP to the git host, TLS with the git host, clock, container credentials, AssumeRole MyCrossAccountRepositoryContributorRole, repository, git ls-remote: offline

        9 ok, 1 warning, 11 skipped
        first problem: credential helpers; fix: run git codecommit setup, or write an empty credential.https://git-codecommit.eu-west-1.amazonaws.com.helper before ours
    "#]],
    );
}
