//! Loads a relay on this machine with people who sync, and prints how many it serves and how fast.
//!
//! ```sh
//! lissom-relay serve --data /tmp/load --registration open --vault-requests 0 &
//! cargo run --release -p lissom-relay --example lissom-load -- http://127.0.0.1:8460 --people 32 --seconds 30
//! ```
//! Each person has a writing device, one that watches, and one that reads on after each poke, one exchange after the
//! other without a pause. The work ends by itself. Only loopback addresses are taken: other people's relays are not to
//! be loaded.
#![expect(clippy::print_stdout, reason = "a tool that prints its figures")]

mod figures;
mod idle;
mod person;
mod wire;

use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Parser;
use tokio::task::JoinSet;

use self::figures::Figures;
use self::person::Person;

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Loads a relay on this machine and prints throughput and latencies.
#[derive(Debug, Parser)]
struct Options {
    /// The relay's address: <http://127.0.0.1:8460>
    url: String,
    /// People who exchange without a pause
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(0..=5_000))]
    people: u32,
    /// For how long
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    seconds: u64,
    /// Pause of a person between two exchanges, in milliseconds
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=600_000))]
    pause: u64,
    /// Entries in each post
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    batch: u32,
    /// Bytes of each entry, without its frame
    #[arg(long, default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    bytes: u32,
    /// Streams of pokes beside, of diaries to which nobody writes
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=16_000))]
    watchers: u32,
    /// Connections that send half a header and then nothing
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=15_000))]
    half_open: u32,
    /// The relay's process, whose memory is printed
    #[arg(long)]
    pid: Option<u32>,
    /// First number of the people's keys: another one makes other diaries
    #[arg(long, default_value_t = 0)]
    first: u32,
}

fn main() -> Outcome<()> {
    let options = Options::parse();
    let address = loopback(&options.url)?;
    open_files();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(load(Arc::new(options), address))
}

fn loopback(url: &str) -> Outcome<SocketAddr> {
    let host = url.strip_prefix("http://").ok_or("an address on this machine begins with http://")?;
    let address = host.trim_end_matches('/').to_socket_addrs()?.next().ok_or("no such host")?;
    if address.ip().is_loopback() { Ok(address) } else { Err("only relays on this machine are loaded".into()) }
}

/// As many connections as the system allows.
fn open_files() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let maximum = getrlimit(Resource::Nofile).maximum;
        if setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).is_err() {
            println!("the limit of open files stays as it is");
        }
    }
}

async fn load(options: Arc<Options>, address: SocketAddr) -> Outcome<()> {
    memory(&options, "at the start");
    let watching = idle::watch(address, options.first, options.watchers).await?;
    if options.watchers > 0 {
        println!("{} idle watchers", watching.len());
        memory(&options, "with them");
    }
    let mut people = Vec::new();
    for number in 0..options.people {
        people.push(Person::arrive(address, options.first.saturating_add(number)).await?);
    }
    let half_open = idle::half_open(address, options.half_open).await?;
    let start = Instant::now();
    let closing = tokio::spawn(idle::until_closed(half_open, start));
    let end = start.checked_add(Duration::from_secs(options.seconds)).ok_or("too long")?;
    let mut running = JoinSet::new();
    for person in people {
        let options = Arc::clone(&options);
        running.spawn(exchange(person, options, end));
    }
    let mut figures = Figures::default();
    while let Some(done) = running.join_next().await {
        figures.add(done??);
    }
    figures.print(start.elapsed(), options.batch);
    if options.half_open > 0 {
        let (closed, last) = closing.await?;
        println!(
            "half-open   {closed} of {} closed by the relay, the last after {:.1} s",
            options.half_open,
            last.as_secs_f64()
        );
    }
    memory(&options, "at the end");
    drop(watching);
    Ok(())
}

async fn exchange(mut person: Person, options: Arc<Options>, end: Instant) -> Outcome<Figures> {
    let mut figures = Figures::default();
    while Instant::now() < end {
        person.exchange(options.batch, options.bytes, &mut figures).await?;
        if options.pause > 0 {
            tokio::time::sleep(Duration::from_millis(options.pause)).await;
        }
    }
    Ok(figures)
}

/// Prints the memory that the relay's process has now.
fn memory(options: &Options, when: &str) {
    let Some(pid) = options.pid else { return };
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("unknown");
    println!("memory      {} {when}", line.trim());
}
