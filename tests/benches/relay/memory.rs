//! What the relay's process takes while nothing happens: alone, and with thousands of watchers.

use std::path::Path;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::people::{register, watcher};
use crate::process::Relay;
use crate::support::{Options, Table};

/// Watchers of the figure.
const WATCHERS: usize = 10_000;
/// Each vault is watched by so many devices, well under the most that the relay lets.
const WATCHERS_PER_VAULT: usize = 4;
/// Files of either process beside the watchers' connections.
const OTHER_FILES: usize = 200;

pub(crate) fn measure(table: &mut Table, program: &Path, options: Options) {
    let root = tempfile::tempdir().unwrap();
    let relay = Relay::start(program, &root.path().join("relay"));
    relay.at_rest(|_| true);
    let idle = relay.rss_kib() / 1024.0;
    table.target("idle relay, just started", "<= 10 MiB", format!("{idle:.2} MiB"), idle <= 10.0);

    let count = options.count(WATCHERS, 400).min(open_files().saturating_sub(OTHER_FILES));
    let vaults = u64::try_from(count.div_ceil(WATCHERS_PER_VAULT)).unwrap();
    let people = register(relay.address, 0..vaults);
    relay.at_rest(|open| open == 0);
    let (before, cpu) = (relay.rss_kib(), relay.cpu_ms());
    let (address, watched) = (relay.address, people.iter().cycle().take(count));
    let watchers: Vec<_> = watched.map(|person| watcher(address, person)).collect();
    let cpu = (relay.cpu_ms() - cpu) / count as f64;
    relay.at_rest(|open| open >= count);
    let after = relay.rss_kib();
    let each = (after - before) / count as f64;
    let measured = format!("{each:.2} KiB at {count} in {vaults} diaries");
    table.target("memory for each idle watcher", "<= 16 KiB", measured, each <= 16.0);
    table.note("  the whole process", format!("{:.1} MiB, before them {:.1} MiB", after / 1024.0, before / 1024.0));
    table.note("  processor time for opening one", format!("{:.0} us", cpu * 1e3));
    drop(watchers);
    relay.at_rest(|open| open == 0);
    let closed = format!("{:.1} MiB once all have gone", relay.rss_kib() / 1024.0);
    table.note("  what the allocator keeps", closed);
}

/// How many files this process may open, raised to what the system allows.
fn open_files() -> usize {
    let most = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: most, maximum: most }).unwrap();
    most.map_or(usize::MAX, |most| usize::try_from(most).unwrap())
}
