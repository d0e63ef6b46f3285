//! `git codecommit …`: what a person or a script asks of the helpers directly.

use std::io;
use std::process::ExitCode;

use git_codecommit::World;

fn main() -> ExitCode {
    let world = World::from_process();
    ExitCode::from(git_codecommit::git_codecommit(
        &world,
        io::stdout().lock(),
        io::stderr(),
    ))
}
