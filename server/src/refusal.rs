//! Every answer that is not what was asked for, as a problem of the protocol.

use axum::http::header::{CONNECTION, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use lissom_protocol::api::to_text;
use lissom_protocol::problem::{MEDIA_TYPE, Problem, ProblemKind};

use crate::rates::TooMany;
use crate::store::StoreError;

/// A problem on its way to the client.
#[derive(Debug)]
pub(crate) struct Refusal {
    kind: ProblemKind,
    // Boxed: it is the rare arm of every handler's result.
    problem: Box<Problem>,
    close: bool,
    retry_after: Option<u64>,
}

impl Refusal {
    pub(crate) fn new(kind: ProblemKind) -> Self {
        Self { kind, problem: Box::new(Problem::new(kind)), close: false, retry_after: None }
    }

    /// Says what exactly was wrong; never an id, a key or a token.
    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.problem.detail = Some(detail.into());
        self
    }

    /// Names the entry of the batch that is meant, from 0.
    pub(crate) fn entry(mut self, index: usize) -> Self {
        self.problem.entry = Some(index);
        self
    }

    /// Closes the connection, since the rest of the body will not be read.
    pub(crate) fn closing(mut self) -> Self {
        self.close = true;
        self
    }

    /// States when to come again, where it is not what the kind of problem says.
    pub(crate) fn retry_in(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    fn retry_after(&self) -> Option<u64> {
        match self.kind {
            _ if self.retry_after.is_some() => self.retry_after,
            ProblemKind::TooManyRequests => Some(30),
            ProblemKind::Unavailable => Some(5),
            ProblemKind::StorageFull => Some(600),
            _ => None,
        }
    }
}

impl From<TooMany> for Refusal {
    fn from(wait: TooMany) -> Self {
        Self::new(ProblemKind::TooManyRequests).detail("too many requests").retry_in(wait.seconds())
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::VaultUnknown => Self::new(ProblemKind::VaultUnknown),
            StoreError::Gone(statement) => {
                let mut refusal = Self::new(ProblemKind::Gone);
                refusal.problem.statement = Some(to_text(&statement.0));
                refusal
            }
            StoreError::Diverged => Self::new(ProblemKind::LogDiverged),
            StoreError::InviteRequired => Self::new(ProblemKind::InviteRequired)
                .detail("ask the relay's operator for an invite; a used or expired one does not count"),
            StoreError::RegistrationClosed => Self::new(ProblemKind::RegistrationClosed),
            StoreError::QuotaFull => Self::new(ProblemKind::StorageFull).detail("this diary's quota is used up"),
            StoreError::DiskFull => Self::new(ProblemKind::StorageFull).detail("the relay's disk is full"),
            StoreError::Damaged => Self::new(ProblemKind::Internal).detail("what the relay has stored is damaged"),
            // No device's request names a vault by a part of its id, or asks for a copy.
            StoreError::Ambiguous | StoreError::NotHere(_) => Self::new(ProblemKind::Internal),
            // What PostgreSQL said is in the log already.
            StoreError::Unavailable | StoreError::Postgres(_) => Self::new(ProblemKind::Unavailable),
            StoreError::Sqlite(error) => {
                tracing::error!(code = ?error.sqlite_error_code(), "the database failed");
                Self::new(ProblemKind::Unavailable)
            }
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if let Some(seconds) = self.retry_after() {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.kind == ProblemKind::TokenInvalid {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self.close {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        let status = StatusCode::from_u16(self.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self.problem).unwrap_or_default();
        (status, headers, body).into_response()
    }
}
