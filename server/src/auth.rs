//! Challenges and tokens: stateless, made and checked with the relay's key and the relay's clock alone.
//!
//! ```text
//! challenge  expiry u64 BE | random 16 | HMAC-SHA256(key, "challenge" || vault || expiry || random)
//! token      role u8 | expiry u64 BE | HMAC-SHA256(key, "token" || vault || role || expiry)
//! ```
//! Neither holds the vault's id: a token that is found says nothing about whose it is.

use std::fmt;
use std::time::Instant;

use axum::extract::{FromRequestParts, Path};
use axum::http::Method;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use hmac::{Hmac, KeyInit, Mac};
use lissom_protocol::api::{bytes_from_text, to_text};
use lissom_protocol::ids::VaultId;
use lissom_protocol::limits::{CHALLENGE_SECONDS, TOKEN_SECONDS};
use lissom_protocol::problem::ProblemKind;
use lissom_protocol::statement::Role;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::app::App;
use crate::refusal::Refusal;
use crate::store::unix_seconds;

const TAG_BYTES: usize = 32;

/// Makes and checks challenges and tokens.
pub(crate) struct Auth {
    key: [u8; 32],
    clock: Clock,
}

/// Seconds since 1970 at the start, and from then on only forwards.
struct Clock {
    start_seconds: u64,
    start: Instant,
    /// Seconds that a simulator says it is.
    #[cfg(feature = "simulator")]
    set: std::sync::atomic::AtomicU64,
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Auth(..)")
    }
}

impl Auth {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        let clock = Clock {
            start_seconds: unix_seconds(),
            start: Instant::now(),
            #[cfg(feature = "simulator")]
            set: std::sync::atomic::AtomicU64::new(0),
        };
        Self { key, clock }
    }

    /// Seconds by the relay's clock, which no change of the system's time sets back while it runs.
    pub(crate) fn now(&self) -> u64 {
        #[cfg(feature = "simulator")]
        if let set @ 1.. = self.clock.set.load(std::sync::atomic::Ordering::SeqCst) {
            return set;
        }
        self.clock.start_seconds.saturating_add(self.clock.start.elapsed().as_secs())
    }

    /// From now on it is this time, until it is set again.
    #[cfg(feature = "simulator")]
    pub(crate) fn set_clock(&self, seconds: u64) {
        self.clock.set.store(seconds, std::sync::atomic::Ordering::SeqCst);
    }

    /// A challenge for a vault, whether or not there is one.
    pub(crate) fn challenge(&self, vault: &VaultId, now: u64, random: [u8; 16]) -> Vec<u8> {
        let expiry = now.saturating_add(CHALLENGE_SECONDS).to_be_bytes();
        let tag = self.tag(&[b"challenge", &vault.0, &expiry, &random]);
        [expiry.as_slice(), &random, &tag].concat()
    }

    /// Whether this challenge was made here for this vault and has not run out.
    pub(crate) fn is_challenge(&self, vault: &VaultId, now: u64, challenge: &[u8]) -> bool {
        let fields = || {
            let (expiry, rest) = challenge.split_first_chunk::<8>()?;
            let (random, tag) = rest.split_first_chunk::<16>()?;
            Some((expiry, random, tag))
        };
        let Some((expiry, random, tag)) = fields() else { return false };
        let own = self.tag(&[b"challenge", &vault.0, expiry, random]);
        bool::from(own.ct_eq(tag)) && runs(now, *expiry, CHALLENGE_SECONDS)
    }

    /// A token for a role in a vault.
    pub(crate) fn token(&self, vault: &VaultId, role: Role, now: u64) -> String {
        let expiry = now.saturating_add(TOKEN_SECONDS).to_be_bytes();
        let tag = self.tag(&[b"token", &vault.0, &[role.byte()], &expiry]);
        to_text(&[[role.byte()].as_slice(), &expiry, &tag].concat())
    }

    /// The role that this token gives in this vault; `None` if it gives none.
    pub(crate) fn role(&self, vault: &VaultId, now: u64, token: &str) -> Option<Role> {
        let token = bytes_from_text(token)?;
        let (role, rest) = token.split_first()?;
        let (expiry, tag) = rest.split_first_chunk::<8>()?;
        let own = self.tag(&[b"token", &vault.0, &[*role], expiry]);
        let good = bool::from(own.ct_eq(tag)) && runs(now, *expiry, TOKEN_SECONDS);
        Role::from_byte(*role).filter(|_| good)
    }

    fn tag(&self, parts: &[&[u8]]) -> [u8; TAG_BYTES] {
        // A key of any length is taken, so that the other arm is never reached; a tag of zeros would match none.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else { return [0; TAG_BYTES] };
        mac.update(b"lissom-relay/1 ");
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// How far the clocks of nodes that share a key may be apart. Even those that are set well tick at different moments.
const SKEW_SECONDS: u64 = 30;

/// Whether an expiry is still to come, and hardly later than what is made right now would have: a clock that was set
/// back over a restart must not lengthen lives.
fn runs(now: u64, expiry: [u8; 8], life: u64) -> bool {
    let expiry = u64::from_be_bytes(expiry);
    now < expiry && expiry <= now.saturating_add(life).saturating_add(SKEW_SECONDS)
}

/// Somebody who may read a vault: no handler of a vault is reached without.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member {
    /// The vault in the request's path.
    pub(crate) vault: VaultId,
    role: Role,
}

