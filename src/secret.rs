//! The type every key, token, password and Authorization header lives in.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// A text that must not be seen: masked in `Debug`, no `Display`, no `Clone`, wiped when dropped.
///
/// [`Secret::expose`] is the only way to the text; `scripts/check` lists the files that call it.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Secret(String);

impl Secret {
    /// Takes ownership of a secret text.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Opens the secret, to sign with it or to hand it to the protocol that asked for it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Takes secrets out of a text that came from outside. A debugging proxy repeats what it was sent, and
/// STS quotes the whole canonical request, session token included, when a signature does not match.
#[must_use]
pub(crate) fn scrubbed(text: &str, secrets: &[&str]) -> String {
    secrets
        .iter()
        .filter(|secret| !secret.is_empty())
        .fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
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
    fn debug_shows_nothing_of_the_text_not_even_its_length() {
        assert_eq!(format!("{:?}", Secret::new("abc".into())), "Secret(***)");
        assert_eq!(format!("{:?}", Secret::new(String::new())), "Secret(***)");
    }
}
