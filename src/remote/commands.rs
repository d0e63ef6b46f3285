//! The conversation with git: commands line by line, each with its reply.
//!
//! Source: git's `Documentation/gitremote-helpers.adoc`.

use std::io::{BufRead, Write};

use super::advertisement::Advertisement;
use super::error::Error;
use super::options::Options;
use super::rpc::Outcome;
use super::service::Service;
use super::smart_http::SmartHttp;
use super::waiting::Waiting;
use super::{rpc, stateless};

/// What this helper can do. `connect` must stay away: git would try it instead of
/// `stateless-connect`.
pub(super) const CAPABILITIES: &[u8] = b"\
stateless-connect
fetch
option
push
check-connectivity
object-format

";

/// The first git whose remote helpers may send response-end packets (git commit b0df0c16ea).
const RESPONSE_END: (u32, u32) = (2, 28);

/// A conversation, from the first command to the blank line that ends it.
pub(super) struct Conversation<'a, In, Out> {
    git_host: SmartHttp<'a>,
    input: In,
    output: Out,
    options: Options,
    /// The last advertisement: git asks for it several times, the host is asked once.
    known: Option<(Service, Advertisement)>,
    waiting: Waiting,
}

impl<'a, In: BufRead, Out: Write> Conversation<'a, In, Out> {
    pub(super) fn new(git_host: SmartHttp<'a>, waiting: Waiting, input: In, output: Out) -> Self {
        Self {
            git_host,
            input,
            output,
            options: Options::default(),
            known: None,
            waiting,
        }
    }

    pub(super) fn run(mut self) -> Result<(), Error> {
        while let Some(line) = self.line()? {
            if line.is_empty() {
                break;
            }
            let (command, argument) = match line.iter().position(|b| *b == b' ') {
                Some(at) => (&line[..at], &line[at + 1..]),
                None => (line.as_slice(), &b""[..]),
            };
            match (command, argument) {
                (b"capabilities", b"") => self.reply(CAPABILITIES)?,
                (b"option", option) => {
                    let reply = self.options.set(option);
                    self.git_host.connection.family.set(self.options.family);
                    self.git_host.is_verbose.set(self.options.is_verbose());
                    self.reply(reply.line().as_bytes())?;
                }
                (b"list", b"") => self.list(Service::UploadPack)?,
                (b"list", b"for-push") => self.list(Service::ReceivePack)?,
                (b"fetch", _) => self.batch(Service::UploadPack, line)?,
                (b"push", _) => self.batch(Service::ReceivePack, line)?,
                (b"stateless-connect", service) => {
                    let service = match service {
                        b"git-upload-pack" => Some(Service::UploadPack),
                        b"git-upload-archive" => Some(Service::UploadArchive),
                        _ => None,
                    };
                    match service {
                        Some(service) if self.connect(service)? => return Ok(()),
                        Some(_) => {}
                        None => self.reply(b"fallback\n")?,
                    }
                }
                _ => {
                    let line = String::from_utf8_lossy(&line).into_owned();
                    return Err(Error::UnknownCommand(line));
                }
            }
        }
        Ok(())
    }

    /// Opens a protocol v2 conversation and has it, or says that there is none to have.
    ///
    /// Whether the git host speaks v2 is asked of `git-upload-pack`, for every service.
    fn connect(&mut self, service: Service) -> Result<bool, Error> {
        let git = self.waiting.until(self.git_host.connection.git())??;
        // An older git would take the packet that ends a response for damage.
        if !git.is_at_least(RESPONSE_END.0, RESPONSE_END.1) {
            self.reply(b"fallback\n")?;
            return Ok(false);
        }
        let advertisement = self.advertisement(Service::UploadPack, Some(2))?;
        if advertisement.version != 2 {
            self.known = Some((Service::UploadPack, advertisement));
            self.reply(b"fallback\n")?;
            return Ok(false);
        }
        self.output.write_all(b"\n").map_err(Error::Pipe)?;
        // An archive is asked for without a look at what there is.
        if service == Service::UploadPack {
            let advertised = self.output.write_all(advertisement.bytes());
            advertised.map_err(Error::Pipe)?;
        }
        self.reply(b"")?;
        stateless::carry(
            &self.waiting,
            &self.git_host,
            service,
            &mut self.input,
            &mut self.output,
        )?;
        Ok(true)
    }

