//! The tools this project replaces, side by side with it: `scripts/interop` installs and names them.
//!
//! The differential suite gives the same files, environment and local AWS to git-remote-codecommit
//! 1.17 (and with it botocore) or to `aws codecommit credential-helper get`, and to ours, and compares
//! what STS, the sign-in services and the git host saw of each. Each case is a line of a table:
//! [`addresses`] and [`credentials`].

mod addresses;
mod cache;
mod case;
mod credentials;
mod judge;
mod seen;
mod signatures;
mod worker;

use std::path::PathBuf;

/// The Python that has the reference tools.
#[expect(clippy::disallowed_methods, reason = "the test's own setting")]
fn python() -> PathBuf {
    let path = std::env::var_os("INTEROP_PYTHON");
    PathBuf::from(path.expect("scripts/interop names the Python with the reference tools"))
}
