//! What the operator does beside serving.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use lissom_relay::config::Config;
use lissom_relay::store::{self, Damage, Database, StoreError, VaultSummary, Verdict, unix_seconds};

use super::failure::Failure;
use super::{complain, say};

pub(crate) fn quota(config: &Config, diary: &str, set: Option<u64>, default: bool) -> Result<(), Failure> {
    let mut database = Database::configured(config)?;
    let vault = if set.is_some() || default { database.set_quota(diary, set)? } else { database.vault(diary)? };
    let most = vault.quota.map_or_else(|| "what vault-quota says".to_owned(), |bytes| format!("{bytes} bytes"));
    say(format_args!("{} holds {} bytes and may hold {most}", vault.vault, vault.bytes));
    Ok(())
}

pub(crate) fn delete_vault(config: &Config, diary: &str, yes: bool) -> Result<(), Failure> {
    let mut database = Database::configured(config)?;
    let what = |vault: &VaultSummary| format!("{} with {} entries, {} bytes", vault.vault, vault.entries, vault.bytes);
    if !yes {
        let what = what(&database.vault(diary)?);
        return Err(Failure::refused(format!(
            "not deleted: {what}\n  Say --yes. Its devices keep everything, and may bring it again."
        )));
    }
    let (vault, scrubbed) = database.delete_vault(diary)?;
    say(format_args!("deleted: {}", what(&vault)));
    if !scrubbed {
        complain("somebody was reading: its bytes leave the files when the relay starts again");
    }
    Ok(())
}

pub(crate) fn vaults(config: &Config, json: bool) -> Result<(), Failure> {
    let vaults = Database::configured(config)?.vaults()?;
    if json {
        say(serde_json::to_string_pretty(&vaults).unwrap_or_default());
        return Ok(());
    }
    say(format_args!("{:<10}{:>10}{:>14}  LAST ACTIVITY", "DIARY", "ENTRIES", "BYTES"));
    for vault in &vaults {
        let days = unix_seconds().saturating_sub(vault.last_activity) / 86_400;
        let when = match days {
            0 => "today".to_owned(),
            1 => "yesterday".to_owned(),
            days => format!("{days} days ago"),
        };
        say(format_args!("{:<10}{:>10}{:>14}  {when}", vault.vault, vault.entries, vault.bytes));
    }
    Ok(())
}

pub(crate) fn backup(config: &Config, file: &Path) -> Result<(), Failure> {
    let verdict = Database::configured(config)?.backup(file)?;
    say(format_args!("backed up and verified: {} into {}", summary(&verdict), file.display()));
    Ok(())
}

pub(crate) fn restore(config: &Config, file: &Path) -> Result<(), Failure> {
    if config.database.is_some() {
        return Err(StoreError::NotHere("restored by its own tools").into());
    }
    let folder = &config.data;
    let verdict = store::restore(file, folder)?;
    say(format_args!("verified and restored: {} into {}", summary(&verdict), folder.display()));
    say("devices send again by themselves what the backup lacks");
    Ok(())
}

/// Moves everything to PostgreSQL, and shows how far it is where somebody watches.
pub(crate) fn migrate(config: &Config) -> Result<(), Failure> {
    let Some(url) = &config.database else {
        return Err(Failure::usage(
            "where to is not said\n  Name the database: --database postgres://USER@HOST/DATABASE; its password in \
             LISSOM_RELAY_DATABASE.",
        ));
    };
    let watched = io::stderr().is_terminal();
    let mut shown = 101;
    let mut progress = |done: u64, all: u64| {
        let percent = done.saturating_mul(100).checked_div(all).unwrap_or(100);
        if watched && percent != shown {
            shown = percent;
            drop(write!(io::stderr(), "\r{done} of {all} entries ({percent} %)"));
        }
    };
    let moved = store::migrate(config, url, &mut progress);
    if watched {
        complain("");
    }
    let moved = moved?;
    say(format_args!(
        "moved and verified: {} diaries, {} entries ({} were there already), {} statements of deleted diaries, {} invites",
        moved.vaults, moved.entries, moved.before, moved.deleted, moved.invites
    ));
    say("start every node with this --database; the file in the data folder is left as it is");
    Ok(())
}

pub(crate) fn verify(config: &Config, json: bool) -> Result<(), Failure> {
    let verdict = Database::configured(config)?.verify()?;
    if json {
        say(serde_json::to_string_pretty(&verdict).unwrap_or_default());
    } else {
        verdict.damage.iter().for_each(|damage| say(damage_line(damage)));
        say(format_args!("looked at {}", summary(&verdict)));
    }
    if verdict.is_good() {
        return Ok(());
    }
    Err(Failure::damaged(format!("damaged in {} places\n  Restore the last good backup.", verdict.damage.len())))
}

fn summary(verdict: &Verdict) -> String {
    format!("{} diaries, {} entries, {} bytes", verdict.vaults, verdict.entries, verdict.bytes)
}

pub(crate) fn damage_line(damage: &Damage) -> String {
    match (&damage.vault, damage.pos) {
        (Some(vault), Some(pos)) => format!("diary {vault}, entry {pos}: {}", damage.what),
        (Some(vault), None) => format!("diary {vault}: {}", damage.what),
        _ => damage.what.clone(),
    }
}
