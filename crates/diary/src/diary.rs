//! [`Diary`]: open one, record, edit, delete, restore.

use std::path::Path;

use lissom_core::check_in::CheckInValues;
use lissom_core::device::{DeviceValues, device_key};
use lissom_core::document::Put;
use lissom_core::moment::{Moment, uuid7};
use lissom_core::record::{
    DELETED_AT, Kind, PROFILE, Record, Values, check_fields, differing, doc_of, kind_of, session_of, to_fields,
};
use lissom_core::refusal::{Reason, Refusal};
use lissom_core::result::{ResultValues, SessionValues};
use lissom_core::scale::NAME_BYTES_MAX;
use lissom_core::value::{Value, encode};
use lissom_sync::client::VaultClient;
use lissom_sync::keys::{Keys, Secret};
use lissom_sync::phrase::to_phrase;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::host::{Host, random};
use crate::own::check_result;
use crate::secret_file::{SecretFile, create_folder};
use crate::secret_store::{SecretStore, Slot};
use crate::storage::entries::count;
use crate::storage::{Storage, Write, projection_hash};
use crate::texts::error as words;
use crate::transport::RelayUrl;

/// A day, the most that a record may lie ahead of the clock and of every other record.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// One person's diary on this device.
///
/// Every call that records something returns after one durable transaction. Dropping it at any moment loses
/// nothing. Several processes may have one folder open.
pub struct Diary {
    pub(crate) secrets: Box<dyn SecretStore>,
    pub(crate) storage: Storage,
    pub(crate) keys: Keys,
    pub(crate) secret: Secret,
    pub(crate) client: VaultClient,
    /// The relay whose token and invite the client may hold.
    pub(crate) client_of: Option<RelayUrl>,
    /// Entries that the relay refused alone were tried again since this was opened.
    pub(crate) refused_retried: bool,
}

/// Ids of a result just recorded.
#[derive(Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The result.
    pub id: String,
    /// Its session.
    pub session: String,
}

impl Diary {
    /// Makes a new diary, and a new vault for it, in a folder that has none. Needs no network.
    ///
    /// # Errors
    /// [`Error::DiaryExists`], or an error of the folder or the disk.
    pub fn create(folder: &Path, device_name: &str, host: impl Host + 'static) -> Result<Self, Error> {
        Self::create_with(folder, device_name, SecretFile::boxed(folder), host)
    }

    /// [`Diary::create`] with a place for the secret.
    ///
    /// # Errors
    /// As [`Diary::create`]; [`Error::SecretAlone`] if the place has a secret already, as a phone's keychain has after the
    /// app was installed again: [`Diary::join_with`] its words.
    pub fn create_with(
        folder: &Path,
        device_name: &str,
        secrets: Box<dyn SecretStore>,
        mut host: impl Host + 'static,
    ) -> Result<Self, Error> {
        let name = device_values(device_name)?;
        if vault_of(folder)?.is_some() {
            return Err(Error::DiaryExists);
        }
        let secret = Secret::from_bytes(random(&mut host));
        Self::begin(folder, &secret, &name, None, secrets, host)
    }

    /// Makes the diary of a vault in a folder that has none.
    ///
    /// First the secret beside its place, in the transaction that makes the database its vault's, then in its place:
    /// wherever this is cut off, the folder has a diary that opens, or none.
    pub(crate) fn begin(
        folder: &Path,
        secret: &Secret,
        name: &DeviceValues,
        relay: Option<(&RelayUrl, bool)>,
        mut secrets: Box<dyn SecretStore>,
        host: impl Host + 'static,
    ) -> Result<Self, Error> {
        if secrets.load(Slot::Present)?.is_some_and(|there| there.as_bytes() != secret.as_bytes()) {
            return Err(Error::SecretAlone);
        }
        create_folder(folder)?;
        let keys = Keys::owner(secret);
        let mut storage = Storage::create(folder, Box::new(host))?;
        storage.write(|write| {
            if write.meta::<[u8; 32]>("vault")?.is_some() {
                return Err(Error::DiaryExists);
            }
            secrets.store(Slot::Next, secret)?;
            write.begin_vault(&keys)?;
            write.set_relay(relay)?;
            write.begin_device(name)
        })?;
        secrets.promote()?;
        Ok(Self::assemble(secrets, storage, secret.clone(), keys))
    }

