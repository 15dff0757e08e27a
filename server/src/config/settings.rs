//! The one table of settings. Flags, environment variables, the file's keys, their ranges, the documentation and the
//! example file all come from here.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use lissom_protocol::api::Registration;

use super::{Config, ConfigError, LogFormat, Network, units};

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Bytes: `1024`, `64M`.
    Bytes,
    /// Bytes a second.
    BytesASecond,
    /// A time: `250ms`, `30s`.
    Time,
    /// Things.
    Count,
    /// Things a second.
    ASecond,
    /// Things a minute.
    AMinute,
}

/// Which part of the example file a setting stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Where the relay is.
    Place,
    /// What it writes to its log.
    Log,
    /// Who may do what, and how much.
    Limits,
    /// For machines and networks out of the ordinary.
    Fine,
}

impl Group {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Place, Self::Log, Self::Limits, Self::Fine];

    /// Its heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Place => "Where it is",
            Self::Log => "What it writes to its log",
            Self::Limits => "Who may do what, and how much",
            Self::Fine => "Memory and patience; the defaults are fit for nearly everybody",
        }
    }
}

/// One row of the table.
#[derive(Debug)]
pub struct Setting {
    /// Its name in the file and, with two dashes, as a flag.
    pub name: &'static str,
    /// Where it is shown.
    pub group: Group,
    /// What it does, in a sentence or two.
    pub doc: &'static str,
    /// Whether it is a list, and its flag may be given again.
    pub is_list: bool,
    field: Field,
}

#[derive(Debug)]
enum Field {
    Text { form: &'static str, get: fn(&Config) -> String, set: fn(&mut Config, &str) -> Option<()> },
    Number { unit: Unit, least: u64, most: u64, get: fn(&Config) -> u64, set: fn(&mut Config, u64) -> Option<()> },
}

impl Setting {
    /// The setting of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.name == name)
    }

