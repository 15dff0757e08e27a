//! What a relay answers, told to the real [`VaultClient`].

use lissom_sync::client::{Batch, Commit, Effect, End, Event, Received, Stored, VaultClient, Violation};
use lissom_sync::http::Response;
use lissom_sync::keys::Keys;
use lissom_sync::protocol::cursor::{Chain, Cursor};
use lissom_sync::protocol::stream;
use serde_json::{Value, json};

use super::{Outcome, owner, reader, refused};
use crate::bytes::{exactly, from_json, hex};

fn json_answer(body: &str) -> Event {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    Event::Answer(Response { status: 200, headers, body: body.as_bytes().to_vec() })
}

fn stored(input: &Value) -> Stored {
    let cursor = Cursor { pos: input["pos"].as_u64().unwrap(), chain: Chain(exactly(&input["chain"])) };
    Stored { cursor, healing: false, known_here: true, junk: false }
}

/// A client with a token, and the effect after that.
fn begun(keys: Keys, stored: Stored) -> (VaultClient, Effect) {
    let mut client = VaultClient::new(keys, None);
    client.handle(Event::Begin { stored, heals_allowed: 0 }).unwrap();
    client.handle(json_answer(r#"{"challenge": "AAAA"}"#)).unwrap();
    let effect = client.handle(json_answer(r#"{"token": "t", "expires_in": 900}"#)).unwrap();
    (client, effect)
}

fn after(to: &Cursor) -> Value {
    json!({ "pos": to.pos, "chain": hex(&to.chain.0) })
}

pub(crate) fn page(input: &Value) -> Outcome {
    let stored = stored(input);
    let (mut client, effect) = begun(reader(input), stored);
    assert!(matches!(effect, Effect::Exchange(_)), "a reader asks for a page at once");
    let stated = input["headers"].as_object().unwrap();
    let stated = stated.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()));
    let headers = stated.chain([("content-type".to_owned(), stream::MEDIA_TYPE.to_owned())]).collect();
    let response = Response { status: 200, headers, body: from_json(&input["stream"]) };
    let (to, junk, end) = match client.handle(Event::Answer(response)).unwrap() {
        Effect::Commit(Commit::Page { to, entries, end, .. }) => {
            let is_junk = |(place, one): (usize, &Received)| matches!(one, Received::Junk { .. }).then_some(place);
            (to, entries.iter().enumerate().filter_map(is_junk).collect(), end)
        }
        Effect::Finish(outcome) => match outcome.end {
            End::Done => (stored.cursor, Vec::new(), true),
            End::Misbehaving(Violation::PageFacts) => return refused("facts"),
            End::Misbehaving(Violation::PageForm) => return refused("stream"),
            End::Misbehaving(Violation::PagePositions) => return refused("positions"),
            End::Misbehaving(Violation::PageChain) => return refused("chain"),
            End::Misbehaving(Violation::PageEmpty) => return refused("empty"),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    let mut all = after(&to);
    all["junk"] = json!(junk);
    all["end"] = json!(end);
    Ok(all)
}

pub(crate) fn answer(input: &Value) -> Outcome {
    let stored = stored(input);
    let keys = owner(input);
    let entries = stream::split(&from_json(&input["entries"])).unwrap();
    let entries = entries.into_iter().map(|entry| keys.verify(entry).unwrap()).collect();
    let (mut client, effect) = begun(keys, stored);
    assert!(matches!(effect, Effect::TakeBatch { .. }), "an owner posts first");
    client.handle(Event::Batch(Batch { stored, entries })).unwrap();
    match client.handle(json_answer(input["body"].as_str().unwrap())).unwrap() {
        Effect::Commit(Commit::Ack { to, .. }) => Ok(after(&to)),
        Effect::TakeBatch { .. } | Effect::Exchange(_) => refused("gap"),
        Effect::Finish(outcome) => match outcome.end {
            End::Misbehaving(Violation::AckForm) => refused("answer"),
            End::Unreachable(_) => refused("outage"),
            other => panic!("{other:?}"),
        },
        other @ Effect::Commit(_) => panic!("{other:?}"),
    }
}

pub(crate) fn gone(input: &Value) -> Outcome {
    let keys = reader(input);
    let stored = Stored { cursor: Cursor::start(&keys.vault()), healing: false, known_here: true, junk: false };
    let mut client = VaultClient::new(keys, None);
    client.handle(Event::Begin { stored, heals_allowed: 0 }).unwrap();
    let response = Response {
        status: input["status"].as_u64().unwrap().try_into().unwrap(),
        headers: vec![("content-type".to_owned(), input["content_type"].as_str().unwrap().to_owned())],
        body: input["body"].as_str().unwrap().as_bytes().to_vec(),
    };
    match client.handle(Event::Answer(response)).unwrap() {
        Effect::Finish(outcome) => match outcome.end {
            End::Gone { statement } => Ok(json!({ "statement": hex(&statement.0) })),
            End::Unreachable(_) | End::Refused(_) => refused("outage"),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}
