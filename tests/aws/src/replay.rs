//! The git host as a transcript of `scripts/live` shows it: what it advertises, and how it refuses.
//!
//! Behind it is real git all the same: a capability that git does not have cannot be replayed, and is left out.

use http_body_util::{BodyExt as _, Full};
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};

use crate::exchange::Answer;
use crate::state::Protocol;

/// A transcript of a whole run has some twenty exchanges of 400 bytes.
const LONGEST: usize = 1 << 20;

/// Headers that belong to one connection or one moment, not to the answer.
const NOT_REPLAYED: [&str; 6] = [
    "connection",
    "content-encoding",
    "content-length",
    "date",
    "keep-alive",
    "transfer-encoding",
];

/// Which request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// One without a password.
    NoCredential,
    /// One whose password is wrong, or permits too little.
    Credential,
    /// One for a repository that does not exist.
    Repository,
}

/// The answer to a request in a transcript.
#[derive(Clone, Debug, Default)]
struct Recorded {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

/// What a transcript says of a host; all else is as without one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Replay {
    upload_pack: Option<Vec<String>>,
    receive_pack: Option<Vec<String>>,
    no_credential: Option<Recorded>,
    credential: Option<Recorded>,
    repository: Option<Recorded>,
    version_2: bool,
}

impl Replay {
    /// Reads a transcript.
    pub(crate) fn read(transcript: &str) -> Result<Self, String> {
        if transcript.len() > LONGEST {
            return Err(format!("the transcript has more than {LONGEST} bytes"));
        }
        let mut replay = Self::default();
        let mut last = None;
        let mut lines = transcript.lines().peekable();
        while let Some(line) = lines.next() {
            if is_request(line) {
                last = Some(recorded(&mut lines)?);
            } else if let Some(belief) = line.strip_prefix("belief ")
                && let (Some((name, _)), Some(answer)) = (belief.split_once(':'), last.take())
            {
                replay.take(name, answer);
            }
        }
        Ok(replay)
    }

    /// The last answer before a belief's verdict is the one that the verdict rests on.
    fn take(&mut self, belief: &str, answer: Recorded) {
        match belief {
            "advertisement" => self.upload_pack = answer.capabilities(),
            "protocol-v2" => self.version_2 = answer.body.contains("version 2"),
            "receive-pack" => self.receive_pack = answer.capabilities(),
            "no-credential" => self.no_credential = Some(answer),
            "wrong-signature" => self.credential = Some(answer),
            "no-such-repository" => self.repository = Some(answer),
            _ => {}
        }
    }

    /// The capabilities of a service, where the transcript has its advertisement.
    pub(crate) fn capabilities(&self, service: &str) -> Option<&[String]> {
        match service {
            "git-upload-pack" => self.upload_pack.as_deref(),
            "git-receive-pack" => self.receive_pack.as_deref(),
            _ => None,
        }
    }

    /// The versions of the protocol that the host of the transcript speaks.
    pub(crate) fn protocol(&self) -> Protocol {
        if self.version_2 {
            Protocol::Any
        } else {
            Protocol::V0Only
        }
    }

    /// The refusal of the transcript, if it has one.
    pub(crate) fn refusal(&self, refused: Refused) -> Option<Response<Answer>> {
        let recorded = match refused {
            Refused::NoCredential => self.no_credential.as_ref(),
            Refused::Credential => self.credential.as_ref(),
            Refused::Repository => self.repository.as_ref(),
        };
        // A host that lets such a request pass cannot be replayed by an answer.
        recorded.filter(|answer| answer.status >= 400)?.answer()
    }
}

impl Recorded {
    /// The capabilities in an advertisement of protocol v0. A transcript shows the NUL before them as `\0`.
    fn capabilities(&self) -> Option<Vec<String>> {
        let (_, after) = self.body.split_once("\\0")?;
        let line = after.lines().next().unwrap_or_default();
        Some(line.split_whitespace().map(str::to_owned).collect())
    }

