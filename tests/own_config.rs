//! What git's own configuration, a profile's settings and the credential helper's options decide: profile, role,
//! endpoint, STS region.

use expect_test::expect;
use std::fs;

use local_aws::{Action, EXECUTION_ROLE, Fault, Service};

use crate::harness::{HTTPS, PROFILE, Studio};

#[test]
fn the_profile_can_stand_in_gits_configuration_for_both_helpers_and_for_submodules() {
    let studio = Studio::with_aws(|aws| aws.repository("part"))
        .with_https("codecommit")
        .with_cache();
    let key = "codecommit.codecommit::eu-west-1://.profile";
    studio.configure(key, PROFILE);
    studio
        .git(&["clone", "codecommit::eu-west-1://demo-repo"])
        .succeeded();
    studio.git(&["ls-remote", HTTPS]).succeeded();
    // A relative URL loses the profile of the address: the configuration brings it back.
    studio.configure("protocol.codecommit.allow", "always");
    studio
        .git_in("demo-repo", &["submodule", "--quiet", "add", "../part"])
        .succeeded();
    studio
        .git_in("demo-repo", &["commit", "--quiet", "-m", "part"])
        .succeeded();
    studio.git_in("demo-repo", &["push", "--quiet"]).succeeded();
    let address = "codecommit::eu-west-1://demo-repo";
    studio
        .git(&["clone", "--recurse-submodules", address, "again"])
        .succeeded();
    assert!(studio.home().join("again/part/.git").exists());
    // Keys in the environment do not count against a profile that was named for the repository.
    let said = studio
        .git(&[
            "-c",
            "codecommit.profile=typo",
            "ls-remote",
            "codecommit::us-east-1://R",
        ])
        .failed();
    assert_eq!(said.code, Some(128), "{said:?}");
    expect![[r#"
        git-remote-codecommit: profile "typo", chosen by codecommit.profile, is not in ~/.aws/config or ~/.aws/credentials
        hint: name one of these profiles: CrossAccountAccessProfile"#]]
    .assert_eq(&crate::harness::stable(&said.said()));
}

#[test]
fn sts_is_asked_in_the_region_that_git_configuration_names() {
    let mut studio = Studio::default();
    studio.set("AWS_DEFAULT_REGION", "us-east-1");
    studio.configure("codecommit.stsRegion", "eu-central-1");
    studio
        .git(&[
            "ls-remote",
            "codecommit::eu-west-1://CrossAccountAccessProfile@demo-repo",
        ])
        .succeeded();
    let [call] = studio.aws.sts_requests().try_into().unwrap();
    assert_eq!(call.sts.unwrap().region, "eu-central-1");
}

#[test]
fn a_profile_can_name_the_endpoint_of_sts_and_a_certificate_authority() {
    let mut studio = Studio::default();
    let (ca, sts) = (
        studio.aws.ca_file().display().to_string(),
        studio.aws.sts_url(),
    );
    studio.unset("AWS_CA_BUNDLE");
    studio.unset("AWS_ENDPOINT_URL_STS");
    let config = fs::read_to_string(studio.home().join(".aws/config")).unwrap();
    studio.write(
        ".aws/config",
        &format!(
            "{config}ca_bundle = {ca}\nservices = local\nmax_attempts = 1\n\
             [services local]\nsts =\n  endpoint_url = {sts}\n"
        ),
    );
    studio.identity("codecommit://CrossAccountAccessProfile@demo-repo");
    assert_eq!(studio.aws.sts_requests().len(), 1);
    // One attempt is one attempt.
    studio
        .aws
        .fail(Fault::new(Service::Sts, Action::throttling()).always());
    studio.aws.clear_record();
    let said = studio
        .git(&[
            "ls-remote",
            "codecommit://CrossAccountAccessProfile@demo-repo",
        ])
        .failed();
    said.is(&expect![[r#"
        exit code 128
        -- stderr
        git-remote-codecommit: cannot assume role arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole (profile "CrossAccountAccessProfile", ~/.aws/config:4): Throttling: Rate exceeded
        hint: STS limits the rate of requests: wait a moment, and run fewer commands at once
    "#]]);
    assert_eq!(studio.aws.sts_requests().len(), 1);
}

#[test]
fn a_role_can_be_named_on_the_credential_helpers_command_line() {
    let helper = "!git-credential-codecommit --role-arn arn:aws:iam::111111111111:role/Reader \
                  --region eu-central-1";
    let studio = Studio::with_aws(|aws| {
        aws.role_trusted_by("arn:aws:iam::111111111111:role/Reader", EXECUTION_ROLE)
    })
    .without_profile()
    .with_https(helper);
    let arn = studio.identity(HTTPS);
    assert!(
        arn.starts_with("arn:aws:sts::111111111111:assumed-role/Reader/"),
        "{arn}"
    );
    let [call] = studio.aws.sts_requests().try_into().unwrap();
    assert_eq!(call.sts.unwrap().region, "eu-central-1");
}

#[test]
fn a_host_of_ones_own_is_answered_only_where_configuration_and_option_agree() {
    let studio = Studio::default();
    let request = "protocol=https\nhost=git.corp.example:8443\npath=v1/repos/demo-repo\n";
    let ask = |options: &[&str]| {
        let arguments = [&["--profile", PROFILE], options, &["get"]].concat();
        studio
            .helper("git-credential-codecommit", &arguments, request)
            .succeeded()
    };
    assert_eq!(ask(&["--ignore-host-check"]).stdout, "");
    let key = "codecommit.endpoint";
    studio.configure(key, "git.corp.example:8443");
    assert_eq!(ask(&[]).stdout, "");
    let said = ask(&["--ignore-host-check"]);
    assert!(said.stdout.starts_with("username=ASIA"), "{said:?}");
    assert_eq!(
        said.stderr,
        "git-credential-codecommit: warning: git.corp.example:8443 is not an AWS host; answering because \
         codecommit.endpoint names it\n"
    );
}

/// The keys that the code reads: `own.text("…")`, `own.boolean("…")` and the like, and those that have a function.
#[test]
fn every_key_of_ours_is_in_the_page_of_settings() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/settings.md")).unwrap();
    let mut folders = vec![root.join("src")];
    let mut keys = std::collections::BTreeSet::from(["submoduleProfile".to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for call in [
                "own.text(\"",
                "own.boolean(\"",
                "self.text(\"",
                "self.value(\"",
            ] {
                for (at, _) in text.match_indices(call) {
                    let rest = &text[at + call.len()..];
                    let end = rest.find('"').unwrap();
                    keys.insert(rest[..end].to_owned());
                }
            }
        }
    }
    assert!(keys.len() >= 8, "{keys:?}");
    for key in keys {
        assert!(page.contains(&format!("\n| `codecommit.{key}` |")), "{key}");
    }
}
