//! The proxy on the way to a host.
//!
//! Source: git's `Documentation/config/http.adoc` (`http.proxy`, `remote.<name>.proxy`) and libcurl's
//! documentation of `CURLOPT_PROXY`: the scheme may be left out, the port too; `http` and `https`
//! proxies are asked by CONNECT, the others are SOCKS.

mod exempt;
mod password;

use std::fmt;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

pub(super) use self::exempt::lists as is_exempt;
pub(super) use self::password::Passwords;
use self::password::credential;
use super::Error;
use crate::git::config::Value;
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
        let (host, port) = place(address, scheme, rules).ok_or_else(malformed)?;
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

    /// The proxy for the git host, whose host is `host`: the remote's own, then `http.proxy`, then the environment's.
    /// Fails if the value is no proxy, or its password cannot be had.
    pub(super) fn of_git_host(
        world: &World,
        passwords: &Passwords,
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
            .filter(|_| !exempt::lists(&exempt::list(world), host))
            .map(|proxy| proxy.with_password(passwords))
            .transpose()
    }

    pub(crate) fn name(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// The host, if the way to the proxy is itself encrypted.
    pub(super) fn encrypted_host(&self) -> Option<&str> {
        let host = self.host.strip_prefix('[').unwrap_or(&self.host);
        (self.scheme == "https").then(|| host.strip_suffix(']').unwrap_or(host))
    }

    pub(super) fn is_http(&self) -> bool {
        self.scheme.starts_with("http")
    }

    /// The client's form of it; `is_for` says which hosts it is for. Fails if the client cannot use it.
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

    /// Finds the password that the URL does not have.
    fn with_password(mut self, passwords: &Passwords) -> Result<Self, Error> {
        let Some(user) = &mut self.user else {
            return Ok(self);
        };
        if user.password.is_none() {
            let question = format!(
                "protocol={}\nhost={}:{}\nusername={}\n\n",
                self.scheme, self.host, self.port, user.name
            );
            let Some((name, password)) = passwords.ask(&question) else {
                return Err(Error::NoProxyPassword {
                    proxy: format!("{}:{}", self.host, self.port),
                    origin: self.origin.clone(),
                    user: user.name.clone(),
                });
            };
            if let Some(name) = name {
                user.name = name;
            }
            user.password = Some(password);
            user.is_asked_for = true;
        }
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

/// The host and port of `host[:port]`; none if they cannot be.
fn place<'a>(address: &'a str, scheme: &str, rules: Rules) -> Option<(&'a str, u16)> {
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
        return None;
    }
    let port = match (port, scheme, rules) {
        (Some(port), _, _) if !port.is_empty() => port.parse().ok()?,
        (_, "https", _) => 443,
        (_, "http", Rules::Aws) => 80,
        _ => 1080,
    };
    Some((host, port))
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// The environment's proxy for AWS services, and the hosts it is not for.
pub(super) fn for_aws(
    world: &World,
    passwords: &Passwords,
) -> Result<Option<(Proxy, String)>, Error> {
    let Some(proxy) = of_environment(world, Rules::Aws)? else {
        return Ok(None);
    };
    Ok(Some((proxy.with_password(passwords)?, exempt::list(world))))
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

/// The first of the variables that is set, be it to nothing.
fn first_set(world: &World, names: &[&'static str]) -> Option<(&'static str, String)> {
    let mut names = names.iter();
    names.find_map(|name| Some((*name, world.raw_variable(name)?)))
}

#[cfg(test)]
mod tests;
