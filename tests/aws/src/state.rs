//! What all services of one local AWS share.

use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use time::macros::format_description;
use time::{Duration, OffsetDateTime};

use crate::container::Endpoint;
use crate::fault::Faults;
use crate::keys::Identities;
use crate::lfs::Lfs;
use crate::record::Record;
use crate::replay::Replay;
use crate::repositories::Repositories;
use crate::roles::{MfaCodes, Roles};
use crate::sign_in::SignIn;

/// Which versions of git's protocol the host speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// Version 0 alone, with the capabilities CodeCommit publishes; `Git-Protocol` is not heard.
    #[default]
    V0Only,
    /// Versions 0, 1 and 2 as asked, with all that the local git can do.
    Any,
}

/// The shared state.
pub(crate) struct State {
    pub(crate) started: Instant,
    pub(crate) region: String,
    pub(crate) protocol: Protocol,
    pub(crate) replay: Replay,
    pub(crate) container: Endpoint,
    pub(crate) repositories: Repositories,
    pub(crate) identities: Identities,
    pub(crate) roles: Roles,
    pub(crate) mfa_codes: MfaCodes,
    pub(crate) sign_in: SignIn,
    pub(crate) lfs: Lfs,
    /// The most repositories in a page of the API's list.
    pub(crate) page_size: usize,
    /// Regions in which STS is not activated.
    pub(crate) disabled_regions: Vec<String>,
    /// The source identity of the execution role's session.
    pub(crate) source_identity: Option<String>,
    pub(crate) lifetimes: Mutex<Lifetimes>,
    /// User and password that both proxies ask for.
    pub(crate) proxy_credentials: Option<(String, String)>,
    /// The round trip to the TLS services.
    pub(crate) round_trip: Mutex<std::time::Duration>,
    pub(crate) faults: Faults,
    pub(crate) record: Record,
    pub(crate) connections: AtomicU64,
    pub(crate) clock: Clock,
}

impl State {
    pub(crate) fn lifetimes(&self) -> MutexGuard<'_, Lifetimes> {
        self.lifetimes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn round_trip(&self) -> MutexGuard<'_, std::time::Duration> {
        self.round_trip
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn session_lifetime(&self) -> Option<Duration> {
        self.lifetimes().session
    }

    pub(crate) fn container_lifetime(&self) -> Option<Duration> {
        self.lifetimes().container
    }
}

/// How long issued keys live, where a test wants something else than what was asked for.
#[derive(Default)]
pub(crate) struct Lifetimes {
    pub(crate) session: Option<Duration>,
    pub(crate) container: Option<Duration>,
}

/// The services' clock: the system's plus an offset.
#[derive(Default)]
pub(crate) struct Clock(Mutex<Duration>);

impl Clock {
    pub(crate) fn set_offset(&self, offset: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = offset;
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc() + *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `at` as the `Date` header writes it.
pub(crate) fn http_date(at: OffsetDateTime) -> String {
    let format = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    at.format(format).expect("a time has all its parts")
}

/// `at` as AWS writes it in JSON and XML: `2026-01-02T03:04:05Z`.
pub(crate) fn iso8601(at: OffsetDateTime) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    at.format(format).expect("a time has all its parts")
}
