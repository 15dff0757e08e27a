//! `lissom-relay doctor`: looks at everything that usually goes wrong, and prints a report that can be pasted anywhere.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::path::Path;
use std::time::Duration;

use lissom_protocol::api::{INFO_PATH, Info, Registration};
use lissom_relay::config::{Config, Loaded, Origin, SETTINGS};
use lissom_relay::serve::check_clock;
use lissom_relay::store::{Database, OpenError, space, unix_seconds};

use super::failure::Failure;
use super::say;
use super::settings::Everything;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Grade {
    Ok,
    Look,
    Bad,
}

/// What was looked at, and what was found.
struct Finding {
    grade: Grade,
    what: &'static str,
    found: String,
}

fn finding(grade: Grade, what: &'static str, found: impl Into<String>) -> Finding {
    Finding { grade, what, found: found.into() }
}

const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) fn doctor(settings: Everything) -> Result<(), Failure> {
    let loaded = settings.load()?;
    let config = &loaded.config;
    let mut findings = vec![settings_of(&loaded), clock()];
    // PostgreSQL has a folder and a disk of its own, elsewhere.
    if config.database.is_none() {
        findings.extend([folder(&config.data), disk(config)]);
    }
    findings.push(database(config));
    findings.push(open_files(config));
    findings.push(devices(config));
    findings.push(operations(config));
    findings.push(outside(config));
    findings.push(proxy(config));
    findings.push(registration(config));
    // No path, no host name, no address: names of machines and people are nobody's business.
    say(format_args!(
        "lissom-relay {} on {} {}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    ));
    for Finding { grade, what, found } in &findings {
        let mark = match grade {
            Grade::Ok => "ok  ",
            Grade::Look => "look",
            Grade::Bad => "BAD ",
        };
        say(format_args!("{mark} {what:<13} {found}"));
    }
    let bad = findings.iter().filter(|finding| finding.grade == Grade::Bad).count();
    if bad == 0 { Ok(()) } else { Err(Failure::unavailable(format!("{bad} of {} findings are bad", findings.len()))) }
}

/// Whether the relay that these settings are for reads and writes, and nothing else: whoever restarts what is not ready must
/// not be moved by a public name that cannot be reached from here, or by a clock.
pub(crate) fn ready(settings: Everything) -> Result<(), Failure> {
    match operations(&settings.load()?.config) {
        Finding { grade: Grade::Ok, .. } => Ok(()),
        Finding { what, found, .. } => Err(Failure::unavailable(format!("{what}: {found}"))),
    }
}

fn settings_of(loaded: &Loaded) -> Finding {
    let set = SETTINGS.iter().filter(|setting| loaded.origin(setting) != Origin::Default);
    let set: Vec<&str> = set.map(|setting| setting.name).collect();
    let set = if set.is_empty() { "none".to_owned() } else { set.join(", ") };
    match loaded.strays.len() {
        0 => finding(Grade::Ok, "settings", format!("set: {set}")),
        strays => finding(
            Grade::Look,
            "settings",
            format!("set: {set}; {strays} LISSOM_RELAY_ variables are no settings (see `config check`)"),
        ),
    }
}

fn clock() -> Finding {
    match check_clock(unix_seconds()) {
        Ok(()) => finding(Grade::Ok, "clock", "later than this program"),
        Err(error) => finding(Grade::Bad, "clock", error.to_string()),
    }
}

fn folder(data: &Path) -> Finding {
    let Ok(about) = std::fs::metadata(data) else {
        return finding(Grade::Look, "data folder", "not there yet; `serve` makes it");
    };
    if !about.is_dir() {
        return finding(Grade::Bad, "data folder", "is a file");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
        if about.uid() != rustix::process::geteuid().as_raw() {
            return finding(
                Grade::Bad,
                "data folder",
                "belongs to another user: run every command as the relay's own user",
            );
        }
        let mode = about.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            let found = format!("mode {mode:03o} lets others in; `chmod 700` it");
            return finding(Grade::Look, "data folder", found);
        }
    }
    finding(Grade::Ok, "data folder", "for its owner alone")
}

fn database(config: &Config) -> Finding {
    let opened = Database::configured(config).map_err(|error| match error {
        OpenError::Missing { .. } => finding(Grade::Look, "database", "not there yet; `serve` makes it"),
        OpenError::Newer { found, .. } => {
            finding(Grade::Bad, "database", format!("schema {found} is newer than this program"))
        }
        OpenError::Foreign { .. } => finding(Grade::Bad, "database", "another program's"),
        // What the server says names hosts and users.
        OpenError::Postgres { .. } => {
            finding(Grade::Bad, "database", "PostgreSQL cannot be used; `lissom-relay vaults` says why")
        }
        _ => finding(Grade::Bad, "database", "cannot be opened: check permissions and free space"),
    });
    match opened.map(|database| database.vaults()) {
        Err(finding) => finding,
        Ok(Ok(vaults)) => {
            let bytes = vaults.iter().fold(0_u64, |sum, vault| sum.saturating_add(vault.bytes));
            finding(Grade::Ok, "database", format!("opens; {} diaries, {bytes} bytes of entries", vaults.len()))
        }
        Ok(Err(_)) => finding(Grade::Bad, "database", "cannot be read; run `lissom-relay verify`"),
    }
}

fn disk(config: &Config) -> Finding {
    let existing = config.data.ancestors().find(|folder| folder.exists());
    let Some(space) = existing.and_then(space) else {
        return finding(Grade::Look, "disk", "this system does not tell its free space");
    };
    let mib = |bytes: u64| bytes / (1024 * 1024);
    let found = format!("{} MiB free, min-free is {} MiB", mib(space.free), mib(config.free_bytes_min));
    if space.free < config.free_bytes_min {
        return finding(Grade::Bad, "disk", format!("{found}: nothing new is stored"));
    }
    let soon = space.free < config.free_bytes_min.saturating_mul(2);
    finding(if soon { Grade::Look } else { Grade::Ok }, "disk", found)
}

#[cfg(unix)]
fn open_files(config: &Config) -> Finding {
    let most = rustix::process::getrlimit(rustix::process::Resource::Nofile).maximum;
    let wanted = u64::try_from(config.connections_max).unwrap_or(u64::MAX);
    match most {
        Some(most) if most < wanted => finding(
            Grade::Look,
            "open files",
            format!("at most {most}, so that fewer than {wanted} connections are taken (LimitNOFILE)"),
        ),
        _ => finding(Grade::Ok, "open files", "enough for all connections"),
    }
}

#[cfg(not(unix))]
fn open_files(_: &Config) -> Finding {
    finding(Grade::Ok, "open files", "not limited here")
}

fn devices(config: &Config) -> Finding {
    match info(reachable(config.listen), "localhost") {
        Answer::Relay(info) if info.version == env!("CARGO_PKG_VERSION") => {
            finding(Grade::Ok, "listen", "a relay answers")
        }
        Answer::Relay(info) => finding(
            Grade::Look,
            "listen",
            format!("a relay of version {} answers, and this program is another; restart it", info.version),
        ),
        Answer::Other => finding(Grade::Bad, "listen", "something answers that is no Lissom relay"),
        Answer::Nobody => finding(Grade::Look, "listen", "nobody answers: the relay is not serving, or elsewhere"),
    }
}

fn operations(config: &Config) -> Finding {
    let Some(address) = config.ops_listen else {
        return finding(Grade::Look, "ops-listen", "not set: no health checks and no metrics");
    };
    match get(reachable(address), "localhost", "/readyz") {
        Some((200, _)) => finding(Grade::Ok, "ops-listen", "ready"),
        Some((status, _)) => finding(Grade::Bad, "ops-listen", format!("/readyz answers {status}")),
        None => finding(Grade::Look, "ops-listen", "nobody answers"),
    }
}

fn outside(config: &Config) -> Finding {
    let what = "public-url";
    let Some(url) = &config.public_url else {
        return finding(Grade::Look, what, "not set: invites and the page at / show the listening address");
    };
    let (secure, host) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(host), _) => (true, host),
        (_, Some(host)) => (false, host),
        _ => return finding(Grade::Bad, what, "is no URL"),
    };
    let with_port = if has_port(host) { host.to_owned() } else { format!("{host}:{}", if secure { 443 } else { 80 }) };
    let Some(address) = with_port.to_socket_addrs().ok().and_then(|mut addresses| addresses.next()) else {
        return finding(Grade::Bad, what, "its host name has no address");
    };
    if secure {
        // This program has no TLS of its own.
        return match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(_) => finding(Grade::Ok, what, "a connection opens; check TLS with `curl -f URL/v1/info`"),
            Err(_) => finding(Grade::Bad, what, "no connection opens from here"),
        };
    }
    match info(address, host) {
        Answer::Relay(_) => {
            finding(Grade::Look, what, "a relay answers, without TLS: devices take that on loopback only")
        }
        Answer::Other => finding(Grade::Bad, what, "something answers that is no Lissom relay"),
        Answer::Nobody => finding(Grade::Bad, what, "nobody answers"),
    }
}

