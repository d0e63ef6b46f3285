//! `GIT_TRACE_CURL` and `GIT_CURL_VERBOSE`: the conversation with the git host, in git's own lines.
//!
//! Whatever is secret is hidden, always: Authorization, cookies, and the values of `http.extraHeader`,
//! which often hold tokens. `GIT_TRACE_REDACT=0` does not change that.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use reqwest::header::{COOKIE, HeaderMap, HeaderName, SET_COOKIE};
use reqwest::{Method, StatusCode, Url};
use time::macros::format_description;

use super::load::Load;
use crate::aws::BasicAuth;
use crate::message::Notices;
use crate::platform;
use crate::world::{World, variable};

/// Bytes of a body in a line.
const WIDTH: usize = 60;
/// Where git puts the text of a line.
const COLUMN: usize = 40;

/// A trace that somebody asked for.
pub(super) struct Trace<'w> {
    world: &'w World,
    messages: &'w dyn Notices,
    /// None: standard error.
    file: Option<RefCell<File>>,
    shows_data: bool,
}

impl<'w> Trace<'w> {
    /// Reads the variables; none if there is to be no trace.
    pub(super) fn start(world: &'w World, messages: &'w dyn Notices) -> Option<Self> {
        let is_verbose = world.raw_variable(variable::GIT_CURL_VERBOSE).is_some();
        let target = if is_verbose {
            "1".to_owned()
        } else {
            world.variable(variable::GIT_TRACE_CURL)?
        };
        let file = match target.to_ascii_lowercase().as_str() {
            "0" | "false" => return None,
            "1" | "2" | "true" => None,
            _ => match open(&target) {
                Ok(file) => Some(RefCell::new(file)),
                Err(problem) => {
                    messages.warning(&format!(
                        "GIT_TRACE_CURL={target} cannot be written: {problem}"
                    ));
                    return None;
                }
            },
        };
        Some(Self {
            world,
            messages,
            file,
            shows_data: !is_verbose && world.variable(variable::GIT_TRACE_CURL_NO_DATA).is_none(),
        })
    }

    pub(super) fn info(&self, text: &str) {
        self.line(&format!("== Info: {text}"));
    }

    pub(super) fn request(&self, method: &Method, url: &Url, headers: &HeaderMap, load: &Load) {
        let mut lines = Vec::new();
        let query = url.query().map(|query| format!("?{query}"));
        lines.push(format!(
            "{method} {}{} HTTP/1.1",
            url.path(),
            query.unwrap_or_default()
        ));
        lines.push(format!("Host: {}", url.authority()));
        lines.extend(shown(headers));
        match load {
            Load::Nothing => {}
            Load::Whole(bytes) => lines.push(format!("Content-Length: {}", bytes.len())),
            Load::Streamed(_) => lines.push("Transfer-Encoding: chunked".to_owned()),
        }
        let bytes = lines.iter().map(|line| line.len() + 2).sum::<usize>() + 2;
        self.line(&counted("=> Send header", bytes));
        for line in lines {
            self.line(&format!("=> Send header: {line}"));
        }
        self.line("=> Send header:");
    }

    pub(super) fn answer(&self, status: StatusCode, headers: &HeaderMap, auth: &BasicAuth) {
        let mut lines = vec![format!("HTTP/1.1 {status}")];
        // A host may repeat what it was sent.
        lines.extend(shown(headers).map(|line| auth.scrubbed(&line)));
        lines.push(String::new());
        for line in lines {
            self.line(&counted("<= Recv header", line.len() + 2));
            self.line(format!("<= Recv header: {line}").trim_end());
        }
    }

    /// A piece of the request's body.
    pub(super) fn sent(&self, data: &[u8]) {
        self.data("=> Send data", data);
    }

    /// A piece of the answer's body.
    pub(super) fn received(&self, data: &[u8]) {
        self.data("<= Recv data", data);
    }

    fn data(&self, text: &str, data: &[u8]) {
        if !self.shows_data || data.is_empty() {
            return;
        }
        self.line(&counted(text, data.len()));
        for row in data.chunks(WIDTH) {
            let printable = |byte: &u8| match byte {
                0x20..=0x7f => char::from(*byte),
                _ => '.',
            };
            let row: String = row.iter().map(printable).collect();
            self.line(&format!("{text}: {row}"));
        }
    }

    fn line(&self, text: &str) {
        let time = self.world.now().time();
        let format = format_description!("[hour]:[minute]:[second].[subsecond digits:6]");
        let time = time.format(format).unwrap_or_default();
        let mut line = format!("{time} git-codecommit:http ");
        while line.len() < COLUMN {
            line.push(' ');
        }
        line.push_str(text);
        match &self.file {
            None => self.messages.as_git(&line),
            Some(file) => {
                line.push('\n');
                // One write a line: the file may be shared. Nobody can be told of a full disk here.
                let _ = file.borrow_mut().write_all(line.as_bytes());
            }
        }
    }
}

fn counted(text: &str, bytes: usize) -> String {
    format!("{text}, {bytes:010} bytes (0x{bytes:08x})")
}

fn shown(headers: &HeaderMap) -> impl Iterator<Item = String> {
    headers.iter().map(|(name, value)| {
        let mut line = format!("{}: ", in_title_case(name));
        let text = String::from_utf8_lossy(value.as_bytes());
        if is_secret(name) {
            // The scheme is no secret, and tells why a request was refused.
            let scheme = text.split(' ').next().filter(|_| text.contains(' '));
            let _ = match scheme {
                Some(scheme) => write!(line, "{scheme} <redacted>"),
                None => write!(line, "<redacted>"),
            };
        } else if value.is_sensitive() || [COOKIE, SET_COOKIE].contains(name) {
            line.push_str("<redacted>");
        } else {
            line.extend(text.chars().map(|c| if c.is_control() { '.' } else { c }));
        }
        line
    })
}

/// As it is sent, and as curl shows it.
fn in_title_case(name: &HeaderName) -> String {
    let words = name.as_str().split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    });
    words.collect::<Vec<_>>().join("-")
}

fn is_secret(name: &HeaderName) -> bool {
    ["authorization", "proxy-authorization"].contains(&name.as_str())
}

/// A file descriptor's number, or the absolute path of a file to append to.
fn open(target: &str) -> Result<File, String> {
    let mut append = OpenOptions::new();
    append.append(true);
    // A pipe that nobody reads is an error, and not waited for.
    platform::without_waiting(&mut append);
    if target.len() == 1 && target.starts_with(|c: char| c.is_ascii_digit()) {
        let path = Path::new("/dev/fd").join(target);
        return append.open(path).map_err(|error| error.to_string());
    }
    if !Path::new(target).is_absolute() {
        return Err("neither a number nor an absolute path".into());
    }
    let file = append.create(true).open(target);
    file.map_err(|error| error.to_string())
}
