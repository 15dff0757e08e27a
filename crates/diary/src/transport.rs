//! How requests reach a relay.

use std::fmt;
use std::time::Duration;

use lissom_sync::http::{Request, Response};

use crate::texts::{Lang, Sentence, error as words, relay};

/// Carries one HTTP exchange at a time: the only thing a sync needs of the network.
///
/// The relay's certificate is checked by the transport, with the system's trust store. Redirects are not
/// followed: an answer from elsewhere is no relay's answer.
pub trait Transport {
    /// The relay that it reaches, if it reaches one alone: a sync that is for another one does not begin.
    fn relay(&self) -> Option<&RelayUrl> {
        None
    }

    /// Sends the request and gives back whatever answered, with any status.
    ///
    /// # Errors
    /// [`TransportError`] if nothing answered within `timeout`, or too much came back.
    fn exchange(&mut self, request: &Request, timeout: Duration) -> Result<Response, TransportError>;
}

/// Nothing answered. A line for people, without ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransportError(pub Sentence);

impl TransportError {
    /// An error in a transport's own words, which are not translated.
    pub fn new(words: impl Into<String>) -> Self {
        Self(relay::TRANSPORT.with("words", words.into()))
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.say(Lang::En))
    }
}

impl std::error::Error for TransportError {}

/// The address of a relay: `https://…`, or `http://…` on this very machine.
#[derive(Clone, PartialEq, Eq)]
pub struct RelayUrl(String);

/// Why an address cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelayUrlError {
    /// Not a web address.
    Form,
    /// Without TLS and not on this machine.
    NotEncrypted,
}

impl RelayUrlError {
    /// It for people, in whatever language they read.
    #[must_use]
    pub fn sentence(self) -> Sentence {
        match self {
            Self::Form => words::RELAY_URL_FORM.into(),
            Self::NotEncrypted => words::RELAY_URL_NOT_ENCRYPTED.into(),
        }
    }
}

impl fmt::Display for RelayUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence().say(Lang::En))
    }
}

impl std::error::Error for RelayUrlError {}

impl RelayUrl {
    /// Checks an address. Without TLS it must be on this machine, unless `insecure` says otherwise.
    ///
    /// # Errors
    /// [`RelayUrlError`]
    pub fn parse(text: &str, insecure: bool) -> Result<Self, RelayUrlError> {
        let text = text.trim().trim_end_matches('/');
        let (scheme, rest) = text.split_once("://").ok_or(RelayUrlError::Form)?;
        let authority = rest.split('/').next().unwrap_or_default();
        let host = host_of(authority).filter(|host| !host.is_empty()).ok_or(RelayUrlError::Form)?;
        if rest.contains(['?', '#', ' ', '@', '\\']) || text.chars().any(char::is_control) {
            return Err(RelayUrlError::Form);
        }
        match scheme.to_ascii_lowercase().as_str() {
            "https" => {}
            "http" if insecure || is_loopback(host) => {}
            "http" => return Err(RelayUrlError::NotEncrypted),
            _ => return Err(RelayUrlError::Form),
        }
        Ok(Self(format!("{}://{rest}", scheme.to_ascii_lowercase())))
    }

    /// The address without a trailing slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The host of `host:port`, without brackets; `None` if the port is no number.
fn host_of(authority: &str) -> Option<&str> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']')?;
            (host, port.strip_prefix(':').or(port.is_empty().then_some("0"))?)
        }
        None => authority.split_once(':').unwrap_or((authority, "0")),
    };
    port.parse::<u16>().is_ok().then_some(host)
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

impl fmt::Debug for RelayUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RelayUrl(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_may_go_without_tls() {
        let parse = |text| RelayUrl::parse(text, false);
        for good in [
            "https://relay.example.org",
            "HTTPS://relay.example.org/lissom/",
            "http://127.0.0.1:43123",
            "http://[::1]:8",
            "http://localhost",
        ] {
            assert!(parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://relay.example.org",
            "http://192.168.1.2:80",
            "http://localhost.example.org",
            "http://127.0.0.1.example.org",
        ] {
            assert_eq!(parse(bad), Err(RelayUrlError::NotEncrypted), "{bad}");
            assert!(RelayUrl::parse(bad, true).is_ok());
        }
        for bad in [
            "",
            "relay.example.org",
            "ftp://x",
            "https://",
            "https://a b",
            "https://u@h",
            "http://h:99999",
            "https://h/?q",
        ] {
            assert_eq!(parse(bad), Err(RelayUrlError::Form), "{bad}");
        }
        assert_eq!(parse(" https://a.b/ ").unwrap().as_str(), "https://a.b");
    }
}
