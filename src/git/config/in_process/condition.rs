//! The conditions of `includeIf`.
//!
//! Source: git-config(1), "Conditional includes". A condition that it does not name is git's to judge.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use gix_glob::wildmatch::Mode;

use super::Reader;
use super::surroundings::Surroundings;
use crate::git::config::declined::Declined;

impl Reader<'_> {
    /// Whether a condition holds that stands in `file`; none is the environment.
    pub(super) fn holds(
        &mut self,
        condition: &[u8],
        file: Option<&Path>,
    ) -> Result<bool, Declined> {
        if let Some(pattern) = condition.strip_prefix(b"gitdir:") {
            self.is_git_dir(pattern, Mode::empty(), file)
        } else if let Some(pattern) = condition.strip_prefix(b"gitdir/i:") {
            self.is_git_dir(pattern, Mode::IGNORE_CASE, file)
        } else if let Some(pattern) = condition.strip_prefix(b"onbranch:") {
            let branch = match &self.repository {
                Some(repository) => repository.branch()?,
                None => None,
            };
            let pattern = with_everything_below(pattern.to_vec());
            branch.map_or(Ok(false), |branch| matches(&pattern, branch, Mode::empty()))
        } else if let Some(pattern) = condition.strip_prefix(b"hasconfig:remote.*.url:") {
            if self.is_collecting() {
                return Ok(true);
            }
            for url in self.urls()? {
                if matches(pattern, url, Mode::empty())? {
                    return Ok(true);
                }
            }
            Ok(false)
        } else {
            Err(Declined::of("a condition is unknown"))
        }
    }

    fn is_git_dir(
        &mut self,
        pattern: &[u8],
        mode: Mode,
        file: Option<&Path>,
    ) -> Result<bool, Declined> {
        let Some(repository) = &self.repository else {
            return Ok(false);
        };
        let (fixed, pattern) = absolute(pattern, self.around, file)?;
        let is_below = |name: &Path| {
            let name = name.as_os_str().as_bytes();
            let Some((start, rest)) = name.split_at_checked(fixed.len()) else {
                return Ok(false);
            };
            let is_start = match mode.is_empty() {
                true => start == fixed,
                false => start.eq_ignore_ascii_case(&fixed),
            };
            Ok(is_start && matches(&pattern, rest, mode)?)
        };
        if is_below(&repository.real)? {
            return Ok(true);
        }
        let holds = match &repository.second_name {
            Some(name) => is_below(name)?,
            // Gits have different names for it.
            None if repository.is_bare && is_below(&repository.real.join("."))? => {
                return Err(Declined::of("a condition meets a bare repository"));
            }
            None => false,
        };
        self.used_second_name |= holds;
        Ok(holds)
    }
}

/// A pattern that begins with a folder: what of it is no pattern, and the pattern behind.
fn absolute(
    pattern: &[u8],
    around: &Surroundings<'_>,
    file: Option<&Path>,
) -> Result<(Vec<u8>, Vec<u8>), Declined> {
    let odd = || Declined::of("the folder of a condition is odd");
    let real = |folder: &Path| {
        let folder = folder.canonicalize().map_err(|_| odd())?;
        let mut folder = folder.into_os_string().into_encoded_bytes();
        if folder != b"/" {
            folder.push(b'/');
        }
        Ok(folder)
    };
    if let Some(rest) = pattern.strip_prefix(b"./") {
        let file = file.ok_or_else(odd)?.canonicalize().map_err(|_| odd())?;
        let folder = real(file.parent().ok_or_else(odd)?)?;
        let pattern = match rest {
            b"" => b"**".to_vec(),
            rest => with_everything_below(rest.to_vec()),
        };
        return Ok((folder, pattern));
    }
    if pattern.first().is_none_or(|first| *first == b'%') {
        return Err(odd());
    }
    let pattern = match pattern.strip_prefix(b"~/") {
        Some(rest) => {
            let home = real(&around.home()?.ok_or_else(odd)?)?;
            if home.iter().any(|byte| b"*?[\\".contains(byte)) {
                return Err(odd());
            }
            [&home, rest].concat()
        }
        None if pattern.starts_with(b"~") => return Err(odd()),
        None if pattern.starts_with(b"/") => pattern.to_vec(),
        None => [b"**/", pattern].concat(),
    };
    Ok((Vec::new(), with_everything_below(pattern)))
}

/// `a/` stands for `a/**`.
fn with_everything_below(mut pattern: Vec<u8>) -> Vec<u8> {
    if pattern.ends_with(b"/") {
        pattern.extend(b"**");
    }
    pattern
}

/// Whether a pattern matches, in which `*` is no slash. Brackets and patterns that take long are declined.
fn matches(pattern: &[u8], text: &[u8], mode: Mode) -> Result<bool, Declined> {
    let stars = pattern.iter().filter(|byte| **byte == b'*').count();
    let is_plain = !pattern.iter().any(|byte| b"[\\\0".contains(byte));
    if !is_plain || stars > 16 || pattern.len() > 1024 || text.len() > 4096 {
        return Err(Declined::of("the pattern of a condition is odd"));
    }
    let mode = mode | Mode::NO_MATCH_SLASH_LITERAL;
    Ok(gix_glob::wildmatch(pattern.into(), text.into(), mode))
}
