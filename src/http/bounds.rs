//! Answers that are kept whole: none may be larger, or take longer, than what it can be.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf as _, Bytes};
use http_body::{Frame, SizeHint};
use reqwest::{Body, Response};

use super::failure::Error;
use super::git_host::Answer;

/// The largest answer with credentials, or of an AWS service, in bytes: real ones have a few KiB.
pub(super) const SERVICE_LIMIT: usize = 1 << 20;

/// How much of an answer is taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// In bytes.
    pub(crate) size: usize,
    /// From the head of the answer to its end, however steadily it comes.
    pub(crate) time: Duration,
}

impl Answer<'_, '_> {
    /// Hands the body to `take` as it comes, within bounds. Fails if there is more, or if it comes too slowly; what
    /// `take` says ends it as well.
    pub(crate) async fn each<E: From<Error>>(
        &mut self,
        bounds: Bounds,
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let host = self.authority().to_owned();
        let reading = async {
            let mut left = bounds.size;
            while let Some(pieces) = self.pieces().await? {
                let Some(rest) = left.checked_sub(pieces.remaining()) else {
                    return Err(too_large(&host, bounds.size).into());
                };
                left = rest;
                for piece in pieces.iter() {
                    take(piece)?;
                }
            }
            Ok(())
        };
        match tokio::time::timeout(bounds.time, reading).await {
            Ok(read) => read,
            Err(_) => Err(Error::TooLong {
                host,
                minutes: bounds.time.as_secs().div_ceil(60),
            }
            .into()),
        }
    }
}

/// The whole body of a credentials endpoint's answer. The request's own time limit covers it.
pub(crate) async fn whole(host: &str, mut response: Response) -> Result<Vec<u8>, Error> {
    let mut body = Vec::new();
    while let Some(piece) = response
        .chunk()
        .await
        .map_err(|error| Error::from_reqwest(host, &error))?
    {
        if body.len() + piece.len() > SERVICE_LIMIT {
            return Err(too_large(host, SERVICE_LIMIT));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

fn too_large(host: &str, limit: usize) -> Error {
    Error::TooLarge {
        host: host.to_owned(),
        mebibytes: limit >> 20,
    }
}

/// A body that is an [`Error`] from a size on: for libraries that keep it whole.
pub(super) struct Limited {
    body: Body,
    host: String,
    left: usize,
}

impl Limited {
    pub(super) fn new(body: Body, host: String) -> Self {
        Self {
            body,
            host,
            left: SERVICE_LIMIT,
        }
    }
}

impl http_body::Body for Limited {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        polled.map(|frame| {
            let frame = frame?.map_err(io::Error::other);
            let length = frame
                .as_ref()
                .ok()
                .and_then(|frame| frame.data_ref())
                .map_or(0, Bytes::len);
            match self.left.checked_sub(length) {
                Some(left) => self.left = left,
                None => {
                    let problem = too_large(&self.host, SERVICE_LIMIT);
                    return Some(Err(io::Error::other(problem)));
                }
            }
            Some(frame)
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
