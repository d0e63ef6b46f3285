//! The process's surroundings: arguments, environment, home directory, clock, and git's configuration.
//!
//! This is the only reader of each (`clippy.toml` bans the others), so every other module can be
//! tested with a made-up [`World`].

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use crate::git_config::{self, Asked, GitConfig};
use crate::secret::Secret;

/// Every environment variable read here, once.
pub mod variable {
    /// Profile to use when the address names none. botocore prefers it to [`AWS_PROFILE`].
    pub const AWS_DEFAULT_PROFILE: &str = "AWS_DEFAULT_PROFILE";
    /// Profile to use when the address names none.
    pub const AWS_PROFILE: &str = "AWS_PROFILE";
    /// Region; beats the profile's `region`.
    pub const AWS_DEFAULT_REGION: &str = "AWS_DEFAULT_REGION";
    /// Region when neither [`AWS_DEFAULT_REGION`] nor the profile gives one.
    pub const AWS_REGION: &str = "AWS_REGION";
    /// Path of the config file instead of `~/.aws/config`.
    pub const AWS_CONFIG_FILE: &str = "AWS_CONFIG_FILE";
    /// Path of the credentials file instead of `~/.aws/credentials`.
    pub const AWS_SHARED_CREDENTIALS_FILE: &str = "AWS_SHARED_CREDENTIALS_FILE";
    /// Access key id of the environment source.
    pub const AWS_ACCESS_KEY_ID: &str = "AWS_ACCESS_KEY_ID";
    /// Secret access key of the environment source. Secret.
    pub const AWS_SECRET_ACCESS_KEY: &str = "AWS_SECRET_ACCESS_KEY";
    /// Session token of the environment source, the older name, which botocore reads first. Secret.
    pub const AWS_SECURITY_TOKEN: &str = "AWS_SECURITY_TOKEN";
    /// Session token of the environment source. Secret.
    pub const AWS_SESSION_TOKEN: &str = "AWS_SESSION_TOKEN";
    /// File with a web identity token: the environment's role is then assumed with it.
    pub const AWS_WEB_IDENTITY_TOKEN_FILE: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";
    /// The role for [`AWS_WEB_IDENTITY_TOKEN_FILE`]; nothing else reads it.
    pub const AWS_ROLE_ARN: &str = "AWS_ROLE_ARN";
    /// The session's name for [`AWS_WEB_IDENTITY_TOKEN_FILE`]; nothing else reads it.
    pub const AWS_ROLE_SESSION_NAME: &str = "AWS_ROLE_SESSION_NAME";
    /// Path below `http://169.254.170.2`; beats [`AWS_CONTAINER_CREDENTIALS_FULL_URI`].
    pub const AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: &str =
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    /// URL of the container credentials endpoint.
    pub const AWS_CONTAINER_CREDENTIALS_FULL_URI: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    /// File with the endpoint's Authorization header; beats [`AWS_CONTAINER_AUTHORIZATION_TOKEN`].
    pub const AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: &str =
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
    /// The container endpoint's Authorization header. Secret.
    pub const AWS_CONTAINER_AUTHORIZATION_TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
    /// `true` switches the EC2 instance metadata source off.
    pub const AWS_EC2_METADATA_DISABLED: &str = "AWS_EC2_METADATA_DISABLED";
    /// Base URL of the instance metadata service.
    pub const AWS_EC2_METADATA_SERVICE_ENDPOINT: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
    /// `IPv4` or `IPv6`: which address the service has.
    pub const AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: &str =
        "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE";
    /// Seconds to wait for the service.
    pub const AWS_METADATA_SERVICE_TIMEOUT: &str = "AWS_METADATA_SERVICE_TIMEOUT";
    /// How many times the service is asked.
    pub const AWS_METADATA_SERVICE_NUM_ATTEMPTS: &str = "AWS_METADATA_SERVICE_NUM_ATTEMPTS";
    /// STS endpoint instead of the regional one.
    pub const AWS_ENDPOINT_URL_STS: &str = "AWS_ENDPOINT_URL_STS";
    /// Endpoint of every AWS service that has none of its own.
    pub const AWS_ENDPOINT_URL: &str = "AWS_ENDPOINT_URL";
    /// PEM file, or folder of them, of certificate authorities to trust beside the system's.
    pub const AWS_CA_BUNDLE: &str = "AWS_CA_BUNDLE";
    /// The same, as botocore knows it.
    pub const REQUESTS_CA_BUNDLE: &str = "REQUESTS_CA_BUNDLE";
    /// The same, as OpenSSL knows it.
    pub const SSL_CERT_FILE: &str = "SSL_CERT_FILE";
    /// Folders of certificate authorities, as OpenSSL knows them.
    pub const SSL_CERT_DIR: &str = "SSL_CERT_DIR";
    /// `true` chooses the FIPS host names.
    pub const AWS_USE_FIPS_ENDPOINT: &str = "AWS_USE_FIPS_ENDPOINT";
    /// `host[:port]` of the git host instead of the regional one (git-remote-codecommit's name).
    pub const CODE_COMMIT_ENDPOINT: &str = "CODE_COMMIT_ENDPOINT";
    /// The transports git may use, where somebody limits them.
    pub const GIT_ALLOW_PROTOCOL: &str = "GIT_ALLOW_PROTOCOL";
    /// What `git -c` sets, in git's own notation.
    pub const GIT_CONFIG_PARAMETERS: &str = "GIT_CONFIG_PARAMETERS";
    /// `1` writes a trace without secrets to standard error.
    pub const GIT_CODECOMMIT_TRACE: &str = "GIT_CODECOMMIT_TRACE";
    /// `shared` in a SageMaker space that several people use at once, as one and the same user.
    pub const SAGEMAKER_SPACE_TYPE_LOWERCASE: &str = "SAGEMAKER_SPACE_TYPE_LOWERCASE";
    /// `true` chooses host names that also have IPv6 addresses.
    pub const AWS_USE_DUALSTACK_ENDPOINT: &str = "AWS_USE_DUALSTACK_ENDPOINT";
    /// `true` makes every configured endpoint URL count for nothing.
    pub const AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: &str = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";
    /// How many times an AWS request is made before it counts as failed.
    pub const AWS_MAX_ATTEMPTS: &str = "AWS_MAX_ATTEMPTS";
    /// `standard`, `adaptive` or `legacy`.
    pub const AWS_RETRY_MODE: &str = "AWS_RETRY_MODE";
    /// Git's program that asks the person for a secret; empty: none.
    pub const GIT_ASKPASS: &str = "GIT_ASKPASS";
    /// The same, for ssh, where [`GIT_ASKPASS`] and `core.askPass` are not set.
    pub const SSH_ASKPASS: &str = "SSH_ASKPASS";
    /// `0` forbids questions on the terminal.
    pub const GIT_TERMINAL_PROMPT: &str = "GIT_TERMINAL_PROMPT";
    /// Home directory.
    pub const HOME: &str = "HOME";
    /// Where programs are looked for.
    pub const PATH: &str = "PATH";
    /// The person's git configuration, instead of `~/.gitconfig`.
    pub const GIT_CONFIG_GLOBAL: &str = "GIT_CONFIG_GLOBAL";
    /// Folder of the person's settings, instead of `~/.config`.
    pub const XDG_CONFIG_HOME: &str = "XDG_CONFIG_HOME";
    /// Login name, used in the default role session name.
    pub const USER: &str = "USER";
    /// Login name where `USER` is not set.
    pub const LOGNAME: &str = "LOGNAME";
    /// Proxy variables in the order curl reads them: the lower-case name wins.
    pub const HTTPS_PROXY: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
    /// Hosts that are reached without a proxy; the lower-case name wins.
    pub const NO_PROXY: [&str; 2] = ["no_proxy", "NO_PROXY"];
    /// Instead of git's `http.proxyAuthMethod`.
    pub const GIT_HTTP_PROXY_AUTHMETHOD: &str = "GIT_HTTP_PROXY_AUTHMETHOD";
    /// Switches off the check of the git host's certificate.
    pub const GIT_SSL_NO_VERIFY: &str = "GIT_SSL_NO_VERIFY";
    /// Instead of git's `http.sslCAInfo`.
    pub const GIT_SSL_CAINFO: &str = "GIT_SSL_CAINFO";
    /// Instead of git's `http.sslCAPath`.
    pub const GIT_SSL_CAPATH: &str = "GIT_SSL_CAPATH";
    /// Instead of git's `http.proxySSLCAInfo`.
    pub const GIT_PROXY_SSL_CAINFO: &str = "GIT_PROXY_SSL_CAINFO";
    /// Instead of git's `http.proxySSLCert`.
    pub const GIT_PROXY_SSL_CERT: &str = "GIT_PROXY_SSL_CERT";
    /// Instead of git's `http.sslCert`.
    pub const GIT_SSL_CERT: &str = "GIT_SSL_CERT";
    /// Instead of git's `http.sslKey`.
    pub const GIT_SSL_KEY: &str = "GIT_SSL_KEY";
    /// Instead of git's `http.sslCertType`.
    pub const GIT_SSL_CERT_TYPE: &str = "GIT_SSL_CERT_TYPE";
    /// Instead of git's `http.sslKeyType`.
    pub const GIT_SSL_KEY_TYPE: &str = "GIT_SSL_KEY_TYPE";
    /// Instead of git's `http.sslVersion`.
    pub const GIT_SSL_VERSION: &str = "GIT_SSL_VERSION";
    /// Instead of git's `http.sslCipherList`.
    pub const GIT_SSL_CIPHER_LIST: &str = "GIT_SSL_CIPHER_LIST";
    /// Instead of git's `http.userAgent`.
    pub const GIT_HTTP_USER_AGENT: &str = "GIT_HTTP_USER_AGENT";
    /// Instead of git's `http.lowSpeedLimit`, in bytes a second.
    pub const GIT_HTTP_LOW_SPEED_LIMIT: &str = "GIT_HTTP_LOW_SPEED_LIMIT";
    /// Instead of git's `http.lowSpeedTime`, in seconds.
    pub const GIT_HTTP_LOW_SPEED_TIME: &str = "GIT_HTTP_LOW_SPEED_TIME";
    /// Instead of git's `http.maxRetries`.
    pub const GIT_HTTP_MAX_RETRIES: &str = "GIT_HTTP_MAX_RETRIES";
    /// Instead of git's `http.retryAfter`, in seconds.
    pub const GIT_HTTP_RETRY_AFTER: &str = "GIT_HTTP_RETRY_AFTER";
    /// Instead of git's `http.maxRetryTime`, in seconds.
    pub const GIT_HTTP_MAX_RETRY_TIME: &str = "GIT_HTTP_MAX_RETRY_TIME";
    /// Instead of git's `http.keepAliveIdle`, in seconds.
    pub const GIT_TCP_KEEPIDLE: &str = "GIT_TCP_KEEPIDLE";
    /// Instead of git's `http.keepAliveInterval`, in seconds.
    pub const GIT_TCP_KEEPINTVL: &str = "GIT_TCP_KEEPINTVL";
    /// Instead of git's `http.keepAliveCount`.
    pub const GIT_TCP_KEEPCNT: &str = "GIT_TCP_KEEPCNT";
    /// Where the trace of the HTTP conversation goes, as git has it: `1`, a file descriptor, a path.
    pub const GIT_TRACE_CURL: &str = "GIT_TRACE_CURL";
    /// The same on standard error, without bodies.
    pub const GIT_CURL_VERBOSE: &str = "GIT_CURL_VERBOSE";
    /// Keeps bodies out of the trace.
    pub const GIT_TRACE_CURL_NO_DATA: &str = "GIT_TRACE_CURL_NO_DATA";
}

