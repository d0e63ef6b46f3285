//! The record of requests.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The services of a local AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// The container credentials endpoint.
    Container,
    /// The Security Token Service.
    Sts,
    /// CodeCommit's git host.
    Git,
    /// CodeCommit's API.
    CodeCommit,
    /// IAM Identity Center's portal, which hands out keys of roles.
    Sso,
    /// IAM Identity Center's OIDC service, which refreshes tokens.
    SsoOidc,
    /// AWS Sign-In, which refreshes what `aws login` began.
    SignIn,
    /// The HTTP CONNECT proxy.
    Proxy,
    /// The SOCKS5 proxy.
    Socks,
}

/// Which form of the `Host` header a git password signs. Without a port in the header the two are equal and
/// [`WithoutPort`](Self::WithoutPort) is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedHost {
    /// `localhost:8443`, as git-remote-codecommit signs.
    WithPort,
    /// `localhost`, as `aws codecommit credential-helper` signs.
    WithoutPort,
}

/// What became of a request's authorization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Auth {
    /// The request brought none.
    None,
    /// The bearer's token was right: the container endpoint's, a web identity's, a sign-in's.
    Token,
    /// The signature was right (which says nothing about permissions).
    Ok {
        /// The caller.
        arn: String,
        /// The key that signed.
        access_key_id: String,
        /// The host that was signed.
        signed_host: SignedHost,
    },
    /// It was refused, for this reason.
    Rejected(String),
}

/// What an STS request asked for, and who signed it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StsCall {
    /// `AssumeRole`, `AssumeRoleWithWebIdentity` or `GetCallerIdentity`.
    pub action: String,
    /// `RoleArn`.
    pub role_arn: Option<String>,
    /// `RoleSessionName`.
    pub session_name: Option<String>,
    /// `ExternalId`.
    pub external_id: Option<String>,
    /// `DurationSeconds`.
    pub duration_seconds: Option<u32>,
    /// `SerialNumber` of an MFA device.
    pub serial_number: Option<String>,
    /// `TokenCode` of an MFA device.
    pub token_code: Option<String>,
    /// `SourceIdentity`.
    pub source_identity: Option<String>,
    /// The region in the scope of the signature; in the host's name if there is none.
    pub region: String,
    /// The access key id in the scope of the signature.
    pub signer: String,
    /// Every parameter of the form, in the order sent.
    pub parameters: Vec<(String, String)>,
}

/// One request as a service saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Counts all requests of a local AWS from 0; not set back by `clear_record`.
    pub index: u64,
    /// The service asked.
    pub service: Service,
    /// Counts all connections of a local AWS from 0.
    pub connection: u64,
    /// When that connection was opened, counted (as all times here) from the start of the local AWS.
    pub connection_opened: Duration,
    /// Whether that connection showed a client's certificate.
    pub client_certificate: bool,
    /// When the head of the request had arrived.
    pub arrived: Duration,
    /// When the head of the answer was ready; `None` before, and after a reset.
    pub answered: Option<Duration>,
    /// The method.
    pub method: String,
    /// The path; for CONNECT the `host:port` target, for a forward request through the proxy the whole URL.
    pub path: String,
    /// The query without `?`, empty if there is none.
    pub query: String,
    /// The `Host` header.
    pub host: String,
    /// The `Git-Protocol` header.
    pub git_protocol: Option<String>,
    /// The `Content-Type` header.
    pub content_type: Option<String>,
    /// The `Content-Length` header.
    pub content_length: Option<u64>,
    /// Whether the body came with `Transfer-Encoding: chunked`.
    pub chunked: bool,
    /// The `Content-Encoding` header.
    pub content_encoding: Option<String>,
    /// The `Accept` header.
    pub accept: Option<String>,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// All headers but those that hold secrets (`Authorization` and its like, session tokens); names in lower case.
    pub headers: Vec<(String, String)>,
    /// What became of the authorization.
    pub authorization: Auth,
    /// The status answered; `None` before the answer and after a reset.
    pub status: Option<u16>,
    /// Bytes of the request's body read so far, as on the wire (chunk framing apart).
    pub request_body: u64,
    /// The same less its `Content-Encoding: gzip`; equal to `request_body` for any other.
    pub decoded_body: u64,
    /// Bytes of the answer's body sent so far.
    pub response_body: u64,
    /// The path that a git password was signed for; of Git LFS requests several will do.
    pub signed_path: Option<String>,
    /// The parameters of a sign-in service's request, decoded: of the query or the JSON body.
    pub parameters: Vec<(String, String)>,
    /// The user's name that a proxy was given.
    pub proxy_user: Option<String>,
    /// Whether the SOCKS5 proxy was given a name to look up, or an address.
    pub asked_by_name: Option<bool>,
    /// The details of an STS request.
    pub sts: Option<StsCall>,
}

