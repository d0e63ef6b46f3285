//! What is not read in this process: git alone may say what it thinks of it.

use std::os::unix::fs::symlink;

use super::*;

fn with_global(text: &str) -> Home {
    let home = Home::new();
    home.write(".gitconfig", text);
    home
}

#[test]
fn what_could_block_or_has_no_end_is_not_opened() {
    let home = Home::new();
    let file = home.path(".gitconfig");
    crate::platform::make_pipe(&file);
    home.assert_declined("is not a plain file");
    std::fs::remove_file(&file).unwrap();
    symlink("/dev/zero", &file).unwrap();
    home.assert_declined("is not a plain file");
    std::fs::remove_file(&file).unwrap();
    symlink(&file, &file).unwrap();
    home.assert_declined("cannot be opened");
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    home.assert_declined("is not a plain file");
    std::fs::remove_dir(&file).unwrap();
    home.write(".gitconfig", &"#\n".repeat(600_000));
    home.assert_declined("is large");
}

#[test]
fn includes_in_a_circle_or_without_end_are_gits() {
    with_global("[include]\n\tpath = .gitconfig\n").assert_declined("includes lead too far");
    let home = with_global(&"[include]\n\tpath = one\n".repeat(100));
    home.write("one", "[a]\n\tb = c\n");
    home.assert_declined("there are many files");
}

#[test]
fn doubtful_includes_and_conditions_are_gits() {
    for (text, why) in [
        ("[include]\n\tpath\n", "an include has no path"),
        (
            "[include]\n\tpath = ~root/x\n",
            "the path of an include is odd",
        ),
        (
            "[include]\n\tpath = %(prefix)/x\n",
            "the path of an include is odd",
        ),
        (
            "[includeIf \"new:x\"]\n\tpath = x\n",
            "a condition is unknown",
        ),
        ("[a]\n\tb = c\td\n", "a tab without quotes"),
        ("[a\n", "gix does not take its syntax"),
    ] {
        with_global(text).assert_declined(why);
    }
    let mut home = with_global("[includeIf \"gitdir:[a]\"]\n\tpath = x\n");
    home.repository("r/.git", "ref: refs/heads/main\n", "");
    home.compare().unwrap();
    home.go("r");
    home.assert_declined("the pattern of a condition is odd");
}

#[test]
fn a_repository_that_git_would_judge_is_gits() {
    for (head, config, why) in [
        ("", "", "has an odd HEAD"),
        ("ref: x\n", "", "has an odd HEAD"),
        (
            "ref: refs/heads/m\n",
            "[core]\n\trepositoryformatversion = 2\n",
            "format is odd",
        ),
        (
            "ref: refs/heads/m\n",
            "[extensions]\n\trefStorage = reftable\n",
            "format is odd",
        ),
        (
            "ref: refs/heads/m\n",
            "[extensions]\n\tworktreeConfig\n",
            "format has no version",
        ),
        (
            "ref: refs/heads/m\n",
            "[core]\n\tbare = odd\n",
            "format is odd",
        ),
        (
            "ref: refs/heads/m\n",
            "[core]\n\tworktree = nowhere\n",
            "odd working tree",
        ),
    ] {
        let mut home = Home::new();
        home.repository("r/.git", head, config);
        home.go("r/sub");
        home.assert_declined(why);
    }
    let mut home = Home::new();
    home.go("r/.git");
    home.go("r");
    home.assert_declined("has an odd HEAD");
    home.set("GIT_DIR", "nowhere");
    home.assert_declined("is no repository");
    home.set("GIT_WORK_TREE", ".");
    home.assert_declined("GIT_WORK_TREE is set");
}

/// Git refuses it, and so its settings must not count here.
#[test]
fn a_repository_of_another_user_is_gits() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let owner = Some(rustix::fs::Uid::from_raw(12345));
    for part in ["r", "r/.git", "w/.git", "r/.git/worktrees/w"] {
        let mut home = Home::new();
        home.repository(
            "r/.git",
            "ref: refs/heads/main\n",
            "[codecommit]\n\tprofile = p\n",
        );
        home.write("r/.git/worktrees/w/HEAD", "ref: refs/heads/w\n");
        home.write("r/.git/worktrees/w/commondir", "../..\n");
        home.write("w/.git", "gitdir: {home}/r/.git/worktrees/w\n");
        home.go(if part.contains('w') { "w" } else { "r" });
        assert_eq!(home.values("codecommit.profile").len(), 1);
        rustix::fs::chown(home.path(part), owner, None).unwrap();
        home.assert_declined("belongs to another user");
        for git in gits() {
            let listed = home.list(git).unwrap_or_default();
            assert!(listed.is_empty(), "{git:?} trusts {part}: {listed:?}");
        }
        // Who says safe.directory still gets git's own answer.
        home.write(".gitconfig", "[safe]\n\tdirectory = *\n");
        home.assert_declined("belongs to another user");
    }
}

#[test]
fn a_file_that_nobody_may_read_is_gits() {
    let home = with_global("[a]\n\tb = c\n");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o000);
    std::fs::set_permissions(home.path(".gitconfig"), mode).unwrap();
    // Root may read it, as git can.
    match rustix::process::geteuid().is_root() {
        true => assert_eq!(home.values("a.b").len(), 1),
        false => home.assert_declined("cannot be opened"),
    }
}
