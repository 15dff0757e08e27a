//! Requests to the real relay, over a connection of this machine: paths, queries, headers, JSON, batches.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use lissom_diary::sync::payload::{Changes, Head, VERSION};
use lissom_diary::sync::protocol::api;
use lissom_diary::sync::protocol::cursor::Cursor;
use lissom_diary::sync::protocol::ids::EntryId;
use lissom_diary::sync::protocol::limits::BATCH_ENTRIES_MAX;
use lissom_diary::sync::protocol::problem::{MEDIA_TYPE, Problem, ProblemKind};
use lissom_diary::sync::protocol::stream;
use lissom_diary::sync::seal::seal;
use lissom_relay::blocking::{self, BlockingRelay};
use lissom_relay::config::Config;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use super::entry::OWNER;
use super::input::Input;

/// No answer takes longer.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// The relay, one vault in it, and what its log must be.
struct World {
    relay: BlockingRelay,
    connection: Option<TcpStream>,
    token: String,
    log: Vec<EntryId>,
    bytes: Vec<u8>,
    _folder: TempDir,
}

struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

static WORLD: LazyLock<Mutex<World>> = LazyLock::new(|| Mutex::new(World::start()));

static ENTRIES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let head = Head { kind: 1, device: [1; 16], writer: [2; 16], parents: Vec::new() };
    let entry = |number: u8| {
        let changes = Changes { doc_id: "profile".to_owned(), body: vec![number; 9], min_version: VERSION };
        seal(&OWNER, &head, &changes, [number; 24]).expect("a small entry").into_bytes()
    };
    (0..8).map(entry).collect()
});

pub(super) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mut world = WORLD.lock().unwrap_or_else(PoisonError::into_inner);
    match input.below(4) {
        0 => anything(&mut world, &mut input),
        1 => batch(&mut world, &mut input),
        2 => page(&mut world, &mut input),
        _ => body(&mut world, &mut input),
    }
    world.check_log();
}

impl World {
    fn start() -> Self {
        let memory = std::path::Path::new("/dev/shm");
        let folder =
            if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.expect("a folder");
        let relay = blocking::start(Config::local(folder.path())).expect("a relay on loopback");
        let token = String::new();
        let mut world = Self { relay, connection: None, token, log: Vec::new(), bytes: Vec::new(), _folder: folder };
        let public = OWNER.public();
        let register = json!({
            "write": api::to_text(&public.write), "read": api::to_text(&public.read),
            "key_check": api::to_text(&public.key_check),
            "signature": api::to_text(&OWNER.sign_register().expect("the owner signs")),
        });
        assert_eq!(world.post_json(api::VAULTS_PATH, &register).status, 201);
        let vault = OWNER.vault().to_text();
        let challenge = world.post_json(api::CHALLENGE_PATH, &json!({ "vault": vault }));
        let challenge = text_of(&challenge.body, "challenge");
        let signature = OWNER.sign_auth(&api::bytes_from_text(&challenge).expect("a challenge"));
        let signature = api::to_text(&signature);
        let asked = json!({ "vault": vault, "role": "owner", "challenge": challenge, "signature": signature });
        let answer = world.post_json(api::TOKEN_PATH, &asked);
        world.token = text_of(&answer.body, "token");
        world
    }

    fn post_json(&mut self, path: &str, body: &Json) -> Answer {
        let headers = [("content-type", "application/json".to_owned())];
        self.ask("POST", path, &headers, body.to_string().as_bytes())
    }

    fn bearer(&self) -> (&'static str, String) {
        ("authorization", format!("Bearer {}", self.token))
    }

    fn cursor(&self) -> Cursor {
        Cursor::start(&OWNER.vault()).after(&self.log)
    }

    /// One exchange; what holds for every answer is checked here.
    fn ask(&mut self, method: &str, path: &str, headers: &[(&str, String)], body: &[u8]) -> Answer {
        // What would make two requests of one is not this target's business.
        let plain = |text: &str| text.replace(['\r', '\n', ' ', '\t', '\0'], "_");
        let mut request = format!("{method} {} HTTP/1.1\r\nhost: relay\r\n", plain(path));
        for (name, value) in headers {
            request.extend([name, ": ", &value.replace(['\r', '\n', '\0'], "_"), "\r\n"]);
        }
        request.extend(["content-length: ", &body.len().to_string(), "\r\n\r\n"]);
        let whole = [request.as_bytes(), body].concat();
        let answer = match self.exchange(&whole) {
            Ok(answer) => answer,
            // The relay had closed the connection after the last answer.
            Err(_) => self.exchange(&whole).unwrap_or_else(|why| unreachable!("no answer on a new connection: {why}")),
        };
        assert!(answer.status != 500, "the relay failed: {}", answer.head);
        assert!(self.token.is_empty() || !contains(&answer.body, self.token.as_bytes()), "an answer repeats the token");
        if answer.status >= 400 {
            match serde_json::from_slice::<Problem>(&answer.body) {
                Ok(problem) => {
                    let kind = problem.kind().expect("a problem of ours");
                    assert!(kind.status() == answer.status && problem.status == answer.status, "two statuses");
                    assert!(answer.head.contains(MEDIA_TYPE), "a problem without its media type");
                }
                // hyper's own, before there is a request.
                Err(_) => {
                    assert!(matches!(answer.status, 400 | 414 | 431), "a refusal without a problem: {}", answer.head);
                }
            }
        }
        answer
    }

