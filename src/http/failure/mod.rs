//! Why a request got no answer, in the person's words.

pub(super) mod chain;
mod error;
mod hints;
mod sort;

pub(super) use self::chain::is_lasting;
pub(crate) use self::chain::root_cause;
pub(crate) use self::error::Error;
