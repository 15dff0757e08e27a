//! Reaching the server: what the URL says, TLS, and the pool.

use std::error::Error as _;
use std::fmt;
use std::io;
use std::net::IpAddr;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres::error::SqlState;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Connection, Error, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::schema::SCHEMA;
use crate::config::Config;
use crate::store::OpenError;

/// For reaching one address of the server's, and for all that follows on the connection until it can be used.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The same, where others are to be tried if this one is silent.
const NEXT_TIMEOUT: Duration = Duration::from_secs(2);
/// For a connection out of the pool, while all are in use.
const WAIT_TIMEOUT: Duration = Duration::from_secs(10);
/// For a sign of life of a connection that was not used for a while.
const RECYCLE_TIMEOUT: Duration = Duration::from_secs(2);
/// Until a server that went away without a word is given up.
pub(super) const SILENCE: Duration = Duration::from_secs(15);
/// Between two attempts to reach a server that is not there yet.
const PAUSE: Duration = Duration::from_millis(250);
/// What the server itself does about whoever waits too long.
const TIMEOUTS: &str = "-c statement_timeout=25s -c lock_timeout=10s -c idle_in_transaction_session_timeout=30s";

/// Where a PostgreSQL server is and who asks: `postgres://user:password@host/database`.
///
/// Shown without its password, everywhere.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl(String);

impl FromStr for PostgresUrl {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if !["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
            return Err(());
        }
        let text = checked(text);
        let config: tokio_postgres::Config = text.parse().map_err(|_| ())?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(());
        }
        Ok(Self(text))
    }
}

/// The URL with the one word for TLS that the driver knows: here it always means a certificate that is checked.
fn checked(url: &str) -> String {
    let Some((place, parameters)) = url.rsplit_once('?') else { return url.to_owned() };
    let known = |parameter: &str| match parameter {
        "sslmode=verify-full" | "sslmode=verify-ca" => "sslmode=require".to_owned(),
        other => other.to_owned(),
    };
    format!("{place}?{}", parameters.split('&').map(known).collect::<Vec<_>>().join("&"))
}

impl PostgresUrl {
    /// Whether this parameter is given.
    fn says(&self, parameter: &str) -> bool {
        let parameters = self.0.rsplit_once('?').map_or("", |(_, parameters)| parameters);
        parameters.split('&').any(|given| given.split('=').next() == Some(parameter))
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Put together from what it was read as: no guess at where a password ends.
        let Ok(config) = self.0.parse::<tokio_postgres::Config>() else { return f.write_str("postgres://…") };
        f.write_str("postgres://")?;
        if let Some(user) = config.get_user() {
            write!(f, "{user}@")?;
        }
        let named = config.get_hosts().iter().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(folder) => folder.display().to_string(),
        });
        let hosts = named.chain(config.get_hostaddrs().iter().map(ToString::to_string));
        f.write_str(&hosts.collect::<Vec<_>>().join(","))?;
        // The usual one is there whether or not it was said.
        if config.get_ports().iter().any(|port| *port != 5432) {
            let ports = config.get_ports().iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
            write!(f, ":{ports}")?;
        }
        config.get_dbname().map_or(Ok(()), |name| write!(f, "/{name}"))
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A connection before anybody listens to it.
type Bare = (Client, Connection<Socket, <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream>);

