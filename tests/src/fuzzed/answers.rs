//! Whatever a relay may answer, given to the client in the middle of a sync.

use std::sync::LazyLock;

use lissom_diary::sync::client::{Batch, Commit, Effect, End, Event, Received, Stored, VaultClient};
use lissom_diary::sync::http::{Request, Response};
use lissom_diary::sync::payload::{Changes, Head, VERSION};
use lissom_diary::sync::protocol::api;
use lissom_diary::sync::protocol::cursor::Cursor;
use lissom_diary::sync::protocol::entry::VerifiedEntry;
use lissom_diary::sync::protocol::ids::EntryId;
use lissom_diary::sync::protocol::limits::{BATCH_ENTRIES_MAX, ENTRY_BYTES_MAX};
use lissom_diary::sync::protocol::problem::{MEDIA_TYPE, Problem, ProblemKind};
use lissom_diary::sync::protocol::statement::{delete_message, is_signed};
use lissom_diary::sync::protocol::stream;
use lissom_diary::sync::seal::seal;
use serde_json::json;

use super::entry::OWNER;
use super::input::Input;

/// Most effects of one sync here. Everything that the machine may do again is counted in it, so that it ends whatever
/// is answered; the input has an end as well, and after it nothing answers.
const EFFECTS_MAX: usize = 1_000;

static ENTRIES: LazyLock<Vec<VerifiedEntry>> = LazyLock::new(|| {
    let head = Head { kind: 1, device: [1; 16], writer: [2; 16], parents: Vec::new() };
    let entry = |number: u8| {
        let changes = Changes { doc_id: "profile".to_owned(), body: vec![number; 9], min_version: VERSION };
        seal(&OWNER, &head, &changes, [number; 24]).expect("a small entry")
    };
    (0..8).map(entry).collect()
});

/// The host's side: what a database would hold.
struct Device {
    stored: Stored,
    log: Vec<EntryId>,
    outbox: Vec<VerifiedEntry>,
    junk: usize,
}

pub(super) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let choices = input.byte();
    let held: Vec<EntryId> = ENTRIES.iter().take(usize::from(choices & 1)).map(VerifiedEntry::id).collect();
    let stored = Stored {
        cursor: Cursor::start(&OWNER.vault()).after(&held),
        healing: choices & 2 != 0,
        known_here: choices & 4 != 0,
        junk: choices & 64 != 0,
    };
    let outbox = ENTRIES.iter().skip(6).take(usize::from(choices >> 3 & 3)).cloned().collect();
    let mut device = Device { stored, log: held, outbox, junk: 0 };
    let mut client = VaultClient::new(OWNER.clone(), (choices & 32 != 0).then(|| "invite".to_owned()));
    let began = Event::Begin { stored: device.stored, heals_allowed: u32::from(choices >> 6) };
    let mut effect = client.handle(began).expect("a sync can always begin");
    for _ in 0..EFFECTS_MAX {
        let event = match effect {
            Effect::Exchange(request) => exchange(&mut input, &mut device, &request),
            Effect::TakeBatch { entries_max } => {
                assert!((1..=BATCH_ENTRIES_MAX).contains(&entries_max), "a batch of a size that may not be");
                let entries = device.outbox.iter().take(entries_max).cloned().collect();
                Event::Batch(Batch { stored: device.stored, entries })
            }
            Effect::Commit(commit) => committed(&mut input, &mut device, commit),
            Effect::Finish(outcome) => {
                if let End::Gone { statement } = outcome.end {
                    let message = delete_message(&OWNER.vault());
                    assert!(is_signed(&OWNER.public().write, &message, &statement.0), "deleted without proof");
                }
                assert!(client.handle(Event::NoAnswer(String::new())).is_err(), "it goes on after its end");
                return;
            }
        };
        effect = client.handle(event).expect("an answer to what was asked");
    }
    unreachable!("a sync without end");
}

/// Writes what the client asks for, as a database would, and checks that it may.
fn committed(input: &mut Input<'_>, device: &mut Device, commit: Commit) -> Event {
    let (Commit::Ack { at, .. } | Commit::Page { at, .. } | Commit::Heal { at, .. } | Commit::SetAside { at, .. }) =
        &commit;
    assert!(*at == device.stored.cursor, "a commit that belongs to another cursor");
    if input.below(16) == 1 {
        return Event::Superseded { stored: device.stored };
    }
    let mut pulled = 0;
    match commit {
        Commit::Ack { at, to, entries } => {
            assert!(!entries.is_empty() && at.after(&entries) == to, "an ack that does not compute");
            let posted: Vec<EntryId> = device.outbox.drain(..entries.len()).map(|entry| entry.id()).collect();
            assert!(posted == entries, "an ack of what was not posted");
            device.log.extend(entries);
            device.stored.cursor = to;
        }
        Commit::Page { at, to, entries, end } => {
            let ids: Vec<EntryId> = entries.iter().map(Received::id).collect();
            assert!(at.after(&ids) == to && entries.len() <= BATCH_ENTRIES_MAX, "a page that does not compute");
            for received in &entries {
                assert!(received.bytes().len() <= ENTRY_BYTES_MAX);
                if let Received::Junk { .. } = received {
                    assert!(
                        !ENTRIES.iter().any(|entry| entry.bytes() == received.bytes()),
                        "the owner's entry is junk"
                    );
                    device.junk += 1;
                } else {
                    assert!(ENTRIES.iter().any(|entry| entry.id() == received.id()), "somebody signed for the owner");
                }
            }
            device.outbox.retain(|entry| !ids.contains(&entry.id()));
            pulled = ids.len();
            device.log.extend(ids);
            device.stored.cursor = to;
            device.stored.healing &= !end;
        }
        Commit::Heal { .. } => {
            assert!(
                device.stored.cursor.pos > 0
                    || !device.stored.known_here
                    || device.stored.healing
                    || device.log.is_empty()
            );
            device.log.clear();
            device.stored = Stored { cursor: Cursor::start(&OWNER.vault()), healing: true, ..device.stored };
        }
        Commit::SetAside { entry, .. } => {
            assert!(device.outbox.first().is_some_and(|first| first.id() == entry), "another entry is set aside");
            device.outbox.remove(0);
        }
    }
    Event::Committed { stored: device.stored, pulled }
}

