//! The code of an MFA device at a console, while git speaks on standard input and output.

use std::io::{Read as _, Write as _};
use std::process::{ChildStdin, ChildStdout};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::{WINE, Windows, text};
use crate::harness::{Outcome, REQUEST, SERIAL, Studio, until};

/// A person at a console, who sees what a command says and types.
struct Person<'w> {
    studio: &'w Studio,
    keys: ChildStdin,
    sees: Receiver<String>,
    seen: String,
}

impl<'w> Person<'w> {
    fn new(studio: &'w Studio, keys: ChildStdin, mut screen: ChildStdout) -> Self {
        let (show, sees) = channel();
        std::thread::spawn(move || {
            let mut piece = [0; 1024];
            while let Ok(length @ 1..) = screen.read(&mut piece) {
                let _ = show.send(String::from_utf8_lossy(&piece[..length]).into_owned());
            }
        });
        Self {
            studio,
            keys,
            sees,
            seen: String::new(),
        }
    }

    /// Waits until a text has been shown so many times.
    fn waits_for(&mut self, what: &str, times: usize) {
        while self.seen.matches(what).count() < times {
            let piece = self.sees.recv_timeout(Duration::from_secs(120));
            self.seen
                .push_str(&piece.unwrap_or_else(|_| panic!("no {what}: {:?}", self.seen)));
        }
    }

    fn types(&mut self, line: &str) {
        console_reads(self.studio);
        self.keys.write_all(format!("{line}\r").as_bytes()).unwrap();
    }
}

/// Waits until the console takes keys one by one: what is typed before that, the terminal below it shows.
fn console_reads(studio: &Studio) {
    let console = |line: &str| line.contains(r"\conhost.exe --unix");
    until("the console reads", || {
        let all = studio.processes();
        let mut pids = all.iter().filter(|(_, line)| console(line));
        pids.any(|(pid, _)| {
            let input = format!("/proc/{pid}/fd/0");
            let Ok(terminal) = std::fs::read_link(input) else {
                return false;
            };
            let settings = ["-a", "-F", text(&terminal)];
            let said = studio.run_in(".", "/usr/bin/stty".as_ref(), &settings, "");
            said.stdout.contains("-icanon")
        })
    });
}

/// Asks for a password at a console, where the question for the code is shown; `person` may answer.
fn ask(windows: &Windows, person: impl FnOnce(&mut Person<'_>)) -> (String, [String; 2]) {
    at_console(windows, |at_console| {
        at_console.waits_for("Enter MFA code", 1);
        person(at_console);
    })
}

/// Asks for a password at a console. Returns what was shown, and what the helper said, which is in two files.
fn at_console(windows: &Windows, person: impl FnOnce(&mut Person<'_>)) -> (String, [String; 2]) {
    let studio = &windows.studio;
    studio.write("request", REQUEST);
    studio.write(
        "ask.bat",
        "@echo off\r\ngit-credential-codecommit.exe --profile careful get <request >password 2>errors\r\n\
         echo The end: %errorlevel%\r\n",
    );
    let command = format!("{WINE} cmd.exe /c ask.bat");
    let options = ["--quiet", "--return", "--command", &command, "/dev/null"];
    let mut command = studio.command(".", "/usr/bin/script".as_ref(), &options);
    let mut child = command.spawn().unwrap();
    let (keys, screen) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut at_console = Person::new(studio, keys, screen);
    person(&mut at_console);
    at_console.waits_for("The end: ", 1);
    let seen = std::mem::take(&mut at_console.seen);
    drop(at_console);
    Outcome::at_end(&command, child);
    (seen, ["password", "errors"].map(|name| windows.read(name)))
}

fn windows() -> Option<Windows> {
    let mut windows = Windows::of(Studio::with_mfa_profile())?;
    windows.studio.unset("GIT_TERMINAL_PROMPT");
    // wine's console draws for a terminal that it knows.
    windows.studio.set("TERM", "xterm");
    Some(windows)
}

#[test]
#[ignore = "needs wine and the programs for Windows: docs/releasing.md"]
fn a_code_typed_at_the_console_is_taken_and_not_shown() {
    let Some(windows) = windows() else {
        return;
    };
    let code = windows.studio.aws.mfa_code(SERIAL);
    let (seen, [password, errors]) = ask(&windows, |person| {
        // A slip of the finger first.
        person.types("98765");
        person.waits_for("Enter MFA code", 2);
        person.types(&code);
    });
    assert_eq!(errors, "", "{seen}");
    assert!(password.contains("\npassword="), "{seen}");
    for typed in ["98765", &code] {
        assert!(!seen.contains(typed), "{seen}");
    }
    let call = windows.studio.aws.sts_requests().remove(0).sts.unwrap();
    assert_eq!(call.parameter("TokenCode"), Some(code.as_str()));
}

#[test]
#[ignore = "needs wine and the programs for Windows: docs/releasing.md"]
fn in_git_bash_nobody_is_asked_at_a_console_that_nobody_sees() {
    let Some(mut windows) = windows() else {
        return;
    };
    windows.studio.set("TERM_PROGRAM", "mintty");
    let (seen, [password, errors]) = at_console(&windows, |_| ());
    assert!(seen.contains("The end: 4"), "{seen}");
    assert!(!seen.contains("Enter MFA code"), "{seen}");
    assert_eq!(password, "quit=1\n");
    assert!(errors.contains("in cmd or PowerShell"), "{errors}");
    assert!(windows.studio.aws.sts_requests().is_empty());
}

#[test]
#[ignore = "needs wine and the programs for Windows: docs/releasing.md"]
fn a_question_that_nobody_answers_ends() {
    let Some(windows) = windows() else {
        return;
    };
    let (seen, [password, errors]) = ask(&windows, |_| ());
    assert!(seen.contains("The end: 4"), "{seen}");
    assert_eq!(password, "quit=1\n", "git asks nobody else");
    assert!(errors.contains("no MFA code was entered"), "{errors}");
    assert!(windows.studio.aws.sts_requests().is_empty());
}
