//! A real PostgreSQL for tests, on loopback and in a folder of its own. It ends with the process that started it,
//! however that ends.
#![cfg(unix)]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test stops where it fails, and here is nothing but tests' material"
)]

use std::fs::Permissions;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, geteuid, kill_process};
use tempfile::TempDir;
use tokio_postgres::{NoTls, SimpleQueryMessage};

/// Longest wait for a server that starts.
const PATIENCE: Duration = Duration::from_mins(1);

/// Starts the server and ends it as soon as nobody holds the other end of its standard input.
const GUARD: &str = "\"$@\" & server=$!; read -r _; kill -INT $server; wait $server";

/// A PostgreSQL server.
#[derive(Debug)]
pub struct Server {
    programs: PathBuf,
    folder: TempDir,
    user: Option<(u32, u32)>,
    port: u16,
    databases: AtomicU32,
    guard: Option<Child>,
    password: Option<&'static str>,
}

impl Server {
    /// Makes a server and starts it. Whoever comes is let in.
    #[must_use]
    pub fn start() -> Self {
        let mut server = Self::new(None);
        server.init(&["--auth=trust".to_owned()]);
        server.go_on();
        server
    }

    /// The same, with a password and a certificate of its own, which [`Server::certificate`] names.
    #[must_use]
    pub fn start_guarded() -> Self {
        let mut server = Self::new(Some("a long word"));
        let word = server.give("password", server.password.unwrap_or_default());
        server.init(&["--auth=scram-sha-256".to_owned(), format!("--pwfile={}", word.display())]);
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
        let certificate = server.give("certificate.pem", &made.cert.pem());
        let key = server.give("key.pem", &made.signing_key.serialize_pem());
        let settings =
            format!("ssl = on\nssl_cert_file = '{}'\nssl_key_file = '{}'\n", certificate.display(), key.display());
        let file = server.data().join("postgresql.conf");
        let before = std::fs::read_to_string(&file).expect("its settings");
        std::fs::write(&file, before + &settings).expect("its settings");
        server.go_on();
        server
    }

    /// A second server that follows this one: it can be read, and takes over after [`Server::promote`]. From now on the first
    /// one acknowledges nothing that the second does not have on its disk.
    #[must_use]
    pub fn standby(&self) -> Self {
        let mut standby = Self::new(None);
        let mut copying = standby.command("pg_basebackup");
        copying.args(["--checkpoint=fast", "--write-recovery-conf", "--create-slot", "--slot=standby", "-D"]);
        run(copying.arg(standby.data()).arg("-d").arg(self.url("postgres")));
        standby.go_on();
        let all = self.url("postgres");
        drop(self.sql(&all, "ALTER SYSTEM SET synchronous_standby_names = '*'"));
        drop(self.sql(&all, "SELECT pg_reload_conf()"));
        let end = Instant::now() + PATIENCE;
        while self.sql(&all, "SELECT sync_state FROM pg_stat_replication") != ["sync"] {
            assert!(Instant::now() < end, "the second server follows: see {}", standby.log());
        }
        standby
    }

    /// Lets a server that followed another go its own way; returns when it takes writes.
    pub fn promote(&self) {
        assert_eq!(self.sql(&self.url("postgres"), "SELECT pg_promote()"), ["t"], "see {}", self.log());
    }

