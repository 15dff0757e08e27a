//! The commands, one file for each group of verbs. Each reads its flags, calls the diary, and shows the answer.

pub(crate) mod advice;
pub(crate) mod archive;
pub(crate) mod begin;
pub(crate) mod breaks;
pub(crate) mod change;
pub(crate) mod check_in;
#[cfg(feature = "demo")]
pub(crate) mod demo;
pub(crate) mod exercises;
pub(crate) mod history;
pub(crate) mod learn;
pub(crate) mod log;
pub(crate) mod measure;
pub(crate) mod own;
pub(crate) mod plan;
pub(crate) mod relay;
pub(crate) mod replay;
pub(crate) mod screen;
pub(crate) mod status;
pub(crate) mod sync;
pub(crate) mod today;
pub(crate) mod trend;
pub(crate) mod watch;
