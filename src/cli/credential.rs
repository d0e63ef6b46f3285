use std::io::Write as _;

use percent_encoding::{NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde::Serialize;
use time::format_description::well_known::Rfc3339;
use zeroize::Zeroizing;

use super::session::Session;
use crate::aws::{BasicAuth, signature};
use crate::credentials::Resolver;
use crate::endpoint::Endpoint;
use crate::error::{Error as AnyError, Exit, Explain, UsageError};
use crate::http::Http;
use crate::message::Notices as _;
use crate::target::Target;

/// Print a user name and password for a repository, for tools that start no git
///
/// They are valid for 15 minutes, and only for this repository. git itself needs no such command: its helpers make
/// passwords by themselves.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  git codecommit credential --json codecommit::eu-west-1://Dev@demo-repo")]
pub(super) struct Credential {
    /// Print url, username, password and expires_at as JSON
    #[arg(long, conflicts_with_all = ["url", "netrc"])]
    json: bool,
    /// Print an https URL with user name and password in it
    #[arg(long, conflicts_with = "netrc")]
    url: bool,
    /// Print a line for a netrc file
    #[arg(long)]
    netrc: bool,
    /// Print the password to a terminal as well
    #[arg(long)]
    yes: bool,
    /// Address or https URL of the repository
    address: String,
}

/// A key that cannot stand in what is printed.
#[derive(Debug, thiserror::Error)]
#[error("the access key ID or the session token contains a line break or a space")]
pub(crate) struct Unprintable;

impl Explain for Unprintable {
    fn hints(&self) -> Vec<String> {
        vec!["look for stray characters in the AWS credentials file or variables".into()]
    }

    fn exit(&self) -> Exit {
        Exit::Credentials
    }
}

#[derive(Serialize)]
struct Shown<'a> {
    url: &'a str,
    username: &'a str,
    password: &'a str,
    expires_at: &'a str,
}

impl Credential {
    pub(super) fn run(&self, session: &mut Session) -> Result<(), AnyError> {
        let (world, messages) = (session.world, session.messages);
        if world.writes_to_terminal() && !self.yes {
            return Err(UsageError {
                problem: "this command prints a password, and standard output is a terminal".into(),
                hint: "send the output to the program that needs it, or add --yes to see it".into(),
            }
            .into());
        }
        let target = Target::of_address(world, messages, &self.address)?;
        let endpoint = target.endpoint()?;
        let http = Http::new(world, target.ca_bundle());
        let credentials = Resolver::new(&target, &http, messages)?.resolve_blocking()?;
        let auth = signature::sign(
            &credentials,
            endpoint.region(),
            endpoint.authority(),
            &endpoint.path(),
            world.now(),
        );
        let expires_at = auth.expires_at.replace_nanosecond(0).ok();
        let expires_at = expires_at.and_then(|end| end.format(&Rfc3339).ok());
        let expires_at = expires_at.unwrap_or_default();
        let text = self.in_format(&auth, endpoint, &expires_at)?;
        messages.warning(&format!(
            "this is a password for {} until {expires_at} (keep it out of files and logs)",
            endpoint.url()
        ));
        session.out.write_all(&text)?;
        Ok(())
    }

    /// The text is wiped when it is dropped; it has room for all from the start, or its beginnings would stay in memory.
    fn in_format(
        &self,
        auth: &BasicAuth,
        endpoint: &Endpoint,
        expires_at: &str,
    ) -> Result<Zeroizing<Vec<u8>>, AnyError> {
        let (username, password) = (auth.username.expose(), auth.password.expose());
        let is_odd = |c: char| c.is_control() || c.is_whitespace();
        if username.contains(is_odd) || password.contains(is_odd) {
            return Err(Unprintable.into());
        }
        let url = endpoint.url();
        let room = 3 * (username.len() + password.len()) + 2 * url.len() + 200;
        let mut text = Zeroizing::new(Vec::with_capacity(room));
        if self.json {
            let shown = Shown {
                url: &url,
                username,
                password,
                expires_at,
            };
            serde_json::to_writer_pretty(&mut *text, &shown).map_err(std::io::Error::from)?;
        } else if self.url {
            let (user, password) = (in_url(username), in_url(password));
            let place = url.trim_start_matches("https://");
            write!(text, "https://{user}:{password}@{place}")?;
        } else if self.netrc {
            let host = endpoint.authority();
            let host = host.split_once(':').map_or(host, |(host, _port)| host);
            write!(text, "machine {host} login {username} password {password}")?;
        } else {
            write!(
                text,
                "username={username}\npassword={password}\nexpires_at={expires_at}"
            )?;
        }
        text.push(b'\n');
        Ok(text)
    }
}

/// As it can stand in a URL's user name and password.
fn in_url(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, NON_ALPHANUMERIC)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::{Region, RepositoryName};
    use crate::secret::Secret;

    #[test]
    fn a_blank_in_a_key_is_printed_in_no_format() {
        let region = Region::parse("eu-west-1").unwrap();
        let host = "git-codecommit.eu-west-1.amazonaws.com".to_owned();
        let name = RepositoryName::parse("demo-repo").unwrap();
        let endpoint = Endpoint::new(host, region, name);
        for text in ["AKID host evil", "AKID\nhost=evil", "AKID\u{7f}"] {
            let auth = BasicAuth {
                username: Secret::new(text.into()),
                password: Secret::new("p".into()),
                expires_at: time::OffsetDateTime::UNIX_EPOCH,
            };
            for (json, url, netrc) in [
                (false, false, false),
                (true, false, false),
                (false, true, false),
                (false, false, true),
            ] {
                let command = Credential {
                    json,
                    url,
                    netrc,
                    yes: false,
                    address: String::new(),
                };
                let error = command.in_format(&auth, &endpoint, "").unwrap_err();
                assert!(error.downcast_ref::<Unprintable>().is_some(), "{error}");
            }
        }
    }
}
