//! What is true of PostgreSQL alone.

use std::sync::OnceLock;

use lissom_postgres::Server;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::*;

/// One server for all tests of this program; it ends with the program.
fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(Server::start)
}

pub(super) async fn new_database() -> String {
    tokio::task::spawn_blocking(|| server().new_database()).await.unwrap()
}

/// The real URL of a rig's database, which has no password.
fn url(rig: &Rig) -> String {
    rig.config.database.as_ref().unwrap().to_string()
}

pub(super) fn sql(rig: &Rig, sql: &str) -> Vec<String> {
    server().sql(&url(rig), &format!("SET search_path = lissom_relay; {sql}"))
}

#[tokio::test]
async fn c1_commits_are_durable_even_where_the_server_is_told_not_to_wait() {
    let mut rig = On::Postgres.rig().await;
    let name = url(&rig).rsplit('/').next().unwrap().to_owned();
    rig.damage(&format!("ALTER DATABASE {name} SET synchronous_commit = off"));
    rig.reopen(|_| {}).await;
    let noted = "CREATE TABLE noted AS SELECT ''::text AS mode LIMIT 0;
                 CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN INSERT INTO noted SELECT current_setting('synchronous_commit'); RETURN NEW; END $$;
                 CREATE TRIGGER note AFTER UPDATE ON vault FOR EACH ROW EXECUTE FUNCTION note()";
    rig.damage(noted);
    let vault = rig.vault(1).await;
    rig.grow(&vault, &vault.entries(0..1)).await;
    assert_eq!(sql(&rig, "SELECT mode FROM noted"), ["on"]);
}

#[tokio::test]
async fn c15_a_newer_schema_is_refused_and_left_alone() {
    let rig = On::Postgres.rig().await;
    rig.store.close().await;
    rig.damage("UPDATE meta SET value = '\\x00000063' WHERE name = 'version'");
    let before = sql(&rig, "SELECT count(*), sum(length(value)) FROM meta");
    let refused = Store::open(&rig.config, Arc::new(|_| {})).await.err();
    assert!(matches!(refused, Some(OpenError::Newer { found: 99, .. })), "{refused:?}");
    assert_eq!(sql(&rig, "SELECT count(*), sum(length(value)) FROM meta"), before);
}

#[tokio::test]
async fn c15_another_programs_schema_is_refused() {
    let url = new_database().await;
    drop(server().sql(&url, "CREATE SCHEMA lissom_relay; CREATE TABLE lissom_relay.other (x int)"));
    let config = Config { database: Some(url.parse().unwrap()), ..Config::local("nowhere") };
    let refused = Store::open(&config, Arc::new(|_| {})).await.err();
    assert!(matches!(refused, Some(OpenError::Foreign { .. })), "{refused:?}");
}

#[tokio::test]
async fn nodes_that_start_at_once_make_the_tables_once_and_share_the_key() {
    let config = Config { database: Some(new_database().await.parse().unwrap()), ..Config::local("nowhere") };
    let starting = (0..4).map(|_| {
        let config = config.clone();
        tokio::spawn(async move { *Store::open(&config, Arc::new(|_| {})).await.unwrap().server_key() })
    });
    let mut keys = Vec::new();
    for start in starting.collect::<Vec<_>>() {
        keys.push(start.await.unwrap());
    }
    assert!(keys.iter().all(|key| *key == keys[0]), "one key for all");
}

#[tokio::test]
async fn nobody_there_and_wrong_names_are_told_in_one_line() {
    let at = |url: &str| Config {
        database: Some(url.parse().unwrap()),
        database_wait: std::time::Duration::ZERO,
        ..Config::local("nowhere")
    };
    let nobody = Store::open(&at("postgres://lissom@127.0.0.1:1/relay"), Arc::new(|_| {})).await.err().unwrap();
    assert!(nobody.to_string().starts_with("cannot open the database in PostgreSQL: "), "{nobody}");
    assert!(!nobody.to_string().contains('\n'), "{nobody}");
    let url = new_database().await;
    let missing = format!("{}nothing", &url[..=url.rfind('/').unwrap()]);
    let config = Config { database_wait: std::time::Duration::from_mins(10), ..at(&missing) };
    let missing = Store::open(&config, Arc::new(|_| {})).await.err().unwrap();
    assert!(missing.to_string().contains("database \"nothing\" does not exist"), "at once: {missing}");
}

/// A second node, and what it hears.
pub(super) async fn another_node(rig: &Rig) -> (Store, UnboundedReceiver<Event>) {
    let (heard, hearing) = unbounded_channel();
    let listener: Listener = Arc::new(move |event| {
        let _: Result<(), _> = heard.send(event);
    });
    (Store::open(&rig.config, listener).await.unwrap(), hearing)
}

/// What a node hears next.
pub(super) async fn next(hearing: &mut UnboundedReceiver<Event>) -> Option<Event> {
    tokio::time::timeout(std::time::Duration::from_mins(1), hearing.recv()).await.unwrap()
}

