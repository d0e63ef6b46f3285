//! The repository that git would find here.
//!
//! Source: git(1), `GIT_DIR`, `GIT_CEILING_DIRECTORIES`, `GIT_DISCOVERY_ACROSS_FILESYSTEM`; gitrepository-layout(5);
//! git-config(1), `safe.directory`. What is not plainly a repository of this user is git's to judge.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::Access;

use super::file::{self, is_absent};
use super::surroundings::Surroundings;
use crate::git::config::declined::Declined;
use crate::git::config::origin::path;
use crate::git::config::value::truth;

pub(super) struct Repository {
    /// The folder with `HEAD`, links followed.
    pub(super) real: PathBuf,
    /// The name that git has for it beside that one, where it differs.
    pub(super) second_name: Option<PathBuf>,
    /// The folder with `config`: that of the main working tree.
    pub(super) common: PathBuf,
    /// The same, as git writes it.
    pub(super) shown: PathBuf,
    /// Found without `GIT_DIR`, and without a working tree.
    pub(super) is_bare: bool,
    /// The content of `HEAD`.
    pub(super) head: Vec<u8>,
}

impl Repository {
    /// None where git would say that there is none.
    pub(super) fn find(around: &Surroundings<'_>) -> Result<Option<Self>, Declined> {
        if let Some(named) = around.variable("GIT_DIR") {
            return match named.is_empty() {
                true => Err(Declined::of("GIT_DIR is empty")),
                false => Self::named(around, Path::new(&named)).map(Some),
            };
        }
        let ceilings = ceilings(around)?;
        let crosses = match around.variable("GIT_DISCOVERY_ACROSS_FILESYSTEM") {
            None => false,
            Some(value) => truth(value.as_bytes())
                .ok_or(Declined::of("GIT_DISCOVERY_ACROSS_FILESYSTEM is odd"))?,
        };
        let device = |folder: &Path| match fs::metadata(folder) {
            Ok(found) => Ok(found.dev()),
            Err(_) => Err(Declined::at(folder, "cannot be read")),
        };
        let mut folder = around.folder;
        let start = device(folder)?;
        loop {
            if let Some(found) = Self::at(around, folder)? {
                return Ok(Some(found));
            }
            let Some(above) = folder.parent() else {
                return Ok(None);
            };
            if ceilings.iter().any(|ceiling| ceiling == above) {
                return Ok(None);
            }
            if !crosses && device(above)? != start {
                return Ok(None);
            }
            folder = above;
        }
    }

    /// What `GIT_DIR` names: git asks for no owner there.
    fn named(around: &Surroundings<'_>, named: &Path) -> Result<Self, Declined> {
        let full = around.folder.join(named);
        let found = fs::metadata(&full).map_err(|_| Declined::at(&full, "is no repository"))?;
        if found.is_file() {
            return Self::new(&linked(&full)?, None, None);
        }
        let second = match named.is_absolute() {
            true => named.to_owned(),
            false => in_the_shells_words(around, around.folder).join(named),
        };
        Self::new(&full, Some(second), Some(named))
    }

    /// What git finds in one folder, on its way up.
    fn at(around: &Surroundings<'_>, folder: &Path) -> Result<Option<Self>, Declined> {
        let dot_git = folder.join(".git");
        let owners = |paths: &[&Path]| paths.iter().try_for_each(|path| is_own(path));
        match fs::metadata(&dot_git) {
            Ok(found) if found.is_file() => {
                let target = linked(&dot_git)?;
                owners(&[folder, &dot_git, &target])?;
                return Self::new(&target, None, None).map(Some);
            }
            Ok(_) => {
                owners(&[folder, &dot_git])?;
                let second = in_the_shells_words(around, folder).join(".git");
                return Self::new(&dot_git, Some(second), Some(Path::new(".git"))).map(Some);
            }
            Err(error) if is_absent(error.kind()) && !dot_git.is_symlink() => {}
            Err(_) => return Err(Declined::at(&dot_git, "cannot be read")),
        }
        match fs::symlink_metadata(folder.join("HEAD")) {
            Ok(_) => {}
            Err(error) if is_absent(error.kind()) => return Ok(None),
            Err(_) => return Err(Declined::at(folder, "cannot be read")),
        }
        owners(&[folder])?;
        let mut found = Self::new(folder, None, None)?;
        found.is_bare = true;
        Ok(Some(found))
    }

