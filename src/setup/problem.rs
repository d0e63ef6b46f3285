//! What of a request or of a file stops setup, in words.

use std::path::PathBuf;

use crate::aws::Region;
use crate::error::{Exit, Explain};
use crate::world::path_lookup;

/// A request that cannot be met here.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Impossible {
    #[error("--scope system is not supported here: every user could change the settings of all")]
    SystemScope,
    /// As Debug: with escapes in place of what a terminal would act on.
    #[error("the path {0:?} contains a control character, or is not UTF-8")]
    OddPath(PathBuf),
    #[error("{} does not contain {name}", folder.display())]
    NoProgram { folder: PathBuf, name: &'static str },
    #[error("{} is a Python program that has replaced ours", .0.display())]
    Replaced(PathBuf),
    #[error("{command} needs git {} or later, and this is git {found}", dotted(*needed))]
    OldGit {
        command: String,
        needed: (u32, u32),
        found: String,
    },
    #[error("HOME is not set, and this user has no home directory")]
    NoHome,
    #[error("the home directory {} does not exist", .0.display())]
    HomeMissing(PathBuf),
    #[error("GIT_CONFIG_GLOBAL=/dev/null disables the global git configuration")]
    NoGlobalConfig,
    #[error("profile {0:?} does not exist")]
    UnknownProfile(String),
    #[error("{region} is in partition {}, but the role is in {role}", region.partition())]
    OtherPartition { region: Region, role: String },
}

fn dotted((major, minor): (u32, u32)) -> String {
    format!("{major}.{minor}")
}

impl Explain for Impossible {
    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::SystemScope => "run git codecommit setup as each user",
            Self::OddPath(_) => "choose a folder with a plain name",
            Self::NoProgram { .. } => "set the folder of the three programs: --bin-dir FOLDER",
            Self::Replaced(_) => path_lookup::REINSTALL,
            Self::OldGit { .. } => {
                "install a later git; with this one, use the credential helper and https URLs \
                 (docs/user-guide.md, \"Without setup\")"
            }
            Self::NoHome | Self::HomeMissing(_) => "set HOME to the folder with your .gitconfig",
            Self::NoGlobalConfig => "unset it, or choose another --scope",
            Self::UnknownProfile(_) => {
                "create it (aws configure), or give --role-arn and --region, and setup writes it"
            }
            Self::OtherPartition { .. } => "check --region and --role-arn",
        };
        vec![hint.to_owned()]
    }

    fn exit(&self) -> Exit {
        Exit::Usage
    }
}

/// What is wrong in a file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unusable {
    /// A lock or a state file that is a link, a pipe or the like, in words.
    #[error("{0}")]
    NotPlain(String),
    #[error("setup did not write this file ({0})")]
    NotARecord(String),
    #[error("a later version of git-codecommit wrote this file")]
    LaterRecord,
    #[error("setup cannot replace {key} of profile {profile:?}")]
    Irreplaceable { key: &'static str, profile: String },
    #[error("this is not text in UTF-8")]
    NotText,
}

impl Unusable {
    pub(super) fn hint(&self) -> &'static str {
        match self {
            Self::NotPlain(_) => "move it to another name, then run this again",
            Self::NotARecord(_) | Self::LaterRecord => {
                "move it to another name; setup then starts afresh, and unsetup no longer knows what setup added"
            }
            Self::Irreplaceable { .. } => "edit the file, or choose another --profile",
            Self::NotText => "save the file as UTF-8, then run this again",
        }
    }
}

/// What keeps a file or a folder from being changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Obstacle {
    #[error("it is the home directory of another user")]
    OtherHome,
    #[error("it does not belong to the owner of the home directory")]
    OtherOwner,
    #[error("it is not empty, and it is not a clone of this repository")]
    NotAClone,
    #[error("it is not a file")]
    NotAFile,
    #[error("it is read-only")]
    ReadOnly,
    #[error("it has a second name (a hard link), and replacing it would separate the two")]
    SecondName,
    #[error("it is a symbolic link to a file that does not exist")]
    DanglingLink,
}

impl Obstacle {
    pub(super) fn hint(&self) -> &'static str {
        match self {
            Self::OtherHome => "run this as that user",
            Self::OtherOwner => "give it to root (chown -h root), or move it away",
            Self::NotAClone => "setup succeeded; choose another folder: --clone FOLDER",
            Self::NotAFile => "move it to another name",
            Self::ReadOnly => "make it writable (chmod u+w), or skip this file: --no-aws-config",
            Self::SecondName => "replace it by a copy of itself (cp FILE NEW && mv NEW FILE)",
            Self::DanglingLink => "create that file, or remove the link",
        }
    }
}
