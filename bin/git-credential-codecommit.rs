//! The credential helper: git starts it for `credential.helper = codecommit`.

use std::io;
use std::process::ExitCode;

use git_codecommit::{World, git_credential_codecommit};

fn main() -> ExitCode {
    let world = World::from_process();
    ExitCode::from(git_credential_codecommit(
        &world,
        io::stdin().lock(),
        io::stdout().lock(),
        io::stderr(),
    ))
}
