//! What a helper answers a person who starts it by hand; git never asks for it.

use std::io::Write;

use crate::world::World;

/// Answers `--version`, `--help` and `-h`, and returns the exit code; none if the arguments are others.
pub(crate) fn answer(
    world: &World,
    stdout: &mut impl Write,
    program: &str,
    help: &str,
) -> Option<u8> {
    let [argument] = world.arguments() else {
        return None;
    };
    let text = match argument.to_str()? {
        "--version" => format!("{program} {}", env!("CARGO_PKG_VERSION")),
        "--help" | "-h" => help.to_owned(),
        _ => return None,
    };
    let written = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
    Some(u8::from(written.is_err()))
}
