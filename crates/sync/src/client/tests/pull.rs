//! Pages: read to the end, checked as a whole, refused as a whole.

use lissom_protocol::api;
use lissom_protocol::cursor::Cursor;
use lissom_protocol::entry::{assemble, header};
use lissom_protocol::stream;

use super::harness::{Call, Device, Relay, answer, entry, ids, owner, page};
use crate::client::{Commit, Effect, End, Outcome, Received, Violation};
use crate::http::Response;

fn start() -> Cursor {
    Cursor::start(&owner().vault())
}

fn bytes(numbers: impl IntoIterator<Item = u8>) -> Vec<u8> {
    numbers.into_iter().flat_map(|n| entry(n).into_bytes()).collect()
}

#[test]
fn a_long_log_comes_down_page_by_page_and_each_is_written() {
    let (mut device, mut relay) = (Device::joining(owner()), Relay::with(0..150));
    assert_eq!(device.sync(&mut relay), Outcome { pushed: 0, pulled: 150, end: End::Done });
    assert_eq!(device.steps[2..], ["page", "a page", "page", "a page", "page", "last page"]);
    assert_eq!((device.placed(), device.store.writes), (relay.ids(), 3));
}

#[test]
fn what_is_wrong_with_a_page_is_wrong_with_all_of_it() {
    let whole = || bytes([2, 3]);
    let to = start().after(&ids([1, 2, 3]));
    let cut = &whole()[..whole().len() - 1];
    for (what, response, violation) in [
        ("chain of another order", page(start().after(&ids([1, 3, 2])), 3, &whole()), Violation::PageChain),
        ("position too high", page(Cursor { pos: 4, ..to }, 4, &whole()), Violation::PagePositions),
        ("position too low", page(Cursor { pos: 2, ..to }, 3, &whole()), Violation::PagePositions),
        ("an entry left out", page(to, 3, &bytes([3])), Violation::PagePositions),
        ("an entry changed for another", page(to, 3, &bytes([2, 4])), Violation::PageChain),
        ("cut off", page(to, 3, cut), Violation::PageForm),
        ("bytes after the last", page(to, 3, &[whole(), vec![0]].concat()), Violation::PageForm),
        ("HTML in our media type", page(to, 3, b"<html></html>"), Violation::PageForm),
        ("more than a page", page(to, 3, &bytes(0..65)), Violation::PageForm),
        ("empty before the head", page(start().after(&ids([1])), 3, b""), Violation::PageEmpty),
    ] {
        let (mut device, mut relay) = (Device::in_step_with([1]), Relay::with([1, 2, 3]));
        relay.instead.push((Call::Page, response));
        assert_eq!(device.sync(&mut relay).end, End::Misbehaving(violation), "{what}");
        assert_eq!((device.store.writes, device.placed()), (0, ids([1])), "{what}");
        assert_eq!(device.sync(&mut relay), Outcome { pushed: 0, pulled: 2, end: End::Done }, "{what}: next time");
    }
}

#[test]
fn a_page_without_its_facts_is_refused() {
    let to = start().after(&ids([1]));
    for name in [api::POS_HEADER, api::CHAIN_HEADER, api::HEAD_HEADER] {
        for value in [None, Some(""), Some("-1"), Some("one"), Some("99999999999999999999999")] {
            let mut response = page(to, 1, &bytes([1]));
            response.headers.retain(|(header, _)| header != name);
            response.headers.extend(value.map(|value| (name.to_owned(), value.to_owned())));
            let (mut device, mut relay) = (Device::joining(owner()), Relay::with([]));
            relay.instead.push((Call::Page, response));
            assert_eq!(device.sync(&mut relay).end, End::Misbehaving(Violation::PageFacts), "{name} {value:?}");
            assert_eq!(device.store.writes, 0);
        }
    }
}

#[test]
fn success_that_is_no_page_is_no_relay() {
    let unnamed = Response { headers: Vec::new(), ..page(start(), 0, b"") };
    for response in [
        answer(200, "text/html", b"<html>captive portal</html>"),
        answer(200, "application/json", br#"{"pos":0,"chain":""}"#),
        answer(204, stream::MEDIA_TYPE, b""),
        answer(206, stream::MEDIA_TYPE, b""),
        answer(302, "text/html", b""),
        unnamed,
    ] {
        let (mut device, mut relay) = (Device::in_step_with([1]), Relay::with([1]));
        relay.instead.push((Call::Page, response));
        assert!(matches!(device.sync(&mut relay).end, End::Unreachable(_)));
        assert_eq!(device.store.writes, 0);
    }
}

#[test]
fn a_media_type_with_parameters_is_still_a_page() {
    let (mut device, mut relay) = (Device::joining(owner()), Relay::with([]));
    let mut response = page(start().after(&ids([1])), 1, &bytes([1]));
    response.headers[0].1.push_str("; charset=binary");
    relay.instead.push((Call::Page, response));
    assert_eq!(device.sync(&mut relay).pulled, 1);
}

#[test]
fn an_entry_that_the_owner_did_not_sign_is_junk_with_a_place() {
    let forged = assemble(header(1), &owner().vault(), [6; 24], b"forged", |_| [7; 64]).unwrap();
    let (mut device, mut relay) = (Device::in_step_with([1]), Relay::with([1]));
    relay.log.push((forged.id(), forged.bytes().to_vec()));
    relay.log.push((entry(2).id(), entry(2).into_bytes()));
    let mut effect = device.client.handle(device.begin(0)).unwrap();
    let received = loop {
        if let Effect::Commit(Commit::Page { entries, .. }) = &effect {
            break entries.clone();
        }
        let event = device.perform(effect, &mut relay);
        effect = device.client.handle(event).unwrap();
    };
    let junk = Received::Junk { id: forged.id(), bytes: forged.bytes().to_vec() };
    assert!(received == [junk, Received::Entry(entry(2))]);
    let event = device.perform(effect, &mut relay);
    let last = device.client.handle(event).unwrap();
    assert!(matches!(last, Effect::Finish(Outcome { end: End::Done, pulled: 2, .. })));
    assert_eq!(device.placed(), relay.ids(), "the chain goes over junk as well");
}

#[test]
fn an_entry_of_another_vault_is_junk() {
    let other = crate::keys::Keys::owner(&crate::keys::Secret::from_bytes([2; 32]));
    let moved = assemble(header(1), &other.vault(), [6; 24], b"x", |m| other.sign(m).unwrap()).unwrap();
    let id = lissom_protocol::entry::UnverifiedEntry::parse(moved.bytes().to_vec()).unwrap().id(&owner().vault());
    let (mut device, mut relay) = (Device::joining(owner()), Relay::with([]));
    relay.instead.push((Call::Page, page(start().after([&id]), 1, moved.bytes())));
    let mut effect = device.client.handle(device.begin(0)).unwrap();
    loop {
        if let Effect::Commit(Commit::Page { entries, .. }) = &effect {
            assert!(matches!(entries.as_slice(), [Received::Junk { .. }]));
            return;
        }
        let event = device.perform(effect, &mut relay);
        effect = device.client.handle(event).unwrap();
    }
}

#[test]
fn what_contradicts_the_store_is_the_relays_misbehaviour() {
    let (mut device, mut relay) = (Device::in_step_with([1]), Relay::with([1]));
    relay.log.push((entry(1).id(), entry(1).into_bytes()));
    assert_eq!(device.sync(&mut relay).end, End::Misbehaving(Violation::Repeated));
    assert_eq!(device.steps.last().unwrap(), "rejected");
    assert_eq!((device.store.writes, device.store.cursor.pos), (0, 1));
}
