//! `git codecommit completions`.

use clap::CommandFactory as _;
use clap_complete::{Generator as _, Shell};

use super::Session;
use super::command::CommandLine;
use crate::error::Error;

/// Print a shell's completions for "git codecommit" and "git-codecommit"
#[derive(clap::Args)]
pub(super) struct Completions {
    /// The shell.
    #[arg(value_enum)]
    shell: Known,
}

/// The shells that completions are installed for.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Known {
    Bash,
    Zsh,
    Fish,
}

/// git's own completion asks this function for the words behind `git codecommit`; `words`, `cword`
/// and `__git_cmd_idx` are its variables.
const UNDER_GIT: &str = r#"
_git_codecommit() {
    local COMP_WORDS=("git-codecommit" "${words[@]:__git_cmd_idx+1}")
    local COMP_CWORD=$((cword - __git_cmd_idx))
    _git__codecommit "git-codecommit" "$cur" "$prev"
}
"#;

impl Completions {
    pub(super) fn run(&self, session: &mut Session) -> Result<(), Error> {
        let (shell, under_git) = match self.shell {
            Known::Bash => (Shell::Bash, UNDER_GIT),
            // The git completions of these two look for those of git-codecommit by themselves.
            Known::Zsh => (Shell::Zsh, ""),
            Known::Fish => (Shell::Fish, ""),
        };
        let mut command = CommandLine::command().bin_name("git-codecommit");
        command.build();
        let mut text = Vec::new();
        shell.try_generate(&command, &mut text)?;
        session.out.write_all(&text)?;
        session.out.write_all(under_git.as_bytes())?;
        Ok(())
    }
}