    /// Host and port, as in a URL.
    #[must_use]
    pub fn place(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The file with the certificate that this server shows.
    #[must_use]
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    /// Writes a file that is for the server alone.
    fn give(&self, name: &str, text: &str) -> PathBuf {
        let file = self.folder.path().join(name);
        std::fs::write(&file, text).expect("a file");
        std::fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("a private file");
        if let Some((user, group)) = self.user {
            chown(&file, Some(user), Some(group)).expect("the file is given away");
        }
        file
    }

    fn init(&self, how: &[String]) {
        let mut made = self.command("initdb");
        made.args(["--username=lissom", "--encoding=UTF8", "--no-locale", "--no-instructions"]).args(how);
        made.arg("-D").arg(self.data());
        run(&mut made);
    }

    fn new(password: Option<&'static str>) -> Self {
        let programs = programs();
        let folder = tempfile::tempdir().expect("a folder");
        // PostgreSQL refuses to run as root.
        let user = geteuid().is_root().then(system_user);
        if let Some((user, group)) = user {
            chown(folder.path(), Some(user), Some(group)).expect("the folder is given away");
        }
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|socket| socket.local_addr());
        let port = port.expect("a free port").port();
        Self { programs, folder, user, port, databases: AtomicU32::new(0), guard: None, password }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn command(&self, program: &str) -> Command {
        self.as_user(&self.programs.join(program))
    }

    fn as_user(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command
    }

    /// Starts it again after [`Server::kill`].
    pub fn go_on(&mut self) {
        let end = Instant::now() + PATIENCE;
        loop {
            self.guard = Some(self.guarded());
            while self.is_up().is_none() {
                assert!(Instant::now() < end, "PostgreSQL starts: see {}", self.log());
            }
            // The former one's children may still hold its memory: then this one has ended again.
            if self.is_up() == Some(true) {
                return;
            }
            self.end();
            assert!(Instant::now() < end, "PostgreSQL starts again: see {}", self.log());
        }
    }

    fn guarded(&self) -> Child {
        let log = std::fs::File::options().create(true).append(true).open(self.folder.path().join("log"));
        let log = log.expect("a log");
        let mut guard = self.as_user(Path::new("/bin/sh"));
        guard.args(["-c", GUARD, "guard"]).arg(self.programs.join("postgres")).arg("-D").arg(self.data());
        guard.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-c", "unix_socket_directories="]);
        guard.args(["-c", "max_connections=200"]);
        guard.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(log);
        guard.spawn().expect("a shell")
    }

    /// Whether it takes connections; none while it is on its way there.
    fn is_up(&self) -> Option<bool> {
        match ask(&self.url("postgres"), "SELECT 1") {
            Ok(_) => Some(true),
            Err(_) if self.is_over() => Some(false),
            Err(_) => None,
        }
    }

    /// Whether the server, started a while ago, has given up.
    fn is_over(&self) -> bool {
        let log = self.log();
        log.lines()
            .next_back()
            .is_some_and(|line| line.contains("is still in use") || line.contains("HINT:  Terminate"))
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn pid(&self) -> i32 {
        let file = std::fs::read_to_string(self.data().join("postmaster.pid")).expect("it runs");
        file.lines().next().and_then(|line| line.trim().parse().ok()).expect("a process id")
    }

    /// Ends it in the middle of whatever it does.
    pub fn kill(&mut self) {
        signal(self.pid(), Signal::KILL);
        self.end();
    }

    /// Stops all its processes, as on a machine whose disk no longer answers: connections stay open, and nobody says
    /// anything.
    #[cfg(target_os = "linux")]
    pub fn pause(&self) {
        self.all().for_each(|pid| signal(pid, Signal::STOP));
    }

    /// Goes on after [`Server::pause`].
    #[cfg(target_os = "linux")]
    pub fn resume(&self) {
        self.all().for_each(|pid| signal(pid, Signal::CONT));
    }

    /// Its process and all children, in this order.
    #[cfg(target_os = "linux")]
    fn all(&self) -> impl Iterator<Item = i32> + use<> {
        let postmaster = self.pid();
        let processes = std::fs::read_dir("/proc").expect("processes").flatten();
        let ids = processes.filter_map(|process| process.file_name().to_str()?.parse::<i32>().ok());
        let is_child = move |pid: &i32| {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            let parent = stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(1)?.parse().ok());
            parent == Some(postmaster)
        };
        std::iter::once(postmaster).chain(ids.filter(is_child))
    }

    /// Ends it as its operator would.
    pub fn stop(&mut self) {
        self.end();
    }

    fn end(&mut self) {
        #[cfg(target_os = "linux")]
        if self.guard.is_some() && self.data().join("postmaster.pid").exists() {
            self.resume();
        }
        if let Some(mut guard) = self.guard.take() {
            drop(guard.stdin.take());
            drop(guard.wait());
        }
    }

    /// Makes an empty database, under a name that no other server of the tests has; gives its URL.
    #[must_use]
    pub fn new_database(&self) -> String {
        let name = format!("test{}x{}", self.port, self.databases.fetch_add(1, Ordering::SeqCst));
        drop(self.sql(&self.url("postgres"), &format!("CREATE DATABASE {name}")));
        self.url(&name)
    }

    /// The URL of one of its databases.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let word = self.password.map(|word| format!(":{}", word.replace(' ', "%20"))).unwrap_or_default();
        format!("postgres://lissom{word}@{}/{database}", self.place())
    }

    /// Runs SQL on a connection of its own; gives the rows, each as its columns with a bar between them.
    #[must_use]
    pub fn sql(&self, url: &str, sql: &str) -> Vec<String> {
        ask(url, sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

fn signal(pid: i32, signal: Signal) {
    // A child may have ended by itself.
    if let Some(pid) = Pid::from_raw(pid) {
        let _: Result<(), _> = kill_process(pid, signal);
    }
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// On a thread of its own, so that it can be asked from anywhere, a runtime too.
fn ask(url: &str, sql: &str) -> Result<Vec<String>, tokio_postgres::Error> {
    let asking = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
            let connection = tokio::spawn(connection);
            let messages = client.simple_query(sql).await?;
            drop(client);
            drop(connection.await);
            Ok(messages.iter().filter_map(row).collect())
        })
    };
    std::thread::scope(|scope| scope.spawn(asking).join().expect("an answer"))
}

fn row(message: &SimpleQueryMessage) -> Option<String> {
    let SimpleQueryMessage::Row(row) = message else { return None };
    let columns = (0..row.len()).map(|column| row.get(column).unwrap_or_default());
    Some(columns.collect::<Vec<_>>().join("|"))
}

/// Where PostgreSQL's programs are: on the path, or where Debian keeps them; the newest of them.
fn programs() -> PathBuf {
    let on_path = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    let mut folders: Vec<PathBuf> = on_path;
    let debian =
        std::fs::read_dir("/usr/lib/postgresql").map(|versions| versions.flatten().map(|version| version.path()));
    let mut debian: Vec<PathBuf> = debian.map(Iterator::collect).unwrap_or_default();
    debian.sort_by_key(|folder| folder.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok()));
    folders.extend(debian.into_iter().rev().map(|version| version.join("bin")));
    let needed = ["initdb", "postgres", "pg_basebackup"];
    let found = folders.into_iter().find(|folder| needed.iter().all(|program| folder.join(program).exists()));
    found.expect("PostgreSQL is needed for this test: `apt-get install postgresql`, or its programs on the PATH")
}

/// A user that is not root: PostgreSQL's own, or nobody.
fn system_user() -> (u32, u32) {
    let users = std::fs::read_to_string("/etc/passwd").expect("users");
    let named = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    named("postgres").or_else(|| named("nobody")).expect("a user that is not root")
}