/// What connections are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    /// Devices, who do not wait for ever.
    Requests,
    /// Work that takes as long as it takes.
    Operator,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotReached {
    /// Nobody said anything in time.
    #[error("no answer in time")]
    Silent,
    /// What was said, or what the system said.
    #[error("{}", reason(.0))]
    Failed(#[from] Error),
}

impl From<NotReached> for OpenError {
    fn from(error: NotReached) -> Self {
        Self::Postgres { reason: error.to_string() }
    }
}

/// The way to the server; clones are the same way.
#[derive(Clone)]
pub(super) struct Door {
    config: tokio_postgres::Config,
    tls: MakeRustlsConnect,
    patience: Duration,
}

impl Door {
    /// Finds the way, and waits until somebody answers there.
    pub(super) async fn open(url: &PostgresUrl, settings: &Config, what_for: For) -> Result<Self, OpenError> {
        let mut door = Self::new(url, settings.database_ca.as_deref(), what_for)?;
        let end = Instant::now().checked_add(settings.database_wait);
        let mut told = false;
        let client = loop {
            match door.client().await {
                Ok(client) => break client,
                Err(error) if passes(&error) && end.is_some_and(|end| Instant::now() < end) => {
                    if !told {
                        tracing::warn!(reason = %error, "waiting for PostgreSQL");
                    }
                    told = true;
                    sleep(PAUSE).await;
                }
                Err(error) => return Err(error.into()),
            }
        };
        let shown = async |what: &str| client.query_one(&format!("SHOW {what}"), &[]).await.map(|row| row.get(0));
        let ask = async || {
            let path = shown("search_path").await?;
            Ok::<[String; 3], Error>([path, shown("synchronous_commit").await?, shown("fsync").await?])
        };
        let [path, commit, fsync] = ask().await.map_err(NotReached::from)?;
        if path != SCHEMA {
            let reason = "the connection does not keep its settings: connect without a pooler in between".to_owned();
            return Err(OpenError::Postgres { reason });
        }
        // Said for each connection, so that no later change on the server makes answers less durable.
        door.add_option(&format!("-c synchronous_commit={}", if commit == "off" { "on" } else { &commit }));
        if fsync != "on" {
            tracing::warn!("PostgreSQL runs without fsync: a power cut may lose what devices were told is stored");
        }
        Ok(door)
    }

    fn new(url: &PostgresUrl, ca: Option<&Path>, what_for: For) -> Result<Self, OpenError> {
        let fail = |reason: String| OpenError::Postgres { reason };
        let mut config: tokio_postgres::Config = url.0.parse().map_err(|error| fail(reason(&error)))?;
        if !url.says("sslmode") {
            // Whoever names an authority wants it asked.
            config.ssl_mode(if is_here(&config) && ca.is_none() { SslMode::Disable } else { SslMode::Require });
        }
        if config.get_ssl_mode() == SslMode::Prefer {
            // Who can be talked out of TLS has none.
            config.ssl_mode(SslMode::Require);
        }
        let roots = match (config.get_ssl_mode(), ca) {
            (SslMode::Disable, _) => Some(RootCertStore::empty()),
            (_, Some(file)) => Some(roots_of(file).map_err(fail)?),
            _ => None,
        };
        let tls = if let Some(roots) = roots {
            MakeRustlsConnect::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
        } else {
            let found = MakeRustlsConnect::with_native_certs();
            found.map_err(|_| fail("this system has no certificates: set database-ca".to_owned()))?.0
        };
        let addresses = config.get_hosts().len().max(config.get_hostaddrs().len());
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(if addresses > 1 { NEXT_TIMEOUT } else { CONNECT_TIMEOUT });
        }
        let each = config.get_connect_timeout().copied().unwrap_or(CONNECT_TIMEOUT);
        let patience = each.saturating_mul(u32::try_from(addresses).unwrap_or(1)).saturating_add(CONNECT_TIMEOUT);
        config.application_name("lissom-relay").target_session_attrs(TargetSessionAttrs::ReadWrite);
        config
            .keepalives_idle(SILENCE)
            .keepalives_interval(NEXT_TIMEOUT)
            .keepalives_retries(3)
            .tcp_user_timeout(SILENCE);
        let mut door = Self { config, tls, patience };
        door.add_option(&format!("-c search_path={SCHEMA} -c default_transaction_isolation=read\\ committed"));
        if what_for == For::Requests {
            door.add_option(TIMEOUTS);
        }
        Ok(door)
    }

    fn add_option(&mut self, option: &str) {
        let options = self.config.get_options().map(|options| format!("{options} ")).unwrap_or_default();
        self.config.options(format!("{options}{option}"));
    }

    /// A connection whose messages the caller looks after.
    pub(super) async fn bare(&self) -> Result<Bare, NotReached> {
        // A server that takes the connection and says nothing is not bounded by anything else.
        let connecting = timeout(self.patience, self.config.connect(self.tls.clone())).await;
        Ok(connecting.map_err(|_| NotReached::Silent)??)
    }

    async fn client(&self) -> Result<Client, NotReached> {
        let (client, connection) = self.bare().await?;
        // Its errors reach whoever uses the client.
        tokio::spawn(async { drop(connection.await) });
        Ok(client)
    }

    pub(super) fn pool(&self, size: usize) -> Result<Pool, OpenError> {
        let how = ManagerConfig { recycling_method: RecyclingMethod::Verified };
        Pool::builder(Manager::from_config(self.config.clone(), self.tls.clone(), how))
            .max_size(size)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(WAIT_TIMEOUT))
            .create_timeout(Some(self.patience))
            .recycle_timeout(Some(RECYCLE_TIMEOUT))
            .build()
            .map_err(|error| OpenError::Postgres { reason: error.to_string() })
    }
}

