//! Which setting decides a region: [`repository`] and [`sts`].

mod repository;
mod setting;
mod sts;

pub(crate) use repository::{Choice, of_repository};
pub(crate) use setting::Error;
pub(crate) use sts::of_sts;