#[tokio::test]
async fn what_one_node_does_the_other_hears() {
    let rig = On::Postgres.rig().await;
    let (other, mut hearing) = another_node(&rig).await;
    assert_eq!(next(&mut hearing).await, Some(Event::Missed), "listening, so that whoever watches is to look once");
    let vault = rig.vault(1).await;
    rig.grow(&vault, &vault.entries(0..1)).await;
    assert_eq!(next(&mut hearing).await, Some(Event::Grown(vault.id)));
    let head = other.head(vault.id).await.unwrap();
    rig.store.delete(vault.id, head, Statement([7; 64])).await.unwrap();
    assert_eq!(next(&mut hearing).await, Some(Event::Deleted(vault.id)));
    assert_eq!(rig.told(), [Event::Grown(vault.id), Event::Deleted(vault.id)], "a node's own news come to it once");
    other.close().await;
}

#[tokio::test]
async fn a_connection_for_news_that_broke_is_made_again() {
    let rig = On::Postgres.rig().await;
    let (other, mut hearing) = another_node(&rig).await;
    assert_eq!(next(&mut hearing).await, Some(Event::Missed));
    let ours = "database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let end = format!("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND {ours}");
    assert!(!sql(&rig, &end).is_empty(), "each node holds a lock on that connection");
    assert_eq!(next(&mut hearing).await, Some(Event::Missed), "whoever watches is to look: news may have been missed");
    let vault = rig.vault(1).await;
    rig.grow(&vault, &vault.entries(0..1)).await;
    assert_eq!(next(&mut hearing).await, Some(Event::Grown(vault.id)));
    other.close().await;
}

// A transaction is rolled back by the runtime, which must not wait for the one who changes the tables meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_as_such_and_nothing_is_stored() {
    let rig = On::Postgres.rig().await;
    let vault = rig.vault(1).await;
    rig.grow(&vault, &vault.entries(0..2)).await;
    let full = "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$;
                CREATE TRIGGER full_disk BEFORE INSERT ON entry EXECUTE FUNCTION full_disk()";
    rig.damage(full);
    let refused = rig.append(&vault, vault.start(), &[vault.entry(9)]).await;
    assert!(matches!(refused, Err(StoreError::DiskFull)), "{refused:?}");
    assert_eq!(rig.read(&vault).await, joined(&vault.entries(0..2)), "reading goes on");
    rig.damage("DROP TRIGGER full_disk ON entry");
    assert_eq!(rig.grow(&vault, &[vault.entry(9)]).await.positions, [3], "it goes on once there is room");
}

#[tokio::test]
async fn a_server_that_takes_no_writes_is_not_ready_until_it_does() {
    let rig = On::Postgres.rig().await;
    rig.store.ready().await.unwrap();
    let url = url(&rig);
    let (elsewhere, name) = url.rsplit_once('/').unwrap();
    // As a replica that was not promoted yet, for the connections that are there.
    let set = |mode: &str| {
        drop(server().sql(
            &format!("{elsewhere}/postgres"),
            &format!("ALTER DATABASE {name} SET default_transaction_read_only = {mode}"),
        ));
        let end = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        drop(server().sql(&format!("{elsewhere}/postgres"), &end));
    };
    set("on");
    // The first may still have an old connection in its hands.
    drop(rig.store.ready().await);
    let refused = rig.store.ready().await;
    assert!(matches!(refused, Err(StoreError::Unavailable)), "{refused:?}");
    set("off");
    drop(rig.store.ready().await);
    rig.store.ready().await.unwrap();
}

#[tokio::test]
async fn tls_is_used_and_checked_and_the_password_too() {
    let (guarded, url) = tokio::task::spawn_blocking(|| {
        let guarded = Server::start_guarded();
        let url = guarded.new_database();
        (guarded, url)
    })
    .await
    .unwrap();
    let at = |url: &str, ca: Option<PathBuf>| Config {
        database: Some(url.parse().unwrap()),
        database_ca: ca,
        database_wait: std::time::Duration::ZERO,
        ..Config::local("nowhere")
    };
    let refused = async |config: Config| Store::open(&config, Arc::new(|_| {})).await.err().unwrap().to_string();

    let store = Store::open(&at(&url, Some(guarded.certificate())), Arc::new(|_| {})).await.unwrap();
    let ours = "FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'lissom-relay'";
    let counts = format!("SELECT count(*) FILTER (WHERE ssl) > 0, count(*) FILTER (WHERE NOT ssl) {ours}");
    assert_eq!(guarded.sql(&url, &counts), ["t|0"], "every connection is encrypted");
    store.close().await;

    // A certificate that nobody vouches for, and one that somebody else does.
    let nobodys = refused(at(&format!("{url}?sslmode=require"), None)).await;
    assert!(nobodys.contains("certificate"), "{nobodys}");
    let another = Server::start_guarded();
    let anothers = refused(at(&url, Some(another.certificate()))).await;
    assert!(anothers.contains("certificate"), "{anothers}");

    let wrong = refused(at(&url.replace("a%20long%20word", "secret"), Some(guarded.certificate()))).await;
    assert!(wrong.contains("password authentication failed") && !wrong.contains("secret"), "{wrong}");
}
