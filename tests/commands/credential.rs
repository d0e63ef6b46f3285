//! `git codecommit credential`.

use std::path::Path;

use expect_test::expect;
use local_aws::Auth;

use super::{on_a_terminal, run, studio};
use crate::harness::{Outcome, Studio, WITH_REGION};

/// What was printed, with the secrets and times replaced by their names.
fn masked(said: &Outcome, secrets: &[(&str, &str)]) -> String {
    let mut shown = said.stdout.clone();
    for (secret, name) in secrets {
        assert!(shown.contains(secret), "{name} is not in {shown}");
        shown = shown.replace(secret, name);
    }
    crate::harness::stable(&shown)
}

fn lines(said: &Outcome) -> (String, String) {
    let of = |key: &str| {
        let line = said.stdout.lines().find_map(|line| line.strip_prefix(key));
        line.unwrap().to_owned()
    };
    (of("username="), of("password="))
}

#[test]
fn the_password_opens_the_repository_without_a_helper() {
    let studio = studio();
    let said = run(&studio, &["credential", WITH_REGION]).succeeded();
    let (user, password) = lines(&said);
    assert!(user.starts_with("ASIA") && user.contains('%'), "{user}");
    assert_eq!(
        masked(&said, &[(&user, "USER"), (&password, "PASSWORD")]),
        "username=USER\npassword=PASSWORD\nexpires_at=TIME\n"
    );
    assert_eq!(
        crate::harness::stable(&said.stderr),
        "git-codecommit: warning: this is a password for https://localhost:PORT/v1/repos/demo-repo until TIME \
         (keep it out of files and logs)\n"
    );
    // git, as any program that knows Basic authentication, with this and nothing else.
    let url = run(&studio, &["credential", "--url", WITH_REGION]).succeeded();
    studio.aws.clear_record();
    let ca = format!("http.sslCAInfo={}", studio.aws.ca_file().display());
    studio
        .git(&["-c", &ca, "clone", "--quiet", url.stdout.trim_end(), "work"])
        .succeeded();
    let requests = studio.aws.git_requests();
    let is_signed = |auth: &Auth| matches!(auth, Auth::Ok { .. });
    assert!(
        requests
            .iter()
            .any(|request| is_signed(&request.authorization)),
        "{requests:#?}"
    );
}

#[test]
fn json_and_netrc_are_whole() {
    let mut studio = studio();
    let keys = studio.aws.issue_user("ada");
    studio.write(".aws/config", "[default]\nregion = eu-west-1\n");
    studio.set("AWS_ACCESS_KEY_ID", &keys.access_key_id);
    studio.set("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    let address = "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo-repo";
    studio.unset("CODE_COMMIT_ENDPOINT");
    let said = run(&studio, &["credential", "--json", address]).succeeded();
    let json: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    let password = json["password"].as_str().unwrap();
    let user = keys.access_key_id.as_str();
    assert_eq!(
        masked(&said, &[(user, "USER"), (password, "PASSWORD")]),
        "{\n  \"url\": \"https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo-repo\",\n  \
         \"username\": \"USER\",\n  \"password\": \"PASSWORD\",\n  \"expires_at\": \"TIME\"\n}\n"
    );
    let said = run(&studio, &["credential", "--netrc", address]).succeeded();
    let password = said.stdout.trim_end().rsplit(' ').next().unwrap();
    assert_eq!(
        masked(&said, &[(user, "USER"), (password, "PASSWORD")]),
        "machine git-codecommit.eu-west-1.amazonaws.com login USER password PASSWORD\n"
    );
    assert!(studio.aws.requests().is_empty());
}

#[test]
fn a_terminal_sees_a_password_only_with_yes() {
    let studio = studio();
    let said = on_a_terminal(&studio, &format!("credential {WITH_REGION}"));
    assert_eq!(said.code, Some(2));
    assert_eq!(
        said.stdout.replace("\r\n", "\n"),
        "git-codecommit: this command prints a password, and standard output is a terminal\n\
         hint: send the output to the program that needs it, or add --yes to see it\n"
    );
    assert!(studio.aws.requests().is_empty());
    let said = on_a_terminal(&studio, &format!("credential --yes {WITH_REGION}")).succeeded();
    assert!(said.stdout.contains("password=20"), "{said:?}");
}

#[test]
fn what_goes_wrong_is_said_as_the_helpers_say_it() {
    let studio = studio();
    run(&studio, &["credential", "https://github.com/a/b"]).is(&expect![[r#"
        exit code 3
        -- stderr
        git-codecommit: "github.com" is not a CodeCommit git host
        hint: a CodeCommit URL looks like https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/repository
    "#]]);
    run(&studio, &["credential", "--json", "--url", WITH_REGION]).is(&expect![[r#"
        exit code 2
        -- stderr
        git-codecommit: --json cannot be used with --url
        hint: git codecommit help lists the commands, git codecommit help COMMAND its options
    "#]]);
}

/// The program's output goes where the reader's ends.
#[test]
fn a_reader_that_has_gone_is_no_error() {
    let studio: Studio = studio();
    let program = crate::harness::helpers().join("git-codecommit");
    let script = format!(
        "{} credential {WITH_REGION} 2>/dev/null | true",
        program.display()
    );
    let said = studio.run_in(".", Path::new("/bin/sh"), &["-c", &script], "");
    assert_eq!(said.succeeded().stdout, "");
}
