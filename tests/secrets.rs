//! Looks for every secret that exists, in everything a run leaves behind or lets others see.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use local_aws::{Action, Fault, Protocol, Service};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::harness::{HTTPS, Studio, WITH_REGION};

/// The command lines of every process of this machine that were seen while `run` ran.
pub(crate) fn with_command_lines(run: impl FnOnce()) -> BTreeSet<Vec<u8>> {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut seen = BTreeSet::new();
            while !done.load(Ordering::Relaxed) {
                for entry in std::fs::read_dir("/proc").unwrap().flatten() {
                    if let Ok(line) = std::fs::read(entry.path().join("cmdline")) {
                        seen.insert(line);
                    }
                }
                std::thread::sleep(Duration::from_millis(2));
            }
            seen
        });
        run();
        done.store(true, Ordering::Relaxed);
        watcher.join().unwrap()
    })
}

/// A secret as it is, percent-encoded, and in base64 at each of the three places it can start.
pub(crate) fn disguises(secret: &str) -> Vec<String> {
    let mut all = vec![
        secret.to_owned(),
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
    ];
    for shift in 0..3 {
        let padded = format!("{}{secret}", "x".repeat(shift));
        let encoded = BASE64_STANDARD_NO_PAD.encode(padded);
        // The first and the last group also depend on what stands beside the secret.
        let inner = &encoded[4.min(encoded.len())..encoded.len().saturating_sub(4)];
        if inner.len() >= 16 {
            all.push(inner.to_owned());
        }
    }
    all
}

/// Standard error less the one line in which libcurl, asked by GIT_TRACE_CURL, prints the user name of
/// git's own https transport, session token included: docs/SECURITY.md, "Known limits".
pub(crate) fn without_curls_user_name(text: &str) -> String {
    text.lines()
        .filter(|line| !line.contains("== Info: Server auth using Basic with user"))
        .collect::<Vec<_>>()
        .join("\n")
}

pub(crate) fn contains(text: &[u8], needle: &str) -> bool {
    text.windows(needle.len())
        .any(|window| window == needle.as_bytes())
}

pub(crate) fn every_file(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() && !path.is_symlink() {
            every_file(&path, found);
        } else if let Ok(text) = std::fs::read(&path) {
            found.push((path.display().to_string(), text));
        }
    }
}

#[test]
fn no_secret_is_in_any_output_argument_or_file() {
    for protocol in [Protocol::V0Only, Protocol::Any] {
        let mut studio = Studio::with_aws(|aws| {
            aws.container_token("container-token-5b1f0c")
                .protocol(protocol)
        })
        .with_our_helper();
        for trace in [
            "GIT_TRACE",
            "GIT_TRACE_CURL",
            "GIT_TRACE_PACKET",
            "GIT_CODECOMMIT_TRACE",
        ] {
            studio.set(trace, "1");
        }
        let mut seen: Vec<(String, Vec<u8>)> = Vec::new();
        let run =
            |studio: &Studio, seen: &mut Vec<_>, folder: &str, arguments: &[&str], works: bool| {
                // Every process lives long enough for its command line to be seen.
                for service in [Service::Container, Service::Sts, Service::Git] {
                    let pause = Action::Delay(Duration::from_millis(60));
                    studio.aws.fail(Fault::new(service, pause).times(2));
                }
                let mut lines = BTreeSet::new();
                lines.extend(with_command_lines(|| {
                    let said = studio.git_in(folder, arguments);
                    assert_eq!(said.code == Some(0), works, "{said:?}");
                    seen.push((format!("output of {arguments:?}"), said.stdout.into()));
                    let errors = without_curls_user_name(&said.stderr);
                    seen.push((format!("errors of {arguments:?}"), errors.into()));
                }));
                assert!(
                    lines
                        .iter()
                        .any(|line| contains(line, "git-remote-codecommit\0")
                            || contains(line, "git-remote-https\0")),
                    "the watcher saw no helper"
                );
                seen.extend(
                    lines
                        .into_iter()
                        .map(|line| ("a command line".to_owned(), line)),
                );
                studio.aws.clear_faults();
            };
        for (address, folder) in [(WITH_REGION, "helper"), (HTTPS, "https")] {
            run(&studio, &mut seen, ".", &["clone", address, folder], true);
            studio.commit(folder, folder, "x");
            run(&studio, &mut seen, folder, &["push"], true);
            run(&studio, &mut seen, folder, &["fetch"], true);
            studio
                .aws
                .fail(Fault::new(Service::Git, Action::status(403, "")).always());
            run(&studio, &mut seen, folder, &["fetch"], false);
            studio.aws.fail(Fault::new(
                Service::Sts,
                Action::sts_error(403, "AccessDenied", "no"),
            ));
            run(&studio, &mut seen, folder, &["fetch"], false);
        }
        every_file(studio.place(), &mut seen);

        let secrets = studio.aws.canaries();
        assert!(secrets.len() > 20, "{} secrets", secrets.len());
        for secret in secrets {
            for disguise in disguises(&secret) {
                for (place, text) in &seen {
                    assert!(!contains(text, &disguise), "{disguise} is in {place}");
                }
            }
        }
    }
}

