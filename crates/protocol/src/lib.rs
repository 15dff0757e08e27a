//! What a device and a relay both say.
//!
//! The words of the protocol and nothing else: [`ids`], the [cursor and its chain](cursor), the sealed
//! [`entry`] with its signature, the [`stream`] in which entries travel, the JSON [bodies](api),
//! the [problems](problem) and the [limits]. It verifies what anybody may verify and has no
//! dependency that could decrypt: the relay links this crate and none of the owner's.
//!
//! The normative text is `docs/protocol.md`; where the two differ, that is a bug in one of them.
#![warn(clippy::missing_errors_doc)]

pub mod api;
pub mod cursor;
pub mod entry;
pub mod ids;
pub mod limits;
#[cfg(feature = "planted")]
pub mod planted;
pub mod problem;
pub mod statement;
pub mod stream;
