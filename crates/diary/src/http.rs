//! HTTP with ureq and rustls, for the command line, desktops and Python.

use std::io::{BufRead, BufReader, Read};
use std::time::Duration;

use lissom_sync::http::{Method, Request, Response};
use lissom_sync::protocol::limits::BATCH_BYTES_MAX;
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

use crate::texts::relay as words;
use crate::transport::{RelayUrl, Transport, TransportError};

/// Longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The relay sends a sign of life every half minute; twice that without one, and the stream is dead.
const POKE_TIMEOUT: Duration = Duration::from_secs(75);

/// Longest line of the stream of pokes; a longer one comes in parts, which are no pokes.
const LINE_BYTES_MAX: u64 = 1024;

/// A [`Transport`] over HTTP/1.1, with the system's trust store. Connections are kept open between exchanges.
#[derive(Debug)]
pub struct HttpTransport {
    agent: Agent,
    relay: RelayUrl,
}

/// The relay's stream of pokes.
pub struct PokeStream {
    lines: BufReader<ureq::BodyReader<'static>>,
}

impl HttpTransport {
    /// A transport to this relay.
    #[must_use]
    pub fn new(relay: RelayUrl) -> Self {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .tls_config(tls)
            .user_agent(concat!("lissom/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .build()
            .new_agent();
        Self { agent, relay }
    }

    /// Opens the stream of pokes; returns once the relay has answered.
    ///
    /// # Errors
    /// [`TransportError`] if nothing answers, or anything but the stream.
    pub fn watch(&self, request: &Request) -> Result<PokeStream, TransportError> {
        let mut call = self.agent.get(self.url(request)).config().timeout_per_read(Some(POKE_TIMEOUT)).build();
        for (name, value) in &request.headers {
            call = call.header(*name, value);
        }
        let answer = call.call().map_err(|error| self.describe(&error))?;
        let is_stream = answer.body().mime_type() == Some("text/event-stream");
        if answer.status().as_u16() != 200 || !is_stream {
            return Err(TransportError(words::WHY_STREAM.with("status", u32::from(answer.status().as_u16()))));
        }
        Ok(PokeStream { lines: BufReader::new(answer.into_body().into_reader()) })
    }

    fn url(&self, request: &Request) -> String {
        format!("{}{}", self.relay.as_str(), request.path)
    }

    /// What went wrong, for people. Names the relay, never a path: paths hold the vault's id.
    fn describe(&self, error: &ureq::Error) -> TransportError {
        let why = match error {
            ureq::Error::Timeout(_) => words::WHY_TIMEOUT,
            ureq::Error::HostNotFound => words::WHY_HOST,
            ureq::Error::Tls(_) | ureq::Error::Rustls(_) => words::WHY_TLS,
            ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => words::WHY_REFUSED,
            ureq::Error::ConnectionFailed | ureq::Error::Io(_) => words::WHY_CONNECTION,
            _ => words::WHY_OTHER,
        };
        TransportError(words::UNREACHABLE.with("address", self.relay.as_str()).with("why", why))
    }
}

impl Transport for HttpTransport {
    fn relay(&self) -> Option<&RelayUrl> {
        Some(&self.relay)
    }

    fn exchange(&mut self, request: &Request, timeout: Duration) -> Result<Response, TransportError> {
        let url = self.url(request);
        let timeout = Some(timeout);
        let answer = match request.method {
            Method::Get => with_headers(self.agent.get(url), request).config().timeout_global(timeout).build().call(),
            Method::Delete => with_headers(self.agent.delete(url), request)
                .force_send_body()
                .config()
                .timeout_global(timeout)
                .build()
                .send(&request.body),
            Method::Post => {
                with_headers(self.agent.post(url), request).config().timeout_global(timeout).build().send(&request.body)
            }
        };
        let answer = answer.map_err(|error| self.describe(&error))?;
        let status = answer.status().as_u16();
        let text = |value: &ureq::http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let headers = answer.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        // One byte more than a page may have: whoever reads it sees that it is too long, and nobody reads the rest.
        let limit = u64::try_from(BATCH_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
        let mut body = Vec::new();
        let read = answer.into_body().into_reader().take(limit).read_to_end(&mut body);
        read.map_err(|error| self.describe(&error.into()))?;
        Ok(Response { status, headers, body })
    }
}

fn with_headers<B>(mut call: ureq::RequestBuilder<B>, request: &Request) -> ureq::RequestBuilder<B> {
    for (name, value) in &request.headers {
        call = call.header(*name, value);
    }
    call
}

impl PokeStream {
    /// Waits for the next sign of life; `true` if it is a poke: the log has grown.
    ///
    /// # Errors
    /// [`TransportError`] when the stream ends; open it again after a sync.
    pub fn next_line(&mut self) -> Result<bool, TransportError> {
        let mut line = String::new();
        match self.lines.by_ref().take(LINE_BYTES_MAX).read_line(&mut line) {
            Ok(1..) => Ok(line.starts_with("event: poke") || line.starts_with("event:poke")),
            Ok(0) | Err(_) => Err(TransportError(words::WHY_STREAM_ENDED.into())),
        }
    }
}

impl std::fmt::Debug for PokeStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PokeStream(..)")
    }
}
