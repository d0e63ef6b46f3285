//! Homes that have credential helpers already: no identity changes silently, and undo restores every byte.

use expect_test::expect;

use super::helpers::helper_for;
use super::{Home, PROFILE, assert_same};

const IRELAND: &str = "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/x";
const VIRGINIA: &str = "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/x";
const OURS: &str = "~/.local/bin/git-credential-codecommit";

fn section(url: &str, helper: &str) -> String {
    let url = match url {
        "" => String::new(),
        url => format!(" \"{}\"", url.trim_end_matches("/v1/repos/x")),
    };
    format!("[credential{url}]\n\thelper = {helper}\n\tUseHttpPath = true\n")
}

/// Runs setup without a role.
fn plain(home: &Home, more: &[&str]) -> crate::harness::Outcome {
    let bin = home.path(".local/bin").display().to_string();
    let mut arguments = vec!["setup", "--yes", "--bin-dir", &bin];
    arguments.extend(more);
    home.run(home.program(), &arguments)
}

/// What setup says of the credential helpers that it found.
fn notes(said: &crate::harness::Outcome) -> String {
    let lines = said.stdout.lines();
    lines
        .filter(|line| line.starts_with("note: ~/"))
        .map(|line| format!("{line}\n"))
        .collect()
}

#[test]
fn who_opened_a_url_before_opens_it_after_by_our_helper() {
    let aws = "!aws codecommit credential-helper $@";
    let with_profile = "!aws --profile P codecommit credential-helper $@";
    let ours = |profile: &str| match profile {
        "" => format!("{OURS} get"),
        name => format!("{OURS} --profile {name} get"),
    };
    for (gitconfig, ireland, virginia, found) in [
        (String::new(), "", "", expect![[""]]),
        (
            section("", aws),
            "",
            "",
            expect![[r#"
            note: ~/.gitconfig: a credential helper without a profile answered for all CodeCommit hosts: git-credential-codecommit answers with the same credentials now
        "#]],
        ),
        (
            section("", with_profile),
            "P",
            "P",
            expect![[r#"
            note: ~/.gitconfig: a credential helper with profile "P" answered for all CodeCommit hosts: git-credential-codecommit answers with the same profile now
        "#]],
        ),
        (
            section(IRELAND, with_profile),
            "P",
            "",
            expect![[r#"
            note: ~/.gitconfig: a credential helper with profile "P" answered for https://git-codecommit.eu-west-1.amazonaws.com: git-credential-codecommit answers with the same profile now
        "#]],
        ),
        (
            section("https://git-codecommit.*.amazonaws.com", with_profile),
            "P",
            "P",
            expect![[r#"
                note: ~/.gitconfig: a credential helper with profile "P" answered for all CodeCommit hosts: git-credential-codecommit answers with the same profile now
            "#]],
        ),
        // Unified Studio's line, and one for a region behind it.
        (
            section(
                "",
                "!aws codecommit credential-helper --ignore-host-check $@",
            ) + &section(
                VIRGINIA,
                "\n\thelper = !aws --profile P codecommit credential-helper $@",
            ),
            "",
            "P",
            expect![[r#"
                note: ~/.gitconfig: a credential helper without a profile answered for all CodeCommit hosts: git-credential-codecommit answers with the same credentials now
                note: ~/.gitconfig: a credential helper with profile "P" answered for https://git-codecommit.us-east-1.amazonaws.com: git-credential-codecommit answers with the same profile now
            "#]],
        ),
        // A section of the host with a helper that keeps passwords: it would beat a wildcard.
        (
            section("", with_profile) + &section(IRELAND, "\n\thelper = cache"),
            "P",
            "P",
            expect![[r#"
                note: ~/.gitconfig: a credential helper with profile "P" answered for all CodeCommit hosts: git-credential-codecommit answers with the same profile now
            "#]],
        ),
        (
            section("", &format!("{aws}\n\thelper =")),
            "",
            "",
            expect![[""]],
        ),
        (
            section("", "store"),
            "",
            "",
            expect![[r#"
            note: ~/.gitconfig: credential helper store is not asked for CodeCommit hosts any more
        "#]],
        ),
        // The keychain of macOS, Git Credential Manager, and Windows' own store.
        (
            section("", "osxkeychain"),
            "",
            "",
            expect![[r#"
                note: ~/.gitconfig: credential helper osxkeychain is not asked for CodeCommit hosts any more
            "#]],
        ),
        (
            section("", "manager"),
            "",
            "",
            expect![[r#"
                note: ~/.gitconfig: credential helper manager is not asked for CodeCommit hosts any more
            "#]],
        ),
        (
            section("", "wincred"),
            "",
            "",
            expect![[r#"
                note: ~/.gitconfig: credential helper wincred is not asked for CodeCommit hosts any more
            "#]],
        ),
    ] {
        let home = Home::new();
        if !gitconfig.is_empty() {
            home.write(".gitconfig", &gitconfig);
        }
        let before = home.snapshot();
        let said = plain(&home, &[]).succeeded();
        found.assert_eq(&notes(&said));
        for (url, expected) in [(IRELAND, ireland), (VIRGINIA, virginia)] {
            assert_eq!(helper_for(&home, url), [ours(expected)], "{gitconfig}{url}");
        }
        let settled = home.snapshot();
        let said = plain(&home, &[]).succeeded();
        assert_eq!(said.stdout.lines().last(), Some("unchanged"), "{said:?}");
        assert_same(&home.snapshot(), &settled, &gitconfig);
        home.unsetup(&[]).succeeded();
        assert_same(&home.snapshot(), &before, &gitconfig);
    }
}

#[test]
fn connections_keep_the_identity_that_opened_them() {
    const CONNECTION: &str = "https://codestar-connections.eu-west-1.amazonaws.com/git-http/x";
    let all = "https://codestar-connections.*.amazonaws.com";
    let with_profile = "!aws --profile P codecommit credential-helper $@";
    for (gitconfig, expected) in [
        (String::new(), " get"),
        (section("", with_profile), " --profile P get"),
        // Who answers for CodeCommit alone did not answer here.
        (
            section("https://git-codecommit.*.amazonaws.com", with_profile),
            " get",
        ),
        (section(all, with_profile), " --profile P get"),
        (
            section(
                "https://codestar-connections.eu-west-1.amazonaws.com",
                with_profile,
            ),
            " --profile P get",
        ),
        (section(CONNECTION, with_profile), " --profile P get"),
    ] {
        let home = Home::new();
        home.write(".gitconfig", &gitconfig);
        let before = home.snapshot();
        plain(&home, &[]).succeeded();
        let repository = format!("{CONNECTION}/y");
        assert_eq!(
            helper_for(&home, &repository),
            [format!("{OURS}{expected}")],
            "{gitconfig}"
        );
        home.unsetup(&[]).succeeded();
        assert_same(&home.snapshot(), &before, &gitconfig);
    }
    // Another program goes on answering.
    let home = Home::new();
    home.write(".gitconfig", &section(all, "!my-helper"));
    plain(&home, &[]).succeeded();
    assert_eq!(helper_for(&home, CONNECTION)[0], "my-helper get");
}

#[test]
fn another_program_or_a_lasting_password_still_answers() {
    let custom = section(IRELAND, "!my-codecommit-helper");
    let everywhere = section("", "!my-codecommit-helper");
    let store = section("", "store");
    for (gitconfig, ireland, virginia, found) in [
        (
            custom,
            "my-codecommit-helper get",
            "~/.local/bin/git-credential-codecommit get",
            expect![[r#"
                note: ~/.gitconfig: another credential helper answers for https://git-codecommit.eu-west-1.amazonaws.com, and setup does not change that (--force replaces it)
            "#]],
        ),
        (
            everywhere,
            "my-codecommit-helper get",
            "my-codecommit-helper get",
            expect![[r#"
                note: ~/.gitconfig: another credential helper answers for all CodeCommit hosts, and setup does not change that (--force replaces it)
                note: ~/.gitconfig: another credential helper answers for https://git-codecommit.eu-west-1.amazonaws.com, and setup does not change that (--force replaces it)
            "#]],
        ),
        (
            store,
            "git credential-store get",
            "~/.local/bin/git-credential-codecommit get",
            expect![[r#"
                note: ~/.git-credentials: a stored password answers for https://git-codecommit.eu-west-1.amazonaws.com, and setup does not change that (--force replaces it)
                note: ~/.gitconfig: credential helper store is not asked for CodeCommit hosts any more
            "#]],
        ),
    ] {
        let home = Home::new();
        home.write(".gitconfig", &gitconfig);
        home.write(
            ".git-credentials",
            "https://bob-at-111111111111:pw@git-codecommit.eu-west-1.amazonaws.com\n",
        );
        let said = plain(&home, &[]).succeeded();
        found.assert_eq(&notes(&said));
        for (url, expected) in [(IRELAND, ireland), (VIRGINIA, virginia)] {
            assert_eq!(helper_for(&home, url)[0], expected, "{gitconfig}{url}");
        }
        plain(&home, &["--force"]).succeeded();
        for url in [IRELAND, VIRGINIA] {
            assert_eq!(
                helper_for(&home, url),
                [format!("{OURS} get")],
                "{gitconfig}{url}"
            );
        }
    }
}

#[test]
fn a_role_answers_for_its_region_where_nobody_did_before() {
    for (gitconfig, is_kept, found) in [
        (
            section("", "!aws codecommit credential-helper $@"),
            true,
            expect![[r#"
                note: ~/.gitconfig answers for https URLs in eu-west-1, except demo; codecommit::eu-west-1://CrossAccountAccessProfile@REPOSITORY uses profile "CrossAccountAccessProfile" (--force uses it for https URLs too)
                note: ~/.gitconfig: a credential helper without a profile answered for all CodeCommit hosts: git-credential-codecommit answers with the same credentials now
            "#]],
        ),
        (
            section(
                IRELAND,
                "!aws --profile mine codecommit credential-helper $@",
            ),
            true,
            expect![[r#"
                note: ~/.gitconfig answers for https URLs in eu-west-1, except demo; codecommit::eu-west-1://CrossAccountAccessProfile@REPOSITORY uses profile "CrossAccountAccessProfile" (--force uses it for https URLs too)
                note: ~/.gitconfig: a credential helper with profile "mine" answered for https://git-codecommit.eu-west-1.amazonaws.com: git-credential-codecommit answers with the same profile now
            "#]],
        ),
        // The published pattern's own is the same identity.
        (
            section(
                IRELAND,
                &format!("!aws codecommit credential-helper $@ --profile {PROFILE}"),
            ),
            false,
            expect![[""]],
        ),
        (
            section(
                VIRGINIA,
                "!aws --profile mine codecommit credential-helper $@",
            ),
            false,
            expect![[r#"
                note: ~/.gitconfig: a credential helper with profile "mine" answered for https://git-codecommit.us-east-1.amazonaws.com: git-credential-codecommit answers with the same profile now
            "#]],
        ),
    ] {
        let home = Home::new();
        home.write(".gitconfig", &gitconfig);
        let said = home.setup(&["--repo", "demo"]).succeeded();
        let role = format!("{OURS} --profile {PROFILE} get");
        assert_eq!(
            helper_for(&home, IRELAND) != [role.clone()],
            is_kept,
            "{gitconfig}"
        );
        found.assert_eq(&notes(&said));
        let demo = IRELAND.replace("/x", "/demo");
        assert_eq!(helper_for(&home, &demo)[0], role, "{gitconfig}");
        home.setup(&["--force"]).succeeded();
        assert_eq!(helper_for(&home, IRELAND), [role], "{gitconfig}");
    }
}

#[test]
fn a_profile_alone_is_pinned_and_replaces_another_identity_only_with_force() {
    let home = Home::new();
    home.write(
        ".aws/config",
        "[profile Dev]\nregion = eu-west-1\n[profile Two]\n",
    );
    let said = plain(&home, &["--profile", "Missing"]).failed();
    assert_eq!(
        said.said(),
        "git-codecommit: profile \"Missing\" does not exist\n\
         hint: create it (aws configure), or give --role-arn and --region, and setup writes it"
    );
    plain(&home, &["--profile", "Dev"]).succeeded();
    assert_eq!(home.git_value("codecommit.profile"), "Dev");
    assert_eq!(
        helper_for(&home, VIRGINIA),
        [format!("{OURS} --profile Dev get")]
    );
    let said = plain(&home, &["--profile", "Two"]).failed();
    assert_eq!(said.code, Some(3), "{said:?}");
    plain(&home, &["--profile", "Two", "--force"]).succeeded();
    assert_eq!(home.git_value("codecommit.profile"), "Two");

    let home = Home::new();
    home.write(".aws/config", "[profile Dev]\n");
    home.write(
        ".gitconfig",
        &section("", "!aws codecommit credential-helper $@"),
    );
    let said = plain(&home, &["--profile", "Dev"]).failed();
    assert_eq!(
        said.said().lines().next().unwrap(),
        "git-codecommit: ~/.gitconfig: a credential helper uses the default credentials for all CodeCommit hosts, not \
         profile \"Dev\", so nothing was changed"
    );
    plain(&home, &["--profile", "Dev", "--force"]).succeeded();
    assert_eq!(
        helper_for(&home, VIRGINIA),
        [format!("{OURS} --profile Dev get")]
    );
}

#[test]
fn a_password_in_netrc_is_named() {
    let home = Home::new();
    home.write(
        ".netrc",
        "machine git-codecommit.eu-west-1.amazonaws.com login bob password hunter2\nmachine example.com login x password y\n",
    );
    let said = plain(&home, &[]).succeeded();
    assert_eq!(
        said.stderr,
        "git-codecommit: warning: ~/.netrc has a password for git-codecommit.eu-west-1.amazonaws.com, and git sends it \
         before it asks a credential helper: remove that line\n"
    );
}
