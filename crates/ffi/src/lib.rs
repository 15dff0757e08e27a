//! Lissom for Kotlin, Swift and Python.
//!
//! One object, [`Diary`], and records by value. Every call that touches the diary is asynchronous: it sends work to the
//! diary's own thread and waits for the answer, so whoever calls is never blocked, however slow the disk is. Whatever
//! stops waiting, a cancelled task or a closed screen, leaves nothing half done: a write that was begun is finished, and
//! is durable as a whole.
//!
//! This crate decides nothing about exercise, merging or sync. It turns drafts into the checked values of `lissom-diary`,
//! errors into [`LissomError`], and calls into messages.
//!
//! The scaffolding that the macros of `UniFFI` write is `extern "C"`, and the only unsafe code there is: of what is written
//! here the compiler forbids it, as everywhere.
//!
//! `docs/mobile.md` is the guide.

/// A `Debug` that prints the name and nothing of what is inside: drafts and answers are health data. Exported, it is also
/// what Kotlin's `toString`, Swift's `debugDescription` and Python's `repr` say.
macro_rules! quiet_debug {
    ($($name:ident)+) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )+};
}

mod advice;
mod cancel;
mod carrying;
mod catalogue;
mod changing;
mod diary;
mod error;
mod exchange;
mod hooks;
mod joining;
mod keys;
mod listing;
mod logging;
mod measuring;
#[cfg(feature = "net")]
mod net;
mod numbers;
mod observing;
mod outcome;
mod panics;
mod plan;
mod recording;
mod safety;
mod session;
mod status;
mod sync;
#[cfg(test)]
mod tests;
mod time;
mod worker;

pub use crate::advice::{FlareState, Proposal, Today};
pub use crate::cancel::CancelToken;
pub use crate::catalogue::{
    Dose, DoseMode, Exercise, MeasureInfo, StopReason, catalogue, measures_known, stop_reasons,
};
pub use crate::changing::{ExportFormat, Imported};
pub use crate::diary::{Diary, OpenOptions, library_version, phrase_of_secret};
pub use crate::error::LissomError;
pub use crate::exchange::{Answer, Header, HttpRequest};
pub use crate::joining::{JoinSession, JoinStep};
pub use crate::keys::{KeySlot, KeyStore};
pub use crate::listing::{Caution, Clearance, DayOff, OwnExercise, ScreeningResult};
pub use crate::logging::{LogLevel, LogLine, LogSink, clear_log_sink, set_log_sink};
pub use crate::measuring::{MeasureDraft, OwnExerciseDraft};
pub use crate::observing::{DiaryChange, DiaryObserver, Subscription};
pub use crate::outcome::{Alert, Outcome, Trend, TrendPoint, WeekOfPractice};
pub use crate::plan::{Plan, PlanEdit, PlanItem, PlanMade, PlanRequest, Preset, presets};
pub use crate::recording::{
    CheckInDraft, HistoryEntry, HistoryQuery, HistoryRow, Recorded, ResultDraft, Side, Tingling,
};
pub use crate::safety::{
    ClearanceDraft, Condition, Question, SafetyState, Screened, ScreeningPurpose, StopAdvice, conditions,
    next_question, questions,
};
pub use crate::session::{LeftOut, SessionItem, SessionToday, SideDose};
pub use crate::status::{Device, Notice, Status, Verified};
pub use crate::sync::{StartedBy, SyncOptions, SyncReport, SyncSession, SyncStep};
pub use crate::time::{LocalDay, Moment};

uniffi::setup_scaffolding!("lissom");
