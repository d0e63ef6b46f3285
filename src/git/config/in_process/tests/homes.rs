//! Which files count, in which order and under which conditions: homes made of pieces.

use std::cell::Cell;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

use super::*;

const TEXTS: &[&str] = &[
    "[user]\n\tname = A\n",
    "[user]\n\tname = B # c\n",
    "[core]\n\teditor = \"a b\"\n",
    "[a]\n\tb\n",
    "[x \"y.z\"]\r\n\tw = 1\r\n",
    "[include]\n\tpath = one\n",
    "[include]\n\tpath = ~/two\n",
    "[include]\n\tpath = {home}/three\n",
    "[include]\n\tpath = missing\n",
    "[include]\n\tpath = ~/link/three\n",
    "[include]\n\tpath = ../two\n",
    "[include \"x\"]\n\tpath = one\n",
    "[include]\n\tpath = ~nobody/one\n",
    "[include]\n\tpath\n",
    "[includeIf]\n\tpath = one\n",
    "[remote \"origin\"]\n\turl = https://h/one/two.git\n\turl = codecommit::eu-west-1://p@r\n",
    "[remote \"r\"]\n\turl = ssh://h/x\n",
    "[safe]\n\tdirectory = *\n",
    "[safe]\n\tbareRepository = all\n",
    "[core]\n\tbare = false\n",
    "[core]\n\tbare = true\n",
    "[core]\n\tworktree = ../../x\n",
    "[core]\n\trepositoryformatversion = 0\n",
    "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tworktreeConfig = true\n",
    "[extensions]\n\tworktreeConfig\n",
    "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = sha256\n",
    "[extensions]\n\todd = 1\n",
];

const CONDITIONS: &[&str] = &[
    "gitdir:~/work/",
    "gitdir:~/work/r/.git",
    "gitdir:~/link/work/",
    "gitdir:~/link/",
    "gitdir:work/",
    "gitdir:r/",
    "gitdir:r",
    "gitdir:.git",
    "gitdir:r/.git",
    "gitdir:**/r/**",
    "gitdir:{home}/work/*/.git",
    "gitdir:{home}/work/?/.git",
    "gitdir:{home}/*/.git",
    "gitdir:./work/",
    "gitdir:./",
    "gitdir:../work/",
    "gitdir:./r/.git",
    "gitdir/i:~/WORK/",
    "gitdir/i:{home}/Work/R/",
    "gitdir:~/WORK/",
    "gitdir/i:./WORK/",
    "gitdir:/",
    "gitdir:",
    "gitdir:*",
    "gitdir:**",
    "gitdir:~",
    "gitdir:~/",
    "gitdir:bare/",
    "gitdir:bare",
    "gitdir:{home}/bare",
    "gitdir:./bare/",
    "gitdir:[w]ork/",
    "gitdir:worktrees/w",
    "gitdir:~/work/r/.git/worktrees/",
    "onbranch:main",
    "onbranch:feature/",
    "onbranch:feature/**",
    "onbranch:feature/*",
    "onbranch:*",
    "onbranch:**",
    "onbranch:ma?n",
    "onbranch:",
    "hasconfig:remote.*.url:https://h/**",
    "hasconfig:remote.*.url:https://*/**",
    "hasconfig:remote.*.url:codecommit::*/**",
    "hasconfig:remote.*.url:*",
    "hasconfig:remote.*.url:ssh://h/x",
    "hasconfig:remote.*.url:",
    "hasconfig:remote.*.pushurl:*",
    "unknown:x",
    "gitdir",
    "GITDIR:~/work/",
];

const HEADS: &[&str] = &[
    "ref: refs/heads/main\n",
    "ref: refs/heads/main\n",
    "ref: refs/heads/feature/a\n",
    "ref: refs/heads/feature/a/b\n",
    "ref:refs/heads/main",
    "0123456789012345678901234567890123456789\n",
    "ref: refs/heads/.invalid\n",
    "ref: refs/tags/x\n",
    "ref: main\n",
    "",
];

