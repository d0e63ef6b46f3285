//! What a request carries, and how it is sent: whole or as it is made, plain or compressed.
//!
//! Source: `http.postBuffer` in git's `Documentation/config/http.adoc`.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::pktline;
use super::service::Service;
use super::upload::Upload;
use crate::http::Load;

/// Git compresses what is longer than this.
const WORTH_COMPRESSING: usize = 1024;

pub(super) enum Payload {
    Nothing,
    /// An empty request in front of a large one, so that a refusal is heard before that is on its way:
    /// hyper does not wait for a "100 Continue". Git sends the same, for its own reasons.
    Probe,
    /// A request that is kept, and so can be sent again.
    Whole {
        bytes: Bytes,
        /// Its length before it was compressed.
        plain: Option<usize>,
    },
    /// A request that is sent as it is made.
    Streamed(Upload),
}

impl Payload {
    /// A whole request of git's: what it wants and has is compressed, a pack is compressed already.
    pub(super) fn whole(service: Service, request: Vec<u8>) -> Self {
        if service != Service::ReceivePack
            && request.len() > WORTH_COMPRESSING
            && let Some(bytes) = compressed(&request)
        {
            return Self::Whole {
                bytes,
                plain: Some(request.len()),
            };
        }
        Self::Whole {
            bytes: request.into(),
            plain: None,
        }
    }

    /// As it is put into a request.
    pub(super) fn load(&mut self) -> Load {
        match self {
            Self::Nothing => Load::Nothing,
            Self::Probe => Load::Whole(Bytes::from_static(pktline::FLUSH)),
            Self::Whole { bytes, .. } => Load::Whole(bytes.clone()),
            Self::Streamed(upload) => Load::Streamed(upload.body()),
        }
    }

    /// Whether it can be sent, once more or at all.
    pub(super) fn is_left(&self) -> bool {
        match self {
            Self::Streamed(upload) => upload.is_left(),
            _ => true,
        }
    }

    /// Whether a request that is sent as it is made was cut off before its end, and can begin again.
    pub(super) fn begin_again(&mut self) -> bool {
        match self {
            Self::Streamed(upload) => upload.begin_again(),
            _ => false,
        }
    }

    pub(super) fn is_compressed(&self) -> bool {
        matches!(self, Self::Whole { plain: Some(_), .. })
    }

    /// What git says of a request with `-v -v`, in its words; none for those it does not mention.
    pub(super) fn description(&self) -> Option<String> {
        match self {
            Self::Nothing | Self::Probe => None,
            Self::Whole {
                bytes,
                plain: Some(plain),
            } => Some(format!("gzip {plain} to {} bytes", bytes.len())),
            Self::Whole { bytes, plain: None } => Some(format!("{} bytes", bytes.len())),
            Self::Streamed(_) => Some("chunked".to_owned()),
        }
    }
}

/// The text in gzip; none where that is no shorter.
fn compressed(text: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(text.len() / 2), Compression::default());
    // Writing to memory does not fail.
    encoder.write_all(text).ok()?;
    let bytes = encoder.finish().ok()?;
    (bytes.len() < text.len()).then(|| bytes.into())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn whole(service: Service, text: &[u8]) -> (Bytes, bool) {
        let payload = Payload::whole(service, text.to_vec());
        let is_compressed = payload.is_compressed();
        match payload {
            Payload::Whole { bytes, .. } => (bytes, is_compressed),
            _ => panic!("not whole"),
        }
    }

    #[test]
    fn what_git_wants_and_has_is_compressed_and_nothing_else() {
        let haves = b"0032have 0123456789012345678901234567890123456789\n".repeat(21);
        for (service, text, wanted) in [
            (Service::UploadPack, &haves[..], true),
            (Service::UploadArchive, &haves, true),
            (Service::UploadPack, &haves[..1024], false),
            (Service::UploadPack, &haves[..1025], true),
            (Service::ReceivePack, &haves, false),
        ] {
            let (bytes, is_compressed) = whole(service, text);
            assert_eq!(is_compressed, wanted, "{service:?} {}", text.len());
            let mut plain = Vec::new();
            if is_compressed {
                assert!(bytes.len() < text.len());
                let mut decoder = flate2::read::GzDecoder::new(&bytes[..]);
                decoder.read_to_end(&mut plain).unwrap();
            } else {
                plain.extend_from_slice(&bytes);
            }
            assert_eq!(plain, text);
        }
    }

    #[test]
    fn what_does_not_shrink_is_sent_as_it_is() {
        let mut number = 1_u64;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            number = number
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (number >> 56) as u8
        })
        .take(4096)
        .collect();
        assert_eq!(whole(Service::UploadPack, &noise), (noise.into(), false));
    }

    #[test]
    fn a_request_is_described_in_gits_words() {
        let text = vec![b'x'; 5000];
        let said = Payload::whole(Service::UploadPack, text.clone()).description();
        let said = said.unwrap();
        assert!(said.starts_with("gzip 5000 to "), "{said}");
        for (payload, words) in [
            (
                Payload::whole(Service::ReceivePack, text),
                Some("5000 bytes"),
            ),
            (Payload::Probe, None),
            (Payload::Nothing, None),
        ] {
            assert_eq!(payload.description().as_deref(), words);
        }
    }
}
