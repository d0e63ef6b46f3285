//! Includes of git's configuration that lead to no file: git skips them without a word.

use std::path::{Path, PathBuf};

use crate::doctor::report::Finding;
use crate::git::config::{GitConfig, Origin, Value};
use crate::world::{World, input_file};

/// `include.path` and `includeIf.<condition>.path`, whether the condition holds or not.
///
/// Source: git-config(1), "Includes".
pub(super) fn includes(world: &World, config: &GitConfig) -> Finding {
    let conditional = config.scoped("includeif", "path").into_iter();
    let conditional = conditional.map(|(_, value)| value);
    let all = config.values("include.path").into_iter().chain(conditional);
    let mut finding = Finding::ok([]);
    for include in all {
        let Some(file) = included(world.home(), &include).filter(|file| !file.exists()) else {
            continue;
        };
        let Some(at) = include.origin().map(|origin| place(origin, &include)) else {
            continue;
        };
        let file = file.display();
        finding = finding
            .but(format!("{at} includes {file}, which does not exist"))
            .fixed_by(format!("create {file}, or remove the include in {at}"));
    }
    finding
}

/// The file that an include names.
fn included(home: Option<&Path>, include: &Value<'_>) -> Option<PathBuf> {
    let file = include.path(home).ok()?;
    // `~user/` and `%(prefix)/`, which git alone can expand.
    if file.starts_with("%(prefix)") || file.to_string_lossy().starts_with('~') {
        return None;
    }
    match file.is_absolute() {
        true => Some(file),
        false => Some(on_disk(include.origin()?.file()?)?.parent()?.join(file)),
    }
}

/// The place of a file of git's configuration. Git names a repository's own from the top of the working tree.
fn on_disk(file: &Path) -> Option<PathBuf> {
    let here = Path::new(".").canonicalize().ok()?;
    // An absolute path replaces each folder.
    let mut files = here.ancestors().map(|folder| folder.join(file));
    files.find(|file| file.is_file())
}

/// `file:line` of the include, as far as the line can be found.
fn place(origin: &Origin, include: &Value<'_>) -> String {
    let searched = || {
        let file = origin.file()?;
        let text = input_file::read_plain(&on_disk(file)?).ok()?;
        let wanted = include.bytes().ok().filter(|path| !path.is_empty())?;
        let mut lines = text.split(|byte| *byte == b'\n');
        let line = lines.position(|line| {
            let line = line.trim_ascii_start();
            let is_path = line.len() > 4 && line[..4].eq_ignore_ascii_case(b"path");
            is_path && line.windows(wanted.len()).any(|part| part == wanted)
        })?;
        u32::try_from(line + 1).ok()
    };
    match origin.line().or_else(searched) {
        Some(line) => format!("{origin}:{line}"),
        None => origin.to_string(),
    }
}