const FOLDERS: &[&str] = &[
    "",
    "elsewhere",
    "work/r",
    "work/r",
    "work/r/sub/deep",
    "work/w",
    "work/w/sub",
    "bare",
    "bare/refs",
    "work/r/.git",
    "work/m",
];

const VARIABLES: &[(&str, &str)] = &[
    ("GIT_DIR", "{home}/work/r/.git"),
    ("GIT_DIR", ".git"),
    ("GIT_DIR", "{home}/bare"),
    ("GIT_DIR", "."),
    ("GIT_DIR", "{home}/link/work/r/.git"),
    ("GIT_DIR", "{home}/work/w/.git"),
    ("GIT_DIR", "{home}/work/r/.git/worktrees/w"),
    ("GIT_DIR", "nowhere"),
    ("GIT_DIR", ""),
    ("GIT_CONFIG_SYSTEM", "{home}/system"),
    ("GIT_CONFIG_SYSTEM", ""),
    ("GIT_CONFIG_SYSTEM", "/dev/null"),
    ("GIT_CONFIG_NOSYSTEM", "0"),
    ("GIT_CONFIG_NOSYSTEM", "no"),
    ("GIT_CONFIG_NOSYSTEM", "odd"),
    ("GIT_CONFIG_GLOBAL", "{home}/one"),
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_CONFIG_GLOBAL", ""),
    ("GIT_CONFIG_GLOBAL", "one"),
    ("GIT_CONFIG_GLOBAL", "{home}/missing"),
    ("XDG_CONFIG_HOME", "{home}/xdg"),
    ("XDG_CONFIG_HOME", ""),
    ("XDG_CONFIG_HOME", "xdg"),
    ("HOME", ""),
    ("HOME", "{home}/link"),
    ("HOME", "{home}/"),
    ("GIT_CEILING_DIRECTORIES", "{home}"),
    ("GIT_CEILING_DIRECTORIES", "{home}/work"),
    ("GIT_CEILING_DIRECTORIES", "{home}/work/r"),
    ("GIT_CEILING_DIRECTORIES", "{home}/link/work:/x"),
    ("GIT_CEILING_DIRECTORIES", "{home}/work/r/"),
    ("GIT_CEILING_DIRECTORIES", ":{home}/work/r"),
    ("GIT_CEILING_DIRECTORIES", "work"),
    ("GIT_DISCOVERY_ACROSS_FILESYSTEM", "1"),
    ("GIT_WORK_TREE", "{home}/work/r"),
    ("PWD", "{home}/link/work/r"),
    ("PWD", "{home}/link/work/r"),
    ("PWD", "/"),
    ("GIT_CONFIG_PARAMETERS", "'user.name=C'"),
    ("GIT_CONFIG_PARAMETERS", "'user.name'='C'"),
    (
        "GIT_CONFIG_PARAMETERS",
        "'User.Name'='C D' 'a.B.c=x=y' 'a.b' 'a.c'=",
    ),
    ("GIT_CONFIG_PARAMETERS", "'a.b'='it'\\''s'\\!''"),
    ("GIT_CONFIG_PARAMETERS", "'include.path={home}/one'"),
    ("GIT_CONFIG_PARAMETERS", "'include.path'='one'"),
    ("GIT_CONFIG_PARAMETERS", ""),
    (
        "GIT_CONFIG_PARAMETERS",
        "'includeIf.gitdir:~/work/.path'='{home}/three'",
    ),
    ("GIT_CONFIG_PARAMETERS", "'a'"),
    ("GIT_CONFIG_PARAMETERS", "a.b=c"),
    ("GIT_CONFIG_PARAMETERS", " 'a.b=c' "),
    ("GIT_CONFIG_PARAMETERS", "'a.b=c'  'a.b=d'"),
    ("GIT_CONFIG_PARAMETERS", "'a.b c'='d'"),
    ("GIT_CONFIG_PARAMETERS", "'a.b ='"),
    ("GIT_CONFIG_PARAMETERS", "'a.=b.c'='d'"),
    ("GIT_CONFIG_COUNT", "1"),
    ("GIT_CONFIG_COUNT", "1"),
    ("GIT_CONFIG_COUNT", "2"),
    ("GIT_CONFIG_COUNT", "0"),
    ("GIT_CONFIG_COUNT", ""),
    ("GIT_CONFIG_COUNT", "x"),
    ("GIT_CONFIG_COUNT", "+1"),
    ("GIT_CONFIG_KEY_0", "User.Name"),
    ("GIT_CONFIG_KEY_0", "include.path"),
    ("GIT_CONFIG_KEY_0", "a.B.C"),
    ("GIT_CONFIG_KEY_0", "a"),
    ("GIT_CONFIG_VALUE_0", "{home}/one"),
    ("GIT_CONFIG_VALUE_0", " x "),
    ("GIT_CONFIG_VALUE_0", ""),
    ("GIT_CONFIG_KEY_1", "a.1b"),
    ("GIT_CONFIG_KEY_1", "-.b"),
    ("GIT_CONFIG_KEY_1", "_.b"),
    ("GIT_CONFIG_VALUE_1", "y"),
];

