//! What a local AWS lets tests see of what happened to it.

use crate::record::{Connection, Request, Service};
use crate::{LocalAws, proxy};

/// The record.
impl LocalAws {
    /// The requests to CodeCommit's API.
    #[must_use]
    pub fn codecommit_requests(&self) -> Vec<Request> {
        self.requests_to(Service::CodeCommit)
    }

    /// All requests in the order of their arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.state.record.requests()
    }

    /// All TCP connections in the order of their opening, those that never carried a request too.
    #[must_use]
    pub fn connections(&self) -> Vec<Connection> {
        self.state.record.connections()
    }

    /// The requests to the git host.
    #[must_use]
    pub fn git_requests(&self) -> Vec<Request> {
        self.requests_to(Service::Git)
    }

    /// The requests to STS.
    #[must_use]
    pub fn sts_requests(&self) -> Vec<Request> {
        self.requests_to(Service::Sts)
    }

    /// The requests to IAM Identity Center and AWS Sign-In.
    #[must_use]
    pub fn sign_in_requests(&self) -> Vec<Request> {
        let services = [Service::Sso, Service::SsoOidc, Service::SignIn];
        let mut requests = self.requests();
        requests.retain(|request| services.contains(&request.service));
        requests
    }

    /// The requests to the container endpoint.
    #[must_use]
    pub fn container_requests(&self) -> Vec<Request> {
        self.requests_to(Service::Container)
    }

    /// The requests to the proxy, CONNECT and others; what goes through a tunnel is also a request of its service.
    #[must_use]
    pub fn proxy_requests(&self) -> Vec<Request> {
        self.requests_to(Service::Proxy)
    }

    /// The requests to the SOCKS5 proxy; their status is its reply (0: granted).
    #[must_use]
    pub fn socks_requests(&self) -> Vec<Request> {
        self.requests_to(Service::Socks)
    }

    /// Forgets all requests and connections; canaries stay.
    pub fn clear_record(&self) {
        self.state.record.clear();
    }

    /// Every secret there is: secret keys and session tokens issued, the container token, web identity tokens, tokens of
    /// sign-ins, the proxies' password, and of every request the git
    /// password, its signature, the base64 of the Basic authorization, the signature to STS.
    #[must_use]
    pub fn canaries(&self) -> Vec<String> {
        let mut canaries = self.state.identities.secrets();
        canaries.extend(self.state.container.token.clone());
        if let Some(credentials) = &self.state.proxy_credentials {
            canaries.extend([credentials.1.clone(), proxy::basic(credentials)]);
        }
        canaries.extend(self.state.sign_in.secrets());
        canaries.extend(self.state.roles.web_identity_tokens());
        canaries.extend(self.state.record.secrets());
        canaries
    }

    fn requests_to(&self, service: Service) -> Vec<Request> {
        self.requests()
            .into_iter()
            .filter(|request| request.service == service)
            .collect()
    }
}
