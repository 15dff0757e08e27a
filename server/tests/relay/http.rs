//! A small blocking HTTP client.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use lissom_protocol::problem::{MEDIA_TYPE, Problem, ProblemKind};
use lissom_relay::contract::operation;

/// Longest wait for any one read: longer than every time limit of the relay that a test waits for.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Everything that it says, but for the time of day.
    pub(crate) fn timeless(mut self) -> (u16, Vec<(String, String)>, Vec<u8>) {
        self.headers.retain(|(name, _)| name != "date");
        (self.status, self.headers, self.body)
    }

    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The problem that it is, which has to be a whole one.
    #[track_caller]
    pub(crate) fn problem(&self) -> Problem {
        let text = String::from_utf8_lossy(&self.body);
        assert_eq!(self.header("content-type"), Some(MEDIA_TYPE), "{} {text}", self.status);
        let problem: Problem = self.json();
        assert_eq!(problem.status, self.status);
        assert_eq!(problem.kind().map(ProblemKind::status), Some(self.status));
        problem
    }

    /// Every answer that any test here gets is one that the contract knows.
    #[track_caller]
    fn assert_in_contract(&self, method: &str, path: &str) {
        let Some(operation) = operation(method, path.split('?').next().unwrap()) else { return };
        let kind =
            self.header("content-type").filter(|stated| *stated == MEDIA_TYPE).map(|_| self.problem().kind().unwrap());
        assert!(operation.may_answer(self.status, kind), "{method} {}: {} {kind:?}", operation.path, self.status);
    }

    #[track_caller]
    pub(crate) fn assert_problem(&self, kind: ProblemKind) {
        assert_eq!(self.problem().kind(), Some(kind), "{}", String::from_utf8_lossy(&self.body));
    }
}

pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream: BufReader::new(stream) }
    }

    /// Sends bytes as they are; false if the other side has closed.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.get_mut().write_all(bytes).is_ok()
    }

    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Whether the other side closes before anything else comes, and before patience ends.
    pub(crate) fn is_closed(&mut self) -> bool {
        use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, Interrupted};
        loop {
            match self.stream.fill_buf() {
                Ok(bytes) => return bytes.is_empty(),
                // A process that is stopped and goes on hears this from a socket with a time limit.
                Err(error) if error.kind() == Interrupted => {}
                Err(error) if matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset) => return true,
                Err(error) => panic!("neither closed nor anything else in {PATIENCE:?}: {error}"),
            }
        }
    }

    /// Whether the other side closes in order: a reset would have some systems throw away what came before it.
    pub(crate) fn is_ended(&mut self) -> bool {
        self.stream.fill_buf().is_ok_and(<[u8]>::is_empty)
    }

    pub(crate) fn head(&mut self) -> Reply {
        let status_line = self.line();
        let status = status_line.split(' ').nth(1).unwrap_or_else(|| panic!("no answer: {status_line:?}"));
        let status = status.parse().unwrap();
        let mut headers = Vec::new();
        loop {
            let line = self.line();
            let Some((name, value)) = line.split_once(": ") else { break };
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        Reply { status, headers, body: Vec::new() }
    }

    pub(crate) fn reply(&mut self) -> Reply {
        let mut reply = self.head();
        self.finish(&mut reply);
        reply
    }

    /// Reads the body of a stated length.
    pub(crate) fn finish(&mut self, reply: &mut Reply) {
        let length = reply.header("content-length").map_or(0, |length| length.parse().unwrap());
        reply.body = vec![0; length];
        self.stream.read_exact(&mut reply.body).unwrap();
    }

    /// The data of the next chunk of an endless answer; `None` at its end.
    pub(crate) fn chunk(&mut self) -> Option<String> {
        let length = usize::from_str_radix(&self.line(), 16).ok()?;
        let mut data = vec![0; length + 2];
        self.stream.read_exact(&mut data).ok()?;
        data.truncate(length);
        (length > 0).then(|| String::from_utf8(data).unwrap())
    }

    pub(crate) fn ask(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        self.try_ask(method, path, headers, body).expect("the relay closed the connection")
    }

    /// One request; `None` if the relay ends before the whole answer is here.
    pub(crate) fn try_ask(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Option<Reply> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: relay\r\n");
        for (name, value) in headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        if !body.is_empty() {
            write!(head, "content-length: {}\r\n", body.len()).unwrap();
        }
        head.push_str("\r\n");
        if !self.send(&[head.as_bytes(), body].concat()) {
            return None;
        }
        // Nothing before the status line is an answer that never began.
        self.stream.fill_buf().ok().filter(|bytes| !bytes.is_empty())?;
        let reply = self.reply();
        reply.assert_in_contract(method, path);
        Some(reply)
    }
}

/// One request on a connection of its own.
pub(crate) fn ask(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    Connection::open(address).ask(method, path, headers, body)
}

/// One request with a JSON body.
pub(crate) fn ask_json(address: SocketAddr, path: &str, body: &impl serde::Serialize) -> Reply {
    ask(address, "POST", path, &[("content-type", "application/json")], &serde_json::to_vec(body).unwrap())
}
