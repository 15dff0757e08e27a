//! `lissom-relay serve`.

use std::io::{self, IsTerminal as _};

use clap::Args;
use lissom_protocol::api::Registration;
use lissom_relay::config::Config;
use lissom_relay::serve::{Relay, Running, StartError};
use lissom_relay::store::unix_seconds;

use super::failure::Failure;
use super::notify::notify;
use super::settings::Everything;
use super::{complain, invite, say};

pub(crate) const EXAMPLES: &str = "\
Examples:
  lissom-relay serve --data /var/lib/lissom
  lissom-relay serve --data ./try --listen 127.0.0.1:0 --registration open
  lissom-relay serve --data /var/lib/lissom --listen 0.0.0.0:8460 --trusted-proxy 10.0.0.2 --ops-listen 127.0.0.1:8461";

/// Life of the invite that is made at the start: a week.
const INVITE_SECONDS: u64 = 7 * 86_400;

/// Files beside connections: the database, listeners, standard streams.
#[cfg(unix)]
const OTHER_FILES: u64 = 64;

#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(flatten)]
    settings: Everything,
    /// Make an invite for one diary, good for 7 days, and show it with a QR code. Without this it is made if stderr is a
    /// terminal and the relay has no diaries yet
    #[arg(long)]
    invite: bool,
}

pub(crate) fn serve(options: Options) -> Result<(), Failure> {
    let loaded = options.settings.load()?;
    super::start_log(&loaded.config)?;
    super::warn_of_strays(&loaded);
    let mut config = loaded.config;
    config.connections_max = within_open_files(config.connections_max);
    // A fifth of the connections is left for syncing, however few there are.
    config.watchers_max = config.watchers_max.min(config.connections_max.saturating_mul(4) / 5);
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get().min(4));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .max_blocking_threads(16)
        .enable_all()
        .build()
        .map_err(StartError::Runtime)?;
    let (settings, wanted) = (config.clone(), options.invite);
    let served = runtime.block_on(async {
        // First of all, so that a signal right after the ready line is not missed.
        let mut signals = Signals::new()?;
        let running = Relay::start(config).await?;
        announce(&running, &settings, wanted).await?;
        notify("READY=1");
        signals.next().await;
        notify("STOPPING=1");
        tracing::info!("stopping");
        tokio::select! {
            () = running.shutdown() => tracing::info!("stopped"),
            // What is acknowledged is on the disk; the next start folds the write-ahead log in.
            () = signals.next() => tracing::warn!("stopped at once by a second signal"),
        }
        Ok(())
    });
    // Not waiting for reads that still run.
    runtime.shutdown_background();
    served
}

async fn announce(running: &Running, config: &Config, wanted: bool) -> Result<(), Failure> {
    if let Some(address) = running.ops_address() {
        complain(format_args!("health checks on http://{address}/livez and /readyz, figures on /metrics"));
    }
    let empty = running.vault_count().await.is_ok_and(|count| count == 0);
    let by_invite = config.registration == Registration::Invite;
    if wanted || (empty && by_invite && io::stderr().is_terminal()) {
        let expires_at = unix_seconds().saturating_add(INVITE_SECONDS);
        let token = running.make_invite(1, Some(expires_at)).await?;
        invite::show(&config.public_url.clone().unwrap_or_else(|| running.url()), &token);
    } else if empty && by_invite {
        let place = match &config.database {
            None => format!("--data {}", config.data.display()),
            Some(_) => "with the same --database".to_owned(),
        };
        complain(format_args!(
            "this relay takes new diaries by invite and has none yet; make an invite with\n  lissom-relay invite {place}"
        ));
    }
    say(format_args!("listening on {}", running.url()));
    Ok(())
}

/// SIGTERM and ctrl-c, as often as they come.
#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| signal(kind).map_err(StartError::Runtime);
        Ok(Self { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Ctrl-c, as often as it comes.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> Result<Self, Failure> {
        Ok(Self)
    }

    async fn next(&mut self) {
        // Without a handler ctrl-c ends the process anyway.
        drop(tokio::signal::ctrl_c().await);
    }
}

/// Raises the limit of open files to what the system allows, and the wanted connections to no more than that.
#[cfg(unix)]
fn within_open_files(wanted: usize) -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    let files = if raised.is_ok() { limit.maximum } else { limit.current };
    // No number means no limit.
    let room =
        files.map_or(usize::MAX, |files| usize::try_from(files.saturating_sub(OTHER_FILES)).unwrap_or(usize::MAX));
    if room < wanted {
        tracing::info!(room, wanted, "fewer connections than wanted: this system allows no more open files");
    }
    wanted.min(room.max(1))
}

#[cfg(not(unix))]
fn within_open_files(wanted: usize) -> usize {
    wanted
}
