//! The console: what a person types reaches this program although git speaks on standard input.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use winapi_util::console::{mode, set_mode};

/// `ENABLE_ECHO_INPUT` of `SetConsoleMode`.
const ECHO: u32 = 0x4;
/// `ENABLE_PROCESSED_INPUT` and `ENABLE_LINE_INPUT`: a line is edited before it is read, and Ctrl-C ends the program.
const LINES: u32 = 0x1 | 0x2;
/// The longest line that is read, in bytes.
const MOST_TYPED: u64 = 4096;

/// The person's console: one to read from, one to write to.
pub(crate) struct Terminal {
    input: File,
    output: File,
}

impl Terminal {
    /// Fails if this process has none.
    pub(crate) fn open() -> io::Result<Self> {
        let console = |name| File::options().read(true).write(true).open(name);
        let (input, output) = (console("CONIN$")?, console("CONOUT$")?);
        Ok(Self { input, output })
    }

    /// Asks for a line, which is not shown: the shells here bring a silent console back to life themselves. Fails after the
    /// limit; a thread then waits on, until the program ends.
    pub(crate) fn ask(&mut self, prompt: &str, limit: Duration) -> io::Result<String> {
        let usual = mode(&self.input)?;
        let input = self.input.try_clone()?;
        set_mode(&self.input, (usual & !ECHO) | LINES)?;
        let (tell, told) = mpsc::channel();
        let read = move || {
            let mut line = String::new();
            let read = BufReader::new(input.take(MOST_TYPED)).read_line(&mut line);
            let _ = tell.send(read.map(|_| line));
        };
        let asked = self
            .output
            .write_all(prompt.as_bytes())
            .and_then(|()| thread::Builder::new().spawn(read))
            .and_then(|_| match told.recv_timeout(limit) {
                Ok(line) => line,
                Err(_) => Err(io::ErrorKind::TimedOut.into()),
            });
        set_mode(&self.input, usual)?;
        // The line's end was not shown either.
        self.output.write_all(b"\r\n")?;
        asked
    }
}
