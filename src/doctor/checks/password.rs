//! What is told of a password that somebody has stored, and how files of passwords are read.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use zeroize::Zeroizing;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Signed,
    /// Another, most often an IAM user's.
    Lasting,
}

pub(super) fn kind(password: &str) -> Kind {
    // As `signature.rs` makes it: the time, and a signature.
    let password = password.as_bytes();
    let is_time = |(at, byte): (usize, &u8)| match at {
        8 => *byte == b'T',
        15 => *byte == b'Z',
        _ => byte.is_ascii_digit(),
    };
    let is_signed = password.len() > 16 && password.iter().take(16).enumerate().all(is_time);
    match is_signed {
        true => Kind::Signed,
        false => Kind::Lasting,
    }
}

/// What a plain file holds; anything else may have no end.
pub(super) fn contents(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        // A pipe that has no writer is not waited for.
        options.custom_flags(OFlags::NONBLOCK.bits().cast_signed());
    }
    let mut file = options.open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("not a plain file"));
    }
    let mut text = Zeroizing::new(Vec::new());
    file.read_to_end(&mut text)?;
    Ok(text)
}
