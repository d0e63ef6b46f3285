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
