//! The three forms of setup in a lifecycle script: nothing, an existing profile, a role.

use local_aws::{Auth, CONTRIBUTOR_ROLE, EXECUTION_ROLE, Permission};

use super::{assert_unchanged, lifecycle_script_of, space_with, start_of_space, tree};
use crate::harness::{HTTPS, Studio, every_git};

const DEV: &str = "arn:aws:iam::111111111111:role/Dev";

#[test]
fn a_space_uses_the_identity_of_the_form_it_was_set_up_in() {
    let role = ["--role-arn", CONTRIBUTOR_ROLE, "--region", "eu-west-1"];
    // Without a profile in the address, a role answers for https URLs of its region only.
    let by_role = "codecommit::eu-west-1://CrossAccountAccessProfile@demo-repo";
    let plain = "codecommit::eu-west-1://demo-repo";
    for git in every_git() {
        for (form, address, principal) in [
            (&[][..], plain, EXECUTION_ROLE),
            (&["--profile", "Dev"], plain, DEV),
            (&role, by_role, CONTRIBUTOR_ROLE),
        ] {
            let studio = Studio::with_aws(|aws| {
                let aws = aws.role(DEV);
                aws.permission(EXECUTION_ROLE, Permission::PullPush)
            });
            let studio = space_with(studio.with_git(&git));
            studio.write(
                ".aws/config",
                &format!("[profile Dev]\ncredential_source = EcsContainer\nrole_arn = {DEV}\n"),
            );
            let script = lifecycle_script_of(&studio, form);
            let said = start_of_space(&studio, &script).succeeded();
            assert_eq!(said.stderr, "git-codecommit: ready\n", "{form:?}");
            let first = tree(&studio);
            let said = start_of_space(&studio, &script).succeeded();
            assert_eq!(said.stderr, "git-codecommit: ready\n", "{form:?}");
            assert_unchanged(&studio, &first);

            studio
                .git(&["clone", "--quiet", address, "address"])
                .succeeded();
            studio
                .git(&["clone", "--quiet", HTTPS, "https"])
                .succeeded();
            let name = principal.rsplit('/').next().unwrap();
            let requests = studio.aws.git_requests();
            let mut signed = requests
                .iter()
                .filter(|request| request.status == Some(200));
            let is_by = |arn: &str| arn.contains(&format!(":assumed-role/{name}/"));
            assert!(
                signed.all(
                    |request| matches!(&request.authorization, Auth::Ok { arn, .. } if is_by(arn))
                ),
                "{form:?}: {requests:#?}"
            );
        }
    }
}

#[test]
fn a_profile_that_is_gone_at_a_later_start_stays_the_identity() {
    let studio = super::space(&every_git()[0]);
    studio.write(".aws/config", "[profile Dev]\nregion = eu-west-1\n");
    let script = lifecycle_script_of(&studio, &["--profile", "Dev"]);
    start_of_space(&studio, &script).succeeded();
    let first = tree(&studio);
    std::fs::remove_file(studio.home().join(".aws/config")).unwrap();
    let said = start_of_space(&studio, &script).succeeded();
    assert_eq!(
        said.stderr,
        "git-codecommit: warning: profile \"Dev\", which setup configured before, does not exist\n\
         git-codecommit: ready\n"
    );
    studio.write(".aws/config", "[profile Dev]\nregion = eu-west-1\n");
    let mut now = tree(&studio);
    let config = std::path::Path::new(".aws/config");
    // Its time is the one thing that differs.
    now.insert(config.to_owned(), first[config].clone());
    assert!(now == first);
}
