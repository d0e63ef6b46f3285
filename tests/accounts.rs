//! The account as a guard: credentials of another one stop the command before the git host is asked.

use expect_test::expect;
use local_aws::{LocalAws, Service};

use crate::harness::{Outcome, PROFILE, Studio, WITH_REGION};

const RIGHT: &str = "codecommit::eu-west-1://CrossAccountAccessProfile@111111111111/demo-repo";
const WRONG: &str = "codecommit::eu-west-1://CrossAccountAccessProfile@222222222222/demo-repo";

/// What was said, with the session's ARN and a key's id replaced by their names.
fn masked(mut said: Outcome) -> Outcome {
    for (start, name) in [
        ("arn:aws:sts::111111111111:", "ARN"),
        ("key AKIA", "key ID"),
    ] {
        while let Some(at) = said.stderr.find(start) {
            let end = said.stderr[at + 4..].find(' ').unwrap() + at + 4;
            said.stderr.replace_range(at..end, name);
        }
    }
    said
}

fn count(aws: &LocalAws, service: Service) -> usize {
    let requests = aws.requests();
    requests
        .iter()
        .filter(|line| line.service == service)
        .count()
}

#[test]
fn the_right_account_costs_no_request() {
    let studio = Studio::default();
    studio.git(&["clone", "--quiet", RIGHT]).succeeded();
    studio.assert_record(1, &["GET upload-pack", "POST upload-pack"]);
    studio.git_in("demo-repo", &["fetch"]).succeeded();
    let arn = "codecommit::arn:aws:codecommit:eu-west-1:111111111111:demo-repo";
    studio.configure("codecommit.profile", PROFILE);
    studio.git(&["ls-remote", arn]).succeeded();
}

