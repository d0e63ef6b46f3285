//! The lifecycle configuration: a script that installs and sets up at each start of a space.
//!
//! It runs as `sagemaker-user` under the program that its first line names, may run twice in a start, has five
//! minutes, and a space whose script fails does not start.
//!
//! Source: "Lifecycle configurations in Amazon SageMaker Studio" of SageMaker's developer guide.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::Error;
use crate::printable::hex;
use crate::process::shell_quoted;

const SCRIPT: &str = include_str!("lifecycle.sh");
/// What the API takes: 16,384 characters of base64 (API_CreateStudioLifecycleConfig).
const LIMIT: usize = 16_384 / 4 * 3;

pub(crate) struct Lifecycle {
    pub(crate) source: Source,
    pub(crate) sha256: Sha256Hex,
    pub(crate) strict: bool,
    /// The arguments of `git codecommit setup`.
    pub(crate) arguments: Vec<String>,
    pub(crate) clone: Option<CloneFolder>,
}

/// `s3://…`, `https://…` or `file:///…`.
#[derive(Clone, Debug)]
pub(crate) struct Source(String);

impl std::str::FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err("an address contains no spaces".into());
        }
        let is_one = if let Some(rest) = text.strip_prefix("s3://") {
            rest.split_once('/')
                .is_some_and(|(bucket, key)| !bucket.is_empty() && !key.is_empty())
        } else if let Some(rest) = text.strip_prefix("https://") {
            !rest.is_empty() && !rest.starts_with('/')
        } else {
            text.strip_prefix("file:///")
                .is_some_and(|rest| !rest.is_empty())
        };
        if is_one {
            return Ok(Self(text.to_owned()));
        }
        Err("write s3://BUCKET/KEY, https://HOST/PATH or file:///PATH".into())
    }
}

impl Source {
    /// Whether it holds a signature, a token or a password, which everyone could read in the configuration.
    fn holds_a_secret(&self) -> bool {
        let lower = self.0.to_ascii_lowercase();
        let query = lower.split_once('?').map_or("", |(_, query)| query);
        let words = ["sig", "token", "credential", "key", "secret", "password"];
        let authority = lower.split_once("://").map_or("", |(_, rest)| rest);
        let authority = authority.split(['/', '?']).next().unwrap_or_default();
        authority.contains('@') || words.iter().any(|word| query.contains(word))
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Sha256Hex(String);

impl std::str::FromStr for Sha256Hex {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Ok(Self(text.to_ascii_lowercase()));
        }
        Err("a SHA-256 has 64 hexadecimal digits; sha256sum prints it".into())
    }
}

/// A folder below the home directory of a space, or an absolute one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CloneFolder(String);

