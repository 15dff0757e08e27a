//! The handlers, one module for each thing that is asked for.

pub(crate) mod auth;
pub(crate) mod entries;
pub(crate) mod greeting;
pub(crate) mod info;
pub(crate) mod mailbox;
pub(crate) mod vaults;
pub(crate) mod watch;
