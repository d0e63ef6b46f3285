//! After setup, addresses lead to clones: also where another helper answers for the host.

use local_aws::{Auth, CONTRIBUTOR_ROLE, LocalAws};

use crate::harness::{PROFILE, Studio, WITH_REGION, every_git, helpers};

#[test]
fn an_address_of_a_role_whose_host_another_helper_answers_for_is_still_cloned() {
    for mode in ["https", "both"] {
        for git in every_git() {
            let aws = LocalAws::builder()
                .repository("demo-repo")
                .role("arn:aws:iam::111111111111:role/Other")
                .start();
            // As Unified Studio's: it answers with another role than the address names.
            let other =
                "!git-credential-codecommit --role-arn arn:aws:iam::111111111111:role/Other";
            let studio = Studio::without_profile(&git, aws).with_https(other);
            let bin = helpers().display().to_string();
            let arguments = [
                "setup",
                "--yes",
                "--role-arn",
                CONTRIBUTOR_ROLE,
                "--region",
                "eu-west-1",
                "--profile",
                PROFILE,
                "--mode",
                mode,
                "--bin-dir",
                &bin,
            ];
            studio.helper("git-codecommit", &arguments, "").succeeded();
            studio.git(&["clone", WITH_REGION]).succeeded();
            let requests = studio.aws.git_requests();
            let by_role = requests.iter().any(|request| {
                matches!(&request.authorization, Auth::Ok { arn, .. } if arn.contains("/MyCross"))
            });
            assert!(by_role, "{mode}: {requests:#?}");
        }
    }
}
