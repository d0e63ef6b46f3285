//! What is git's own: its configuration, its version, its credential helpers and stored passwords.

pub(crate) mod config;
pub(crate) mod helper_line;
pub(crate) mod stored_passwords;
pub(crate) mod version;
