//! An HTTP error of the git host, explained.

use reqwest::StatusCode;
use time::Duration;

use super::error_body::ErrorBody;

/// From this much on, a clock that differs explains a refusal.
const SKEW: Duration = Duration::minutes(5);
/// Up to this much, requests are signed with the host's time. Beyond it something else is wrong, and
/// whoever can forge the time would get a signature that is good far in the future.
const CORRECTABLE: Duration = Duration::days(1);

/// What is known about a request that the git host refused.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) host: String,
    pub(crate) region: String,
    pub(crate) repository: String,
    /// The repository's ARN, account left open.
    pub(crate) resource: String,
    /// The IAM permission the request needs.
    pub(crate) permission: &'static str,
    /// Who signed: an ARN, or the access key's id.
    pub(crate) identity: String,
    /// Whose identity https URLs of the repository have, where that is another.
    pub(crate) of_https: Option<String>,
    /// The id of a temporary key whose end nobody has named.
    pub(crate) may_have_expired: Option<String>,
    /// How far this machine's clock is ahead of the host's.
    pub(crate) clock_ahead: Option<Duration>,
    /// What the host wrote for people.
    pub(super) body: ErrorBody,
}

impl std::error::Error for Refusal {}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            repository, region, ..
        } = self;
        let place = format!("repository {repository:?} in {region}");
        match self.status.as_u16() {
            401 => write!(f, "the git host did not accept the signature for {place}"),
            403 => write!(f, "access to {place} denied"),
            404 => write!(f, "{place} not found"),
            407 => write!(f, "a proxy refused the request for {place}"),
            413 => write!(f, "the push to {place} is too large for the git host"),
            429 => write!(f, "too many requests to {place}"),
            300..=399 => write!(f, "the git host redirected the request for {place}"),
            500..=599 => write!(f, "the git host of {place} failed"),
            _ => write!(f, "the request for {place} failed"),
        }?;
        write!(f, " ({}, HTTP {})", self.host, self.status.as_u16())?;
        f.write_str(&self.body.after_a_colon())
    }
}

impl Refusal {
    /// How far this machine's clock is ahead, if that explains the refusal and can be corrected for.
    pub(super) fn wrong_clock(&self) -> Option<Duration> {
        let is_about_it = matches!(self.status.as_u16(), 401 | 403);
        let ahead = self.clock_ahead.filter(|_| is_about_it)?;
        (SKEW..=CORRECTABLE).contains(&ahead.abs()).then_some(ahead)
    }

    /// Who signed, as a hint.
    pub(crate) fn signed(&self) -> String {
        format!("signed as {}", self.identity)
    }

    #[must_use]
    pub(crate) fn hints(&self) -> Vec<String> {
        let mut hints = self.hints_of_status();
        if matches!(self.status.as_u16(), 401 | 403 | 404) {
            hints.splice(1..1, self.of_https.clone());
        }
        if let (Some(key), 401 | 403) = (&self.may_have_expired, self.status.as_u16()) {
            let hint = format!(
                "if the temporary key {key} has expired, get new keys (git codecommit doctor --explain says where it comes from)"
            );
            hints.insert(1, hint);
        }
        // CodeCommit's API names its errors so where a repository's key is the reason.
        if self
            .body
            .kind
            .as_deref()
            .is_some_and(|kind| kind.starts_with("EncryptionKey"))
        {
            hints.push("the KMS key of the repository must allow this identity too".into());
        }
        if let Some(skew) = self.clock_ahead.filter(|skew| skew.abs() >= SKEW) {
            let hint = format!(
                "this machine's clock is {} the git host's: correct it",
                clock_difference(skew)
            );
            hints.insert(0, hint);
        }
        hints
    }

