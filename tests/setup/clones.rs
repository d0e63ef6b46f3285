//! After setup, real git clones by our remote helper, whoever answers for https URLs.

use local_aws::{Auth, CONTRIBUTOR_ROLE};

use crate::harness::{PROFILE, Studio, WITH_REGION, every_git, helpers};

#[test]
fn an_address_of_a_role_whose_host_another_helper_answers_for_is_still_cloned() {
    for git in every_git() {
        // As Unified Studio's: it answers with another role than the address names.
        let other = "!git-credential-codecommit --role-arn arn:aws:iam::111111111111:role/Other";
        let studio = Studio::with_aws(|aws| aws.role("arn:aws:iam::111111111111:role/Other"))
            .with_git(&git)
            .without_profile()
            .with_https(other);
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
            "--bin-dir",
            &bin,
        ];
        studio.helper("git-codecommit", &arguments, "").succeeded();
        studio.git(&["clone", WITH_REGION]).succeeded();
        let requests = studio.aws.git_requests();
        let by_role = requests.iter().any(|request| {
            matches!(&request.authorization, Auth::Ok { arn, .. } if arn.contains("/MyCross"))
        });
        assert!(by_role, "{requests:#?}");
    }
}

/// A home with the profiles Dev and Other, set up for Dev, conda's helper first on PATH and ours not on it.
pub(super) fn studio(git: &crate::harness::Git) -> Studio {
    studio_of(Studio::with_aws(|aws| aws.repository("library")), git)
}

pub(super) fn studio_of(studio: Studio, git: &crate::harness::Git) -> Studio {
    let mut studio = studio.with_git(git);
    let text = format!(
        "[profile Dev]\nregion = eu-west-1\ncredential_source = EcsContainer\nrole_arn = {CONTRIBUTOR_ROLE}\n\
         [profile Other]\nregion = eu-west-1\ncredential_process = touch stolen\n"
    );
    studio.write(".aws/config", &text);
    studio.write(
        "conda/git-remote-codecommit",
        "#!/bin/sh\necho conda >&2; exit 1\n",
    );
    studio
        .run_in(
            ".",
            "/bin/chmod".as_ref(),
            &["+x", "conda/git-remote-codecommit"],
            "",
        )
        .succeeded();
    let path = format!(
        "{}:{}",
        studio.home().join("conda").display(),
        studio.system_path()
    );
    studio.set("PATH", &path);
    studio
        .helper(
            "git-codecommit",
            &["setup", "--yes", "--profile", "Dev"],
            "",
        )
        .succeeded();
    studio
}

#[test]
fn every_git_command_goes_by_our_transport_and_no_request_is_refused() {
    for git in every_git() {
        let studio = studio(&git);
        // With the pinned profile, with one in the address, and with a region.
        studio
            .git(&["clone", "codecommit::eu-west-1://demo-repo"])
            .succeeded();
        studio
            .git(&["clone", "codecommit://Dev@demo-repo", "named"])
            .succeeded();
        studio
            .git(&[
                "clone",
                "--depth=1",
                "codecommit::eu-west-1://Dev@demo-repo",
                "shallow",
            ])
            .succeeded();
        studio
            .git(&["clone", "--mirror", "codecommit://demo-repo", "bare"])
            .succeeded();
        studio.commit("demo-repo", "a.txt", "a");
        let pushed = studio.git_in("demo-repo", &["push"]).succeeded();
        assert!(
            pushed
                .stderr
                .contains("To git-codecommit::eu-west-1://demo-repo\n"),
            "{pushed:?}"
        );
        studio.git_in("bare", &["fetch"]).succeeded();
        studio
            .git_in("shallow", &["fetch", "--unshallow"])
            .succeeded();
        studio
            .git_in("named", &["worktree", "add", "../tree"])
            .succeeded();
        std::fs::create_dir_all(studio.home().join("tree/below")).unwrap();
        studio.git_in("tree/below", &["fetch"]).succeeded();
        let url = studio
            .git_in("named", &["config", "remote.origin.url"])
            .succeeded();
        assert_eq!(url.stdout, "codecommit://Dev@demo-repo\n");
        let missing = studio
            .git(&["clone", "codecommit::eu-west-1://missing"])
            .failed();
        assert!(
            missing.stderr.contains("\ngit-remote-codecommit: "),
            "{missing:?}"
        );

        let requests = studio.aws.git_requests();
        for request in &requests {
            assert!(
                matches!(request.authorization, Auth::Ok { .. }),
                "{request:#?}"
            );
        }
        assert!(requests.len() >= 15, "{requests:#?}");
    }
}

/// A repository with a submodule of that address, pushed and cloned by the user.
pub(super) fn with_submodule(studio: &Studio, address: &str, folder: &str) {
    studio
        .git(&["clone", "codecommit::eu-west-1://demo-repo", folder])
        .succeeded();
    let text = format!("[submodule \"lib\"]\n\tpath = lib\n\turl = {address}\n");
    studio.write(&format!("{folder}/.gitmodules"), &text);
    studio
        .git(&[
            "clone",
            "--bare",
            "codecommit://Dev@library",
            &format!("{folder}.lib"),
        ])
        .succeeded();
    let head = studio
        .git_in(&format!("{folder}.lib"), &["rev-parse", "HEAD"])
        .succeeded();
    let entry = format!("160000,{},lib", head.stdout.trim());
    studio
        .git_in(folder, &["update-index", "--add", "--cacheinfo", &entry])
        .succeeded();
    studio.git_in(folder, &["add", ".gitmodules"]).succeeded();
    studio
        .git_in(folder, &["commit", "--quiet", "-m", "submodule"])
        .succeeded();
}

#[test]
fn a_submodule_uses_a_profile_only_if_the_user_chose_it() {
    for git in every_git() {
        let studio = studio(&git);
        let update = |folder: &str| studio.git_in(folder, &["submodule", "update", "--init"]);
        for (number, address) in [
            "codecommit://Dev@library",
            "codecommit::eu-west-1://library",
        ]
        .into_iter()
        .enumerate()
        {
            let folder = format!("good{number}");
            with_submodule(&studio, address, &folder);
            update(&folder).succeeded();
        }
        with_submodule(&studio, "codecommit://Other@library", "evil");
        let said = update("evil").failed();
        assert!(
            said.stderr.contains(
                "git-remote-codecommit: a submodule's address names profile \"Other\", which no remote of the \
                 superproject uses\n\
                 hint: if you trust this repository: git config --global --add codecommit.submoduleProfile Other\n"
            ),
            "{said:?}"
        );
        // Not by the repository's own configuration, but by a remote that the user added.
        let set = ["config", "codecommit.submoduleProfile", "Other"];
        studio.git_in("evil", &set).succeeded();
        update("evil").failed();
        assert!(!studio.home().join("evil/stolen").exists());
        studio
            .git_in(
                "evil",
                &["remote", "add", "mine", "codecommit://Other@demo-repo"],
            )
            .succeeded();
        let said = update("evil").failed();
        assert!(!said.stderr.contains("submoduleProfile"), "{said:?}");
        studio
            .git_in("evil", &["remote", "remove", "mine"])
            .succeeded();
        studio
            .git(&[
                "config",
                "--global",
                "--add",
                "codecommit.submoduleProfile",
                "Other",
            ])
            .succeeded();
        let said = update("evil").failed();
        assert!(!said.stderr.contains("submoduleProfile"), "{said:?}");
    }
}
