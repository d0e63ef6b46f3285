//! What setup writes, and what it leaves as it was, byte for byte.

use expect_test::expect;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt, symlink};
use std::time::{Duration, SystemTime};

use super::{Entry, Home, PROFILE, ROLE, assert_same};
use crate::harness::every_git;

const SECTION: &str = "[profile CrossAccountAccessProfile]\nregion = eu-west-1\n\
                       credential_source = EcsContainer\nrole_arn = ";

#[test]
fn an_empty_home_gets_every_file_and_nothing_else() {
    let home = Home::new();
    let said = home.setup(&[]).succeeded();
    assert_eq!(said.stderr, "");
    said.is(&expect![[r#"
        -- stdout
        ~/.config/git-codecommit/state.json: new
        ~/.config/git-codecommit/config: new
        ~/.config/git-codecommit/gitconfig: new
        ~/.aws/config: new
          + [profile CrossAccountAccessProfile]
          + region = eu-west-1
          + credential_source = EcsContainer
          + role_arn = arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole
        ~/.gitconfig: new
          + [include]
          + 	path = ~/.config/git-codecommit/gitconfig
        note: codecommit::eu-west-1://CrossAccountAccessProfile@REPOSITORY and https URLs use profile "CrossAccountAccessProfile"; codecommit::eu-west-1://REPOSITORY uses the default credentials
        note: PLACE/conda/bin/git-remote-codecommit: git runs git-codecommit instead; it shows codecommit:: addresses as git-codecommit::
        done
    "#]]);
    let names: Vec<String> = home.snapshot().into_keys().collect();
    assert_eq!(
        names,
        [
            ".aws",
            ".aws/config",
            ".config",
            ".config/git-codecommit",
            ".config/git-codecommit/config",
            ".config/git-codecommit/gitconfig",
            ".config/git-codecommit/lock",
            ".config/git-codecommit/state.json",
            ".gitconfig",
        ]
    );
    assert_eq!(home.read(".aws/config"), format!("{SECTION}{ROLE}\n"));
    assert_eq!(
        home.read(".gitconfig"),
        "[include]\n\tpath = ~/.config/git-codecommit/gitconfig\n"
    );
    let mode = |name| home.path(name).metadata().unwrap().mode() & 0o777;
    assert_eq!((mode(".aws"), mode(".aws/config")), (0o700, 0o600));
    // Whatever the umask: git ends with an error where it may not read an included file.
    assert_eq!(mode(".config/git-codecommit/gitconfig"), 0o644);
    assert!(!home.path(".aws/config.bak-git-codecommit").exists());
}

#[test]
fn a_narrow_umask_hides_nothing_from_git() {
    let home = Home::new();
    let arguments = home.arguments(&["--yes"]).join(" ");
    let script = format!("umask 077; exec '{}' {arguments}", home.program().display());
    home.run("/bin/sh", &["-c", &script]).succeeded();
    for (name, entry) in home.snapshot() {
        match entry {
            Entry::File(mode, _) if name.starts_with(".config") && !name.ends_with("lock") => {
                assert_eq!(mode, 0o644, "{name}");
            }
            Entry::Folder(mode) if name.starts_with(".config") => assert_eq!(mode, 0o755, "{name}"),
            _ => {}
        }
    }
}

#[test]
fn comments_order_line_ends_modes_and_links_are_kept() {
    let home = Home::new();
    let aws =
        "\u{feff}# mine\r\n[default]\r\n  region=us-east-1 ; c\r\n\r\n[profile b]\r\nkey\t: v # x";
    let git = "# mine\r\n[user]\r\n\tname = É\r\n[credential]\r\n\thelper = store\r\n";
    home.write("dotfiles/aws", aws);
    home.write("dotfiles/git", git);
    std::fs::create_dir_all(home.path(".aws")).unwrap();
    symlink("../dotfiles/aws", home.path(".aws/config")).unwrap();
    symlink(home.path("dotfiles/git"), home.path(".gitconfig")).unwrap();
    let mode = |name: &str, mode| {
        std::fs::set_permissions(
            home.path(name),
            <std::fs::Permissions as PermissionsExt>::from_mode(mode),
        )
        .unwrap();
    };
    mode("dotfiles/aws", 0o640);
    mode("dotfiles/git", 0o604);
    home.setup(&[]).succeeded();

    let now = home.read("dotfiles/aws");
    assert_eq!(
        now,
        format!(
            "{aws}\r\n\r\n{}\r\n",
            format!("{SECTION}{ROLE}").replace('\n', "\r\n")
        )
    );
    assert_eq!(
        home.read("dotfiles/git"),
        format!("{git}[include]\r\n\tpath = ~/.config/git-codecommit/gitconfig\r\n")
    );
    assert!(home.path(".aws/config").is_symlink() && home.path(".gitconfig").is_symlink());
    let modes = ["dotfiles/aws", "dotfiles/git"]
        .map(|name| home.path(name).metadata().unwrap().mode() & 0o777);
    assert_eq!(modes, [0o640, 0o604]);
    assert_eq!(home.git_value("user.name"), "É");
    assert_eq!(home.git_value("protocol.git-codecommit.allow"), "always");
    // What a person had is there once more, for its owner alone.
    let backup = home.path("dotfiles/aws.bak-git-codecommit");
    assert_eq!(std::fs::read_to_string(&backup).unwrap(), aws);
    assert_eq!(backup.metadata().unwrap().mode() & 0o777, 0o600);
}

#[test]
fn a_second_run_changes_no_byte_and_no_time() {
    let home = Home::new();
    home.write(".aws/config", "[default]\nregion = us-east-1\n");
    home.write(".gitconfig", "[user]\n\tname = n\n");
    home.setup(&["--lfs", "--region", "us-east-1"]).succeeded();
    let before = home.snapshot();
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let files = [
        ".aws/config",
        ".gitconfig",
        ".config/git-codecommit/state.json",
    ];
    for name in files {
        let file = std::fs::File::options()
            .append(true)
            .open(home.path(name))
            .unwrap();
        file.set_modified(long_ago).unwrap();
    }
    let said = home.setup(&["--lfs", "--region", "us-east-1"]).succeeded();
    assert_eq!(said.stdout.lines().last(), Some("unchanged"), "{said:?}");
    assert_same(&home.snapshot(), &before, "");
    for name in files {
        let time = home.path(name).metadata().unwrap().modified().unwrap();
        assert_eq!(time, long_ago, "{name}");
    }
}

#[test]
fn two_runs_at_once_give_one_result() {
    let alone = Home::new();
    alone.write(".aws/config", "[default]\nregion = us-east-1\n");
    alone.setup(&[]).succeeded();
    let expected = alone.snapshot();
    for _ in 0..5 {
        let home = Home::new();
        home.write(".aws/config", "[default]\nregion = us-east-1\n");
        let arguments = home.arguments(&["--yes"]);
        let runs: Vec<_> = (0..4)
            .map(|_| home.command(home.program(), &arguments).spawn().unwrap())
            .collect();
        for run in runs {
            let said = run.wait_with_output().unwrap();
            assert!(
                said.status.success(),
                "{}",
                String::from_utf8_lossy(&said.stderr)
            );
        }
        assert_same(&home.snapshot(), &expected, "");
    }
}

#[test]
fn a_dry_run_shows_the_change_and_touches_nothing() {
    let home = Home::new();
    // A neighbour's secret must not be shown as context.
    home.write(
        ".aws/config",
        "[profile a]\naws_access_key_id = AKIDCANARY\naws_secret_access_key = hunter2\n",
    );
    let before = home.snapshot();
    let said = home.setup(&["--dry-run"]).succeeded();
    let shown = said
        .stdout
        .strip_suffix("nothing was changed (--dry-run)\n");
    let shown = shown.unwrap_or_else(|| panic!("{said:?}"));
    let section = "~/.aws/config: changed\n  + \n  + [profile CrossAccountAccessProfile]\n";
    assert!(shown.contains(section), "{shown}");
    assert!(
        !shown.contains("AKID") && !shown.contains("hunter2"),
        "{shown}"
    );
    assert_same(&home.snapshot(), &before, "");
    let json: serde_json::Value =
        serde_json::from_str(&home.setup(&["--dry-run", "--json"]).succeeded().stdout).unwrap();
    assert_eq!(
        (json["needed"].as_bool(), json["applied"].as_bool()),
        (Some(true), Some(false))
    );
    assert_eq!(json["files"][3]["file"], "~/.aws/config");
    assert_eq!(json["files"][3]["action"], "changed");
    let done = home.setup(&[]).succeeded().stdout;
    assert_eq!(done.strip_suffix("done\n"), Some(shown));
}

#[test]
fn without_a_person_to_ask_nothing_is_done_without_yes() {
    let home = Home::new();
    let before = home.snapshot();
    let said = home.setup_unconfirmed(&[]).failed();
    assert_eq!(said.code, Some(2));
    expect![[r#"
        git-codecommit: cannot ask for confirmation without a terminal, so nothing was changed
        hint: use --yes to confirm, or --dry-run to see the changes
    "#]]
    .assert_eq(&said.stderr);
    assert_same(&home.snapshot(), &before, "");
}

#[test]
fn git_finds_its_configuration_by_its_own_rules() {
    // Only ~/.config/git/config: git config --global writes there.
    let home = Home::new();
    home.write(".config/git/config", "[user]\n\tname = n\n");
    home.setup(&[]).succeeded();
    assert!(!home.path(".gitconfig").exists());
    assert_eq!(home.git_value("protocol.git-codecommit.allow"), "always");

    // Both: ~/.gitconfig.
    let home = Home::new();
    home.write(".config/git/config", "[user]\n\tname = n\n");
    home.write(".gitconfig", "");
    home.setup(&[]).succeeded();
    assert!(home.read(".gitconfig").contains("[include]"));

    let mut home = Home::new();
    home.write("elsewhere/git/config", "[user]\n\tname = n\n");
    home.set(
        "XDG_CONFIG_HOME",
        &home.path("elsewhere").display().to_string(),
    );
    home.setup(&[]).succeeded();
    assert!(home.read("elsewhere/git/config").contains("[include]"));

    // Git reads the variable since 2.32.
    let is_read = every_git()[0].is_at_least(2, 32);
    let mut home = Home::new();
    home.set(
        "GIT_CONFIG_GLOBAL",
        &home.path("global").display().to_string(),
    );
    home.setup(&[]).succeeded();
    let (written, other) = match is_read {
        true => ("global", ".gitconfig"),
        false => (".gitconfig", "global"),
    };
    assert!(home.read(written).contains("[include]"));
    assert!(!home.path(other).exists());

    let mut home = Home::new();
    home.set("AWS_CONFIG_FILE", "~/aws $X");
    home.set("X", "unused");
    home.setup(&[]).succeeded();
    assert!(home.read("aws unused").contains(ROLE));
    assert!(!home.path(".aws").exists());

    home.set("GIT_CONFIG_GLOBAL", "/dev/null");
    let said = home.setup(&[]);
    let code = if is_read { 2 } else { 0 };
    assert_eq!(said.code, Some(code), "{said:?}");
}

#[test]
fn a_repositorys_own_configuration_can_be_the_one() {
    let home = Home::new();
    home.git(&["init", "--quiet", "."]).succeeded();
    home.setup(&["--scope", "local"]).succeeded();
    assert!(!home.path(".gitconfig").exists());
    assert!(
        home.read(".git/config")
            .contains("path = ~/.config/git-codecommit/gitconfig")
    );
    home.unsetup(&["--scope", "local"]).succeeded();
    assert!(!home.read(".git/config").contains("include"));
}

#[test]
fn the_role_is_found_after_unified_studio_deleted_the_aws_config() {
    let home = Home::new();
    home.write(
        ".aws/config",
        "[default]\ncredential_source = EcsContainer\n",
    );
    home.setup(&[]).succeeded();
    let before = home.snapshot();
    // etc/sagemaker-ui/sagemaker_ui_post_startup.sh, at every start of a space.
    std::fs::remove_file(home.path(".aws/config")).unwrap();
    let address = format!("codecommit://{PROFILE}@demo-repo");
    let said = home.run(home.program(), &["url", &address]).succeeded();
    assert_eq!(
        said.stdout,
        "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo-repo\n"
    );
    home.write(
        ".aws/config",
        "[default]\ncredential_source = EcsContainer\n",
    );
    home.setup(&[]).succeeded();
    assert_same(&home.snapshot(), &before, "");
}

#[test]
fn home_may_be_unset_or_the_root_folder() {
    let dry_run = |home: &Home| home.setup_unconfirmed(&["--dry-run"]).succeeded();
    let account = Home::new().run("sh", &["-c", "getent passwd $(id -u) | cut -d : -f 6"]);
    let warning = |what: &str| {
        format!(
            "git-codecommit: warning: {what}: setup uses the home directory {} of the password database, but git \
             reads its settings only from HOME\n",
            account.stdout.trim()
        )
    };
    let mut home = Home::new();
    home.unset("HOME");
    let said = dry_run(&home);
    assert_eq!(said.stderr, warning("HOME is not set"));
    home.set("HOME", "/");
    let said = dry_run(&home);
    assert_eq!(said.stderr, warning("HOME is /"));
    home.set("HOME", "/nowhere");
    home.setup(&[]).is(&expect![[r#"
        exit code 2
        -- stderr
        git-codecommit: the home directory /nowhere does not exist
        hint: set HOME to the folder with your .gitconfig
    "#]]);
}