const FILES: &[&str] = &[
    ".gitconfig",
    ".config/git/config",
    "xdg/git/config",
    "system",
    "work/r/.git/config",
    "work/r/.git/config.worktree",
    "work/r/.git/worktrees/w/config.worktree",
    "bare/config",
    "one",
    "two",
    "three",
    "work/r/.git/one",
    "bare/one",
    "work/m.git/config",
];

type Made = (
    Vec<(usize, Vec<(bool, usize)>)>,
    &'static str,
    &'static str,
    Vec<(&'static str, &'static str)>,
);

fn made() -> impl Strategy<Value = Made> {
    let piece = (any::<bool>(), 0..1000_usize);
    let file = (0..FILES.len(), vec(piece, 0..4));
    (
        vec(file, 0..9),
        select(HEADS),
        select(FOLDERS),
        vec(select(VARIABLES), 0..4),
    )
}

fn build((files, head, folder, variables): &Made) -> Home {
    let mut home = Home::new();
    home.repository("work/r/.git", head, "");
    home.repository("bare", "ref: refs/heads/main\n", "");
    home.repository("work/m.git", head, "");
    home.write("work/m/.git", "gitdir: ../m.git\n");
    let worktree = "work/r/.git/worktrees/w";
    home.write(&format!("{worktree}/HEAD"), "ref: refs/heads/feature/w\n");
    home.write(&format!("{worktree}/commondir"), "../..\n");
    home.write(&format!("{worktree}/gitdir"), "{home}/work/w/.git\n");
    home.write("work/w/.git", "gitdir: {home}/work/r/.git/worktrees/w\n");
    std::os::unix::fs::symlink(home.path(""), home.path("link")).unwrap();
    for (file, pieces) in files {
        let pieces = pieces
            .iter()
            .map(|(is_condition, number)| match is_condition {
                true => {
                    let condition = CONDITIONS[number % CONDITIONS.len()];
                    let target = ["one", "~/two", "{home}/three"][number % 3];
                    format!("[includeIf \"{condition}\"]\n\tpath = {target}\n")
                }
                false => TEXTS[number % TEXTS.len()].to_owned(),
            });
        home.write(FILES[*file], &pieces.collect::<String>());
    }
    home.go(folder);
    let path = home.path("");
    for (name, value) in variables {
        let value = value.replace("{home}", path.to_str().unwrap());
        home.set(name, value);
    }
    home
}

#[test]
fn a_home_is_read_as_every_git_reads_it_or_declined() {
    let mut config = Config::with_cases(cases(300));
    config.failure_persistence = None;
    let (read, most) = (Cell::new(0), cases(300));
    let result = TestRunner::new(config).run(&made(), |made| {
        if build(&made).compare().is_ok() {
            read.set(read.get() + 1);
        }
        Ok(())
    });
    result.unwrap();
    assert!(read.get() * 4 > most, "{} of {most} are read", read.get());
}
