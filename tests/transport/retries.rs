//! Requests that are sent again, and those that are not.

use std::time::Duration;

use local_aws::{Action, Auth, Fault, Request, Service};

use super::{Spoken, save, studio};
use crate::harness::{Outcome, Studio, WITH_REGION, digits, every_git};

/// What was said of waiting, the times taken out.
fn waits(said: &Outcome) -> Vec<String> {
    let said = said.said();
    let lines = said.lines().filter_map(|line| {
        let line = line.strip_prefix("git-remote-codecommit: warning: ")?;
        let (what, wait) = line.split_once(": trying again in ")?;
        assert!(
            wait.ends_with(" seconds") || wait.ends_with(" minutes"),
            "{line}"
        );
        Some(what.to_owned())
    });
    lines.collect()
}

fn statuses(studio: &Studio) -> Vec<Option<u16>> {
    let requests = studio.aws.git_requests();
    requests.iter().map(|request| request.status).collect()
}

/// Checks that requests were this far apart, in seconds.
fn assert_pause(earlier: &Request, later: &Request, at_least: f64, at_most: f64) {
    let pause = (later.arrived - earlier.arrived).as_secs_f64();
    assert!((at_least..at_most).contains(&pause), "{pause} s");
}

fn failing(service_method: &str, action: Action) -> Fault {
    Fault::new(Service::Git, action).on_method(service_method)
}

#[test]
fn every_kind_of_request_is_repeated_and_signed_anew_where_that_does_no_harm() {
    let gits = every_git();
    let last = gits.len() - 1;
    for (git, spoken) in [(0, Spoken::CodeCommit), (last, Spoken::V2)] {
        let studio = studio(&gits[git], spoken);
        for (method, action, words) in [
            // A second between the signatures: their time has no fractions.
            (
                "GET",
                Action::status(429, "").header("Retry-After", "1"),
                "too many requests",
            ),
            (
                "POST",
                Action::status(429, "").header("Retry-After", "1"),
                "too many requests",
            ),
            ("GET", Action::status(503, ""), "failed"),
            ("POST", Action::status(500, ""), "failed"),
            ("POST", Action::status(502, ""), "failed"),
            ("GET", Action::status(504, ""), "failed"),
            ("GET", Action::Reset, "was cut"),
            ("POST", Action::Reset, "was cut"),
        ] {
            studio.aws.clear_record();
            studio.aws.fail(failing(method, action.clone()));
            let said = studio.git(&["clone", WITH_REGION, "again"]).succeeded();
            let waits = waits(&said);
            assert_eq!(waits.len(), 1, "{said:?}");
            assert!(waits[0].contains(words), "{spoken:?} {action:?}: {waits:?}");
            let requests = studio.aws.git_requests();
            let failed = requests.iter().position(|r| r.status != Some(200)).unwrap();
            assert_eq!(requests[failed].method, method);
            let (first, second) = (&requests[failed], &requests[failed + 1]);
            assert_eq!((&first.method, &first.path), (&second.method, &second.path));
            if words == "too many requests" {
                assert_pause(first, second, 1.0, 3.0);
            }
            let signed = requests
                .iter()
                .all(|r| matches!(r.authorization, Auth::Ok { .. }));
            assert!(signed, "{requests:#?}");
            // One run, one snapshot of credentials, however often it signs.
            assert_eq!(studio.aws.container_requests().len(), 1);
            std::fs::remove_dir_all(studio.home().join("again")).unwrap();
        }
        let is_password = |text: &String| text.len() == 80 && text.as_bytes()[15] == b'Z';
        let passwords = studio.aws.canaries().into_iter().filter(is_password);
        // The two that waited for a second were signed twice.
        let different: std::collections::BTreeSet<String> = passwords.collect();
        assert!(different.len() >= 4, "{different:?}");
    }
}

