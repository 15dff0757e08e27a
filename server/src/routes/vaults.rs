//! Registering and deleting a vault.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use lissom_protocol::api::{Delete, Head, Register, Registration, from_text};
use lissom_protocol::problem::ProblemKind;
use lissom_protocol::statement::{delete_message, is_signed, register_message};

use crate::app::App;
use crate::auth::Owner;
use crate::intake::{AtCursor, JsonBody};
use crate::refusal::Refusal;
use crate::store::{Admission, Registered, Statement, unix_seconds};

fn malformed(detail: &'static str) -> Refusal {
    Refusal::new(ProblemKind::Malformed).detail(detail)
}

pub(crate) async fn register(
    State(app): State<App>,
    JsonBody(asked): JsonBody<Register>,
) -> Result<(StatusCode, Json<Head>), Refusal> {
    let (keys, signature) = asked.parts().ok_or_else(|| malformed("a key or the signature has another length"))?;
    if !is_signed(&keys.write, &register_message(&keys), &signature) {
        return Err(malformed("the registration is not signed by the write key"));
    }
    let admission = admission(app.config().registration, asked.invite);
    let status = match app.store().register(keys, admission).await? {
        Registered::New => {
            app.metrics().registered.add(1);
            StatusCode::CREATED
        }
        Registered::Known => StatusCode::OK,
    };
    let head = app.store().head(keys.vault_id()).await?;
    Ok((status, Json(Head { pos: head.pos, chain: head.chain.to_text() })))
}

/// An invite's expiry was written down by another process, by the system's clock: so it is that clock that counts
/// here, and not the one of tokens, which goes its own way once the relay runs.
fn admission(registration: Registration, invite: Option<String>) -> Admission {
    match registration {
        Registration::Open => Admission::Open,
        Registration::Closed => Admission::Closed,
        Registration::Invite => Admission::Invite { token: invite, now: unix_seconds() },
    }
}

pub(crate) async fn delete(
    Owner { vault }: Owner,
    AtCursor { cursor, .. }: AtCursor,
    State(app): State<App>,
    JsonBody(asked): JsonBody<Delete>,
) -> Result<StatusCode, Refusal> {
    let statement: [u8; 64] = from_text(&asked.statement).ok_or_else(|| malformed("the statement is 64 bytes"))?;
    let keys = app.store().keys(vault).await?;
    if !is_signed(&keys.write, &delete_message(&vault), &statement) {
        return Err(malformed("the statement is not signed by the write key"));
    }
    app.store().delete(vault, cursor, Statement(statement)).await?;
    app.metrics().deleted.add(1);
    Ok(StatusCode::NO_CONTENT)
}
