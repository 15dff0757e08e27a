//! Joining a diary that another device has.

use std::path::Path;
use std::time::Duration;

use lissom_core::device::{DeviceValues, device_key};
use lissom_core::document::Put;
use lissom_core::record::PROFILE;
use lissom_core::value::Value;
use lissom_sync::client::{Effect, End, Event, Stored, VaultClient};
use lissom_sync::keys::{Keys, Secret};
use lissom_sync::phrase::from_phrase;
use lissom_sync::protocol::cursor::Cursor;

use crate::diary::{Diary, device_values, vault_of};
use crate::error::{Error, unreachable};
use crate::host::Host;
use crate::secret_file::SecretFile;
use crate::secret_store::{SecretStore, Slot};
use crate::storage::entries::count;
use crate::texts::{Lang, Sentence, relay as words};
use crate::transport::{RelayUrl, Transport};

/// Longest wait for each answer while joining.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A diary that was joined.
#[derive(Debug)]
pub struct Joined {
    /// The diary; sync it to get what the other devices recorded.
    pub diary: Diary,
    /// Records that were here before, and come along.
    pub brought: usize,
}

impl Diary {
    /// Joins the vault of these 24 words at this relay. Records that are here already come along.
    ///
    /// The relay is asked first: if it has no such vault, or cannot be reached, nothing is created or changed. Where the
    /// folder holds this very diary already, only its secret and the relay's address are written again.
    ///
    /// # Errors
    /// [`Error::Phrase`] says which word; [`Error::UnknownVault`], [`Error::Relay`];
    /// [`Error::WouldLeaveBehind`] if this diary holds entries of its former vault that cannot be read here.
    pub fn join(
        folder: &Path,
        phrase: &str,
        device_name: &str,
        relay: (&RelayUrl, bool),
        transport: &mut dyn Transport,
        host: impl Host + 'static,
    ) -> Result<Joined, Error> {
        Self::join_with(folder, phrase, device_name, relay, transport, SecretFile::boxed(folder), host)
    }

    /// [`Diary::join`] with a place for the secret.
    ///
    /// # Errors
    /// As [`Diary::join`].
    pub fn join_with(
        folder: &Path,
        phrase: &str,
        device_name: &str,
        relay: (&RelayUrl, bool),
        transport: &mut dyn Transport,
        mut secrets: Box<dyn SecretStore>,
        host: impl Host + 'static,
    ) -> Result<Joined, Error> {
        let name = device_values(device_name)?;
        let secret = from_phrase(phrase)?;
        let keys = Keys::owner(&secret);
        let there = vault_of(folder)?;
        if there == Some(keys.vault().0) {
            // These are its own words: nothing to ask anybody, and perhaps its secret was lost or damaged.
            secrets.store(Slot::Present, &secret)?;
            let mut diary = Self::open_with(folder, secrets, host)?;
            diary.set_relay(relay.0.as_str(), None, relay.1)?;
            return Ok(Joined { diary, brought: 0 });
        }
        let client = probe(&keys, transport)?;
        let (mut diary, brought) = if there.is_some() {
            Self::open_with(folder, secrets, host)?.change_vault(&secret, &name, relay)?
        } else {
            (Self::begin(folder, &secret, &name, Some(relay), secrets, host)?, 0)
        };
        // The token is of the relay that was asked.
        (diary.client, diary.client_of) = (client, Some(relay.0.clone()));
        Ok(Joined { diary, brought })
    }

    /// Puts everything recorded here under another vault: every change is unsealed again, to be sealed for it.
    ///
    /// Other processes that have the folder open are told to open it again: their keys are the wrong ones.
    fn change_vault(
        mut self,
        secret: &Secret,
        name: &DeviceValues,
        relay: (&RelayUrl, bool),
    ) -> Result<(Self, usize), Error> {
        let keys = Keys::owner(secret);
        let brought = self.storage.write(|write| {
            let left =
                "SELECT (SELECT count(*) FROM entry WHERE state <> 0) + (SELECT count(*) FROM chunk WHERE state = 2)";
            let left = count(&write.sql, left)?;
            if left > 0 {
                return Err(Error::WouldLeaveBehind(left));
            }
            // In the transaction, so that no two processes do it at once; in its place after the commit.
            self.secrets.store(Slot::Next, secret)?;
            write.sql.execute("UPDATE chunk SET entry = NULL", [])?;
            for table in ["entry", "junk", "missing", "applying", "suspect"] {
                write.sql.execute(&format!("DELETE FROM {table}"), [])?;
            }
            write.sql.execute(
                "DELETE FROM meta WHERE key LIKE 'heal_%'
                 OR key IN ('statement', 'last_sync_ms', 'invite', 'junk_bytes')",
                [],
            )?;
            write.begin_vault(&keys)?;
            write.set_relay(Some(relay))?;
            let key = device_key(&write.device()?);
            let value = name.name.clone().map_or(Value::Null, Value::Text);
            write.put(PROFILE, &[Put::Field { key, field: "name".to_owned(), value }])?;
            count(&write.sql, "SELECT (SELECT count(*) FROM result) + (SELECT count(*) FROM check_in)")
        })?;
        self.secrets.promote()?;
        self.storage.belong_to(&keys);
        let client = VaultClient::new(keys.clone(), None);
        Ok((Self { keys, secret: secret.clone(), client, ..self }, brought))
    }
}

/// Gets a token for the vault, which only a relay that has it gives. Writes nothing anywhere.
fn probe(keys: &Keys, transport: &mut dyn Transport) -> Result<VaultClient, Error> {
    let mut client = VaultClient::new(keys.clone(), None);
    let stored = Stored { cursor: Cursor::start(&keys.vault()), healing: false, known_here: false, junk: false };
    let mut event = Event::Begin { stored, heals_allowed: 0 };
    let mut told = None;
    while client.watch_request().is_none() {
        let effect = client.handle(event).map_err(|error| Error::Database(error.to_string()))?;
        event = match effect {
            _ if client.watch_request().is_some() => break,
            Effect::Exchange(request) => match transport.exchange(&request, TIMEOUT) {
                Ok(response) => Event::Answer(response),
                Err(error) => {
                    let why = error.to_string();
                    told = Some(error.0);
                    Event::NoAnswer(why)
                }
            },
            Effect::Finish(outcome) => return Err(refused(outcome.end, told)),
            Effect::TakeBatch { .. } | Effect::Commit(_) => break,
        };
    }
    client.give_up();
    Ok(client)
}

fn refused(end: End, told: Option<Sentence>) -> Error {
    let why = match end {
        End::VaultUnknown => return Error::UnknownVault,
        // In the transport's own sentence, if that is what the client repeats.
        End::Unreachable(why) => match told.filter(|told| told.say(Lang::En) == why) {
            Some(told) => told,
            None => unreachable(&why),
        },
        End::Gone { .. } => words::GONE.into(),
        _ => words::REFUSED_HERE.into(),
    };
    Error::Relay(words::CREATED_NOTHING.with("why", why))
}
