//! The database as the operator's commands see it.

use deadpool_postgres::{GenericClient, Object, Pool, Transaction};
use lissom_protocol::cursor::Chain;
use lissom_protocol::ids::EntryId;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::IsolationLevel;

use super::connect::{Door, For, take};
use super::rows::{self, fixed, number, stored};
use super::{PostgresUrl, connection, schema, vaults};
use crate::config::Config;
use crate::store::vault::{Vault, VaultSummary, beginning, short_form};
use crate::store::verdict::{Look, Verdict};
use crate::store::{OpenError, StoreError};

/// Entries that are looked over at once.
const LOOK_AT: i64 = 16;

/// An existing database, opened for the operator, beside any number of nodes.
pub(in crate::store) struct Operator {
    runtime: Runtime,
    pool: Pool,
}

impl Operator {
    pub(in crate::store) fn open(url: &PostgresUrl, config: &Config) -> Result<Self, OpenError> {
        let operator = Self::reach(url, config)?;
        operator.runtime.block_on(async { schema::check(&mut take(&operator.pool).await?).await })?;
        Ok(operator)
    }

    /// The same, and makes the tables if they are missing.
    pub(in crate::store) fn make(url: &PostgresUrl, config: &Config) -> Result<Self, OpenError> {
        let operator = Self::reach(url, config)?;
        operator.runtime.block_on(async { schema::migrate(&mut take(&operator.pool).await?).await })?;
        Ok(operator)
    }

    fn reach(url: &PostgresUrl, config: &Config) -> Result<Self, OpenError> {
        let thread = |source| OpenError::Thread { source };
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().map_err(thread)?;
        let pool = runtime.block_on(async { Door::open(url, config, For::Operator).await?.pool(1) })?;
        Ok(Self { runtime, pool })
    }

    pub(in crate::store) fn make_invite(&self, uses: u32, expires_at: Option<u64>) -> Result<String, StoreError> {
        self.run(async |db| vaults::make_invite(db, uses, expires_at).await)
    }

    pub(in crate::store) fn vaults(&self) -> Result<Vec<VaultSummary>, StoreError> {
        let all = self.run(async |db| rows::all(db).await)?;
        Ok(all.iter().map(summary).collect())
    }

    pub(in crate::store) fn vault(&self, text: &str) -> Result<VaultSummary, StoreError> {
        Ok(summary(&self.run(async |db| beginning_with(db, text).await)?))
    }

    pub(in crate::store) fn set_quota(&self, text: &str, bytes: Option<u64>) -> Result<VaultSummary, StoreError> {
        self.run(async |db| {
            let (vault, _, day) = beginning_with(db, text).await?;
            let sql = "UPDATE vault SET quota = $2 WHERE id = $1 AND statement IS NULL";
            match db.execute(sql, &[&vault.row, &bytes.map(stored)]).await? {
                0 => Err(StoreError::VaultUnknown),
                _ => Ok(summary(&(vault, bytes, day))),
            }
        })
    }

    pub(in crate::store) fn delete_vault(&self, text: &str) -> Result<VaultSummary, StoreError> {
        self.run(async |db| {
            let (found, ..) = beginning_with(db, text).await?;
            let transaction = db.transaction().await?;
            let (vault, quota) = rows::lock(&transaction, &found.id).await?;
            transaction.execute("DELETE FROM entry WHERE vault = $1", &[&vault.row]).await?;
            let row =
                transaction.query_one("DELETE FROM vault WHERE id = $1 RETURNING active_day", &[&vault.row]).await?;
            let day = number(&row, 0)?;
            transaction.commit().await?;
            Ok(summary(&(vault, quota, day)))
        })
    }

    pub(in crate::store) fn verify(&self) -> Result<Verdict, StoreError> {
        self.run(async |db| {
            let reading = db.build_transaction().isolation_level(IsolationLevel::RepeatableRead);
            let transaction = reading.read_only(true).start().await?;
            let mut verdict = Verdict::default();
            for (vault, ..) in rows::all(&transaction).await? {
                look_over(&transaction, &vault, &mut verdict).await?;
            }
            Ok(verdict)
        })
    }

    /// Does something on a connection.
    pub(in crate::store) fn run<T>(
        &self,
        work: impl AsyncFnOnce(&mut Object) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.runtime.block_on(async { work(&mut connection(&self.pool).await?).await })
    }
}

impl std::fmt::Debug for Operator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Operator(..)")
    }
}

type Listed = (Vault, Option<u64>, u64);

async fn beginning_with(client: &Object, text: &str) -> Result<Listed, StoreError> {
    beginning(rows::all(client).await?, |(vault, ..)| vault.id, text)
}

fn summary((vault, quota, day): &Listed) -> VaultSummary {
    VaultSummary {
        vault: short_form(&vault.id),
        entries: vault.head.pos,
        bytes: vault.bytes,
        quota: *quota,
        last_activity: day.saturating_mul(86_400),
    }
}

/// Looks over one vault, some entries at a time.
async fn look_over(transaction: &Transaction<'_>, vault: &Vault, verdict: &mut Verdict) -> Result<(), StoreError> {
    let mut look = Look::begin(vault, verdict);
    let sql = "SELECT pos, entry_id, chain, bytes FROM entry WHERE vault = $1 AND pos > $2 ORDER BY pos LIMIT $3";
    let query = transaction.prepare_cached(sql).await?;
    let mut last = i64::MIN;
    loop {
        let rows = transaction.query(&query, &[&vault.row, &last, &LOOK_AT]).await?;
        let Some(end) = rows.last() else { break };
        last = end.try_get(0)?;
        for row in &rows {
            look.entry(number(row, 0)?, &EntryId(fixed(row, 1)?), Chain(fixed(row, 2)?), row.try_get::<_, Vec<u8>>(3)?);
        }
    }
    look.end();
    Ok(())
}
