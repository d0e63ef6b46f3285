//! `git codecommit doctor`: what a command would do, and why, without doing it.

mod explain;

pub(crate) use explain::explain;
