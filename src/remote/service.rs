//! The services of a git host.

use reqwest::header::HeaderValue;

/// What smart HTTP can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    UploadPack,
    ReceivePack,
    /// `git archive --remote`, from git 2.44 on, where the git host speaks protocol v2.
    UploadArchive,
}

impl Service {
    /// The name in URLs and media types.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::UploadPack => "git-upload-pack",
            Self::ReceivePack => "git-receive-pack",
            Self::UploadArchive => "git-upload-archive",
        }
    }

    /// The media type of its requests.
    pub(super) fn request_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::UploadPack => "application/x-git-upload-pack-request",
            Self::ReceivePack => "application/x-git-receive-pack-request",
            Self::UploadArchive => "application/x-git-upload-archive-request",
        })
    }

    /// The media type of its answers.
    pub(super) fn result_type(self) -> &'static str {
        match self {
            Self::UploadPack => "application/x-git-upload-pack-result",
            Self::ReceivePack => "application/x-git-receive-pack-result",
            Self::UploadArchive => "application/x-git-upload-archive-result",
        }
    }

    pub(super) fn permission(self) -> &'static str {
        match self {
            Self::UploadPack | Self::UploadArchive => "codecommit:GitPull",
            Self::ReceivePack => "codecommit:GitPush",
        }
    }
}
