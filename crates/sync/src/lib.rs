//! The owner's side of the protocol, without any I/O.
//!
//! How a host uses it:
//! 1. derive the [`keys`] from the vault's secret or its [24 words](phrase);
//! 2. [seal](seal::seal) batches of changes into entries, once, in the transaction that stores them;
//! 3. run a [`VaultClient`](client::VaultClient): it asks for one effect at a time, an HTTP exchange or a commit, and is told
//!    what came of it;
//! 4. inside the page commit, [open](seal::open) the entries that are new here.
//!
//! Time, randomness and storage are the host's: nonces come in as arguments, and no clock takes part in the
//! protocol at all.

pub mod client;
pub mod http;
pub mod keys;
pub mod padding;
pub mod payload;
pub mod phrase;
pub mod seal;

pub use lissom_protocol as protocol;