    /// What a status calls for by itself.
    fn hints_of_status(&self) -> Vec<String> {
        let identity = self.signed();
        match self.status.as_u16() {
            401 | 403 => vec![
                identity,
                format!(
                    "its policy must allow {} on {}",
                    self.permission, self.resource
                ),
                "check that the repository is in this region, and this profile's account".into(),
                // A proxy, an old password or a header of the person's own may be the cause.
                "git codecommit doctor shows which step fails (outside a clone, add the address)"
                    .into(),
            ],
            404 => vec![
                identity,
                format!(
                    "check the name, upper and lower case too, and that the repository is in \
                     this identity's account and in {}",
                    self.region
                ),
            ],
            407 => vec![
                "a proxy asks for a user name and password: set them in http.proxy or https_proxy"
                    .into(),
            ],
            413 => vec!["push in smaller steps: CodeCommit takes 2 GB at a time".into()],
            429 => vec!["wait a moment, and run fewer git commands at once".into()],
            300..=399 => {
                vec![
                    "redirects are never followed: check CODE_COMMIT_ENDPOINT and the proxy".into(),
                ]
            }
            500..=599 => vec!["try again in a moment".into()],
            _ => vec![],
        }
    }
}

/// How far one clock is from another, in words: `23 minutes behind`.
pub(crate) fn clock_difference(ahead: Duration) -> String {
    let direction = if ahead.is_positive() {
        "ahead of"
    } else {
        "behind"
    };
    let seconds = ahead.abs().whole_seconds();
    let (number, unit) = match seconds {
        ..120 => (seconds, "seconds"),
        120..7200 => ((seconds + 30) / 60, "minutes"),
        7200..172_800 => ((seconds + 1800) / 3600, "hours"),
        _ => ((seconds + 43_200) / 86_400, "days"),
    };
    format!("{number} {unit} {direction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, clock_ahead: Option<Duration>) -> Refusal {
        Refusal {
            status: StatusCode::from_u16(status).unwrap(),
            host: "h".into(),
            region: "eu-west-1".into(),
            repository: "r".into(),
            resource: "arn:aws:codecommit:eu-west-1:*:r".into(),
            permission: "codecommit:GitPull",
            identity: "arn:aws:sts::1:assumed-role/R/S".into(),
            of_https: None,
            may_have_expired: None,
            clock_ahead,
            body: ErrorBody::default(),
        }
    }

    #[test]
    fn every_status_has_a_sentence_and_a_next_step() {
        for status in [301, 401, 403, 404, 407, 413, 429, 500, 503] {
            let refusal = refusal(status, None);
            let text = refusal.to_string();
            assert!(text.contains("\"r\" in eu-west-1"), "{text}");
            assert!(text.ends_with(&format!("(h, HTTP {status})")), "{text}");
            assert!(!refusal.hints().is_empty(), "{status}");
        }
    }

    #[test]
    fn a_wrong_clock_is_the_first_hint() {
        let hints = refusal(403, Some(Duration::minutes(-23))).hints();
        assert_eq!(
            hints[0],
            "this machine's clock is 23 minutes behind the git host's: correct it"
        );
        assert!(!refusal(403, Some(Duration::minutes(4))).hints()[0].contains("clock"));
        for (ahead, words) in [
            (Duration::seconds(-70), "70 seconds behind"),
            (Duration::minutes(119), "119 minutes ahead of"),
            (Duration::minutes(-150), "3 hours behind"),
            (Duration::seconds(-40 * 60 + 20), "40 minutes behind"),
            (Duration::days(400), "400 days ahead of"),
        ] {
            assert_eq!(clock_difference(ahead), words);
        }
    }

    #[test]
    fn only_a_refusal_that_a_wrong_clock_explains_is_corrected_for() {
        for (status, ahead, corrected) in [
            (403, Duration::minutes(-40), true),
            (401, Duration::minutes(40), true),
            (403, Duration::hours(24), true),
            (403, Duration::hours(25), false),
            (403, Duration::minutes(4), false),
            (404, Duration::minutes(40), false),
            (503, Duration::minutes(40), false),
        ] {
            let found = refusal(status, Some(ahead)).wrong_clock();
            assert_eq!(found, corrected.then_some(ahead), "{status} {ahead}");
        }
        assert_eq!(refusal(403, None).wrong_clock(), None);
    }
}
