//! The command line: what is asked for, and who does it.

mod failure;
mod operate;
mod serve;
mod units;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use self::failure::Failure;

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
    /// What is logged to stderr: error, warn, info, debug, trace, or a filter by module
    #[arg(long, global = true, env = "RUST_LOG", default_value = "info", value_name = "LEVEL")]
    log: String,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve devices until SIGTERM or ctrl-c
    #[command(after_help = serve::EXAMPLES)]
    Serve(Box<serve::Options>),
    /// Make an invite and print its token; works while serving
    #[command(after_help = "Example:\n  lissom-relay invite --data /var/lib/lissom --uses 2 --expires 12h")]
    Invite {
        #[command(flatten)]
        data: Data,
        /// How many diaries it lets in
        #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
        uses: u32,
        /// How long it is good for: 30m, 12h, 7d or never
        #[arg(long, default_value = "7d", value_name = "DURATION", value_parser = units::expiry)]
        expires: units::Expiry,
    },
    /// List the diaries: the first characters of the id, entries, bytes, last activity
    #[command(after_help = "Example:\n  lissom-relay vaults --data /var/lib/lissom --json")]
    Vaults {
        #[command(flatten)]
        data: Data,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Write one consistent copy into a new file and verify it; works while serving
    #[command(after_help = "Example:\n  lissom-relay backup --data /var/lib/lissom /backup/relay.db")]
    Backup {
        #[command(flatten)]
        data: Data,
        /// The file to write; nothing is overwritten
        file: PathBuf,
    },
    /// Verify a backup and put it into an empty or new data folder
    #[command(after_help = "Example:\n  lissom-relay restore --data /var/lib/lissom /backup/relay.db")]
    Restore {
        #[command(flatten)]
        data: Data,
        /// The backup
        file: PathBuf,
    },
    /// Check the file, and every entry's layout, id, signature, position and chain; works while serving
    #[command(after_help = "Example:\n  lissom-relay verify --data /var/lib/lissom")]
    Verify {
        #[command(flatten)]
        data: Data,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
struct Data {
    /// The relay's data folder
    #[arg(long = "data", env = "LISSOM_RELAY_DATA", value_name = "DIR")]
    folder: PathBuf,
}

pub(crate) fn run() -> ExitCode {
    let cli = Cli::parse();
    let done = start_log(&cli.log).and_then(|()| match cli.command {
        Command::Serve(options) => serve::serve(*options),
        Command::Invite { data, uses, expires } => operate::invite(&data.folder, uses, expires),
        Command::Vaults { data, json } => operate::vaults(&data.folder, json),
        Command::Backup { data, file } => operate::backup(&data.folder, &file),
        Command::Restore { data, file } => operate::restore(&data.folder, &file),
        Command::Verify { data, json } => operate::verify(&data.folder, json),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Where stderr is closed there is nobody to tell.
            drop(writeln!(io::stderr(), "lissom-relay: {failure}"));
            failure.exit_code()
        }
    }
}

fn start_log(filter: &str) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(filter).map_err(|error| Failure::usage(format!("--log: {error}")))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(false);
    log.try_init().map_err(|error| Failure::usage(format!("--log: {error}")))
}

/// Prints a line for whoever asked; a closed pipe is not worth an error.
fn say(line: impl std::fmt::Display) {
    let mut out = io::stdout();
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}
