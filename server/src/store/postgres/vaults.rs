//! Vaults as a whole, the invites that let them in, and mailboxes for pairing.

use deadpool_postgres::{GenericClient, Object};
use lissom_protocol::cursor::{Chain, Cursor};
use lissom_protocol::ids::{VaultId, VaultKeys};
use lissom_protocol::limits::MAILBOX_SECONDS;

use super::rows::{Found, lock, look_up, stored};
use super::schema::LEAVING;
use crate::mailboxes::{MailboxId, NotLeft};
use crate::store::vault::{Admission, Registered, invite_token, today, token_hash, unix_seconds};
use crate::store::{Statement, StoreError};

pub(super) async fn register(
    db: &mut Object,
    keys: &VaultKeys,
    admission: &Admission,
) -> Result<Registered, StoreError> {
    let vault = keys.vault_id();
    loop {
        if is_known(look_up(&*db, &vault, false).await?.as_ref())? {
            return Ok(Registered::Known);
        }
        let transaction = db.transaction().await?;
        match let_in(&transaction, admission).await {
            Ok(()) => {}
            Err(refusal) => {
                transaction.rollback().await?;
                // The same vault may have come by another way meanwhile, with the last use of this very invite.
                return if is_known(look_up(&*db, &vault, false).await?.as_ref())? {
                    Ok(Registered::Known)
                } else {
                    Err(refusal)
                };
            }
        }
        let sql = "INSERT INTO vault (vault_id, write_key, read_key, key_check, head, chain, bytes, active_day)
                   VALUES ($1, $2, $3, $4, 0, $5, 0, $6) ON CONFLICT (vault_id) DO NOTHING";
        let chain = Chain::start(&vault).0;
        let [id, write, read, check, chain] = [&vault.0[..], &keys.write, &keys.read, &keys.key_check, &chain];
        if transaction.execute(sql, &[&id, &write, &read, &check, &chain, &stored(today())]).await? == 1 {
            transaction.commit().await?;
            return Ok(Registered::New);
        }
        // Somebody was faster: the invite's use is given back, and what is there now is the answer.
        transaction.rollback().await?;
    }
}

fn is_known(found: Option<&Found>) -> Result<bool, StoreError> {
    match found {
        Some(Found::Living(..)) => Ok(true),
        Some(Found::Gone(statement)) => Err(StoreError::Gone(*statement)),
        None => Ok(false),
    }
}

/// Takes one use of an invite, where one is needed.
async fn let_in(db: &impl GenericClient, admission: &Admission) -> Result<(), StoreError> {
    let (token, now) = match admission {
        Admission::Open => return Ok(()),
        Admission::Closed => return Err(StoreError::RegistrationClosed),
        Admission::Invite { token: None, .. } => return Err(StoreError::InviteRequired),
        Admission::Invite { token: Some(token), now } => (token, *now),
    };
    let sql = "UPDATE invite SET uses_left = uses_left - 1
               WHERE token_hash = $1 AND uses_left > 0 AND (expires_at IS NULL OR expires_at > $2)";
    match db.execute(sql, &[&token_hash(token).as_slice(), &stored(now)]).await? {
        0 => Err(StoreError::InviteRequired),
        _ => Ok(()),
    }
}

pub(super) async fn make_invite(
    db: &impl GenericClient,
    uses: u32,
    expires_at: Option<u64>,
) -> Result<String, StoreError> {
    let token = invite_token()?;
    // Spent and expired invites are of no more use to anybody.
    db.execute("DELETE FROM invite WHERE uses_left <= 0 OR expires_at <= $1", &[&stored(unix_seconds())]).await?;
    let sql = "INSERT INTO invite (token_hash, uses_left, expires_at) VALUES ($1, $2, $3)";
    let hash = token_hash(&token);
    db.execute(sql, &[&hash.as_slice(), &i64::from(uses), &expires_at.map(stored)]).await?;
    Ok(token)
}

pub(super) async fn delete(
    db: &mut Object,
    vault: &VaultId,
    cursor: &Cursor,
    statement: &Statement,
) -> Result<(), StoreError> {
    let transaction = db.transaction().await?;
    let (found, _) = lock(&transaction, vault).await?;
    if found.head != *cursor {
        return Err(StoreError::Diverged);
    }
    transaction.execute("DELETE FROM entry WHERE vault = $1", &[&found.row]).await?;
    bury(&transaction, found.row, statement).await?;
    Ok(transaction.commit().await?)
}

/// Leaves nothing of a vault but its owner's statement.
pub(super) async fn bury(db: &impl GenericClient, row: i64, statement: &Statement) -> Result<(), StoreError> {
    let sql = "UPDATE vault SET statement = $2, write_key = '', read_key = '', key_check = '', chain = '',
               head = 0, bytes = 0, active_day = 0, quota = NULL WHERE id = $1";
    db.execute(sql, &[&row, &statement.0.as_slice()]).await?;
    Ok(())
}

/// Leaves a message. Mailboxes go by the server's clock, which is the same for all nodes.
pub(super) async fn leave(
    db: &mut Object,
    id: MailboxId,
    message: Vec<u8>,
    most: i64,
) -> Result<Result<(), NotLeft>, StoreError> {
    clear(&*db).await?;
    // The time is asked for after the wait, and nothing is prepared while others wait.
    let sql = "INSERT INTO mailbox (id, message, ends) SELECT $1, $2, clock_timestamp() + make_interval(secs => $3)
               WHERE (SELECT count(*) FROM mailbox) < $4 ON CONFLICT (id) DO NOTHING";
    let insert = db.prepare_cached(sql).await?;
    let transaction = db.transaction().await?;
    // One after the other, of all nodes: none counts what is not committed.
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LEAVING]).await?;
    let seconds = f64::from(u32::try_from(MAILBOX_SECONDS).unwrap_or(u32::MAX));
    let left = transaction.execute(&insert, &[&id.as_slice(), &message, &seconds, &most]).await? == 1;
    transaction.commit().await?;
    if left {
        return Ok(Ok(()));
    }
    let taken = db.query_opt("SELECT 1 FROM mailbox WHERE id = $1", &[&id.as_slice()]).await?.is_some();
    Ok(Err(if taken { NotLeft::Taken } else { NotLeft::Full }))
}

/// Takes away what has ended. Rows that another node is looking at are not waited for.
async fn clear(db: &impl GenericClient) -> Result<(), StoreError> {
    let ended = "DELETE FROM mailbox WHERE id IN (SELECT id FROM mailbox WHERE ends <= now() FOR UPDATE SKIP LOCKED)";
    db.execute(ended, &[]).await?;
    Ok(())
}

/// Takes the message. Its id stays used until its end: whoever comes second is to notice.
pub(super) async fn take(db: &impl GenericClient, id: MailboxId) -> Result<Option<Vec<u8>>, StoreError> {
    clear(db).await?;
    // Of two who come at once, the second waits for the first and then finds nothing.
    let sql = "UPDATE mailbox SET message = NULL FROM
               (SELECT id, message FROM mailbox WHERE id = $1 AND message IS NOT NULL AND ends > now() FOR UPDATE) old
               WHERE mailbox.id = old.id RETURNING old.message";
    let row = db.query_opt(sql, &[&id.as_slice()]).await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}
