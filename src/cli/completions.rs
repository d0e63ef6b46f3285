use clap::Command;
use clap_complete::{Generator as _, Shell};

use super::session::Session;
use crate::error::Error;

/// Print shell completions for "git codecommit" and "git-codecommit"
#[derive(clap::Args)]
pub(super) struct Completions {
    /// Shell
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

/// The name without its hyphen: with it, clap_complete 4.6's bash function completes nothing behind a subcommand
/// (clap issue 6421).
const PLAIN: &str = "gitcodecommit";

/// git's own completion asks this function for the words behind `git codecommit`; `words`, `cword`
/// and `__git_cmd_idx` are its variables.
const UNDER_GIT: &str = r#"
_git_codecommit() {
    local COMP_WORDS=("git-codecommit" "${words[@]:__git_cmd_idx+1}")
    local COMP_CWORD=$((cword - __git_cmd_idx))
    _gitcodecommit "git-codecommit" "$cur" "$prev"
}
"#;

impl Completions {
    pub(super) fn run(&self, session: &mut Session, command: Command) -> Result<(), Error> {
        let text = match self.shell {
            Known::Bash => {
                let named = |name| format!(" -o default {name}\n");
                let text = generated(command, Shell::Bash, PLAIN)?;
                text.replace(&named(PLAIN), &named("git-codecommit")) + UNDER_GIT
            }
            // The git completions of these two look for those of git-codecommit by themselves.
            Known::Zsh => generated(command, Shell::Zsh, "git-codecommit")?,
            Known::Fish => generated(command, Shell::Fish, "git-codecommit")?,
        };
        session.out.write_all(text.as_bytes())?;
        Ok(())
    }
}

/// What clap makes for a shell.
fn generated(command: Command, shell: Shell, program: &str) -> Result<String, Error> {
    let mut command = command.bin_name(program);
    command.build();
    let mut text = Vec::new();
    shell.try_generate(&command, &mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