/// One answer: an honest one, one that is nearly so, or any bytes at all.
fn exchange(input: &mut Input<'_>, device: &mut Device, request: &Request) -> Event {
    assert!(request.path.starts_with("/v1/"), "a request to somewhere else");
    let secret = request.body.windows(32).any(|part| part == OWNER.read_root().as_bytes());
    assert!(!secret, "a key left the device");
    if input.is_empty() {
        return Event::NoAnswer("nothing answers".to_owned());
    }
    let json = |status: u16, body: &serde_json::Value| Response {
        status,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.to_string().into_bytes(),
    };
    let mut response = match input.below(8) {
        0 => json(200, &json!({ "challenge": api::to_text(input.short()) })),
        1 => json(200, &json!({ "token": String::from_utf8_lossy(input.short()), "expires_in": input.number() })),
        2 => json(201, &json!({ "pos": input.byte(), "chain": device.stored.cursor.chain.to_text() })),
        3 => {
            let sent: Vec<EntryId> = device.outbox.iter().map(VerifiedEntry::id).collect();
            let count = stream::split(&request.body).map_or(0, |entries| entries.len());
            let to = device.stored.cursor.after(sent.get(..count).unwrap_or_default());
            let shift = u64::from(input.byte() & 1);
            let positions: Vec<u64> = (device.stored.cursor.pos + 1 + shift..).take(count).collect();
            json(200, &json!({ "positions": positions, "chain": to.chain.to_text() }))
        }
        4 => page(input, device),
        5 => problem(input),
        6 => return Event::NoAnswer(String::from_utf8_lossy(input.short()).into_owned()),
        _ => anything(input),
    };
    // Now and then a byte of a good answer is another.
    if input.below(8) == 7 {
        let at = input.below(response.body.len());
        response.body.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << (at % 8));
    }
    Event::Answer(response)
}

fn page(input: &mut Input<'_>, device: &Device) -> Response {
    let mut body = Vec::new();
    let mut ids = Vec::new();
    for _ in 0..input.below(4) {
        let choice = input.byte();
        let Some(entry) = ENTRIES.get(usize::from(choice % 8)) else { continue };
        let mut bytes = entry.bytes().to_vec();
        if choice & 0x80 != 0 {
            bytes.iter_mut().rev().take(1).for_each(|byte| *byte ^= 1);
        }
        ids.push(entry.id());
        body.extend(bytes);
    }
    let to = device.stored.cursor.after(&ids);
    let pos = if input.below(8) == 7 { input.number() } else { to.pos };
    let head = match input.below(4) {
        0 => pos.saturating_add(1),
        1 => input.number(),
        _ => pos,
    };
    let headers = [
        ("content-type", stream::MEDIA_TYPE.to_owned()),
        (api::POS_HEADER, pos.to_string()),
        (api::CHAIN_HEADER, to.chain.to_text()),
        (api::HEAD_HEADER, head.to_string()),
    ];
    Response { status: 200, headers: headers.map(|(name, value)| (name.to_owned(), value)).to_vec(), body }
}

fn problem(input: &mut Input<'_>) -> Response {
    let at = input.below(ProblemKind::ALL.len());
    let kind = ProblemKind::ALL.get(at).copied().unwrap_or(ProblemKind::Internal);
    let mut problem = Problem::new(kind);
    if input.byte() & 1 == 1 {
        let mut statement = OWNER.sign_deletion().expect("the owner signs");
        statement.iter_mut().take(1).for_each(|byte| *byte ^= input.byte() & 3);
        problem.statement = Some(api::to_text(&statement));
    }
    let body = serde_json::to_vec(&problem).expect("a problem is JSON");
    Response { status: problem.status, headers: vec![("content-type".to_owned(), MEDIA_TYPE.to_owned())], body }
}

fn anything(input: &mut Input<'_>) -> Response {
    let status = [200, 201, 204, 302, 400, 401, 404, 409, 410, 413, 422, 429, 500, 503];
    let types = [stream::MEDIA_TYPE, MEDIA_TYPE, "application/json", "text/html", ""];
    let at = input.below(status.len());
    let media = types.get(input.below(types.len())).copied().unwrap_or_default();
    let mut headers = vec![("content-type".to_owned(), media.to_owned())];
    for name in [api::POS_HEADER, api::CHAIN_HEADER, api::HEAD_HEADER] {
        headers.push((name.to_owned(), String::from_utf8_lossy(input.short()).into_owned()));
    }
    Response { status: status.get(at).copied().unwrap_or(200), headers, body: input.part().to_vec() }
}