impl CloneFolder {
    /// Takes a folder as it was typed. What is below `home`, to which the shell of whoever makes the script
    /// expands `~`, is meant below the home directory of the space: where the script runs.
    pub(crate) fn of(folder: &Path, home: Option<&Path>) -> Result<Self, Error> {
        let home = home.filter(|home| *home != Path::new("/"));
        let below = folder
            .strip_prefix("~")
            .ok()
            .or_else(|| folder.strip_prefix(home?).ok());
        let text = below.unwrap_or(folder).to_str().unwrap_or_default();
        if text.is_empty() || text.chars().any(char::is_control) {
            return Err(Error::CloneFolder(folder.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl Lifecycle {
    /// Fills the template. Errors if the result is longer than the API takes, or contains a secret.
    pub(crate) fn script(&self) -> Result<String, Error> {
        if self.source.holds_a_secret() {
            return Err(Error::SecretSource);
        }
        let arguments: Vec<String> = self
            .arguments
            .iter()
            .map(|word| shell_quoted(word))
            .collect();
        let clone = match &self.clone {
            None => ":".to_owned(),
            // setup looks first whether it is done. The end of the script is not its end.
            Some(folder) => format!(
                "(trap '' HUP; setup {}) >\"$share/clone.log\" 2>&1 </dev/null &",
                shell_quoted(&format!("--clone={}", folder.0))
            ),
        };
        let settings = [
            ("@SOURCE@", shell_quoted(&self.source.0)),
            ("@SHA256@", self.sha256.0.clone()),
            ("@STRICT@", self.strict.to_string()),
            ("@ARGUMENTS@", arguments.join(" ")),
            ("@CLONE@", clone),
        ];
        let script = filled(
            SCRIPT,
            &settings
                .each_ref()
                .map(|(name, value)| (*name, value.as_str())),
        );
        if script.len() > LIMIT {
            return Err(Error::TooLong {
                bytes: script.len(),
                limit: LIMIT,
            });
        }
        Ok(script)
    }
}

/// A script with its settings. In one pass: a setting may hold another's name.
pub(super) fn filled(script: &str, settings: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(LIMIT);
    let mut rest = script;
    let next = |rest: &str| {
        let places = settings.iter().filter_map(|(name, value)| {
            let at = rest.find(name)?;
            Some((at, at + name.len(), *value))
        });
        places.min()
    };
    while let Some((start, end, value)) = next(rest) {
        filled.push_str(&rest[..start]);
        filled.push_str(value);
        rest = &rest[end..];
    }
    filled.push_str(rest);
    filled
}

pub(crate) fn base64(script: &str) -> String {
    STANDARD.encode(script)
}

/// A part of a lifecycle configuration's name that changes with its content: they cannot be changed. 32 digits,
/// for a name holds 63 characters.
pub(crate) fn content_hash(script: &str) -> String {
    hex(&Sha256::digest(script)[..16])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Explain as _;

    fn lifecycle(source: &str, arguments: &[&str], clone: Option<&str>) -> Lifecycle {
        Lifecycle {
            source: source.parse().unwrap(),
            sha256: "9F".repeat(32).parse().unwrap(),
            strict: false,
            arguments: arguments.iter().map(|word| (*word).to_owned()).collect(),
            clone: clone.map(|folder| CloneFolder::of(Path::new(folder), None).unwrap()),
        }
    }

    const ROLE: &str = "--role-arn=arn:aws:iam::111111111111:role/R";

    #[test]
    fn the_script_begins_with_its_shell_and_has_its_settings() {
        let script = lifecycle("s3://b/k.tar.gz", &[ROLE], None)
            .script()
            .unwrap();
        assert!(script.starts_with("#!/bin/sh\n"));
        assert!(script.is_ascii() && !script.contains('\r'));
        let sum = "9f".repeat(32);
        let settings = format!("\nSOURCE=s3://b/k.tar.gz\nSHA256={sum}\nSTRICT=false\n");
        assert!(script.contains(&settings));
        assert!(script.contains(&format!(" {ROLE} \"$@\"\n")));
    }

    #[test]
    fn the_template_does_not_grow() {
        // Its bytes in the first version: each one is taken from the longest settings.
        assert!(SCRIPT.len() <= 6173, "{} bytes", SCRIPT.len());
        let script = lifecycle("s3://b/k.tar.gz", &[], None).script().unwrap();
        assert!(script.contains(" --bin-dir=\"$bin\"  \"$@\"\n"), "{script}");
    }

    #[test]
    fn the_longest_settings_fit_what_the_api_takes() {
        // Role ARN, external id, session name and S3 key at AWS's limits, a folder of 1000 bytes, ten regions.
        let arguments = [
            format!(
                "--role-arn=arn:aws-iso-b:iam::111111111111:role/{}",
                "r".repeat(595)
            ),
            format!("--profile={}", " p".repeat(32)),
            format!("--source-profile={}", " p".repeat(32)),
            format!("--external-id={}", "e".repeat(1224)),
            format!("--role-session-name={}", "s".repeat(64)),
            format!("--repo={}", "n".repeat(100)),
            "--lfs".into(),
        ];
        let regions = vec!["--region=ap-southeast-1"; 10];
        let arguments: Vec<&str> = arguments
            .iter()
            .map(String::as_str)
            .chain(regions)
            .collect();
        let source = format!(
            "s3://{}/{}",
            "b".repeat(63),
            "'".to_owned() + &"k".repeat(1023)
        );
        let folder = "'".to_owned() + &"f".repeat(999);
        let script = lifecycle(&source, &arguments, Some(&folder))
            .script()
            .unwrap();
        assert!(script.len() <= 12_288, "{} bytes", script.len());
        assert!(base64(&script).len() <= 16_384);
        let too_long = lifecycle(&source, &arguments, Some(&"'".repeat(4000))).script();
        assert!(matches!(
            too_long,
            Err(Error::TooLong { limit: 12_288, .. })
        ));
    }

    #[test]
    fn settings_stay_words() {
        let source = "https://h/$(x)`y`'z\";&|<>*@SHA256@@CLONE@";
        let folder = "my $(x) 'dir' \"@ARGUMENTS@\" \\ `y`";
        let script = lifecycle(source, &["--profile=a b"], Some(folder))
            .script()
            .unwrap();
        let quoted = r#"SOURCE='https://h/$(x)`y`'\''z";&|<>*@SHA256@@CLONE@'"#;
        assert!(script.contains(&format!("\n{quoted}\n")), "{script}");
        let quoted = r#"setup '--clone=my $(x) '\''dir'\'' "@ARGUMENTS@" \ `y`')"#;
        assert!(script.contains(quoted), "{script}");
        assert!(script.contains(" '--profile=a b' \"$@\""), "{script}");
    }

    #[test]
    fn a_folder_is_below_the_home_of_the_space() {
        let of = |text: &str| CloneFolder::of(Path::new(text), Some(Path::new("/home/ada")));
        for (typed, meant) in [
            ("work/demo", "work/demo"),
            ("~/demo", "demo"),
            ("/home/ada/demo", "demo"),
            ("/mnt/efs/demo", "/mnt/efs/demo"),
            ("~ada/demo", "~ada/demo"),
        ] {
            assert_eq!(of(typed).unwrap().0, meant);
        }
        for bad in ["", "~", "/home/ada", "a\nb", "a\x1bb"] {
            assert!(of(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_source_is_an_address_without_a_secret() {
        for good in [
            "s3://b/k.tar.gz",
            "s3://b/k@1/x.tar.gz",
            "https://h/x.tar.gz?v=1",
            "file:///mnt/efs/x.tar.gz",
        ] {
            assert!(!good.parse::<Source>().unwrap().holds_a_secret(), "{good}");
        }
        for bad in [
            "",
            "http://h/x",
            "s3://",
            "s3://b",
            "s3:///k",
            "https:///x",
            "file://host/x",
            "file:///",
            "/x",
            "https://h/a b",
            "s3://b/k\nrm",
        ] {
            assert!(bad.parse::<Source>().is_err(), "{bad}");
        }
        for secret in [
            "https://u:p@h/x",
            "https://h/x?X-Amz-Signature=abc",
            "https://h/x?AWSAccessKeyId=abc",
            "https://h/x?sv=1&sig=abc",
            "https://h/x?private_token=abc",
        ] {
            let said = lifecycle(secret, &[ROLE], None).script().unwrap_err();
            assert!(matches!(said, Error::SecretSource), "{secret}");
            assert!(!format!("{said}{:?}", said.hints()).contains("abc"));
        }
        assert!("9f".parse::<Sha256Hex>().is_err() && "z".repeat(64).parse::<Sha256Hex>().is_err());
    }
}
