//! Configurations as people have them, and as the guides of this project make them: none is declined.

use super::*;

/// Files of a home directory, each with its text.
type Files = &'static [(&'static str, &'static str)];

const CONFIGURATIONS: [(&str, Files); 20] = [
    ("nothing", &[]),
    (
        "a name",
        &[(
            ".gitconfig",
            "[user]\n\tname = Data Scientist\n\temail = ds@example.com\n[init]\n\tdefaultBranch = main\n",
        )],
    ),
    (
        "git codecommit setup",
        &[
            (
                ".gitconfig",
                "[include]\n\tpath = ~/.config/git-codecommit/gitconfig\n",
            ),
            (
                ".config/git-codecommit/gitconfig",
                "# Written by \"git codecommit setup\", which overwrites changes; \"git codecommit unsetup\" removes it.\n\
                 [alias]\n\tcodecommit = \"!cd \\\"${GIT_PREFIX:-.}\\\" && exec git-codecommit\"\n\
                 \tremote-git-codecommit = !exec git-remote-codecommit\n\
                 [url \"git-codecommit::\"]\n\tinsteadOf = codecommit::\n\
                 [protocol \"git-codecommit\"]\n\tallow = always\n[codecommit]\n\tprofile = P\n\
                 [credential \"https://git-codecommit.*.amazonaws.com\"]\n\thelper =\n\
                 \thelper = !git-credential-codecommit --profile P\n\tuseHttpPath = true\n",
            ),
        ],
    ),
    (
        "the AWS CLI's helper",
        &[(
            ".gitconfig",
            "[credential \"https://git-codecommit.*.amazonaws.com\"]\n    helper = !aws codecommit credential-helper $@\n    UseHttpPath = true\n",
        )],
    ),
    (
        "Git LFS",
        &[(
            ".gitconfig",
            "[filter \"lfs\"]\n\tclean = git-lfs clean -- %f\n\tsmudge = git-lfs smudge -- %f\n\tprocess = git-lfs filter-process\n\trequired = true\n",
        )],
    ),
    (
        "two identities",
        &[
            (
                ".gitconfig",
                "[user]\n\tname = A\n[includeIf \"gitdir:~/work/\"]\n\tpath = ~/.gitconfig-work\n[includeIf \"gitdir:~/oss/\"]\n\tpath = .gitconfig-oss\n",
            ),
            (
                ".gitconfig-work",
                "[user]\n\temail = a@work.example\n[codecommit]\n\tprofile = work\n",
            ),
        ],
    ),
    (
        "by the remote",
        &[
            (
                ".gitconfig",
                "[includeIf \"hasconfig:remote.*.url:codecommit::*/**\"]\n\tpath = ~/.gitconfig-aws\n",
            ),
            (".gitconfig-aws", "[user]\n\temail = a@aws.example\n"),
        ],
    ),
    (
        "by the branch",
        &[(
            ".gitconfig",
            "[includeIf \"onbranch:release/\"]\n\tpath = ~/.gitconfig-release\n",
        )],
    ),
    (
        "a proxy and an authority",
        &[(
            ".gitconfig",
            "[http]\n\tproxy = http://proxy.example:3128\n\tsslCAInfo = /etc/pki/corp.pem\n\tsslVerify = true\n\tpostBuffer = 524288000\n[http \"https://git-codecommit.eu-west-1.amazonaws.com\"]\n\tproxy = \"\"\n",
        )],
    ),
    (
        "Windows line ends",
        &[(
            ".gitconfig",
            "[user]\r\n\tname = A\r\n\r\n; a comment\r\n[core]\r\n\tautocrlf = true\r\n",
        )],
    ),
    (
        "a byte order mark",
        &[(".gitconfig", "\u{feff}[user]\n\tname = \u{c9}mile\n")],
    ),
    (
        "aliases",
        &[(
            ".gitconfig",
            "[alias]\n\tst = status -sb\n\tlg = log --graph --pretty=format:'%Cred%h%Creset %s' # short\n\twip = \"!f() { \\\n\t\tgit add -A; \\\n\t\tgit commit -m \\\"wip: $1\\\"; \\\n\t}; f\"\n\troot = !pwd\n",
        )],
    ),
    (
        "a signing key",
        &[(
            ".gitconfig",
            "[user]\n\tsigningkey = ~/.ssh/id_ed25519.pub\n[gpg]\n\tformat = ssh\n[commit]\n\tgpgsign\n[gpg \"ssh\"]\n\tallowedSignersFile = ~/.ssh/allowed\n",
        )],
    ),
    (
        "XDG",
        &[(
            ".config/git/config",
            "[core]\n\teditor = \"code --wait\"\n\texcludesFile = ~/.config/git/ignore\n[pull]\n\trebase = true\n",
        )],
    ),
    (
        "both global files",
        &[
            (".config/git/config", "[core]\n\tpager = less\n"),
            (
                ".gitconfig",
                "[core]\n\tpager = delta\n[delta]\n\tnavigate = true\n",
            ),
        ],
    ),
    (
        "JupyterLab",
        &[(
            ".gitconfig",
            "[diff \"jupyternotebook\"]\n\tcommand = git-nbdiffdriver diff\n[merge \"jupyternotebook\"]\n\tdriver = git-nbmergedriver merge %O %A %B %L %P\n\tname = jupyter notebook merge driver\n[safe]\n\tdirectory = *\n",
        )],
    ),
    (
        "a store of passwords",
        &[(
            ".gitconfig",
            "[credential]\n\thelper = cache --timeout=3600\n\thelper = store\n[credential \"https://github.com\"]\n\thelper = \n\thelper = !/usr/bin/gh auth git-credential\n",
        )],
    ),
    (
        "comments and blanks",
        &[(
            ".gitconfig",
            "\n# This is Git's per-user configuration file.\n[user]\n# Please adapt and uncomment the following lines:\n#\tname = root\n#\temail = root@host\n\n",
        )],
    ),
    (
        "VS Code",
        &[(
            ".gitconfig",
            "[merge]\n\ttool = vscode\n[mergetool \"vscode\"]\n\tcmd = code --wait $MERGED\n[diff]\n\ttool = vscode\n[difftool \"vscode\"]\n\tcmd = \"code --wait --diff $LOCAL $REMOTE\"\n",
        )],
    ),
    (
        "rewritten addresses",
        &[(
            ".gitconfig",
            "[url \"codecommit::eu-west-1://P@\"]\n\tinsteadOf = cc:\n[url \"https://git-codecommit.eu-west-1.amazonaws.com/\"]\n\tinsteadOf = ssh://git-codecommit.eu-west-1.amazonaws.com/\n\tpushInsteadOf = \"ssh://x@y/\"\n[protocol]\n\tversion = 2\n",
        )],
    ),
];

