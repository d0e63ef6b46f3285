//! The code of an MFA device, asked of the person: never of git's standard input.
//!
//! Who is asked follows git's own order (`prompt.c`; gitcredentials(7)): `GIT_ASKPASS`, `core.askPass`,
//! `SSH_ASKPASS`, then the terminal, unless `GIT_TERMINAL_PROMPT` says no.

use std::process::Stdio;
use std::time::Duration;

use crate::error::{Exit, Explain};
use crate::git::config;
use crate::platform::{self, Terminal};
use crate::process;
use crate::world::{NotABoolean, World, variable};

const DIGITS: usize = 6;
/// How often a slip of the finger is forgiven.
const TRIES: usize = 3;

/// How long the terminal waits for a line: less than others wait for the lock of this process.
const LIMIT: Duration = Duration::from_secs(90);

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(
        "{serial} needs an MFA code, but there is neither a terminal nor an askpass program to ask for it"
    )]
    Nobody {
        serial: String,
        has_hidden_console: bool,
    },
    /// The user did not type the address: it may be that of a hostile repository's submodule.
    #[error("{serial} needs an MFA code, and git does not ask for one for a submodule")]
    Submodule { serial: String },
    /// There is no terminal to ask at after it.
    #[error(
        "{serial} needs an MFA code, but the askpass program {program:?} gave none: it has {DIGITS} digits"
    )]
    Askpass { serial: String, program: String },
    /// The person was asked and gave none.
    #[error("no MFA code was entered for {serial}: it has {DIGITS} digits")]
    None { serial: String },
    /// Git's configuration, which may name the askpass program, cannot be read.
    #[error(transparent)]
    GitConfig(#[from] config::Error),
    #[error(transparent)]
    Switch(#[from] NotABoolean),
}

impl Explain for Error {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Nobody {
                has_hidden_console: true,
                ..
            } => vec![
                "mintty, the terminal of Git Bash, does not show what a program of Windows asks: \
                 run git once in cmd or PowerShell, and the session is then cached for up to 45 minutes"
                    .into(),
                "or set GIT_ASKPASS or SSH_ASKPASS to a program that asks for it, as Git for Windows does"
                    .into(),
            ],
            Self::Nobody { .. } => vec![
                "run git once in a terminal: the session is then cached for up to 45 minutes"
                    .into(),
                "or set GIT_ASKPASS or core.askPass to a program that asks for it".into(),
            ],
            Self::Submodule { .. } => {
                vec![
                    "run git fetch in the repository first: submodules use its cached session"
                        .into(),
                ]
            }
            Self::Askpass { .. } | Self::None { .. } => {
                vec!["enter the code that the device shows now".into()]
            }
            Self::GitConfig(error) => error.hints(),
            Self::Switch(error) => error.hints(),
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::GitConfig(error) => error.exit(),
            Self::Switch(error) => error.exit(),
            Self::Nobody { .. }
            | Self::Submodule { .. }
            | Self::Askpass { .. }
            | Self::None { .. } => Exit::Credentials,
        }
    }
}

/// Asks for the code that the device shows now.
pub(super) fn ask(world: &World, serial: &str) -> Result<String, Error> {
    if world.variable(variable::GIT_PROTOCOL_FROM_USER).as_deref() == Some("0") {
        let serial = serial.to_owned();
        return Err(Error::Submodule { serial });
    }
    let has_hidden_console = has_hidden_console(world, platform::IS_WINDOWS);
    let nobody = || Error::Nobody {
        serial: serial.to_owned(),
        has_hidden_console,
    };
    if !may_ask(world)? {
        return Err(nobody());
    }
    let prompt = format!("Enter MFA code for {serial}: ");
    let program = askpass(world)?;
    if let Some(program) = &program
        && let Some(code) = from_program(program, &prompt)
    {
        return Ok(code);
    }
    // As in git: an askpass program that gave nothing leaves the terminal.
    let may_prompt = world
        .git_boolean(variable::GIT_TERMINAL_PROMPT)?
        .unwrap_or(true)
        && !has_hidden_console;
    let Some(terminal) = may_prompt.then(Terminal::open).and_then(Result::ok) else {
        return Err(match program {
            Some(program) => Error::Askpass {
                serial: serial.to_owned(),
                program,
            },
            None => nobody(),
        });
    };
    from_terminal(terminal, &prompt).ok_or_else(|| Error::None {
        serial: serial.to_owned(),
    })
}

