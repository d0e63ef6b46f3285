//! The home directory: git's and that of the AWS tools, which are two on Windows.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::variable;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Homes {
    /// What git means by `~`.
    pub(super) of_git: Option<PathBuf>,
    /// The folder with `.aws`.
    pub(super) of_aws: Option<PathBuf>,
}

impl Homes {
    /// `HOME` everywhere, else what the `system` says.
    pub(super) fn on_unix(
        value: impl Fn(&str) -> Option<OsString>,
        system: impl FnOnce() -> Option<PathBuf>,
    ) -> Self {
        // Lifecycle scripts and daemons run without HOME: the password database knows it.
        let home = folder(value(variable::HOME)).or_else(system);
        Self {
            of_git: home.clone(),
            of_aws: home,
        }
    }

    /// Git for Windows takes `HOME`, else `HOMEDRIVE` and `HOMEPATH` where that is a folder (a network drive may be
    /// gone), else `USERPROFILE`; it sets `HOME` for what it starts. The AWS CLI takes `USERPROFILE`, else `HOMEDRIVE` and
    /// `HOMEPATH`, and never `HOME`.
    ///
    /// Source: Python's `os.path.expanduser`, "On Windows"; git for Windows, FAQ.
    pub(super) fn on_windows(
        value: impl Fn(&str) -> Option<OsString>,
        is_folder: impl Fn(&Path) -> bool,
        system: impl FnOnce() -> Option<PathBuf>,
    ) -> Self {
        let profile = folder(value("USERPROFILE"));
        let on_drive = folder(value("HOMEPATH")).map(|below| {
            let mut path = value("HOMEDRIVE").unwrap_or_default();
            path.push(below);
            PathBuf::from(path)
        });
        let home = folder(value(variable::HOME));
        let home = home.or_else(|| on_drive.clone().filter(|path| is_folder(path)));
        let system = match (&profile, &on_drive) {
            (None, None) => system(),
            _ => None,
        };
        Self {
            of_git: home.or_else(|| profile.clone()).or_else(|| system.clone()),
            of_aws: profile.or(on_drive).or(system),
        }
    }
}

/// An empty variable counts as none.
fn folder(value: Option<OsString>) -> Option<PathBuf> {
    value.filter(|value| !value.is_empty()).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn homes(is_windows: bool, set: &[(&str, &str)]) -> (String, String) {
        let value = |name: &str| {
            let mut set = set.iter();
            let (_, value) = set.find(|(other, _)| *other == name)?;
            Some(OsString::from(value))
        };
        let system = || Some(PathBuf::from("system"));
        let is_folder = |path: &Path| path != Path::new(r"G:\gone");
        let homes = match is_windows {
            true => Homes::on_windows(value, is_folder, system),
            false => Homes::on_unix(value, system),
        };
        let shown = |path: Option<PathBuf>| path.unwrap().display().to_string();
        (shown(homes.of_git), shown(homes.of_aws))
    }

    #[test]
    fn git_and_the_aws_tools_have_two_home_directories_on_windows() {
        let profile = ("USERPROFILE", r"C:\Users\ada");
        let drive = |below| [("HOMEDRIVE", "G:"), ("HOMEPATH", below)];
        let [on_drive, below] = drive(r"\ada");
        let [_, gone] = drive(r"\gone");
        let home = ("HOME", r"D:\git");
        for (set, git, aws) in [
            (
                &[home, profile, on_drive, below][..],
                r"D:\git",
                r"C:\Users\ada",
            ),
            (&[profile, on_drive, below], r"G:\ada", r"C:\Users\ada"),
            (&[profile, on_drive, gone], r"C:\Users\ada", r"C:\Users\ada"),
            (&[profile, ("HOME", "")], r"C:\Users\ada", r"C:\Users\ada"),
            (&[home, on_drive, below], r"D:\git", r"G:\ada"),
            (&[home], r"D:\git", "system"),
            (&[], "system", "system"),
        ] {
            assert_eq!(homes(true, set), (git.into(), aws.into()), "{set:?}");
        }
        for (set, expected) in [
            (&[("HOME", "/h"), profile][..], "/h"),
            (&[("HOME", ""), profile], "system"),
        ] {
            assert_eq!(homes(false, set), (expected.into(), expected.into()));
        }
    }
}