    fn exchange(&mut self, request: &[u8]) -> Result<Answer, String> {
        let mut connection = self.connection.take().unwrap_or_else(|| {
            let connection = TcpStream::connect(self.relay.address()).expect("a connection");
            connection.set_read_timeout(Some(ANSWER_MAX)).expect("a limit of time");
            connection.set_nodelay(true).expect("no delay");
            connection
        });
        // An answer may come before all was written, and the connection be closed: then that is the answer.
        let wrote = connection.write_all(request);
        let (mut got, mut part) = (Vec::new(), [0; 16 * 1024]);
        let end = loop {
            if let Some(end) = got.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            match connection.read(&mut part) {
                Ok(0) => return Err(format!("closed after {} bytes; written: {wrote:?}", got.len())),
                Ok(count) => got.extend(part.iter().take(count)),
                // The fuzzer's own clock ticks by a signal.
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => unreachable!("no answer in time"),
                Err(error) => return Err(format!("{error} after {} bytes; written: {wrote:?}", got.len())),
            }
        };
        let mut body = got.split_off(end);
        let head = String::from_utf8_lossy(&got).to_ascii_lowercase();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let Some(length) = header(&head, "content-length").and_then(|length| length.parse::<usize>().ok()) else {
            // A stream of pokes: it has begun, that is all.
            return Ok(Answer { status, head, body: Vec::new() });
        };
        while body.len() < length {
            match connection.read(&mut part) {
                Ok(count) if count > 0 => body.extend(part.iter().take(count)),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                ended => unreachable!("an answer ends before its length: {ended:?}"),
            }
        }
        assert_eq!(body.len(), length, "an answer goes on after its length");
        if header(&head, "connection") != Some("close") {
            self.connection = Some(connection);
        }
        Ok(Answer { status, head, body })
    }

    /// The log is what was taken, in that order, and nothing else.
    fn check_log(&mut self) {
        let path = format!("{}/head", api::vault_path(&OWNER.vault()));
        let answer = self.ask("GET", &path, &[self.bearer()], &[]);
        let head: Json = serde_json::from_slice(&answer.body).expect("a head");
        let cursor = self.cursor();
        assert_eq!(head, json!({ "pos": cursor.pos, "chain": cursor.chain.to_text() }), "the log is another one");
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value.trim())
}

fn text_of(body: &[u8], name: &str) -> String {
    let json: Json = serde_json::from_slice(body).expect("JSON");
    json.get(name).and_then(Json::as_str).expect("a text").to_owned()
}

fn contains(body: &[u8], part: &[u8]) -> bool {
    body.windows(part.len()).any(|window| window == part)
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Any request, with or without the token.
fn anything(world: &mut World, input: &mut Input<'_>) {
    let methods = ["GET", "POST", "DELETE", "PUT", "PATCH", "OPTIONS"];
    let method = methods.get(input.below(methods.len())).copied().unwrap_or("GET");
    let vault = api::vault_path(&OWNER.vault());
    let paths =
        ["/", "/v1/", "/v1/info", api::VAULTS_PATH, api::CHALLENGE_PATH, api::TOKEN_PATH, "/v1/vaults/", &vault];
    let path = paths.get(input.below(paths.len())).copied().unwrap_or("/");
    let path = format!("{path}{}", lossy(input.short()));
    let mut headers = Vec::new();
    let choices = input.byte();
    if choices & 1 == 1 {
        headers.push(world.bearer());
    }
    let names = ["authorization", "content-type", "accept", "content-encoding", "expect", "range", "x-forwarded-for"];
    for _ in 0..(choices >> 1 & 3) {
        let name = names.get(input.below(names.len())).copied().unwrap_or("accept");
        // Whoever expects to be told to go on sends nothing until then.
        if name != "expect" {
            headers.push((name, lossy(input.short())));
        }
    }
    let body = input.rest();
    let answer = world.ask(method, &path, &headers, body);
    if answer.status == 200 && method == "POST" && path.contains("/entries") {
        took(world, &answer, body);
    }
    if method == "DELETE" {
        assert!(answer.status >= 400, "a deletion that the owner did not sign");
    }
}

/// A batch: entries of the owner's, some of them damaged, and other bytes between.
fn batch(world: &mut World, input: &mut Input<'_>) {
    let cursor = match input.below(4) {
        0 => format!("after={}&chain={}", input.number(), lossy(input.short())),
        1 => api::cursor_query(&Cursor::start(&OWNER.vault())),
        _ => api::cursor_query(&world.cursor()),
    };
    let mut body = Vec::new();
    while !input.is_empty() && body.len() < 256 * 1024 {
        let choice = input.byte();
        match ENTRIES.get(usize::from(choice % 9)) {
            Some(entry) => {
                let mut entry = entry.clone();
                if choice & 0x80 != 0 {
                    let at = usize::from(input.byte()) * 3 % entry.len();
                    entry.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1);
                }
                body.extend(entry);
            }
            None => body.extend(input.short()),
        }
    }
    let headers = [world.bearer(), ("content-type", stream::MEDIA_TYPE.to_owned())];
    let path = format!("{}/entries?{cursor}", api::vault_path(&OWNER.vault()));
    let answer = world.ask("POST", &path, &headers, &body);
    let good =
        stream::split(&body).is_ok_and(|all| !all.is_empty() && all.into_iter().all(|e| OWNER.verify(e).is_some()));
    if answer.status == 200 {
        took(world, &answer, &body);
    } else {
        let honest = good && path.ends_with(&api::cursor_query(&world.cursor()));
        assert!(!honest, "a good batch was refused: {}", answer.head);
    }
}

