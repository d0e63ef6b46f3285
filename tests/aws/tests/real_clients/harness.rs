//! Real clients: git and curl, in an empty environment.

use std::path::Path;
use std::process::{Command, Output};

use local_aws::{Keys, LocalAws};
use time::Duration;

pub(crate) struct Git {
    pub(crate) home: tempfile::TempDir,
    ca_file: String,
}

impl Git {
    pub(crate) fn new(aws: &LocalAws) -> Self {
        let home = tempfile::tempdir().expect("a temporary directory");
        std::fs::write(
            home.path().join(".gitconfig"),
            "[user]\n\tname = T\n\temail = t@example.com\n",
        )
        .expect("written");
        Self {
            home,
            ca_file: aws.ca_file().display().to_string(),
        }
    }

    pub(crate) fn run(&self, directory: &Path, arguments: &[&str]) -> Output {
        Command::new("git")
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home.path())
            .env("GIT_SSL_CAINFO", &self.ca_file)
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .current_dir(directory)
            .args(arguments)
            .output()
            .expect("git starts")
    }

    pub(crate) fn succeeds(&self, directory: &Path, arguments: &[&str]) -> String {
        let output = self.run(directory, arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {stderr}");
        String::from_utf8(output.stdout)
            .expect("text")
            .trim_end()
            .to_owned()
    }

    pub(crate) fn fails(&self, arguments: &[&str]) -> String {
        let output = self.run(self.home.path(), arguments);
        assert_eq!(output.status.code(), Some(128), "git {arguments:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }
}

pub(crate) fn url(aws: &LocalAws, keys: &Keys, repository: &str) -> String {
    let (username, password) = aws.git_credentials(keys, repository);
    let username = username
        .replace('%', "%25")
        .replace('/', "%2F")
        .replace('+', "%2B")
        .replace('=', "%3D");
    format!(
        "https://{username}:{password}@{}/v1/repos/{repository}",
        aws.git_authority()
    )
}

pub(crate) fn contributor(aws: &LocalAws) -> Keys {
    aws.issue_session(
        "arn:aws:sts::111111111111:assumed-role/MyCrossAccountRepositoryContributorRole/t",
        Duration::HOUR,
    )
}

/// Whether curl is missing: it is a guest here, not something the project asks for.
pub(crate) fn without_curl() -> bool {
    let missing = Command::new("curl").arg("--version").output().is_err();
    if missing {
        local_aws::skip("curl");
    }
    missing
}

/// The status and body that curl gets.
pub(crate) fn curl(aws: &LocalAws, arguments: &[&str]) -> (String, String) {
    let output = Command::new("curl")
        .args([
            "--silent",
            "--show-error",
            "--noproxy",
            "",
            "--write-out",
            "\n%{http_code}",
            "--cacert",
        ])
        .arg(aws.ca_file())
        .args(arguments)
        .output()
        .expect("curl starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (body, status) = text.rsplit_once('\n').expect("curl writes the status last");
    (status.to_owned(), body.to_owned())
}

/// An STS call signed by curl.
pub(crate) fn sts(aws: &LocalAws, keys: &Keys, form: &str) -> (String, String) {
    let user = format!("{}:{}", keys.access_key_id, keys.secret_access_key);
    let token = format!(
        "X-Amz-Security-Token: {}",
        keys.session_token.as_deref().unwrap_or_default()
    );
    let mut arguments = vec![
        "--aws-sigv4",
        "aws:amz:eu-west-1:sts",
        "--user",
        &user,
        "--data",
        form,
    ];
    if keys.session_token.is_some() {
        arguments.extend(["--header", &token]);
    }
    let url = aws.sts_url();
    arguments.push(&url);
    curl(aws, &arguments)
}

pub(crate) fn element<'a>(document: &'a str, name: &str) -> &'a str {
    let (_, rest) = document
        .split_once(&format!("<{name}>"))
        .unwrap_or_default();
    rest.split_once("</").unwrap_or_default().0
}

pub(crate) fn statuses(aws: &LocalAws) -> Vec<(String, u16)> {
    let requests = aws.git_requests();
    requests
        .into_iter()
        .map(|request| (request.path, request.status.unwrap_or_default()))
        .collect()
}

/// Bytes that do not compress (xorshift), the same every time.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(|_| next()).collect()
}
