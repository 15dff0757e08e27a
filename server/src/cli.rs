//! The command line: what is asked for, and who does it.

mod config;
mod doctor;
mod failure;
mod invite;
mod notify;
mod operate;
mod serve;
mod settings;
mod units;

use std::io::{self, IsTerminal as _, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};
use lissom_relay::config::{Config, Loaded, LogFormat};
use tracing_subscriber::EnvFilter;

use self::failure::Failure;
use self::invite::Shown;
use self::settings::{Everything, Place};

const EXAMPLES: &str = "\
Examples:
  lissom-relay serve --data /var/lib/lissom --listen 127.0.0.1:8460
  lissom-relay invite --data /var/lib/lissom --uses 2 --expires 7d
  lissom-relay backup --data /var/lib/lissom /backup/relay-2026-01-31.db
  lissom-relay restore --data /var/lib/lissom-new /backup/relay-2026-01-31.db

The relay speaks plain HTTP: put a proxy with TLS in front of it.

Exit codes: 0 done, 2 usage, 3 refused, 4 not found, 5 unavailable, 6 damaged, 7 storage failed";

/// A small relay for Lissom exercise diaries: keeps sealed entries in order and cannot read them.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve devices until SIGTERM or ctrl-c
    #[command(after_help = serve::EXAMPLES)]
    Serve(Box<serve::Options>),
    /// Check, show or explain the settings
    #[command(subcommand)]
    #[command(after_help = "Example:\n  lissom-relay config check --config /etc/lissom-relay/relay.toml")]
    Config(config::Config),
    /// Make an invite and print its token; works while serving
    #[command(after_help = "Example:\n  lissom-relay invite --data /var/lib/lissom --uses 2 --expires 12h")]
    Invite {
        #[command(flatten)]
        place: Place,
        /// How many diaries it lets in
        #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
        uses: u32,
        /// How long it is good for: 30m, 12h, 7d or never
        #[arg(long, default_value = "7d", value_name = "DURATION", value_parser = units::expiry)]
        expires: units::Expiry,
        /// Show a link and its QR code as well; it is shown anyway if stderr is a terminal
        #[arg(long)]
        qr: bool,
    },
    /// List the diaries: the first characters of the id, entries, bytes, last activity
    #[command(after_help = "Example:\n  lissom-relay vaults --data /var/lib/lissom --json")]
    Vaults {
        #[command(flatten)]
        place: Place,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show what one diary may hold, or give it a quota of its own; counts at the next post
    #[command(after_help = "Example:\n  lissom-relay quota --data /var/lib/lissom FkeDf68j --set 1G")]
    Quota {
        #[command(flatten)]
        place: Place,
        /// The diary: the first characters of its id, as `vaults` lists them
        #[arg(allow_hyphen_values = true)]
        diary: String,
        /// Most bytes that it may hold
        #[arg(long, value_name = "BYTES", value_parser = units::quota, conflicts_with = "default")]
        set: Option<u64>,
        /// Take its own quota back
        #[arg(long)]
        default: bool,
    },
    /// Delete one diary; works while serving. Its devices may bring it again where new diaries are taken
    #[command(after_help = "Example:\n  lissom-relay delete-vault --data /var/lib/lissom FkeDf68j --yes")]
    DeleteVault {
        #[command(flatten)]
        place: Place,
        /// The diary: the first characters of its id, as `vaults` lists them
        #[arg(allow_hyphen_values = true)]
        diary: String,
        /// Do it; without this it is only said what would be deleted
        #[arg(long)]
        yes: bool,
    },
    /// Look at settings, clock, folder, database, disk and reachability; the report names no host, path or diary
    #[command(after_help = "Examples:\n  lissom-relay doctor --config /etc/lissom-relay/relay.toml\n  \
                            lissom-relay doctor --ready --ops-listen 127.0.0.1:8461")]
    Doctor {
        #[command(flatten)]
        settings: Box<Everything>,
        /// Only ask the running relay whether it is ready, and say nothing if it is: for health checks
        #[arg(long)]
        ready: bool,
    },
    /// Print a completion script for a shell
    #[command(after_help = "Example:\n  lissom-relay completions bash > /etc/bash_completion.d/lissom-relay")]
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Write one consistent copy into a new file and verify it; works while serving
    #[command(after_help = "Example:\n  lissom-relay backup --data /var/lib/lissom /backup/relay.db")]
    Backup {
        #[command(flatten)]
        place: Place,
        /// The file to write; nothing is overwritten
        file: PathBuf,
    },
    /// Verify a backup and put it into an empty or new data folder
    #[command(after_help = "Example:\n  lissom-relay restore --data /var/lib/lissom /backup/relay.db")]
    Restore {
        #[command(flatten)]
        place: Place,
        /// The backup
        file: PathBuf,
    },
    /// Move everything from the data folder's file to PostgreSQL, and verify it. Stop the relay first; goes on where it was
    /// interrupted
    #[command(after_help = "Example:\n  LISSOM_RELAY_DATABASE=postgres://relay:…@db.example/relay \
                            lissom-relay migrate --data /var/lib/lissom")]
    Migrate {
        #[command(flatten)]
        place: Place,
    },
    /// Check the file, and every entry's layout, id, signature, position and chain; works while serving
    #[command(after_help = "Example:\n  lissom-relay verify --data /var/lib/lissom")]
    Verify {
        #[command(flatten)]
        place: Place,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn run() -> ExitCode {
    match obey(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(format_args!("lissom-relay: {failure}"));
            failure.exit_code()
        }
    }
}

fn obey(command: Command) -> Result<(), Failure> {
    match command {
        Command::Serve(options) => serve::serve(*options),
        Command::Config(command) => config::config(command),
        Command::Invite { place, uses, expires, qr } => {
            let shown = if qr || io::stderr().is_terminal() { Shown::Code } else { Shown::Token };
            invite::invite(&of(place)?, uses, expires, shown)
        }
        Command::Quota { place, diary, set, default } => operate::quota(&of(place)?, &diary, set, default),
        Command::DeleteVault { place, diary, yes } => operate::delete_vault(&of(place)?, &diary, yes),
        Command::Doctor { settings, ready: true } => doctor::ready(*settings),
        Command::Doctor { settings, ready: false } => doctor::doctor(*settings),
        Command::Completions { shell } => {
            // Where stdout is closed there is nobody to tell.
            clap_complete::generate(shell, &mut Cli::command(), "lissom-relay", &mut io::stdout());
            Ok(())
        }
        Command::Vaults { place, json } => operate::vaults(&of(place)?, json),
        Command::Backup { place, file } => operate::backup(&of(place)?, &file),
        Command::Restore { place, file } => operate::restore(&of(place)?, &file),
        Command::Verify { place, json } => operate::verify(&of(place)?, json),
        Command::Migrate { place } => operate::migrate(&of(place)?),
    }
}

/// The settings for a command beside `serve`, once its log is open.
fn of(place: Place) -> Result<Config, Failure> {
    let loaded = place.load()?;
    start_log(&loaded.config)?;
    Ok(loaded.config)
}

/// What is logged, if the setting can be understood.
fn log_filter(config: &Config) -> Result<EnvFilter, Failure> {
    EnvFilter::try_new(&config.log).map_err(|error| Failure::usage(format!("log cannot be `{}`: {error}", config.log)))
}

fn start_log(config: &Config) -> Result<(), Failure> {
    let filter = log_filter(config)?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(false);
    let started = match config.log_format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init(),
    };
    started.map_err(|error| Failure::usage(format!("log cannot be started: {error}")))
}

/// Tells of variables that look like settings and are none.
fn warn_of_strays(loaded: &Loaded) {
    for (name, nearest) in &loaded.strays {
        let nearest = nearest.as_ref().map(|nearest| format!("; did you mean {nearest}?")).unwrap_or_default();
        complain(format_args!("warning: {name} is no setting{nearest}"));
    }
}

/// Prints a line for whoever watches; where stderr is closed there is nobody to tell.
fn complain(line: impl std::fmt::Display) {
    drop(writeln!(io::stderr(), "{line}"));
}

/// Prints a line for whoever asked; a closed pipe is not worth an error.
fn say(line: impl std::fmt::Display) {
    let mut out = io::stdout();
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}