#[test]
fn a_push_is_repeated_only_where_the_host_did_not_get_to_it() {
    for (action, repeated) in [
        (Action::status(429, ""), true),
        (Action::status(503, "").header("Retry-After", "1"), true),
        // A gateway may say so of a push that went through.
        (Action::status(503, ""), false),
        (Action::status(500, ""), false),
        (Action::status(502, ""), false),
        (Action::status(504, ""), false),
        (Action::Reset, false),
        (Action::CutBody(0), false),
    ] {
        let studio = studio(&every_git()[0], Spoken::CodeCommit);
        save(&studio);
        let commit = studio.commit("demo-repo", "x", "x");
        studio.aws.clear_record();
        studio.aws.fail(failing("POST", action.clone()));
        let said = studio.git_in("demo-repo", &["push"]);
        let posts = studio.aws.git_requests().len() - 1;
        if repeated {
            let said = said.succeeded();
            assert_eq!((waits(&said).len(), posts), (1, 2), "{said:?}");
            assert_eq!(studio.remote_ref("refs/heads/main"), commit);
        } else {
            let said = said.failed();
            assert_eq!((waits(&said).len(), posts), (0, 1), "{action:?}: {said:?}");
            assert!(
                said.said().contains("the push may have arrived"),
                "{said:?}"
            );
        }
    }
}

#[test]
fn a_large_push_is_repeated_up_to_its_probe() {
    for (action, after, works) in [
        (Action::status(429, ""), 0, true),
        (Action::status(502, ""), 0, true),
        (Action::Reset, 0, true),
        // Behind the probe comes the pack. Once the host has all of it, it is not sent again.
        (Action::status(429, ""), 1, false),
        (Action::Reset, 1, false),
    ] {
        let studio = studio(&every_git()[0], Spoken::CodeCommit);
        save(&studio);
        let before = studio.remote_ref("refs/heads/main");
        let commit = studio.commit("demo-repo", "digits", &digits(300_000));
        studio.aws.clear_record();
        for action in [Action::ReadFirst, action.clone()] {
            studio.aws.fail(failing("POST", action).after(after));
        }
        let said = studio.git_in("demo-repo", &["push"]);
        let there = if works {
            assert_eq!(waits(&said.succeeded()).len(), 1);
            commit
        } else {
            let said = said.failed();
            assert_eq!(waits(&said).len(), 0, "{said:?}");
            assert_eq!(studio.aws.git_requests().len(), 3);
            before
        };
        assert_eq!(studio.remote_ref("refs/heads/main"), there, "{action:?}");
    }
}

#[test]
fn what_the_host_asks_for_is_waited_for() {
    let studio = studio(&every_git()[0], Spoken::CodeCommit);
    let format = time::macros::format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    for (value, least) in [("2", 2.0), ("in five seconds", 2.0), ("nonsense", 0.25)] {
        let value = match value {
            "in five seconds" => {
                let then = studio.aws.now() + time::Duration::seconds(5);
                then.format(format).unwrap()
            }
            value => value.to_owned(),
        };
        studio.aws.clear_record();
        let action = Action::status(429, "").header("Retry-After", &value);
        studio.aws.fail(failing("GET", action));
        studio.git(&["ls-remote", WITH_REGION]).succeeded();
        let requests = studio.aws.git_requests();
        assert_pause(&requests[0], &requests[1], least, 8.0);
    }
}

#[test]
fn waits_grow_and_the_last_failure_is_said() {
    let studio = studio(&every_git()[0], Spoken::CodeCommit);
    studio
        .aws
        .fail(failing("GET", Action::status(429, "")).always());
    let said = studio.git(&["ls-remote", WITH_REGION]).failed();
    assert_eq!(waits(&said).len(), 5, "{said:?}");
    assert_eq!(statuses(&studio), vec![Some(429); 6]);
    let requests = studio.aws.git_requests();
    for (number, pair) in requests.windows(2).enumerate() {
        let longest = 0.5 * f64::from(1 << number);
        assert_pause(&pair[0], &pair[1], longest / 2.0, longest + 1.0);
    }
    let last = said.said();
    let last = last.lines().skip(5).collect::<Vec<_>>().join("\n");
    assert_eq!(
        last,
        "git-remote-codecommit: too many requests to repository \"demo-repo\" in \
         eu-west-1 (localhost:PORT, HTTP 429)\n\
         hint: wait a moment, and run fewer git commands at once"
    );
}

