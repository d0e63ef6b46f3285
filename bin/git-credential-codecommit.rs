//! The credential helper: git starts it for `credential.helper = codecommit`.

use std::io;
use std::process::ExitCode;

use git_codecommit::{World, credential};

fn main() -> ExitCode {
    let world = World::from_process();
    ExitCode::from(credential::run(
        &world,
        io::stdin().lock(),
        io::stdout().lock(),
        io::stderr(),
    ))
}
