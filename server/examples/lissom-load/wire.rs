//! A small HTTP client.

use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::Outcome;

pub(crate) struct Wire {
    stream: BufReader<TcpStream>,
    host: SocketAddr,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Wire {
    pub(crate) async fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        // Thousands of them are open at once.
        Ok(Self { stream: BufReader::with_capacity(1_024, stream), host: address })
    }

    pub(crate) async fn send(
        &mut self,
        method: &str,
        path: &str,
        token: &str,
        media: &str,
        body: &[u8],
    ) -> Outcome<()> {
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nhost: {}\r\ncontent-length: {}\r\n", self.host, body.len());
        if !token.is_empty() {
            request.push_str("authorization: Bearer ");
            request.push_str(token);
            request.push_str("\r\n");
        }
        request.push_str("content-type: ");
        request.push_str(media);
        request.push_str("\r\n\r\n");
        self.stream.get_mut().write_all(&[request.as_bytes(), body].concat()).await?;
        Ok(())
    }

    /// Bytes as they are.
    pub(crate) async fn send_raw(&mut self, bytes: &[u8]) -> Outcome<()> {
        self.stream.get_mut().write_all(bytes).await?;
        Ok(())
    }

    /// An answer's status and the length of its body, if it has one.
    pub(crate) async fn head(&mut self) -> Outcome<(u16, Option<usize>)> {
        let mut line = String::new();
        self.stream.read_line(&mut line).await?;
        let status = line.split(' ').nth(1).ok_or("the relay closed the connection")?.parse()?;
        let mut length = None;
        loop {
            line.clear();
            self.stream.read_line(&mut line).await?;
            match line.trim_end().split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = Some(value.parse()?),
                Some(_) => {}
                None => return Ok((status, length)),
            }
        }
    }

    pub(crate) async fn answer(&mut self) -> Outcome<Answer> {
        let (status, length) = self.head().await?;
        let mut body = vec![0; length.unwrap_or(0)];
        self.stream.read_exact(&mut body).await?;
        Ok(Answer { status, body })
    }

    pub(crate) async fn ask(
        &mut self,
        method: &str,
        path: &str,
        token: &str,
        media: &str,
        body: &[u8],
    ) -> Outcome<Answer> {
        self.send(method, path, token, media, body).await?;
        self.answer().await
    }

    /// The next event of a stream of pokes; signs of life are passed over.
    pub(crate) async fn poke(&mut self) -> Outcome<()> {
        let mut line = String::new();
        loop {
            line.clear();
            if self.stream.read_line(&mut line).await? == 0 {
                return Err("the stream of pokes ended".into());
            }
            if line.starts_with("event: poke") {
                return Ok(());
            }
        }
    }

    /// Waits until the other side closes.
    pub(crate) async fn closed(&mut self) {
        let mut rest = Vec::new();
        // A reset is an end as well.
        drop(self.stream.read_to_end(&mut rest).await);
    }
}
