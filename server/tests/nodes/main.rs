//! Several nodes on one PostgreSQL: the real program in processes of its own, a real server, and both killed.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops where it fails, and prints what it measured"
)]

mod device;
#[path = "../../examples/lissom-load/figures.rs"]
#[expect(dead_code, reason = "shared with the tool that loads a relay")]
mod figures;
mod node;
#[path = "../../examples/lissom-load/person.rs"]
#[expect(dead_code, reason = "shared with the tool that loads a relay")]
mod person;
#[path = "../../examples/lissom-load/wire.rs"]
#[expect(dead_code, reason = "shared with the tool that loads a relay")]
mod wire;

use std::process::Output;
use std::sync::Arc;
use std::time::{Duration, Instant};

use lissom_postgres::Server;
use lissom_protocol::cursor::Cursor;
use tokio::task::JoinSet;

use self::device::{Device, History, Progress};
use self::node::{Node, run};
use self::person::Keys;
use self::wire::Wire;

/// Longest wait for all devices of a test.
const PATIENCE: Duration = Duration::from_mins(5);

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn good(output: &Output) -> String {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// A node on a database of its own, and a person who is known to it.
async fn one_node(server: &Server) -> (String, Node, Wire, Keys) {
    let database = server.new_database();
    let node = Node::start(&database);
    let mut wire = Wire::open(node.address).await.unwrap();
    let keys = Keys::arrive(&mut wire, 1).await.unwrap();
    (database, node, wire, keys)
}

/// Posts on one node; the poke on the other says that it is there, and there it is read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_on_one_node_pokes_watchers_on_the_other() {
    let server = Server::start();
    let database = server.new_database();
    let (first, second) = (Node::start(&database), Node::start(&database));
    let mut wire = Wire::open(first.address).await.unwrap();
    let keys = Keys::arrive(&mut wire, 1).await.unwrap();
    let mut watcher = keys.watch(second.address).await.unwrap();
    let mut reader = Wire::open(second.address).await.unwrap();
    let mut cursor = Cursor::start(&keys.vault);
    let mut times = Vec::new();
    for number in 0..200 {
        let entry = keys.entry(number, 500).unwrap();
        let start = Instant::now();
        let posted = device::post(&mut wire, &keys, &cursor, entry.bytes()).await.unwrap();
        assert_eq!(posted, vec![number + 1]);
        watcher.poke().await.unwrap();
        times.push(start.elapsed());
        assert_eq!(device::page(&mut reader, &keys, &cursor).await.unwrap(), entry.bytes());
        cursor = cursor.after([&entry.id()]);
    }
    times.sort_unstable();
    println!("push on one node -> poke on the other: p50 {:?}, p99 {:?} of {}", times[100], times[197], times.len());
}

/// Everybody pushes without a pause, while nodes and the database are killed and stopped in turn.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_nodes_and_the_database_are_killed() {
    const DEVICES: u32 = 1_000;
    const BATCHES: u64 = 6;
    let mut server = Server::start();
    let database = server.new_database();
    let mut nodes = [Node::start(&database), Node::start(&database)];
    let (devices, progress) = start_devices(DEVICES, BATCHES, &nodes);
    let all = u64::from(DEVICES) * BATCHES;
    let start = Instant::now();
    for (part, what) in ["kill a node", "kill the database", "kill the other node", "stop the database", "stop a node"]
        .into_iter()
        .enumerate()
    {
        let share = u64::try_from(part).unwrap() * 2 + 1;
        progress.reached(all * share / 12).await;
        println!("{:?}: {} of {all} batches acknowledged: {what}", start.elapsed(), progress.acknowledged());
        match what {
            "kill a node" => nodes[0].kill_and_start(&database),
            "kill the other node" => nodes[1].kill_and_start(&database),
            "stop a node" => nodes[0].stop_and_start(&database),
            "kill the database" => {
                server.kill();
                server.go_on();
            }
            _ => {
                server.stop();
                server.go_on();
            }
        }
    }
    check_all(devices, &progress, &nodes, &database).await;
    println!("{:?}: all is there", start.elapsed());
}

