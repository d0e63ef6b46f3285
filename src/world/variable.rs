//! Every environment variable read here, once.

/// Profile to use when the address names none. botocore prefers it to [`AWS_PROFILE`].
pub(crate) const AWS_DEFAULT_PROFILE: &str = "AWS_DEFAULT_PROFILE";
/// Profile to use when the address names none.
pub(crate) const AWS_PROFILE: &str = "AWS_PROFILE";
/// Region; beats the profile's `region`.
pub(crate) const AWS_DEFAULT_REGION: &str = "AWS_DEFAULT_REGION";
/// Region when neither [`AWS_DEFAULT_REGION`] nor the profile gives one.
pub(crate) const AWS_REGION: &str = "AWS_REGION";
/// Path of the config file instead of `~/.aws/config`.
pub(crate) const AWS_CONFIG_FILE: &str = "AWS_CONFIG_FILE";
/// Path of the credentials file instead of `~/.aws/credentials`.
pub(crate) const AWS_SHARED_CREDENTIALS_FILE: &str = "AWS_SHARED_CREDENTIALS_FILE";
/// Access key id of the environment source.
pub(crate) const AWS_ACCESS_KEY_ID: &str = "AWS_ACCESS_KEY_ID";
/// Secret access key of the environment source. Secret.
pub(crate) const AWS_SECRET_ACCESS_KEY: &str = "AWS_SECRET_ACCESS_KEY";
/// Session token of the environment source, the older name, which botocore reads first. Secret.
pub(crate) const AWS_SECURITY_TOKEN: &str = "AWS_SECURITY_TOKEN";
/// Session token of the environment source. Secret.
pub(crate) const AWS_SESSION_TOKEN: &str = "AWS_SESSION_TOKEN";
/// The account of the keys in the environment.
pub(crate) const AWS_ACCOUNT_ID: &str = "AWS_ACCOUNT_ID";
/// When the keys of the environment expire, as `aws configure export-credentials` writes it.
pub(crate) const AWS_CREDENTIAL_EXPIRATION: &str = "AWS_CREDENTIAL_EXPIRATION";
/// File with a web identity token: the environment's role is then assumed with it.
pub(crate) const AWS_WEB_IDENTITY_TOKEN_FILE: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";
/// The role for [`AWS_WEB_IDENTITY_TOKEN_FILE`]; nothing else reads it.
pub(crate) const AWS_ROLE_ARN: &str = "AWS_ROLE_ARN";
/// The session's name for [`AWS_WEB_IDENTITY_TOKEN_FILE`]; nothing else reads it.
pub(crate) const AWS_ROLE_SESSION_NAME: &str = "AWS_ROLE_SESSION_NAME";
/// Folder of the tokens of `aws login` instead of `~/.aws/login/cache`.
pub(crate) const AWS_LOGIN_CACHE_DIRECTORY: &str = "AWS_LOGIN_CACHE_DIRECTORY";
/// Path below `http://169.254.170.2`; beats [`AWS_CONTAINER_CREDENTIALS_FULL_URI`].
pub(crate) const AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: &str =
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
/// URL of the container credentials endpoint.
pub(crate) const AWS_CONTAINER_CREDENTIALS_FULL_URI: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
/// File with the endpoint's Authorization header; beats [`AWS_CONTAINER_AUTHORIZATION_TOKEN`].
pub(crate) const AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: &str =
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
/// The container endpoint's Authorization header. Secret.
pub(crate) const AWS_CONTAINER_AUTHORIZATION_TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
/// `true` switches the EC2 instance metadata source off.
pub(crate) const AWS_EC2_METADATA_DISABLED: &str = "AWS_EC2_METADATA_DISABLED";
/// Base URL of the instance metadata service.
pub(crate) const AWS_EC2_METADATA_SERVICE_ENDPOINT: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
/// `IPv4` or `IPv6`: which address the service has.
pub(crate) const AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: &str =
    "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE";
