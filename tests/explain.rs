//! `git codecommit doctor --explain`: the plan, without a request.

use expect_test::expect;
use local_aws::CONTRIBUTOR_ROLE;

use crate::harness::{HTTPS, PROFILE, Studio, WITH_REGION, WITHOUT_REGION, stable};

fn studio() -> Studio {
    Studio::default().with_cache().with_real_hosts()
}

fn explained(studio: &Studio, arguments: &[&str]) -> String {
    let arguments = [&["doctor", "--explain"], arguments].concat();
    let said = studio.helper("git-codecommit", &arguments, "").succeeded();
    assert_eq!(said.stderr, "");
    assert!(studio.aws.requests().is_empty());
    said.stdout
        .replace(&studio.home().display().to_string(), "~")
}

#[test]
fn each_step_names_the_setting_that_decided_it() {
    let studio = studio();

    let text = explained(&studio, &[WITH_REGION]);
    let (text, file) = text.trim_end().rsplit_once('/').unwrap();
    assert_eq!(file.len(), 40 + ".json".len());
    assert_eq!(
        text,
        format!(
            "repository demo-repo\n\
             git host   git-codecommit.eu-west-1.amazonaws.com\n\
             region     eu-west-1 (the address)\n\
             profile    {PROFILE} (the address)\n\
             step 1     container credentials: credential_source = EcsContainer (~/.aws/config:3)\n\
             step 2     AssumeRole {CONTRIBUTOR_ROLE} (~/.aws/config:4)\n\
             STS        sts.eu-west-1.amazonaws.com in eu-west-1 (the region of profile {PROFILE:?})\n\
             session    none cached: ~/.aws/cli/cache"
        )
    );
}