/// Whether anybody is there: git's background work says no by `credential.interactive`.
fn may_ask(world: &World) -> Result<bool, Error> {
    let setting = world.git_config()?.value("credential.interactive");
    // "auto", "always" and whatever else is not a no are for other helpers.
    Ok(setting.is_none_or(|value| {
        !matches!(value.text(), Ok("never")) && value.boolean().unwrap_or(true)
    }))
}

/// Whether nobody sees this program's console: mintty is none, and what Git Bash starts in it gets a console without a
/// window, unless the person has chosen pseudo consoles.
fn has_hidden_console(world: &World, is_windows: bool) -> bool {
    let is = |name, wanted| {
        let value = world.variable(name).unwrap_or_default();
        value.split_whitespace().any(|word| word == wanted)
    };
    is_windows && is(variable::TERM_PROGRAM, "mintty") && !is(variable::MSYS, "enable_pcon")
}

/// The askpass program. One that is set and empty means that there is none.
fn askpass(world: &World) -> Result<Option<String>, Error> {
    let program = match world.raw_variable(variable::GIT_ASKPASS) {
        Some(program) => program,
        None => match world.git_config()?.value("core.askPass") {
            Some(program) => program.path(world.home())?.to_string_lossy().into_owned(),
            None => world
                .raw_variable(variable::SSH_ASKPASS)
                .unwrap_or_default(),
        },
    };
    Ok(Some(program).filter(|program| !program.is_empty()))
}

fn from_program(program: &str, prompt: &str) -> Option<String> {
    // A person may be looking for the device: git waits for its askpass program without a limit, too.
    let said = process::program(program)
        .arg(prompt)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .ok()?;
    checked(&String::from_utf8_lossy(&said.stdout)).filter(|_| said.status.success())
}

fn from_terminal(mut terminal: Terminal, prompt: &str) -> Option<String> {
    for _ in 0..TRIES {
        let line = terminal.ask(prompt, LIMIT).ok()?;
        if line.is_empty() {
            return None;
        }
        if let Some(code) = checked(&line) {
            return Some(code);
        }
    }
    None
}

/// Six digits; people type the space that some devices show.
fn checked(text: &str) -> Option<String> {
    let code: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let is_code = code.len() == DIGITS && code.bytes().all(|b| b.is_ascii_digit());
    is_code.then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_six_digits_however_it_is_typed() {
        assert_eq!(checked(" 123 456\r\n").as_deref(), Some("123456"));
        for bad in ["", "12345", "1234567", "12345a", "\u{661}23456"] {
            assert_eq!(checked(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn background_work_is_never_asked() {
        for (value, may) in [
            ("false", false),
            ("never", false),
            ("0", false),
            ("auto", true),
            ("true", true),
        ] {
            let world =
                World::of(&[]).with_git_config(&format!("credential.interactive\n{value}\0"));
            assert_eq!(may_ask(&world).unwrap(), may, "{value}");
        }
        assert!(may_ask(&World::of(&[])).unwrap());
    }

    #[test]
    fn in_git_bash_nobody_sees_a_console() {
        let mintty = ("TERM_PROGRAM", "mintty");
        for (environment, is_windows, expected) in [
            (&[mintty][..], true, true),
            (&[mintty, ("MSYS", "winsymlinks disable_pcon")], true, true),
            (&[mintty, ("MSYS", "winsymlinks enable_pcon")], true, false),
            (&[mintty], false, false),
            (&[("TERM_PROGRAM", "vscode")], true, false),
            (&[], true, false),
        ] {
            let found = has_hidden_console(&World::of(environment), is_windows);
            assert_eq!(found, expected, "{environment:?} {is_windows}");
        }
    }

    #[test]
    fn an_askpass_program_that_is_set_and_empty_switches_the_others_off() {
        let choose = |environment: &[(&str, &str)], config: &str| {
            let world = World::of(environment).with_git_config(config);
            askpass(&world).unwrap()
        };
        let config = "core.askpass\n/c\0";
        let both = [("GIT_ASKPASS", "/g"), ("SSH_ASKPASS", "/s")];
        assert_eq!(choose(&both, config).as_deref(), Some("/g"));
        assert_eq!(choose(&both[1..], config).as_deref(), Some("/c"));
        assert_eq!(choose(&both[1..], "").as_deref(), Some("/s"));
        assert_eq!(choose(&[("GIT_ASKPASS", ""), both[1]], config), None);
        assert_eq!(choose(&[], ""), None);
    }
}
