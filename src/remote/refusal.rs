//! An HTTP error of the git host, explained.

use reqwest::StatusCode;
use reqwest::header::DATE;
use time::format_description::well_known::Rfc2822;
use time::{Duration, OffsetDateTime};

use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::http::Answer;

/// From this much on, a clock that differs explains a refusal.
const SKEW: Duration = Duration::minutes(5);

/// What is known about a request that the git host refused.
#[derive(Debug)]
pub struct Refusal {
    /// The HTTP status.
    pub status: StatusCode,
    /// `host[:port]`.
    pub host: String,
    /// The region signed for.
    pub region: String,
    /// The repository.
    pub repository: String,
    /// The repository's ARN, account left open.
    pub resource: String,
    /// The IAM permission the request needs.
    pub permission: &'static str,
    /// Who signed: an ARN, or the access key's id.
    pub identity: String,
    /// How far this machine's clock is ahead of the host's.
    pub clock_ahead: Option<Duration>,
}

impl std::error::Error for Refusal {}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            repository, region, ..
        } = self;
        let place = format!("repository {repository:?} in {region}");
        match self.status.as_u16() {
            401 => write!(f, "the signature for {place} was not accepted"),
            403 => write!(f, "access to {place} was refused"),
            404 => write!(f, "{place} was not found"),
            413 => write!(f, "the push to {place} is too large for the git host"),
            429 => write!(f, "the git host limits the rate of requests to {place}"),
            300..=399 => write!(f, "the git host of {place} redirects elsewhere"),
            500..=599 => write!(f, "the git host of {place} failed"),
            _ => write!(f, "the request for {place} was not answered"),
        }?;
        write!(f, " ({}, HTTP {})", self.host, self.status.as_u16())
    }
}

impl Refusal {
    /// Gathers what explains an answer; `permission` is the IAM action that the request needs.
    pub(super) fn new(
        answer: &Answer<'_, '_>,
        endpoint: &Endpoint,
        credentials: &Credentials,
        permission: &'static str,
        now: OffsetDateTime,
    ) -> Self {
        let date = answer.headers().get(DATE);
        let date = date.and_then(|date| OffsetDateTime::parse(date.to_str().ok()?, &Rfc2822).ok());
        Self {
            status: answer.status(),
            host: endpoint.authority().to_owned(),
            region: endpoint.region().to_string(),
            repository: endpoint.repository().to_string(),
            resource: endpoint.resource(),
            permission,
            identity: match &credentials.principal {
                Some(arn) => arn.clone(),
                None => format!("access key {}", credentials.access_key_id),
            },
            clock_ahead: date.map(|date| now - date),
        }
    }

    /// What to do next.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        let identity = format!("signed by {}", self.identity);
        let mut hints = match self.status.as_u16() {
            401 | 403 => vec![
                identity,
                format!(
                    "its policy must allow {} on {}",
                    self.permission, self.resource
                ),
                "check that the repository is in this region, and this profile's account".into(),
            ],
            404 => vec![
                identity,
                format!(
                    "check the name, upper and lower case too, and that the repository is in \
                     this identity's account and in {}",
                    self.region
                ),
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
        };
        if let Some(skew) = self.clock_ahead.filter(|skew| skew.abs() >= SKEW) {
            let direction = if skew.is_positive() {
                "ahead of"
            } else {
                "behind"
            };
            hints.insert(
                0,
                format!(
                    "this machine's clock is {} minutes {direction} the git host's: correct it",
                    skew.whole_minutes().abs()
                ),
            );
        }
        hints
    }
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
            clock_ahead,
        }
    }

    #[test]
    fn every_status_has_a_sentence_and_a_next_step() {
        for status in [301, 401, 403, 404, 413, 429, 500, 503] {
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
    }
}