impl StsCall {
    /// The value of a parameter, decoded.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl Request {
    /// A request of which only the connection is known.
    pub(crate) fn new(
        service: Service,
        connection: &crate::exchange::Connection,
        arrived: Duration,
    ) -> Self {
        Self {
            index: 0,
            service,
            connection: connection.number,
            connection_opened: connection.opened,
            client_certificate: connection.client_certificate,
            arrived,
            answered: None,
            method: String::new(),
            path: String::new(),
            query: String::new(),
            host: String::new(),
            git_protocol: None,
            content_type: None,
            content_length: None,
            chunked: false,
            content_encoding: None,
            accept: None,
            user_agent: None,
            headers: Vec::new(),
            authorization: Auth::None,
            status: None,
            request_body: 0,
            decoded_body: 0,
            response_body: 0,
            signed_path: None,
            parameters: Vec::new(),
            proxy_user: None,
            asked_by_name: None,
            sts: None,
        }
    }

    /// The value of a header by its lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The ARN of the caller if the signature was right.
    #[must_use]
    pub fn arn(&self) -> Option<&str> {
        match &self.authorization {
            Auth::Ok { arn, .. } => Some(arn),
            _ => None,
        }
    }
}

/// One TCP connection to a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Counts all connections of a local AWS from 0; [`Request::connection`] refers to it.
    pub number: u64,
    /// The service.
    pub service: Service,
    /// When it was accepted, counted from the start of the local AWS.
    pub opened: Duration,
    /// When its TLS handshake was done; `None` before, where it failed, and without TLS.
    pub secured: Option<Duration>,
}

/// Requests and secrets seen.
#[derive(Default)]
pub(crate) struct Record(Mutex<Entries>);

#[derive(Default)]
struct Entries {
    next: u64,
    requests: Vec<Request>,
    connections: Vec<Connection>,
    secrets: Vec<String>,
}

impl Record {
    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a request and gives it its index.
    pub(crate) fn push(&self, mut request: Request) -> u64 {
        let mut entries = self.lock();
        let index = entries.next;
        entries.next += 1;
        request.index = index;
        entries.requests.push(request);
        index
    }

    /// Changes the request `index`, unless the record was cleared since.
    pub(crate) fn update(&self, index: u64, change: impl FnOnce(&mut Request)) {
        if let Some(request) = self
            .lock()
            .requests
            .iter_mut()
            .rfind(|request| request.index == index)
        {
            change(request);
        }
    }

    pub(crate) fn open(&self, connection: Connection) {
        self.lock().connections.push(connection);
    }

    pub(crate) fn secure(&self, number: u64, at: Duration) {
        let mut entries = self.lock();
        let found = entries
            .connections
            .iter_mut()
            .rfind(|known| known.number == number);
        if let Some(connection) = found {
            connection.secured = Some(at);
        }
    }

    pub(crate) fn connections(&self) -> Vec<Connection> {
        self.lock().connections.clone()
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.lock().requests.clone()
    }

    pub(crate) fn clear(&self) {
        let mut entries = self.lock();
        entries.requests.clear();
        entries.connections.clear();
    }

    pub(crate) fn add_secret(&self, secret: &str) {
        let mut entries = self.lock();
        if !secret.is_empty() && !entries.secrets.iter().any(|known| known == secret) {
            entries.secrets.push(secret.to_owned());
        }
    }

    pub(crate) fn secrets(&self) -> Vec<String> {
        self.lock().secrets.clone()
    }
}
