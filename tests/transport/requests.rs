//! The requests themselves: how long, how packed, when signed.

use local_aws::{Auth, Request};

use super::{Spoken, everywhere, save, shell, studio, watched};
use crate::harness::{Studio, digits, every_git};

/// How a request was sent, in the words that git itself uses with `-v`.
fn sent(request: &Request) -> String {
    match (request.content_encoding.as_deref(), request.content_length) {
        (Some("gzip"), Some(length)) => format!("gzip {} to {length} bytes", request.decoded_body),
        (None, Some(length)) => format!("{length} bytes"),
        (None, None) if request.chunked => "chunked".to_owned(),
        other => panic!("{other:?}"),
    }
}

fn posts(studio: &Studio) -> Vec<Request> {
    let requests = studio.aws.git_requests().into_iter();
    requests.filter(|r| r.method == "POST").collect()
}

#[test]
fn what_git_wants_and_has_is_compressed_from_a_kilobyte_on() {
    everywhere(|studio, spoken| {
        save(studio);
        // Many commits that only this side knows, and one that only the host knows.
        let script = "cd demo-repo && for i in $(seq 100); do \
                      git commit -q --allow-empty -m $i; done && \
                      cd ../other && git commit -q --allow-empty -m theirs && git push -q";
        shell(studio, script).succeeded();
        studio.aws.clear_record();
        let said = watched(studio, "demo-repo", &["fetch", "-v"]).outcome;
        let said = said.succeeded().stderr;
        let posts = posts(studio);
        for post in &posts {
            let long = post.decoded_body > 1024;
            assert_eq!(post.content_encoding.is_some(), long, "{post:#?}");
            assert!(
                !long || post.request_body < post.decoded_body * 3 / 4,
                "{post:#?}"
            );
            let line = format!("POST git-upload-pack ({})\n", sent(post));
            assert!(said.contains(&line), "{line:?} is not in {said}");
        }
        let compressed = posts.iter().filter(|p| p.content_encoding.is_some());
        assert!(compressed.count() > 0, "{posts:#?}");
        if spoken != Spoken::V2 {
            // Version 2 opens with a short list of what is wanted to be listed.
            assert!(
                posts.len() > 1,
                "the first rounds ask, the last one wants: {posts:#?}"
            );
        }
        studio.assert_each_run_signed();
    });
}

#[test]
fn a_push_says_how_it_is_sent_and_is_never_compressed_twice() {
    let studio = studio(&every_git()[0], Spoken::CodeCommit);
    save(&studio);
    for (count, expected) in [(2_000, "bytes"), (300_000, "chunked")] {
        studio.commit("demo-repo", "digits", &digits(count));
        studio.aws.clear_record();
        let said = studio
            .git_in("demo-repo", &["push", "-v"])
            .succeeded()
            .stderr;
        let posts = posts(&studio);
        let last = posts.last().unwrap();
        assert_eq!(last.content_encoding, None);
        assert!(sent(last).ends_with(expected), "{last:#?}");
        let line = format!("POST git-receive-pack ({})\n", sent(last));
        assert!(said.contains(&line), "{line:?} is not in {said}");
        // The probe is not for the person.
        assert_eq!(said.matches("POST ").count(), 1, "{said}");
        assert_eq!(posts.len(), if expected == "chunked" { 2 } else { 1 });
    }
    let said = studio.git_in("demo-repo", &["push", "--force", "origin", "HEAD^:main"]);
    assert!(!said.succeeded().stderr.contains("POST "));
}

#[test]
fn a_push_whose_pack_takes_long_to_make_is_signed_when_it_is_sent() {
    // A pack that is sent whole, and one that is sent as it is made.
    for count in [10, 300_000] {
        let mut studio = studio(&every_git()[0], Spoken::CodeCommit);
        save(&studio);
        // Packing takes three seconds.
        let script = r#"mkdir core && ln -s "$(git --exec-path)"/* core && rm core/git &&
            cat > core/git <<'END'
#!/bin/sh
test "$1" != pack-objects || sleep 3
exec "$REAL_GIT" "$@"
END
            chmod +x core/git && command -v git"#;
        let real = shell(&studio, script).succeeded().stdout;
        studio.set("REAL_GIT", real.trim());
        let folder = studio.home().join("core");
        studio.set("GIT_EXEC_PATH", folder.to_str().unwrap());
        let keys = studio.aws.issue_user("dev");
        studio.set("AWS_ACCESS_KEY_ID", &keys.access_key_id);
        studio.set("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
        let commit = studio.commit("demo-repo", "digits", &digits(count));
        // Whatever is signed now has one more second to live there.
        studio
            .aws
            .set_clock_offset(time::Duration::minutes(15) - time::Duration::seconds(1));
        studio.aws.clear_record();
        let address = "codecommit::eu-west-1://demo-repo";
        studio
            .git_in("demo-repo", &["push", address, "main"])
            .succeeded();
        assert_eq!(studio.remote_ref("refs/heads/main"), commit);
        let requests = studio.aws.git_requests();
        let took = requests.last().unwrap().arrived - requests[0].arrived;
        assert!(took.as_secs() >= 3, "{requests:#?}");
        let signed = |r: &Request| matches!(r.authorization, Auth::Ok { .. });
        assert!(requests.iter().all(signed), "{requests:#?}");
    }
}
