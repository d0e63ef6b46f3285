//! What goes wrong, and what the person reads then: the whole of this project's words.
//!
//! Every failure leaves the clone and the repository as they were, and asks for nothing.

mod git_host;
mod identity;
mod large;
mod packets;
mod push;
mod rare;
mod settings;

use local_aws::Protocol;

use crate::harness::Studio;

/// The first git on PATH, in front of CodeCommit's protocol.
fn studio() -> Studio {
    studio_of(Protocol::V0Only)
}

/// The first git on PATH. Whoever is asked for a password here leaves a file behind. No request is
/// repeated: tests/transport/retries.rs is about that.
fn studio_of(protocol: Protocol) -> Studio {
    let mut studio = Studio::with_aws(|aws| aws.protocol(protocol));
    studio.set("GIT_HTTP_MAX_RETRIES", "0");
    studio.write("askpass", "#!/bin/sh\n: > \"$HOME/asked\"\necho nobody\n");
    let askpass = studio.home().join("askpass").display().to_string();
    let shell = std::path::Path::new("/bin/sh");
    studio
        .run_in(".", shell, &["-c", "chmod +x askpass"], "")
        .succeeded();
    studio.set("GIT_ASKPASS", &askpass);
    studio.set("SSH_ASKPASS", &askpass);
    studio
}

/// Clones, expects failure and nothing left behind; returns this project's words.
fn cannot_clone(studio: &Studio, address: &str) -> String {
    let said = studio.git(&["clone", address, "clone"]).failed();
    assert!(!studio.home().join("clone").exists(), "{said:?}");
    assert!(
        !studio.home().join("asked").exists(),
        "git asked for a password: {said:?}"
    );
    assert!(
        !said.stderr.contains("fatal: could not read Username"),
        "{said:?}"
    );
    said.said()
}
