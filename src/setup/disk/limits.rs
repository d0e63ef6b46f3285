//! A limit for files that a process gets from the one that started it.

use rustix::fs::Mode;
use rustix::process::umask;

/// Lets this user use every file that this run and its git make.
pub(in crate::setup) fn lift() {
    let mask = umask(Mode::RWXG | Mode::RWXO);
    umask(mask - Mode::RWXU);
}
