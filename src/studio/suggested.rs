//! The repositories that JupyterLab suggests for cloning.

/// The most that a domain's settings hold. Source: SageMaker's API reference, `JupyterLabAppSettings`.
pub(crate) const MOST_SUGGESTED: usize = 10;

/// The https URL of a repository, as the settings of a domain hold it.
///
/// Source: SageMaker's API reference, `CodeRepository`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SuggestedRepository(String);

impl SuggestedRepository {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for SuggestedRepository {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
        let rest = text.strip_prefix("https://").unwrap_or_default();
        let is_url = rest.len() >= 3
            && rest.split('/').count() >= 2
            && !rest.contains("//")
            && !rest.starts_with('/')
            && rest.chars().all(is_plain);
        if is_url && text.len() <= 1024 {
            return Ok(Self(text.to_owned()));
        }
        Err(
            "Studio takes https URLs of letters, digits and . _ - / only; git codecommit url ADDRESS prints the one \
             of a codecommit:: address"
                .into(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suggested_repository_is_an_https_url_without_a_user() {
        for good in [
            "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo-repo",
            "https://git.example/x",
        ] {
            assert_eq!(good.parse::<SuggestedRepository>().unwrap().as_str(), good);
        }
        for bad in [
            "",
            "codecommit::eu-west-1://demo-repo",
            "http://git.example/x",
            "https://git.example",
            "https:///x",
            "https://a//b",
            "https://ada@git.example/x",
            "https://git.example/x?y",
            "https://git.example/'x",
            "https://git.example/x y",
            &format!("https://git.example/{}", "x".repeat(1024)),
        ] {
            assert!(bad.parse::<SuggestedRepository>().is_err(), "{bad:?}");
        }
    }
}
