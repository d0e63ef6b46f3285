//! What git's configuration and environment say about the conversation with the git host.
//!
//! Source: git's `Documentation/config/http.adoc`, and reference/git.md section 2. `http.<url>.*` keys are
//! matched against the repository's real https URL. A variable of git's beats the key. docs/settings.md says
//! for each key what it does here; what is set and cannot be honoured is named in one warning.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};
use url::Url;

use super::Error;
use super::headers::ExtraHeaders;
use super::proxy::Proxy;
use super::tls::{Authorities, Identity, Kind, Pin};
use crate::git_config::{self, UrlConfig, Value};
use crate::world::{World, variable};

/// Git's own default, 16 packets.
const POST_BUFFER: usize = 16 * LARGEST_PACKET;
/// Git lets nobody go below one packet.
const LARGEST_PACKET: usize = 65_520;

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

/// Whom the git host's connection trusts.
pub(super) struct Trust {
    /// False with `http.sslVerify=false`.
    pub(super) verifies: bool,
    /// Beside those of AWS's settings and the system.
    pub(super) authorities: Vec<Authorities>,
    /// For an encrypted proxy only.
    pub(super) proxy_authorities: Vec<Authorities>,
    pub(super) identity: Option<Identity>,
    pub(super) pin: Option<Pin>,
    pub(super) versions: &'static [&'static SupportedProtocolVersion],
}

/// `http.lowSpeedLimit` and `http.lowSpeedTime`: slower than this for so long is a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LowSpeed {
    /// Bytes a second.
    pub(super) limit: u64,
    pub(super) time: Duration,
}

/// How TCP finds out that the other side has gone; none: the client's own choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct KeepAlive {
    pub(super) idle: Option<Duration>,
    pub(super) interval: Option<Duration>,
    pub(super) count: Option<u32>,
}

/// `http.maxRetries` and its fellows, where somebody set them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Retries {
    /// How often a request is repeated; 0 is never.
    pub(crate) most: Option<u32>,
    /// The wait where the answer names none.
    pub(crate) after: Option<Duration>,
    /// The longest wait that is worth it.
    pub(crate) longest_wait: Option<Duration>,
}

impl Settings {
    /// Reads them for a repository's URL. `remote` is the name git gave the remote.
    ///
    /// # Errors
    /// If git's configuration cannot be read, or one of the values is not of its key's kind.
    pub(super) fn read(world: &World, url: &Url, remote: &str) -> Result<Self, Error> {
        let git_config = world.git_config()?;
        let of_remote = |name: &str| git_config.value(&format!("remote.{remote}.{name}"));
        let source = Source {
            world,
            keys: git_config.at_url("http", url.as_str()),
        };
        let host = url.host_str().unwrap_or_default();
        let configured = [of_remote("proxy"), source.keys.value("proxy")];
        let proxy = Proxy::of_git_host(world, host, &configured)?;
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
                "the certificate of {host} is not checked ({}): whoever sits between can read and \
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

    /// What is set about repeating requests.
    #[must_use]
    pub(crate) fn retries(&self) -> Retries {
        self.retries
    }
}

/// Where a setting may come from.
struct Source<'w> {
    world: &'w World,
    keys: UrlConfig<'w>,
}

