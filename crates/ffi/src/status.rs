//! Status: what is where, and what waits for what.

use lissom_diary::Diary as Core;
use lissom_diary::texts::Lang;

use crate::diary::Diary;
use crate::error::{LissomError, say_all};

/// The state of a diary on this device.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Status {
    /// Changes here that the relay has not confirmed.
    pub unsynced: i32,
    /// Changes and entries that cannot be taken in: kept, and tried again after an update.
    pub quarantined: i32,
    /// Changes that wait for what they build on, and entries known to exist that have not arrived.
    pub waiting: i32,
    /// Names of the devices whose changes wait or are quarantined; absent for one that is not known here yet.
    pub waiting_for: Vec<Option<String>>,
    /// Entries that the relay refused; kept, and tried again.
    pub refused: i32,
    /// When a sync last reached the end of the log, in milliseconds since 1970 by this device's clock.
    pub last_sync_ms: Option<i64>,
    /// Equal on two devices exactly when their documents are: 64 hex digits.
    pub state_hash: String,
    /// Records of every kind that are read here, devices aside; deleted ones too.
    pub records: i32,
    /// The person's devices.
    pub devices: Vec<Device>,
    /// What happened lately, and what is the matter now.
    pub notices: Vec<Notice>,
}

/// One of the person's devices.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Device {
    /// The name its owner gave it, if it has one.
    pub name: Option<String>,
    /// When something of it last arrived here, in milliseconds since 1970. The newest entries of another device can be
    /// withheld without a trace: show this.
    pub last_heard_ms: Option<i64>,
    /// It is this one.
    pub this_device: bool,
}

/// Something that happened to the diary, or a state it is in, for its owner to see.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Notice {
    /// Stable word: `repaired`, `junk`, `misbehaving`, `unsettled`, `missing`, `quarantined`, …
    pub kind: String,
    /// A sentence for people. No health data, no ids.
    pub text: String,
    /// When it was noted, in milliseconds since 1970; absent for a present state.
    pub at_ms: Option<i64>,
}

/// What a check of everything found.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Verified {
    /// Entries whose hash and signature were checked.
    pub entries: i32,
    /// Changes whose hash was checked.
    pub changes: i32,
    /// What is wrong, for people; empty if nothing is.
    pub problems: Vec<String>,
}

#[uniffi::export]
impl Diary {
    /// What is where, and what waits for what. Reads everything: for a settings page, not for a list.
    ///
    /// # Errors
    /// What the database says.
    pub async fn status(&self) -> Result<Status, LissomError> {
        let lang = self.worker.lang;
        let status = self.worker.read(Core::status).await?;
        Ok(Status::of(status, lang))
    }

    /// Changes here that the relay has not confirmed. Cheap.
    ///
    /// # Errors
    /// What the database says.
    pub async fn unsynced(&self) -> Result<i32, LissomError> {
        Ok(count(self.worker.read(|core| core.unsynced()).await?))
    }

    /// Checks the file, every entry and every change. Changes nothing; takes long.
    ///
    /// # Errors
    /// What keeps it from checking at all.
    pub async fn verify(&self) -> Result<Verified, LissomError> {
        let verified = self.worker.read(Core::verify).await?;
        Ok(Verified {
            entries: count(verified.entries),
            changes: count(verified.changes),
            problems: say_all(&verified.problems, self.worker.lang),
        })
    }
}

fn count(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

impl Status {
    fn of(status: lissom_diary::Status, lang: Lang) -> Self {
        let device = |device: lissom_diary::DeviceStatus| Device {
            name: device.name,
            last_heard_ms: device.last_heard_ms,
            this_device: device.this_device,
        };
        Self {
            unsynced: count(status.unsynced),
            quarantined: count(status.quarantined),
            waiting: count(status.waiting),
            waiting_for: status.waiting_for,
            refused: count(status.refused),
            last_sync_ms: status.last_sync_ms,
            state_hash: status.state_hash,
            records: count(status.records),
            devices: status.devices.into_iter().map(device).collect(),
            notices: status.notices.iter().map(|notice| Notice::of(notice, lang)).collect(),
        }
    }
}

impl Notice {
    pub(crate) fn of(notice: &lissom_diary::Notice, lang: Lang) -> Self {
        Self { kind: notice.kind.clone(), text: notice.say(lang), at_ms: notice.at_ms }
    }
}
