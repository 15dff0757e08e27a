//! The program `evil-relay`: what it is asked for, and how it serves.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::num::{NonZeroU64, NonZeroUsize};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lissom_diary::sync::http::{Method, Request, Response};
use lissom_protocol::ids::VaultId;
use lissom_protocol::problem::ProblemKind;
use serde_json::{Value, json};

use crate::evil::upstream::Upstream;
use crate::evil::{EvilRelay, Fault, Mischief, listen, place_in};
use crate::simulator::{Relay, problem, vault_in};

/// How the program is to behave.
#[derive(Debug, Clone)]
pub struct Options {
    /// The honest relay behind it.
    pub upstream: String,
    /// Where it listens.
    pub listen: SocketAddr,
    /// What it is at.
    pub fault: Fault,
    /// It is at it in every so many requests for entries.
    pub every: NonZeroU64,
    /// Where its whims come from.
    pub seed: u64,
    /// How late a slow answer is.
    pub delay: Duration,
    /// How long a huge page is.
    pub bytes: NonZeroUsize,
    /// It reports in JSON.
    pub json: bool,
}

struct State {
    options: Options,
    upstream: Upstream,
    vaults: BTreeMap<VaultId, EvilRelay>,
    /// The views by the name in their path.
    views: Vec<String>,
    requests: u64,
    faults: u64,
}

/// An answer, and what was wrong with it.
struct Answered {
    response: Response,
    fault: Option<Fault>,
    /// It can be proven.
    provable: Option<&'static str>,
    request: u64,
}

impl State {
    fn view(&mut self, name: &str) -> u64 {
        let at = self.views.iter().position(|known| known == name).unwrap_or_else(|| {
            self.views.push(name.to_owned());
            self.views.len() - 1
        });
        u64::try_from(at).unwrap_or(u64::MAX)
    }

    fn answer(&mut self, view: &str, request: &Request) -> Option<Answered> {
        let honest = |response| Answered { response, fault: None, provable: None, request: 0 };
        // Nobody is poked: whoever watches has to ask.
        if request.path.ends_with("/watch") {
            return Some(honest(problem(ProblemKind::Unavailable)));
        }
        let Some((vault, (at, _))) = vault_in(&request.path).zip(place_in(&request.path)) else {
            return self.upstream.answer(request).map(honest);
        };
        let client = self.view(view);
        let seed = self.options.seed;
        let evil = self.vaults.entry(vault).or_insert_with(|| EvilRelay::determined(seed));
        match self.upstream.read(&vault, &request.headers) {
            Ok(log) => {
                for (id, bytes) in log {
                    evil.learn(*id, bytes);
                }
                evil.lead_from(client, log, at.pos);
            }
            Err(refusal) => return refusal.map(honest),
        }
        self.requests = self.requests.saturating_add(1);
        let number = self.requests;
        let its_turn = number.is_multiple_of(self.options.every.get());
        let chosen = self.options.fault;
        let posts = request.method == Method::Post;
        let lie = match chosen {
            Fault::Lie(Mischief::None) | Fault::Slow => None,
            Fault::Lie(lie) => Some(lie),
        };
        let Some(lie) = lie else {
            // What is no lie is left to the honest relay itself, with all that it would say.
            let response = self.upstream.answer(request)?;
            if posts && response.status == 200 {
                evil.learn_posted(client, &vault, &request.body);
            }
            evil.follow(client);
            let fault = Some(chosen).filter(|fault| its_turn && *fault == Fault::Slow);
            return Some(Answered { response, fault, provable: None, request: number });
        };
        if posts {
            // Nothing may be missing there afterwards: what it does not take is acknowledged by no lie either.
            let kept = self.upstream.keep(&vault, request)?;
            if kept.status != 200 {
                return Some(honest(kept));
            }
        }
        evil.be(if its_turn { lie } else { Mischief::None });
        let response = evil.answer_as(client, request, &mut self.upstream)?;
        let (did, provable) = (evil.did(), evil.caught());
        Some(Answered { response, fault: Some(chosen).filter(|_| its_turn && did), provable, request: number })
    }

    fn report(&mut self, answered: &Answered, view: &str, method: Method, sent: usize) {
        let Some(fault) = answered.fault else { return };
        self.faults = self.faults.saturating_add(1);
        let (number, request) = (self.faults, answered.request);
        let method = method.as_str();
        let provable = answered.provable;
        let told = format!(
            "fault {number}: {fault} at request {request} ({method}) of view \"{view}\"; {}; {sent} bytes sent",
            provable.map_or_else(|| "not provable by itself".to_owned(), |what| format!("provable: {what}"))
        );
        let json = json!({"fault": fault.to_string(), "number": number, "request": request, "method": method,
            "view": view, "provable": provable, "sent": sent});
        say(self.options.json, &told, &json);
    }
}

