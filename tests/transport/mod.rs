//! Everything git can ask of a remote helper (git's `Documentation/gitremote-helpers.adoc`), through real git: what git
//! said, what the helper answered and started, and what came of it.

mod fetch_options;
mod handover;
mod push_options;
mod references;
mod requests;
mod retries;
mod signals;
mod surroundings;

use local_aws::Protocol;

use crate::harness::{Git, Outcome, Studio, WITH_REGION, every_git};

/// What git and the git host speak with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spoken {
    /// Version 0, with the few capabilities that CodeCommit publishes.
    CodeCommit,
    /// Version 0, with all that git can do.
    V0,
    /// Version 1: version 0 with a line in front.
    V1,
    /// Version 2, by `stateless-connect`.
    V2,
}

impl Spoken {
    const ALL: [Self; 4] = [Self::CodeCommit, Self::V0, Self::V1, Self::V2];

    fn served(self) -> Protocol {
        match self {
            Self::CodeCommit => Protocol::V0Only,
            _ => Protocol::Any,
        }
    }

    /// `protocol.version`; git's own default is 2.
    fn wanted(self) -> &'static str {
        match self {
            Self::V0 => "0",
            Self::V1 => "1",
            Self::CodeCommit | Self::V2 => "2",
        }
    }
}

/// Every git of this machine with everything it can speak.
pub(super) fn everywhere(test: impl Fn(&Studio, Spoken)) {
    for git in every_git() {
        for spoken in Spoken::ALL {
            test(&studio(&git, spoken), spoken);
        }
    }
}

/// A home in which git speaks that way, in front of one repository with a history and an empty one.
pub(super) fn studio(git: &Git, spoken: Spoken) -> Studio {
    let studio = Studio::with_aws(|aws| aws.empty_repository("empty").protocol(spoken.served()))
        .with_git(git);
    let version = ["config", "--global", "protocol.version", spoken.wanted()];
    studio.git(&version).succeeded();
    studio
}

/// A git command of which everything is known: what git said to the helper, and what the helper
/// started.
pub(super) struct Watched {
    pub(super) outcome: Outcome,
    /// The lines git wrote to its helpers, each with the answer's first line.
    pub(super) said: Vec<(String, String)>,
    /// The command lines of `fetch-pack` and `send-pack`.
    pub(super) programs: Vec<String>,
}

/// Runs git with the trace of its helper conversation, and takes that out of the outcome.
pub(super) fn watched(studio: &Studio, folder: &str, arguments: &[&str]) -> Watched {
    let traces = [("GIT_TRANSPORT_HELPER_DEBUG", "1"), ("GIT_TRACE", "1")];
    let mut outcome = studio.git_with(folder, &traces, arguments);
    let mut said: Vec<(String, String)> = Vec::new();
    let (mut programs, mut rest) = (Vec::new(), String::new());
    for line in outcome.stderr.lines() {
        if let Some(line) = line.strip_prefix("Debug: Remote helper: ") {
            if let Some(command) = line.strip_prefix("-> ") {
                said.push((command.to_owned(), String::new()));
            } else if let (Some(answer), Some((_, known))) =
                (line.strip_prefix("<- "), said.last_mut())
                && known.is_empty()
            {
                answer.clone_into(known);
            }
        } else if line.contains(" trace: ") || line.contains(" run_processes_parallel: ") {
            let program = line.split_once("trace: built-in: git ").map(|(_, p)| p);
            let ours = |p: &&str| p.starts_with("fetch-pack ") || p.starts_with("send-pack ");
            programs.extend(program.filter(ours).map(str::to_owned));
        } else if !line.starts_with("Debug: ") {
            rest.push_str(line);
            rest.push('\n');
        }
    }
    outcome.stderr = rest;
    Watched {
        outcome,
        said,
        programs,
    }
}

impl Watched {
    /// Checks that git said this, and how the helper answered.
    pub(super) fn was_said(&self, command: &str, answer: &str) {
        let found = self
            .said
            .iter()
            .any(|(said, answered)| said == command && answered == answer);
        assert!(
            found,
            "{command:?} -> {answer:?} is not in {:#?}\n{:?}",
            self.said, self.outcome
        );
    }

    /// Checks that one of git's programs was started with this argument.
    pub(super) fn was_started_with(&self, argument: &str) {
        let has = |program: &String| program.contains(&format!(" {argument}"));
        assert!(
            self.programs.iter().any(has),
            "{argument:?} is not in {:#?}\n{:?}",
            self.programs,
            self.outcome
        );
    }
}

