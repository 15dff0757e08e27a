//! The log's chain, pages, and answers to posts.

use lissom_sync::keys::Keys;
use lissom_sync::protocol::api::to_text;
use lissom_sync::protocol::cursor::Cursor;
use lissom_sync::protocol::entry::header;
use lissom_sync::protocol::ids::EntryId;
use lissom_sync::protocol::limits::ENTRY_BYTES_MAX;
use serde_json::{Value, json};

use super::{capability, flipped, log, owner, secret, stranger, with, without};
use crate::bytes::{self, hex};
use crate::vector::Vectors;

pub(crate) fn all() -> Vectors {
    let mut vectors = Vectors::default();
    let ids: Vec<String> = log(&owner(), 3).iter().map(|(id, _)| hex(&id.0)).collect();
    for count in 0..=3 {
        let input = json!({ "vault_id": hex(&owner().vault().0), "entry_ids": ids[..count] });
        vectors.holds(&format!("chain over {count} entries"), "chain", input);
    }
    let backwards: Vec<&String> = ids.iter().rev().collect();
    vectors.holds(
        "chain in another order",
        "chain",
        json!({ "vault_id": hex(&owner().vault().0), "entry_ids": backwards }),
    );
    vectors.holds(
        "chain of another vault",
        "chain",
        json!({ "vault_id": hex(&stranger().vault().0), "entry_ids": ids }),
    );
    streams(&mut vectors);
    pages(&mut vectors);
    answers(&mut vectors);
    vectors
}

fn after(at: Cursor, entries: &[(EntryId, Vec<u8>)]) -> Cursor {
    at.after(entries.iter().map(|(id, _)| id))
}

fn joined(entries: &[(EntryId, Vec<u8>)]) -> Vec<u8> {
    entries.iter().flat_map(|(_, bytes)| bytes.clone()).collect()
}

fn streams(vectors: &mut Vectors) {
    let all = joined(&log(&owner(), 3));
    let one = log(&owner(), 1).remove(0).1;
    let stream = |bytes: &[u8]| json!({ "stream": hex(bytes) });
    vectors.holds("a stream of three", "split", stream(&all));
    vectors.holds("an empty stream", "split", stream(&[]));
    vectors.holds("a stream of 64", "split", json!({ "stream": bytes::parts(&[(&one, 64)]) }));
    vectors.fails("a stream of 65", "split", json!({ "stream": bytes::parts(&[(&one, 65)]) }), "size");
    let ct = ENTRY_BYTES_MAX - 100;
    let front = [header(1).as_slice(), &[7; 24], &u32::try_from(ct).unwrap().to_be_bytes()].concat();
    let four: Vec<(&[u8], usize)> = [(front.as_slice(), 1), (&[0], ct + 64)].repeat(4);
    vectors.holds("a stream of 4 MiB", "split", json!({ "stream": bytes::parts(&four) }));
    let more = [four, vec![(one.as_slice(), 1)]].concat();
    vectors.fails("a stream of more than 4 MiB", "split", json!({ "stream": bytes::parts(&more) }), "size");
    for end in [1, 35, 36, one.len() - 1, one.len() + 1, one.len() + 36, all.len() - 1] {
        vectors.fails(&format!("a stream cut after {end} bytes"), "split", stream(&all[..end]), "length");
    }
    vectors.fails("a foreign tail", "split", stream(&[all.as_slice(), b"<html>"].concat()), "magic");
    vectors.fails("a short foreign tail", "split", stream(&[all.as_slice(), b"\r\n"].concat()), "length");
    vectors.fails("a zero between entries", "split", stream(&[one.as_slice(), &[0], &one].concat()), "magic");
}

/// A page that brings `entries` after `at`.
fn page(keys: &Keys, at: Cursor, entries: &[(EntryId, Vec<u8>)], head: u64) -> Value {
    let to = after(at, entries);
    let headers = json!({
        "lissom-pos": to.pos.to_string(), "lissom-chain": to.chain.to_text(), "lissom-head": head.to_string(),
    });
    let place = json!({
        "pos": at.pos, "chain": hex(&at.chain.0), "stream": hex(&joined(entries)), "headers": headers,
    });
    with(&capability(keys), place)
}

fn stating(page: &Value, name: &str, value: &str) -> Value {
    with(page, json!({ "headers": with(&page["headers"], json!({ name: value })) }))
}