    fn list(&mut self, service: Service) -> Result<(), Error> {
        // Git that wants version 2 has asked by stateless-connect before, so here it is 0 or 1.
        let version = match &self.known {
            Some((known, _)) if *known == service => None,
            _ => self
                .git_host
                .protocol_version()?
                .filter(|version| *version == 1),
        };
        let advertisement = self.advertisement(service, version)?;
        let for_push = service == Service::ReceivePack;
        advertisement
            .list(for_push, self.options.object_format, &mut self.output)
            .map_err(Error::Pipe)?;
        self.known = Some((service, advertisement));
        Ok(())
    }

    /// Collects the lines of a `fetch` or `push` batch, up to its blank line, and does it.
    fn batch(&mut self, service: Service, first: Vec<u8>) -> Result<(), Error> {
        let prefix: &[u8] = match service {
            Service::ReceivePack => b"push ",
            _ => b"fetch ",
        };
        let mut lines = Vec::new();
        let mut line = first;
        while !line.is_empty() {
            let Some(instruction) = line.strip_prefix(prefix) else {
                let line = String::from_utf8_lossy(&line).into_owned();
                return Err(Error::UnknownCommand(line));
            };
            let mut instruction = instruction.to_vec();
            instruction.push(b'\n');
            lines.push(instruction);
            // A batch without its end is not git's will: git has died while it wrote it.
            line = self.line()?.ok_or_else(gone)?;
        }
        let Outcome { report, failure } = self.exchange(service, &lines)?;
        match failure {
            // What a push has reported of each reference counts; so does the failure, which may be of all of them
            // while each is said to be well. Git's own https transport does the same.
            Some(failure) if service == Service::ReceivePack && !report.is_empty() => {
                self.output.write_all(&report).map_err(Error::Pipe)?;
                self.reply(b"\n")?;
                Err(failure)
            }
            Some(failure) => Err(failure),
            None => {
                self.output.write_all(&report).map_err(Error::Pipe)?;
                self.reply(b"\n")
            }
        }
    }

    fn exchange(&mut self, service: Service, lines: &[Vec<u8>]) -> Result<Outcome, Error> {
        let advertisement = self.advertisement(service, None)?;
        let arguments = match service {
            Service::ReceivePack => self.options.send_pack(),
            _ => self.options.fetch_pack(),
        };
        let result = self.waiting.until(rpc::converse(
            &self.git_host,
            service,
            &advertisement,
            arguments,
            lines,
        ));
        // A push has changed what was advertised; a fetch has not.
        if service == Service::UploadPack {
            self.known = Some((service, advertisement));
        }
        result?
    }

    /// Takes the service's advertisement, asked for unless it is known.
    fn advertisement(
        &mut self,
        service: Service,
        version: Option<u8>,
    ) -> Result<Advertisement, Error> {
        match self.known.take() {
            Some((known, advertisement)) if known == service => Ok(advertisement),
            _ => {
                let asked = self.git_host.advertisement(service, version);
                self.waiting.until(asked)?
            }
        }
    }

    /// The next line without its LF; none at the end of the input.
    fn line(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let mut line = Vec::new();
        if self.input.read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        if line.pop() != Some(b'\n') {
            return Err(gone());
        }
        Ok(Some(line))
    }

    fn reply(&mut self, text: &[u8]) -> Result<(), Error> {
        self.output.write_all(text)?;
        Ok(self.output.flush()?)
    }
}

/// Git has ended in the middle of what it was saying.
fn gone() -> Error {
    Error::Pipe(std::io::ErrorKind::UnexpectedEof.into())
}
