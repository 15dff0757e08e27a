//! A relay that lies on purpose, to be set before anybody's client: see `docs/evil-relay.md`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that is read by people")]

use std::net::SocketAddr;
use std::num::{NonZeroU64, NonZeroUsize};
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::mpsc::channel;
use std::time::Duration;

use lissom_relay::blocking;
use lissom_relay::config::Config;
use lissom_tests::evil::program::{Options, run};
use lissom_tests::evil::{Fault, Mischief};

const USAGE: &str = "\
usage: evil-relay [--upstream URL] [--listen ADDR] [--fault NAME] [--every N] [--seed S]
                  [--delay SECONDS] [--bytes N] [--json]

A relay that lies, in front of an honest one. Every fault that it does is a line on standard output. A name of a fault
on standard input changes what it is at. The path of the address names a view: point one device to URL/phone and
another to URL/tablet, and `fork` shows them different logs.

  --upstream URL    the honest relay; default: one of its own in a temporary folder
  --listen ADDR     default 127.0.0.1:0, a free port
  --fault NAME      what it does; default none
  --every N         does it at every N-th request for entries, N from 1; default 1
  --seed S          which of several ways it takes; default 1
  --delay SECONDS   how late a slow answer is; default 30
  --bytes N         how long a huge page is, N from 1; default 1073741824
  --json            reports in JSON

Faults:";

const EXAMPLES: &str = "
Examples:
  evil-relay --fault rollback                                  then: lissom relay http://127.0.0.1:PORT && lissom sync
  evil-relay --upstream http://127.0.0.1:8460 --fault omit --every 3 --json
  evil-relay --listen 127.0.0.1:9000 --fault fork              with http://127.0.0.1:9000/phone and …/tablet";

const HUGE_BYTES: NonZeroUsize = NonZeroUsize::new(1 << 30).expect("more than nothing");

fn number<T: FromStr>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{name}: {value:?} is no number that fits"))
}

/// What was asked for, and whether a relay of its own is to be the honest one.
fn read(mut words: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options {
        upstream: String::new(),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        fault: Fault::Lie(Mischief::None),
        every: NonZeroU64::MIN,
        seed: 1,
        delay: Duration::from_secs(30),
        bytes: HUGE_BYTES,
        json: false,
    };
    while let Some(name) = words.next() {
        if name == "--json" {
            options.json = true;
            continue;
        }
        let value = words.next().ok_or_else(|| format!("{name} is unknown or wants a value"))?;
        match name.as_str() {
            "--upstream" => options.upstream = value,
            "--listen" => options.listen = value.parse().map_err(|_| format!("--listen: {value:?} is no address"))?,
            "--fault" => options.fault = value.parse()?,
            "--every" => options.every = number(&name, &value)?,
            "--seed" => options.seed = number(&name, &value)?,
            "--delay" => options.delay = Duration::from_secs(number(&name, &value)?),
            "--bytes" => options.bytes = number(&name, &value)?,
            _ => return Err(format!("{name} is unknown")),
        }
    }
    Ok(options)
}

fn main() -> ExitCode {
    if std::env::args().any(|word| word == "--help" || word == "-h") {
        println!("{USAGE}");
        Fault::all().for_each(|(fault, what)| println!("  {fault:<18}{what}"));
        println!("{EXAMPLES}");
        return ExitCode::SUCCESS;
    }
    let mut options = match read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(why) => {
            eprintln!("evil-relay: {why}\n\n{USAGE} see --help");
            return ExitCode::from(2);
        }
    };
    let mut own = None;
    if options.upstream.is_empty() {
        let started = tempfile::tempdir().map_err(|error| error.to_string()).and_then(|folder| {
            let relay = blocking::start(Config::local(folder.path())).map_err(|error| error.to_string())?;
            Ok((relay, folder))
        });
        match started {
            Ok((relay, folder)) => {
                options.upstream = relay.url();
                own = Some((relay, folder));
            }
            Err(why) => {
                eprintln!("evil-relay: no relay of its own: {why}");
                return ExitCode::FAILURE;
            }
        }
    }
    let (send, ended) = channel();
    let interrupted = send.clone();
    if let Err(why) = ctrlc::set_handler(move || drop(interrupted.send(Ok(())))) {
        eprintln!("evil-relay: no signals: {why}");
        return ExitCode::FAILURE;
    }
    std::thread::spawn(move || drop(send.send(run(options))));
    let ended = ended.recv().unwrap_or(Ok(()));
    // Its own relay stops first, then its folder goes.
    drop(own);
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("evil-relay: {why}");
            ExitCode::FAILURE
        }
    }
}
