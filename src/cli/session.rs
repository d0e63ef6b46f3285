use std::io::{self, Write};

use crate::message::Messages;
use crate::printable::printable;
use crate::world::World;

/// What every subcommand works with.
pub(super) struct Session<'a> {
    pub(super) world: &'a World,
    pub(super) messages: &'a Messages,
    pub(super) out: &'a mut dyn Write,
}

impl Session<'_> {
    /// Writes a line for the person. Control characters, which could drive a terminal, are escaped: a line
    /// may show what stands in a file. Tabs are not.
    pub(super) fn line(&mut self, text: &str) -> io::Result<()> {
        let parts: Vec<String> = text.split('\t').map(printable).collect();
        writeln!(self.out, "{}", parts.join("\t"))
    }
}
