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
use super::pieces::Pieces;

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
        take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let host = self.authority().to_owned();
        within(&host, bounds, async || self.pieces().await, take).await
    }
}

async fn within<E: From<Error>>(
    host: &str,
    bounds: Bounds,
    mut next: impl AsyncFnMut() -> Result<Option<Pieces>, Error>,
    mut take: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let reading = async {
        let mut left = bounds.size;
        while let Some(pieces) = next().await? {
            let Some(rest) = left.checked_sub(pieces.remaining()) else {
                return Err(too_large(host, bounds.size).into());
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
            host: host.to_owned(),
            minutes: bounds.time.as_secs().div_ceil(60),
        }
        .into()),
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

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use super::*;
    use crate::http::Http;
    use crate::http::pieces::BodyReader;
    use crate::world::World;

    /// What a body comes to that has a thousand bytes and no end.
    fn read_within(bounds: Bounds) -> Error {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", socket.local_addr().unwrap());
        let host = std::thread::spawn(move || {
            let (mut connection, _) = socket.accept().unwrap();
            let mut request = [0; 4096];
            assert!(connection.read(&mut request).unwrap() > 0);
            let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n";
            connection
                .write_all(&[&head[..], &[0; 1000], b"\r\n"].concat())
                .unwrap();
            // Until the reader has gone.
            while connection.read(&mut request).is_ok_and(|count| count > 0) {}
        });
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let error = runtime.block_on(async {
            let client = Http::new(&World::of(&[]), None).near(false).unwrap();
            let mut body = BodyReader::new(client.get(url).send().await.unwrap());
            let next = async || {
                let pieces = body.next().await;
                pieces.map_err(|error| Error::from_reqwest("h", &error))
            };
            within("h", bounds, next, |_| Ok::<_, Error>(()))
                .await
                .unwrap_err()
        });
        drop(runtime);
        host.join().unwrap();
        error
    }

    #[test]
    fn a_body_without_an_end_is_given_up_for_its_time_or_its_size() {
        let time = Duration::from_millis(50);
        let error = read_within(Bounds { size: 1000, time });
        assert!(matches!(error, Error::TooLong { .. }), "{error}");
        let time = Duration::from_secs(600);
        let error = read_within(Bounds { size: 999, time });
        assert!(matches!(error, Error::TooLarge { .. }), "{error}");
    }
}