    /// The environment variable that sets it: `LISSOM_RELAY_` and its name in capitals.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("{}{}", super::VARIABLE_PREFIX, self.name.replace('-', "_").to_uppercase())
    }

    /// Its value as text, in the form in which it can be set.
    #[must_use]
    pub fn show(&self, config: &Config) -> String {
        match &self.field {
            Field::Text { get, .. } => get(config),
            Field::Number { unit, get, .. } => units::show(*unit, get(config)),
        }
    }

    /// Whether it is written as a bare number in the file.
    pub(super) fn is_count(&self) -> bool {
        matches!(self.field, Field::Number { unit: Unit::Count | Unit::ASecond | Unit::AMinute, .. })
    }

    /// Whether a bare number in the file is a value of it: a time needs its unit.
    pub(super) fn takes_integers(&self) -> bool {
        matches!(self.field, Field::Number { unit, .. } if unit != Unit::Time)
    }

    /// What it may be, for people.
    #[must_use]
    pub fn range(&self) -> String {
        match &self.field {
            Field::Text { form, .. } => (*form).to_owned(),
            Field::Number { unit, least, most, .. } => {
                let upper = if *most >= STORED_MOST { "no upper limit".to_owned() } else { units::show(*unit, *most) };
                format!("{} to {upper}", units::show(*unit, *least))
            }
        }
    }

    /// The unit of its number, for people; empty for texts.
    #[must_use]
    pub fn unit(&self) -> &'static str {
        match self.field {
            Field::Text { .. } => "",
            Field::Number { unit: Unit::Bytes, .. } => "bytes (K, M, G)",
            Field::Number { unit: Unit::BytesASecond, .. } => "bytes a second (K, M)",
            Field::Number { unit: Unit::Time, .. } => "time (ms, s, m, h)",
            Field::Number { unit: Unit::Count, .. } => "count",
            Field::Number { unit: Unit::ASecond, .. } => "a second",
            Field::Number { unit: Unit::AMinute, .. } => "a minute",
        }
    }

    /// Sets it from text.
    ///
    /// # Errors
    /// [`ConfigError`] if it is none of its values.
    pub fn set(&self, config: &mut Config, text: &str) -> Result<(), ConfigError> {
        let set = match &self.field {
            Field::Text { set, .. } => set(config, text.trim()),
            Field::Number { unit, set, .. } => units::parse(*unit, text.trim()).and_then(|number| set(config, number)),
        };
        set.ok_or_else(|| self.refuse(text))?;
        self.check(config)
    }

    /// Whether its value is in its range.
    pub(super) fn check(&self, config: &Config) -> Result<(), ConfigError> {
        match &self.field {
            Field::Number { least, most, get, .. } if !(*least..=*most).contains(&get(config)) => {
                Err(self.refuse(&self.show(config)))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn refuse(&self, value: &str) -> ConfigError {
        let unit = match self.unit() {
            "" => String::new(),
            unit => format!(" {unit}"),
        };
        // It may hold a password.
        let value = if self.name == "database" { "…" } else { value };
        ConfigError { setting: self.name, value: value.to_owned(), range: format!("{}{unit}", self.range()) }
    }
}

/// A number inside [`Config`].
trait Number: Sized {
    fn number(&self) -> u64;
    fn of(number: u64) -> Option<Self>;
}

impl Number for u64 {
    fn number(&self) -> u64 {
        *self
    }
    fn of(number: u64) -> Option<Self> {
        Some(number)
    }
}

impl Number for usize {
    fn number(&self) -> u64 {
        u64::try_from(*self).unwrap_or(u64::MAX)
    }
    fn of(number: u64) -> Option<Self> {
        Self::try_from(number).ok()
    }
}

impl Number for Duration {
    fn number(&self) -> u64 {
        u64::try_from(self.as_millis()).unwrap_or(u64::MAX)
    }
    fn of(number: u64) -> Option<Self> {
        Some(Self::from_millis(number))
    }
}

const MOST: u64 = u64::MAX;
/// SQLite's largest integer.
const STORED_MOST: u64 = i64::MAX.unsigned_abs();
const BATCH: u64 = 4 * 1024 * 1024;
const DAY: u64 = 86_400_000;

macro_rules! number {
    ($name:literal, $group:ident, $field:ident, $unit:ident, $least:expr, $most:expr, $doc:literal) => {
        Setting {
            name: $name,
            group: Group::$group,
            doc: $doc,
            is_list: false,
            field: Field::Number {
                unit: Unit::$unit,
                least: $least,
                most: $most,
                get: |config| Number::number(&config.$field),
                set: |config, number| Number::of(number).map(|value| config.$field = value),
            },
        }
    };
}

macro_rules! text {
    ($name:literal, $group:ident, $form:literal, $list:literal, $get:expr, $set:expr, $doc:literal) => {
        Setting {
            name: $name,
            group: Group::$group,
            doc: $doc,
            is_list: $list,
            field: Field::Text { form: $form, get: $get, set: $set },
        }
    };
}

/// Every setting, in the order in which they are shown.
#[rustfmt::skip]
pub static SETTINGS: &[Setting] = &[
    text!("data", Place, "a folder", false,
        |config| config.data.display().to_string(),
        |config, text| (!text.is_empty()).then(|| config.data = PathBuf::from(text)),
        "Folder of the database; made for its owner alone if it is missing."),
    text!("database", Place, "postgres://user:password@host/database, or empty for relay.db in the data folder", false,
        |config| config.database.as_ref().map(ToString::to_string).unwrap_or_default(),
        |config, text| optional(text, str::parse).map(|url| config.database = url),
        "PostgreSQL that several nodes share. Shown without its password; the environment is the place for one."),
    text!("listen", Place, "an address and a port", false,
        |config| config.listen.to_string(),
        |config, text| text.parse().ok().map(|address| config.listen = address),
        "Address for devices. The relay speaks plain HTTP: put a proxy with TLS before it. Port 0 takes a free one."),
    text!("ops-listen", Place, "an address and a port, or empty for none", false,
        |config| config.ops_listen.map(|address| address.to_string()).unwrap_or_default(),
        |config, text| optional(text, str::parse::<SocketAddr>).map(|address| config.ops_listen = address),
        "Address for health checks and metrics (/livez, /readyz, /metrics). Keep it from the outside."),
    text!("public-url", Place, "https://host, perhaps with a port; or empty", false,
        |config| config.public_url.clone().unwrap_or_default(),
        |config, text| optional(text, url).map(|url| config.public_url = url),
        "Address by which devices reach the relay, for the status page and for invites."),
    text!("trusted-proxies", Place, "addresses or networks, such as 127.0.0.1 or 172.16.0.0/12", true,
        |config| list(&config.trusted_proxies),
        |config, text| networks(text).map(|networks| config.trusted_proxies = networks),
        "Proxies whose X-Forwarded-For is believed, for the limits per address and nothing else."),
    text!("log", Log, "error, warn, info, debug, trace, or a filter by module", false,
        |config| config.log.clone(),
        |config, text| (!text.is_empty()).then(|| text.clone_into(&mut config.log)),
        "What is logged to stderr. No level names a diary, an address or a token."),
    text!("log-format", Log, "text or json", false,
        |config| config.log_format.word().to_owned(),
        |config, text| LogFormat::named(text).map(|format| config.log_format = format),
        "How it is logged: for people, or one JSON object a line."),
    text!("registration", Limits, "invite, open or closed", false,
        |config| registration(config.registration).to_owned(),
        |config, text| POLICIES.into_iter().find(|policy| registration(*policy) == text)
            .map(|policy| config.registration = policy),
        "Who may bring a new diary: whoever holds an invite, anybody, or nobody."),
    number!("vault-quota", Limits, vault_bytes_max, Bytes, 1, STORED_MOST,
        "Most bytes of entries in one diary. `lissom-relay quota` sets another for a single one."),
    number!("vault-entries", Limits, vault_entries_max, Count, 1, STORED_MOST,
        "Most entries in one diary."),
    number!("min-free", Limits, free_bytes_min, Bytes, 0, MOST,
        "Free disk space below which nothing new is stored; reading and deleting go on. 0 for none."),
    number!("connections", Limits, connections_max, Count, 1, 1_000_000,
        "Most connections at once; more wait in the system's queue."),
    number!("connections-per-address", Limits, connections_per_address, Count, 1, MOST,
        "Most connections at once from one IPv4 address or IPv6 /64. Loopback and trusted proxies are not counted; a \
         trusted proxy's clients are counted by their requests."),
    number!("address-requests", Limits, address_requests, ASecond, 0, 1_000_000,
        "Requests that one IPv4 address or IPv6 /64 may make in the long run; not counted for loopback. 0 for no limit."),
    number!("address-burst", Limits, address_burst, Count, 1, 1_000_000,
        "Requests that it may make at once before that."),
    number!("address-logins", Limits, address_logins, AMinute, 0, 1_000_000,
        "Registrations, challenges, tokens and mailboxes that one address may ask for in the long run, and at once. A \
         sync needs two. 0 for no limit."),
    number!("address-mailboxes", Limits, address_mailboxes, Count, 0, 100_000,
        "Mailboxes that one address may fill in five minutes, and at once. A pairing needs one. 0 for no limit."),
    number!("vault-requests", Limits, vault_requests, ASecond, 0, 1_000_000,
        "Requests that all devices of one diary may make in the long run; deleting it is always allowed. 0 for no limit."),
    number!("vault-burst", Limits, vault_burst, Count, 1, 1_000_000,
        "Requests that they may make at once before that. A first sync needs one for every 64 entries."),
    number!("watchers", Limits, watchers_max, Count, 0, 1_000_000,
        "Most streams of pokes at once, so that connections are left for syncing."),
    number!("watchers-per-vault", Limits, watchers_per_vault, Count, 0, 1_000_000,
        "Most streams of pokes at once for one diary; one more ends the oldest. 0 switches watching off."),
    number!("mailboxes", Limits, mailboxes_max, Count, 0, 100_000,
        "Most mailboxes for pairing at once, for all nodes; each holds up to 4 KiB for five minutes, in memory or in a table \
         that is never logged. 0 switches them off."),
    text!("database-ca", Fine, "a file with certificates (PEM), or empty for those of this system", false,
        |config| config.database_ca.as_ref().map(|file| file.display().to_string()).unwrap_or_default(),
        |config, text| optional(text, str::parse).map(|file| config.database_ca = file),
        "Who vouches for PostgreSQL's certificate. TLS is left out on this machine, and where the URL says \
         sslmode=disable."),
    number!("database-connections", Fine, database_connections, Count, 1, 1_000,
        "Most connections of one node to PostgreSQL, beside one for news."),
    number!("database-wait", Fine, database_wait, Time, 0, DAY,
        "Longest wait for PostgreSQL at the start. Later on, requests hear 503 until it answers again."),
    number!("batch-memory", Fine, batch_memory_max, Bytes, BATCH, MOST,
        "Most bytes of posted batches in memory at once, not counting those of up to 64 KiB; more wait, then hear 503."),
    number!("batch-turn", Fine, batch_turn_max, Time, 1, DAY,
        "Longest wait of a batch over 64 KiB while another one of the same diary is taken in; then it hears 429."),
    number!("page-memory", Fine, page_memory_max, Bytes, BATCH, MOST,
        "Most bytes of pages in memory until their clients have taken them; more wait, then hear 503."),
    number!("page-wait", Fine, page_wait_max, Time, 1, DAY,
        "Longest wait of a page for its memory."),
    number!("header-timeout", Fine, header_timeout, Time, 1, DAY,
        "Time from the first byte to the last of a request's header."),
    number!("body-pause", Fine, body_pause_max, Time, 1, DAY,
        "Longest pause between two parts of a body."),
    number!("body-timeout", Fine, body_timeout, Time, 1, DAY,
        "Time for a whole body, beside what its stated length is allowed at `body-rate`."),
    number!("body-rate", Fine, body_rate_min, BytesASecond, 1, MOST,
        "Slowest rate at which a body of stated length may arrive."),
    number!("keep-alive", Fine, keep_alive_idle, Time, 1, DAY,
        "Time that a connection may rest between two requests."),
    number!("write-pause", Fine, write_pause_max, Time, 1, DAY,
        "Longest time that a client may take nothing of an answer."),
    number!("write-timeout", Fine, write_timeout, Time, 1, DAY,
        "Time for taking a whole answer, beside what its length is allowed at `write-rate`; streams of pokes have none."),
    number!("write-rate", Fine, write_rate_min, BytesASecond, 1, MOST,
        "Slowest rate at which an answer may be taken."),
    number!("watch-heartbeat", Fine, watch_heartbeat, Time, 1, 60_000,
        "Time between two signs of life on a stream of pokes. Devices take a stream for dead after 75 s."),
    number!("watch-life", Fine, watch_life_max, Time, 1, DAY,
        "Longest life of a stream of pokes; devices then ask again."),
    number!("shutdown-grace", Fine, shutdown_grace, Time, 0, DAY,
        "Time that running requests get to finish at shutdown."),
];

const POLICIES: [Registration; 3] = [Registration::Invite, Registration::Open, Registration::Closed];

/// The word for a policy.
#[must_use]
pub fn registration(policy: Registration) -> &'static str {
    match policy {
        Registration::Invite => "invite",
        Registration::Open => "open",
        Registration::Closed => "closed",
    }
}

/// Nothing for an empty text, or what it says; `None` if that cannot be read.
#[expect(clippy::option_option, reason = "nothing and unreadable are two things")]
fn optional<T, E>(text: &str, parse: impl FnOnce(&str) -> Result<T, E>) -> Option<Option<T>> {
    if text.is_empty() {
        return Some(None);
    }
    parse(text).ok().map(Some)
}

fn networks(text: &str) -> Option<Vec<Network>> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect()
}

fn list(networks: &[Network]) -> String {
    networks.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// A scheme and a host, perhaps with a port: nothing that would need quoting anywhere.
fn url(text: &str) -> Result<String, ()> {
    let text = text.trim_end_matches('/');
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or(())?;
    if is_host(host) { Ok(text.to_owned()) } else { Err(()) }
}

/// Whether this is a host, perhaps with a port.
pub(crate) fn is_host(host: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    !host.is_empty() && host.len() <= 253 && host.chars().all(fits) && !host.starts_with(':')
}
