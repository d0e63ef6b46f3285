//! Credential helpers that a system sets for everybody: macOS's keychain, Git Credential Manager, Windows' own store.
//! None of them is asked for `CodeCommit`, or is given a password of ours to keep.

use local_aws::CONTRIBUTOR_ROLE;

use crate::harness::{HTTPS, PROFILE, Studio, every_git};

/// What the neighbour was called for since the last time, in order.
fn calls(studio: &Studio) -> Vec<String> {
    let path = studio.home().join("calls");
    let calls = std::fs::read_to_string(&path).unwrap_or_default();
    let _ = std::fs::remove_file(path);
    calls.lines().map(str::to_owned).collect()
}

/// A studio whose system names a helper, which knows nothing and notes each call.
fn with_neighbour(name: &str) -> Option<Studio> {
    // GIT_CONFIG_SYSTEM is younger than the oldest git here.
    let git = every_git().into_iter().find(|git| git.is_at_least(2, 32))?;
    let mut studio = Studio::default().with_git(&git).with_https_host();
    let note = "#!/bin/sh\ncat >/dev/null\necho \"$1\" >>\"$HOME/calls\"\n";
    studio.write_program(&format!("bin/git-credential-{name}"), note);
    let bin = studio.home().join("bin");
    let path = format!(
        "{}:{}:{}",
        crate::harness::helpers().display(),
        bin.display(),
        studio.system_path()
    );
    studio.set("PATH", &path);
    studio.write("system", &format!("[credential]\n\thelper = {name}\n"));
    let system = studio.home().join("system");
    studio.unset("GIT_CONFIG_NOSYSTEM");
    studio.set("GIT_CONFIG_SYSTEM", system.to_str().unwrap());
    Some(studio)
}

#[test]
fn helpers_of_the_whole_system_neither_answer_nor_keep_a_password() {
    for name in ["osxkeychain", "manager", "wincred"] {
        let Some(studio) = with_neighbour(name) else {
            return;
        };
        // Beside a line that a person adds by hand: asked first, and given the password.
        let ours = format!("!git-credential-codecommit --profile {PROFILE}");
        studio.configure("credential.helper", &ours);
        studio.configure("credential.useHttpPath", "true");
        studio.git(&["ls-remote", HTTPS]).succeeded();
        assert_eq!(calls(&studio), ["get", "store"], "{name}");
        for key in ["credential.helper", "credential.useHttpPath"] {
            studio.unconfigure(key);
        }
        let setup = ["setup", "--yes", "--region", "eu-west-1"];
        let setup = [&setup[..], &["--role-arn", CONTRIBUTOR_ROLE]].concat();
        studio.helper("git-codecommit", &setup, "").succeeded();
        studio.git(&["clone", HTTPS]).succeeded();
        studio.commit("demo-repo", "x", "x");
        studio.git_in("demo-repo", &["push"]).succeeded();
        // A password that the host refuses is not given to anybody either.
        studio
            .aws
            .set_permission(CONTRIBUTOR_ROLE, local_aws::Permission::None);
        studio.git_in("demo-repo", &["fetch"]).failed();
        assert_eq!(calls(&studio), [""; 0], "{name}");
    }
}
