//! The remote helper: git starts it for `codecommit://…` and `codecommit::<region>://…`.

use std::io;
use std::process::ExitCode;

use git_codecommit::{World, git_remote_codecommit, standard_output};

fn main() -> ExitCode {
    let output = match standard_output() {
        Ok(output) => output,
        Err(_) => return ExitCode::FAILURE,
    };
    let world = World::from_process();
    ExitCode::from(git_remote_codecommit(
        &world,
        io::stdin().lock(),
        output,
        io::stderr(),
    ))
}