/// One line, at once. If nobody listens, it serves all the same.
fn say(json: bool, told: &str, object: &Value) {
    let line = if json { object.to_string() } else { told.to_owned() };
    let mut out = std::io::stdout().lock();
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}

fn serve(state: &Mutex<State>, stream: &TcpStream) -> std::io::Result<()> {
    let (view, request) = listen::read(stream)?;
    // A lock is poisoned only by a bug, and then the connection closes.
    let gone = || std::io::Error::other("the relay has failed");
    let (answered, delay, bytes) = {
        let mut state = state.lock().map_err(|_| gone())?;
        let answered = state.answer(&view, &request);
        (answered, state.options.delay, state.options.bytes)
    };
    let unreachable =
        || Answered { response: problem(ProblemKind::Unavailable), fault: None, provable: None, request: 0 };
    let answered = answered.unwrap_or_else(unreachable);
    let whole = answered.response.body.len();
    let sent = match answered.fault {
        // Whoever went away meanwhile gets nothing.
        Some(Fault::Slow) if listen::wait(stream, delay).is_err() => 0,
        Some(Fault::Lie(Mischief::Huge)) => listen::write(stream, &answered.response, bytes.get()),
        _ => listen::write(stream, &answered.response, whole),
    };
    state.lock().map_err(|_| gone())?.report(&answered, &view, request.method, sent);
    Ok(())
}

/// Reads names of faults from standard input, one a line: from then on it is at that one.
fn obey(state: &Mutex<State>, json: bool) {
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        match line.trim().parse::<Fault>() {
            Ok(fault) => {
                let Ok(mut state) = state.lock() else { return };
                state.options.fault = fault;
                say(json, &format!("from now on: {fault}"), &json!({"now": fault.to_string()}));
            }
            Err(why) => say(json, &why, &json!({"error": why})),
        }
    }
}

/// Serves until the process ends.
///
/// # Errors
/// If the address of the upstream makes no sense, or nothing can listen.
pub fn run(options: Options) -> Result<(), String> {
    let upstream = Upstream::new(&options.upstream).map_err(|error| format!("--upstream: {error}"))?;
    let listener = TcpListener::bind(options.listen).map_err(|error| format!("--listen: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let (json, upstream_url) = (options.json, options.upstream.clone());
    let state = State { options, upstream, vaults: BTreeMap::new(), views: Vec::new(), requests: 0, faults: 0 };
    let state = Arc::new(Mutex::new(state));
    let url = format!("http://{address}");
    let told = format!("listening on {url}, before the honest relay at {upstream_url}");
    say(json, &told, &json!({"listening": url, "upstream": upstream_url}));
    let obeying = Arc::clone(&state);
    std::thread::spawn(move || obey(&obeying, json));
    for stream in listener.incoming() {
        let stream = stream.map_err(|error| error.to_string())?;
        let state = Arc::clone(&state);
        // A connection that makes no sense is closed.
        std::thread::spawn(move || drop(serve(&state, &stream)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::net::Shutdown;

    use super::*;
    use crate::{Device, TestRelay};

    #[test]
    fn a_fault_is_told_though_its_client_has_gone() {
        let root = tempfile::tempdir().unwrap();
        let relay = TestRelay::start(&root.path().join("relay"));
        let mut device = Device::create(root.path().join("phone"), "Phone", &relay);
        device.log("a note");
        let mut post = None;
        let mut between = crate::Between {
            inner: &mut device.transport,
            answer: Box::new(|request| {
                post = Some(request.clone()).filter(|request| place_in(&request.path).is_some()).or(post.take());
                None
            }),
        };
        device.diary.sync(&mut between, crate::person()).unwrap();
        drop(between);
        let Request { path, headers, .. } = post.unwrap();
        let mut request = format!("GET {path} HTTP/1.1\r\n");
        for (name, value) in &headers {
            request.extend([name, ": ", value, "\r\n"]);
        }
        request.push_str("\r\n");
        let options = Options {
            upstream: relay.url(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            fault: Fault::Lie(Mischief::CryWolf),
            every: NonZeroU64::MIN,
            seed: 1,
            delay: Duration::ZERO,
            bytes: NonZeroUsize::MIN,
            json: true,
        };
        let upstream = Upstream::new(&relay.url()).unwrap();
        let state = State { options, upstream, vaults: BTreeMap::new(), views: Vec::new(), requests: 0, faults: 0 };
        let state = Mutex::new(state);
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        client.write_all(request.as_bytes()).unwrap();
        let stream = listener.accept().unwrap().0;
        // As if the client had gone and the system knew it: no byte of an answer can be written.
        stream.shutdown(Shutdown::Write).unwrap();
        serve(&state, &stream).unwrap();
        assert_eq!(state.into_inner().unwrap().faults, 1);
    }
}
