use std::process::Stdio;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::session::Session;
use crate::address::Address;
use crate::aws::{Region, RepositoryName, partition};
use crate::doctor;
use crate::error::{Error as AnyError, Exit, Explain};
use crate::message::Notices as _;
use crate::process;
use crate::target::Target;
use crate::world::path_lookup::found_on_path;
use crate::world::{World, variable};

/// Open a repository in the AWS console
///
/// It prints the URL of the page, and opens it if standard output is a terminal and there is a browser. Without ADDRESS
/// it is the page of the current branch, or of the current commit if no branch is checked out.
#[derive(clap::Args)]
#[command(after_help = "\
The browser is BROWSER, else open on macOS, wslview in WSL, or xdg-open in a graphical session.")]
pub(super) struct Browse {
    /// Print the URL only
    #[arg(short, long)]
    no_browser: bool,
    /// Show this branch
    #[arg(short, long, value_name = "BRANCH", conflicts_with = "commit")]
    branch: Option<String>,
    /// Show this commit
    #[arg(short, long, value_name = "COMMIT")]
    commit: Option<String>,
    /// Address, URL or name of a remote; the checkout's CodeCommit remote if omitted
    address: Option<String>,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("this folder has no CodeCommit remote")]
    Nowhere,
    /// Neither in the checkout, nor a whole id.
    #[error("{0:?} is not a commit in this repository")]
    UnknownCommit(String),
    /// The partition's console has no public name.
    #[error("no address is known for the console of partition {partition}")]
    NoConsole {
        partition: &'static str,
        region: Region,
    },
}

impl Explain for Error {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Nowhere => vec![
                "name an address: git codecommit browse codecommit::eu-west-1://repository".into(),
            ],
            Self::UnknownCommit(_) => {
                vec!["give the full commit ID, or a commit of this clone".into()]
            }
            Self::NoConsole { region, .. } => vec![format!(
                "sign in to that partition's console, then open CodeCommit in {region}"
            )],
        }
    }

    fn exit(&self) -> Exit {
        Exit::Settings
    }
}

/// What is shown of a repository.
#[derive(Debug, PartialEq, Eq)]
enum Page {
    Repository,
    Branch(String),
    Commit(String),
}

impl Browse {
    pub(super) fn run(&self, session: &mut Session) -> Result<(), AnyError> {
        let world = session.world;
        let config = world.git_config_with_origins()?;
        let branch = current_branch();
        let upstream = |key: &str| {
            let key = format!("branch.{}.{key}", branch.as_deref()?);
            let value = config.value(&key)?.text().ok()?;
            Some(value.to_owned())
        };
        let remote = upstream("remote").filter(|remote| remote != ".");
        let typed = self.address.as_deref().or(remote.as_deref());
        let address = doctor::codecommit_address(config, typed).ok_or(Error::Nowhere)?;
        let (region, repository) = place(session, &address)?;
        let page = if let Some(branch) = &self.branch {
            Page::Branch(branch.clone())
        } else if let Some(commit) = &self.commit {
            Page::Commit(commit_id(commit).ok_or_else(|| Error::UnknownCommit(commit.clone()))?)
        } else if self.address.is_some() {
            Page::Repository
        } else {
            // The branch may have another name on the host.
            let merged = upstream("merge");
            let merged = merged.and_then(|name| Some(name.strip_prefix("refs/heads/")?.to_owned()));
            match (merged.or(branch), commit_id("HEAD")) {
                (Some(branch), _) => Page::Branch(branch),
                (None, Some(commit)) => Page::Commit(commit),
                (None, None) => Page::Repository,
            }
        };
        let url = url(&region, &repository, &page)?;
        writeln!(session.out, "{url}")?;
        session.out.flush()?;
        if !self.no_browser && world.writes_to_terminal() {
            open(session, &url);
        }
        Ok(())
    }
}

/// The region and the repository that an address names. The settings are needed only where it names no region.
fn place(session: &Session<'_>, address: &str) -> Result<(Region, RepositoryName), AnyError> {
    let parsed = Address::parse(address)?;
    if let Some(region) = parsed.region {
        return Ok((region, parsed.repository));
    }
    let target = Target::of_address(session.world, session.messages, address)?;
    Ok((target.region.clone(), parsed.repository))
}

/// What a path of the console's may hold as it is; a branch keeps its slashes.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The console's page, `https://<region>.<console>/codesuite/codecommit/repositories/…`.
fn url(region: &Region, repository: &RepositoryName, page: &Page) -> Result<String, Error> {
    let partition = partition::of(region.as_str());
    let console = partition.console.ok_or_else(|| Error::NoConsole {
        partition: partition.name,
        region: region.clone(),
    })?;
    let rest = match page {
        Page::Repository => "browse".to_owned(),
        Page::Branch(name) => {
            format!("browse/refs/heads/{}", utf8_percent_encode(name, IN_PATH))
        }
        Page::Commit(id) => format!("commit/{id}"),
    };
    Ok(format!(
        "https://{region}.{console}/codesuite/codecommit/repositories/{repository}/{rest}?region={region}"
    ))
}

