use bytes::Bytes;
use reqwest::Body;

/// The body of a request to the git host.
pub(crate) enum Load {
    Nothing,
    /// In memory: sent with its length.
    Whole(Bytes),
    Streamed(Body),
}
