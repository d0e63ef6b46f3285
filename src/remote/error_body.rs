//! What a refusing host writes for people, out of whatever it is wrapped in.
//!
//! CodeCommit's unauthenticated answer is `<NotAuthorizedException><Message>SPNEGO token required`
//! (argoproj/argo-cd#9284); other AWS services and gateways write JSON or plain text.

use serde_json::Value;

/// More than this is no sentence.
const LONGEST: usize = 300;

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ErrorBody {
    /// The name of the error, such as `NotAuthorizedException`.
    pub(super) kind: Option<String>,
    pub(super) message: Option<String>,
    /// A text of several lines, which is passed on as git does it: `remote: …`.
    pub(super) lines: Vec<String>,
}

impl ErrorBody {
    /// Finds them; `media_type` only decides whether a text that has no form is for people.
    pub(super) fn find(media_type: &str, body: &str) -> Self {
        let body = body.trim();
        let found = json(body).or_else(|| xml(body));
        if let Some((kind, message)) = found {
            return Self {
                kind: kind.as_deref().and_then(name),
                message: message
                    .as_deref()
                    .map(in_one_line)
                    .filter(|m| !m.is_empty()),
                lines: Vec::new(),
            };
        }
        if media_type != "text/plain" || body.is_empty() {
            return Self::default();
        }
        match body.lines().count() {
            1 if body.len() <= LONGEST => Self {
                message: Some(in_one_line(body)),
                ..Self::default()
            },
            _ => Self {
                lines: body.lines().map(str::to_owned).collect(),
                ..Self::default()
            },
        }
    }

    /// `: <message> (<kind>)`, as much of it as there is.
    pub(super) fn after_a_colon(&self) -> String {
        match (&self.message, &self.kind) {
            (Some(message), Some(kind)) => format!(": {message} ({kind})"),
            (Some(text), None) | (None, Some(text)) => format!(": {text}"),
            (None, None) => String::new(),
        }
    }
}

/// `{"__type": "…#Kind", "message": "…"}` in its variations.
fn json(body: &str) -> Option<(Option<String>, Option<String>)> {
    let value: Value = serde_json::from_str(body).ok()?;
    let object = value.as_object()?;
    let text = |names: &[&str]| {
        let mut values = names.iter().filter_map(|name| object.get(*name)?.as_str());
        values.next().map(str::to_owned)
    };
    let kind = text(&["__type", "code", "Code", "type"]);
    let kind = kind.map(|kind| kind.rsplit('#').next().unwrap_or_default().to_owned());
    Some((kind, text(&["message", "Message", "errorMessage"])))
}

fn xml(body: &str) -> Option<(Option<String>, Option<String>)> {
    let mut rest = body;
    // The declaration.
    if let Some(after) = rest.strip_prefix("<?") {
        rest = after.split_once("?>")?.1.trim_start();
    }
    let root = rest
        .strip_prefix('<')?
        .split(['>', ' ', '/', '\n'])
        .next()?;
    if root.is_empty() || root.starts_with('!') || root.eq_ignore_ascii_case("html") {
        return None;
    }
    let element = |name: &str| {
        let (_, inside) = rest.split_once(&format!("<{name}>"))?;
        // A body that was cut has no end.
        Some(unescaped(inside.split('<').next()?))
    };
    let message = element("Message").or_else(|| element("message"));
    let kind = element("Code").unwrap_or_else(|| root.to_owned());
    Some((Some(kind), message))
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

/// An error's name, if it can be one.
fn name(text: &str) -> Option<String> {
    let is_name = (1..=100).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-:".contains(&b));
    is_name.then(|| text.to_owned())
}

/// Runs of blanks become one; what is too long is cut.
fn in_one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut line = words.join(" ");
    if let Some((end, _)) = line.char_indices().nth(LONGEST) {
        line.truncate(end);
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(media_type: &str, body: &str) -> String {
        let words = ErrorBody::find(media_type, body);
        format!("{}{}", words.after_a_colon(), words.lines.join("|"))
    }

    #[test]
    fn every_wrapping_is_taken_off() {
        for (media_type, body, words) in [
            (
                "text/html",
                "<NotAuthorizedException><Message>SPNEGO token required</Message></NotAuthorizedException>",
                ": SPNEGO token required (NotAuthorizedException)",
            ),
            // Cut, with a declaration, with entities.
            (
                "",
                "<?xml version=\"1.0\"?>\n<AccessDeniedException>\n  <Message>&lt;role&gt; &amp;amp; co",
                ": <role> &amp; co (AccessDeniedException)",
            ),
            (
                "text/xml",
                "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error>",
                ": Rate exceeded (Throttling)",
            ),
            (
                "application/xml",
                "<UnknownOperationException/>",
                ": UnknownOperationException",
            ),
            (
                "application/json",
                "{\"message\": \"Forbidden\"}",
                ": Forbidden",
            ),
            (
                "application/x-amz-json-1.1",
                "{\"__type\":\"com.amazonaws.codecommit#RepositoryDoesNotExistException\",\
                 \"Message\":\"no  such\\nrepository\"}",
                ": no such repository (RepositoryDoesNotExistException)",
            ),
            ("text/plain", "Rate Exceeded\n", ": Rate Exceeded"),
            ("text/plain", "one\ntwo\n", "one|two"),
            // Not for people, or not what it says.
            ("text/html", "<html><body>403</body></html>", ""),
            ("text/html", "<!DOCTYPE html><p>no", ""),
            ("application/octet-stream", "Rate Exceeded", ""),
            ("application/json", "[1, 2]", ""),
            ("application/json", "{\"message\": 7}", ""),
            ("text/plain", "", ""),
            ("", "<", ""),
            ("", "<Error><Code>a b</Code>", ""),
        ] {
            assert_eq!(found(media_type, body), words, "{body}");
        }
    }

    #[test]
    fn a_long_text_is_cut() {
        let body = format!("{{\"message\": \"{}\"}}", "ü".repeat(5000));
        let message = ErrorBody::find("", &body).message.unwrap();
        assert_eq!(message.chars().count(), LONGEST + 1);
        assert!(message.ends_with("ü…"), "{message}");
    }
}
