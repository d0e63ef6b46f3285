//! The type every key, token, password and Authorization header lives in.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// A text that must not be seen: masked in `Debug`, no `Display`, no `Clone`, wiped when dropped.
///
/// [`Secret::expose`] is the only way to the text; `scripts/check` lists the files that call it.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct Secret(String);

impl Secret {
    /// Takes ownership of a secret text.
    #[must_use]
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    /// Opens the secret, to sign with it or to hand it to the protocol that asked for it.
    #[must_use]
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

/// Takes secrets out of a text that came from outside. A debugging proxy repeats what it was sent, and STS quotes
/// the whole canonical request, session token included, when a signature does not match.
#[must_use]
pub(crate) fn scrubbed(text: &str, secrets: &[&str]) -> String {
    secrets
        .iter()
        .filter(|secret| !secret.is_empty())
        .fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
}

/// Takes secrets out of a text that comes in pieces, wherever it is cut.
pub(crate) struct Scrubber {
    secrets: Vec<Secret>,
    /// The end of what came, which may be the beginning of a secret.
    held: Vec<u8>,
}

impl Scrubber {
    #[must_use]
    pub(crate) fn new(secrets: Vec<Secret>) -> Self {
        Self {
            secrets,
            held: Vec::new(),
        }
    }

    /// Takes the next piece; returns what can be shown by now.
    pub(crate) fn pass(&mut self, piece: &[u8]) -> Vec<u8> {
        self.held.extend_from_slice(piece);
        let longest = self.secrets.iter().map(|secret| secret.0.len()).max();
        let end = self.held.len().saturating_sub(longest.unwrap_or(0));
        self.shown_up_to(end)
    }

    /// What was held back, when nothing more comes.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        self.shown_up_to(self.held.len())
    }

    fn shown_up_to(&mut self, end: usize) -> Vec<u8> {
        let mut shown = Vec::new();
        let mut at = 0;
        while at < end {
            let rest = &self.held[at..];
            let mut secrets = self.secrets.iter().map(|secret| secret.0.as_bytes());
            match secrets.find(|secret| !secret.is_empty() && rest.starts_with(secret)) {
                Some(secret) => {
                    shown.extend_from_slice(b"***");
                    at += secret.len();
                }
                None => {
                    shown.push(rest[0]);
                    at += 1;
                }
            }
        }
        self.held.drain(..at);
        shown
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_taken_out_wherever_the_text_is_cut() {
        let text = b"a hunter2 b token-1 hunter hunter2";
        for cut in 0..text.len() {
            for second in cut..text.len() {
                let secrets = ["hunter2", "token-1", ""].map(|text| Secret::new(text.into()));
                let mut scrubber = Scrubber::new(secrets.into());
                let mut shown = scrubber.pass(&text[..cut]);
                shown.extend(scrubber.pass(&text[cut..second]));
                shown.extend(scrubber.pass(&text[second..]));
                shown.extend(scrubber.rest());
                assert_eq!(shown, b"a *** b *** hunter ***", "{cut} {second}");
            }
        }
    }

    #[test]
    fn debug_shows_nothing_of_the_text_not_even_its_length() {
        assert_eq!(format!("{:?}", Secret::new("abc".into())), "Secret(***)");
        assert_eq!(format!("{:?}", Secret::new(String::new())), "Secret(***)");
    }
}
