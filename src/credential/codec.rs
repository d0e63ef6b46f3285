//! The lines of the credential protocol: `key=value`, ended by a blank line or the end of input.
//!
//! Source: git's `Documentation/git-credential.adoc`.

use std::io::{BufRead, Write};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use super::error::Error;
use crate::aws::BasicAuth;
use crate::target::RequestHost;

/// Git's request, less the attributes that do not matter here.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) protocol: Option<String>,
    /// `host[:port]`.
    pub(super) host: Option<String>,
    /// Without a leading slash; only sent with `useHttpPath`.
    pub(super) path: Option<String>,
    /// The part of `username` that is the access key's id. The rest, a session token, is not kept.
    pub(super) access_key_id: Option<String>,
    /// Git can take a whole Authorization header instead of a password.
    pub(super) offers_authtype: bool,
}

pub(super) struct Answer {
    /// User name, password, and their end.
    pub(super) auth: BasicAuth,
    /// As an Authorization header that git keeps to itself, instead of as user name and password.
    pub(super) as_header: bool,
}

impl Request {
    /// The path as it is signed: verbatim, with a slash in front. So does the AWS
    /// CLI, and its test pins `//v1/repos/…`.
    pub(super) fn signed_path(&self) -> String {
        format!("/{}", self.path.as_deref().unwrap_or_default())
    }

    /// Whether git asks for a password of a git host of AWS.
    pub(super) fn is_for_aws(&self) -> bool {
        let host = self.host.as_deref().and_then(RequestHost::recognise);
        self.protocol.as_deref() == Some("https") && host.is_some()
    }

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
            // is nothing to answer, and nothing to complain of.
            let line = String::from_utf8_lossy(line);
            let Some((key, value)) = line.split_once('=') else {
                continue;
            };
            let field = match key {
                "protocol" => &mut request.protocol,
                "host" => &mut request.host,
                "path" => &mut request.path,
                "username" => {
                    let id = value.split('%').next().unwrap_or_default();
                    request.access_key_id = Some(id.to_owned());
                    continue;
                }
                // What git got as a whole header, it erases as one.
                "credential" => {
                    let pair = BASE64_STANDARD.decode(value).map(Zeroizing::new);
                    let id = pair.ok().and_then(|pair| {
                        let end = pair.iter().position(|b| matches!(b, b'%' | b':'))?;
                        String::from_utf8(pair[..end].to_vec()).ok()
                    });
                    request.access_key_id = id.or(request.access_key_id);
                    continue;
                }
                "capability[]" => {
                    request.offers_authtype |= value == "authtype";
                    continue;
                }
                _ => continue,
            };
            *field = Some(value.to_owned());
        }
        Ok(request)
    }
}

/// Writes what git is to use, and when it should stop using it.
pub(super) fn write_answer(answer: &Answer, out: &mut impl Write) -> Result<(), Error> {
    let Answer { auth, as_header } = answer;
    let BasicAuth {
        username,
        password,
        expires_at,
    } = auth;
    let (username, password) = (username.expose(), password.expose());
    // Character by character, each search is one of memchr's.
    let breaks = ['\0', '\n', '\r'];
    let is_broken = |text: &str| breaks.iter().any(|end| text.contains(*end));
    if is_broken(username) || is_broken(password) {
        return Err(Error::LineBreak);
    }
    let secret = Zeroizing::new(if *as_header {
        let header = auth.header();
        let credential = header.expose().trim_start_matches("Basic ");
        format!("capability[]=authtype\nauthtype=Basic\ncredential={credential}\nephemeral=1\n")
    } else {
        format!("username={username}\npassword={password}\n")
    });
    out.write_all(secret.as_bytes())?;
    writeln!(out, "password_expiry_utc={}", expires_at.unix_timestamp())?;
    Ok(out.flush()?)
}