/// What a program was started with.
///
/// Neither `Debug` nor `Clone`: the environment may hold secrets.
pub struct World {
    arguments: Vec<OsString>,
    environment: HashMap<OsString, OsString>,
    home: Option<PathBuf>,
    account_home: Option<PathBuf>,
    program: Option<PathBuf>,
    can_ask: bool,
    clock: fn() -> OffsetDateTime,
    git_config: OnceCell<GitConfig>,
    git_asked: RefCell<Option<Asked>>,
}

impl World {
    /// Takes the snapshot of this process: the one place that reads it.
    #[expect(
        clippy::disallowed_methods,
        reason = "World is the owner of the process's surroundings"
    )]
    #[must_use]
    pub fn from_process() -> Self {
        let environment: HashMap<_, _> = std::env::vars_os().collect();
        let home = match environment.get(OsStr::new(variable::HOME)) {
            Some(home) if !home.is_empty() => Some(PathBuf::from(home)),
            // Lifecycle scripts and daemons run without HOME: the password database knows it.
            _ => directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned()),
        };
        // Remote sessions may start in "/", which is the home of nobody.
        let account_home = match &home {
            Some(home) if home == Path::new("/") => home_of_this_user().or(Some(home.clone())),
            home => home.clone(),
        };
        Self {
            arguments: std::env::args_os().skip(1).collect(),
            environment,
            home,
            account_home,
            program: std::env::current_exe().ok(),
            can_ask: std::io::stdin().is_terminal() && std::io::stderr().is_terminal(),
            clock: OffsetDateTime::now_utc,
            git_config: OnceCell::new(),
            git_asked: RefCell::default(),
        }
    }

    /// Makes a world for a test; git's configuration is empty in it.
    #[must_use]
    pub fn new(
        arguments: &[&str],
        environment: &[(&str, &str)],
        home: &Path,
        clock: fn() -> OffsetDateTime,
    ) -> Self {
        Self {
            arguments: arguments.iter().map(OsString::from).collect(),
            environment: environment
                .iter()
                .map(|(name, value)| (OsString::from(name), OsString::from(value)))
                .collect(),
            home: Some(home.to_owned()),
            account_home: Some(home.to_owned()),
            program: None,
            can_ask: false,
            clock,
            git_config: GitConfig::parse(b"").into(),
            git_asked: RefCell::default(),
        }
    }

    /// A world with nothing but an environment, at the epoch.
    #[cfg(test)]
    pub(crate) fn of(environment: &[(&str, &str)]) -> Self {
        Self::new(&[], environment, Path::new("/home/x"), || {
            OffsetDateTime::UNIX_EPOCH
        })
    }

    /// A world with git configuration, as `git config -z --list` writes it.
    #[cfg(test)]
    pub(crate) fn with_git_config(mut self, list: &str) -> Self {
        self.git_config = GitConfig::parse(list.as_bytes()).into();
        self
    }

    /// The command line after the program's name.
    #[must_use]
    pub fn arguments(&self) -> &[OsString] {
        &self.arguments
    }

    /// An environment variable's text; an empty one counts as unset, as in botocore.
    ///
    /// Bytes that are not UTF-8 are replaced: such a profile or region is then not found, by name.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<String> {
        let value = self.environment.get(OsStr::new(name))?;
        (!value.is_empty()).then(|| value.to_string_lossy().into_owned())
    }

    /// The first of several variables that is set.
    #[must_use]
    pub fn first_variable(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.variable(name))
    }

    /// An environment variable's text, which may be empty.
    #[must_use]
    pub fn raw_variable(&self, name: &str) -> Option<String> {
        let value = self.environment.get(OsStr::new(name))?;
        Some(value.to_string_lossy().into_owned())
    }

    /// A path in an environment variable; an empty one counts as unset.
    #[must_use]
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        let value = self.environment.get(OsStr::new(name))?;
        (!value.is_empty()).then(|| PathBuf::from(value))
    }

    /// An environment variable that holds a secret.
    #[must_use]
    pub fn secret(&self, name: &str) -> Option<Secret> {
        self.variable(name).map(Secret::new)
    }

    /// Whether a variable says `true`, in any case.
    #[must_use]
    pub fn is_true(&self, name: &str) -> bool {
        self.variable(name)
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// The person's home directory.
    #[must_use]
    pub fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// The home directory of the user that this runs as: `HOME`, but for a `HOME` of `/`, which some
    /// sessions start with, what the password database says.
    #[must_use]
    pub fn account_home(&self) -> Option<&Path> {
        self.account_home.as_deref()
    }

    /// The file that this program was started from.
    #[must_use]
    pub fn program(&self) -> Option<&Path> {
        self.program.as_deref()
    }

    /// Whether a person sits at both standard input and standard error.
    #[must_use]
    pub fn can_ask(&self) -> bool {
        self.can_ask
    }

    /// Asks git for its configuration, whose answer [`git_config`](Self::git_config) will wait for. A
    /// failure shows there.
    pub fn ask_git_config(&self) {
        if self.git_config.get().is_none() && self.git_asked.borrow().is_none() {
            *self.git_asked.borrow_mut() = GitConfig::ask().ok();
        }
    }

    /// Git's configuration; git is asked at the first call, and not again in this run.
    ///
    /// # Errors
    /// If git is not there or refuses one of its files.
    pub fn git_config(&self) -> Result<&GitConfig, git_config::Error> {
        if let Some(config) = self.git_config.get() {
            return Ok(config);
        }
        let asked = match self.git_asked.take() {
            Some(asked) => asked,
            None => GitConfig::ask()?,
        };
        let config = asked.answer()?;
        Ok(self.git_config.get_or_init(|| config))
    }

    /// The file in which Studio writes down what app this is; there is none elsewhere.
    #[must_use]
    pub fn studio_metadata(&self) -> &Path {
        Path::new("/opt/ml/metadata/resource-metadata.json")
    }

    /// The time now, UTC.
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        (self.clock)()
    }
}

