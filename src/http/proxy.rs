//! The proxy on the way to a host.
//!
//! Source: git's `Documentation/config/http.adoc` (`http.proxy`, `remote.<name>.proxy`) and libcurl's
//! documentation of `CURLOPT_PROXY`: the scheme may be left out, the port too; `http` and `https`
//! proxies are asked by CONNECT, the others are SOCKS.

use std::fmt;
use std::io::Write as _;
use std::process::{Command, Stdio};

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{Error, no_proxy};
use crate::git_config::Value;
use crate::process;
use crate::secret::Secret;
use crate::world::{World, variable};

/// Whose rules hold where a proxy's URL leaves something open.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rules {
    /// curl's, for the git host: port 1080.
    Git,
    /// botocore's, for AWS services: port 80.
    Aws,
}

/// A proxy, and the name and password it is told.
pub(crate) struct Proxy {
    scheme: &'static str,
    host: String,
    port: u16,
    user: Option<User>,
    /// The variable or the key it comes from, for messages.
    origin: String,
}

struct User {
    name: String,
    password: Option<Secret>,
    /// The password comes from git's credential helpers, which hear whether it was right.
    is_asked_for: bool,
}

impl Proxy {
    /// Reads `[scheme://][user[:password]@]host[:port]`.
    fn parse(text: &str, origin: &str, rules: Rules) -> Result<Self, Error> {
        let malformed = || Error::Proxy {
            origin: origin.to_owned(),
        };
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" => "http",
            "https" => "https",
            "socks" | "socks4" => "socks4",
            "socks4a" => "socks4a",
            "socks5" => "socks5",
            "socks5h" => "socks5h",
            _ => return Err(malformed()),
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (user, address) = match authority.rsplit_once('@') {
            Some((user, address)) => (Some(user), address),
            None => (None, authority),
        };
        let (host, port) = match address.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port)),
            _ => (address, None),
        };
        let is_name = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
        let is_address = |host: &str| {
            let inner = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
            inner.is_some_and(|inner| inner.parse::<std::net::Ipv6Addr>().is_ok())
        };
        if host.is_empty() || !(host.chars().all(is_name) || is_address(host)) {
            return Err(malformed());
        }
        let port = match (port, scheme, rules) {
            (Some(port), _, _) if !port.is_empty() => port.parse().map_err(|_| malformed())?,
            (_, "https", _) => 443,
            (_, "http", Rules::Aws) => 80,
            _ => 1080,
        };
        let decoded = |text: &str| {
            let text = percent_decode_str(text).decode_utf8();
            // A line break would be a line of its own in what credential helpers are asked.
            text.ok()
                .filter(|text| !text.contains(char::is_control))
                .map(std::borrow::Cow::into_owned)
                .ok_or_else(malformed)
        };
        let user = match user.map(|user| {
            user.split_once(':')
                .map_or((user, None), |(n, p)| (n, Some(p)))
        }) {
            None | Some(("", None)) => None,
            Some((name, password)) => Some(User {
                name: decoded(name)?,
                password: password.map(decoded).transpose()?.map(Secret::new),
                is_asked_for: false,
            }),
        };
        Ok(Self {
            scheme,
            host: host.to_owned(),
            port,
            user,
            origin: origin.to_owned(),
        })
    }

    /// The proxy for the git host, whose host is `host`: the remote's own, then `http.proxy`, then the
    /// environment's.
    ///
    /// # Errors
    /// If the value is no proxy, or its password cannot be had.
    pub(super) fn of_git_host(
        world: &World,
        host: &str,
        configured: &[Option<Value<'_>>],
    ) -> Result<Option<Self>, Error> {
        let proxy = match configured.iter().flatten().next() {
            Some(value) => {
                let text = value.text()?;
                match text {
                    // The way to say "none", whatever else is set.
                    "" => None,
                    text => Some(Self::parse(text, &value.key(), Rules::Git)?),
                }
            }
            None => of_environment(world, Rules::Git)?,
        };
        proxy
            .filter(|_| !no_proxy::lists(&exempt(world), host))
            .map(Self::with_password)
            .transpose()
    }

    /// `host:port`.
    pub(crate) fn name(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Where it is set.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// The host, if the way to the proxy is itself encrypted.
    pub(super) fn encrypted_host(&self) -> Option<&str> {
        let host = self.host.strip_prefix('[').unwrap_or(&self.host);
        (self.scheme == "https").then(|| host.strip_suffix(']').unwrap_or(host))
    }

    /// Whether it speaks HTTP.
    pub(super) fn is_http(&self) -> bool {
        self.scheme.starts_with("http")
    }

    /// The client's form of it; `is_for` says which hosts it is for.
    ///
    /// # Errors
    /// If the client cannot use it.
    pub(super) fn for_client(
        &self,
        is_for: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Result<reqwest::Proxy, Error> {
        let url = match &self.user {
            None => format!("{}://{}:{}", self.scheme, self.host, self.port),
            Some(User {
                name,
                password,
                is_asked_for: _,
            }) => format!(
                "{}://{}:{}@{}:{}",
                self.scheme,
                utf8_percent_encode(name, NON_ALPHANUMERIC),
                utf8_percent_encode(
                    password.as_ref().map_or("", Secret::expose),
                    NON_ALPHANUMERIC
                ),
                self.host,
                self.port
            ),
        };
        // The library's error repeats the URL: it is dropped here.
        let url = reqwest::Url::parse(&url).map_err(|_| Error::Proxy {
            origin: self.origin.clone(),
        })?;
        Ok(reqwest::Proxy::custom(move |to| {
            is_for(to.host_str()?).then(|| url.clone())
        }))
    }

    /// Asks git's credential helpers, and the person, for a password that the URL does not have.
    fn with_password(mut self) -> Result<Self, Error> {
        let Some(user) = &mut self.user else {
            return Ok(self);
        };
        if user.password.is_some() {
            return Ok(self);
        }
        let question = format!(
            "protocol={}\nhost={}:{}\nusername={}\n\n",
            self.scheme, self.host, self.port, user.name
        );
        let missing = || Error::NoProxyPassword {
            proxy: format!("{}:{}", self.host, self.port),
            origin: self.origin.clone(),
            user: user.name.clone(),
        };
        let answer = credential("fill", question.as_bytes()).map_err(|_| missing())?;
        let value = |key: &str| {
            let mut lines = answer.expose().lines();
            lines.find_map(|line| line.strip_prefix(key)?.strip_prefix('='))
        };
        let password = value("password").ok_or_else(missing)?.to_owned();
        if let Some(name) = value("username") {
            name.clone_into(&mut user.name);
        }
        user.password = Some(Secret::new(password));
        user.is_asked_for = true;
        Ok(self)
    }

    /// Tells git's credential helpers whether the password they gave was right.
    pub(super) fn tell(&self, was_right: bool) {
        let Some(User {
            name,
            password: Some(password),
            is_asked_for: true,
        }) = &self.user
        else {
            return;
        };
        let text = Secret::new(format!(
            "protocol={}\nhost={}:{}\nusername={name}\npassword={}\n\n",
            self.scheme,
            self.host,
            self.port,
            password.expose()
        ));
        let verdict = if was_right { "approve" } else { "reject" };
        // A helper that cannot store is git's to report.
        let _ = credential(verdict, text.expose().as_bytes());
    }
}

/// `git credential <action>`, the question on its standard input.
fn credential(action: &str, question: &[u8]) -> std::io::Result<Secret> {
    let mut command: Command = process::git("credential");
    let mut child = command
        .arg(action)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(question)?;
    }
    let said = child.wait_with_output()?;
    if !said.status.success() {
        return Err(std::io::ErrorKind::PermissionDenied.into());
    }
    let text = String::from_utf8(said.stdout).map_err(|_| std::io::ErrorKind::InvalidData)?;
    Ok(Secret::new(text))
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// The environment's proxy for AWS services, and the hosts it is not for.
pub(super) fn for_aws(world: &World) -> Result<Option<(Proxy, String)>, Error> {
    let Some(proxy) = of_environment(world, Rules::Aws)? else {
        return Ok(None);
    };
    Ok(Some((proxy.with_password()?, exempt(world))))
}

fn of_environment(world: &World, rules: Rules) -> Result<Option<Proxy>, Error> {
    let [lower, upper, all_lower, all_upper] = variable::HTTPS_PROXY;
    let set =
        first_set(world, &[lower, upper]).or_else(|| first_set(world, &[all_lower, all_upper]));
    // One that is set to nothing says "none".
    let set = set.filter(|(_, text)| !text.is_empty());
    set.map(|(name, text)| Proxy::parse(&text, name, rules))
        .transpose()
}

/// The hosts that `no_proxy` lists.
fn exempt(world: &World) -> String {
    let list = first_set(world, &variable::NO_PROXY);
    list.map(|(_, list)| list).unwrap_or_default()
}

/// The first of the variables that is set, be it to nothing.
fn first_set(world: &World, names: &[&'static str]) -> Option<(&'static str, String)> {
    let mut names = names.iter();
    names.find_map(|name| Some((*name, world.raw_variable(name)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Proxy, Error> {
        Proxy::parse(text, "https_proxy", Rules::Git)
    }

    #[test]
    fn a_proxy_is_read_in_every_form_that_curl_knows() {
        for (text, name, scheme) in [
            ("proxy.corp", "proxy.corp:1080", "http"),
            ("proxy.corp:3128", "proxy.corp:3128", "http"),
            ("http://proxy.corp:3128/", "proxy.corp:3128", "http"),
            ("http://proxy.corp:80", "proxy.corp:80", "http"),
            ("HTTP://proxy.corp", "proxy.corp:1080", "http"),
            ("https://proxy.corp", "proxy.corp:443", "https"),
            ("socks://proxy.corp", "proxy.corp:1080", "socks4"),
            ("socks4a://proxy.corp", "proxy.corp:1080", "socks4a"),
            ("socks5://127.0.0.1:9", "127.0.0.1:9", "socks5"),
            ("socks5h://u:p@proxy.corp:9", "proxy.corp:9", "socks5h"),
            ("http://[::1]:3128", "[::1]:3128", "http"),
            ("[::1]", "[::1]:1080", "http"),
            ("http://u@x:p@y@proxy.corp:3128", "proxy.corp:3128", "http"),
        ] {
            let proxy = parse(text).unwrap();
            assert_eq!(
                (proxy.name().as_str(), proxy.scheme),
                (name, scheme),
                "{text}"
            );
        }
        let aws = Proxy::parse("http://proxy.corp", "https_proxy", Rules::Aws).unwrap();
        assert_eq!(aws.name(), "proxy.corp:80");
    }

    #[test]
    fn what_is_no_proxy_is_refused_without_a_word_of_it() {
        for text in [
            "ftp://u:hunter2@h",
            "http://u%0ahost=evil.example:hunter2@h",
            "http://u:hunter2%0d@h",
            "socks6://u:hunter2@h",
            "http://u:hunter2@",
            "http://u:hunter2@h:port",
            "http://u:hunter2@h:99999",
            "http://u:hunter2@h st",
            "u:hunter2@[",
            "http://u:hunter2%ff@h",
            "://h",
        ] {
            let error = parse(text).err().unwrap().to_string();
            assert!(error.contains("https_proxy"), "{text}: {error}");
            assert!(!error.contains("hunter2"), "{text}: {error}");
        }
    }

    #[test]
    fn name_and_password_are_decoded_and_masked() {
        let proxy = parse("http://do%40main:p%3aw%2F%25@proxy.corp:3128").unwrap();
        let user = proxy.user.as_ref().unwrap();
        assert_eq!(user.name, "do@main");
        assert_eq!(user.password.as_ref().unwrap().expose(), "p:w/%");
        assert_eq!(format!("{proxy:?}"), "proxy.corp:3128");
        assert!(parse("http://@proxy.corp").unwrap().user.is_none());
        let user = parse("http://u@proxy.corp").unwrap().user.unwrap();
        assert!(user.password.is_none());
    }

    #[test]
    fn the_first_variable_that_is_set_decides_even_if_it_is_empty() {
        let chosen = |environment: &[(&str, &str)]| {
            let proxy = of_environment(&World::of(environment), Rules::Git).unwrap();
            proxy.map(|proxy| (proxy.name(), proxy.origin))
        };
        let a = Some(("a:1080".to_owned(), "https_proxy".to_owned()));
        assert_eq!(chosen(&[("https_proxy", "a"), ("HTTPS_PROXY", "b")]), a);
        assert_eq!(chosen(&[("https_proxy", "a"), ("all_proxy", "b")]), a);
        assert_eq!(chosen(&[("https_proxy", ""), ("HTTPS_PROXY", "b")]), None);
        assert_eq!(chosen(&[("https_proxy", ""), ("all_proxy", "b")]), None);
        let upper = chosen(&[("HTTPS_PROXY", "a"), ("all_proxy", "b")]).unwrap();
        assert_eq!(upper.1, "HTTPS_PROXY");
        let all = chosen(&[("ALL_PROXY", "a"), ("http_proxy", "b")]).unwrap();
        assert_eq!(all.1, "ALL_PROXY");
        assert_eq!(chosen(&[("http_proxy", "b"), ("HTTP_PROXY", "b")]), None);
        assert_eq!(
            exempt(&World::of(&[("no_proxy", ""), ("NO_PROXY", "b")])),
            ""
        );
        assert_eq!(exempt(&World::of(&[("NO_PROXY", "b")])), "b");
    }
}