/// Answers git's question what this helper can do (git-credential(1), "capability").
pub(super) fn write_capabilities(out: &mut impl Write) -> Result<(), Error> {
    out.write_all(b"version 0\ncapability authtype\n")?;
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
            ..Request::default()
        }
    }

    #[test]
    fn known_attributes_are_read_and_others_ignored() {
        let text = b"capability[]=state\nprotocol=https\r\nhost=a\nhost=b\n\
                     path=v1/repos/r=x\nwwwauth[]=Basic\n\nprotocol=http\n";
        assert_eq!(read(text).unwrap(), request("https", "b", "v1/repos/r=x"));
        assert_eq!(read(b"").unwrap(), Request::default());
        assert_eq!(read(b"host=x").unwrap().host.as_deref(), Some("x"));
    }

    #[test]
    fn of_a_user_name_only_the_key_id_is_kept() {
        let request = read(b"capability[]=authtype\nusername=AKID%tok/en==%x\npassword=hunter2\n");
        let request = request.unwrap();
        assert_eq!(request.access_key_id.as_deref(), Some("AKID"));
        assert!(request.offers_authtype);
        let header = b"authtype=Basic\ncredential=QUtJRCV0b2s6MjAyNjAxMDJUMDMwNDA1WmFi\n";
        assert_eq!(read(header).unwrap().access_key_id.as_deref(), Some("AKID"));
        assert_eq!(read(b"credential=?\n").unwrap().access_key_id, None);
    }

    fn written(as_header: bool) -> String {
        let auth = BasicAuth {
            username: Secret::new("AKID%tok".into()),
            password: Secret::new("20260102T030405Zab".into()),
            expires_at: time::OffsetDateTime::UNIX_EPOCH,
        };
        let mut out = Vec::new();
        write_answer(&Answer { auth, as_header }, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn an_answer_is_a_password_or_a_header_never_both() {
        assert_eq!(
            written(false),
            "username=AKID%tok\npassword=20260102T030405Zab\npassword_expiry_utc=0\n"
        );
        assert_eq!(
            written(true),
            "capability[]=authtype\nauthtype=Basic\ncredential=QUtJRCV0b2s6MjAyNjAxMDJUMDMwNDA1WmFi\n\
             ephemeral=1\npassword_expiry_utc=0\n"
        );
    }

    #[test]
    fn a_request_is_for_aws_where_its_protocol_and_its_host_are() {
        let ours = "git-codecommit.eu-west-1.amazonaws.com";
        assert!(request("https", ours, "v1/repos/r").is_for_aws());
        assert!(!request("http", ours, "v1/repos/r").is_for_aws());
        assert!(!request("https", "example.com", "v1/repos/r").is_for_aws());
        assert!(!Request::default().is_for_aws());
        assert_eq!(request("https", ours, "a/b").signed_path(), "/a/b");
        assert_eq!(Request::default().signed_path(), "/");
    }

    #[test]
    fn a_capability_that_is_named_twice_is_there() {
        let request = read(b"capability[]=authtype\ncapability[]=authtype\n").unwrap();
        assert!(request.offers_authtype);
        let request = read(b"capability[]=authtype\ncapability[]=state\n").unwrap();
        assert!(request.offers_authtype);
    }

    #[test]
    fn git_hears_what_the_helper_can_do_and_when_to_stop() {
        let mut out = Vec::new();
        write_capabilities(&mut out).unwrap();
        write_quit(&mut out).unwrap();
        assert_eq!(out, b"version 0\ncapability authtype\nquit=1\n");
    }

    #[test]
    fn damaged_lines_give_no_host_that_could_be_recognised() {
        for bad in [&b"host"[..], b"host=a\0b\n", b"host=a\rb\n", b"host=\xff\n"] {
            let host = read(bad).unwrap().host;
            assert!(host.is_none_or(|host| !crate::aws::is_git_host(&host)));
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
        let as_header = false;
        let refused = write_answer(&Answer { auth, as_header }, &mut out);
        assert!(matches!(refused, Err(Error::LineBreak)));
        assert!(out.is_empty());
    }

    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_read_without_harm(text in prop::collection::vec(any::<u8>(), 0..200)) {
            let request = read(&text).unwrap();
            for value in [request.protocol, request.host, request.path].into_iter().flatten() {
                prop_assert!(!value.contains('\n'));
            }
        }

        #[test]
        fn what_git_writes_is_read_back(
            host in "[ -~]{0,40}",
            path in "[ -~\u{e9}]{0,40}",
            others in prop::collection::vec("[a-z]{1,3}\\[\\]=[ -~]{0,20}", 0..5),
            end in "(\r)?\n",
        ) {
            let text = format!("protocol=https{end}host={host}{end}path={path}{end}{}{end}{end}rest", others.join(&end));
            let request = read(text.as_bytes()).unwrap();
            prop_assert_eq!(request.protocol.as_deref(), Some("https"));
            prop_assert_eq!(request.host, Some(host));
            prop_assert_eq!(request.path, Some(path));
        }

        #[test]
        fn an_answer_is_always_its_own_lines_or_none(username in any::<String>(), password in any::<String>(), as_header: bool) {
            let auth = BasicAuth {
                username: Secret::new(username),
                password: Secret::new(password),
                expires_at: time::OffsetDateTime::UNIX_EPOCH,
            };
            let mut out = Vec::new();
            let lines = if as_header { 5 } else { 3 };
            match write_answer(&Answer { auth, as_header }, &mut out) {
                Ok(()) => prop_assert_eq!(out.iter().filter(|b| **b == b'\n').count(), lines),
                Err(_) => prop_assert!(out.is_empty()),
            }
        }
    }
}
