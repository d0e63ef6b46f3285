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

/// What `git submodule sync` makes of a repository whose `.gitmodules` now names another profile.
#[test]
fn an_address_that_sync_has_copied_is_still_the_repositorys_word() {
    for git in every_git() {
        let studio = studio(&git);
        with_submodule(&studio, "codecommit://Dev@library", "top");
        update(&studio, "top").succeeded();
        let evil = "[submodule \"lib\"]\n\tpath = lib\n\turl = codecommit://Other@library\n";
        studio.write("top/.gitmodules", evil);
        studio.git_in("top", &["submodule", "sync"]).succeeded();
        studio.aws.clear_record();
        for (folder, command) in [
            ("top", &["fetch", "--recurse-submodules", "origin"][..]),
            ("top", &["submodule", "update", "--remote"]),
            ("top/lib", &["fetch"]),
            ("top/lib", &["push", "origin", "HEAD:refs/heads/x"]),
        ] {
            let said = studio.git_in(folder, command).failed();
            let refusal = "a submodule's address names profile \"Other\", which no remote of the superproject uses";
            assert!(said.stderr.contains(refusal), "{command:?}: {said:?}");
        }
        for folder in [".", "top", "top/lib"] {
            assert!(!studio.home().join(folder).join("stolen").exists());
        }
        // An address that the user types is the user's word, and so is a setting of the user's.
        let typed = "codecommit://Dev@library";
        studio.git_in("top/lib", &["ls-remote", typed]).succeeded();
        studio.configure("codecommit.submoduleProfile", "Other");
        let said = studio.git_in("top/lib", &["fetch"]).failed();
        assert!(said.stderr.contains("credential_process"), "{said:?}");
    }
}

#[test]
fn a_submodules_own_remotes_allow_no_profile_to_those_in_it() {
    for git in every_git() {
        let studio = studio(&git);
        with_submodule(&studio, "codecommit://Dev@library", "top");
        update(&studio, "top").succeeded();
        let nested = "[submodule \"leaf\"]\n\tpath = leaf\n\turl = codecommit://Other@library\n";
        studio.write("top/lib/.gitmodules", nested);
        let head = studio.git_in("top/lib", &["rev-parse", "HEAD"]).succeeded();
        let entry = format!("160000,{},leaf", head.stdout.trim());
        studio
            .git_in("top/lib", &["update-index", "--add", "--cacheinfo", &entry])
            .succeeded();
        // As sync does it with a hostile `.gitmodules` of the superproject.
        let other = "codecommit://Other@library";
        studio
            .git_in("top/lib", &["config", "remote.origin.url", other])
            .succeeded();
        let said = update(&studio, "top/lib").failed();
        assert!(
            said.stderr
                .contains("a submodule's address names profile \"Other\""),
            "{said:?}"
        );
        assert!(!studio.home().join("top/lib/leaf/stolen").exists());
    }
}