fn pages(vectors: &mut Vectors) {
    let keys = owner();
    let log = log(&keys, 4);
    let start = Cursor::start(&keys.vault());
    let one = after(start, &log[..1]);
    let good = page(&keys, one, &log[1..3], 3);
    vectors.holds("the first page", "page", page(&keys, start, &log[..2], 4));
    vectors.holds("a page in the middle", "page", page(&keys, one, &log[1..3], 4));
    vectors.holds("the last page", "page", page(&keys, one, &log[1..], 4));
    vectors.holds("an empty page at the end", "page", page(&keys, one, &[], 1));
    vectors.holds("an empty log", "page", page(&keys, start, &[], 0));
    vectors.holds("a head below the page's end is an end", "page", stating(&good, "lissom-head", "2"));
    let mut junk = log[1..3].to_vec();
    junk[1].1 = flipped(&junk[1].1, junk[1].1.len() - 1);
    vectors.holds("junk has a place in the chain too", "page", page(&keys, one, &junk, 3));
    for (name, header, value, reason) in [
        ("position one short", "lissom-pos", "2", "positions"),
        ("position one long", "lissom-pos", "4", "positions"),
        ("position of the cursor", "lissom-pos", "1", "positions"),
        ("position 0", "lissom-pos", "0", "positions"),
        ("the largest position", "lissom-pos", "18446744073709551615", "positions"),
        ("position negative", "lissom-pos", "-3", "facts"),
        ("position with a plus sign", "lissom-pos", "+3", "facts"),
        ("position after a space", "lissom-pos", " 3", "facts"),
        ("head with a plus sign", "lissom-head", "+3", "facts"),
        ("position no number", "lissom-pos", "three", "facts"),
        ("position a fraction", "lissom-pos", "3.0", "facts"),
        ("position empty", "lissom-pos", "", "facts"),
        ("position 2^64", "lissom-pos", "18446744073709551616", "facts"),
        ("head no number", "lissom-head", "", "facts"),
        ("head negative", "lissom-head", "-1", "facts"),
        ("chain in hex", "lissom-chain", &hex(&one.chain.0), "facts"),
        ("chain empty", "lissom-chain", "", "facts"),
        ("chain padded", "lissom-chain", &format!("{}=", one.chain.to_text()), "facts"),
        ("chain of the cursor", "lissom-chain", &one.chain.to_text(), "chain"),
        ("chain of the start", "lissom-chain", &start.chain.to_text(), "chain"),
        ("chain of one entry more", "lissom-chain", &after(one, &log[1..]).chain.to_text(), "chain"),
        ("chain from the start", "lissom-chain", &after(start, &log[1..3]).chain.to_text(), "chain"),
        ("chain of zeros", "lissom-chain", &to_text(&[0; 32]), "chain"),
    ] {
        vectors.fails(&format!("page: {name}"), "page", stating(&good, header, value), reason);
    }
    for header in ["lissom-pos", "lissom-chain", "lissom-head"] {
        let bare = with(&good, json!({ "headers": without(&good["headers"], header) }));
        vectors.fails(&format!("page without {header}"), "page", bare, "facts");
    }
    let carrying = |entries: &[(EntryId, Vec<u8>)]| with(&good, json!({ "stream": hex(&joined(entries)) }));
    let swapped = [log[2].clone(), log[1].clone()];
    let inserted = [log[1].clone(), log[3].clone(), log[2].clone()];
    let twice = [log[1].clone(), log[1].clone()];
    vectors.fails("page: two entries swapped", "page", carrying(&swapped), "chain");
    vectors.fails("page: an entry in place of another", "page", carrying(&log[2..4]), "chain");
    vectors.fails("page: an entry twice", "page", carrying(&twice), "chain");
    vectors.fails("page: an entry left out", "page", carrying(&log[2..3]), "positions");
    vectors.fails("page: an entry put in", "page", carrying(&inserted), "positions");
    let theirs = self::log(&stranger(), 3);
    vectors.fails("page: another vault's entries", "page", carrying(&theirs[1..3]), "chain");
    let mut flipped_ct = log[1..3].to_vec();
    flipped_ct[0].1 = flipped(&flipped_ct[0].1, 50);
    vectors.fails("page: a ciphertext flipped", "page", carrying(&flipped_ct), "chain");
    let cut = joined(&log[1..3]);
    let streams = [
        ("cut", cut[..cut.len() - 1].to_vec()),
        ("with a foreign tail", [cut.as_slice(), b"x"].concat()),
        ("that is a web page", b"<html>Please log in</html>".to_vec()),
    ];
    for (name, stream) in streams {
        vectors.fails(
            &format!("page: a stream {name}"),
            "page",
            with(&good, json!({ "stream": hex(&stream) })),
            "stream",
        );
    }
    vectors.fails("an empty page before the end", "page", page(&keys, one, &[], 2), "empty");
    let elsewhere = with(&good, json!({ "chain": hex(&start.chain.0) }));
    vectors.fails("page: for another cursor's chain", "page", elsewhere, "chain");
}