#[test]
fn settings_of_git_and_of_the_environment_are_named_too() {
    let mut studio = studio();
    studio.set("AWS_PROFILE", PROFILE);
    studio.set("AWS_DEFAULT_REGION", "eu-west-1");
    studio.configure("codecommit.stsRegion", "us-east-1");
    studio.configure("codecommit.cache", "false");
    let text = explained(&studio, &[]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], format!("profile    {PROFILE} (AWS_PROFILE)"));
    assert_eq!(
        lines[3..],
        [
            "STS        sts.us-east-1.amazonaws.com in us-east-1 (codecommit.stsregion)",
            "session    not cached: codecommit.cache is false, or the space is shared",
        ]
    );
    let said = explained(&studio, &[WITHOUT_REGION]);
    expect![[r#"
        repository demo-repo
        git host   git-codecommit.eu-west-1.amazonaws.com
        region     eu-west-1 (AWS_DEFAULT_REGION)
        profile    CrossAccountAccessProfile (the address)
        step 1     container credentials: credential_source = EcsContainer (~/.aws/config:3)
        step 2     AssumeRole arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole (~/.aws/config:4)
        STS        sts.us-east-1.amazonaws.com in us-east-1 (codecommit.stsregion)
        session    not cached: codecommit.cache is false, or the space is shared
    "#]].assert_eq(&stable(&said));
}

#[test]
fn a_step_that_cannot_be_settled_is_the_error_that_git_is_told() {
    let studio = studio();
    let arguments = [
        "doctor",
        "--explain",
        "codecommit::eu-west-1://typo@demo-repo",
    ];
    let said = studio.helper("git-codecommit", &arguments, "").failed();
    said.is(&expect![[r#"
        exit code 3
        -- stderr
        git-codecommit: profile "typo", chosen by the address, is not in ~/.aws/config or ~/.aws/credentials
        hint: name one of these profiles: CrossAccountAccessProfile
    "#]]);
}

#[test]
fn remotes_are_explained_as_git_rewrites_them() {
    let studio = studio();
    studio.git(&["init", "--quiet", "work"]).succeeded();
    let rewritten = [
        "config",
        "--global",
        "url.codecommit::eu-west-1://.insteadOf",
        "cc.",
    ];
    studio.git(&rewritten).succeeded();
    let address = format!("cc.{PROFILE}@demo-repo");
    for (name, url) in [("origin", address.as_str()), ("other", WITH_REGION)] {
        let remote = ["remote", "add", name, url];
        studio.git_in("work", &remote).succeeded();
    }
    let explained = |arguments: &[&str]| {
        let arguments = [&["codecommit", "doctor", "--explain"], arguments].concat();
        studio.git_in("work", &arguments).succeeded().stdout
    };
    let rewritten = format!(
        "rewritten  codecommit::eu-west-1://{PROFILE}@demo-repo (url.codecommit::eu-west-1://.insteadOf)\n\
         repository demo-repo\n"
    );
    let start = format!("address    {address}\n{rewritten}");
    for arguments in [&["origin"][..], &[]] {
        let text = explained(arguments);
        assert!(text.starts_with(&start), "{text}");
    }
    assert!(explained(&[&address]).starts_with(&rewritten));
    let other = "codecommit::us-east-1://other-repo";
    let change = ["remote", "set-url", "other", other];
    studio.git_in("work", &change).succeeded();
    studio.write(".aws/config", &format!("[profile {PROFILE}]\n[default]\n"));
    let text = explained(&[]);
    expect![[r#"
        address    cc.CrossAccountAccessProfile@demo-repo
        rewritten  codecommit::eu-west-1://CrossAccountAccessProfile@demo-repo (url.codecommit::eu-west-1://.insteadOf)
        repository demo-repo
        git host   git-codecommit.eu-west-1.amazonaws.com
        region     eu-west-1 (the address)
        profile    CrossAccountAccessProfile (the address)
        step 1     container credentials: nothing else is configured, and AWS_CONTAINER_CREDENTIALS_…_URI is set

        address    codecommit::us-east-1://other-repo
        repository other-repo
        git host   git-codecommit.us-east-1.amazonaws.com
        region     us-east-1 (the address)
        profile    default (nothing else)
        step 1     container credentials: nothing else is configured, and AWS_CONTAINER_CREDENTIALS_…_URI is set
    "#]].assert_eq(&stable(&text));
}

#[test]
fn an_https_url_is_explained_as_its_helper_reads_it() {
    let studio = studio().with_our_helper();
    let text = explained(&studio, &[HTTPS]);
    expect![[r#"
        repository demo-repo
        git host   git-codecommit.eu-west-1.amazonaws.com
        region     eu-west-1 (the address)
        profile    CrossAccountAccessProfile (--profile in ~/.gitconfig)
        step 1     container credentials: credential_source = EcsContainer (~/.aws/config:3)
        step 2     AssumeRole arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole (~/.aws/config:4)
        STS        sts.eu-west-1.amazonaws.com in eu-west-1 (the region of profile "CrossAccountAccessProfile")
        session    none cached: ~/.aws/cli/cache/00c93a31a818da9560d897fc7c79842ea8c3aa02.json
    "#]].assert_eq(&stable(&text));
}

#[test]
fn what_a_terminal_would_obey_is_escaped() {
    let studio = studio();
    let role = "role_arn = arn:aws:iam::111111111111:role/\u{1b}[2J";
    let config = format!("[profile {PROFILE}]\n{role}\ncredential_source = EcsContainer\n");
    studio.write(".aws/config", &config);
    let text = explained(&studio, &[WITH_REGION]);
    expect![[r#"
        repository demo-repo
        git host   git-codecommit.eu-west-1.amazonaws.com
        region     eu-west-1 (the address)
        profile    CrossAccountAccessProfile (the address)
        step 1     container credentials: credential_source = EcsContainer (~/.aws/config:3)
        step 2     AssumeRole arn:aws:iam::111111111111:role/\u{1b}[2J (~/.aws/config:2)
        STS        sts.eu-west-1.amazonaws.com in eu-west-1 (the repository)
        session    none cached: ~/.aws/cli/cache/c791d1866c6edeb7c87baeea7ba49f98ed9e9bb8.json
    "#]]
    .assert_eq(&stable(&text));
    assert!(!text.contains('\u{1b}'));
}
