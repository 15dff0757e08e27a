//! The exercise model, and the documents that hold a person's diary.
//!
//! In reading order: the [`catalogue`] of [`exercise`]s; the [`condition`]s that rule some of them out; the
//! [`scale`]s on which people rate; what is written down, a [`result`] of a session or a [`check_in`]; how a
//! [`record`] of any kind is kept so that edits merge; and the [`document`] that holds records and is the only place
//! that knows Automerge.
//!
//! Pure: time, randomness and identity come in as arguments, and nothing here reads a file, a clock or a socket.

pub mod catalogue;
pub mod check_in;
pub mod condition;
pub mod day;
pub mod device;
pub mod document;
pub mod dose;
pub mod exercise;
pub mod lifestyle;
pub mod measure;
pub mod moment;
pub mod outcome;
pub mod own_exercise;
pub mod plan;
pub mod record;
pub mod refusal;
pub mod result;
pub mod scale;
pub mod screening;
pub mod texts;
pub mod value;
pub mod vocabulary;

#[cfg(test)]
#[path = "../tests/support/cases.rs"]
mod cases;
