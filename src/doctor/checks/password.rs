//! What is told of a password that somebody has stored.

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
