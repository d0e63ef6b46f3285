use std::fmt;

/// A text that CodeCommit does not accept as a repository's name.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a repository name")]
pub(crate) struct NotARepositoryName(String);

impl NotARepositoryName {
    pub(crate) fn hint(&self) -> &'static str {
        match self.0.ends_with(".git") {
            true => "the names of CodeCommit repositories do not end in .git",
            false => "a repository name has 1 to 100 letters, digits, dots, dashes and underscores",
        }
    }
}

/// The name of a repository: 1 to 100 of `[A-Za-z0-9._-]`, not ending in `.git`.
///
/// Source: botocore's CodeCommit model and the user guide's "Quotas".
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RepositoryName(String);

impl RepositoryName {
    /// Checks a name. Fails if CodeCommit cannot have a repository of this name.
    pub(crate) fn parse(text: &str) -> Result<Self, NotARepositoryName> {
        let is_name = (1..=100).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
            && !text.ends_with(".git")
            // Not a name a path can hold: it would be signed as one place and asked at another.
            && !matches!(text, "." | "..");
        if is_name {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotARepositoryName(text.to_owned()))
        }
    }

    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
