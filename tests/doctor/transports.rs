//! Which program git really starts for an address: by its name, by an alias, after `insteadOf`.

use expect_test::expect;

use super::{found, run, shows};
use crate::harness::{Studio, WITH_REGION, WITHOUT_REGION, helpers};

const PYTHON: &str = "#!/usr/bin/python3\nraise SystemExit(9)\n";

/// conda's helper first on PATH, ours nowhere, and an alias and two `insteadOf` that lead to ours.
fn aliased() -> Studio {
    let mut studio = Studio::default();
    let conda = studio.write_program("conda/git-remote-codecommit", PYTHON);
    let folder = conda.parent().unwrap().display();
    studio.set("PATH", &format!("{folder}:{}", studio.system_path()));
    let bin = studio.home().join("bin");
    std::os::unix::fs::symlink(helpers(), bin).unwrap();
    let config = std::fs::read_to_string(studio.home().join(".gitconfig")).unwrap();
    studio.write(
        ".gitconfig",
        &format!(
            "{config}[alias]\n\tcodecommit = !exec ~/bin/git-codecommit\n\
             \tremote-codecommit-native = !exec ~/bin/git-remote-codecommit\n\
             [url \"codecommit-native::\"]\n\tinsteadOf = codecommit::\n\
             [url \"codecommit-native::codecommit://\"]\n\tinsteadOf = codecommit://\n\
             [protocol \"codecommit-native\"]\n\tallow = always\n"
        ),
    );
    studio
}