/// The relay says that it took this batch: then it had to, and its answer computes.
fn took(world: &mut World, answer: &Answer, body: &[u8]) {
    let entries = stream::split(body).expect("a stream of entries");
    let appended: api::Appended = serde_json::from_slice(&answer.body).expect("positions and a chain");
    assert!(!entries.is_empty() && appended.positions.len() == entries.len(), "one position for each entry");
    for (entry, pos) in entries.into_iter().zip(&appended.positions) {
        let verified = OWNER.verify(entry).expect("an entry that the owner signed");
        let before = world.log.iter().position(|id| *id == verified.id());
        let at = before.unwrap_or_else(|| {
            world.log.push(verified.id());
            world.bytes.extend(verified.bytes());
            world.log.len() - 1
        });
        assert_eq!(u64::try_from(at + 1).ok(), Some(*pos), "another place than the next");
    }
    let highest = appended.positions.iter().max().and_then(|pos| usize::try_from(*pos).ok()).expect("a position");
    let chain = Cursor::start(&OWNER.vault()).after(world.log.iter().take(highest)).chain;
    assert_eq!(appended.chain, chain.to_text(), "a chain that does not compute");
}

/// A page after some cursor, with some limit.
fn page(world: &mut World, input: &mut Input<'_>) {
    let start = Cursor::start(&OWNER.vault());
    let after = input.below(world.log.len() + 1);
    let limit = input.byte();
    let honest = input.byte() & 1 == 1;
    let query = if honest {
        format!("{}&limit={limit}", api::cursor_query(&start.after(world.log.iter().take(after))))
    } else {
        lossy(input.rest())
    };
    let path = format!("{}/entries?{query}", api::vault_path(&OWNER.vault()));
    let answer = world.ask("GET", &path, &[world.bearer()], &[]);
    assert!(!honest || answer.status == 200, "an honest question was refused: {}", answer.head);
    if answer.status != 200 {
        return;
    }
    let entries = stream::split(&answer.body).expect("a page is a stream");
    assert!(answer.body.is_empty() || contains(&world.bytes, &answer.body), "a page of other entries");
    assert!(entries.len() <= BATCH_ENTRIES_MAX);
    if honest {
        let most =
            if (1..=BATCH_ENTRIES_MAX).contains(&usize::from(limit)) { usize::from(limit) } else { BATCH_ENTRIES_MAX };
        assert_eq!(entries.len(), most.min(world.log.len() - after), "a page of another length");
        let ids: Vec<EntryId> = entries.iter().map(|entry| entry.id(&OWNER.vault())).collect();
        let to = start.after(world.log.iter().take(after)).after(&ids);
        assert_eq!(header(&answer.head, api::POS_HEADER), Some(to.pos.to_string().as_str()));
        assert_eq!(header(&answer.head, api::CHAIN_HEADER), Some(to.chain.to_text().to_ascii_lowercase().as_str()));
    }
}

/// A JSON body of the fuzzer's to a route that takes one.
fn body(world: &mut World, input: &mut Input<'_>) {
    let routes = [api::VAULTS_PATH, api::CHALLENGE_PATH, api::TOKEN_PATH];
    let path = routes.get(input.below(routes.len())).copied().unwrap_or(api::VAULTS_PATH);
    let body = input.rest();
    let answer = world.ask("POST", path, &[("content-type", "application/json".to_owned())], body);
    let problem = serde_json::from_slice::<Problem>(&answer.body).ok().and_then(|problem| problem.kind());
    match path {
        api::VAULTS_PATH if answer.status < 300 => {
            let asked: api::Register = serde_json::from_slice(body).expect("a registration");
            assert_eq!(asked.write, api::to_text(&OWNER.public().write), "a vault without its owner's signature");
        }
        api::CHALLENGE_PATH if answer.status == 200 => {
            let asked: api::ChallengeRequest = serde_json::from_slice(body).expect("a question for a challenge");
            assert!(api::from_text::<32>(&asked.vault).is_some(), "a challenge for no vault");
        }
        api::TOKEN_PATH => assert!(answer.status >= 400, "a token without the key"),
        _ => {}
    }
    assert!(problem != Some(ProblemKind::NotFound), "a route that is not there");
}
