//! A client of exports that sees the chunks of an answer.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// An answer: its head, and its body without the lengths of chunks.
pub(super) struct Answer {
    pub(super) head: String,
    pub(super) body: Vec<u8>,
    /// Whether the last chunk came.
    pub(super) is_whole: bool,
}

impl Answer {
    pub(super) fn status(&self) -> u16 {
        crate::support::status(&self.head)
    }

    /// The path that a link describes the answer by.
    pub(super) fn record(&self) -> &str {
        let link = crate::support::header(&self.head, "link").unwrap();
        let (path, relation) = link.trim_start_matches('<').split_once('>').unwrap();
        assert_eq!(relation, "; rel=\"describedby\"");
        path
    }
}

/// Takes the body out of its chunks.
pub(super) fn read(bytes: &[u8]) -> Answer {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, mut rest) = bytes.split_at(head.unwrap() + 4);
    let head = String::from_utf8(head.to_vec()).unwrap();
    if !head.contains("transfer-encoding: chunked") {
        let body = rest.to_vec();
        return Answer {
            head,
            body,
            is_whole: true,
        };
    }
    let (mut body, mut is_whole) = (Vec::new(), false);
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let length = std::str::from_utf8(&rest[..end]).unwrap();
        let length = usize::from_str_radix(length, 16).unwrap();
        rest = &rest[end + 2..];
        is_whole = length == 0;
        if rest.len() < length + 2 {
            break;
        }
        body.extend_from_slice(&rest[..length]);
        rest = &rest[length + 2..];
    }
    Answer {
        head,
        body,
        is_whole,
    }
}

pub(super) fn request(method: &str, path: &str, key: Option<&str>) -> String {
    let key = key.map(|key| format!("authorization: {key}\r\n"));
    let key = key.unwrap_or_default();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n{key}\r\n"
    )
}

pub(super) async fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    key: Option<&str>,
) -> Answer {
    send_text(address, &request(method, path, key)).await
}

pub(super) async fn send_text(address: SocketAddr, request: &str) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A download that is cut off ends with an error or without its last chunk.
    let _ = stream.read_to_end(&mut answer).await;
    read(&answer)
}

/// Asks for an export and takes nothing but the head of the answer. The kernel holds few bytes for this client.
pub(super) async fn begin(address: SocketAddr, path: &str, key: Option<&str>) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    stream
        .write_all(request("POST", path, key).as_bytes())
        .await
        .unwrap();
    let mut head = [0; 12];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200");
    stream
}
