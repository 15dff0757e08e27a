//! From a key to a token: ask for a challenge, send it back signed.

use axum::Json;
use axum::extract::State;
use lissom_protocol::api::{Challenge, ChallengeRequest, Token, TokenRequest, bytes_from_text, from_text, to_text};
use lissom_protocol::ids::VaultId;
use lissom_protocol::limits::TOKEN_SECONDS;
use lissom_protocol::problem::ProblemKind;
use lissom_protocol::statement::{Role, auth_message, is_signed};

use crate::app::App;
use crate::intake::JsonBody;
use crate::refusal::Refusal;

fn vault_of(text: &str) -> Result<VaultId, Refusal> {
    let bad = |_| Refusal::new(ProblemKind::Malformed).detail("a vault's id is 43 characters of unpadded base64url");
    VaultId::from_text(text).map_err(bad)
}

/// Answers for any id with the same work. Whether there is such a vault is said only by the answer to the signed
/// challenge; ids are hashes of 256 bits, so that nobody asks for one who does not know it.
pub(crate) async fn challenge(
    State(app): State<App>,
    JsonBody(asked): JsonBody<ChallengeRequest>,
) -> Result<Json<Challenge>, Refusal> {
    let vault = vault_of(&asked.vault)?;
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|_| Refusal::new(ProblemKind::Unavailable))?;
    let challenge = app.auth().challenge(&vault, app.auth().now(), random);
    Ok(Json(Challenge { challenge: to_text(&challenge) }))
}

pub(crate) async fn token(
    State(app): State<App>,
    JsonBody(asked): JsonBody<TokenRequest>,
) -> Result<Json<Token>, Refusal> {
    let vault = vault_of(&asked.vault)?;
    let invalid = || Refusal::new(ProblemKind::ChallengeInvalid);
    let challenge = bytes_from_text(&asked.challenge).ok_or_else(invalid)?;
    let signature: [u8; 64] = from_text(&asked.signature).ok_or_else(invalid)?;
    if !app.auth().is_challenge(&vault, app.auth().now(), &challenge) {
        return Err(invalid());
    }
    let keys = app.store().keys(vault).await?;
    let key = match asked.role {
        Role::Owner => keys.write,
        Role::Reader => keys.read,
    };
    if !is_signed(&key, &auth_message(&vault, asked.role, &challenge), &signature) {
        return Err(invalid());
    }
    let token = app.auth().token(&vault, asked.role, app.auth().now());
    Ok(Json(Token { token, expires_in: TOKEN_SECONDS }))
}