#[test]
fn another_account_stops_the_command() {
    let studio = Studio::default();
    masked(studio.git(&["ls-remote", WRONG])).is(&expect![[r#"
        exit code 128
        -- stderr
        git-remote-codecommit: ARN belongs to account 111111111111, but the address names account 222222222222
        hint: use a profile of account 222222222222, or correct the address
    "#]]);
    assert_eq!(count(&studio.aws, Service::Git), 0);
    studio.configure("codecommit.profile", PROFILE);
    let arn = "codecommit::arn:aws:codecommit:eu-west-1:222222222222:demo-repo";
    masked(studio.git(&["ls-remote", arn])).is(&expect![[r#"
        exit code 128
        -- stderr
        git-remote-codecommit: ARN belongs to account 111111111111, but the address names account 222222222222
        hint: use a profile of account 222222222222, or correct the address
    "#]]);
    let said = studio.helper("git-remote-codecommit", &["origin", WRONG], "list\n\n");
    assert_eq!(said.code, Some(4));
}

#[test]
fn a_cached_session_is_checked_too() {
    let studio = Studio::default().with_cache();
    studio.git(&["ls-remote", WITH_REGION]).succeeded();
    studio.aws.clear_record();
    studio.git(&["ls-remote", RIGHT]).succeeded();
    studio.git(&["ls-remote", WRONG]).is(&expect![[r#"
        exit code 128
        -- stderr
        git-remote-codecommit: arn:aws:sts::111111111111:assumed-role/MyCrossAccountRepositoryContributorRole/git-codecommit belongs to account 111111111111, but the address names account 222222222222
        hint: use a profile of account 222222222222, or correct the address
    "#]]);
    assert_eq!(count(&studio.aws, Service::Sts), 0);
}

#[test]
fn https_has_the_account_in_gits_configuration() {
    let studio = Studio::default();
    let key = "codecommit.https://git-codecommit.eu-west-1.amazonaws.com.account";
    studio.configure(key, "222222222222");
    let said = studio.credential(&["--profile", PROFILE]);
    masked(said).is(&expect![[r#"
        exit code 4
        -- stdout
        quit=1
        -- stderr
        git-credential-codecommit: ARN belongs to account 111111111111, but codecommit.https://git-codecommit.eu-west-1.amazonaws.com.account names account 222222222222
        hint: use a profile of account 222222222222, or correct codecommit.https://git-codecommit.eu-west-1.amazonaws.com.account
    "#]]);
    // The address has the last word.
    masked(studio.git(&["ls-remote", WITH_REGION])).is(&expect![[r#"
        exit code 128
        -- stderr
        git-remote-codecommit: ARN belongs to account 111111111111, but codecommit.https://git-codecommit.eu-west-1.amazonaws.com.account names account 222222222222
        hint: use a profile of account 222222222222, or correct codecommit.https://git-codecommit.eu-west-1.amazonaws.com.account
    "#]]);
    studio.git(&["ls-remote", "--quiet", RIGHT]).succeeded();
    studio.configure(key, "111111111111");
    studio.credential(&["--profile", PROFILE]).succeeded();
    studio.configure(key, "1111");
    studio.credential(&["--profile", PROFILE]).is(&expect![[r#"
        exit code 3
        -- stdout
        quit=1
        -- stderr
        git-credential-codecommit: git's configuration has a codecommit.https://git-codecommit.eu-west-1.amazonaws.com.account that is not an account ID of 12 digits
        hint: git config --show-origin --get-all codecommit.https://git-codecommit.eu-west-1.amazonaws.com.account shows where it is set
    "#]]);
}

/// A user's keys, of account 111111111111, which say nothing of it.
fn with_user() -> Studio {
    let mut studio = Studio::default();
    let keys = studio.aws.issue_user("ada");
    studio.set("AWS_ACCESS_KEY_ID", &keys.access_key_id);
    studio.set("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    studio
}

#[test]
fn sts_is_asked_once_whose_keys_are_that_do_not_say_it() {
    let mut studio = with_user();
    let (right, wrong) = (
        "codecommit::eu-west-1://111111111111/demo-repo",
        "codecommit::eu-west-1://222222222222/demo-repo",
    );
    studio.git(&["clone", "--quiet", right]).succeeded();
    let calls = studio.aws.sts_requests();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].sts.as_ref().unwrap().action, "GetCallerIdentity");
    masked(studio.git(&["ls-remote", wrong])).is(&expect![[r#"
        exit code 128
        -- stderr
        git-remote-codecommit: key ID belongs to account 111111111111, but the address names account 222222222222
        hint: use a profile of account 222222222222, or correct the address
    "#]]);
    // Without an account nobody is asked, and neither where the environment or the profile names it.
    studio.aws.clear_record();
    studio
        .git(&["ls-remote", "codecommit::eu-west-1://demo-repo"])
        .succeeded();
    studio.set("AWS_ACCOUNT_ID", "111111111111");
    studio.git(&["ls-remote", right]).succeeded();
    let said = studio.git(&["ls-remote", wrong]).failed();
    assert!(
        said.stderr.contains("belongs to account 111111111111"),
        "{said:?}"
    );
    assert_eq!(count(&studio.aws, Service::Sts), 0);
}

#[test]
fn a_profile_or_a_program_may_name_the_account() {
    let studio = Studio::default();
    let keys = studio.aws.issue_user("ada");
    let (id, secret) = (&keys.access_key_id, &keys.secret_access_key);
    let program = format!(
        "#!/bin/sh\necho '{{\"Version\": 1, \"AccessKeyId\": \"{id}\", \"SecretAccessKey\": \"{secret}\", \
         \"AccountId\": \"111111111111\"}}'\n"
    );
    let program = studio.write_program("keys", &program);
    studio.write(
        ".aws/config",
        &format!(
            "[profile static]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n\
             aws_account_id = 111111111111\n[profile program]\ncredential_process = {}\n",
            program.display()
        ),
    );
    for profile in ["static", "program"] {
        let address = |account| format!("codecommit::eu-west-1://{profile}@{account}/demo-repo");
        studio
            .git(&["ls-remote", &address("111111111111")])
            .succeeded();
        let said = studio
            .git(&["ls-remote", &address("222222222222")])
            .failed();
        assert!(
            said.stderr.contains("belongs to account 111111111111"),
            "{said:?}"
        );
    }
    assert_eq!(count(&studio.aws, Service::Sts), 0);
}

#[test]
fn relative_submodules_keep_the_account() {
    let studio = Studio::with_aws(|aws| aws.repository("sub"));
    studio.git(&["clone", "--quiet", RIGHT, "work"]).succeeded();
    studio
        .git_in(
            "work",
            &[
                "-c",
                "protocol.codecommit.allow=always",
                "submodule",
                "--quiet",
                "add",
                "../sub",
                "sub",
            ],
        )
        .succeeded();
    let url = studio
        .git_in("work/sub", &["config", "remote.origin.url"])
        .succeeded();
    assert_eq!(
        url.stdout,
        "codecommit::eu-west-1://CrossAccountAccessProfile@111111111111/sub\n"
    );
}

#[test]
fn explain_and_the_doctor_show_the_account() {
    let studio = Studio::default();
    let said = studio.helper("git-codecommit", &["doctor", "--explain", WRONG], "");
    said.is(&expect![[r#"
        -- stdout
        repository demo-repo
        git host   localhost:PORT
        region     eu-west-1 (the address)
        profile    CrossAccountAccessProfile (the address)
        step 1     container credentials: credential_source = EcsContainer (~/.aws/config:3)
        step 2     AssumeRole arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole (~/.aws/config:4)
        account    222222222222 (the address)
        STS        localhost:PORT in eu-west-1 (the region of profile "CrossAccountAccessProfile")
        session    not cached: codecommit.cache is false, or the space is shared
    "#]]);
    let doctor = |studio: &Studio, address: &str| {
        let said = studio.helper("git-codecommit", &["doctor", address], "");
        let lines = said
            .stdout
            .lines()
            .skip_while(|line| !line.contains(" account: "));
        let lines: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
        (said.code, lines.join("\n"))
    };
    let (code, lines) = doctor(&studio, RIGHT);
    assert_eq!(code, Some(0), "{lines}");
    assert_eq!(
        lines,
        "ok      account: 111111111111 (the address)\nok      repository: readable: 3 references"
    );
    let (code, lines) = doctor(&studio, WRONG);
    assert_eq!(code, Some(4));
    expect![[r#"
        failed  account: arn:aws:sts::NNNNNNNNNNNN:assumed-role/MyCrossAccountRepositoryContributorRole/git-codecommit belongs to account NNNNNNNNNNNN, but the address names account NNNNNNNNNNNN
                fix: use a profile of account NNNNNNNNNNNN, or correct the address
        skipped repository: there are no credentials"#]].assert_eq(&lines.replace(|c: char| c.is_ascii_digit(), "N"));
    let studio = with_user();
    let (_, lines) = doctor(&studio, "codecommit::eu-west-1://222222222222/demo-repo");
    assert!(lines.starts_with("failed  account: key AKIA"), "{lines}");
}
