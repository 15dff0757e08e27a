//! How bodies and parameters come in: bounded in size, time and memory.

use std::future::Future;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use http_body_util::BodyExt;
use lissom_protocol::api::{CursorQuery, MAILBOX_MEDIA_TYPE, from_json};
use lissom_protocol::cursor::Cursor;
use lissom_protocol::ids::VaultId;
use lissom_protocol::limits::BATCH_ENTRIES_MAX;
use lissom_protocol::problem::ProblemKind;
use lissom_protocol::stream;
use serde::de::DeserializeOwned;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout};

use crate::app::{App, MEMORY_UNIT};
use crate::auth::Member;
use crate::config::Config;
use crate::refusal::Refusal;
use crate::turns::Turn;

/// Largest batch that takes no turn and no share of the memory: what a device posts after one exercise. Many of
/// one vault may come at once, and their number is bounded by the connections.
const SMALL_BYTES_MAX: usize = 64 * 1024;

/// The route's limit of the body, in bytes; the router puts it into every request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyMax(pub(crate) usize);

/// Refuses by the headers alone what would not be taken anyway.
pub(crate) fn check_headers(headers: &HeaderMap, max: BodyMax) -> Result<(), Refusal> {
    if headers.get(CONTENT_ENCODING).is_some_and(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        let refusal = Refusal::new(ProblemKind::UnsupportedMediaType).detail("bodies are taken without content coding");
        return Err(refusal.closing());
    }
    if stated_length(headers).is_some_and(|length| length > max.0) {
        return Err(too_large(max.0));
    }
    Ok(())
}

fn stated_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large(max: usize) -> Refusal {
    Refusal::new(ProblemKind::TooLarge).detail(format!("this address takes at most {max} bytes")).closing()
}

fn too_slow() -> Refusal {
    Refusal::new(ProblemKind::Unavailable).detail("the body came too slowly").closing()
}

fn check_media_type(headers: &HeaderMap, wanted: &str) -> Result<(), Refusal> {
    let stated = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = stated.split_once(';').map_or(stated, |(essence, _)| essence).trim();
    if essence.eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    Err(Refusal::new(ProblemKind::UnsupportedMediaType).detail(format!("this address takes {wanted}")))
}

/// Time that a body of this length gets as a whole.
fn time_for(length: usize, config: &Config) -> Duration {
    let length = u64::try_from(length).unwrap_or(u64::MAX);
    config.body_timeout.saturating_add(Duration::from_secs(length / config.body_rate_min.max(1)))
}

async fn read(request: Request, config: &Config) -> Result<Vec<u8>, Refusal> {
    let max = request.extensions().get::<BodyMax>().map_or(0, |max| max.0);
    let time = time_for(stated_length(request.headers()).unwrap_or(0), config);
    let deadline = Instant::now().checked_add(time);
    let mut body: Body = request.into_body();
    let mut bytes = Vec::new();
    loop {
        let left = deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()));
        let frame = timeout(left.min(config.body_pause_max), body.frame()).await.map_err(|_| too_slow())?;
        let Some(frame) = frame else { return Ok(bytes) };
        let broken_off = |_| Refusal::new(ProblemKind::Malformed).detail("the body was broken off").closing();
        // Trailers say nothing here.
        let data: Bytes = frame.map_err(broken_off)?.into_data().unwrap_or_default();
        if bytes.len().saturating_add(data.len()) > max {
            return Err(too_large(max));
        }
        bytes.extend_from_slice(&data);
    }
}

/// A JSON body.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<App> for JsonBody<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, app: &App) -> Result<Self, Refusal> {
        check_media_type(request.headers(), "application/json")?;
        let bytes = read(request, app.config()).await?;
        from_json(&bytes).map(Self).map_err(|error| {
            // The parser's own words could repeat what was sent.
            let (line, column) = (error.line(), error.column());
            let detail = format!("the body is not the JSON that this address takes (line {line}, column {column})");
            Refusal::new(ProblemKind::Malformed).detail(detail)
        })
    }
}

/// A sealed message of a mailbox.
pub(crate) struct SealedBody(pub(crate) Vec<u8>);

impl FromRequest<App> for SealedBody {
    type Rejection = Refusal;

    async fn from_request(request: Request, app: &App) -> Result<Self, Refusal> {
        check_media_type(request.headers(), MAILBOX_MEDIA_TYPE)?;
        read(request, app.config()).await.map(Self)
    }
}

/// A batch of entries as it came, and what a large one takes up; to be kept until it is off the memory.
pub(crate) struct Batch {
    pub(crate) bytes: Vec<u8>,
    pub(crate) hold: Option<(OwnedSemaphorePermit, Turn)>,
}

/// A large batch's share of the memory. First its vault's turn, so that no vault has more than one share.
async fn reserve(vault: VaultId, length: usize, app: &App) -> Result<(OwnedSemaphorePermit, Turn), Refusal> {
    let posting = |_| {
        let detail = "another large batch of this diary is being taken in";
        Refusal::new(ProblemKind::TooManyRequests).detail(detail).retry_in(1).closing()
    };
    let turn = timeout(app.config().batch_turn_max, app.turns().take(vault)).await.map_err(posting)?;
    let busy = || Refusal::new(ProblemKind::Unavailable).detail("too many batches at once").closing();
    let share = u32::try_from(length.div_ceil(MEMORY_UNIT)).unwrap_or(u32::MAX);
    let waiting = app.batch_memory().acquire_many_owned(share);
    let memory = timeout(app.config().body_pause_max, waiting).await.map_err(|_| busy())?.map_err(|_| busy())?;
    Ok((memory, turn))
}

impl FromRequest<App> for Batch {
    type Rejection = Refusal;

    async fn from_request(request: Request, app: &App) -> Result<Self, Refusal> {
        check_media_type(request.headers(), stream::MEDIA_TYPE)?;
        let max = request.extensions().get::<BodyMax>().map_or(0, |max| max.0);
        let length = stated_length(request.headers()).unwrap_or(max);
        let member = request.extensions().get::<Member>().copied();
        let Member { vault, .. } = member.ok_or_else(|| Refusal::new(ProblemKind::TokenInvalid))?;
        let hold = if length > SMALL_BYTES_MAX { Some(reserve(vault, length, app).await?) } else { None };
        Ok(Self { bytes: read(request, app.config()).await?, hold })
    }
}

/// The cursor that a request carries, and how much it asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AtCursor {
    pub(crate) cursor: Cursor,
    pub(crate) limit: usize,
}

impl<S: Send + Sync> FromRequestParts<S> for AtCursor {
    type Rejection = Refusal;

    fn from_request_parts(parts: &mut Parts, _: &S) -> impl Future<Output = Result<Self, Refusal>> + Send {
        let query = Query::<CursorQuery>::try_from_uri(&parts.uri).ok();
        let at = query.and_then(|Query(query)| {
            let limit = query.limit.filter(|limit| (1..=BATCH_ENTRIES_MAX).contains(limit));
            Some(Self { cursor: query.cursor()?, limit: limit.unwrap_or(BATCH_ENTRIES_MAX) })
        });
        let bad =
            || Refusal::new(ProblemKind::Malformed).detail("the cursor is missing: ?after=<position>&chain=<chain>");
        std::future::ready(at.ok_or_else(bad))
    }
}
