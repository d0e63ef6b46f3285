//! The lines of the credential protocol: `key=value`, ended by a blank line or the end of input.
//!
//! Source: git's `Documentation/git-credential.adoc`; reference/git.md section 3.

use std::io::{BufRead, Write};

use zeroize::Zeroizing;

use super::Error;
use crate::signature::BasicAuth;

/// Git's request, less the attributes that do not matter here.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Request {
    /// `https`, most often.
    pub(super) protocol: Option<String>,
    /// `host[:port]`.
    pub(super) host: Option<String>,
    /// Without a leading slash; only sent with `useHttpPath`.
    pub(super) path: Option<String>,
}

impl Request {
    /// Reads a request. Unknown attributes are ignored; the last of several values counts.
    pub(super) fn read(input: impl BufRead) -> Result<Self, Error> {
        let mut request = Self::default();
        for line in input.split(b'\n') {
            let line = line?;
            // Git for Windows may end lines in CR LF.
            let line = line.strip_suffix(b"\r").unwrap_or(&line);
            if line.is_empty() {
                break;
            }
            // A damaged line is about some other host, or makes ours unrecognisable: either way there
            // is no answer to give, and nothing to complain of.
            let line = String::from_utf8_lossy(line);
            let Some((key, value)) = line.split_once('=') else {
                continue;
            };
            let field = match key {
                "protocol" => &mut request.protocol,
                "host" => &mut request.host,
                "path" => &mut request.path,
                _ => continue,
            };
            *field = Some(value.to_owned());
        }
        Ok(request)
    }
}

/// Writes user name and password, and when git should stop using them.
pub(super) fn write_answer(auth: &BasicAuth, out: &mut impl Write) -> Result<(), Error> {
    let BasicAuth {
        username,
        password,
        expires_at,
    } = auth;
    let (username, password) = (username.expose(), password.expose());
    if [username, password]
        .iter()
        .any(|text| text.contains(['\0', '\n', '\r']))
    {
        return Err(Error::Protocol("the access key holds a line break"));
    }
    let answer = Zeroizing::new(format!(
        "username={username}\npassword={password}\npassword_expiry_utc={}\n",
        expires_at.unix_timestamp()
    ));
    out.write_all(answer.as_bytes())?;
    Ok(out.flush()?)
}

/// Tells git to ask nobody else, the person least of all.
pub(super) fn write_quit(out: &mut impl Write) -> Result<(), Error> {
    out.write_all(b"quit=1\n")?;
    Ok(out.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn read(text: &[u8]) -> Result<Request, Error> {
        Request::read(text)
    }

    fn request(protocol: &str, host: &str, path: &str) -> Request {
        Request {
            protocol: Some(protocol.into()),
            host: Some(host.into()),
            path: Some(path.into()),
        }
    }

    #[test]
    fn known_attributes_are_read_and_others_ignored() {
        let text = b"capability[]=authtype\nprotocol=https\r\nhost=a\nhost=b\n\
                     path=v1/repos/r=x\nwwwauth[]=Basic\n\nprotocol=http\n";
        assert_eq!(read(text).unwrap(), request("https", "b", "v1/repos/r=x"));
        assert_eq!(read(b"").unwrap(), Request::default());
        assert_eq!(read(b"host=x").unwrap().host.as_deref(), Some("x"));
    }

    #[test]
    fn damaged_lines_give_no_host_that_could_be_recognised() {
        for bad in [&b"host"[..], b"host=a\0b\n", b"host=a\rb\n", b"host=\xff\n"] {
            let host = read(bad).unwrap().host;
            assert!(host.is_none_or(|host| crate::endpoint::Host::recognise(&host).is_none()));
        }
    }

    #[test]
    fn a_line_break_in_a_key_cannot_forge_an_attribute() {
        let auth = BasicAuth {
            username: Secret::new("AKID\nhost=evil".into()),
            password: Secret::new("p".into()),
            expires_at: time::OffsetDateTime::UNIX_EPOCH,
        };
        let mut out = Vec::new();
        assert!(write_answer(&auth, &mut out).is_err());
        assert!(out.is_empty());
    }
}
