//! Access keys that cannot work: refused with the reason, before anything is asked or cached.

use expect_test::expect;
use local_aws::{Action, Fault, Service};

use crate::harness::{PROFILE, Studio};

#[test]
fn keys_of_the_environment_that_cannot_work_are_refused_with_the_reason() {
    let of_two = |id: &'static str, secret: &'static str| [id, secret, "", ""];
    for (values, expected) in [
        (
            of_two("AKIA:x", "s"),
            expect![[r#"
                git-credential-codecommit: environment keys: the access key ID contains a line break, a space or another character that it cannot have
                hint: copy the access key ID again, without line breaks and spaces
            "#]],
        ),
        (
            of_two("AKIA%x", "s"),
            expect![[r#"
                git-credential-codecommit: environment keys: the access key ID contains a line break, a space or another character that it cannot have
                hint: copy the access key ID again, without line breaks and spaces
            "#]],
        ),
        (
            of_two("\"AKIA\"", "s"),
            expect![[r#"
                git-credential-codecommit: environment keys: the access key ID is in quotation marks
                hint: write the access key ID without quotation marks
            "#]],
        ),
        (
            of_two("AKIA\nhost=evil.example", "s"),
            expect![[r#"
                git-credential-codecommit: environment keys: the access key ID contains a line break, a space or another character that it cannot have
                hint: copy the access key ID again, without line breaks and spaces
            "#]],
        ),
        (
            of_two("AKIA", "hunter2\r\n"),
            expect![[r#"
                git-credential-codecommit: environment keys: the secret access key contains a line break, a space or another character that it cannot have
                hint: copy the secret access key again, without line breaks and spaces
            "#]],
        ),
        (
            of_two("ASIA", "hunter2"),
            expect![[r#"
                git-credential-codecommit: environment keys: the key is temporary (ASIA…), but its session token is missing
                hint: set all three together: access key ID, secret access key and session token
            "#]],
        ),
        (
            ["ASIA", "hunter2", "hunter3 ", ""],
            expect![[r#"
                git-credential-codecommit: environment keys: the session token contains a line break, a space or another character that it cannot have
                hint: copy the session token again, without line breaks and spaces
            "#]],
        ),
        (
            ["ASIA", "hunter2", "hunter3", "2001-01-01T00:00:00Z"],
            expect![[r#"
                git-credential-codecommit: environment keys: the session expired at TIME
                hint: get a new session; if it is new, set this machine's clock
            "#]],
        ),
    ] {
        let mut studio = Studio::default().without_credentials();
        let names = [
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "AWS_CREDENTIAL_EXPIRATION",
        ];
        for (name, value) in names.into_iter().zip(values) {
            studio.set(name, value);
        }
        studio.credential(&[]).refuses(4, &expected);
    }
}

#[test]
fn keys_of_a_program_and_of_a_service_are_checked_before_they_are_cached() {
    let studio = Studio::default()
        .without_credentials()
        .with_cache()
        .with_profile("p", "credential_process = cat answer.json\n");
    let answer = r#"{"Version": 1, "AccessKeyId": "AKIA%x", "SecretAccessKey": "hunter2"}"#;
    studio.write("answer.json", answer);
    studio
        .credential(&["--profile", "p"])
        .refuses(4, &expect![[r#"
            git-credential-codecommit: credential_process of profile "p": the access key ID contains a line break, a space or another character that it cannot have
            hint: copy the access key ID again, without line breaks and spaces
        "#]]);

    let studio = Studio::default().with_cache();
    let container = r#"{"AccessKeyId": "ASIA", "SecretAccessKey": "hunter2", "Token": "t",
                        "Expiration": "2001-01-01T00:00:00Z"}"#;
    let fault = Fault::new(Service::Container, Action::status(200, container));
    studio.aws.fail(fault);
    studio.credential(&["--profile", PROFILE]).refuses(
        4,
        &expect![[r#"
            git-credential-codecommit: container credentials: the session expired at TIME
            hint: get a new session; if it is new, set this machine's clock
        "#]],
    );

    let session = "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
                   <Credentials><AccessKeyId>ASIA:x</AccessKeyId><SecretAccessKey>hunter2</SecretAccessKey>\
                   <SessionToken>t</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials>\
                   </AssumeRoleResult></AssumeRoleResponse>";
    let fault = Fault::new(Service::Sts, Action::status(200, session));
    studio.aws.fail(fault);
    studio
        .credential(&["--profile", PROFILE])
        .refuses(4, &expect![[r#"
            git-credential-codecommit: session of role arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole: the access key ID contains a line break, a space or another character that it cannot have
            hint: copy the access key ID again, without line breaks and spaces
        "#]]);
    studio
        .helper("git-codecommit", &["cache", "list"], "")
        .is(&expect![[""]]);
}