/// The server is lost for good; the one that followed it takes over, and nodes find it by themselves.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_a_second_server_takes_over() {
    let mut server = Server::start();
    let standby = server.standby();
    let name = server.new_database();
    // The one that follows comes first: nodes are to pass it by until it takes writes.
    let database = name.replace(&server.place(), &format!("{},{}", standby.place(), server.place()));
    let nodes = [Node::start(&database), Node::start(&database)];
    let (devices, progress) = start_devices(200, 6, &nodes);
    progress.reached(200 * 3).await;
    assert_eq!([nodes[0].ready().await, nodes[1].ready().await], [200, 200]);
    server.kill();
    let before = progress.acknowledged();
    assert!(before < 200 * 6, "in the middle of it");
    let ready = [nodes[0].ready().await, nodes[1].ready().await];
    assert_eq!(ready, [503, 503], "a server that only follows is none to write to");
    let start = Instant::now();
    standby.promote();
    check_all(devices, &progress, &nodes, &database).await;
    assert!(progress.acknowledged() > before);
    assert_eq!([nodes[0].ready().await, nodes[1].ready().await], [200, 200]);
    println!("{:?} after the second server took over all is there", start.elapsed());
}

/// So many devices, each with so many batches, all at once.
fn start_devices(devices: u32, batches: u64, nodes: &[Node; 2]) -> (JoinSet<History>, Arc<Progress>) {
    let progress = Arc::new(Progress::new([nodes[0].address, nodes[1].address]));
    let mut pushing = JoinSet::new();
    for number in 0..devices {
        pushing.spawn(Device::new(number, Arc::clone(&progress)).push(batches));
    }
    (pushing, progress)
}

/// Waits for all devices. Each log then holds what its device was told is stored, at the places it was told, and nothing else;
/// on both nodes.
async fn check_all(mut devices: JoinSet<History>, progress: &Progress, nodes: &[Node; 2], database: &str) {
    let joined = tokio::time::timeout(PATIENCE, async {
        let mut histories = Vec::new();
        while let Some(device) = devices.join_next().await {
            histories.push(device.unwrap());
        }
        histories
    });
    let histories = joined.await.expect("all devices come to their end");
    println!("{} batches acknowledged, after {} attempts that failed", progress.acknowledged(), progress.failures());
    assert!(progress.failures() > 0, "somebody noticed");
    let mut entries = 0;
    for history in &histories {
        for node in nodes {
            history.check(node.address).await.unwrap();
        }
        entries += history.entries();
    }
    let looked = good(&run(&["verify"], database));
    assert!(looked.starts_with(&format!("looked at {} diaries, {entries} entries", histories.len())), "{looked}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_is_away_and_comes_back() {
    let mut server = Server::start();
    let (_, node, mut wire, keys) = one_node(&server).await;
    assert_eq!(node.ready().await, 200);
    server.kill();
    assert_eq!(node.ready().await, 503);
    let path = lissom_protocol::api::entries_path(&keys.vault, &Cursor::start(&keys.vault));
    let answer = wire.ask("GET", &path, &keys.token, "", b"").await.unwrap();
    assert_eq!(answer.status, 503, "{}", text(&answer.body));
    assert!(text(&answer.body).contains("unavailable"), "{}", text(&answer.body));
    server.go_on();
    let end = Instant::now() + Duration::from_secs(30);
    while node.ready().await != 200 {
        assert!(Instant::now() < end, "ready again by itself");
    }
    assert_eq!(wire.ask("GET", &path, &keys.token, "", b"").await.unwrap().status, 200, "the token is still good");
}

/// Worse than away: it holds the connections and says nothing.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_hangs_and_goes_on() {
    let server = Server::start();
    let (_, node, mut wire, keys) = one_node(&server).await;
    let entry = keys.entry(1, 500).unwrap();
    server.pause();
    assert_eq!(node.ready().await, 503);
    let posting = device::post(&mut wire, &keys, &Cursor::start(&keys.vault), entry.bytes()).await;
    assert!(posting.is_err(), "the answer is that the outcome is unknown: {posting:?}");
    server.resume();
    let end = Instant::now() + Duration::from_secs(30);
    while node.ready().await != 200 {
        assert!(Instant::now() < end, "ready again by itself");
    }
    let posted = device::post(&mut wire, &keys, &Cursor::start(&keys.vault), entry.bytes()).await;
    assert_eq!(posted.unwrap(), [1], "whether or not it was stored before");
}

