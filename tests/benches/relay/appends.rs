//! Appends until they are on the disk, and the pokes that follow them.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Barrier;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::disk::{BareTable, fsync_rate};
use crate::people::{Person, register};
use crate::process::Relay;
use crate::support::{Options, Spread, Table};
use crate::wire::Wire;

/// Devices that post at once.
const CONNECTIONS: u64 = 32;
/// Entries of a full batch.
const BATCH: usize = 64;

pub(crate) fn measure(table: &mut Table, program: &Path, options: Options) {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("relay");
    let relay = Relay::start(program, &data);
    let mut people = register(relay.address, 0..CONNECTIONS);
    singles(table, &relay, &mut people, &data, options);
    batches(table, &relay, options);
    pokes(table, &relay, &data, options);
    table.note("relay after this load", format!("{:.1} MiB", relay.rss_kib() / 1024.0));
}

/// Everybody posts one entry after the other. Between the rounds the bare disk has its turn, because disks change
/// their pace.
fn singles(table: &mut Table, relay: &Relay, people: &mut [Person], data: &Path, options: Options) {
    let (rounds, each) = (options.count(7, 2), options.count(150, 20));
    let bare_time = Duration::from_millis(if options.quick { 100 } else { 1_000 });
    let (mut bare, mut rates, mut ratios, mut cpu) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut last_bare = fsync_rate(data, bare_time);
    for _ in 0..rounds {
        let requests: Vec<Vec<Vec<u8>>> =
            people.iter_mut().map(|person| (0..each).map(|_| person.post(1)).collect()).collect();
        let count = (requests.len() * each) as f64;
        let before = relay.cpu_ms();
        let rate = count / post_all(relay.address, requests);
        cpu.push((relay.cpu_ms() - before) * 1e3 / count);
        let next_bare = fsync_rate(data, bare_time);
        bare.push(last_bare);
        rates.push(rate);
        ratios.push(rate / f64::midpoint(last_bare, next_bare));
        last_bare = next_bare;
    }
    let ratio = Spread::of(ratios);
    table.note("bare appends of an entry with fdatasync", Spread::of(bare).runs("/s", 0));
    table.note("single durable appends, 32 connections", Spread::of(rates).runs("/s", 0));
    let target = ">= 4 x bare fsync rate";
    table.target("  against the bare rate around it", target, ratio.runs("x", 2), ratio.median() >= 4.0);
    table.note("  relay's processor time for each", Spread::of(cpu).runs("us", 0));
}

/// Posts the requests of every connection, one by one; gives the seconds until the last answer.
fn post_all(address: SocketAddr, requests: Vec<Vec<Vec<u8>>>) -> f64 {
    let barrier = Barrier::new(requests.len() + 1);
    thread::scope(|scope| {
        for requests in requests {
            let barrier = &barrier;
            scope.spawn(move || {
                let mut wire = Wire::open(address);
                barrier.wait();
                for request in &requests {
                    wire.ask(request);
                }
                barrier.wait();
            });
        }
        barrier.wait();
        let start = Instant::now();
        barrier.wait();
        start.elapsed().as_secs_f64()
    })
}

/// Full batches, by one device and by four at once.
fn batches(table: &mut Table, relay: &Relay, options: Options) {
    let (rounds, count) = (options.count(5, 2), options.count(50, 4));
    for (devices, from) in [(1_usize, 1_000), (4, 2_000)] {
        let mut rates = Vec::new();
        for round in 0..rounds as u64 {
            // Somebody new each time: a diary has a quota.
            let first = from + round * 10;
            let mut people = register(relay.address, first..first + devices as u64);
            let requests: Vec<Vec<Vec<u8>>> =
                people.iter_mut().map(|person| (0..count).map(|_| person.post(BATCH)).collect()).collect();
            rates.push((devices * count * BATCH) as f64 / post_all(relay.address, requests));
        }
        let rate = Spread::of(rates);
        let figure = format!("entries in batches of {BATCH}, {devices} at once");
        table.target(&figure, ">= 3,000 /s", rate.runs("/s", 0), rate.median() >= 3_000.0);
    }
}

/// From the first byte of a push until another device hears of it, in turns with bare inserts of the same entry.
fn pokes(table: &mut Table, relay: &Relay, data: &Path, options: Options) {
    let mut wire = Wire::open(relay.address);
    let mut person = Person::register(9_000, &mut wire);
    let bare = BareTable::create(data);
    let (heard, news) = mpsc::channel();
    let mut stream = Wire::open(relay.address);
    stream.send(&person.watch());
    stream.head();
    assert_eq!(stream.chunk(), b": connected\n\n");
    let rounds = options.count(1_000, 50);
    let listener = thread::spawn(move || {
        let mut pokes = 0;
        while pokes < rounds {
            if stream.chunk().starts_with(b"event: poke") {
                heard.send(Instant::now()).unwrap();
                pokes += 1;
            }
        }
    });
    let (mut inserts, mut pushes) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let start = Instant::now();
        bare.insert();
        inserts.push(start.elapsed().as_secs_f64() * 1e3);
        let request = person.post(1);
        let start = Instant::now();
        wire.ask(&request);
        let poked = news.recv_timeout(Duration::from_secs(10)).unwrap();
        pushes.push(poked.duration_since(start).as_secs_f64() * 1e3);
    }
    listener.join().unwrap();
    let (inserts, pushes) = (Spread::of(inserts), Spread::of(pushes));
    let most = 3.0 * inserts.at(0.99) + 5.0;
    table.note("bare SQLite insert of an entry, durable", inserts.tail("ms", 2));
    let target = format!("p99 <= 3 x bare + 5 ms = {most:.1} ms");
    table.target("push -> poke", &target, pushes.tail("ms", 2), pushes.at(0.99) <= most);
}