    fn answer(&self) -> Option<Response<Answer>> {
        let body = Full::new(self.body.clone().into())
            .map_err(|never| match never {})
            .boxed_unsync();
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(self.status).ok()?;
        for (name, value) in &self.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            if !NOT_REPLAYED.contains(&name.as_str()) {
                let value = HeaderValue::from_str(value).ok()?;
                response.headers_mut().append(name, value);
            }
        }
        let plain = HeaderValue::from_static("text/html");
        response.headers_mut().entry(CONTENT_TYPE).or_insert(plain);
        Some(response)
    }
}

/// Whether a line begins an exchange: commands print lines with `>` of their own.
fn is_request(line: &str) -> bool {
    line.starts_with("> GET ") || line.starts_with("> POST ")
}

/// Reads the answer behind a request's line: its status, its headers, an empty line, and the body up to the next entry.
fn recorded<'t>(
    lines: &mut std::iter::Peekable<impl Iterator<Item = &'t str>>,
) -> Result<Recorded, String> {
    let status = lines
        .next()
        .and_then(|line| line.strip_prefix("< ")?.trim().parse().ok())
        .ok_or("a request in the transcript has no status")?;
    let mut answer = Recorded {
        status,
        ..Recorded::default()
    };
    for line in lines.by_ref() {
        let Some((name, value)) = line.split_once(": ") else {
            break;
        };
        answer.headers.push((name.to_owned(), value.to_owned()));
    }
    let mut body = Vec::new();
    let ends =
        |line: &&str| is_request(line) || line.starts_with("$ ") || line.starts_with("belief ");
    while let Some(line) = lines.next_if(|line| !ends(line)) {
        body.push(line);
    }
    body.join("\n").trim_end().clone_into(&mut answer.body);
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRANSCRIPT: &str = "git-codecommit 1.0.0\n\n\
        $ git clone\nok\n\n\
        > GET /v1/repos/demo/info/refs?service=git-upload-pack\n< 200\nDate: Sat, 28 Nov 2026 21:22:55 GMT\n\n\
        001e# service=git-upload-pack\n00000099abc HEAD\\0shallow thin-pack\n003f\n0000\n\n\
        belief advertisement: as believed: shallow thin-pack\n\n\
        > GET /v1/repos/demo/info/refs?service=git-upload-pack\n< 401\nWWW-Authenticate: Basic realm=\"x\"\n\
        Content-Length: 9\n\n\nbelief no-credential: as believed: 401 with a challenge\n\n\
        > GET /v1/repos/demo/info/refs?service=git-upload-pack\n< 403\nx-amzn-RequestId: (removed)\n\n\
        {\"message\":\n\n\"no\"}\n\nbelief wrong-signature: as believed: 403\n";

    #[test]
    fn each_answer_belongs_to_the_belief_behind_it() {
        let replay = Replay::read(TRANSCRIPT).expect("a transcript");
        let capabilities = ["shallow".to_owned(), "thin-pack".to_owned()];
        assert_eq!(
            replay.capabilities("git-upload-pack"),
            Some(&capabilities[..])
        );
        assert_eq!(replay.capabilities("git-receive-pack"), None);
        assert_eq!(replay.protocol(), Protocol::V0Only);
        let refused = replay.refusal(Refused::NoCredential).expect("a refusal");
        assert_eq!(refused.status(), 401);
        assert_eq!(refused.headers()["www-authenticate"], "Basic realm=\"x\"");
        assert!(!refused.headers().contains_key("content-length"));
        let denied = replay.credential.as_ref().expect("a refusal");
        assert_eq!(denied.body, "{\"message\":\n\n\"no\"}");
        assert!(replay.refusal(Refused::Repository).is_none());
    }

    #[test]
    fn a_damaged_or_endless_transcript_is_refused() {
        assert!(Replay::read("> GET /\nnothing").is_err());
        assert!(Replay::read(&"x".repeat(LONGEST + 1)).is_err());
    }
}