fn answers(vectors: &mut Vectors) {
    let keys = owner();
    let log = log(&keys, 4);
    let start = Cursor::start(&keys.vault());
    let one = after(start, &log[..1]);
    let posted = |at: Cursor, entries: &[(EntryId, Vec<u8>)], body: &str| {
        json!({
            "secret": hex(&secret()), "pos": at.pos, "chain": hex(&at.chain.0), "entries": hex(&joined(entries)), "body": body,
        })
    };
    let body = |positions: &[u64], chain: &str| json!({ "positions": positions, "chain": chain }).to_string();
    let chain = |at: Cursor, entries: &[(EntryId, Vec<u8>)]| after(at, entries).chain.to_text();
    let right = chain(one, &log[1..3]);
    let first = body(&[1, 2, 3], &chain(start, &log[..3]));
    vectors.holds("three posted to an empty log", "answer to a post", posted(start, &log[..3], &first));
    vectors.holds("one posted", "answer to a post", posted(one, &log[1..2], &body(&[2], &chain(one, &log[1..2]))));
    vectors.holds("two posted", "answer to a post", posted(one, &log[1..3], &body(&[2, 3], &right)));
    let unknown = format!("{{\"later\": null, \"positions\": [2, 3], \"chain\": \"{right}\"}}");
    vectors.holds("a field that is not known", "answer to a post", posted(one, &log[1..3], &unknown));
    for (name, positions, reason) in [
        ("others wrote before", [3, 4].as_slice(), "gap"),
        ("others wrote in between", &[2, 4], "gap"),
        ("positions swapped", &[3, 2], "gap"),
        ("one position twice", &[2, 2], "gap"),
        ("positions from the cursor", &[1, 2], "gap"),
        ("positions from 0", &[0, 1], "gap"),
        ("positions at the end of numbers", &[u64::MAX, u64::MAX], "gap"),
        ("a position too few", &[2], "answer"),
        ("a position too many", &[2, 3, 4], "answer"),
        ("no positions", &[], "answer"),
    ] {
        let input = posted(one, &log[1..3], &body(positions, &right));
        vectors.fails(&format!("answer: {name}"), "answer to a post", input, reason);
    }
    for (name, stated) in [
        ("the cursor's chain", one.chain.to_text()),
        ("the chain of one entry less", chain(one, &log[1..2])),
        ("the chain of one entry more", chain(one, &log[1..4])),
        ("the chain in another order", chain(one, &[log[2].clone(), log[1].clone()])),
        ("a chain of zeros", to_text(&[0; 32])),
        ("a chain that is none", "x".to_owned()),
        ("a chain in hex", hex(&after(one, &log[1..3]).chain.0)),
    ] {
        let input = posted(one, &log[1..3], &body(&[2, 3], &stated));
        vectors.fails(&format!("answer: {name}"), "answer to a post", input, "answer");
    }
    for (name, text) in [
        ("no JSON", "<html></html>".to_owned()),
        ("an array", format!("[[2, 3], \"{right}\"]")),
        ("no positions field", format!("{{\"chain\": \"{right}\"}}")),
        ("no chain field", "{\"positions\": [2, 3]}".to_owned()),
        ("a negative position", format!("{{\"positions\": [-2, 3], \"chain\": \"{right}\"}}")),
        ("a fraction as position", format!("{{\"positions\": [2.0, 3], \"chain\": \"{right}\"}}")),
        ("a text as position", format!("{{\"positions\": [\"2\", 3], \"chain\": \"{right}\"}}")),
        ("cut", format!("{{\"positions\": [2, 3], \"chain\": \"{right}\"")),
    ] {
        vectors.fails(&format!("answer: {name}"), "answer to a post", posted(one, &log[1..3], &text), "outage");
    }
}
