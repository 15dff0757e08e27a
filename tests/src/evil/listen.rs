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
    let (mut headers, mut length, mut chunked) = (Vec::new(), None, false);
    loop {
        let mut line = String::new();
        if head.read_line(&mut line)? == 0 {
            return Err(bad("the head has no end"));
        }
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        let (name, value) = (name.to_ascii_lowercase(), value.trim().to_owned());
        if name == "content-length" {
            length = Some(value.parse().map_err(|_| bad("no length"))?);
        }
        if name == "transfer-encoding" {
            if chunked || !value.eq_ignore_ascii_case("chunked") {
                return Err(bad("another encoding"));
            }
            chunked = true;
        }
        headers.extend(KNOWN.iter().find(|known| **known == name).map(|known| (*known, value)));
    }
    let body = match (length, chunked) {
        (Some(_), true) => return Err(bad("two lengths")),
        (None, true) => read_chunks(&mut reader)?,
        (length, false) => read_part(&mut reader, length.unwrap_or(0), Vec::new())?,
    };
    Ok((view, Request { method, path, headers, body }))
}

/// A body with so many bytes more.
fn read_part(reader: &mut impl BufRead, length: usize, mut body: Vec<u8>) -> io::Result<Vec<u8>> {
    if length > BATCH_BYTES_MAX.saturating_sub(body.len()) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "too long"));
    }
    let wanted = u64::try_from(length).unwrap_or(u64::MAX);
    let read = reader.take(wanted).read_to_end(&mut body)?;
    if read < length { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(body) }
}

/// A body that comes in chunks, each with its length before it.
fn read_chunks(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let bad = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let line = |reader: &mut dyn BufRead| {
        let mut line = String::new();
        reader.take(HEAD_BYTES_MAX).read_line(&mut line)?;
        line.strip_suffix('\n').map(|line| line.trim_end().to_owned()).ok_or_else(|| bad("a chunk has no end"))
    };
    let mut body = Vec::new();
    loop {
        let head = line(reader)?;
        let size = head.split(';').next().unwrap_or_default().trim();
        // `from_str_radix` alone would also take a plus sign.
        let digits = size.bytes().all(|byte| byte.is_ascii_hexdigit());
        let size = usize::from_str_radix(size, 16).ok().filter(|_| digits).ok_or_else(|| bad("no size of a chunk"))?;
        if size == 0 {
            break;
        }
        body = read_part(reader, size, body)?;
        if !line(reader)?.is_empty() {
            return Err(bad("a chunk is longer than it said"));
        }
    }
    // What may follow, headers that nobody asked for, ends with an empty line.
    let mut rest = reader.take(HEAD_BYTES_MAX);
    while !line(&mut rest)?.is_empty() {}
    Ok(body)
}

/// Sends an answer whose body comes again and again up to this length; gives how much of it went out.
pub(super) fn write(mut stream: &TcpStream, response: &Response, length: usize) -> usize {
    let mut head = format!("HTTP/1.1 {} \r\nconnection: close\r\ncontent-length: {length}\r\n", response.status);
    let ours = response.headers.iter().filter(|(name, _)| name != "content-length" && name != "transfer-encoding");
    ours.for_each(|(name, value)| head.extend([name, ": ", value, "\r\n"]));
    head.push_str("\r\n");
    let mut sent = 0_usize;
    // Whoever does not even take the head has gone.
    if stream.set_write_timeout(Some(PATIENCE)).and_then(|()| stream.write_all(head.as_bytes())).is_err() {
        return sent;
    }
    while sent < length {
        let part = response.body.get(..length.saturating_sub(sent)).unwrap_or(&response.body);
        if part.is_empty() {
            break;
        }
        // Whoever has had enough closes the connection.
        let Ok(written) = stream.write(part) else { break };
        sent = sent.saturating_add(written);
    }
    sent
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

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Shutdown, TcpListener};

    use super::*;

    /// What is read of a connection on which this was sent.
    fn sent(bytes: &[u8]) -> io::Result<Request> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        client.write_all(bytes).unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        read(&listener.accept().unwrap().0).map(|(_, request)| request)
    }

    fn post(headers: &str, body: &str) -> io::Result<Vec<u8>> {
        sent(format!("POST /v1/x HTTP/1.1\r\n{headers}\r\n\r\n{body}").as_bytes()).map(|request| request.body)
    }

    #[test]
    fn a_body_in_chunks_is_read_whole() {
        let chunks = "4\r\nWiki\r\n5;name=value\r\npedia\r\n0B\r\n in\r\nchunks\r\n0\r\n";
        for rest in ["\r\n", "Expires: never\r\nX: y\r\n\r\n"] {
            let body = post("transfer-encoding: Chunked", &format!("{chunks}{rest}")).unwrap();
            assert_eq!(String::from_utf8(body).unwrap(), "Wikipedia in\r\nchunks");
        }
        assert_eq!(post("content-length: 3", "abc").unwrap(), b"abc");
        assert_eq!(post("accept: x", "").unwrap(), b"");
    }

    #[test]
    fn a_body_whose_length_is_not_clear_is_refused() {
        let most = BATCH_BYTES_MAX + 1;
        for (headers, body) in [
            ("transfer-encoding: gzip", ""),
            ("transfer-encoding: gzip, chunked", "0\r\n\r\n"),
            ("transfer-encoding: chunked\r\ncontent-length: 5", "0\r\n\r\n"),
            ("transfer-encoding: chunked", "+1\r\na\r\n0\r\n\r\n"),
            ("transfer-encoding: chunked", "\r\na\r\n0\r\n\r\n"),
            ("transfer-encoding: chunked", "1\r\nab\r\n0\r\n\r\n"),
            ("transfer-encoding: chunked", "2\r\na"),
            ("transfer-encoding: chunked", "1\r\na\r\n"),
            ("transfer-encoding: chunked", "0\r\n"),
            ("transfer-encoding: chunked", &format!("{most:x}\r\n")),
            ("transfer-encoding: chunked", "ffffffffffffffffff\r\n"),
            ("content-length: 3", "ab"),
            ("content-length: many", "ab"),
            (&format!("content-length: {most}"), ""),
        ] {
            assert!(post(headers, body).is_err(), "{headers}: {body}");
        }
    }
}
