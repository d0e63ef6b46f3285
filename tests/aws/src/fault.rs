//! Failures on demand.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::record::Service;

/// A failure that the next matching request meets, after its authorization was checked and recorded.
#[derive(Clone, Debug)]
pub struct Fault {
    service: Service,
    method: Option<String>,
    path: Option<String>,
    after: u32,
    times: u32,
    action: Action,
}

/// What happens to a request that meets a [`Fault`].
#[derive(Clone, Debug)]
pub enum Action {
    /// This answer in place of the service's own.
    Status {
        /// The HTTP status.
        code: u16,
        /// The body, sent with its length.
        body: String,
        /// The `Content-Type`.
        content_type: String,
        /// More headers, such as `Retry-After`; a `Date` takes the place of the usual one.
        headers: Vec<(String, String)>,
    },
    /// 200 with a body that never ends: this beginning, then this again and again.
    Endless {
        /// The `Content-Type`.
        content_type: String,
        /// What comes first.
        beginning: Vec<u8>,
        /// What comes from then on.
        repeated: Vec<u8>,
    },
    /// The connection is reset before any answer.
    Reset,
    /// The request waits, then goes on (to the next fault that matches, if there is one).
    Delay(Duration),
    /// The git host reads the request to its end before it does what the next fault wants.
    ReadFirst,
    /// The headers of the usual answer, so many bytes of its body, then the connection is dropped.
    CutBody(u64),
    /// The headers of the usual answer, so many bytes of its body, then nothing more on an open connection.
    StallBody(u64),
    /// The first bytes of the usual answer's body, so many, in an answer that HTTP sees as whole.
    KeepBody(u64),
    /// The usual answer's body less its last bytes, so many, in an answer that HTTP sees as whole.
    DropTail(usize),
    /// The answer comes as usual; so long after the request the connection is closed, without notice.
    CloseLater(Duration),
    /// The answer comes as usual; the next request on its connection, if it comes so long after this one, is read and meets
    /// a reset: the host had given the connection up, and the news crossed the request on its way.
    ForgetLater(Duration),
    /// The same path and query on another host.
    Redirect {
        /// 301, 302, 307 or 308.
        code: u16,
        /// `host:port`.
        authority: String,
    },
    /// The answer's `Date` is so much off the services' clock; the request goes on (to the next fault that matches).
    ShiftDate(time::Duration),
}

impl Action {
    /// An answer in plain text, which git prints as `remote: …` lines.
    #[must_use]
    pub fn status(code: u16, body: &str) -> Self {
        Self::Status {
            code,
            body: body.to_owned(),
            content_type: "text/plain; charset=utf-8".into(),
            headers: Vec::new(),
        }
    }

    /// An STS error as the Query API words it, such as 400 `Throttling`.
    #[must_use]
    pub fn sts_error(status: u16, code: &str, message: &str) -> Self {
        let body =
            crate::sts::error_document(code, message, "00000000-0000-4000-8000-000000000000");
        Self::Status {
            code: status,
            body,
            content_type: "text/xml".into(),
            headers: Vec::new(),
        }
    }

    /// STS's answer to callers that are too many: 400 `Throttling`, `Rate exceeded`.
    #[must_use]
    pub fn throttling() -> Self {
        Self::sts_error(400, "Throttling", "Rate exceeded")
    }

    /// A redirect to the same path and query at `authority`.
    #[must_use]
    pub fn redirect(code: u16, authority: &str) -> Self {
        Self::Redirect {
            code,
            authority: authority.to_owned(),
        }
    }

    /// Whether the request may meet another fault.
    fn goes_on(&self) -> bool {
        matches!(self, Self::Delay(_) | Self::ShiftDate(_) | Self::ReadFirst)
    }

    /// Sets the type of the body of a [`Status`](Self::Status); other actions stay as they are.
    #[must_use]
    pub fn content_type(mut self, value: &str) -> Self {
        if let Self::Status { content_type, .. } = &mut self {
            value.clone_into(content_type);
        }
        self
    }

    /// Adds a header to a [`Status`](Self::Status); other actions stay as they are.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Self::Status { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

impl Fault {
    /// A fault for the next request to `service`.
    #[must_use]
    pub fn new(service: Service, action: Action) -> Self {
        Self {
            service,
            method: None,
            path: None,
            after: 0,
            times: 1,
            action,
        }
    }

    /// Only for requests of this method.
    #[must_use]
    pub fn on_method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// Only for requests whose `path?query` contains `part`.
    #[must_use]
    pub fn on_path(mut self, part: &str) -> Self {
        self.path = Some(part.to_owned());
        self
    }

    /// Lets this many matching requests pass first.
    #[must_use]
    pub fn after(mut self, requests: u32) -> Self {
        self.after = requests;
        self
    }

    /// Strikes this many times in place of once.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Strikes until [`clear_faults`](crate::LocalAws::clear_faults).
    #[must_use]
    pub fn always(self) -> Self {
        self.times(u32::MAX)
    }
}

/// The faults in wait.
#[derive(Default)]
pub(crate) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    pub(crate) fn add(&self, fault: Fault) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(fault);
    }

    pub(crate) fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// Takes the actions for one request: any that let it go on, then at most one other.
    pub(crate) fn strike(&self, service: Service, method: &str, target: &str) -> Vec<Action> {
        let mut actions = Vec::new();
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for fault in faults.iter_mut() {
            let matches = fault.service == service
                && fault
                    .method
                    .as_deref()
                    .is_none_or(|wanted| wanted == method)
                && fault
                    .path
                    .as_deref()
                    .is_none_or(|part| target.contains(part));
            if !matches || fault.times == 0 {
                continue;
            }
            if fault.after > 0 {
                fault.after -= 1;
                continue;
            }
            fault.times = if fault.times == u32::MAX {
                u32::MAX
            } else {
                fault.times - 1
            };
            actions.push(fault.action.clone());
            if !fault.action.goes_on() {
                break;
            }
        }
        actions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_after_and_as_often_as_asked() {
        let faults = Faults::default();
        faults.add(Fault::new(Service::Git, Action::Delay(Duration::ZERO)).always());
        faults.add(
            Fault::new(Service::Git, Action::Reset)
                .on_method("POST")
                .on_path("upload")
                .after(1)
                .times(2),
        );
        let counts: Vec<usize> = (0..4)
            .map(|_| {
                faults
                    .strike(Service::Git, "POST", "/x/git-upload-pack")
                    .len()
            })
            .collect();
        assert_eq!(counts, [1, 2, 2, 1]);
        assert_eq!(faults.strike(Service::Git, "GET", "/upload").len(), 1);
        assert_eq!(faults.strike(Service::Sts, "POST", "/upload").len(), 0);
        faults.clear();
        assert_eq!(faults.strike(Service::Git, "GET", "/").len(), 0);
    }
}