/// What the helper answers to an option that is not malformed.
pub(super) fn answer(option: &str) -> &'static str {
    let (name, _) = option.split_once(' ').unwrap();
    // Git's own https transport does not know these either, and git goes on without.
    match name {
        "updateshallow" | "rejectshallow" | "servpath" => "unsupported",
        _ => "ok",
    }
}

/// Runs a line of shell in the home directory. `$A` is the repository's address, `$R` its place in the
/// local AWS.
pub(super) fn shell(studio: &Studio, line: &str) -> Outcome {
    let place = studio.aws.repository_path("demo-repo");
    let line = format!("A={WITH_REGION} R={}\n{line}", place.display());
    let shell = std::path::Path::new("/bin/sh");
    studio.run_in(".", shell, &["-ec", &line], "")
}

/// Makes the clones `demo-repo` and `other`, and keeps a copy of them and of the repository.
pub(super) fn save(studio: &Studio) {
    let line = "git clone -q $A demo-repo && git clone -q $A other && \
                mkdir .saved && cp -R $R .saved/repository && cp -R demo-repo other .saved";
    shell(studio, line).succeeded();
}

/// Puts back what [`save`] kept, and removes all else that is not hidden.
pub(super) fn restore(studio: &Studio) {
    let line = "rm -rf $R * && cp -R .saved/repository $R && \
                cp -R .saved/demo-repo .saved/other .";
    shell(studio, line).succeeded();
}

/// How many commits a clone's HEAD has.
pub(super) fn commits(studio: &Studio, folder: &str) -> String {
    let counted = studio.git_in(folder, &["rev-list", "--count", "HEAD"]);
    counted.succeeded().stdout.trim().to_owned()
}

#[test]
fn the_conversation_itself_is_as_gits_documentation_has_it() {
    let studio = studio(&every_git()[0], Spoken::CodeCommit);
    let address = WITH_REGION.strip_prefix("codecommit::").unwrap();
    let main = studio.remote_ref("refs/heads/main");
    let talk = |input: &str| studio.helper("git-remote-codecommit", &["o", address], input);

    // A blank line ends it, and so does the end of the input; nothing was asked of anybody.
    for end in ["\n", ""] {
        let said = talk(&format!("capabilities\n{end}")).succeeded();
        assert_eq!(
            said.stdout,
            "stateless-connect\nfetch\noption\npush\ncheck-connectivity\nobject-format\n\n"
        );
    }
    assert!(studio.aws.requests().is_empty());

    // Git may ask to connect twice before it lists (2.45 does when it clones with a bundle URI).
    let said = talk(
        "option object-format true\nstateless-connect git-upload-pack\n\
         stateless-connect git-upload-pack\nlist\n\n",
    )
    .succeeded();
    let start = format!("ok\nfallback\nfallback\n:object-format sha1\n{main} HEAD\n");
    assert!(said.stdout.starts_with(&start), "{said:?}");
    assert!(said.stdout.ends_with("\n\n"), "{said:?}");
    studio.assert_record(1, &["GET upload-pack"]);

    // Without the option there is no such line; HEAD and peeled tags are not for a push.
    let said = talk("list for-push\n\n").succeeded();
    assert!(!said.stdout.contains(":object-format"), "{said:?}");
    assert!(
        !said.stdout.contains("HEAD") && !said.stdout.contains("^{}"),
        "{said:?}"
    );
    studio.assert_record(1, &["GET receive-pack"]);

    for (option, answer) in [
        ("option", "unsupported\n"),
        ("option verbosity", "error invalid value\n"),
        ("option depth -1", "error invalid value\n"),
        ("option servpath x", "unsupported\n"),
        ("option dry-run-not true", "unsupported\n"),
        ("option check-connectivity", "ok\n"),
    ] {
        let said = talk(&format!("{option}\n\n")).succeeded();
        assert_eq!(said.stdout, answer, "{option}");
    }
    // `get` is for bundle URIs, which git's own https transport downloads.
    for command in [
        "connect git-upload-pack",
        "get https://x y",
        "import x",
        "list x",
    ] {
        let said = talk(&format!("{command}\n")).failed();
        assert_eq!(
            said.said(),
            format!(
                "git-remote-codecommit: unknown command from git: {command:?}\n\
                 hint: git starts this program; do not run it by hand"
            )
        );
    }
    assert!(studio.aws.git_requests().is_empty());
}