#[test]
fn a_kept_session_is_in_its_file_and_nowhere_else() {
    let mut studio = Studio::default().with_cache();
    studio.set("GIT_CODECOMMIT_TRACE", "1");
    let mut seen: Vec<(String, Vec<u8>)> = Vec::new();
    for folder in ["one", "two"] {
        let said = studio.git(&["clone", WITH_REGION, folder]).succeeded();
        seen.push(("errors".to_owned(), said.stderr.into()));
    }
    let listed = studio.helper("git-codecommit", &["cache", "list"], "");
    seen.push(("the list".to_owned(), listed.succeeded().stdout.into()));
    every_file(studio.place(), &mut seen);
    let (kept, elsewhere): (Vec<_>, Vec<_>) = seen
        .into_iter()
        .partition(|(place, _)| place.contains("/.aws/cli/cache/") && place.ends_with(".json"));
    let [(_, kept)] = kept.as_slice() else {
        panic!("{} files", kept.len());
    };
    let secrets = studio.aws.canaries();
    assert!(
        secrets.iter().any(|secret| contains(kept, secret)),
        "the search works"
    );
    // Only the role's session: nothing of the keys it was assumed with.
    let source = studio.aws.execution_role_keys();
    assert!(!contains(kept, &source.secret_access_key));
    for secret in secrets {
        for disguise in disguises(&secret) {
            for (place, text) in &elsewhere {
                assert!(!contains(text, &disguise), "{disguise} is in {place}");
            }
        }
    }
}

#[test]
fn the_search_would_find_a_secret_in_every_disguise() {
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    let finds = |text: &str| {
        disguises(secret)
            .iter()
            .any(|d| contains(text.as_bytes(), d))
    };
    assert!(finds(&format!("…{secret}…")));
    assert!(finds("wJalrXUtnFEMI%2FK7MDENG%2BbPxRfiCYEXAMPLEKEY"));
    for before in ["", "A", "AK", "AKI"] {
        let pair = BASE64_STANDARD_NO_PAD.encode(format!("{before}{secret}:password"));
        assert!(finds(&pair), "{before}");
    }
    assert!(!finds("nothing here"));
}

#[test]
fn what_sts_or_a_host_repeats_of_a_secret_is_taken_out() {
    let studio = Studio::with_aws(|aws| aws.container_token("container-token-5b1f0c"));
    let said = || studio.git(&["ls-remote", WITH_REGION]).failed().stderr;

    // STS quotes the canonical request when a signature does not match.
    let token = studio.aws.execution_role_keys().session_token.unwrap();
    let message = format!("The Canonical String should have been 'x-amz-security-token:{token} x'");
    let refusal = Action::sts_error(403, "SignatureDoesNotMatch", &message);
    studio.aws.fail(Fault::new(Service::Sts, refusal));
    let text = said();
    assert!(text.contains("'x-amz-security-token:*** x'"), "{text}");
    assert!(!text.contains(&token), "{text}");

    let body = "{\"code\":\"No\",\"message\":\"not container-token-5b1f0c\"}";
    studio
        .aws
        .fail(Fault::new(Service::Container, Action::status(400, body)));
    let text = said();
    assert!(text.contains(": No not ***\n"), "{text}");
}

#[test]
fn a_proxys_password_is_in_no_message() {
    let mut studio = Studio::default();
    studio.set("GIT_CODECOMMIT_TRACE", "1");
    for proxy in [
        "http://user:hunter2@127.0.0.1:9",
        "user:hunter2@[",
        "socks5://user:hunter2@127.0.0.1:9",
    ] {
        studio.set("https_proxy", proxy);
        let said = studio.git(&["ls-remote", WITH_REGION]).failed();
        assert!(said.stderr.contains("hint: "), "{said:?}");
        assert!(!said.stderr.contains("hunter2"), "{proxy}: {}", said.stderr);
    }
}
