//! As much of HTTP/1.1 as a device speaks: one request and one answer for each connection.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use lissom_diary::sync::http::{Method, Request, Response};
use lissom_protocol::limits::BATCH_BYTES_MAX;

/// Longest head of a request.
const HEAD_BYTES_MAX: u64 = 16 * 1024;
/// Headers that are passed on.
const KNOWN: &[&str] = &["authorization", "content-type", "accept"];
/// Longest wait for what a client has begun to send.
const PATIENCE: Duration = Duration::from_secs(30);

/// A request and the part of its path before `/v1/`, which names the view of whoever sent it.
pub(super) fn read(stream: &TcpStream) -> io::Result<(String, Request)> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream);
    let mut head = reader.by_ref().take(HEAD_BYTES_MAX);
    let mut line = String::new();
    head.read_line(&mut line)?;
    let bad = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let mut words = line.split_whitespace();
    let (method, target) = words.next().zip(words.next()).ok_or_else(|| bad("no request line"))?;
    let method = match method {
        "GET" => Method::Get,
        "POST" => Method::Post,
        "DELETE" => Method::Delete,
        _ => return Err(bad("another method")),
    };
    let at = target.find("/v1/").ok_or_else(|| bad("no path of the protocol"))?;
    let (view, path) = target.split_at(at);
    let (view, path) = (view.trim_matches('/').to_owned(), path.to_owned());
    let (mut headers, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        if head.read_line(&mut line)? == 0 {
            return Err(bad("the head has no end"));
        }
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        let (name, value) = (name.to_ascii_lowercase(), value.trim().to_owned());
        if name == "content-length" {
            length = value.parse().map_err(|_| bad("no length"))?;
        }
        headers.extend(KNOWN.iter().find(|known| **known == name).map(|known| (*known, value)));
    }
    if length > BATCH_BYTES_MAX {
        return Err(bad("too long"));
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok((view, Request { method, path, headers, body }))
}

/// Sends an answer whose body comes again and again up to this length; gives how much of it went out.
pub(super) fn write(mut stream: &TcpStream, response: &Response, length: usize) -> io::Result<usize> {
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut head = format!("HTTP/1.1 {} \r\nconnection: close\r\ncontent-length: {length}\r\n", response.status);
    let ours = response.headers.iter().filter(|(name, _)| name != "content-length" && name != "transfer-encoding");
    ours.for_each(|(name, value)| head.extend([name, ": ", value, "\r\n"]));
    head.push_str("\r\n");
    stream.write_all(head.as_bytes())?;
    let mut sent = 0_usize;
    while sent < length {
        let part = response.body.get(..length.saturating_sub(sent)).unwrap_or(&response.body);
        if part.is_empty() {
            break;
        }
        // Whoever has had enough closes the connection.
        let Ok(written) = stream.write(part) else { break };
        sent = sent.saturating_add(written);
    }
    Ok(sent)
}

/// Waits for so long, or until the client goes away.
pub(super) fn wait(mut stream: &TcpStream, time: Duration) -> io::Result<()> {
    let end = Instant::now().checked_add(time);
    loop {
        let left = end.map_or(PATIENCE, |end| end.saturating_duration_since(Instant::now()));
        if left.is_zero() {
            return Ok(());
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut [0; 64]) {
            Ok(0) => return Err(io::ErrorKind::ConnectionAborted.into()),
            Ok(_) => {}
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}