    /// Opens the diary of a folder. Reads SQLite only: no document is loaded.
    ///
    /// # Errors
    /// [`Error::NoDiary`], [`Error::Newer`], or what the disk says.
    pub fn open(folder: &Path, host: impl Host + 'static) -> Result<Self, Error> {
        Self::open_with(folder, SecretFile::boxed(folder), host)
    }

    /// [`Diary::open`] with a place for the secret.
    ///
    /// # Errors
    /// As [`Diary::open`].
    pub fn open_with(
        folder: &Path,
        mut secrets: Box<dyn SecretStore>,
        host: impl Host + 'static,
    ) -> Result<Self, Error> {
        let mut storage = Storage::open(folder, Box::new(host))?;
        let vault: [u8; 32] = storage.meta("vault")?.ok_or(Error::NoDiary)?;
        let secret = Self::settle_secret(secrets.as_mut(), vault)?;
        let keys = Keys::owner(&secret);
        storage.belong_to(&keys);
        match Self::upkeep(&mut storage, &keys) {
            // Reading needs none of it: a full disk, a busy folder or one damaged entry shuts no diary. It is done at
            // a later open.
            Ok(()) | Err(_) => {}
        }
        Ok(Self::assemble(secrets, storage, secret, keys))
    }

    /// Opens the diary of a folder to look at only, as a widget does beside its app. Changes no data, blocks
    /// nobody, and whatever records something fails with [`Error::ReadOnly`]. `SQLite` keeps its files beside the database
    /// meanwhile, and needs leave to write into the folder for that: close it after reading.
    ///
    /// # Errors
    /// [`Error::ReadOnly`] as well if the app has to open the diary first, since it was updated.
    pub fn open_read_only(
        folder: &Path,
        mut secrets: Box<dyn SecretStore>,
        host: impl Host + 'static,
    ) -> Result<Self, Error> {
        let storage = Storage::open_read_only(folder, Box::new(host))?;
        let vault: [u8; 32] = storage.meta("vault")?.ok_or(Error::NoDiary)?;
        if storage.meta::<Vec<u8>>("projection")?.as_deref() != Some(projection_hash().as_slice()) {
            return Err(Error::ReadOnly(words::WHY_OPEN_FIRST.into()));
        }
        // One that is to take its place is left where it is.
        let fits = |secret: &Secret| Keys::owner(secret).vault().0 == vault;
        let secret = secrets.load(Slot::Present)?.filter(fits).or(secrets.load(Slot::Next)?.filter(fits));
        let secret = secret.ok_or_else(|| Error::integrity(words::DAMAGED_SECRET_LOST))?;
        let keys = Keys::owner(&secret);
        Ok(Self::assemble(secrets, storage, secret, keys))
    }

    /// Where a diary keeps its secret unless an app has a better place: a file in its folder, for its owner only.
    #[must_use]
    pub fn secret_file(folder: &Path) -> Box<dyn SecretStore> {
        SecretFile::boxed(folder)
    }

    /// What is done at open where something is left to do: an interrupted page, a new version of this program.
    fn upkeep(storage: &mut Storage, keys: &Keys) -> Result<(), Error> {
        if storage.meta::<Vec<u8>>("projection")?.as_deref() != Some(projection_hash().as_slice()) {
            storage.write(|write| {
                write.rebuild_projection()?;
                Ok(())
            })?;
        }
        storage.recover_applying()?;
        let program: Option<String> = storage.meta("program")?;
        let updated = program.as_deref() != Some(env!("CARGO_PKG_VERSION"));
        let aside =
            "SELECT (SELECT count(*) FROM suspect) + (SELECT count(*) FROM entry WHERE state <> 0 AND state = 2)";
        if !updated && count(storage.sql(), aside)? == 0 {
            return Ok(());
        }
        storage.write(|write| {
            let opens: i64 = write.meta("opens")?.unwrap_or(0);
            write.set_meta("opens", opens.saturating_add(1))
        })?;
        storage.retry_aside(keys, updated)?;
        // Another version may know other exercises.
        storage.write(|write| Ok(write.sql.execute("DELETE FROM checkpoint", []).map(drop)?))?;
        // Last: only once everything was tried has this version tried it.
        if updated { storage.write(|write| write.set_meta("program", env!("CARGO_PKG_VERSION"))) } else { Ok(()) }
    }

