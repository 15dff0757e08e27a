//! Posting to a log, reading it, and asking where it ends.

use axum::Json;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use ed25519_dalek::VerifyingKey;
use lissom_protocol::api::{Appended, CHAIN_HEADER, HEAD_HEADER, Head, POS_HEADER};
use lissom_protocol::entry::{LayoutError, UnverifiedEntry, VerifiedEntry};
use lissom_protocol::ids::{VaultId, VaultKeys};
use lissom_protocol::problem::ProblemKind;
use lissom_protocol::stream::{self, StreamError};

use crate::app::App;
use crate::auth::{Member, Owner};
use crate::intake::{AtCursor, Batch};
use crate::refusal::Refusal;

pub(crate) async fn post(
    Owner { vault }: Owner,
    AtCursor { cursor, .. }: AtCursor,
    State(app): State<App>,
    Batch { bytes, memory }: Batch,
) -> Result<Json<Appended>, Refusal> {
    // On the thread that reads the keys: a full batch takes milliseconds to verify, which would hold up everybody
    // else on this one.
    let entries = app.store().with_keys(vault, move |keys| verified(&bytes, &vault, keys)).await??;
    let appended = app.store().append(vault, cursor, entries, memory).await?;
    Ok(Json(Appended { positions: appended.positions, chain: appended.chain.to_text() }))
}

/// The entries of a batch, each of them signed by the owner.
fn verified(bytes: &[u8], vault: &VaultId, keys: &VaultKeys) -> Result<Vec<VerifiedEntry>, Refusal> {
    let entries = stream::split(bytes).map_err(unreadable)?;
    if entries.is_empty() {
        return Err(Refusal::new(ProblemKind::Malformed).detail("the batch is empty"));
    }
    // The key was registered with a signature of its own, so that it is one.
    let key = VerifyingKey::from_bytes(&keys.write).map_err(|_| Refusal::new(ProblemKind::Internal))?;
    let verify = |(index, entry): (usize, UnverifiedEntry)| {
        entry.verify(vault, &key).map_err(|_| Refusal::new(ProblemKind::BadSignature).entry(index))
    };
    entries.into_iter().enumerate().map(verify).collect()
}

fn unreadable(error: StreamError) -> Refusal {
    match error {
        StreamError::TooManyBytes { .. } | StreamError::TooManyEntries => {
            Refusal::new(ProblemKind::TooLarge).detail(error.to_string())
        }
        StreamError::Entry { index, source: LayoutError::TooLarge { .. } } => {
            Refusal::new(ProblemKind::TooLarge).detail(error.to_string()).entry(index)
        }
        StreamError::Entry { index, .. } => Refusal::new(ProblemKind::Malformed).detail(error.to_string()).entry(index),
    }
}

pub(crate) async fn page(
    Member { vault, .. }: Member,
    AtCursor { cursor, limit }: AtCursor,
    State(app): State<App>,
) -> Result<Response, Refusal> {
    let page = app.store().page(vault, cursor, limit).await?;
    let chain = HeaderValue::from_str(&page.end.chain.to_text()).map_err(|_| Refusal::new(ProblemKind::Internal))?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(stream::MEDIA_TYPE)),
        (HeaderName::from_static(POS_HEADER), HeaderValue::from(page.end.pos)),
        (HeaderName::from_static(CHAIN_HEADER), chain),
        (HeaderName::from_static(HEAD_HEADER), HeaderValue::from(page.head)),
    ];
    Ok((headers, page.bytes).into_response())
}

pub(crate) async fn head(Member { vault, .. }: Member, State(app): State<App>) -> Result<Json<Head>, Refusal> {
    let head = app.store().head(vault).await?;
    Ok(Json(Head { pos: head.pos, chain: head.chain.to_text() }))
}