const OF_A_CLONE: &str = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n\tlogallrefupdates = true\n\
    [remote \"origin\"]\n\turl = codecommit::eu-west-1://P@demo-repo\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n\
    [branch \"main\"]\n\tremote = origin\n\tmerge = refs/heads/main\n";

fn home_with(files: Files) -> Home {
    let home = Home::new();
    for (file, text) in files {
        home.write(file, text);
    }
    home
}

#[test]
fn configurations_of_real_life_are_never_declined() {
    for (name, files) in CONFIGURATIONS {
        let mut home = home_with(files);
        home.repository("work/r/.git", "ref: refs/heads/main\n", OF_A_CLONE);
        for folder in ["", "work/r", "work/r/sub"] {
            home.go(folder);
            home.compare()
                .unwrap_or_else(|why| panic!("{name} in {folder:?}: {why}"));
        }
        // As git starts a remote helper, and a person with git -c.
        home.go("work/r");
        let git_dir = home.path("work/r/.git");
        home.set("GIT_DIR", git_dir);
        home.set("GIT_CONFIG_PARAMETERS", "'protocol.version'='1'");
        home.compare()
            .unwrap_or_else(|why| panic!("{name} for a helper: {why}"));
        home.set("GIT_DIR", ".git");
        home.compare()
            .unwrap_or_else(|why| panic!("{name} for a helper: {why}"));
    }
}

#[test]
fn an_identity_of_a_folder_holds_there_by_each_of_its_names() {
    let (_, files) = CONFIGURATIONS[5];
    let mut home = home_with(files);
    home.repository("work/r/.git", "ref: refs/heads/main\n", OF_A_CLONE);
    home.repository("data/s/.git", "ref: refs/heads/main\n", OF_A_CLONE);
    std::os::unix::fs::symlink(home.path("data/s"), home.path("work/s")).unwrap();
    let work = vec![Some("work".to_owned())];
    home.go("work/r/sub");
    assert_eq!(home.values("codecommit.profile"), work);
    home.go("data/s");
    assert_eq!(home.values("codecommit.profile"), []);
    home.folder = home.path("data/s");
    let shells = home.path("work/s");
    home.set("PWD", shells);
    assert_eq!(home.values("codecommit.profile"), work);
}

#[test]
fn a_line_is_where_an_entry_begins() {
    let home = Home::new();
    let text = "# c\n\n[a]\n\tb = \"x\\\n\ty\"\n\tc\n\r\n[d \"e\"] f = g\n";
    home.write(".gitconfig", text);
    let read = super::super::read(&Surroundings {
        variables: &|name| home.variables.get(name).cloned(),
        folder: &home.folder,
        system: Path::new("/nowhere"),
    });
    let config = read.unwrap();
    let line = |key: &str| config.value(key).unwrap().origin().unwrap().line();
    assert_eq!(
        ["a.b", "a.c", "d.e.f"].map(line),
        [Some(4), Some(6), Some(8)]
    );
}

#[test]
fn a_worktree_and_a_submodule_have_their_own() {
    let mut home = Home::new();
    let config = format!("{OF_A_CLONE}[extensions]\n\tworktreeConfig = true\n");
    home.repository("r/.git", "ref: refs/heads/main\n", &config);
    home.write("r/.git/worktrees/w/HEAD", "ref: refs/heads/w\n");
    home.write("r/.git/worktrees/w/commondir", "../..\n");
    home.write(
        "r/.git/worktrees/w/config.worktree",
        "[codecommit]\n\tprofile = w\n",
    );
    home.write("r/.git/config.worktree", "[codecommit]\n\tprofile = r\n");
    home.write("w/.git", "gitdir: {home}/r/.git/worktrees/w\n");
    home.repository(
        "r/.git/modules/m",
        "ref: refs/heads/main\n",
        "[core]\n\tbare = false\n\tworktree = ../../../m\n[codecommit]\n\tprofile = m\n",
    );
    home.write("r/m/.git", "gitdir: ../.git/modules/m\n");
    for (folder, profile) in [("r", "r"), ("w", "w"), ("r/m", "m"), ("r/m/deep", "m")] {
        home.go(folder);
        assert_eq!(
            home.values("codecommit.profile"),
            [Some(profile.to_owned())],
            "{folder}"
        );
    }
}