    pub(crate) fn assemble(secrets: Box<dyn SecretStore>, mut storage: Storage, secret: Secret, keys: Keys) -> Self {
        // What cannot be read now is another relay's at the first sync: then the client is made anew.
        let (client_of, invite) = storage.relay().unwrap_or_default();
        let client = VaultClient::new(keys.clone(), invite);
        storage.belong_to(&keys);
        Self { secrets, storage, keys, secret, client, client_of, refused_retried: false }
    }

    /// The secret that belongs to the database; finishes a change of vault that was cut off after its commit.
    fn settle_secret(secrets: &mut dyn SecretStore, vault: [u8; 32]) -> Result<Secret, Error> {
        let fits = |secret: &Secret| Keys::owner(secret).vault().0 == vault;
        if let Some(secret) = secrets.load(Slot::Present)?.filter(fits) {
            return Ok(secret);
        }
        // Between the two looks another process may have put it in its place.
        let next = secrets.load(Slot::Next)?.filter(fits).or(secrets.load(Slot::Present)?.filter(fits));
        let secret = next.ok_or_else(|| Error::integrity(words::DAMAGED_SECRET_LOST))?;
        secrets.promote()?;
        Ok(secret)
    }

    /// The vault's id as text. Whoever knows it knows that its owner uses a relay, and nothing more.
    #[must_use]
    pub fn vault(&self) -> String {
        self.keys.vault().to_text()
    }

    /// The 24 words that open the vault. Show them to the owner only.
    #[must_use]
    pub fn phrase(&self) -> Zeroizing<String> {
        to_phrase(&self.secret)
    }

    /// The relay's address, if one is set.
    ///
    /// # Errors
    /// What the database says.
    pub fn relay(&self) -> Result<Option<RelayUrl>, Error> {
        Ok(self.storage.relay()?.0)
    }

    /// Sets the relay, and an invite to show it. Whatever this relay lacks goes up at the next sync. An invite given
    /// earlier is kept for the same address only: it is none of another relay's business.
    ///
    /// # Errors
    /// [`Error::RelayUrl`] for an address without TLS that is not this machine, unless `insecure`.
    pub fn set_relay(&mut self, url: &str, invite: Option<&str>, insecure: bool) -> Result<RelayUrl, Error> {
        let url = RelayUrl::parse(url, insecure)?;
        self.storage.write(|write| {
            let same = write.meta::<String>("relay")?.as_deref() == Some(url.as_str());
            write.set_relay(Some((&url, insecure)))?;
            match invite {
                Some(invite) => write.set_meta("invite", invite)?,
                None if same => {}
                None => write.forget_invite()?,
            }
            write.retry_refused()
        })?;
        self.make_client()?;
        Ok(url)
    }

    /// A client for the relay that is set, with its invite and no token.
    fn make_client(&mut self) -> Result<(), Error> {
        let (relay, invite) = self.storage.relay()?;
        (self.client, self.client_of) = (VaultClient::new(self.keys.clone(), invite), relay);
        Ok(())
    }

    /// Whether the relay is still the one that the client is for: another process may have set another.
    pub(crate) fn is_same_relay(&self) -> Result<bool, Error> {
        Ok(self.relay()? == self.client_of)
    }

    /// Makes the client anew if the relay is another one by now: a token or an invite is shown to none but its own.
    pub(crate) fn follow_relay(&mut self) -> Result<(), Error> {
        if self.is_same_relay()? { Ok(()) } else { self.make_client() }
    }