impl Source<'_> {
    /// A text; empty counts as not set.
    fn text(&self, variable: &str, key: &str) -> Result<Option<String>, Error> {
        if let Some(text) = self.world.variable(variable) {
            return Ok(Some(text));
        }
        let value = self.keys.value(key);
        let text = value.map(|value| value.text()).transpose()?;
        Ok(text.filter(|text| !text.is_empty()).map(str::to_owned))
    }

    /// A path and what names it.
    fn path(&self, variable: &str, key: &str) -> Result<Option<(PathBuf, String)>, Error> {
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

    fn authorities(&self, variable: &str, key: &str) -> Result<Option<Authorities>, Error> {
        let path = self.path(variable, key)?;
        path.map(|(path, source)| Authorities::named(path, &source))
            .transpose()
    }

    /// Git takes the variable's mere presence for yes. Here a `no` in it is believed: who writes
    /// `GIT_SSL_NO_VERIFY=0` wants the check.
    fn is_unverified_by_variable(&self) -> bool {
        let value = self.world.variable(variable::GIT_SSL_NO_VERIFY);
        let means_no = |text: &str| {
            let words = ["0", "false", "no", "off"];
            words.iter().any(|word| text.eq_ignore_ascii_case(word))
        };
        value.is_some_and(|text| !means_no(&text))
    }

    /// Git needs both for a limit. One without the other has no effect.
    fn low_speed(&self) -> Result<Option<LowSpeed>, Error> {
        let limit = self.number(variable::GIT_HTTP_LOW_SPEED_LIMIT, "lowSpeedLimit")?;
        let time = self.seconds(variable::GIT_HTTP_LOW_SPEED_TIME, "lowSpeedTime")?;
        let low_speed = limit
            .zip(time)
            .map(|(limit, time)| LowSpeed { limit, time });
        Ok(low_speed.filter(|low_speed| low_speed.limit > 0 && !low_speed.time.is_zero()))
    }

    fn keep_alive(&self) -> Result<KeepAlive, Error> {
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

    fn post_buffer(&self) -> Result<usize, Error> {
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

    fn retries(&self) -> Result<Retries, Error> {
        let most = self.number(variable::GIT_HTTP_MAX_RETRIES, "maxRetries")?;
        Ok(Retries {
            most: most.map(|most| u32::try_from(most).unwrap_or(u32::MAX)),
            after: self.seconds(variable::GIT_HTTP_RETRY_AFTER, "retryAfter")?,
            longest_wait: self.seconds(variable::GIT_HTTP_MAX_RETRY_TIME, "maxRetryTime")?,
        })
    }

    /// `http.curloptResolve`: `[+]HOST:PORT:ADDRESS[,ADDRESS]`; an empty value forgets those before it,
    /// `-HOST:PORT` one of them.
    fn addresses(&self, port: u16) -> Result<Vec<(String, Vec<SocketAddr>)>, Error> {
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
    fn list_unhonoured(
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

impl Trust {
    fn read(
        source: &Source<'_>,
        proxy: Option<&Proxy>,
        unhonoured: &mut Vec<String>,
    ) -> Result<Self, Error> {
        let is_verified = source.keys.value("sslVerify").map(|value| value.boolean());
        let mut authorities = Vec::new();
        authorities.extend(source.authorities(variable::GIT_SSL_CAINFO, "sslCAInfo")?);
        authorities.extend(source.authorities(variable::GIT_SSL_CAPATH, "sslCAPath")?);
        let mut proxy_authorities = Vec::new();
        if proxy.is_some_and(|proxy| proxy.encrypted_host().is_some()) {
            let named = source.authorities(variable::GIT_PROXY_SSL_CAINFO, "proxySSLCAInfo")?;
            proxy_authorities.extend(named);
        }
        Ok(Self {
            verifies: is_verified.unwrap_or(Ok(true))? && !source.is_unverified_by_variable(),
            authorities,
            proxy_authorities,
            identity: identity(source)?,
            pin: match source.keys.value("pinnedPubkey") {
                Some(value) if !value.bytes()?.is_empty() => Some(pinned(source.world, value)?),
                _ => None,
            },
            versions: versions(source, unhonoured)?,
        })
    }
}

fn identity(source: &Source<'_>) -> Result<Option<Identity>, Error> {
    let kind = |variable: &'static str, key: &str| match source.text(variable, key)? {
        None => Ok(Kind::Pem),
        Some(kind) if kind.eq_ignore_ascii_case("PEM") => Ok(Kind::Pem),
        Some(kind) if kind.eq_ignore_ascii_case("DER") => Ok(Kind::Der),
        Some(_) => Err(Error::CertificateKind {
            key: format!("http.{key}"),
        }),
    };
    let Some((certificate, _)) = source.path(variable::GIT_SSL_CERT, "sslCert")? else {
        return Ok(None);
    };
    let key = match source.path(variable::GIT_SSL_KEY, "sslKey")? {
        Some((key, _)) => key,
        None => certificate.clone(),
    };
    Ok(Some(Identity {
        certificate: (
            certificate,
            kind(variable::GIT_SSL_CERT_TYPE, "sslCertType")?,
        ),
        key: (key, kind(variable::GIT_SSL_KEY_TYPE, "sslKeyType")?),
    }))
}

/// A version means "this one or later", as in curl; what is older than TLS 1.2 is never spoken.
fn versions(
    source: &Source<'_>,
    unhonoured: &mut Vec<String>,
) -> Result<&'static [&'static SupportedProtocolVersion], Error> {
    static FROM_1_2: [&SupportedProtocolVersion; 2] = [&TLS13, &TLS12];
    static FROM_1_3: [&SupportedProtocolVersion; 1] = [&TLS13];
    let version = source.text(variable::GIT_SSL_VERSION, "sslVersion")?;
    Ok(match version.as_deref() {
        Some("tlsv1.3") => &FROM_1_3,
        None | Some("sslv2" | "sslv3" | "tlsv1" | "tlsv1.0" | "tlsv1.1" | "tlsv1.2") => &FROM_1_2,
        Some(other) => {
            unhonoured.push(format!("http.sslVersion={other}"));
            &FROM_1_2
        }
    })
}

/// `sha256//BASE64[;sha256//BASE64…]`, or a file with the key.
fn pinned(world: &World, value: Value<'_>) -> Result<Pin, Error> {
    let malformed = || value.is_not("a public key, in a file or as sha256//…");
    if let Ok(text) = value.text()
        && text.starts_with("sha256//")
    {
        let hash = |one: &str| -> Result<[u8; 32], git_config::Error> {
            let encoded = one.strip_prefix("sha256//").ok_or_else(malformed)?;
            let bytes = BASE64_STANDARD.decode(encoded).map_err(|_| malformed())?;
            bytes.try_into().map_err(|_| malformed())
        };
        return Ok(Pin(text.split(';').map(hash).collect::<Result<_, _>>()?));
    }
    let path = value.path(world.home())?;
    Pin::of_file(&path).ok_or_else(|| malformed().into())
}

fn whole_number(value: Value<'_>) -> Result<u64, Error> {
    let number = value.integer()?;
    Ok(u64::try_from(number).map_err(|_| value.is_not("a number of 0 or more"))?)
}