#[test]
fn an_alias_that_leads_past_another_helper_is_followed() {
    let studio = aliased();
    shows(
        run(&studio, &["--offline", WITH_REGION]),
        &expect![[r#"
        -- stdout
        ok      git: GIT
        ok      programs: version VERSION
        ok      surroundings: not SageMaker Studio
        ok      stored passwords: none for CodeCommit

        codecommit::eu-west-1://CrossAccountAccessProfile@demo-repo
        ok      address: git starts git-remote-codecommit-native
        ok      protocol permission: allowed by protocol.codecommit-native.allow
        ok      helper program: git starts ~/bin/git-remote-codecommit (VERSION)
        ok      credential helpers: git-credential-codecommit is not configured; only https URLs need it
        ok      profile: CrossAccountAccessProfile (the address)
        ok      plan: container credentials, then 1 role
        skipped DNS name of STS, TCP to STS, TLS with STS, DNS name of the git host, TCP to the git host, TLS with the git host, clock, container credentials, AssumeRole MyCrossAccountRepositoryContributorRole, repository: offline

        10 ok, 10 skipped
    "#]],
    );
    for address in [WITH_REGION, WITHOUT_REGION] {
        studio.git(&["ls-remote", address]).succeeded();
        let said = found(&studio, &[address]);
        assert_eq!(said.report["status"], "ok", "{:#}", said.report);
        assert_eq!(said.status("repository"), "ok");
    }
    shows(
        run(&studio, &["--offline", "--verbose", WITHOUT_REGION]),
        &expect![[r#"
            -- stdout
            ok      git (MS ms): GIT
            ok      programs (MS ms): version VERSION
                    ~/bin/git-codecommit (VERSION)
                    ~/conda/git-remote-codecommit (a Python program)
                    git-credential-codecommit is not on PATH
            ok      surroundings (MS ms): not SageMaker Studio
            ok      stored passwords (MS ms): none for CodeCommit
                    searched ~/.git-credentials, ~/.config/git/credentials, ~/.netrc

            codecommit://CrossAccountAccessProfile@demo-repo
            ok      address (MS ms): git starts git-remote-codecommit-native
                    url.codecommit-native::codecommit://.insteadOf makes it codecommit-native::codecommit://CrossAccountAccessProfile@demo-repo
            ok      protocol permission (MS ms): allowed by protocol.codecommit-native.allow
            ok      helper program (MS ms): git starts ~/bin/git-remote-codecommit (VERSION)
                    by alias.remote-codecommit-native (~/.gitconfig)
            ok      credential helpers (MS ms): git-credential-codecommit is not configured; only https URLs need it
                    git-codecommit.eu-west-1.amazonaws.com: no credential helper is configured
            ok      profile (MS ms): CrossAccountAccessProfile (the address)
                    repository: demo-repo
                    git host: localhost:PORT
                    region: eu-west-1 (the region of profile "CrossAccountAccessProfile")
            ok      plan (MS ms): container credentials, then 1 role
                    step 1: container credentials: credential_source = EcsContainer (~/.aws/config:3)
                    step 2: AssumeRole arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole (~/.aws/config:4)
                    STS: localhost:PORT in eu-west-1 (the region of profile "CrossAccountAccessProfile")
                    session: not cached: codecommit.cache is false, or the space is shared
            skipped DNS name of STS, TCP to STS, TLS with STS, DNS name of the git host, TCP to the git host, TLS with the git host, clock, container credentials, AssumeRole MyCrossAccountRepositoryContributorRole, repository: offline

            10 ok, 10 skipped
        "#]],
    );
}

#[test]
fn the_doctor_and_git_agree_on_a_broken_alias() {
    type Change = fn(&Studio);
    let situations: [(&str, &str, bool, Change); 6] = [
        ("it is right", "", true, |_| {}),
        ("it leads nowhere", "helper", false, |studio| {
            let key = "alias.remote-codecommit-native";
            studio.configure(key, "!exec ~/gone/git-remote-codecommit");
        }),
        ("it is missing", "helper", false, |studio| {
            let key = "alias.remote-codecommit-native";
            studio.unconfigure(key);
        }),
        ("it leads to another alias", "", true, |studio| {
            studio.configure("alias.remote-codecommit-native", "remote-other");
            studio.configure("alias.remote-other", "!~/bin/git-remote-codecommit");
        }),
        ("aliases lead in a circle", "helper", false, |studio| {
            studio.configure("alias.remote-codecommit-native", "remote-other");
            studio.configure("alias.remote-other", "remote-codecommit-native");
        }),
        ("its transport is forbidden", "protocol", false, |studio| {
            studio.configure("protocol.codecommit-native.allow", "never");
        }),
    ];
    for (name, failed, goes, change) in situations {
        let studio = aliased();
        change(&studio);
        let git = studio.git(&["ls-remote", WITH_REGION]).code == Some(0);
        assert_eq!(git, goes, "git, where {name}");
        let said = found(&studio, &["--offline", WITH_REGION]);
        assert_eq!(said.code == Some(0), goes, "the doctor, where {name}");
        assert_eq!(said.ids("failed").concat(), failed, "{name}");
    }
}

#[test]
fn a_program_of_the_name_comes_before_the_alias() {
    let studio = aliased();
    let program = studio.write_program("conda/git-remote-codecommit-native", PYTHON);
    studio.git(&["ls-remote", WITH_REGION]).failed();
    let said = found(&studio, &["--offline", WITH_REGION]);
    assert_eq!(said.ids("warning"), ["helper"]);
    assert_eq!(
        said.detail("helper").lines().next().unwrap(),
        format!("git starts {} (a Python program)", program.display())
    );
}

#[test]
fn remotes_of_a_repository_are_found_behind_the_alias() {
    let studio = aliased();
    studio.git(&["init", "--quiet", "work"]).succeeded();
    for (name, url) in [
        ("origin", WITH_REGION),
        ("fork", "codecommit-native::eu-west-1://x"),
    ] {
        let remote = ["remote", "add", name, url];
        studio.git_in("work", &remote).succeeded();
    }
    let arguments = ["codecommit", "doctor", "--explain"];
    studio.git_in("work", &arguments).is(&expect![[r#"
        -- stdout
        address    codecommit::eu-west-1://CrossAccountAccessProfile@demo-repo
        rewritten  codecommit-native::eu-west-1://CrossAccountAccessProfile@demo-repo (url.codecommit-native::.insteadOf)
        repository demo-repo
        git host   localhost:PORT
        region     eu-west-1 (the address)
        profile    CrossAccountAccessProfile (the address)
        step 1     container credentials: credential_source = EcsContainer (~/.aws/config:3)
        step 2     AssumeRole arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole (~/.aws/config:4)
        STS        localhost:PORT in eu-west-1 (the region of profile "CrossAccountAccessProfile")
        session    not cached: codecommit.cache is false, or the space is shared

        address    codecommit-native::eu-west-1://x
        repository x
        git host   localhost:PORT
        region     eu-west-1 (the address)
        profile    default (nothing else)
        step 1     container credentials: nothing else is configured, and AWS_CONTAINER_CREDENTIALS_…_URI is set
    "#]]);
}