#[test]
fn gits_settings_decide_how_often_and_how_long() {
    let studio = studio(&every_git()[0], Spoken::CodeCommit);
    let count = |environment: &[(&str, &str)], arguments: &[&str]| {
        studio.aws.clear_faults();
        studio.aws.clear_record();
        let limited = Action::status(429, "").header("Retry-After", "1");
        studio.aws.fail(failing("GET", limited).always());
        let all = [arguments, &["ls-remote", WITH_REGION]].concat();
        let said = studio.git_with(".", environment, &all).failed();
        (studio.aws.git_requests().len(), said)
    };
    assert_eq!(count(&[], &["-c", "http.maxRetries=0"]).0, 1);
    assert_eq!(count(&[], &["-c", "http.maxRetries=2"]).0, 3);
    let fewer = [("GIT_HTTP_MAX_RETRIES", "1")];
    assert_eq!(count(&fewer, &["-c", "http.maxRetries=2"]).0, 2);
    // For this host only.
    let scoped = format!("http.https://{}/.maxRetries=0", studio.aws.git_authority());
    assert_eq!(count(&[], &["-c", &scoped]).0, 1);

    let (requests, said) = count(&[], &["-c", "http.maxRetryTime=0"]);
    assert_eq!(requests, 1);
    assert!(
        said.said().starts_with(
            "git-remote-codecommit: warning: the git host asks for a wait of 1.0 seconds, longer than \
             http.maxRetryTime (0.0 seconds)\n"
        ),
        "{said:?}"
    );
    let (requests, _) = count(&[("GIT_HTTP_MAX_RETRY_TIME", "0")], &[]);
    assert_eq!(requests, 1);

    // Without Retry-After http.retryAfter counts.
    studio.aws.clear_faults();
    studio.aws.clear_record();
    studio.aws.fail(failing("GET", Action::status(503, "")));
    studio
        .git(&["-c", "http.retryAfter=2", "ls-remote", WITH_REGION])
        .succeeded();
    let requests = studio.aws.git_requests();
    assert_pause(&requests[0], &requests[1], 2.0, 3.0);
}

#[test]
fn what_will_not_change_is_not_repeated() {
    let studio = studio(&every_git()[0], Spoken::CodeCommit);
    for status in [301, 400, 401, 403, 404, 413, 501, 505] {
        studio.aws.clear_record();
        studio
            .aws
            .fail(failing("GET", Action::status(status, "")).always());
        let said = studio.git(&["ls-remote", WITH_REGION]).failed();
        assert_eq!(waits(&said).len(), 0, "{said:?}");
        assert_eq!(studio.aws.git_requests().len(), 1);
        studio.aws.clear_faults();
    }
    // Nobody there: said at once.
    let mut studio = studio;
    studio.set("CODE_COMMIT_ENDPOINT", "localhost:1");
    let start = studio.aws.now();
    let said = studio.git(&["ls-remote", WITH_REGION]).failed();
    assert_eq!(waits(&said).len(), 0, "{said:?}");
    assert!(studio.aws.now() - start < Duration::from_secs(5));
}