/// Seconds to wait for the service.
pub(crate) const AWS_METADATA_SERVICE_TIMEOUT: &str = "AWS_METADATA_SERVICE_TIMEOUT";
/// How many times the service is asked.
pub(crate) const AWS_METADATA_SERVICE_NUM_ATTEMPTS: &str = "AWS_METADATA_SERVICE_NUM_ATTEMPTS";
/// STS endpoint instead of the regional one.
pub(crate) const AWS_ENDPOINT_URL_STS: &str = "AWS_ENDPOINT_URL_STS";
/// Endpoint of CodeCommit's API instead of the regional one; the git host is another.
pub(crate) const AWS_ENDPOINT_URL_CODECOMMIT: &str = "AWS_ENDPOINT_URL_CODECOMMIT";
/// Endpoint of every AWS service that has none of its own.
pub(crate) const AWS_ENDPOINT_URL: &str = "AWS_ENDPOINT_URL";
/// PEM file, or folder of them, of certificate authorities to trust beside the system's.
pub(crate) const AWS_CA_BUNDLE: &str = "AWS_CA_BUNDLE";
/// The same, as botocore knows it.
pub(crate) const REQUESTS_CA_BUNDLE: &str = "REQUESTS_CA_BUNDLE";
/// The same, as OpenSSL knows it.
pub(crate) const SSL_CERT_FILE: &str = "SSL_CERT_FILE";
/// Folders of certificate authorities, as OpenSSL knows them.
pub(crate) const SSL_CERT_DIR: &str = "SSL_CERT_DIR";
/// `true` chooses the FIPS host names.
pub(crate) const AWS_USE_FIPS_ENDPOINT: &str = "AWS_USE_FIPS_ENDPOINT";
/// `host[:port]` of the git host instead of the regional one (git-remote-codecommit's name).
pub(crate) const CODE_COMMIT_ENDPOINT: &str = "CODE_COMMIT_ENDPOINT";
/// The transports git may use, where somebody limits them.
pub(crate) const GIT_ALLOW_PROTOCOL: &str = "GIT_ALLOW_PROTOCOL";
/// What `git -c` sets, in git's own notation.
pub(crate) const GIT_CONFIG_PARAMETERS: &str = "GIT_CONFIG_PARAMETERS";
/// `1` writes a trace without secrets to standard error.
pub(crate) const GIT_CODECOMMIT_TRACE: &str = "GIT_CODECOMMIT_TRACE";
/// The name of a Studio space.
pub(crate) const SAGEMAKER_SPACE_NAME: &str = "SAGEMAKER_SPACE_NAME";
/// `shared` in a SageMaker space that several people use at once, as one and the same user.
pub(crate) const SAGEMAKER_SPACE_TYPE_LOWERCASE: &str = "SAGEMAKER_SPACE_TYPE_LOWERCASE";
/// `true` chooses host names that also have IPv6 addresses.
pub(crate) const AWS_USE_DUALSTACK_ENDPOINT: &str = "AWS_USE_DUALSTACK_ENDPOINT";
/// `true` makes every configured endpoint URL count for nothing.
pub(crate) const AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: &str = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";
/// How many times an AWS request is made before it counts as failed.
pub(crate) const AWS_MAX_ATTEMPTS: &str = "AWS_MAX_ATTEMPTS";
/// `standard`, `adaptive` or `legacy`.
pub(crate) const AWS_RETRY_MODE: &str = "AWS_RETRY_MODE";
/// Git's program that asks the person for a secret; empty: none.
pub(crate) const GIT_ASKPASS: &str = "GIT_ASKPASS";
/// The same, for ssh, where [`GIT_ASKPASS`] and `core.askPass` are not set.
pub(crate) const SSH_ASKPASS: &str = "SSH_ASKPASS";
/// The person's languages in their order, separated by colons.
pub(crate) const LANGUAGE: &str = "LANGUAGE";
/// The locale of messages: the first that is set counts (POSIX, "Environment Variables").
pub(crate) const LOCALE: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];
/// `0` forbids questions on the terminal.
pub(crate) const GIT_TERMINAL_PROMPT: &str = "GIT_TERMINAL_PROMPT";
/// Anything in it forbids colours.
pub(crate) const NO_COLOR: &str = "NO_COLOR";
/// The kind of terminal; `dumb` can neither colour nor go back in a line.
pub(crate) const TERM: &str = "TERM";
/// The program that shows the terminal.
pub(crate) const TERM_PROGRAM: &str = "TERM_PROGRAM";
/// Settings of the layer below Git Bash, separated by blanks.
pub(crate) const MSYS: &str = "MSYS";
/// `0`: the URL does not come from the person, as in a submodule.
pub(crate) const GIT_PROTOCOL_FROM_USER: &str = "GIT_PROTOCOL_FROM_USER";
/// The person's browser, and blanks and options.
pub(crate) const BROWSER: &str = "BROWSER";
/// The X server, where there is a graphical session.
pub(crate) const DISPLAY: &str = "DISPLAY";
/// The Wayland compositor, where there is a graphical session.
pub(crate) const WAYLAND_DISPLAY: &str = "WAYLAND_DISPLAY";
pub(crate) const HOME: &str = "HOME";
pub(crate) const PATH: &str = "PATH";
/// The repository's git folder, where git runs in one.
pub(crate) const GIT_DIR: &str = "GIT_DIR";
/// Number of settings in `GIT_CONFIG_KEY_n` and `GIT_CONFIG_VALUE_n`.
pub(crate) const GIT_CONFIG_COUNT: &str = "GIT_CONFIG_COUNT";
/// The person's git configuration, instead of `~/.gitconfig`.
pub(crate) const GIT_CONFIG_GLOBAL: &str = "GIT_CONFIG_GLOBAL";
/// Folder of the person's settings, instead of `~/.config`.
pub(crate) const XDG_CONFIG_HOME: &str = "XDG_CONFIG_HOME";
/// Login name, used in the default role session name.
pub(crate) const USER: &str = "USER";
/// Login name where `USER` is not set.
pub(crate) const LOGNAME: &str = "LOGNAME";
/// Proxy variables in the order curl reads them: the lower-case name wins.
pub(crate) const HTTPS_PROXY: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
/// Hosts that are reached without a proxy; the lower-case name wins.
pub(crate) const NO_PROXY: [&str; 2] = ["no_proxy", "NO_PROXY"];
/// Overrides git's own configuration key `http.proxyAuthMethod`.
pub(crate) const GIT_HTTP_PROXY_AUTHMETHOD: &str = "GIT_HTTP_PROXY_AUTHMETHOD";
/// Switches off the check of the git host's certificate.
pub(crate) const GIT_SSL_NO_VERIFY: &str = "GIT_SSL_NO_VERIFY";
/// Overrides git's own configuration key `http.sslCAInfo`.
pub(crate) const GIT_SSL_CAINFO: &str = "GIT_SSL_CAINFO";
/// Overrides git's own configuration key `http.sslCAPath`.
pub(crate) const GIT_SSL_CAPATH: &str = "GIT_SSL_CAPATH";
/// Overrides git's own configuration key `http.proxySSLCAInfo`.
pub(crate) const GIT_PROXY_SSL_CAINFO: &str = "GIT_PROXY_SSL_CAINFO";
/// Overrides git's own configuration key `http.proxySSLCert`.
pub(crate) const GIT_PROXY_SSL_CERT: &str = "GIT_PROXY_SSL_CERT";
/// Overrides git's own configuration key `http.sslCert`.
pub(crate) const GIT_SSL_CERT: &str = "GIT_SSL_CERT";
/// Overrides git's own configuration key `http.sslKey`.
pub(crate) const GIT_SSL_KEY: &str = "GIT_SSL_KEY";
/// Overrides git's own configuration key `http.sslCertType`.
pub(crate) const GIT_SSL_CERT_TYPE: &str = "GIT_SSL_CERT_TYPE";
/// Overrides git's own configuration key `http.sslKeyType`.
pub(crate) const GIT_SSL_KEY_TYPE: &str = "GIT_SSL_KEY_TYPE";
/// Overrides git's own configuration key `http.sslVersion`.
pub(crate) const GIT_SSL_VERSION: &str = "GIT_SSL_VERSION";
/// Overrides git's own configuration key `http.sslCipherList`.
pub(crate) const GIT_SSL_CIPHER_LIST: &str = "GIT_SSL_CIPHER_LIST";
/// Overrides git's own configuration key `http.userAgent`.
pub(crate) const GIT_HTTP_USER_AGENT: &str = "GIT_HTTP_USER_AGENT";
/// Overrides git's own configuration key `http.lowSpeedLimit`, in bytes a second.
pub(crate) const GIT_HTTP_LOW_SPEED_LIMIT: &str = "GIT_HTTP_LOW_SPEED_LIMIT";
/// Overrides git's own configuration key `http.lowSpeedTime`, in seconds.
pub(crate) const GIT_HTTP_LOW_SPEED_TIME: &str = "GIT_HTTP_LOW_SPEED_TIME";
/// Overrides git's own configuration key `http.maxRetries`.
pub(crate) const GIT_HTTP_MAX_RETRIES: &str = "GIT_HTTP_MAX_RETRIES";
/// Overrides git's own configuration key `http.retryAfter`, in seconds.
pub(crate) const GIT_HTTP_RETRY_AFTER: &str = "GIT_HTTP_RETRY_AFTER";
/// Overrides git's own configuration key `http.maxRetryTime`, in seconds.
pub(crate) const GIT_HTTP_MAX_RETRY_TIME: &str = "GIT_HTTP_MAX_RETRY_TIME";
/// Overrides git's own configuration key `http.keepAliveIdle`, in seconds.
pub(crate) const GIT_TCP_KEEPIDLE: &str = "GIT_TCP_KEEPIDLE";
/// Overrides git's own configuration key `http.keepAliveInterval`, in seconds.
pub(crate) const GIT_TCP_KEEPINTVL: &str = "GIT_TCP_KEEPINTVL";
/// Overrides git's own configuration key `http.keepAliveCount`.
pub(crate) const GIT_TCP_KEEPCNT: &str = "GIT_TCP_KEEPCNT";
/// Where the trace of the HTTP conversation goes, as git has it: `1`, a file descriptor, a path.
pub(crate) const GIT_TRACE_CURL: &str = "GIT_TRACE_CURL";
/// The same on standard error, without bodies.
pub(crate) const GIT_CURL_VERBOSE: &str = "GIT_CURL_VERBOSE";
/// Keeps bodies out of the trace.
pub(crate) const GIT_TRACE_CURL_NO_DATA: &str = "GIT_TRACE_CURL_NO_DATA";
