//! Access keys that cannot work, and settings that look like credentials but do not count.

use expect_test::{Expect, expect};
use local_aws::{Action, Fault, LocalAws, Service};

use crate::harness::{Outcome, PROFILE, Studio, every_git};

const REQUEST: &str =
    "protocol=https\nhost=git-codecommit.eu-west-1.amazonaws.com\npath=v1/repos/demo-repo\n";

fn get(studio: &Studio, arguments: &[&str]) -> Outcome {
    let arguments: Vec<&str> = arguments.iter().copied().chain(["get"]).collect();
    studio.helper("git-credential-codecommit", &arguments, REQUEST)
}

/// A home without any credentials.
fn nothing() -> Studio {
    let aws = LocalAws::builder().repository("demo-repo").start();
    let mut studio = Studio::without_profile(&every_git()[0], aws).with_cache();
    studio.unset("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    studio
}

#[test]
fn keys_of_the_environment_that_cannot_work_are_refused_with_the_reason() {
    let cases: [(&[(&str, &str)], Expect); 8] = [
        (
            &[
                ("AWS_ACCESS_KEY_ID", "AKIA:x"),
                ("AWS_SECRET_ACCESS_KEY", "s"),
            ],
            expect![[r#"
                exit code 4
                -- stdout
                quit=1
                -- stderr
                git-credential-codecommit: environment keys: the access key ID contains a line break, a space or another character that it cannot have
                hint: copy the access key ID again, without line breaks and spaces
            "#]],
        ),
        (
            &[
                ("AWS_ACCESS_KEY_ID", "AKIA%x"),
                ("AWS_SECRET_ACCESS_KEY", "s"),
            ],
            expect![[r#"
                exit code 4
                -- stdout
                quit=1
                -- stderr
                git-credential-codecommit: environment keys: the access key ID contains a line break, a space or another character that it cannot have
                hint: copy the access key ID again, without line breaks and spaces
            "#]],
        ),
        (
            &[
                ("AWS_ACCESS_KEY_ID", "\"AKIA\""),
                ("AWS_SECRET_ACCESS_KEY", "s"),
            ],
            expect![[r#"
                exit code 4
                -- stdout
                quit=1
                -- stderr
                git-credential-codecommit: environment keys: the access key ID is in quotation marks
                hint: write the access key ID without quotation marks
            "#]],
        ),
        (
            &[
                ("AWS_ACCESS_KEY_ID", "AKIA\nhost=evil.example"),
                ("AWS_SECRET_ACCESS_KEY", "s"),
            ],
            expect![[r#"
                exit code 4
                -- stdout
                quit=1
                -- stderr
                git-credential-codecommit: environment keys: the access key ID contains a line break, a space or another character that it cannot have
                hint: copy the access key ID again, without line breaks and spaces
            "#]],
        ),
        (
            &[
                ("AWS_ACCESS_KEY_ID", "AKIA"),
                ("AWS_SECRET_ACCESS_KEY", "hunter2\r\n"),
            ],
            expect![[r#"
                exit code 4
                -- stdout
                quit=1
                -- stderr
                git-credential-codecommit: environment keys: the secret access key contains a line break, a space or another character that it cannot have
                hint: copy the secret access key again, without line breaks and spaces
            "#]],
        ),
        (
            &[
                ("AWS_ACCESS_KEY_ID", "ASIA"),
                ("AWS_SECRET_ACCESS_KEY", "hunter2"),
            ],
            expect![[r#"
                exit code 4
                -- stdout
                quit=1
                -- stderr
                git-credential-codecommit: environment keys: the key is temporary (ASIA…), but its session token is missing
                hint: set all three together: access key ID, secret access key and session token
            "#]],
        ),
        (
            &[
                ("AWS_ACCESS_KEY_ID", "ASIA"),
                ("AWS_SECRET_ACCESS_KEY", "hunter2"),
                ("AWS_SESSION_TOKEN", "hunter3 "),
            ],
            expect![[r#"
                exit code 4
                -- stdout
                quit=1
                -- stderr
                git-credential-codecommit: environment keys: the session token contains a line break, a space or another character that it cannot have
                hint: copy the session token again, without line breaks and spaces
            "#]],
        ),
        (
            &[
                ("AWS_ACCESS_KEY_ID", "ASIA"),
                ("AWS_SECRET_ACCESS_KEY", "hunter2"),
                ("AWS_SESSION_TOKEN", "hunter3"),
                ("AWS_CREDENTIAL_EXPIRATION", "2001-01-01T00:00:00Z"),
            ],
            expect![[r#"
                exit code 4
                -- stdout
                quit=1
                -- stderr
                git-credential-codecommit: environment keys: the session expired at TIME
                hint: get a new session; if it is new, set this machine's clock
            "#]],
        ),
    ];
    for (environment, expected) in cases {
        let mut studio = nothing();
        for (name, value) in environment {
            studio.set(name, value);
        }
        get(&studio, &[]).is(&expected);
    }
}

#[test]
fn keys_of_a_program_and_of_a_service_are_checked_before_they_are_cached() {
    let studio = nothing();
    let answer = r#"{"Version": 1, "AccessKeyId": "AKIA%x", "SecretAccessKey": "hunter2"}"#;
    studio.write("answer.json", answer);
    studio.write(
        ".aws/config",
        "[profile p]\ncredential_process = cat answer.json\n",
    );
    get(&studio, &["--profile", "p"]).is(&expect![[r#"
        exit code 4
        -- stdout
        quit=1
        -- stderr
        git-credential-codecommit: credential_process of profile "p": the access key ID contains a line break, a space or another character that it cannot have
        hint: copy the access key ID again, without line breaks and spaces
    "#]]);

    let studio = Studio::default().with_cache();
    let container = r#"{"AccessKeyId": "ASIA", "SecretAccessKey": "hunter2", "Token": "t",
                        "Expiration": "2001-01-01T00:00:00Z"}"#;
    let fault = Fault::new(Service::Container, Action::status(200, container));
    studio.aws.fail(fault);
    get(&studio, &["--profile", PROFILE]).is(&expect![[r#"
        exit code 4
        -- stdout
        quit=1
        -- stderr
        git-credential-codecommit: container credentials: the session expired at TIME
        hint: get a new session; if it is new, set this machine's clock
    "#]]);

    let session = "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
                   <Credentials><AccessKeyId>ASIA:x</AccessKeyId><SecretAccessKey>hunter2</SecretAccessKey>\
                   <SessionToken>t</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials>\
                   </AssumeRoleResult></AssumeRoleResponse>";
    let fault = Fault::new(Service::Sts, Action::status(200, session));
    studio.aws.fail(fault);
    get(&studio, &["--profile", PROFILE]).is(&expect![[r#"
        exit code 4
        -- stdout
        quit=1
        -- stderr
        git-credential-codecommit: session of role arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole: the access key ID contains a line break, a space or another character that it cannot have
        hint: copy the access key ID again, without line breaks and spaces
    "#]]);
    studio
        .helper("git-codecommit", &["cache", "list"], "")
        .is(&expect![[""]]);
}
