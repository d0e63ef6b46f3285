//! Headers of the person's own: `http.extraHeader`.

use reqwest::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE,
    EXPECT, HOST, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHORIZATION, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE,
};

use crate::git::config::{self, Value};

/// What a request must keep as it is: its signature, whom it is for, where it ends, and how it and
/// its answer are to be read.
const OURS: [HeaderName; 13] = [
    AUTHORIZATION,
    PROXY_AUTHORIZATION,
    HOST,
    CONTENT_LENGTH,
    TRANSFER_ENCODING,
    CONNECTION,
    ACCEPT_ENCODING,
    CONTENT_ENCODING,
    CONTENT_TYPE,
    EXPECT,
    TE,
    TRAILER,
    UPGRADE,
];

/// Headers that go with every request to the git host. No `Debug`: they often hold tokens.
#[derive(Default)]
pub(super) struct ExtraHeaders {
    /// In their order; none takes a header away, as in curl.
    headers: Vec<(HeaderName, Option<HeaderValue>)>,
}

impl ExtraHeaders {
    /// Reads `Name: value` lines; an empty one forgets those before it. Fails if one of them cannot be a header: a
    /// line break would smuggle in another request.
    pub(super) fn read(
        values: &[Value<'_>],
        warnings: &mut Vec<String>,
    ) -> Result<Self, config::Error> {
        let mut all = Self::default();
        let mut refused: Option<(String, HeaderName)> = None;
        for value in values {
            let bytes = value.bytes()?;
            if bytes.is_empty() {
                all.headers.clear();
                refused = None;
                continue;
            }
            let (name, header) = parse(bytes).ok_or_else(|| value.is_not("a header"))?;
            if OURS.contains(&name) {
                refused = Some((value.key(), name));
            } else {
                all.headers.push((name, header));
            }
        }
        if let Some((key, name)) = refused {
            warnings.push(format!(
                "{key} would set {name}, which git-codecommit sets itself; ignoring it"
            ));
        }
        Ok(all)
    }

    /// Puts them into a request, in place of headers of the same name.
    pub(super) fn add_to(&self, headers: &mut HeaderMap) {
        for (name, _) in &self.headers {
            headers.remove(name);
        }
        for (name, value) in &self.headers {
            if let Some(value) = value {
                headers.append(name, value.clone());
            }
        }
    }
}

/// curl's notation: `Name: value`; `Name:` takes the header away, `Name;` sends it empty.
fn parse(line: &[u8]) -> Option<(HeaderName, Option<HeaderValue>)> {
    let end = line.iter().position(|c| b":;".contains(c))?;
    let name = HeaderName::from_bytes(line[..end].trim_ascii()).ok()?;
    let text = line[end + 1..].trim_ascii();
    let value = match (line[end], text) {
        (b':', b"") => None,
        (b';', b"") => Some(HeaderValue::from_static("")),
        (b';', _) => return None,
        // Anything but a control character.
        _ => Some(HeaderValue::from_bytes(text).ok()?),
    };
    let value = value.map(|mut value| {
        value.set_sensitive(true);
        value
    });
    Some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::config::GitConfig;

    fn read(values: &[&str]) -> Result<(HeaderMap, Vec<String>), config::Error> {
        let list: String = values
            .iter()
            .map(|value| format!("http.extraheader\n{value}\0"))
            .collect();
        let config = GitConfig::parse(list.as_bytes());
        let mut warnings = Vec::new();
        let extra = ExtraHeaders::read(&config.values("http.extraHeader"), &mut warnings)?;
        let mut headers = HeaderMap::new();
        headers.insert("accept", HeaderValue::from_static("*/*"));
        headers.insert("authorization", HeaderValue::from_static("ours"));
        extra.add_to(&mut headers);
        Ok((headers, warnings))
    }

    fn shown(values: &[&str]) -> String {
        let (headers, _) = read(values).unwrap();
        let all = headers.iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            format!("{name}={value}")
        });
        all.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn headers_are_added_replaced_emptied_and_taken_away() {
        let start = "accept=*/* authorization=ours";
        assert_eq!(shown(&["X-A: 1", "x-a:2"]), format!("{start} x-a=1 x-a=2"));
        assert_eq!(
            shown(&["Accept: text/x"]),
            "authorization=ours accept=text/x"
        );
        assert_eq!(shown(&["Accept:"]), "authorization=ours");
        assert_eq!(shown(&["X-B;"]), format!("{start} x-b="));
        assert_eq!(
            shown(&["X-A: 1", "", "X-B: a:b;c"]),
            format!("{start} x-b=a:b;c")
        );
    }

    #[test]
    fn what_is_ours_stays_ours_and_that_is_said() {
        for name in [
            "Authorization",
            "HOST",
            "proxy-authorization",
            "Transfer-Encoding",
        ] {
            let (headers, warnings) = read(&[&format!("{name}: hunter2")]).unwrap();
            assert_eq!(headers.len(), 2, "{name}");
            assert_eq!(headers["authorization"], "ours");
            assert_eq!(
                warnings,
                [format!(
                    "http.extraheader would set {}, which git-codecommit sets itself; ignoring it",
                    name.to_ascii_lowercase()
                )]
            );
        }
        let (_, warnings) = read(&["Authorization: x", ""]).unwrap();
        assert!(warnings.is_empty());
    }

    #[test]
    fn what_is_no_header_is_refused_without_its_value() {
        for value in [
            "hunter2",
            "X-A: hunter2\nHost: evil",
            "X-A: hunter2\rX: y",
            "a b: hunter2",
            ": hunter2",
        ] {
            let error = read(&[value]).unwrap_err().to_string();
            assert_eq!(
                error,
                "git's configuration has a http.extraheader that is not a header"
            );
        }
    }
}
