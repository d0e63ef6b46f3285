//! The reference advertisement: what `info/refs` answers.
//!
//! Source: git's `Documentation/gitprotocol-http.adoc` and `gitprotocol-pack.adoc`.

mod listing;
mod packet;
mod reader;
#[cfg(test)]
mod tests;

pub(super) use listing::Advertisement;
pub(super) use packet::Problem;
pub(super) use reader::Reader;