/// Somebody who may change a vault.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owner {
    /// The vault in the request's path.
    pub(crate) vault: VaultId,
}

impl FromRequestParts<App> for Member {
    type Rejection = Refusal;

    /// Looks at nothing but the request, so that the answer is the same whether or not there is such a vault.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let id = Path::<String>::from_request_parts(parts, app).await.map_err(|_| bad_id())?;
        let vault = VaultId::from_text(&id).map_err(|_| bad_id())?;
        let token = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(bearer);
        let auth = app.auth();
        let role = token.and_then(|token| auth.role(&vault, auth.now(), token));
        let member = role.map(|role| Self { vault, role }).ok_or_else(|| Refusal::new(ProblemKind::TokenInvalid))?;
        // Nobody but its own devices uses up a diary's allowance, and getting rid of one is always allowed.
        if parts.method != Method::DELETE {
            app.vault_rates().take(vault)?;
        }
        // For what comes after this and reads the body.
        parts.extensions.insert(member);
        Ok(member)
    }
}

impl FromRequestParts<App> for Owner {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        match Member::from_request_parts(parts, app).await? {
            Member { vault, role: Role::Owner } => Ok(Self { vault }),
            Member { role: Role::Reader, .. } => {
                Err(Refusal::new(ProblemKind::Forbidden).detail("a reader's token reads; this needs the owner's"))
            }
        }
    }
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn bad_id() -> Refusal {
    Refusal::new(ProblemKind::Malformed).detail("a vault's id is 43 characters of unpadded base64url")
}

#[cfg(test)]
mod tests {
    use super::*;

    const VAULT: VaultId = VaultId([1; 32]);
    const OTHER: VaultId = VaultId([2; 32]);

    #[test]
    fn a_challenge_serves_one_vault_for_a_minute() {
        let auth = Auth::new([7; 32]);
        let challenge = auth.challenge(&VAULT, 1_000, [3; 16]);
        assert!(auth.is_challenge(&VAULT, 1_000, &challenge));
        assert!(auth.is_challenge(&VAULT, 1_059, &challenge));
        assert!(!auth.is_challenge(&VAULT, 1_060, &challenge));
        assert!(!auth.is_challenge(&OTHER, 1_000, &challenge));
        assert!(!Auth::new([8; 32]).is_challenge(&VAULT, 1_000, &challenge));
    }

    #[test]
    fn no_changed_or_cut_challenge_is_taken() {
        let auth = Auth::new([7; 32]);
        let challenge = auth.challenge(&VAULT, 1_000, [3; 16]);
        for at in 0..challenge.len() {
            let mut changed = challenge.clone();
            changed[at] ^= 1;
            assert!(!auth.is_challenge(&VAULT, 1_000, &changed), "{at}");
            assert!(!auth.is_challenge(&VAULT, 1_000, &challenge[..at]), "{at}");
        }
        assert!(!auth.is_challenge(&VAULT, 1_000, &[challenge, vec![0]].concat()));
    }

    #[test]
    fn a_token_serves_one_vault_and_role_for_its_time() {
        let auth = Auth::new([7; 32]);
        for role in [Role::Owner, Role::Reader] {
            let token = auth.token(&VAULT, role, 1_000);
            assert_eq!(auth.role(&VAULT, 1_000 + TOKEN_SECONDS - 1, &token), Some(role));
            assert_eq!(auth.role(&VAULT, 1_000 + TOKEN_SECONDS, &token), None);
            assert_eq!(auth.role(&OTHER, 1_000, &token), None);
            let mut bytes = bytes_from_text(&token).unwrap();
            bytes[0] ^= 3;
            assert_eq!(auth.role(&VAULT, 1_000, &to_text(&bytes)), None, "a role cannot be exchanged");
        }
        for bad in ["", "x", "AA", "é"] {
            assert_eq!(auth.role(&VAULT, 1_000, bad), None);
        }
    }

    #[test]
    fn a_clock_that_was_set_back_lengthens_no_life() {
        let auth = Auth::new([7; 32]);
        let (challenge, token) = (auth.challenge(&VAULT, 1_000, [3; 16]), auth.token(&VAULT, Role::Owner, 1_000));
        assert!(!auth.is_challenge(&VAULT, 999 - SKEW_SECONDS, &challenge));
        assert_eq!(auth.role(&VAULT, 999 - SKEW_SECONDS, &token), None);
    }

    #[test]
    fn what_one_node_made_counts_on_another_whose_clock_is_a_little_behind_or_ahead() {
        let (auth, other) = (Auth::new([7; 32]), Auth::new([7; 32]));
        let (challenge, token) = (auth.challenge(&VAULT, 1_000, [3; 16]), auth.token(&VAULT, Role::Owner, 1_000));
        for now in [1_000 - SKEW_SECONDS, 999, 1_001, 1_000 + SKEW_SECONDS] {
            assert!(other.is_challenge(&VAULT, now, &challenge), "{now}");
            assert_eq!(other.role(&VAULT, now, &token), Some(Role::Owner), "{now}");
        }
    }

    #[test]
    fn a_challenge_is_no_token() {
        let auth = Auth::new([7; 32]);
        let challenge = auth.challenge(&VAULT, 1_000, [1; 16]);
        assert_eq!(auth.role(&VAULT, 1_000, &to_text(&challenge)), None);
    }
}
