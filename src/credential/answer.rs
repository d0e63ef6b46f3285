//! What one request of git is answered.

use super::codec::{Answer, Request};
use super::error::Error;
use crate::aws::signature;
use crate::credentials::Resolver;
use crate::error::Error as AnyError;
use crate::git::version::GitVersion;
use crate::http::Http;
use crate::message::Notices;
use crate::target::{Overrides, RequestHost, Target};
use crate::world::World;

/// The first git that sends Authorization with every request when it has been given one (git commit ed0f7a62f7):
/// before it, requests above a megabyte fail.
const AUTHTYPE: (u32, u32) = (2, 54);

/// A request for a host that the helper answers for.
pub(super) struct Run<'a> {
    pub(super) world: &'a World,
    pub(super) notices: &'a dyn Notices,
    pub(super) request: &'a Request,
    pub(super) host: &'a RequestHost,
    pub(super) overrides: Overrides,
}

impl Run<'_> {
    /// Signs a user name and a password for the host and the path that git names.
    pub(super) fn sign(self) -> Result<Answer, AnyError> {
        let host = self.host.name.as_str();
        if self.request.path.as_deref().unwrap_or_default().is_empty() {
            let host = host.to_owned();
            return Err(Error::NoPath { host }.into());
        }
        let path = self.request.signed_path();
        let is_odd =
            |c: char| c.is_control() || matches!(c, '?' | '#' | char::REPLACEMENT_CHARACTER);
        if !self.host.serves(&path) || path.contains(is_odd) {
            let form = self.host.service.form();
            return Err(Error::Path { path, form }.into());
        }
        let target = Target::of_request(self.world, self.host, &path, self.overrides)?;
        let profile = target.choice.to_string();
        self.notices.trace(|| format!("{host}{path} as {profile}"));
        let http = Http::new(self.world, target.ca_bundle());
        let credentials = Resolver::new(&target, &http, self.notices)?.resolve_blocking()?;
        let now = self.world.now();
        let auth = signature::sign(&credentials, &target.region, host, &path, now);
        // Git's other helpers are then not told to store it (osxkeychain keeps passwords for ever).
        let (major, minor) = AUTHTYPE;
        let as_header = self.request.offers_authtype
            && GitVersion::ask().is_ok_and(|git| git.is_at_least(major, minor));
        Ok(Answer { auth, as_header })
    }

    /// Forgets the cached session whose key git was refused with.
    ///
    /// Nothing is said of what goes wrong: git erases in passing, and the next `get` will say it.
    pub(super) fn erase(self) {
        let notices = self.notices;
        if let Err(error) = self.forget() {
            notices.trace(|| format!("nothing erased: {error}"));
        }
    }

    fn forget(self) -> Result<(), AnyError> {
        let Some(access_key_id) = &self.request.access_key_id else {
            return Ok(());
        };
        let path = self.request.signed_path();
        let target = Target::of_request(self.world, self.host, &path, self.overrides)?;
        let http = Http::new(self.world, target.ca_bundle());
        Resolver::new(&target, &http, self.notices)?.forget_key(access_key_id);
        Ok(())
    }
}
