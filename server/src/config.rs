//! Everything about a relay that can be set, where it is set, and how that is told to people.
//!
//! [`SETTINGS`] is the one table of names, ranges and descriptions. Limits of the protocol (size of an entry, of a
//! page, of a batch) are not here: devices rely on them, see [`lissom_protocol::limits`].

mod describe;
mod networks;
mod settings;
mod sources;
pub mod units;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use lissom_protocol::api::Registration;

use crate::store::PostgresUrl;

pub use self::describe::{example, in_force, page};
pub use self::networks::Network;
pub(crate) use self::settings::is_host;
pub use self::settings::{Group, SETTINGS, Setting, Unit, registration};
pub use self::sources::{FILE_VARIABLE, LoadError, Loaded, Origin, VARIABLE_PREFIX, load};

/// Settings of one relay; what each does is said in [`SETTINGS`]. [`Config::default`] is fit for a small public relay
/// behind a TLS proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is described in the table, which the documentation is made of")]
pub struct Config {
    pub data: PathBuf,
    pub database: Option<PostgresUrl>,
    pub database_ca: Option<PathBuf>,
    pub database_connections: usize,
    pub database_wait: Duration,
    pub listen: SocketAddr,
    pub ops_listen: Option<SocketAddr>,
    pub public_url: Option<String>,
    pub trusted_proxies: Vec<Network>,
    /// Read by the program; a relay inside another one logs to that one's subscriber.
    pub log: String,
    /// Read by the program.
    pub log_format: LogFormat,
    pub registration: Registration,
    pub vault_bytes_max: u64,
    pub vault_entries_max: u64,
    pub free_bytes_min: u64,
    pub connections_max: usize,
    pub connections_per_address: usize,
    pub address_requests: u64,
    pub address_burst: u64,
    pub address_logins: u64,
    pub address_mailboxes: u64,
    pub vault_requests: u64,
    pub vault_burst: u64,
    pub watchers_max: usize,
    pub watchers_per_vault: usize,
    pub mailboxes_max: usize,
    pub batch_memory_max: usize,
    pub batch_turn_max: Duration,
    pub page_memory_max: usize,
    pub page_wait_max: Duration,
    pub header_timeout: Duration,
    pub body_pause_max: Duration,
    pub body_timeout: Duration,
    pub body_rate_min: u64,
    pub keep_alive_idle: Duration,
    pub write_pause_max: Duration,
    pub write_timeout: Duration,
    pub write_rate_min: u64,
    pub watch_heartbeat: Duration,
    pub watch_life_max: Duration,
    pub shutdown_grace: Duration,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

impl LogFormat {
    fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }

    fn named(word: &str) -> Option<Self> {
        [Self::Text, Self::Json].into_iter().find(|format| format.word() == word)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("lissom-relay-data"),
            database: None,
            database_ca: None,
            database_connections: 16,
            database_wait: Duration::from_secs(30),
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8460),
            ops_listen: None,
            public_url: None,
            trusted_proxies: Vec::new(),
            log: "info".to_owned(),
            log_format: LogFormat::Text,
            registration: Registration::Invite,
            vault_bytes_max: 64 * 1024 * 1024,
            vault_entries_max: 200_000,
            free_bytes_min: 1024 * 1024 * 1024,
            connections_max: 20_000,
            connections_per_address: 64,
            address_requests: 100,
            address_burst: 2_000,
            address_logins: 120,
            address_mailboxes: 20,
            vault_requests: 50,
            vault_burst: 1_000,
            watchers_max: 16_000,
            watchers_per_vault: 8,
            mailboxes_max: 1_000,
            batch_memory_max: 64 * 1024 * 1024,
            batch_turn_max: Duration::from_secs(10),
            page_memory_max: 64 * 1024 * 1024,
            page_wait_max: Duration::from_secs(10),
            header_timeout: Duration::from_secs(10),
            body_pause_max: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            body_rate_min: 16 * 1024,
            keep_alive_idle: Duration::from_secs(75),
            write_pause_max: Duration::from_secs(30),
            write_timeout: Duration::from_secs(30),
            write_rate_min: 16 * 1024,
            watch_heartbeat: Duration::from_secs(30),
            watch_life_max: Duration::from_hours(1),
            shutdown_grace: Duration::from_secs(5),
        }
    }
}

/// A value that its setting does not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting} cannot be `{value}`: {range}")]
pub struct ConfigError {
    /// Which setting.
    pub setting: &'static str,
    /// What it was to be.
    pub value: String,
    /// What it may be.
    pub range: String,
}

impl Config {
    /// Settings for a relay on a free port of this machine, open to everybody and in no hurry: for tests and
    /// demonstrations.
    #[must_use]
    pub fn local(data: impl Into<PathBuf>) -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            data: data.into(),
            registration: Registration::Open,
            free_bytes_min: 0,
            vault_requests: 0,
            ..Self::default()
        }
    }

    /// Whether every setting is in its range.
    ///
    /// # Errors
    /// [`ConfigError`] for the first that is not.
    pub fn check(&self) -> Result<(), ConfigError> {
        SETTINGS.iter().try_for_each(|setting| setting.check(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_in_range() {
        assert_eq!(Config::default().check(), Ok(()));
        assert_eq!(Config::local("x").check(), Ok(()));
    }

    #[test]
    fn a_heartbeat_without_pause_is_refused() {
        let config = Config { watch_heartbeat: Duration::ZERO, ..Config::default() };
        assert_eq!(
            config.check().unwrap_err().to_string(),
            "watch-heartbeat cannot be `0ms`: 1ms to 1m time (ms, s, m, h)"
        );
    }
}