/// The home directory that `/etc/passwd` names for this process's user.
#[cfg(unix)]
fn home_of_this_user() -> Option<PathBuf> {
    use std::os::unix::fs::MetadataExt as _;
    let user = std::fs::metadata("/proc/self").ok()?.uid().to_string();
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let user = users
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields.get(2) == Some(&user.as_str()))?;
    user.get(5).map(PathBuf::from)
}

/// There is no such file here.
#[cfg(not(unix))]
fn home_of_this_user() -> Option<PathBuf> {
    None
}

/// The person's terminal, for questions: standard input is git's.
///
/// # Errors
/// If this process has no terminal.
pub fn terminal() -> std::io::Result<std::fs::File> {
    std::fs::File::options()
        .read(true)
        .write(true)
        .open("/dev/tty")
}

/// A handle on standard output, by which one can see that nobody reads it any more.
///
/// # Errors
/// If standard output is closed.
#[cfg(unix)]
pub(crate) fn standard_output_handle() -> std::io::Result<std::os::fd::OwnedFd> {
    use std::os::fd::AsFd as _;
    std::io::stdout().as_fd().try_clone_to_owned()
}

/// Standard output as a plain file: `std::io::Stdout` would search every pack for line ends.
///
/// # Errors
/// If standard output is closed.
#[cfg(unix)]
pub fn standard_output() -> std::io::Result<std::fs::File> {
    Ok(std::fs::File::from(standard_output_handle()?))
}

/// Standard output.
///
/// # Errors
/// Never, here.
#[cfg(not(unix))]
pub fn standard_output() -> std::io::Result<std::io::StdoutLock<'static>> {
    Ok(std::io::stdout().lock())
}
