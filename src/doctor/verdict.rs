//! What a check means for those that depend on it.

use std::fmt;

/// What a check means for those that depend on it.
#[must_use]
pub(super) enum Verdict<T = ()> {
    /// They can be made with what it found.
    Go(T),
    Skip(Why),
}

impl<T> Verdict<T> {
    /// For `?`: an error is why the next checks are skipped.
    pub(super) fn go(self) -> Result<T, Why> {
        match self {
            Self::Go(found) => Ok(found),
            Self::Skip(why) => Err(why),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// A check before it failed: its title.
    Failed(String),
    Offline,
    NoAddress,
    StsNotReached,
    GitHostNotReached,
    NoCredentials,
    StepBeforeFailed,
    SessionCached,
    NoTime,
    /// For https URLs: git uses the password of another credential helper.
    OtherHelper,
    /// For AWS CodeConnections: our programs send no requests there.
    Connections,
    /// The doctor cannot ask for the MFA code of this device.
    NoTerminal {
        device: String,
    },
    /// Git would ask for another MFA code of this device.
    SecondCode {
        device: String,
    },
    OutputClosed,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Failed(title) => return write!(f, "{title} failed"),
            Self::NoTerminal { device } => {
                return write!(
                    f,
                    "an MFA code of {device} is needed, and the doctor asks for one on a terminal only"
                );
            }
            Self::SecondCode { device } => {
                return write!(f, "git would ask for another MFA code of {device}");
            }
            Self::Offline => "offline",
            Self::NoAddress => "no address was given, and this folder has no CodeCommit remote",
            Self::StsNotReached => "STS was not reached",
            Self::GitHostNotReached => "the git host was not reached",
            Self::NoCredentials => "there are no credentials",
            Self::StepBeforeFailed => "the step before it failed",
            Self::SessionCached => "not needed with the cached session",
            Self::NoTime => "no host sent its time",
            Self::OtherHelper => "another credential helper answers, and its identity is not known",
            Self::Connections => "only git itself sends requests to AWS CodeConnections",
            Self::OutputClosed => "the output is closed",
        })
    }
}
