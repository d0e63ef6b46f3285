//! What shells and `man` make of the completions and manual pages. All come from the one definition of the command line.

use std::path::Path;

use local_aws::{lacks, skip_even_in_ci};

use crate::harness::{Outcome, Studio};

fn studio() -> Studio {
    Studio::default().without_profile()
}

/// Runs a script with the completions of a shell in `file`; none where there is no such shell, which CI has.
fn completed(shell: &str, file: &str, script: &str) -> Option<Outcome> {
    if lacks(shell) {
        return None;
    }
    let studio = studio();
    let said = studio.helper("git-codecommit", &["completions", shell], "");
    studio.write(file, &said.succeeded().stdout);
    let said = studio
        .run_in(".", Path::new("/usr/bin/env"), &[shell, "-c", script], "")
        .succeeded();
    assert_eq!(said.stderr, "", "{said:?}");
    Some(said)
}

#[test]
fn bash_completes_subcommands_and_options() {
    let ask = "ask() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
        ${COMPLETE} \"$1\" \"${@: -1}\" \"${@: -2:1}\"; echo \"${COMPREPLY[*]}\"; }
        . ./file; COMPLETE=$(complete -p git-codecommit | sed 's/.*-F \\([^ ]*\\).*/\\1/')
        ask git-codecommit do; ask git-codecommit setup --credential; \
        ask git-codecommit setup --scope ''; ask git-codecommit clo; ask git-codecommit credential --n";
    if let Some(said) = completed("bash", "file", ask) {
        assert_eq!(
            said.stdout,
            "doctor\n--credential-source\nglobal local system\nclone-all\n--netrc\n"
        );
    }
}

#[test]
fn bash_completes_behind_git_too() {
    let git = "/usr/share/bash-completion/completions/git";
    if !Path::new(git).exists() {
        skip_even_in_ci("git's completions for bash");
        return;
    }
    let ask = format!(
        ". {git}; . ./file; COMP_WORDS=(git codecommit cache li); COMP_CWORD=3; COMP_LINE='git codecommit cache li'
         COMP_POINT=${{#COMP_LINE}}; COMPREPLY=(); __git_wrap__git_main; echo \"${{COMPREPLY[*]}}\""
    );
    if let Some(said) = completed("bash", "file", &ask) {
        assert_eq!(said.stdout.trim_end(), "list");
    }
}

#[test]
fn fish_completes_subcommands_and_options() {
    let ask = "source ./file; complete -C 'git-codecommit unset'; complete -C 'git-codecommit cache cl'; \
               complete -C 'git-codecommit setup --scope '";
    if let Some(said) = completed("fish", "file", ask) {
        let words: Vec<&str> = said
            .stdout
            .lines()
            .filter_map(|line| line.split('\t').next())
            .collect();
        assert_eq!(words, ["unsetup", "clear", "global", "local", "system"]);
    }
}

#[test]
fn zsh_finds_the_completions_by_their_name() {
    let ask = "fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -d ./dump; print $_comps[git-codecommit]; \
               autoload +X -Uz _git-codecommit && print loaded";
    if let Some(said) = completed("zsh", "_git-codecommit", ask) {
        assert_eq!(said.stdout, "_git-codecommit\nloaded\n");
    }
}

#[test]
fn each_command_has_a_manual_page_without_a_fault() {
    let studio = studio();
    studio
        .helper("git-codecommit", &["man", "--directory", "pages"], "")
        .succeeded();
    let help = studio.helper("git-codecommit", &["help"], "").succeeded();
    let (_, commands) = help.stdout.split_once("Commands:\n").unwrap();
    let commands = commands.lines().take_while(|line| !line.is_empty());
    let is_checked = !lacks("groff");
    let mut pages = 0;
    for command in commands.filter_map(|line| line.split_whitespace().next()) {
        if command == "help" {
            continue;
        }
        let page = format!("pages/git-codecommit-{command}.1");
        assert!(studio.home().join(&page).exists(), "{page}");
        pages += 1;
        if is_checked {
            let arguments = ["groff", "-man", "-Tutf8", "-ww", "-z", &page];
            let said = studio
                .run_in(".", Path::new("/usr/bin/env"), &arguments, "")
                .succeeded();
            assert_eq!(said.stderr, "", "{said:?}");
        }
    }
    assert!(pages >= 13, "{}", help.stdout);
}

/// docs/stability.md promises what `--json` prints, command by command.
#[test]
fn each_command_with_json_is_in_the_table_of_what_is_stable() {
    let studio = studio();
    let write = ["man", "--directory", "man"];
    studio.helper("git-codecommit", &write, "").succeeded();
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/stability.md");
    let table = std::fs::read_to_string(table).unwrap();
    let row = table.lines().find(|line| line.starts_with("| JSON |"));
    let mut commands = 0;
    for entry in std::fs::read_dir(studio.home().join("man")).unwrap() {
        let path = entry.unwrap().path();
        let page = std::fs::read_to_string(&path).unwrap();
        if page.contains("\\-\\-json") {
            let name = path.file_stem().unwrap().to_str().unwrap();
            let name = name.strip_prefix("git-codecommit-").unwrap();
            let promised = format!("`{} --json`", name.replace('-', " "));
            assert!(row.unwrap().contains(&promised), "{promised}");
            commands += 1;
        }
    }
    assert!(commands >= 6, "{commands}");
}