    /// Refuses to let the database grow over so many bytes: an app can leave room for others.
    ///
    /// Once it is reached, recording fails with [`Error::StorageFull`] and all that was recorded stays.
    ///
    /// # Errors
    /// What the database says.
    pub fn limit_size(&self, bytes: u64) -> Result<(), Error> {
        self.storage.limit_size(bytes)
    }

    /// Records one exercise as a session of its own. Durable when it returns.
    ///
    /// `at` is when it was done; `None` is now, in UTC.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names the field; [`Error::StorageFull`] and others leave everything as it was.
    pub fn record_result(&mut self, values: &ResultValues, at: Option<Moment>) -> Result<Recorded, Error> {
        self.check_result(values)?;
        let (session, header) = self.new_session(at)?;
        let (id, result) = self.new_result(&session, values);
        self.storage.write(|write| write.put(&doc_of(&session), &[header, result]))?;
        Ok(Recorded { id, session })
    }

    /// Records the results of one session together, in one change; gives their ids in the order given. Durable when
    /// it returns. Without results nothing is recorded.
    ///
    /// `at` is when the session began; `None` is now, in UTC.
    ///
    /// # Errors
    /// As [`Diary::record_result`]; if one result is refused, none is recorded.
    pub fn record_session(&mut self, results: &[ResultValues], at: Option<Moment>) -> Result<Vec<Recorded>, Error> {
        for values in results {
            self.check_result(values)?;
        }
        if results.is_empty() {
            return Ok(Vec::new());
        }
        let (session, header) = self.new_session(at)?;
        let (ids, mut puts): (Vec<_>, Vec<_>) = results.iter().map(|values| self.new_result(&session, values)).unzip();
        puts.insert(0, header);
        self.storage.write(|write| write.put(&doc_of(&session), &puts))?;
        Ok(ids.into_iter().map(|id| Recorded { id, session: session.clone() }).collect())
    }

    /// Records a check-in; gives its id. Durable when it returns.
    ///
    /// `at` is when it was; `None` is now, in UTC. The time in `values` is not used.
    ///
    /// # Errors
    /// As [`Diary::record_result`].
    pub fn record_check_in(&mut self, values: &CheckInValues, at: Option<Moment>) -> Result<String, Error> {
        check_fields(values)?;
        let at = self.moment(at)?;
        let values = CheckInValues { at_ms: Some(at.at_ms), offset_minutes: Some(at.offset_minutes), ..values.clone() };
        values.check()?;
        let id = format!("c:{}", uuid7(at.at_ms, random(self.storage.host.as_mut())));
        self.storage.write(|write| write.put(&doc_of(&id), &[new_record(&id, &values)]))?;
        Ok(id)
    }

    /// Changes a result: `edit` gets its present values and changes what it likes. Only what differs is written.
    ///
    /// # Errors
    /// [`Error::NotFound`], or as [`Diary::record_result`].
    pub fn edit_result(&mut self, id: &str, edit: impl FnOnce(&mut ResultValues)) -> Result<(), Error> {
        // What was done of an exercise can be put right after the exercise was deleted.
        let own = self.own_exercises_ever()?;
        self.edit(id, Kind::Result, edit, |values| check_result(values, &own))
    }

    /// Changes a check-in: `edit` gets its present values and changes what it likes. Only what differs is written.
    ///
    /// # Errors
    /// [`Error::NotFound`], or as [`Diary::record_result`].
    pub fn edit_check_in(&mut self, id: &str, edit: impl FnOnce(&mut CheckInValues)) -> Result<(), Error> {
        self.edit(id, Kind::CheckIn, edit, CheckInValues::check)
    }

    /// Moves a session, the session of a result, or a check-in to another time.
    ///
    /// # Errors
    /// [`Error::NotFound`], or [`Error::InvalidInput`] of the time. [`Error::Kept`] as for [`Diary::delete`].
    pub fn edit_time(&mut self, id: &str, at: Moment) -> Result<(), Error> {
        keep(id)?;
        Moment::new(at.at_ms, at.offset_minutes)?;
        let owner = if kind_of(id) == Some(Kind::Result) { session_of(id) } else { id };
        self.change(owner, |_| {
            let field = |name: &str, value| Put::Field { key: owner.to_owned(), field: name.to_owned(), value };
            Ok(vec![field("at_ms", Value::Int(at.at_ms)), field("offset_minutes", Value::Int(at.offset_minutes))])
        })
    }

