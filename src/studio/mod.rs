//! SageMaker Studio: the lifecycle configuration that sets spaces up, and which space this is.

mod commands;
mod error;
mod lifecycle;
mod suggested;

pub(crate) use commands::commands;
pub(crate) use error::Error;
pub(crate) use lifecycle::{CloneFolder, Lifecycle, Sha256Hex, Source, base64};
pub(crate) use suggested::{MOST_SUGGESTED, SuggestedRepository};