/// A connection out of a new pool.
pub(super) async fn take(pool: &Pool) -> Result<Object, OpenError> {
    pool.get().await.map_err(|error| OpenError::Postgres { reason: why(&error) })
}

/// Why the pool gave no connection, in one line.
pub(super) fn why(error: &PoolError) -> String {
    match error {
        PoolError::Backend(error) => reason(error),
        other => other.to_string(),
    }
}

/// Whether every host is this machine.
fn is_here(config: &tokio_postgres::Config) -> bool {
    let here = |host: &Host| match host {
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    config.get_hosts().iter().all(here) && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

fn roots_of(file: &Path) -> Result<RootCertStore, String> {
    let unusable = || format!("{} holds no certificate that can be used", file.display());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|_| unusable())? {
        roots.add(certificate.map_err(|_| unusable())?).map_err(|_| unusable())?;
    }
    if roots.is_empty() { Err(unusable()) } else { Ok(roots) }
}

/// Whether waiting may help: nobody is there yet, or somebody who is just getting up.
fn passes(error: &NotReached) -> bool {
    let NotReached::Failed(error) = error else { return true };
    if let Some(code) = error.code() {
        let passing = [
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::TOO_MANY_CONNECTIONS,
        ];
        return passing.contains(code);
    }
    let cause = error.source().and_then(|cause| cause.downcast_ref::<io::Error>());
    // A certificate that is not trusted comes as one of these. A proxy before a server that is away closes at once.
    error.is_closed()
        || cause.is_some_and(|cause| !matches!(cause.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput))
}

/// What went wrong, in one line.
pub(in crate::store) fn reason(error: &Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(said), _) => said.message().to_owned(),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_its_password() {
        for (url, shown) in [
            ("postgres://me:secret@db.example:5433/relay", "postgres://me@db.example:5433/relay"),
            ("postgresql://me@db.example/relay?sslmode=disable&password=secret", "postgres://me@db.example/relay"),
            ("postgres://me:se%40cret@localhost/relay", "postgres://me@localhost/relay"),
            ("postgres://me:secret?secret@localhost/relay", "postgres://me@localhost/relay"),
            ("postgres://me:secret?@a.example,b.example/relay", "postgres://me@a.example,b.example/relay"),
            ("postgres:///relay?host=/run/postgresql&password=secret", "postgres:///run/postgresql/relay"),
        ] {
            let url: PostgresUrl = url.parse().unwrap();
            assert_eq!((url.to_string(), format!("{url:?}")), (shown.to_owned(), shown.to_owned()));
        }
    }

    #[test]
    fn what_is_no_url_of_a_server_is_refused() {
        for text in ["", "relay.db", "mysql://me@host/db", "host=db user=me", "postgres://me@host/db?sslmode=verify"] {
            assert!(text.parse::<PostgresUrl>().is_err(), "{text}");
        }
    }

    #[test]
    fn tls_is_left_out_on_this_machine_alone() {
        let open = |url: &str| Door::new(&url.parse().unwrap(), None, For::Requests).unwrap();
        let mode = |url: &str| open(url).config.get_ssl_mode();
        assert_eq!(mode("postgres://me@localhost/relay"), SslMode::Disable);
        assert_eq!(mode("postgres://me@127.0.0.1/relay"), SslMode::Disable);
        assert_eq!(mode("postgres://me@db.example/relay?sslmode=disable"), SslMode::Disable);
        assert_eq!(mode("postgres://me@localhost/relay?sslmode=prefer"), SslMode::Require);
        assert_eq!(mode("postgres://me@localhost/relay?connect_timeout=3&sslmode=verify-full"), SslMode::Require);
        assert_eq!(mode("postgres://me@localhost,db.example/relay"), SslMode::Require);
        assert_eq!(mode("postgres://me:sslmode=disable@db.example/relay"), SslMode::Require);
    }

    #[tokio::test]
    async fn a_server_that_takes_the_connection_and_says_nothing_is_given_up() {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("postgres://me@{}/relay", silent.local_addr().unwrap());
        let mut door = Door::new(&url.parse().unwrap(), None, For::Requests).unwrap();
        assert!(door.patience >= CONNECT_TIMEOUT);
        door.patience = Duration::from_millis(50);
        assert!(matches!(door.bare().await.err(), Some(NotReached::Silent)));
    }

    #[test]
    fn a_file_without_certificates_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, "no certificate").unwrap();
        let url = "postgres://me@localhost/relay".parse().unwrap();
        let refused = Door::new(&url, Some(&file), For::Requests).err().unwrap();
        assert!(refused.to_string().contains("no certificate that can be used"), "{refused}");
    }
}
