//! A client of HTTP/1.1 on one connection, that costs as little as possible.

use std::net::SocketAddr;

use anyhow::Context;
use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How many bytes are read at once, at least.
const ROOM: usize = 16 * 1024;

/// A connection that stays open.
#[derive(Debug)]
pub(crate) struct Client {
    stream: TcpStream,
    /// What was read and is not used up.
    read: Vec<u8>,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            read: Vec::new(),
        })
    }

    /// Sends a part of a request, and waits for nothing.
    pub(crate) async fn send(&mut self, request: &[u8]) -> anyhow::Result<()> {
        Ok(self.stream.write_all(request).await?)
    }

    /// Sends a request and reads the body of its answer, which has to be a success.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> anyhow::Result<Vec<u8>> {
        self.send(request).await?;
        let (head, whole) = loop {
            if let Some(found) = ends(&self.read)? {
                break found;
            }
            self.read.reserve(ROOM);
            let read = self.stream.read_buf(&mut self.read).await?;
            anyhow::ensure!(read > 0, "the server closed the connection");
        };
        Ok(self.read.drain(..whole).skip(head).collect())
    }
}

/// The ends of the head and of the body of a whole answer.
fn ends(read: &[u8]) -> anyhow::Result<Option<(usize, usize)>> {
    let Some(end) = read.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = std::str::from_utf8(read.get(..end).unwrap_or_default())?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>())
    });
    let body = end + 4;
    let whole = body + length.context("an answer without a length")??;
    if read.len() < whole {
        return Ok(None);
    }
    let told = String::from_utf8_lossy(read.get(body..whole).unwrap_or_default());
    anyhow::ensure!(head.starts_with("HTTP/1.1 200"), "{head}\n\n{told}");
    Ok(Some((body, whole)))
}

/// A request with an export of traces.
pub(crate) fn export(body: &[u8]) -> Bytes {
    let head = format!(
        "POST /v1/traces HTTP/1.1\r\nhost: bench\r\ncontent-type: application/x-protobuf\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat().into()
}

/// A question.
pub(crate) fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n").into_bytes()
}