fn proxy(config: &Config) -> Finding {
    let behind = config.public_url.as_ref().is_some_and(|url| url.starts_with("https://"));
    match (behind, config.trusted_proxies.len()) {
        (true, 0) => finding(
            Grade::Look,
            "proxy",
            "trusted-proxies is empty: if a proxy ends TLS, no limit per address works (all clients are the proxy)",
        ),
        (_, 0) => finding(Grade::Ok, "proxy", "none is trusted, X-Forwarded-For counts for nothing"),
        (_, count) => finding(Grade::Ok, "proxy", format!("{count} trusted; each must set X-Forwarded-For itself")),
    }
}

fn registration(config: &Config) -> Finding {
    match config.registration {
        Registration::Open => finding(Grade::Look, "registration", "open: everybody who finds this relay may fill it"),
        Registration::Invite => finding(Grade::Ok, "registration", "by invite"),
        Registration::Closed => finding(Grade::Ok, "registration", "closed"),
    }
}

fn has_port(host: &str) -> bool {
    host.rsplit_once(':').is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Where a listener on this address is reached from this machine.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        let loopback: SocketAddr =
            if address.is_ipv4() { ([127, 0, 0, 1], 0).into() } else { ([0, 0, 0, 0, 0, 0, 0, 1], 0).into() };
        address.set_ip(loopback.ip());
    }
    address
}

enum Answer {
    Relay(Info),
    Other,
    Nobody,
}

fn info(address: SocketAddr, host: &str) -> Answer {
    match get(address, host, INFO_PATH) {
        Some((200, body)) => match serde_json::from_slice::<Info>(&body) {
            Ok(info) if info.name == env!("CARGO_PKG_NAME") => Answer::Relay(info),
            _ => Answer::Other,
        },
        Some(_) => Answer::Other,
        None => Answer::Nobody,
    }
}

/// One plain request; status and body.
fn get(address: SocketAddr, host: &str, path: &str) -> Option<(u16, Vec<u8>)> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").ok()?;
    let mut answer = Vec::new();
    stream.take(64 * 1024).read_to_end(&mut answer).ok()?;
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(answer.get(..end)?).into_owned();
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    Some((status, answer.get(end.saturating_add(4)..)?.to_vec()))
}
