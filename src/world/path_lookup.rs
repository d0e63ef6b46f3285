//! Which program git really runs: SageMaker images have conda's `git-remote-codecommit` on PATH,
//! in front of `~/.local/bin`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::{World, variable};
use crate::platform;

/// Folders that may come first on PATH in processes that are not this one: a lifecycle script's PATH is
/// not that of the Jupyter server.
const ELSEWHERE: [&str; 1] = ["/opt/conda/bin"];

/// The program that a name stands for in this process.
pub(crate) fn found_on_path(world: &World, name: &str) -> Option<PathBuf> {
    every(world, name).into_iter().next()
}

/// Every program of a name on PATH, in order.
pub(crate) fn every(world: &World, name: &str) -> Vec<PathBuf> {
    folders(world)
        .into_iter()
        .map(|folder| folder.join(platform::program_file(name)))
        .filter(|program| is_program(program))
        .collect()
}

/// Other programs of this name, which some process would run instead of the one in `ours`.
pub(crate) fn others(world: &World, name: &str, ours: &Path) -> Vec<PathBuf> {
    let mut others = every(world, name);
    let elsewhere = ELSEWHERE.map(|folder| Path::new(folder).join(platform::program_file(name)));
    others.extend(elsewhere.into_iter().filter(|program| is_program(program)));
    let is_other = |program: &PathBuf| !is_same(program, &ours.join(platform::program_file(name)));
    let mut distinct: Vec<PathBuf> = Vec::new();
    for other in others.into_iter().filter(is_other) {
        if !distinct.contains(&other) {
            distinct.push(other);
        }
    }
    distinct
}

/// The file that a shell starts for a path: some systems let the end of a program's name be left out.
pub(crate) fn started(path: PathBuf) -> PathBuf {
    let name = path.file_name().and_then(OsStr::to_str);
    let whole = name.map(|name| path.with_file_name(platform::program_file(name)));
    whole
        .filter(|whole| !path.is_file() && whole.is_file())
        // A shell's slashes become the system's.
        .map_or(path, |whole| whole.components().collect())
}

/// Whether two paths lead to the same file.
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

fn folders(world: &World) -> Vec<PathBuf> {
    let path = world.path(variable::PATH).unwrap_or_default();
    std::env::split_paths(&path)
        .filter(|folder| !folder.as_os_str().is_empty())
        .collect()
}

fn is_program(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|found| platform::is_program(&found))
}
