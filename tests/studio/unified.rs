//! Unified Studio's start-up, as it is published (aws/sagemaker-distribution, `sagemaker_ui_post_startup.sh`), before
//! and after our lifecycle script.

use std::path::Path;

use local_aws::{Auth, CONTRIBUTOR_ROLE, EXECUTION_ROLE, Permission};

use super::{address, lifecycle_script_of, space_with, start_of_space, tree};
use crate::harness::{HTTPS, Studio, every_git};

/// What it does at each start, in its order: `aws configure set` writes these lines.
const START: &str = "set -e\nrm -f ~/.aws/config\nmkdir -p ~/.aws\n\
     printf '[default]\\ncredential_source = EcsContainer\\nregion = eu-west-1\\n' > ~/.aws/config\n\
     printf '[profile DomainExecutionRoleCreds]\\nregion = eu-west-1\\n' >> ~/.aws/config\n\
     echo 'credential_process = sagemaker-studio credentials get-domain-execution-role-credential-in-space' >> ~/.aws/config\n\
     git config --global user.email ada@example.com\ngit config --global user.name ada\n";
/// The same in a project whose files are in S3.
const IN_S3: &str = "git config --global credential.helper \
     '!aws codecommit credential-helper --ignore-host-check $@'\n\
     git config --global credential.UseHttpPath true\n";

fn unified(studio: &Studio, is_in_s3: bool) {
    let script = format!("{START}{}", if is_in_s3 { IN_S3 } else { "" });
    let shell = Path::new("/bin/sh");
    studio.run_in(".", shell, &["-c", &script], "").succeeded();
}

/// The roles that open the addresses: by https, by our transport, by our transport with the profile.
fn identities(studio: &Studio) -> Vec<String> {
    let plain = "codecommit::eu-west-1://demo-repo".to_owned();
    let mut addresses = vec![HTTPS.to_owned(), plain];
    let settings = std::fs::read_to_string(studio.home().join(".config/git-codecommit/config"));
    addresses.extend(settings.is_ok().then(address));
    let opened = addresses.iter().map(|address| {
        studio.aws.clear_record();
        studio.git(&["ls-remote", address, "HEAD"]).succeeded();
        let requests = studio.aws.git_requests();
        let Auth::Ok { arn, .. } = &requests.last().unwrap().authorization else {
            panic!("{requests:#?}");
        };
        arn.split('/').nth(1).unwrap().to_owned()
    });
    opened.collect()
}

/// Every file's mode and content.
fn bytes(studio: &Studio) -> Vec<(std::path::PathBuf, u32, Vec<u8>)> {
    let files = tree(studio).into_iter();
    files
        .map(|(name, (mode, _time, bytes))| (name, mode, bytes))
        .collect()
}

fn role_name(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap()
}

#[test]
fn every_start_in_any_order_leaves_the_identities_as_they_were() {
    let role = ["--role-arn", CONTRIBUTOR_ROLE, "--region", "eu-west-1"];
    let (own, other) = (role_name(EXECUTION_ROLE), role_name(CONTRIBUTOR_ROLE));
    for (form, is_in_s3, is_ours_first, expected) in [
        (&[][..], false, true, &[own, own][..]),
        (&[], false, false, &[own, own]),
        (&[], true, true, &[own, own]),
        (&[], true, false, &[own, own]),
        // The role answers for https URLs where nobody did at the first start.
        (&role, false, true, &[other, own, other]),
        (&role, false, false, &[other, own, other]),
        (&role, true, true, &[other, own, other]),
        (&role, true, false, &[own, own, other]),
    ] {
        let studio = Studio::with_aws(|aws| aws.permission(EXECUTION_ROLE, Permission::PullPush));
        let studio = space_with(studio.with_git(&every_git()[0]));
        super::program(
            &studio,
            "conda/bin/aws",
            "#!/bin/sh\necho 'aws was run' >&2\nexit 1\n",
        );
        let script = lifecycle_script_of(&studio, form);
        let start = |is_ours_first: bool| {
            if !is_ours_first {
                unified(&studio, is_in_s3);
            }
            let said = start_of_space(&studio, &script).succeeded();
            assert_eq!(said.stderr, "git-codecommit: ready\n");
            if is_ours_first {
                unified(&studio, is_in_s3);
            }
        };
        let context = format!("{form:?}, in S3: {is_in_s3}, ours first: {is_ours_first}");
        start(is_ours_first);
        assert_eq!(identities(&studio), expected, "{context}");
        // Setup remembers whether it made ~/.aws/config. At the first start of all it did, if it came first.
        if is_ours_first && !form.is_empty() {
            start(is_ours_first);
        }
        let first = bytes(&studio);
        start(is_ours_first);
        let differ = bytes(&studio)
            .into_iter()
            .filter(|file| !first.contains(file));
        let differ: Vec<_> = differ.map(|(name, _, _)| name).collect();
        assert!(differ.is_empty(), "{context}: {differ:?}");
        assert_eq!(identities(&studio), expected, "{context}");
        // And in the other order.
        start(!is_ours_first);
        assert_eq!(
            identities(&studio),
            expected,
            "{context}, then the other way round"
        );
    }
}