#[test]
fn at_the_start_a_database_that_is_away_is_waited_for_and_told() {
    let server = Server::start();
    let database = server.new_database();
    let away = "postgres://someone:secret@127.0.0.1:1/relay";
    let output = run(&["serve", "--listen", "127.0.0.1:0", "--database-wait", "300ms"], away);
    assert_eq!(output.status.code(), Some(5));
    let said = text(&output.stderr);
    assert!(said.contains("waiting for PostgreSQL"), "{said}");
    assert!(said.contains("lissom-relay: cannot open the database in PostgreSQL: "), "{said}");
    assert!(!said.contains("secret"), "{said}");
    let refused = run(&["vaults"], &database);
    assert_eq!(refused.status.code(), Some(4), "{}", text(&refused.stderr));
}

/// The operator's commands, beside a node that serves.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_sees_the_same_database() {
    let server = Server::start();
    let (database, _node, mut wire, keys) = one_node(&server).await;
    let entry = keys.entry(1, 500).unwrap();
    device::post(&mut wire, &keys, &Cursor::start(&keys.vault), entry.bytes()).await.unwrap();
    let short = &keys.vault.to_text()[..8];
    assert!(good(&run(&["vaults"], &database)).contains(short));
    assert!(good(&run(&["quota", short, "--set", "1G"], &database)).contains("may hold 1073741824 bytes"));
    assert_eq!(good(&run(&["invite"], &database)).trim().len(), 32);
    let refused = run(&["backup", "never.db"], &database);
    assert_eq!(refused.status.code(), Some(3));
    assert!(text(&refused.stderr).contains("pg_dump"), "{}", text(&refused.stderr));
    assert_eq!(run(&["restore", "never.db"], &database).status.code(), Some(3));
    assert!(good(&run(&["delete-vault", short, "--yes"], &database)).contains("with 1 entries"));
    assert!(good(&run(&["verify"], &database)).starts_with("looked at 0 diaries"));
}

/// From one machine to several nodes, by the commands that the documentation names.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_moves_to_postgresql_and_its_devices_go_on() {
    let server = Server::start();
    let database = server.new_database();
    let folder = tempfile::tempdir().unwrap();
    let old = Node::on_sqlite(folder.path());
    let mut wire = Wire::open(old.address).await.unwrap();
    let keys = Keys::arrive(&mut wire, 1).await.unwrap();
    let (start, first, second) = (Cursor::start(&keys.vault), keys.entry(1, 500).unwrap(), keys.entry(2, 500).unwrap());
    device::post(&mut wire, &keys, &start, first.bytes()).await.unwrap();
    old.stop();
    let moved = node::command(&database).arg("migrate").arg("--data").arg(folder.path()).output().unwrap();
    assert!(good(&moved).starts_with("moved and verified: 1 diaries, 1 entries (0 were there already)"));
    let new = Node::start(&database);
    let mut wire = Wire::open(new.address).await.unwrap();
    // With the token of before: the key went along.
    let cursor = start.after([&first.id()]);
    assert_eq!(device::post(&mut wire, &keys, &cursor, second.bytes()).await.unwrap(), [2]);
    let log = device::page(&mut wire, &keys, &start).await.unwrap();
    assert_eq!(log, [first.bytes(), second.bytes()].concat());
}
