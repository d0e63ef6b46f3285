//! Credential requests and answers made at random; `scripts/fuzz` runs many more.

#![expect(
    clippy::expect_used,
    reason = "a property that does not hold ends the program"
)]

use time::OffsetDateTime;

use super::codec::{Answer, Request, write_answer};
use crate::aws::BasicAuth;
use crate::secret::Secret;

/// Any bytes are a request whose values have one line, and a password is written as its own lines or not at all.
pub(crate) fn holds(data: &[u8]) {
    let request = Request::read(data).expect("nothing in memory fails to be read");
    let signed_path = request.signed_path();
    assert!(signed_path.starts_with('/'));
    let is_ours = request.is_for_aws();
    let Request {
        protocol,
        host,
        path,
        access_key_id,
        offers_authtype: _,
    } = request;
    assert!(!is_ours || protocol.as_deref() == Some("https") && host.is_some());
    for value in [protocol, host, path].into_iter().flatten() {
        assert!(!value.contains('\n'), "{value:?}");
    }
    assert!(access_key_id.is_none_or(|id| !id.contains('%')));
    let text = String::from_utf8_lossy(data);
    let (username, password) = text.split_once(' ').unwrap_or((&text, ""));
    for as_header in [false, true] {
        answer_holds(username, password, as_header);
    }
}

fn answer_holds(username: &str, password: &str, as_header: bool) {
    let auth = BasicAuth {
        username: Secret::new(username.to_owned()),
        password: Secret::new(password.to_owned()),
        expires_at: OffsetDateTime::UNIX_EPOCH,
    };
    let mut out = Vec::new();
    let written = write_answer(&Answer { auth, as_header }, &mut out);
    let is_broken = |text: &str| text.contains(['\0', '\n', '\r']);
    assert_eq!(written.is_err(), is_broken(username) || is_broken(password));
    if written.is_err() {
        assert!(out.is_empty());
        return;
    }
    let lines: Vec<&[u8]> = out.split(|byte| *byte == b'\n').collect();
    assert_eq!(lines.len(), if as_header { 6 } else { 4 });
    // Git hands the user name back when it has a password erased.
    let erased = Request::read(out.as_slice()).expect("our own lines");
    let id = username.split('%').next().unwrap_or_default();
    if !as_header {
        assert_eq!(erased.access_key_id.as_deref(), Some(id));
    } else if let Some(found) = erased.access_key_id {
        let id = id.split(':').next().unwrap_or_default();
        assert_eq!(found, id);
    }
}
