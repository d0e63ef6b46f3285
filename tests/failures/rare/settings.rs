//! Addresses, settings and AWS files that cannot be used.

use expect_test::expect;

use super::{command, listed};
use crate::harness::{PROFILE, Studio, WITH_REGION};

#[test]
fn addresses_that_cannot_be_read() {
    let studio = Studio::default();
    let site = "https://git-codecommit.eu-west-1.amazonaws.com";
    let password = site.replace("https://", "https://u:hunter2@") + "/v1/repos/r";
    command(&studio, &["url", &password]).is(&expect![[r#"
        exit code 3
        -- stderr
        git-codecommit: the address contains a user name and password
        hint: remove them: the helper makes its own from the AWS profile
    "#]]);
    command(&studio, &["url", &format!("{site}/r")]).is(&expect![[r#"
        exit code 3
        -- stderr
        git-codecommit: "/r" is not a repository name
        hint: the path of a CodeCommit URL is /v1/repos/ and the repository's name
    "#]]);
    command(&studio, &["url", "codecommit://my repo"]).is(&expect![[r#"
        exit code 3
        -- stderr
        git-codecommit: "my repo" is not a repository name
        hint: a repository name has 1 to 100 letters, digits, dots, dashes and underscores
    "#]]);
    command(&studio, &["list", "--profile", " "]).is(&expect![[r#"
        exit code 2
        -- stderr
        git-codecommit: invalid value " " for --profile <NAME>: the name of an AWS profile is empty
        hint: git codecommit help lists the commands, git codecommit help COMMAND its options
    "#]]);
}

#[test]
fn settings_that_cannot_be_used() {
    let mut studio = Studio::default();
    studio.set("AWS_USE_FIPS_ENDPOINT", "true");
    listed(&studio, WITH_REGION).is(&expect![[r#"
        exit code 3
        -- stderr
        git-remote-codecommit: warning: a FIPS endpoint is asked for, but AWS documents no FIPS git host in eu-west-1; trying it anyway
        git-remote-codecommit: AWS_ENDPOINT_URL_STS and AWS_USE_FIPS_ENDPOINT are both set: only one of them can choose the STS host
        hint: unset AWS_USE_FIPS_ENDPOINT, or AWS_ENDPOINT_URL_STS
    "#]]);
    studio.unset("AWS_USE_FIPS_ENDPOINT");
    studio.set("CODE_COMMIT_ENDPOINT", "https://localhost/");
    listed(&studio, WITH_REGION).is(&expect![[r#"
        exit code 3
        -- stderr
        git-remote-codecommit: CODE_COMMIT_ENDPOINT is "https://localhost/", which is not a host name or host:port
        hint: write only the host, without https:// and without a path
    "#]]);
    let mut studio = Studio::default();
    studio.unset("AWS_ENDPOINT_URL_STS");
    let role = local_aws::CONTRIBUTOR_ROLE;
    let profile = format!(
        "region = eu-west-1\nrole_arn = {role}\ncredential_source = EcsContainer\nservices = none\n"
    );
    let studio = studio.with_profile(PROFILE, &profile);
    listed(&studio, WITH_REGION).is(&expect![[r#"
        exit code 3
        -- stderr
        git-remote-codecommit: services (~/.aws/config:5) names [services none], which does not exist
        hint: correct the name or add that section
    "#]]);
    let studio = Studio::default();
    studio.configure("http.userAgent", "a\u{1}b");
    listed(&studio, WITH_REGION).is(&expect![[r#"
        exit code 3
        -- stderr
        git-remote-codecommit: http.userAgent contains a character that is not allowed in a header
        hint: see git config --show-origin --get-all http.userAgent
    "#]]);
    let mut studio = Studio::default();
    studio.set("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE");
    listed(&studio, "codecommit::eu-west-1://demo-repo").is(&expect![[r#"
        exit code 3
        -- stderr
        git-remote-codecommit: AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not
        hint: set both, or unset AWS_ACCESS_KEY_ID to use a profile
    "#]]);
    studio.set("PATH", "/nonexistent");
    listed(&studio, WITH_REGION).is(&expect![[r#"
        exit code 3
        -- stderr
        git-remote-codecommit: cannot start "git config": No such file or directory (os error 2)
        hint: check that git is installed and on PATH
    "#]]);
}

#[test]
fn files_of_aws_that_cannot_be_read() {
    let studio = Studio::default();
    studio.write(".aws/config", "[profile p\nregion = eu-west-1\n");
    listed(&studio, WITH_REGION).is(&expect![[r#"
        exit code 3
        -- stderr
        git-remote-codecommit: ~/.aws/config:1: a section header without its closing bracket
        hint: fix that line
    "#]]);
    std::fs::remove_file(studio.home().join(".aws/config")).unwrap();
    studio.write(".aws/config/file", "");
    listed(&studio, WITH_REGION).is(&expect![[r#"
        exit code 3
        -- stderr
        git-remote-codecommit: cannot read ~/.aws/config: Is a directory (os error 21)
        hint: check the file's owner and mode
    "#]]);
}
