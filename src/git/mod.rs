//! What is git's own: its configuration, its version, the lines of its credential helpers.

pub(crate) mod config;
pub(crate) mod helper_line;
pub(crate) mod version;
