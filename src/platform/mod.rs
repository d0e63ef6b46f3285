//! What differs from one operating system to another, under the same names for each: owners and modes of files, ways
//! to open them, terminals, replacing a process.
//!
//! Outside this folder no line asks which system it is compiled for, but for tests, the choice of trust stores, and reading
//! git's configuration in this process, which only Unix has so far.

use std::path::{Component, Path, PathBuf};

#[cfg(any(windows, test))]
mod process_tree;

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub use unix::standard_output;
#[cfg(unix)]
pub(crate) use unix::*;

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub use windows::standard_output;
#[cfg(windows)]
pub(crate) use windows::*;

/// musl's own gives large buffers back at once and asks for them again, half of a push's work (docs/decisions/0044).
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// A path below a folder, with this system's separators where `path` has slashes.
pub(crate) fn below(folder: &Path, path: impl AsRef<Path>) -> PathBuf {
    let mut whole = folder.to_owned();
    let names = path.as_ref().components();
    whole.extend(names.filter(|name| !matches!(name, Component::RootDir | Component::Prefix(_))));
    whole
}