#[test]
fn a_wrong_clock_is_corrected_for_once_and_for_the_whole_run() {
    for git in every_git() {
        for minutes in [-40, 300] {
            let mut studio = studio(&git, Spoken::CodeCommit);
            let keys = studio.aws.issue_user("dev");
            studio.set("AWS_ACCESS_KEY_ID", &keys.access_key_id);
            studio.set("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
            studio
                .aws
                .set_clock_offset(time::Duration::minutes(minutes));
            let address = "codecommit::eu-west-1://demo-repo";
            let said = studio.git(&["clone", address]).succeeded();
            let clock = match minutes {
                -40 => "40 minutes ahead of",
                _ => "5 hours behind",
            };
            assert_eq!(
                said.said(),
                format!(
                    "git-remote-codecommit: warning: this machine's clock is {clock} the git host's: \
                     signing with the host's time; correct the clock"
                )
            );
            assert_eq!(statuses(&studio), [Some(403), Some(200), Some(200)]);
            // A push that goes by once is behind its references, and so behind the correction.
            studio.aws.clear_record();
            studio.commit("demo-repo", "digits", &digits(300_000));
            studio.git_in("demo-repo", &["push"]).succeeded();
            assert_eq!(
                statuses(&studio),
                [Some(403), Some(200), Some(200), Some(200)]
            );
        }
    }
}

#[test]
fn a_refusal_that_a_corrected_clock_does_not_cure_is_final() {
    let studio = studio(&every_git()[0], Spoken::CodeCommit);
    // The date is wrong, and the refusal is not about it.
    let shift = Action::ShiftDate(time::Duration::minutes(-30));
    studio.aws.fail(failing("GET", shift).always());
    studio
        .aws
        .fail(failing("GET", Action::status(403, "")).always());
    let said = studio.git(&["ls-remote", WITH_REGION]).failed();
    assert_eq!(statuses(&studio), [Some(403), Some(403)]);
    assert!(
        said.said().contains("\nhint: signed as arn:aws:sts::"),
        "{said:?}"
    );

    // A time so far off is not believed: whoever forges it would get a signature for later.
    studio.aws.clear_faults();
    studio.aws.clear_record();
    let keys = studio.aws.issue_user("dev");
    let mut studio = studio;
    studio.set("AWS_ACCESS_KEY_ID", &keys.access_key_id);
    studio.set("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    studio.aws.set_clock_offset(time::Duration::days(-3));
    let address = "codecommit::eu-west-1://demo-repo";
    let said = studio.git(&["ls-remote", address]).failed().said();
    assert!(!said.contains("signing with the host's time"), "{said}");
    assert_eq!(statuses(&studio), [Some(403)]);
}

#[test]
fn a_kept_session_that_the_host_refuses_is_replaced_once() {
    for git in every_git() {
        for spoken in [Spoken::CodeCommit, Spoken::V2] {
            let studio = studio(&git, spoken).with_cache();
            studio.git(&["clone", WITH_REGION]).succeeded();
            let requests = studio.aws.git_requests();
            let Auth::Ok { access_key_id, .. } = &requests[0].authorization else {
                panic!("{requests:#?}");
            };
            // The file says that it is good for an hour; the host knows better.
            studio.aws.expire(access_key_id);
            studio.aws.clear_record();
            let said = studio.git_in("demo-repo", &["fetch"]).succeeded();
            assert_eq!(said.said(), "");
            assert_eq!(statuses(&studio)[..2], [Some(403), Some(200)]);
            assert_eq!(studio.aws.sts_requests().len(), 1);
            studio.aws.clear_record();
            studio.git_in("demo-repo", &["fetch"]).succeeded();
            assert_eq!(studio.aws.sts_requests().len(), 0, "the new one is kept");

            // A refusal that is meant is asked for twice, and no more.
            studio
                .aws
                .fail(failing("GET", Action::status(403, "")).always());
            studio.aws.clear_record();
            let said = studio.git_in("demo-repo", &["fetch"]).failed();
            assert!(said.said().contains("access to repository"), "{said:?}");
            assert_eq!(statuses(&studio), [Some(403), Some(403)]);
            assert_eq!(studio.aws.sts_requests().len(), 1);
        }
    }
}
