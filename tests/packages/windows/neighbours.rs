//! The credential helpers of Git for Windows, which it sets for the whole system: none of them is asked for `CodeCommit`, or
//! is given our password to keep.

use super::{Windows, text};
use crate::harness::REQUEST;

const OTHER: &str = "protocol=https\nhost=github.com\npath=x/y\n";

/// A helper that knows nothing and notes each call.
const NOTES: &str = r#"
#include <stdio.h>
#include <stdlib.h>
int main(int count, char **words) {
  char path[4096];
  snprintf(path, sizeof path, "%s/calls", getenv("USERPROFILE"));
  FILE *calls = fopen(path, "a");
  fprintf(calls, "%s\n", words[1]);
  fclose(calls);
  while (getchar() != EOF) {}
  return 0;
}
"#;

/// What a neighbour was called for since the last time, in order.
fn calls(windows: &Windows) -> Vec<String> {
    let path = windows.studio.home().join("calls");
    let calls = std::fs::read_to_string(&path).unwrap_or_default();
    let _ = std::fs::remove_file(path);
    calls.split_whitespace().map(str::to_owned).collect()
}

/// Git's credential commands, with what a person's git would give them after an answer of `password`.
fn whole_life(windows: &Windows, request: &str, password: &str) {
    let known = format!("{request}username=u\npassword={password}\n");
    for command in ["approve", "reject"] {
        let arguments = ["credential", command];
        windows.run(".", "git", &arguments, &known).succeeded();
    }
}

#[test]
#[ignore = "needs wine and the programs for Windows: docs/releasing.md"]
fn the_helpers_of_git_for_windows_neither_answer_nor_keep_anything() {
    for neighbour in ["manager", "wincred"] {
        let Some(mut windows) = Windows::new() else {
            return;
        };
        windows.compile(&format!("git-credential-{neighbour}"), NOTES);
        let system = format!("[credential]\n\thelper = {neighbour}\n");
        windows.studio.write("system", &system);
        windows.studio.unset("GIT_CONFIG_NOSYSTEM");
        let path = format!("Z:{}", text(&windows.studio.home().join("system")));
        windows.studio.set("GIT_CONFIG_SYSTEM", &path);
        for request in [REQUEST, OTHER] {
            windows.run(".", "git", &["credential", "fill"], request);
            whole_life(&windows, request, "p");
            assert_eq!(calls(&windows), ["get", "store", "erase"], "{neighbour}");
        }
        let setup = ["setup", "--yes", "--region", "eu-west-1"];
        let setup = [&setup[..], &["--role-arn", super::CONTRIBUTOR_ROLE]].concat();
        windows.ours(&setup).succeeded();
        let said = windows.run(".", "git", &["credential", "fill"], REQUEST);
        let said = said.succeeded().stdout;
        let password = said.split("password=").nth(1).unwrap().trim();
        whole_life(&windows, REQUEST, password);
        assert_eq!(calls(&windows), [""; 0], "{neighbour}");
        windows.run(".", "git", &["credential", "fill"], OTHER);
        assert_eq!(
            calls(&windows),
            ["get"],
            "{neighbour}: other hosts are theirs"
        );
    }
}
