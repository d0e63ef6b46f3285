//! What git's configuration and environment say about the conversation with the git host.
//!
//! Source: git's `Documentation/config/http.adoc`. `http.<url>.*` keys are
//! matched against the repository's real https URL. A variable of git's beats the key. docs/settings.md says
//! for each key what it does here; what is set and cannot be honoured is named in one warning.

mod limits;
mod source;
mod trust;

use std::net::SocketAddr;
use std::time::Duration;

use url::Url;

use self::source::Source;
use super::Error;
use super::headers::ExtraHeaders;
use super::proxy::{Passwords, Proxy};
use crate::world::{World, variable};

pub(super) use limits::{KeepAlive, LowSpeed, STILL};
pub(super) use trust::Trust;

pub(crate) use limits::Retries;

/// How a run talks to its git host.
pub(crate) struct Settings {
    pub(super) proxy: Option<Proxy>,
    pub(super) trust: Trust,
    pub(super) headers: ExtraHeaders,
    pub(super) user_agent: Option<String>,
    pub(super) low_speed: Option<LowSpeed>,
    pub(super) keep_alive: KeepAlive,
    /// Names whose addresses are set, `http.curloptResolve`, for the host's port.
    pub(super) addresses: Vec<(String, Vec<SocketAddr>)>,
    post_buffer: usize,
    retries: Retries,
    /// What the person should know, a line each.
    pub(super) warnings: Vec<String>,
}

impl Settings {
    /// Reads them for a repository's URL. `remote` is the name git gave the remote. Fails if git's configuration
    /// cannot be read, or one of the values is not of its key's kind.
    pub(super) fn read(
        world: &World,
        passwords: &Passwords,
        url: &Url,
        remote: &str,
    ) -> Result<Self, Error> {
        let git_config = world.git_config()?;
        let of_remote = |name: &str| git_config.value(&format!("remote.{remote}.{name}"));
        let source = Source {
            world,
            keys: git_config.at_url("http", url.as_str()),
        };
        let host = url.host_str().unwrap_or_default();
        let configured = [of_remote("proxy"), source.keys.value("proxy")];
        let proxy = Proxy::of_git_host(world, passwords, host, &configured)?;
        let mut unhonoured = Vec::new();
        let trust = Trust::read(&source, proxy.as_ref(), &mut unhonoured)?;
        source.list_unhonoured(
            proxy.as_ref(),
            of_remote("proxyAuthMethod"),
            &mut unhonoured,
        )?;
        let mut warnings = Vec::new();
        let headers = ExtraHeaders::read(&source.keys.values("extraHeader"), &mut warnings)?;
        if !trust.verifies {
            warnings.push(format!(
                "the certificate of {host} is not checked ({}): anyone in between can read and \
                 change what you fetch and push",
                if source.is_unverified_by_variable() {
                    variable::GIT_SSL_NO_VERIFY
                } else {
                    "http.sslVerify"
                }
            ));
        }
        if !unhonoured.is_empty() {
            warnings.push(format!(
                "set, but without effect here: {}",
                unhonoured.join(", ")
            ));
        }
        Ok(Self {
            proxy,
            trust,
            headers,
            user_agent: source.text(variable::GIT_HTTP_USER_AGENT, "userAgent")?,
            low_speed: source.low_speed()?,
            keep_alive: source.keep_alive()?,
            addresses: source.addresses(url.port_or_known_default().unwrap_or(443))?,
            post_buffer: source.post_buffer()?,
            retries: source.retries()?,
            warnings,
        })
    }

    /// `http.postBuffer`: a request of at most so many bytes is kept and sent with its length.
    #[must_use]
    pub(crate) fn post_buffer(&self) -> usize {
        self.post_buffer
    }

    /// How long nothing at all may move before a conversation is given up.
    #[must_use]
    pub(crate) fn silence(&self) -> Duration {
        self.low_speed.map_or(STILL, |low_speed| low_speed.time)
    }

    /// What is set about repeating requests.
    #[must_use]
    pub(crate) fn retries(&self) -> Retries {
        self.retries
    }
}

#[cfg(test)]
mod tests;