    /// Deletes a record. It can be restored; an edit made elsewhere meanwhile is not lost.
    ///
    /// # Errors
    /// [`Error::NotFound`], or [`Error::Kept`] of a screening result, a caution or a clearance: deleting is no way
    /// around them.
    pub fn delete(&mut self, id: &str) -> Result<(), Error> {
        keep(id)?;
        let now = self.storage.host.now_ms();
        self.change(id, |record| match record.deleted_at() {
            Some(_) => Ok(Vec::new()),
            None => Ok(vec![deletion(id, Value::Int(now))]),
        })
    }

    /// Brings a deleted record back.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub fn restore(&mut self, id: &str) -> Result<(), Error> {
        self.change(id, |record| match record.deleted_at() {
            Some(_) => Ok(vec![deletion(id, Value::Null)]),
            None => Ok(Vec::new()),
        })
    }

    /// Whether a time is later than both the clock and the newest record by more than a day: probably a slip.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] of `at`, if so.
    pub fn check_not_in_the_future(&mut self, at: Moment) -> Result<(), Error> {
        let newest: Option<i64> = self.storage.sql().query_row(
            "SELECT max(at) FROM (SELECT max(at_ms) AS at FROM session UNION ALL SELECT max(at_ms) FROM check_in \
             UNION ALL SELECT max(at_ms) FROM record)",
            [],
            |row| row.get(0),
        )?;
        let latest = self.storage.host.now_ms().max(newest.unwrap_or(i64::MIN)).saturating_add(DAY_MS);
        if at.at_ms > latest { Err(Refusal::new("at", Reason::InTheFuture).into()) } else { Ok(()) }
    }

    /// The key of a new session, and its header.
    fn new_session(&mut self, at: Option<Moment>) -> Result<(String, Put), Error> {
        let at = self.moment(at)?;
        let values = SessionValues { at_ms: Some(at.at_ms), offset_minutes: Some(at.offset_minutes) };
        let key = format!("s:{}", uuid7(at.at_ms, random(self.storage.host.as_mut())));
        let header = new_record(&key, &values);
        Ok((key, header))
    }

    /// The id of a new result of this session, and its record.
    fn new_result(&mut self, session: &str, values: &ResultValues) -> (String, Put) {
        let id = format!("{session}.r{:08x}", u32::from_be_bytes(random(self.storage.host.as_mut())));
        let record = new_record(&id, values);
        (id, record)
    }

    pub(crate) fn moment(&mut self, at: Option<Moment>) -> Result<Moment, Error> {
        let at = match at {
            Some(at) => at,
            None => Moment { at_ms: self.storage.host.now_ms(), offset_minutes: 0 },
        };
        Ok(Moment::new(at.at_ms, at.offset_minutes)?)
    }

    pub(crate) fn edit<V: Values>(
        &mut self,
        id: &str,
        kind: Kind,
        edit: impl FnOnce(&mut V),
        check: impl FnOnce(&V) -> Result<(), Refusal>,
    ) -> Result<(), Error> {
        if kind_of(id) != Some(kind) {
            return Err(Error::NotFound);
        }
        self.change(id, |record| {
            let (old, _) = record.read::<V>().ok_or(Error::NotFound)?;
            let mut new = old.clone();
            edit(&mut new);
            check(&new)?;
            let puts = differing(&old, &new).into_iter();
            Ok(puts.map(|(name, value)| Put::Field { key: id.to_owned(), field: name.to_owned(), value }).collect())
        })
    }

    /// One transaction around reading a record and writing what follows from it.
    fn change(&mut self, id: &str, puts: impl FnOnce(&Record) -> Result<Vec<Put>, Error>) -> Result<(), Error> {
        kind_of(id).ok_or(Error::NotFound)?;
        let doc_id = doc_of(id);
        self.storage.write(|write| {
            let record = write.document(&doc_id)?.record(id).filter(|record| record.value.is_some());
            let puts = puts(&record.ok_or(Error::NotFound)?)?;
            if puts.is_empty() { Ok(()) } else { write.put(&doc_id, &puts) }
        })
    }
}

