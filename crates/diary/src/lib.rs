//! One person's exercise diary on one device.
//!
//! ```
//! use lissom_diary::{Diary, HistoryQuery, ResultValues, SystemHost};
//! # let folder = tempfile::tempdir()?;
//! let mut diary = Diary::create(folder.path(), "Phone", SystemHost)?;
//! let values = ResultValues {
//!     exercise: Some("pelvic-tilt".into()),
//!     sets: Some(2),
//!     reps: Some(8),
//!     ..Default::default()
//! };
//! let saved = diary.record_result(&values, None)?; // durable now: the screen may say "saved"
//! assert_eq!(diary.history(&HistoryQuery::default())?.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Works for years without a network. With a relay, [`Diary::sync`] exchanges sealed entries with the person's
//! other devices; the relay can read none of them. Several processes may use one folder at once.
//!
//! What is in the folder: `diary.sqlite` with everything that was ever recorded or received, and `secret`, readable by
//! its owner only, without which nobody can read what the relay holds. `applying.lock` is empty; its lock tells the other
//! processes that one is taking entries in.
//!
//! # Features
//! `net` (on by default) brings [`HttpTransport`]. **It compiles the level `trace` of the crate `log` out, in the whole
//! program that embeds this one**: the HTTP client writes there paths, which hold the vault's id, and every byte on the
//! wire, tokens too, and a library cannot tell a logger that it does not own what to leave out. `debug` and above stay, and
//! so do all levels of `tracing`. A program that needs `log::trace!` leaves `net` out and brings a [`Transport`] of its own.
//! Nothing is logged by this crate itself.

mod advice;
mod archive;
mod baseline;
mod diary;
mod driver;
mod error;
mod history;
mod host;
#[cfg(feature = "net")]
mod http;
mod join;
mod measures;
mod own;
mod plans;
mod records;
mod safety;
mod secret_file;
mod secret_store;
mod status;
mod stepping;
mod stopping;
mod storage;
pub mod texts;
mod transport;
mod verify;

// Two crates that do not know each other hold the same limits of a change.
const _: () = assert!(
    lissom_core::document::CHANGE_BYTES_MAX == lissom_sync::protocol::limits::CHANGE_BYTES_MAX
        && lissom_core::document::CHANGE_OPERATIONS_MAX == lissom_sync::protocol::limits::CHANGE_OPERATIONS_MAX
);

pub use lissom_core as core;
pub use lissom_core::check_in::CheckInValues;
pub use lissom_core::moment::Moment;
pub use lissom_core::result::ResultValues;
pub use lissom_sync as sync;

pub use crate::advice::Advice;
pub use crate::archive::{ExportFormat, Imported};
pub use crate::diary::{Diary, Recorded};
pub use crate::driver::{StartedBy, SyncOptions, SyncReport};
pub use crate::error::{Error, system_words};
pub use crate::history::{HistoryQuery, HistoryRow, RowValues};
pub use crate::host::{Host, SystemHost};
#[cfg(feature = "net")]
pub use crate::http::{HttpTransport, PokeStream};
pub use crate::join::Joined;
pub use crate::measures::DeskChange;
pub use crate::plans::PlanError;
pub use crate::safety::Screened;
pub use crate::secret_store::{SecretStore, SecretStoreError, Slot};
pub use crate::status::{DeviceStatus, Status};
pub use crate::stepping::{Step, SteppedSync, Work};
pub use crate::storage::notice::Notice;
pub use crate::transport::{RelayUrl, RelayUrlError, Transport, TransportError};
pub use crate::verify::Verified;
