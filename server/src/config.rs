//! Everything about a relay that can be set.
//!
//! Limits of the protocol (size of an entry, of a page, of a batch) are not here: devices rely on them, see
//! [`lissom_protocol::limits`].

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use lissom_protocol::api::Registration;

/// Settings of one relay. [`Config::default`] is fit for a small public relay behind a TLS proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Address for devices. Default `127.0.0.1:8460`; any address; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Address for health checks, never to be reachable from outside. Default none; any address.
    pub ops_listen: Option<SocketAddr>,
    /// Folder of the database; made with mode 0700 if it is missing. Default `lissom-relay-data`; any path.
    pub data: PathBuf,
    /// Who may register a vault. Default by invite; invite, open or closed.
    pub registration: Registration,
    /// Proxies whose `X-Forwarded-For` is believed, for the caps per address and nothing else. Default none;
    /// any addresses.
    pub trusted_proxies: Vec<IpAddr>,
    /// Most bytes of entries in one vault. Default 64 MiB; 1 to `i64::MAX` bytes.
    pub vault_bytes_max: u64,
    /// Most entries in one vault. Default 200,000; 1 to `i64::MAX`.
    pub vault_entries_max: u64,
    /// Free bytes on the disk below which nothing new is stored; reading and deleting go on. Default 256 MiB;
    /// any number of bytes, 0 switches the guard off.
    pub free_bytes_min: u64,
    /// Most connections at once; more wait in the system's queue. Default 20,000; 1 to 1,000,000.
    pub connections_max: usize,
    /// Most connections at once from one IPv4 address or one IPv6 /64; loopback and trusted proxies are
    /// exempt, and a trusted proxy's clients are counted by requests. Default 64; at least 1.
    pub connections_per_address: usize,
    /// Most streams of pokes at once for one vault; one more ends the oldest. Default 8; 0 switches watching off.
    pub watchers_per_vault: usize,
    /// Most bytes of batches held in memory at once, not counting batches of up to 64 KiB; more wait, then hear
    /// 503. Default 64 MiB; at least 4 MiB.
    pub batch_memory_max: usize,
    /// Longest wait of a batch over 64 KiB while another such batch of the same vault is taken in; then it hears
    /// 429. Default 10 s; at least 1 ms.
    pub batch_turn_max: Duration,
    /// Most bytes of pages held in memory at once until their clients have taken them; more wait, then hear 503.
    /// Default 64 MiB; at least 4 MiB.
    pub page_memory_max: usize,
    /// Longest wait of a page for its memory. Default 10 s; at least 1 ms.
    pub page_wait_max: Duration,
    /// Time for the first byte to the last of a request's header. Default 10 s; at least 1 ms.
    pub header_timeout: Duration,
    /// Longest pause between two parts of a body. Default 10 s; at least 1 ms.
    pub body_pause_max: Duration,
    /// Time for a whole body, beside what its stated length is allowed at [`Self::body_rate_min`]. Default
    /// 30 s; at least 1 ms.
    pub body_timeout: Duration,
    /// Slowest rate at which a body of stated length may arrive, in bytes a second. Default 16 KiB/s; at least 1.
    pub body_rate_min: u64,
    /// Time that a connection may rest between two requests. Default 75 s; at least 1 ms.
    pub keep_alive_idle: Duration,
    /// Longest time that a client may take nothing of an answer. Default 30 s; at least 1 ms.
    pub write_pause_max: Duration,
    /// Time for taking a whole answer, beside what its length is allowed at [`Self::write_rate_min`]; streams of
    /// pokes have none. Default 30 s; at least 1 ms.
    pub write_timeout: Duration,
    /// Slowest rate at which an answer may be taken, in bytes a second. Default 16 KiB/s; at least 1.
    pub write_rate_min: u64,
    /// Time between two signs of life on a stream of pokes. Default 30 s; at least 1 ms.
    pub watch_heartbeat: Duration,
    /// Longest life of a stream of pokes; devices then ask again. Default 1 h; at least 1 ms.
    pub watch_life_max: Duration,
    /// Time that running requests get to finish at shutdown. Default 5 s; any.
    pub shutdown_grace: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8460),
            ops_listen: None,
            data: PathBuf::from("lissom-relay-data"),
            registration: Registration::Invite,
            trusted_proxies: Vec::new(),
            vault_bytes_max: 64 * 1024 * 1024,
            vault_entries_max: 200_000,
            free_bytes_min: 256 * 1024 * 1024,
            connections_max: 20_000,
            connections_per_address: 64,
            watchers_per_vault: 8,
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

/// A setting that is out of its range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting} is out of range: {range}")]
pub struct ConfigError {
    /// Which one.
    pub setting: &'static str,
    /// What it may be.
    pub range: &'static str,
}

impl Config {
    /// Settings for a relay on a free port of this machine, open to everybody: for tests and demonstrations.
    #[must_use]
    pub fn local(data: impl Into<PathBuf>) -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            data: data.into(),
            registration: Registration::Open,
            free_bytes_min: 0,
            ..Self::default()
        }
    }

    /// Whether every setting is in its range.
    ///
    /// # Errors
    /// [`ConfigError`] for the first that is not.
    pub fn check(&self) -> Result<(), ConfigError> {
        let most = i64::MAX.unsigned_abs();
        let millisecond = Duration::from_millis(1);
        let rules = [
            ("vault quota", (1..=most).contains(&self.vault_bytes_max), "1 byte to 2^63 - 1 bytes"),
            ("entries per vault", (1..=most).contains(&self.vault_entries_max), "1 to 2^63 - 1"),
            ("connections", (1..=1_000_000).contains(&self.connections_max), "1 to 1,000,000"),
            ("connections per address", self.connections_per_address >= 1, "at least 1"),
            ("memory for batches", self.batch_memory_max >= 4 * 1024 * 1024, "at least 4 MiB"),
            ("wait for a turn", self.batch_turn_max >= millisecond, "at least 1 ms"),
            ("memory for pages", self.page_memory_max >= 4 * 1024 * 1024, "at least 4 MiB"),
            ("wait for a page", self.page_wait_max >= millisecond, "at least 1 ms"),
            ("slowest body", self.body_rate_min >= 1, "at least 1 byte a second"),
            ("header timeout", self.header_timeout >= millisecond, "at least 1 ms"),
            ("body pause", self.body_pause_max >= millisecond, "at least 1 ms"),
            ("body timeout", self.body_timeout >= millisecond, "at least 1 ms"),
            ("keep-alive idle time", self.keep_alive_idle >= millisecond, "at least 1 ms"),
            ("write pause", self.write_pause_max >= millisecond, "at least 1 ms"),
            ("write timeout", self.write_timeout >= millisecond, "at least 1 ms"),
            ("slowest answer", self.write_rate_min >= 1, "at least 1 byte a second"),
            ("watch heartbeat", self.watch_heartbeat >= millisecond, "at least 1 ms"),
            ("watch life", self.watch_life_max >= millisecond, "at least 1 ms"),
        ];
        match rules.into_iter().find(|(_, holds, _)| !holds) {
            Some((setting, _, range)) => Err(ConfigError { setting, range }),
            None => Ok(()),
        }
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
        assert_eq!(config.check().unwrap_err().to_string(), "watch heartbeat is out of range: at least 1 ms");
    }
}