/// The vault of the diary that a folder holds, if it holds one.
pub(crate) fn vault_of(folder: &Path) -> Result<Option<[u8; 32]>, Error> {
    if !folder.join(crate::storage::DATABASE).exists() {
        return Ok(None);
    }
    Storage::open(folder, Box::new(crate::host::SystemHost))?.meta("vault")
}

pub(crate) fn device_values(name: &str) -> Result<DeviceValues, Error> {
    let name = name.trim();
    if name.is_empty() || name.len() > NAME_BYTES_MAX {
        let reason = Reason::OutOfRange {
            got: i64::try_from(name.len()).unwrap_or(i64::MAX),
            min: 1,
            max: i64::try_from(NAME_BYTES_MAX).unwrap_or(i64::MAX),
            unit: "bytes",
        };
        return Err(Refusal::new("name", reason).into());
    }
    Ok(DeviceValues { name: Some(name.to_owned()) })
}

impl Write<'_> {
    /// Stores the relay's address. Another relay has given no reason yet to wait with repairs.
    pub(crate) fn set_relay(&self, relay: Option<(&RelayUrl, bool)>) -> Result<(), Error> {
        let Some((url, insecure)) = relay else { return Ok(()) };
        self.set_meta("relay", url.as_str())?;
        self.set_meta("relay_insecure", insecure)?;
        self.set_meta("heal_streak", 0)
    }

    /// Gives this database its device id, and the device its name.
    pub(crate) fn begin_device(&mut self, values: &DeviceValues) -> Result<(), Error> {
        let device: [u8; 16] = random(self.host);
        self.set_meta("device", device)?;
        self.set_meta("program", env!("CARGO_PKG_VERSION"))?;
        self.put(PROFILE, &[new_record(&device_key(&device), values)])
    }
}

pub(crate) fn new_record<V: Values>(key: &str, values: &V) -> Put {
    Put::Record { key: key.to_owned(), value: encode(&to_fields(values)) }
}

/// Refuses to change what safety rests on.
fn keep(id: &str) -> Result<(), Error> {
    match kind_of(id) {
        Some(Kind::Screening | Kind::Caution | Kind::Clearance) => Err(Error::Kept),
        _ => Ok(()),
    }
}

fn deletion(key: &str, value: Value) -> Put {
    Put::Field { key: key.to_owned(), field: DELETED_AT.to_owned(), value }
}

impl std::fmt::Debug for Recorded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Recorded(..)")
    }
}

impl std::fmt::Debug for Diary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Diary(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::HistoryQuery;
    use crate::host::SystemHost;
    use crate::storage::entries::count;

    #[test]
    fn a_session_is_one_change_and_all_or_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut diary = Diary::create(folder.path(), "Phone", SystemHost).unwrap();
        let changes = |diary: &Diary| count(diary.storage.sql(), "SELECT count(*) FROM chunk").unwrap();
        let before = changes(&diary);
        let tilt = ResultValues { exercise: Some("pelvic-tilt".into()), reps: Some(8), ..Default::default() };
        let wrong = ResultValues { pain_after: Some(11), ..tilt.clone() };
        assert!(diary.record_session(&[tilt.clone(), wrong], None).is_err());
        assert_eq!(diary.record_session(&[], None).unwrap(), []);
        assert_eq!(changes(&diary), before);
        let recorded = diary.record_session(&[tilt.clone(), tilt], None).unwrap();
        assert_eq!(changes(&diary), before + 1);
        let mut ids: Vec<&str> = recorded.iter().map(|one| one.id.as_str()).collect();
        ids.sort_unstable();
        let rows = diary.history(&HistoryQuery::default()).unwrap();
        assert_eq!(rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ids);
        assert_eq!(recorded[0].session, recorded[1].session);
    }
}
