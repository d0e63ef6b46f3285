//! The capabilities of an advertisement, cut down to what CodeCommit publishes.

use std::io;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// What CodeCommit publishes for `git-upload-pack`, in its order.
pub(crate) const CODECOMMIT: [&str; 6] = [
    "multi_ack_detailed",
    "shallow",
    "side-band-64k",
    "thin-pack",
    "allow-tip-sha1-in-want",
    "allow-reachable-sha1-in-want",
];

/// Reads the advertisement up to its first ref (or its end) and gives what was read with that ref's capabilities cut to
/// those that are wanted, in their order.
pub(crate) async fn cut_advertisement(
    input: &mut (impl AsyncRead + Unpin),
    wanted: &[impl AsRef<str>],
) -> io::Result<Bytes> {
    let mut output = Vec::new();
    // `# service=…`, a flush, the first ref.
    for _ in 0..3 {
        let mut length = [0; 4];
        input.read_exact(&mut length).await?;
        let text = std::str::from_utf8(&length).map_err(io::Error::other)?;
        let size = usize::from_str_radix(text, 16).map_err(io::Error::other)?;
        let mut payload = vec![0; size.saturating_sub(4)];
        input.read_exact(&mut payload).await?;
        let payload = cut(payload, wanted);
        if size == 0 {
            output.extend_from_slice(b"0000");
        } else {
            output.extend_from_slice(format!("{:04x}", payload.len() + 4).as_bytes());
            output.extend_from_slice(&payload);
        }
    }
    Ok(output.into())
}

/// `<oid> <name>\0<capabilities>\n` with the wanted capabilities only; a line without NUL as it is.
fn cut(payload: Vec<u8>, wanted: &[impl AsRef<str>]) -> Vec<u8> {
    let Some(end) = payload.iter().position(|byte| *byte == 0) else {
        return payload;
    };
    let (reference, capabilities) = payload.split_at(end + 1);
    let capabilities = String::from_utf8_lossy(capabilities);
    let offered: Vec<&str> = capabilities.split_whitespace().collect();
    let kept: Vec<&str> = wanted
        .iter()
        .map(AsRef::as_ref)
        .filter(|name| offered.contains(name))
        .collect();
    [reference, kept.join(" ").as_bytes(), b"\n"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_ref_keeps_what_codecommit_publishes() {
        let oid = "1".repeat(40);
        let old = format!(
            "{oid} HEAD\0multi_ack thin-pack side-band-64k ofs-delta shallow no-done agent=git/2\n"
        );
        let rest = format!("003f{oid} refs/heads/main\n0000");
        let input = format!(
            "001e# service=git-upload-pack\n0000{:04x}{old}{rest}",
            old.len() + 4
        );
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        let mut input = input.as_bytes();
        let output = runtime
            .block_on(cut_advertisement(&mut input, &CODECOMMIT))
            .expect("a whole advertisement");
        let new = format!("{oid} HEAD\0shallow side-band-64k thin-pack\n");
        let expected = format!(
            "001e# service=git-upload-pack\n0000{:04x}{new}",
            new.len() + 4
        );
        assert_eq!(String::from_utf8_lossy(&output), expected);
        assert_eq!(String::from_utf8_lossy(input), rest);
    }
}
