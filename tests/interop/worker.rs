//! The Python process that runs the references, and ours, one case at a time.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use local_aws::LocalAws;
use serde_json::{Value, json};

use super::python;

/// A running `worker.py`.
pub(super) struct Worker {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

/// What one run left.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) code: i64,
    pub(super) stdout: String,
    pub(super) stderr: String,
    /// How often an MFA code was asked for.
    pub(super) prompts: u64,
    /// The URL that git-remote-codecommit would have given to git.
    pub(super) url: Option<String>,
}

impl Worker {
    #[expect(
        clippy::disallowed_methods,
        reason = "tests start the programs they compare with"
    )]
    pub(super) fn start(aws: &LocalAws, home: &str) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/worker.py");
        let mut child = Command::new(python())
            .arg(script)
            .arg(aws.ca_file())
            .arg(aws.proxy_url())
            .env_clear()
            // The references look for their caches once, when they are loaded.
            .env("HOME", home)
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take(), child.stdout.take().unwrap());
        Self {
            child,
            input,
            output: BufReader::new(output),
        }
    }

    /// Runs a tool to its end.
    pub(super) fn run(
        &mut self,
        tool: &str,
        arguments: &[&str],
        environment: &BTreeMap<String, String>,
        input: &str,
        codes: &[String],
    ) -> Run {
        let answer = self.ask(&json!({
            "tool": tool, "argv": arguments, "env": environment, "stdin": input, "codes": codes,
        }));
        let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        Run {
            code: answer["code"].as_i64().unwrap(),
            stdout: text("stdout"),
            stderr: text("stderr"),
            prompts: answer["prompts"].as_u64().unwrap(),
            url: answer["url"].as_str().map(str::to_owned),
        }
    }

    /// Asks the git host for a repository by a URL with user name and password.
    pub(super) fn get(&mut self, url: &str) {
        self.ask(&json!({"get": url}));
    }

    fn ask(&mut self, question: &Value) -> Value {
        writeln!(self.input.as_ref().unwrap(), "{question}").unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // The end of its input is the end of the process.
        drop(self.input.take());
        let _ = self.child.wait();
    }
}
