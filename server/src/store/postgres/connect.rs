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
use tokio::time::{Instant, sleep};
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres::error::SqlState;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Connection, Error, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::schema::SCHEMA;
use crate::config::Config;
use crate::store::OpenError;

/// For one connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// For a connection out of the pool, while all are in use.
const WAIT_TIMEOUT: Duration = Duration::from_secs(10);
/// Until a server that went away without a word is given up.
const SILENCE: Duration = Duration::from_secs(15);
/// Between two attempts to reach a server that is not there yet.
const PAUSE: Duration = Duration::from_millis(250);
/// Bounds of a server that hangs: no request waits longer.
const TIMEOUTS: &str = "-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=30s";

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
        let config: tokio_postgres::Config = text.parse().map_err(|_| ())?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(());
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, rest) = self.0.split_once("://").unwrap_or(("postgres", ""));
        // A password may stand among the parameters as well.
        let (place, _) = rest.split_once('?').unwrap_or((rest, ""));
        match place.rsplit_once('@') {
            Some((who, place)) => write!(f, "{scheme}://{}@{place}", who.split(':').next().unwrap_or_default()),
            None => write!(f, "{scheme}://{place}"),
        }
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A connection before anybody listens to it.
type Bare = (Client, Connection<Socket, <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream>);

/// The way to the server; clones are the same way.
#[derive(Clone)]
pub(super) struct Door {
    config: tokio_postgres::Config,
    tls: MakeRustlsConnect,
}

impl Door {
    /// Finds the way, and waits until somebody answers there.
    pub(super) async fn open(url: &PostgresUrl, settings: &Config) -> Result<Self, OpenError> {
        let mut door = Self::new(url, settings.database_ca.as_deref())?;
        let end = Instant::now().checked_add(settings.database_wait);
        let mut told = false;
        let client = loop {
            match door.client_or_error().await {
                Ok(client) => break client,
                Err(error) if passes(&error) && end.is_some_and(|end| Instant::now() < end) => {
                    if !told {
                        tracing::warn!(reason = reason(&error), "waiting for PostgreSQL");
                    }
                    told = true;
                    sleep(PAUSE).await;
                }
                Err(error) => return Err(OpenError::Postgres { reason: reason(&error) }),
            }
        };
        let shown = async |what: &str| client.query_one(&format!("SHOW {what}"), &[]).await.map(|row| row.get(0));
        let ask = async || Ok::<[String; 2], Error>([shown("synchronous_commit").await?, shown("fsync").await?]);
        let [commit, fsync] = ask().await.map_err(|error| OpenError::Postgres { reason: reason(&error) })?;
        if commit == "off" {
            door.add_option("-c synchronous_commit=on");
        }
        if fsync != "on" {
            tracing::warn!("PostgreSQL runs without fsync: a power cut may lose what devices were told is stored");
        }
        Ok(door)
    }

    fn new(url: &PostgresUrl, ca: Option<&Path>) -> Result<Self, OpenError> {
        let fail = |reason: String| OpenError::Postgres { reason };
        let mut config: tokio_postgres::Config = url.0.parse().map_err(|error| fail(reason(&error)))?;
        if !url.0.contains("sslmode=") {
            config.ssl_mode(if is_here(&config) { SslMode::Disable } else { SslMode::Require });
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
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        config.application_name("lissom-relay").target_session_attrs(TargetSessionAttrs::ReadWrite);
        config.keepalives_idle(SILENCE).tcp_user_timeout(SILENCE);
        let mut door = Self { config, tls };
        door.add_option(&format!("{TIMEOUTS} -c search_path={SCHEMA}"));
        Ok(door)
    }

    fn add_option(&mut self, option: &str) {
        let options = self.config.get_options().map(|options| format!("{options} ")).unwrap_or_default();
        self.config.options(format!("{options}{option}"));
    }

    /// A connection whose messages the caller looks after.
    pub(super) async fn bare(&self) -> Result<Bare, Error> {
        self.config.connect(self.tls.clone()).await
    }

    async fn client_or_error(&self) -> Result<Client, Error> {
        let (client, connection) = self.bare().await?;
        // Its errors reach whoever uses the client.
        tokio::spawn(async { drop(connection.await) });
        Ok(client)
    }

    pub(super) fn pool(&self, size: usize) -> Result<Pool, OpenError> {
        let how = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        Pool::builder(Manager::from_config(self.config.clone(), self.tls.clone(), how))
            .max_size(size)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(WAIT_TIMEOUT))
            .create_timeout(Some(CONNECT_TIMEOUT))
            .build()
            .map_err(|error| OpenError::Postgres { reason: error.to_string() })
    }
}

/// A connection out of a new pool.
pub(super) async fn take(pool: &Pool) -> Result<Object, OpenError> {
    pool.get().await.map_err(|error| match error {
        PoolError::Backend(error) => OpenError::Postgres { reason: reason(&error) },
        other => OpenError::Postgres { reason: other.to_string() },
    })
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
fn passes(error: &Error) -> bool {
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
    // A certificate that is not trusted comes as one of these.
    cause.is_some_and(|cause| !matches!(cause.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput))
}

/// What went wrong, in one line.
pub(super) fn reason(error: &Error) -> String {
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
            ("postgresql://me@db.example/relay?sslmode=disable&password=secret", "postgresql://me@db.example/relay"),
            ("postgres://me:se%40cret@localhost/relay", "postgres://me@localhost/relay"),
            ("postgres:///relay?host=/run/postgresql&password=secret", "postgres:///relay"),
        ] {
            let url: PostgresUrl = url.parse().unwrap();
            assert_eq!((url.to_string(), format!("{url:?}")), (shown.to_owned(), shown.to_owned()));
        }
    }

    #[test]
    fn what_is_no_url_of_a_server_is_refused() {
        for text in
            ["", "relay.db", "mysql://me@host/db", "host=db user=me", "postgres://me@host/db?sslmode=verify-full"]
        {
            assert!(text.parse::<PostgresUrl>().is_err(), "{text}");
        }
    }

    #[test]
    fn tls_is_left_out_on_this_machine_alone() {
        let mode = |url: &str| Door::new(&url.parse().unwrap(), None).unwrap().config.get_ssl_mode();
        assert_eq!(mode("postgres://me@localhost/relay"), SslMode::Disable);
        assert_eq!(mode("postgres://me@127.0.0.1/relay"), SslMode::Disable);
        assert_eq!(mode("postgres://me@db.example/relay?sslmode=disable"), SslMode::Disable);
        assert_eq!(mode("postgres://me@localhost/relay?sslmode=prefer"), SslMode::Require);
        assert_eq!(mode("postgres://me@localhost,db.example/relay"), SslMode::Require);
    }

    #[test]
    fn a_file_without_certificates_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, "no certificate").unwrap();
        let refused = Door::new(&"postgres://me@db.example/relay".parse().unwrap(), Some(&file)).err().unwrap();
        assert!(refused.to_string().contains("no certificate that can be used"), "{refused}");
    }
}
