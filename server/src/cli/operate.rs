//! What the operator does beside serving.

use std::path::Path;

use lissom_relay::store::{self, Damage, Database, VaultSummary, Verdict, unix_seconds};

use super::failure::Failure;
use super::{complain, say};

pub(crate) fn quota(folder: &Path, diary: &str, set: Option<u64>, default: bool) -> Result<(), Failure> {
    let mut database = Database::open(folder)?;
    let vault = if set.is_some() || default { database.set_quota(diary, set)? } else { database.vault(diary)? };
    let most = vault.quota.map_or_else(|| "what vault-quota says".to_owned(), |bytes| format!("{bytes} bytes"));
    say(format_args!("{} holds {} bytes and may hold {most}", vault.vault, vault.bytes));
    Ok(())
}

pub(crate) fn delete_vault(folder: &Path, diary: &str, yes: bool) -> Result<(), Failure> {
    let mut database = Database::open(folder)?;
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

pub(crate) fn vaults(folder: &Path, json: bool) -> Result<(), Failure> {
    let vaults = Database::open(folder)?.vaults()?;
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

pub(crate) fn backup(folder: &Path, file: &Path) -> Result<(), Failure> {
    let verdict = Database::open(folder)?.backup(file)?;
    say(format_args!("backed up and verified: {} into {}", summary(&verdict), file.display()));
    Ok(())
}

pub(crate) fn restore(folder: &Path, file: &Path) -> Result<(), Failure> {
    let verdict = store::restore(file, folder)?;
    say(format_args!("verified and restored: {} into {}", summary(&verdict), folder.display()));
    say("devices send again by themselves what the backup lacks");
    Ok(())
}

pub(crate) fn verify(folder: &Path, json: bool) -> Result<(), Failure> {
    let verdict = Database::open(folder)?.verify()?;
    if json {
        say(serde_json::to_string_pretty(&verdict).unwrap_or_default());
    } else {
        verdict.damage.iter().for_each(|damage| say(damage_line(damage)));
        say(format_args!("looked at {}", summary(&verdict)));
    }
    if verdict.is_good() {
        return Ok(());
    }
    Err(Failure::damaged(format!(
        "damaged in {} places\n  Restore the last good backup: `lissom-relay restore`.",
        verdict.damage.len()
    )))
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