    fn new(
        folder: &Path,
        second_name: Option<PathBuf>,
        shown: Option<&Path>,
    ) -> Result<Self, Declined> {
        let declined = |why| Declined::at(folder, why);
        let real = folder
            .canonicalize()
            .map_err(|_| declined("cannot be read"))?;
        let (common, shown) = match file::read(&real.join("commondir"))? {
            None => (real.clone(), shown.unwrap_or(&real).to_owned()),
            Some(text) => {
                let common = real.join(path(text.trim_ascii_end()));
                let common = common.canonicalize();
                let common = common.map_err(|_| declined("has an odd commondir"))?;
                (common.clone(), common)
            }
        };
        let is_link = real.join("HEAD").is_symlink();
        let head = file::read(&real.join("HEAD"))?.filter(|head| !is_link && is_head(head));
        let head = head.ok_or_else(|| declined("has an odd HEAD"))?;
        for part in ["objects", "refs"] {
            rustix::fs::access(common.join(part), Access::EXEC_OK)
                .map_err(|_| declined("is not all of a repository"))?;
        }
        Ok(Self {
            second_name: second_name.filter(|name| *name != real),
            real,
            common,
            shown,
            is_bare: false,
            head,
        })
    }

    /// The branch that is checked out; none if none is.
    pub(super) fn branch(&self) -> Result<Option<&[u8]>, Declined> {
        let Some(name) = self.head.strip_prefix(b"ref:") else {
            return Ok(None);
        };
        let name = name.trim_ascii();
        let Some(branch) = name.strip_prefix(b"refs/heads/") else {
            return Err(Declined::of("HEAD is not on a branch"));
        };
        // Names that git may find odd.
        let is_plain = |part: &[u8]| {
            let is_letter = |c: &u8| c.is_ascii_alphanumeric() || b"-_.".contains(c);
            let is_name = !part.is_empty() && part.iter().all(is_letter);
            is_name && !part.starts_with(b".") && !part.ends_with(b".") && !part.ends_with(b".lock")
        };
        let has_two_dots = branch.windows(2).any(|pair| pair == b"..");
        match branch.split(|c| *c == b'/').all(is_plain) && !has_two_dots {
            true => Ok(Some(branch)),
            false => Err(Declined::of("the name of the branch is odd")),
        }
    }
}

/// Where a `.git` that is a file leads.
fn linked(file: &Path) -> Result<PathBuf, Declined> {
    let text = file::read(file)?.unwrap_or_default();
    let target = text.strip_prefix(b"gitdir: ").map(<[u8]>::trim_ascii_end);
    let target = target.filter(|target| !target.is_empty() && text.len() < 4096);
    let target = target.ok_or_else(|| Declined::at(file, "is odd"))?;
    let folder = file.parent().unwrap_or(file).join(path(target));
    let folder = folder.canonicalize();
    folder.map_err(|_| Declined::at(file, "leads nowhere"))
}

/// What git takes for the content of `HEAD`.
fn is_head(text: &[u8]) -> bool {
    match text.strip_prefix(b"ref:") {
        Some(name) => name.trim_ascii_start().starts_with(b"refs/"),
        None => {
            let id = text.trim_ascii_end();
            id.len() == 40 && id.iter().all(u8::is_ascii_hexdigit)
        }
    }
}

/// Whether a file is this user's, by its name and by where a link leads.
fn is_own(path: &Path) -> Result<(), Declined> {
    let user = rustix::process::geteuid().as_raw();
    for found in [fs::symlink_metadata(path), fs::metadata(path)] {
        match found {
            Ok(found) if found.uid() == user => {}
            _ => return Err(Declined::at(path, "belongs to another user")),
        }
    }
    Ok(())
}

/// The folder by the name that the shell has for it, if that leads there.
fn in_the_shells_words(around: &Surroundings<'_>, folder: &Path) -> PathBuf {
    let shells = around.variable("PWD").map(PathBuf::from).filter(|shells| {
        let mark = |path: &Path| fs::metadata(path).map(|found| (found.dev(), found.ino()));
        shells.is_absolute()
            && shells != folder
            && matches!((mark(shells), mark(folder)), (Ok(one), Ok(other)) if one == other)
    });
    shells.unwrap_or_else(|| folder.to_owned())
}

fn ceilings(around: &Surroundings<'_>) -> Result<Vec<PathBuf>, Declined> {
    let Some(list) = around.variable("GIT_CEILING_DIRECTORIES") else {
        return Ok(Vec::new());
    };
    let odd = Declined::of("GIT_CEILING_DIRECTORIES is odd");
    let mut ceilings = Vec::new();
    for ceiling in list.as_bytes().split(|byte| *byte == b':') {
        let ceiling = path(ceiling);
        if !ceiling.is_absolute() {
            return Err(odd);
        }
        match ceiling.canonicalize() {
            Ok(real) if real == Path::new("/") => return Err(odd),
            Ok(real) => ceilings.push(real),
            Err(error) if is_absent(error.kind()) => {}
            Err(_) => return Err(odd),
        }
    }
    Ok(ceilings)
}
