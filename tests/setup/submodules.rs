//! A hostile repository's `.gitmodules`: its addresses choose no profile of the user, and nobody is asked for a code.

use local_aws::{Auth, EXECUTION_ROLE, Role};

use super::clones::{studio, with_submodule};
use crate::harness::{CAREFUL_ROLE, SERIAL, Studio, every_git};

const HOST: &str = "git-codecommit.eu-west-1.amazonaws.com/v1/repos/library";

/// Updates the submodules of a repository, with an askpass program that would be asked.
fn update(studio: &Studio, folder: &str) -> crate::harness::Outcome {
    let askpass = studio.write_program(
        "askpass",
        "#!/bin/sh\necho \"$1\" >> \"$HOME/asked\"\necho 123456\n",
    );
    let askpass = askpass.display().to_string();
    let environment = [("GIT_ASKPASS", askpass.as_str())];
    studio.git_with(folder, &environment, &["submodule", "update", "--init"])
}

#[test]
fn no_way_to_write_a_profile_into_an_address_is_taken() {
    for git in every_git() {
        let studio = studio(&git);
        for (number, address) in [
            "codecommit://Other@library".to_owned(),
            "codecommit::eu-west-1://Other@library".to_owned(),
            "codecommit::codecommit://Other@library".to_owned(),
            "codecommit://%4fther@library".to_owned(),
            format!("codecommit::https://Other@{HOST}"),
            format!("codecommit://Other@{HOST}"),
            "git-codecommit::eu-west-1://Other@library".to_owned(),
            "git-codecommit::codecommit://Other@library".to_owned(),
        ]
        .into_iter()
        .enumerate()
        {
            let folder = format!("evil{number}");
            with_submodule(&studio, &address, &folder);
            studio.aws.clear_record();
            let said = update(&studio, &folder).failed();
            let refusal = "git-remote-codecommit: a submodule's address names profile \"Other\", which no remote of the \
                 superproject uses\n\
                 hint: if you trust this repository: git config --global --add codecommit.submoduleProfile Other\n";
            assert!(said.stderr.contains(refusal), "{address}: {said:?}");
            let asked = studio.aws.requests();
            assert!(asked.is_empty(), "{address}: {asked:#?}");
        }
        let find = ["-c", "! find . -name stolen | grep ."];
        studio
            .run_in(".", "/bin/sh".as_ref(), &find, "")
            .succeeded();
    }
}

#[test]
fn a_user_name_in_an_https_url_and_a_relative_address_choose_nothing_either() {
    for git in every_git() {
        let studio = studio(&git).with_https_host();
        // Git sends the name of the URL with the password of the user's own profile, which the host refuses.
        with_submodule(&studio, &format!("https://Other@{HOST}"), "named");
        update(&studio, "named").failed();
        with_submodule(&studio, "./../library", "relative");
        studio.aws.clear_record();
        update(&studio, "relative").succeeded();
        let requests = studio.aws.git_requests();
        let is_dev = |arn: &str| arn.contains("/MyCross");
        let mut signed = requests.iter();
        assert!(
            signed.all(
                |request| matches!(&request.authorization, Auth::Ok { arn, .. } if is_dev(arn))
            ),
            "{requests:#?}"
        );
        for folder in [".", "named", "named/lib", "relative"] {
            assert!(
                !studio.home().join(folder).join("stolen").exists(),
                "{folder}"
            );
        }
    }
}

/// A home with the profile Careful, whose role asks for a code.
fn careful(git: &crate::harness::Git) -> Studio {
    let role = Role::new(CAREFUL_ROLE).trusts(EXECUTION_ROLE).mfa(SERIAL);
    let studio = super::clones::studio_of(
        Studio::with_aws(|aws| aws.repository("library").role_with(role)),
        git,
    );
    let profiles = std::fs::read_to_string(studio.home().join(".aws/config")).unwrap();
    let careful = format!(
        "[profile Careful]\nregion = eu-west-1\nrole_arn = {CAREFUL_ROLE}\ncredential_source = EcsContainer\n\
         mfa_serial = {SERIAL}\n"
    );
    studio.write(".aws/config", &format!("{profiles}{careful}"));
    studio
}

#[test]
fn a_submodule_asks_for_no_code_even_with_a_profile_that_the_user_allows() {
    for git in every_git() {
        let studio = careful(&git);
        with_submodule(&studio, "codecommit://Careful@library", "evil");
        studio.aws.clear_record();
        let said = update(&studio, "evil").failed();
        let line = "hint: if you trust this repository: git config --global --add codecommit.submoduleProfile Careful\n";
        assert!(said.stderr.contains(line), "{said:?}");

        studio.configure("codecommit.submoduleProfile", "Careful");
        let said = update(&studio, "evil").failed();
        let refusal = format!(
            "git-remote-codecommit: {SERIAL} needs an MFA code, and git does not ask for one for a submodule\n"
        );
        assert!(said.stderr.contains(&refusal), "{said:?}");
        assert!(!studio.home().join("asked").exists());
        assert!(studio.aws.sts_requests().is_empty());
    }
}
