//! Which program git really runs: SageMaker images have conda's `git-remote-codecommit` on PATH,
//! in front of `~/.local/bin`.

use std::ffi::OsStr;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::{World, input_file, variable};
use crate::platform;

/// What brings our program back where [`is_pythons`] found another in its place.
pub(crate) const REINSTALL: &str =
    "run pip uninstall git-remote-codecommit, then install git-codecommit again";

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

/// Whether a program is one of Python's: a script, or, as pip makes them for Windows, a starter with an archive at its end.
pub(crate) fn is_pythons(program: &Path) -> bool {
    let Ok(mut file) = input_file::open(program) else {
        return false;
    };
    if !file.metadata().is_ok_and(|found| found.is_file()) {
        return false;
    }
    let mut start = [0; 512];
    let length = file.read(&mut start).unwrap_or(0);
    let start = &start[..length];
    if start.starts_with(b"#!") {
        return start.windows(6).any(|word| word == b"python");
    }
    // Source: PKWARE's APPNOTE.TXT, 4.3.16: the end of a .zip without a comment.
    let mut end = [0; 22];
    let read = file
        .seek(SeekFrom::End(-22))
        .and_then(|_| file.read_exact(&mut end));
    start.starts_with(b"MZ") && read.is_ok() && end.starts_with(b"PK\x05\x06")
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
