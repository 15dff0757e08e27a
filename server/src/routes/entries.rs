//! Posting to a log, reading it, and asking where it ends.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use ed25519_dalek::VerifyingKey;
use lissom_protocol::api::{Appended, CHAIN_HEADER, HEAD_HEADER, Head, POS_HEADER};
use lissom_protocol::entry::{LayoutError, UnverifiedEntry, VerifiedEntry};
use lissom_protocol::ids::{VaultId, VaultKeys};
use lissom_protocol::limits::BATCH_BYTES_MAX;
use lissom_protocol::problem::ProblemKind;
use lissom_protocol::stream::{self, StreamError};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use crate::app::{App, MEMORY_UNIT};
use crate::auth::{Member, Owner};
use crate::intake::{AtCursor, Batch};
use crate::refusal::Refusal;
use crate::store::StoreError;

pub(crate) async fn post(
    Owner { vault }: Owner,
    AtCursor { cursor, .. }: AtCursor,
    State(app): State<App>,
    Batch { bytes, hold }: Batch,
) -> Result<Json<Appended>, Refusal> {
    // On the thread that reads the keys: a full batch takes milliseconds to verify, which would hold up everybody
    // else on this one.
    let entries = app.store().with_keys(vault, move |keys| verified(&bytes, &vault, keys)).await??;
    let batch = entries.len();
    let appended =
        app.store().append(vault, cursor, entries, hold).await.inspect_err(|error| noted(&app, vault, error))?;
    app.metrics().entries.add(u64::try_from(appended.new).unwrap_or(u64::MAX));
    app.metrics().bytes.add(appended.bytes);
    app.metrics().returned.add(app.returns().appended(vault, batch, appended.new));
    Ok(Json(Appended { positions: appended.positions, chain: appended.chain.to_text() }))
}

/// A device whose cursor is not in the log will send again what the log lacks.
fn noted(app: &App, vault: VaultId, error: &StoreError) {
    if matches!(error, StoreError::Diverged) {
        app.returns().diverged(vault);
    }
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
    let mut memory = reserve(&app).await?;
    let page = app.store().page(vault, cursor, limit).await.inspect_err(|error| noted(&app, vault, error))?;
    // Most pages are small: what this one does not need goes to others.
    let spare = memory.num_permits().saturating_sub(page.bytes.len().div_ceil(MEMORY_UNIT));
    drop(memory.split(spare));
    let chain = HeaderValue::from_str(&page.end.chain.to_text()).map_err(|_| Refusal::new(ProblemKind::Internal))?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(stream::MEDIA_TYPE)),
        (HeaderName::from_static(POS_HEADER), HeaderValue::from(page.end.pos)),
        (HeaderName::from_static(CHAIN_HEADER), chain),
        (HeaderName::from_static(HEAD_HEADER), HeaderValue::from(page.head)),
    ];
    Ok((headers, Bytes::from_owner(Held { bytes: page.bytes, _memory: memory })).into_response())
}

/// Memory for the largest page there is.
async fn reserve(app: &App) -> Result<OwnedSemaphorePermit, Refusal> {
    let busy = || Refusal::new(ProblemKind::Unavailable).detail("too many pages at once");
    let share = u32::try_from(BATCH_BYTES_MAX.div_ceil(MEMORY_UNIT)).unwrap_or(u32::MAX);
    let waiting = app.page_memory().acquire_many_owned(share);
    timeout(app.config().page_wait_max, waiting).await.map_err(|_| busy())?.map_err(|_| busy())
}

/// A page's bytes and their share of the memory. They go together into the connection's buffer, and are given
/// back when the last of them is written or the connection ends.
struct Held {
    bytes: Vec<u8>,
    _memory: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

pub(crate) async fn head(Member { vault, .. }: Member, State(app): State<App>) -> Result<Json<Head>, Refusal> {
    let head = app.store().head(vault).await?;
    Ok(Json(Head { pos: head.pos, chain: head.chain.to_text() }))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::Router;
    use axum::body::Body;
    use axum::http::{Request, StatusCode};
    use ed25519_dalek::{Signer, SigningKey};
    use http_body_util::BodyExt;
    use lissom_protocol::api::entries_path;
    use lissom_protocol::cursor::Cursor;
    use lissom_protocol::entry::{assemble, header};
    use lissom_protocol::statement::Role;
    use tower::ServiceExt;

    use super::*;
    use crate::config::Config;
    use crate::store::Admission;

    async fn ask(router: &Router, path: &str, token: &str) -> Response {
        let request = Request::get(path).header("authorization", format!("Bearer {token}")).body(Body::empty());
        router.clone().oneshot(request.unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn a_pages_memory_is_taken_until_its_last_byte_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::local(folder.path());
        (config.page_memory_max, config.page_wait_max) = (BATCH_BYTES_MAX, Duration::from_millis(50));
        let app = App::open(config).await.unwrap();
        let write = SigningKey::from_bytes(&[1; 32]);
        let keys = VaultKeys { write: write.verifying_key().to_bytes(), read: [2; 32], key_check: [3; 16] };
        let vault = keys.vault_id();
        let sign = |message: &[u8]| write.sign(message).to_bytes();
        let entry = assemble(header(1), &vault, [0; 24], b"sealed", sign).unwrap();
        app.store().register(keys, Admission::Open).await.unwrap();
        app.store().append(vault, Cursor::start(&vault), vec![entry.clone()], ()).await.unwrap();

        let (router, path) = (crate::router::devices(&app), entries_path(&vault, &Cursor::start(&vault)));
        let token = app.auth().token(&vault, Role::Reader, app.auth().now());
        let bytes = ask(&router, &path, &token).await.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(bytes, entry.bytes());
        let refused = ask(&router, &path, &token).await;
        assert_eq!(
            (refused.status(), refused.headers()["retry-after"].as_bytes()),
            (StatusCode::SERVICE_UNAVAILABLE, &b"5"[..])
        );
        drop(bytes);
        assert_eq!(ask(&router, &path, &token).await.status(), StatusCode::OK);
        app.store().close().await;
    }
}
