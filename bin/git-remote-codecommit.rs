//! The remote helper: git starts it for `codecommit://…` and `codecommit::<region>://…`.

use std::io;
use std::process::ExitCode;

use git_codecommit::{World, remote, world};

fn main() -> ExitCode {
    let output = match world::standard_output() {
        Ok(output) => output,
        Err(_) => return ExitCode::FAILURE,
    };
    let world = World::from_process();
    ExitCode::from(remote::run(
        &world,
        io::stdin().lock(),
        output,
        io::stderr(),
    ))
}
