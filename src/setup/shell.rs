//! PATH of the terminals: a block in `~/.bashrc`, and the folder it puts first.
//!
//! A folder of its own, with links to our programs and nothing else: with `~/.local/bin` in front, whatever
//! else lies there would win over the image's programs as well. Studio's terminals are interactive bash
//! without login, which read `~/.bashrc` alone (`etc/jupyter/jupyter_server_config.py` of aws/sagemaker-distribution).

use std::path::{Path, PathBuf};

use super::disk::Link;
use super::places::Places;
use super::request::Mode;
use crate::world::World;
use crate::world::path_lookup;

const BEGIN: &str = "# >>> git-codecommit >>>";
const END: &str = "# <<< git-codecommit <<<";
pub(super) const PROGRAMS: [&str; 3] = [
    "git-codecommit",
    "git-credential-codecommit",
    "git-remote-codecommit",
];
/// The name, in our own folder, of the folder that comes first on PATH.
pub(super) const BIN: &str = "bin";

/// Whether terminals find something else than our programs, as far as this process can tell.
pub(super) fn is_needed(world: &World, places: &Places, mode: Mode) -> bool {
    let is_ours = |name: &str| finds_ours(world, places, name);
    let is_shadowed = || {
        let others = path_lookup::others(world, "git-remote-codecommit", &places.programs);
        let ours_is_first = is_ours("git-remote-codecommit");
        // One that is not on this process's PATH may come first on that of a terminal.
        !ours_is_first
            || others
                .iter()
                .any(|other| !path_lookup::every(world, "git-remote-codecommit").contains(other))
    };
    !is_ours("git-codecommit") || (mode != Mode::Https && is_shadowed())
}

/// Whether this process would run our program of a name.
pub(super) fn finds_ours(world: &World, places: &Places, name: &str) -> bool {
    path_lookup::found_on_path(world, name)
        .is_some_and(|found| path_lookup::is_same(&found, &places.programs.join(name)))
}

/// The block, in front of which a line end may be missing.
pub(super) fn block() -> String {
    let folder = format!("$HOME/{}/{BIN}", crate::profile::OWN_FOLDER);
    format!(
        "{BEGIN} written by \"git codecommit setup\", removed by \"git codecommit unsetup\"\n\
         case \"$PATH:\" in \"{folder}:\"*) ;; *) export PATH=\"{folder}:$PATH\" ;; esac\n\
         {END}\n"
    )
}

/// The text with the block at its end, and what was added.
pub(super) fn with_block(text: &str) -> (String, String) {
    let mut added = String::new();
    if !text.is_empty() && !text.ends_with('\n') {
        added.push('\n');
    }
    added.push_str(&block());
    (format!("{text}{added}"), added)
}

/// Whether a text has a block, of this version or of another.
pub(super) fn has_block(text: &str) -> bool {
    text.lines().any(|line| line.starts_with(BEGIN))
}

/// The block as it stands in a text.
pub(super) fn block_in(text: &str) -> Option<String> {
    let (start, end) = ends(text)?;
    Some(text[start..end].to_owned())
}

/// The text without the block.
pub(super) fn without_block(text: &str) -> Option<String> {
    let (start, end) = ends(text)?;
    Some(format!("{}{}", &text[..start], &text[end..]))
}

/// Where the block starts, and where the line of its end mark ends.
fn ends(text: &str) -> Option<(usize, usize)> {
    let start = text.find(BEGIN)?;
    let end = start + text[start..].find(END)? + END.len();
    let end = text[end..]
        .find('\n')
        .map_or(text.len(), |line| end + line + 1);
    Some((start, end))
}

/// The links in our folder. Relative below the home directory, whose name differs between apps.
pub(super) fn links(places: &Places) -> Vec<Link> {
    let folder = places.own_file(BIN);
    let up: PathBuf = Path::new("../../..").into();
    PROGRAMS
        .into_iter()
        .map(|name| {
            let program = places.programs.join(name);
            let shown = places.shown(&program);
            let target = match shown.strip_prefix("~/") {
                Some(below) => up.join(below),
                None => program,
            };
            Link::new(folder.join(name), Some(target))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_is_added_as_lines_of_its_own() {
        let (text, added) = with_block("alias ll='ls -l'");
        assert_eq!(text, format!("alias ll='ls -l'\n{}", block()));
        assert_eq!(added, format!("\n{}", block()));
        assert!(has_block(&text) && !has_block("alias ll='ls -l'"));
        assert_eq!(with_block("").0, block());
    }
}
