//! The relay of Lissom: keeps the sealed entries of exercise diaries in order and hands them on.
//!
//! It cannot read what it keeps: it depends on what device and relay both say, and on nothing of the owner's
//! that could decrypt. It answers plain HTTP; TLS is a proxy's business. Every refusal carries a problem of the
//! protocol, but for two that come before there is a request: 400 to a header that cannot be read, and 431 to one
//! that is too large.
//!
//! - [`serve::Relay`] starts one inside an asynchronous program, [`blocking::start`] inside any other.
//! - [`config::Config`] is everything that can be set, [`config::SETTINGS`] says what it is.
//! - [`store`] keeps it all in one SQLite database and states what others may rely on.
//!
//! ```
//! let folder = tempfile::tempdir()?;
//! let relay = lissom_relay::blocking::start(lissom_relay::config::Config::local(folder.path()))?;
//! assert!(relay.url().starts_with("http://127.0.0.1:"));
//! relay.stop();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod addresses;
mod app;
mod auth;
pub mod blocking;
pub mod config;
pub mod contract;
#[cfg(feature = "simulator")]
pub mod in_process;
mod intake;
mod mailboxes;
mod metrics;
mod pokes;
pub mod qr;
mod rates;
mod refusal;
mod returns;
mod router;
mod routes;
pub mod serve;
pub mod store;
mod turns;
