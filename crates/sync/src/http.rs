//! An HTTP exchange as a value, for whatever carries it: ureq, `URLSession`, `OkHttp`, or a simulator.

use std::fmt;

/// What to do at the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
    /// DELETE
    Delete,
}

impl Method {
    /// The method's name in HTTP.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// A request to the relay. `Debug` shows neither token nor ids.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// What to do.
    pub method: Method,
    /// Path and query, to be put after the relay's address.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// Empty for GET.
    pub body: Vec<u8>,
}

/// What came back, whatever its status.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// At most a page of entries; the transport refuses more.
    pub body: Vec<u8>,
}

impl Response {
    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The media type without its parameters.
    #[must_use]
    pub fn media_type(&self) -> &str {
        self.header("content-type").and_then(|v| v.split(';').next()).unwrap_or_default().trim()
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({} with {} bytes)", self.method.as_str(), self.body.len())
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Response({} with {} bytes)", self.status, self.body.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_have_their_names_in_http() {
        assert_eq!([Method::Get, Method::Post, Method::Delete].map(Method::as_str), ["GET", "POST", "DELETE"]);
    }

    #[test]
    fn requests_and_responses_are_shown_by_their_size_alone() {
        let headers = vec![("authorization", "Bearer secret".to_owned())];
        let request = Request { method: Method::Post, path: "/v1/vaults/id".to_owned(), headers, body: vec![1; 3] };
        let response = Response { status: 200, headers: vec![("a".to_owned(), "b".to_owned())], body: vec![1; 4] };
        assert_eq!(format!("{request:?} {response:?}"), "Request(POST with 3 bytes) Response(200 with 4 bytes)");
    }
}