fn current_branch() -> Option<String> {
    said(&["symbolic-ref", "--quiet", "--short", "HEAD"])
}

/// The whole id of a commit, which the checkout knows or which is typed whole.
fn commit_id(typed: &str) -> Option<String> {
    let is_id =
        |text: &str| matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit());
    let name = format!("{typed}^{{commit}}");
    let known = said(&[
        "rev-parse",
        "--verify",
        "--quiet",
        "--end-of-options",
        &name,
    ]);
    // Before git 2.30, --end-of-options is part of the answer.
    let known = known.and_then(|said| said.lines().last().map(str::to_owned));
    known
        .filter(|id| is_id(id))
        .or_else(|| is_id(typed).then(|| typed.to_ascii_lowercase()))
}

/// What git prints, if it succeeds.
fn said(arguments: &[&str]) -> Option<String> {
    let (program, arguments) = arguments.split_first()?;
    let mut git = process::git(program);
    git.args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    let said = process::answer(&mut git).ok()?;
    let text = String::from_utf8(said.stdout).ok()?.trim_end().to_owned();
    (said.status.success() && !text.is_empty()).then_some(text)
}

/// The program that opens a page, and its arguments before the URL.
fn browser(world: &World) -> Option<Vec<String>> {
    if let Some(browser) = world.variable(variable::BROWSER) {
        // Some write a list of them, and %s for the URL, which comes last anyway.
        let first = browser.split(':').next().unwrap_or_default();
        let words = first.split_whitespace().filter(|word| *word != "%s");
        return Some(words.map(str::to_owned).collect()).filter(|words: &Vec<_>| !words.is_empty());
    }
    let is_graphical = world
        .first_variable(&[variable::DISPLAY, variable::WAYLAND_DISPLAY])
        .is_some();
    let known: &[&str] = match (cfg!(target_os = "macos"), is_graphical) {
        (true, _) => &["open"],
        (false, true) => &["wslview", "xdg-open"],
        (false, false) => &["wslview"],
    };
    let found = known
        .iter()
        .find(|name| found_on_path(world, name).is_some());
    found.map(|name| vec![(*name).to_owned()])
}

/// Opens a page. The URL has been printed: what fails here is only a warning.
fn open(session: &Session<'_>, url: &str) {
    let Some((program, arguments)) = browser(session.world).and_then(|words| {
        words
            .split_first()
            .map(|(one, rest)| (one.clone(), rest.to_vec()))
    }) else {
        return;
    };
    // One in the terminal ends when the person has read the page.
    let ended = process::program(&program).args(arguments).arg(url).status();
    let problem = match ended {
        Ok(status) if status.success() => return,
        Ok(status) => status.to_string(),
        Err(error) => error.to_string(),
    };
    session
        .messages
        .warning(&format!("{program} did not open the page: {problem}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(region: &str, page: &Page) -> String {
        let region = Region::parse(region).unwrap();
        let repository = RepositoryName::parse("demo-repo").unwrap();
        url(&region, &repository, page).unwrap_or_else(|error| error.to_string())
    }

    #[test]
    fn every_partition_has_its_console() {
        let of = |host: &str, region: &str| {
            format!(
                "https://{region}.{host}/codesuite/codecommit/repositories/demo-repo/browse?region={region}"
            )
        };
        for (region, host) in [
            ("eu-west-1", "console.aws.amazon.com"),
            ("us-gov-east-1", "console.amazonaws-us-gov.com"),
            ("cn-north-1", "console.amazonaws.cn"),
            ("eusc-de-east-1", "console.amazonaws-eusc.eu"),
        ] {
            assert_eq!(shown(region, &Page::Repository), of(host, region));
        }
        assert_eq!(
            shown("us-iso-east-1", &Page::Repository),
            "no address is known for the console of partition aws-iso"
        );
    }

    #[test]
    fn a_page_leads_back_to_its_repository() {
        let branch = Page::Branch("feature/a b#1?x".into());
        let url = shown("eu-west-1", &branch);
        assert_eq!(
            url,
            "https://eu-west-1.console.aws.amazon.com/codesuite/codecommit/repositories/demo-repo/browse/refs/heads/\
             feature/a%20b%231%3Fx?region=eu-west-1"
        );
        let error = Address::parse(&url).unwrap_err();
        assert_eq!(error.hints(), ["type codecommit::eu-west-1://demo-repo"]);
    }

    #[test]
    fn a_browser_may_be_a_list_with_a_place_for_the_url() {
        for (set, expected) in [
            ("firefox", &["firefox"][..]),
            ("lynx -x %s:firefox", &["lynx", "-x"]),
        ] {
            let world = World::of(&[(variable::BROWSER, set)]);
            assert_eq!(browser(&world).unwrap(), expected);
        }
        assert_eq!(browser(&World::of(&[])), None);
    }
}
