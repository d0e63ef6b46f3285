//! Where a setting comes from: a variable, else a key.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use super::limits::{KeepAlive, LowSpeed, Retries};
use crate::git::config::{UrlConfig, Value};
use crate::http::Error;
use crate::http::proxy::Proxy;
use crate::http::tls::Authorities;
use crate::world::{World, variable};

const POST_BUFFER: usize = 16 * LARGEST_PACKET;
/// Git lets nobody go below one packet.
const LARGEST_PACKET: usize = 65_520;

/// Where a setting may come from.
pub(super) struct Source<'w> {
    pub(super) world: &'w World,
    pub(super) keys: UrlConfig<'w>,
}

impl Source<'_> {
    /// A text; empty counts as not set.
    pub(super) fn text(&self, variable: &str, key: &str) -> Result<Option<String>, Error> {
        if let Some(text) = self.world.variable(variable) {
            return Ok(Some(text));
        }
        let value = self.keys.value(key);
        let text = value.map(|value| value.text()).transpose()?;
        Ok(text.filter(|text| !text.is_empty()).map(str::to_owned))
    }

    /// A path and what names it.
    pub(super) fn path(
        &self,
        variable: &str,
        key: &str,
    ) -> Result<Option<(PathBuf, String)>, Error> {
        if let Some(path) = self.world.path(variable) {
            return Ok(Some((path, variable.to_owned())));
        }
        let Some(value) = self.keys.value(key) else {
            return Ok(None);
        };
        let path = value.path(self.world.home())?;
        Ok((!path.as_os_str().is_empty()).then(|| (path, value.key())))
    }

    /// A number that is not negative.
    fn number(&self, variable: &'static str, key: &str) -> Result<Option<u64>, Error> {
        if let Some(text) = self.world.variable(variable) {
            let number = text.trim().parse();
            return number.map(Some).map_err(|_| Error::Variable {
                variable,
                expected: "a number of 0 or more",
            });
        }
        self.keys.value(key).map(whole_number).transpose()
    }

    fn seconds(&self, variable: &'static str, key: &str) -> Result<Option<Duration>, Error> {
        Ok(self.number(variable, key)?.map(Duration::from_secs))
    }

    pub(super) fn authorities(
        &self,
        variable: &str,
        key: &str,
    ) -> Result<Option<Authorities>, Error> {
        let path = self.path(variable, key)?;
        path.map(|(path, source)| Authorities::named(path, &source))
            .transpose()
    }

    /// Git takes the variable's mere presence for yes. Here a `no` in it is believed: who writes
    /// `GIT_SSL_NO_VERIFY=0` wants the check.
    pub(super) fn is_unverified_by_variable(&self) -> bool {
        let value = self.world.variable(variable::GIT_SSL_NO_VERIFY);
        let means_no = |text: &str| {
            let words = ["0", "false", "no", "off"];
            words.iter().any(|word| text.eq_ignore_ascii_case(word))
        };
        value.is_some_and(|text| !means_no(&text))
    }

    /// Git needs both for a limit. One without the other has no effect.
    pub(super) fn low_speed(&self) -> Result<Option<LowSpeed>, Error> {
        let limit = self.number(variable::GIT_HTTP_LOW_SPEED_LIMIT, "lowSpeedLimit")?;
        let time = self.seconds(variable::GIT_HTTP_LOW_SPEED_TIME, "lowSpeedTime")?;
        let low_speed = limit
            .zip(time)
            .map(|(limit, time)| LowSpeed { limit, time });
        Ok(low_speed.filter(|low_speed| low_speed.limit > 0 && !low_speed.time.is_zero()))
    }

    pub(super) fn keep_alive(&self) -> Result<KeepAlive, Error> {
        let positive = |time: Option<Duration>| time.filter(|time| !time.is_zero());
        let count = self.number(variable::GIT_TCP_KEEPCNT, "keepAliveCount")?;
        Ok(KeepAlive {
            idle: positive(self.seconds(variable::GIT_TCP_KEEPIDLE, "keepAliveIdle")?),
            interval: positive(self.seconds(variable::GIT_TCP_KEEPINTVL, "keepAliveInterval")?),
            count: count
                .and_then(|count| count.try_into().ok())
                .filter(|count| *count > 0),
        })
    }

    pub(super) fn post_buffer(&self) -> Result<usize, Error> {
        let bytes = self
            .keys
            .value("postBuffer")
            .map(whole_number)
            .transpose()?;
        let bytes = bytes.map_or(POST_BUFFER, |bytes| {
            usize::try_from(bytes).unwrap_or(usize::MAX)
        });
        Ok(bytes.max(LARGEST_PACKET))
    }

    pub(super) fn retries(&self) -> Result<Retries, Error> {
        let most = self.number(variable::GIT_HTTP_MAX_RETRIES, "maxRetries")?;
        Ok(Retries {
            most: most.map(|most| u32::try_from(most).unwrap_or(u32::MAX)),
            after: self.seconds(variable::GIT_HTTP_RETRY_AFTER, "retryAfter")?,
            longest_wait: self.seconds(variable::GIT_HTTP_MAX_RETRY_TIME, "maxRetryTime")?,
        })
    }

    /// `http.curloptResolve`: `[+]HOST:PORT:ADDRESS[,ADDRESS]`; an empty value forgets those before it,
    /// `-HOST:PORT` one of them.
    pub(super) fn addresses(&self, port: u16) -> Result<Vec<(String, Vec<SocketAddr>)>, Error> {
        let mut all: Vec<(String, Vec<SocketAddr>)> = Vec::new();
        for value in self.keys.values("curloptResolve") {
            let malformed = || value.is_not("of the form HOST:PORT:ADDRESS");
            let text = value.text()?;
            if text.is_empty() {
                all.clear();
                continue;
            }
            let (is_removed, text) = match text.strip_prefix('-') {
                Some(text) => (true, text),
                None => (false, text.strip_prefix('+').unwrap_or(text)),
            };
            let (host, rest) = text.split_once(':').ok_or_else(malformed)?;
            let (of_port, addresses) = match rest.split_once(':') {
                Some((port, addresses)) => (port, addresses),
                None if is_removed => (rest, ""),
                None => return Err(malformed().into()),
            };
            let of_port: u16 = of_port.parse().map_err(|_| malformed())?;
            if of_port != port {
                continue;
            }
            all.retain(|(known, _)| !known.eq_ignore_ascii_case(host));
            if !is_removed {
                let address = |text: &str| -> Result<SocketAddr, Error> {
                    let text = text.trim_start_matches('[').trim_end_matches(']');
                    let address: IpAddr = text.parse().map_err(|_| malformed())?;
                    Ok(SocketAddr::new(address, port))
                };
                let addresses = addresses.split(',').map(address);
                all.push((
                    host.to_ascii_lowercase(),
                    addresses.collect::<Result<_, _>>()?,
                ));
            }
        }
        Ok(all)
    }

    /// Names what is set and cannot be honoured.
    pub(super) fn list_unhonoured(
        &self,
        proxy: Option<&Proxy>,
        of_remote: Option<Value<'_>>,
        unhonoured: &mut Vec<String>,
    ) -> Result<(), Error> {
        if let Some(value) = self.keys.value("version")
            && !["HTTP/1.1", "HTTP/2", ""].contains(&value.text()?)
        {
            unhonoured.push(format!("{}={}", value.key(), value.text()?));
        }
        let mut list = |variable: &str, key: &str| {
            if self.world.variable(variable).is_some() {
                unhonoured.push(variable.to_owned());
            } else if let Some(value) = self.keys.value(key)
                // An empty value is how one takes a key back.
                && value.bytes().is_ok_and(|bytes| !bytes.is_empty())
            {
                unhonoured.push(value.key());
            }
        };
        list(variable::GIT_SSL_CIPHER_LIST, "sslCipherList");
        for key in ["cookieFile", "schannelCheckRevoke", "schannelUseSSLCAInfo"] {
            list("", key);
        }
        let Some(proxy) = proxy else { return Ok(()) };
        if proxy.encrypted_host().is_some() {
            list(variable::GIT_PROXY_SSL_CERT, "proxySSLCert");
        }
        let is_known = |method: &str| ["anyauth", "basic", ""].contains(&method);
        let (method, name) = match (
            of_remote,
            self.world.variable(variable::GIT_HTTP_PROXY_AUTHMETHOD),
        ) {
            (_, Some(method)) => (method, variable::GIT_HTTP_PROXY_AUTHMETHOD.to_owned()),
            (value, None) => match value.or_else(|| self.keys.value("proxyAuthMethod")) {
                Some(value) => (value.text()?.to_owned(), value.key()),
                None => return Ok(()),
            },
        };
        if proxy.is_http() && !is_known(&method) {
            unhonoured.push(format!("{name}={method}"));
        }
        Ok(())
    }
}

fn whole_number(value: Value<'_>) -> Result<u64, Error> {
    let number = value.integer()?;
    Ok(u64::try_from(number).map_err(|_| value.is_not("a number of 0 or more"))?)
}
