//! One HTTP exchange by value: for apps that carry requests with `URLSession` or `OkHttp`.

use lissom_diary::sync::http::{Request, Response};
use lissom_diary::{RelayUrl, TransportError};

/// A request to send, just as it is. Redirects must not be followed: an answer from elsewhere is no relay's answer.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct HttpRequest {
    /// `GET`, `POST` or `DELETE`.
    pub method: String,
    /// The whole address.
    pub url: String,
    /// Headers to set.
    pub headers: Vec<Header>,
    /// Body; empty for `GET`.
    pub body: Vec<u8>,
}

/// One header.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct Header {
    /// Name, in any case.
    pub name: String,
    /// Value.
    pub value: String,
}

/// What came of a request.
#[derive(Clone, PartialEq, Eq, uniffi::Enum)]
#[uniffi::export(Debug)]
pub enum Answer {
    /// Whatever answered, with any status.
    Response {
        /// HTTP status.
        status: i32,
        /// Headers.
        headers: Vec<Header>,
        /// Body.
        body: Vec<u8>,
    },
    /// Nothing answered.
    NoAnswer {
        /// Why, for people; without ids.
        reason: String,
    },
}

quiet_debug!(HttpRequest Header Answer);

impl HttpRequest {
    pub(crate) fn new(relay: &RelayUrl, request: &Request) -> Self {
        let header = |(name, value): &(&'static str, String)| Header { name: (*name).to_owned(), value: value.clone() };
        Self {
            method: request.method.as_str().to_owned(),
            url: format!("{}{}", relay.as_str(), request.path),
            headers: request.headers.iter().map(header).collect(),
            body: request.body.clone(),
        }
    }
}

impl Answer {
    /// The answer as a sync reads it.
    pub(crate) fn read(self) -> Result<Response, TransportError> {
        match self {
            Self::NoAnswer { reason } => Err(TransportError::new(reason)),
            Self::Response { status, headers, body } => Ok(Response {
                status: u16::try_from(status).unwrap_or(0),
                headers: headers.into_iter().map(|header| (header.name, header.value)).collect(),
                body,
            }),
        }
    }
}
