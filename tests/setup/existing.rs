//! What is there already: the same, something else, or something that must not be touched.

use super::{Home, PROFILE, ROLE, assert_same};
use expect_test::expect;
use std::os::unix::fs::PermissionsExt;

const OTHER: &str = "arn:aws:iam::222222222222:role/Other";

/// The arguments of `setup` for another role.
fn of_other_role(home: &Home, more: &[&str]) -> Vec<String> {
    let arguments = home.arguments(more).into_iter();
    arguments.map(|word| word.replace(ROLE, OTHER)).collect()
}

#[test]
fn a_profile_with_another_role_is_a_conflict_and_force_changes_it_and_back() {
    let home = Home::new();
    let text = format!(
        "[profile {PROFILE}]\n# mine\nrole_arn={OTHER} # theirs\nsource_profile = base\noutput = json\n\
         [profile base]\naws_access_key_id = AKIDCANARY\naws_secret_access_key = hunter2\n"
    );
    home.write(".aws/config", &text);
    let before = home.snapshot();
    let said = home.setup(&[]).failed();
    said.is(&expect![[r#"
        exit code 3
        -- stdout
        ~/.aws/config: profile "CrossAccountAccessProfile" exists with other settings
          - role_arn = arn:aws:iam::222222222222:role/Other
          + role_arn = arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole
          + credential_source = EcsContainer
          - source_profile = base
        note: codecommit::eu-west-1://CrossAccountAccessProfile@REPOSITORY and https URLs use profile "CrossAccountAccessProfile"; codecommit::eu-west-1://REPOSITORY uses the default credentials
        note: PLACE/conda/bin/git-remote-codecommit: git runs git-codecommit instead; it shows codecommit:: addresses as git-codecommit::
        -- stderr
        git-codecommit: ~/.aws/config: profile "CrossAccountAccessProfile" exists with other settings, so nothing was changed
        hint: --force replaces these settings (git codecommit unsetup restores them); --dry-run shows the changes
    "#]]);
    assert_same(&home.snapshot(), &before, "");

    home.setup(&["--force"]).succeeded();
    let now = home.read(".aws/config");
    assert!(
        now.contains(&format!(
            "# mine\nrole_arn={ROLE} # theirs\noutput = json\n"
        )),
        "{now}"
    );
    assert!(now.contains("credential_source = EcsContainer\n") && !now.contains("source_profile"));
    home.setup(&[]).succeeded();
    assert_eq!(home.read(".aws/config"), now);
    assert!(
        !home
            .read(".config/git-codecommit/state.json")
            .contains("hunter2")
    );
    home.unsetup(&[]).succeeded();
    assert_eq!(
        home.read(".aws/config"),
        text.replace(
            "source_profile = base\noutput = json\n",
            "output = json\nsource_profile = base\n"
        )
    );
}

#[test]
fn what_cannot_be_brought_back_alone_is_said() {
    let home = Home::new();
    let theirs = format!("[profile {PROFILE}]\nrole_arn = {OTHER}\n");
    home.write(".aws/config", &theirs);
    home.setup(&["--force"]).succeeded();
    // Twice in the file since: botocore takes the last, and which one a person means is not known.
    let twice = format!("{}role_arn = {ROLE}\n", home.read(".aws/config"));
    home.write(".aws/config", &twice);
    let said = home.unsetup(&[]).succeeded();
    let note = format!(
        "note: cannot restore role_arn of profile \"{PROFILE}\" in ~/.aws/config: before setup it was {OTHER}"
    );
    assert!(said.stdout.lines().any(|line| line == note), "{said:?}");
}

#[test]
fn the_same_profile_is_left_as_it_is_and_stays_after_unsetup() {
    let home = Home::new();
    // As the published pattern writes it.
    let text = format!(
        "[profile {PROFILE}]\nregion = eu-west-1\ncredential_source=EcsContainer\nrole_arn = {ROLE}\noutput = json"
    );
    home.write(".aws/config", &text);
    home.setup(&[]).succeeded();
    assert_eq!(home.read(".aws/config"), text);
    home.unsetup(&[]).succeeded();
    assert_eq!(home.read(".aws/config"), text);
}

#[test]
fn a_role_that_was_set_up_before_is_not_replaced_silently() {
    let home = Home::new();
    home.setup(&[]).succeeded();
    let before = home.snapshot();
    let other = of_other_role(&home, &["--yes"]);
    let said = home.run(home.program(), &other).failed();
    assert_eq!(said.code, Some(3), "{said:?}");
    assert_same(&home.snapshot(), &before, "");
    // Nor where only our own file still has it.
    std::fs::remove_file(home.path(".aws/config")).unwrap();
    let said = home.run(home.program(), &other).failed();
    said.is(&expect![[r#"
        exit code 3
        -- stdout
        ~/.config/git-codecommit/config: setup configured profile "CrossAccountAccessProfile" with other settings
          - role_arn = arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole
          + role_arn = arn:aws:iam::222222222222:role/Other
        note: codecommit::eu-west-1://CrossAccountAccessProfile@REPOSITORY and https URLs use profile "CrossAccountAccessProfile"; codecommit::eu-west-1://REPOSITORY uses the default credentials
        note: PLACE/conda/bin/git-remote-codecommit: git runs git-codecommit instead; it shows codecommit:: addresses as git-codecommit::
        -- stderr
        git-codecommit: ~/.config/git-codecommit/config: setup configured profile "CrossAccountAccessProfile" with other settings, so nothing was changed
        hint: --force replaces these settings (git codecommit unsetup restores them); --dry-run shows the changes
    "#]]);

    let forced = of_other_role(&home, &["--yes", "--force"]);
    home.run(home.program(), &forced).succeeded();
    assert!(home.read(".aws/config").contains(OTHER));
    assert!(home.read(".config/git-codecommit/config").contains(OTHER));
    home.unsetup(&[]).succeeded();
    assert!(home.snapshot().is_empty(), "{:?}", home.snapshot());
}

#[test]
fn profiles_of_the_credentials_file_count_too() {
    let home = Home::new();
    home.write(
        ".aws/credentials",
        &format!("[{PROFILE}]\naws_access_key_id = AKID\naws_secret_access_key = hunter2\n"),
    );
    let said = home.setup(&[]).failed();
    said.is(&expect![[r#"
        exit code 3
        -- stdout
        ~/.aws/config: profile "CrossAccountAccessProfile" exists with other settings
          + role_arn = arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole
          + credential_source = EcsContainer
        note: codecommit::eu-west-1://CrossAccountAccessProfile@REPOSITORY and https URLs use profile "CrossAccountAccessProfile"; codecommit::eu-west-1://REPOSITORY uses the default credentials
        note: PLACE/conda/bin/git-remote-codecommit: git runs git-codecommit instead; it shows codecommit:: addresses as git-codecommit::
        -- stderr
        git-codecommit: ~/.aws/config: profile "CrossAccountAccessProfile" exists with other settings, so nothing was changed
        hint: --force replaces these settings (git codecommit unsetup restores them); --dry-run shows the changes
    "#]]);
}

#[test]
fn two_roles_in_one_region_do_not_get_in_each_others_way() {
    let home = Home::new();
    home.setup(&[]).succeeded();
    let second = of_other_role(&home, &["--yes", "--profile", "second"]);
    let said = home.run(home.program(), &second).succeeded();
    said.is(&expect![[r#"
        -- stdout
        ~/.config/git-codecommit/state.json: changed
        ~/.config/git-codecommit/config: changed
          + 
          + [profile second]
          + region = eu-west-1
          + credential_source = EcsContainer
          + role_arn = arn:aws:iam::222222222222:role/Other
        ~/.config/git-codecommit/gitconfig: changed
          + 	submoduleProfile = second
        ~/.aws/config: changed
          + 
          + [profile second]
          + region = eu-west-1
          + credential_source = EcsContainer
          + role_arn = arn:aws:iam::222222222222:role/Other
        note: profile "CrossAccountAccessProfile" answers for https URLs in eu-west-1, and --repo NAME adds single repositories; codecommit::eu-west-1://second@REPOSITORY uses profile "second" (--force uses it for https URLs too)
        note: PLACE/conda/bin/git-remote-codecommit: git runs git-codecommit instead; it shows codecommit:: addresses as git-codecommit::
        done
    "#]]);
    let repository = ["--repo", "demo"].map(str::to_owned);
    let with_repository = [&second[..], &repository].concat();
    home.run(home.program(), &with_repository).succeeded();
    assert!(home.read(".config/git-codecommit/gitconfig").contains(
        "[credential \"https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo\"]\n\thelper =\n\
         \thelper = !~/.local/bin/git-credential-codecommit --profile second\n"
    ));
    let before = home.snapshot();
    home.setup(&[]).succeeded();
    home.run(home.program(), &second).succeeded();
    assert_same(&home.snapshot(), &before, "");

    home.unsetup(&["--profile", "second"]).succeeded();
    assert!(!home.read(".aws/config").contains("second"));
    assert!(
        !home
            .read(".config/git-codecommit/gitconfig")
            .contains("second")
    );
    assert!(home.read(".aws/config").contains(PROFILE));
}

#[test]
fn our_own_files_changed_by_hand_are_not_overwritten() {
    let home = Home::new();
    home.setup(&[]).succeeded();
    let name = ".config/git-codecommit/gitconfig";
    let mine = home.read(name) + "# mine\n";
    home.write(name, &mine);
    let said = home.setup(&[]).failed();
    said.is(&expect![[r#"
        exit code 3
        -- stdout
        ~/.config/git-codecommit/gitconfig: this file was edited by hand
          - # mine
        note: codecommit::eu-west-1://CrossAccountAccessProfile@REPOSITORY and https URLs use profile "CrossAccountAccessProfile"; codecommit::eu-west-1://REPOSITORY uses the default credentials
        note: PLACE/conda/bin/git-remote-codecommit: git runs git-codecommit instead; it shows codecommit:: addresses as git-codecommit::
        -- stderr
        git-codecommit: ~/.config/git-codecommit/gitconfig: this file was edited by hand, so nothing was changed
        hint: --force replaces these settings (git codecommit unsetup restores them); --dry-run shows the changes
    "#]]);
    assert_eq!(home.read(name), mine);
    home.setup(&["--force"]).succeeded();
    assert!(!home.read(name).contains("# mine"));
}

#[test]
fn a_decision_about_the_protocol_stays() {
    let home = Home::new();
    home.write(".gitconfig", "[protocol \"codecommit\"]\n\tallow = user\n");
    home.setup(&[]).succeeded();
    for name in ["codecommit", "git-codecommit"] {
        assert_eq!(home.git_value(&format!("protocol.{name}.allow")), "user");
    }
}

#[test]
fn read_only_and_unreadable_files_are_named_and_nothing_is_changed() {
    for (name, text, problem) in [
        (".aws/config", "[default]\n", "it is read-only"),
        (".gitconfig", "[user]\n", "it is read-only"),
    ] {
        let home = Home::new();
        home.write(name, text);
        std::fs::set_permissions(
            home.path(name),
            <std::fs::Permissions as PermissionsExt>::from_mode(0o444),
        )
        .unwrap();
        let before = home.snapshot();
        let said = home.setup(&[]).failed();
        assert_eq!(said.code, Some(5), "{said:?}");
        assert_eq!(
            said.said().lines().next().unwrap(),
            format!(
                "git-codecommit: cannot change {}: {problem}",
                home.path(name).display()
            )
        );
        assert_same(&home.snapshot(), &before, name);
    }
    let home = Home::new();
    home.write(".aws/config", "[default]\nnonsense hunter2\n");
    let before = home.snapshot();
    let said = home.setup(&[]).failed();
    said.is(&expect![[r#"
        exit code 3
        -- stderr
        git-codecommit: ~/.aws/config:2: neither a section nor "key = value"
        hint: fix that line
    "#]]);
    assert!(!said.stderr.contains("hunter2"), "{said:?}");
    assert_same(&home.snapshot(), &before, "");

    let home = Home::new();
    home.write(".gitconfig", "[user\n");
    let before = home.snapshot();
    let said = home.setup(&[]).failed();
    said.is(&expect![[r#"
        exit code 5
        -- stderr
        git-codecommit: git config failed: bad config line 1 in file ~/.gitconfig
        hint: fix this, then run this again
    "#]]);
    assert_same(&home.snapshot(), &before, "");

    let home = Home::new();
    std::os::unix::fs::symlink("nowhere", home.path(".gitconfig")).unwrap();
    let said = home.setup(&[]).failed();
    said.is(&expect![[r#"
        exit code 5
        -- stderr
        git-codecommit: cannot change ~/.gitconfig: it is a symbolic link to a file that does not exist
        hint: create that file, or remove the link
    "#]]);
}

#[test]
fn a_lock_of_gits_is_waited_for_and_then_named() {
    let home = Home::new();
    home.write(".gitconfig", "[user]\n\tname = n\n");
    home.write(".gitconfig.lock", "");
    let arguments = home.arguments(&["--yes"]);
    let run = home.command(home.program(), &arguments).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert_eq!(home.read(".gitconfig"), "[user]\n\tname = n\n");
    std::fs::remove_file(home.path(".gitconfig.lock")).unwrap();
    assert!(run.wait_with_output().unwrap().status.success());
    assert!(home.read(".gitconfig").contains("[include]"));
}
