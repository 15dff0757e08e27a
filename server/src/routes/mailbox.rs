//! Leaving and taking the one sealed message of a pairing.

use axum::body::Bytes;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::http::request::Parts;
use lissom_protocol::api::{MAILBOX_MEDIA_TYPE, from_text};
use lissom_protocol::limits::MAILBOX_SECONDS;
use lissom_protocol::problem::ProblemKind;

use crate::app::App;
use crate::intake::SealedBody;
use crate::mailboxes::{MailboxId, NotLeft};
use crate::refusal::Refusal;

/// The id in the request's path.
pub(crate) struct Id(MailboxId);

impl FromRequestParts<App> for Id {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let id = Path::<String>::from_request_parts(parts, app).await.ok().and_then(|Path(id)| from_text(&id));
        let bad =
            || Refusal::new(ProblemKind::Malformed).detail("a mailbox's id is 22 characters of unpadded base64url");
        id.map(Self).ok_or_else(bad)
    }
}

pub(crate) async fn leave(
    Id(id): Id,
    State(app): State<App>,
    SealedBody(message): SealedBody,
) -> Result<StatusCode, Refusal> {
    if message.is_empty() {
        return Err(Refusal::new(ProblemKind::Malformed).detail("the message is empty"));
    }
    match app.store().leave(id, message, app.auth().now()).await? {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(NotLeft::Taken) => Err(Refusal::new(ProblemKind::MailboxTaken)),
        Err(NotLeft::Full) => {
            Err(Refusal::new(ProblemKind::Unavailable).detail("too many mailboxes at once").retry_in(MAILBOX_SECONDS))
        }
    }
}

pub(crate) async fn take(
    Id(id): Id,
    State(app): State<App>,
) -> Result<([(HeaderName, &'static str); 1], Bytes), Refusal> {
    let message = app.store().take(id, app.auth().now()).await?;
    let message = message.ok_or_else(|| Refusal::new(ProblemKind::MailboxEmpty))?;
    Ok(([(CONTENT_TYPE, MAILBOX_MEDIA_TYPE)], Bytes::from(message)))
}
