//! Posting: acks, gaps, refusals, relays that are full or busy.

use lissom_protocol::api::Appended;
use lissom_protocol::cursor::Cursor;
use lissom_protocol::problem::ProblemKind;

use super::harness::{Call, Device, Relay, answer, entry, ids, json, owner, refusal};
use crate::client::{End, Outcome, Violation};

#[test]
fn what_waits_goes_up_before_anything_comes_down() {
    let (mut device, mut relay) = (Device::in_step_with([1]), Relay::with([1]));
    device.store.hold(entry(2), None);
    device.store.hold(entry(3), None);
    assert_eq!(device.sync(&mut relay), Outcome { pushed: 2, pulled: 0, end: End::Done });
    assert_eq!(device.steps, ["challenge", "token", "post 2", "ack", "page"]);
    assert_eq!((relay.ids(), device.placed()), (ids([1, 2, 3]), ids([1, 2, 3])));
}

#[test]
fn more_than_a_batch_goes_up_in_order_one_batch_after_the_other() {
    let (mut device, mut relay) = (Device::with_waiting(0..150), Relay::with([]));
    assert_eq!(device.sync(&mut relay), Outcome { pushed: 150, pulled: 0, end: End::Done });
    assert_eq!(device.steps[2..], ["post 64", "ack", "post 64", "ack", "post 22", "ack", "page"]);
    assert_eq!(relay.ids(), ids(0..150));
}

#[test]
fn an_ack_with_a_gap_writes_nothing_and_pulls_to_the_end_before_posting_again() {
    let (mut device, mut relay) = (Device::in_step_with([1]), Relay::with([1]));
    relay.page_max = 2;
    relay.before_post = vec![entry(200), entry(201), entry(202)];
    (2..72).for_each(|n| device.store.hold(entry(n), None));
    assert_eq!(device.sync(&mut relay).end, End::Done);
    let again = device.steps.iter().rposition(|step| step.starts_with("post")).unwrap();
    assert_eq!(device.steps[2..5], ["post 64", "page", "a page"], "no ack was written");
    assert!(device.steps[3..again - 1].iter().all(|step| step.ends_with("page")), "{:?}", device.steps);
    assert_eq!(device.steps[again - 1..], ["last page", "post 6", "ack"]);
    assert_eq!(device.placed(), relay.ids());
    assert_eq!(device.waiting(), 0);
}

#[test]
fn entries_that_came_down_in_a_gap_count_as_pulled_and_ours_do_not() {
    let (mut device, mut relay) = (Device::with_waiting([2]), Relay::with([]));
    relay.before_post = vec![entry(9)];
    assert_eq!(device.sync(&mut relay), Outcome { pushed: 1, pulled: 1, end: End::Done });
    assert_eq!(device.steps[2..], ["post 1", "page", "last page"]);
    assert_eq!(device.placed(), ids([9, 2]));
}

#[test]
fn a_lost_ack_is_made_up_for_by_posting_again() {
    let (mut device, mut relay) = (Device::with_waiting([1, 2]), Relay::with([1, 2]));
    assert_eq!(device.sync(&mut relay).end, End::Done);
    assert_eq!(device.steps[2..], ["post 2", "ack", "page"]);
    assert_eq!((device.placed(), relay.ids()), (ids([1, 2]), ids([1, 2])));
}

#[test]
fn an_ack_that_does_not_fit_what_was_sent_is_refused_whole() {
    let start = Cursor::start(&owner().vault());
    let right = start.after(&ids([1, 2])).chain.to_text();
    let wrong = start.after(&ids([2, 1])).chain.to_text();
    for (positions, chain) in [
        (vec![1, 2], wrong.clone()),
        (vec![1, 2], "no chain".to_owned()),
        (vec![1], right.clone()),
        (vec![1, 2, 3], right.clone()),
        (Vec::new(), right.clone()),
    ] {
        let (mut device, mut relay) = (Device::with_waiting([1, 2]), Relay::with([]));
        relay.instead.push((Call::Post, json(200, &Appended { positions, chain })));
        assert_eq!(device.sync(&mut relay).end, End::Misbehaving(Violation::AckForm));
        assert_eq!((device.store.writes, device.waiting()), (0, 2));
    }
}

#[test]
fn positions_out_of_order_or_twice_are_a_gap() {
    let chain = Cursor::start(&owner().vault()).after(&ids([1, 2])).chain.to_text();
    for positions in [vec![2, 1], vec![1, 1], vec![0, 1], vec![2, 3], vec![u64::MAX, 0]] {
        let (mut device, mut relay) = (Device::with_waiting([1, 2]), Relay::with([]));
        relay.instead.push((Call::Post, json(200, &Appended { positions, chain: chain.clone() })));
        assert_eq!(device.sync(&mut relay), Outcome { pushed: 2, pulled: 0, end: End::Done });
        assert_eq!(device.steps[2..], ["post 2", "page", "post 2", "ack"]);
    }
}

#[test]
fn a_gap_that_is_claimed_for_ever_ends() {
    let (mut device, mut relay) = (Device::with_waiting([1]), Relay::with([]));
    let chain = Cursor::start(&owner().vault()).chain.to_text();
    relay.always.push((Call::Post, json(200, &Appended { positions: vec![5], chain })));
    assert_eq!(device.sync(&mut relay).end, End::Misbehaving(Violation::EndlessGap));
    assert_eq!((device.store.writes, device.waiting()), (0, 1));
    let posts = device.steps.iter().filter(|step| step.starts_with("post")).count();
    assert_eq!(posts, 9, "eight gaps are believed");
}

#[test]
fn an_entry_refused_alone_is_set_aside_while_the_others_go_up_and_the_pull_goes_on() {
    for kind in [ProblemKind::BadSignature, ProblemKind::TooLarge] {
        for bad in 0..7 {
            let (mut device, mut relay) = (Device::with_waiting(0..7), Relay::with([]));
            relay.refused = Some((entry(bad).id(), kind));
            assert_eq!(device.sync(&mut relay), Outcome { pushed: 6, pulled: 0, end: End::Done });
            let aside: Vec<_> = device.store.rows.iter().filter(|row| row.aside).map(|row| row.id).collect();
            assert_eq!(aside, ids([bad]));
            assert_eq!(relay.ids(), ids((0..7).filter(|n| *n != bad)));
            assert_eq!(device.placed(), relay.ids());
            let asides = device.steps.iter().filter(|step| *step == "set aside").count();
            assert_eq!((asides, device.steps.last().unwrap().as_str()), (1, "page"));
        }
    }
}

#[test]
fn after_an_entry_was_set_aside_batches_are_whole_again() {
    let (mut device, mut relay) = (Device::with_waiting(0..64), Relay::with([]));
    relay.refused = Some((entry(0).id(), ProblemKind::BadSignature));
    device.sync(&mut relay);
    let halves = ["post 64", "post 32", "post 16", "post 8", "post 4", "post 2", "post 1", "set aside"];
    assert_eq!(device.steps[2..], [halves.as_slice(), &["post 63", "ack", "page"]].concat());
}

#[test]
fn a_proxy_with_a_smaller_limit_gets_smaller_batches() {
    let (mut device, mut relay) = (Device::with_waiting(0..10), Relay::with([]));
    relay.proxy_max = 3;
    assert_eq!(device.sync(&mut relay), Outcome { pushed: 10, pulled: 0, end: End::Done });
    assert_eq!(device.steps[2..7], ["post 10", "post 5", "post 3", "ack", "post 3"]);
    assert!(device.store.rows.iter().all(|row| !row.aside));
}

#[test]
fn a_proxy_that_takes_not_even_one_entry_holds_the_push_and_not_the_pull() {
    let (mut device, mut relay) = (Device::with_waiting([1, 2]), Relay::with([9]));
    relay.proxy_max = 0;
    let end = End::PushHeld(ProblemKind::TooLarge);
    assert_eq!(device.sync(&mut relay), Outcome { pushed: 0, pulled: 1, end });
    assert_eq!(device.steps[2..], ["post 2", "post 1", "page", "last page"]);
    assert!(device.store.rows.iter().all(|row| !row.aside), "it is the proxy's refusal, not the relay's");
    assert_eq!(device.waiting(), 2);
}

#[test]
fn a_full_or_busy_relay_holds_the_push_and_not_the_pull() {
    for kind in
        [ProblemKind::TooManyRequests, ProblemKind::StorageFull, ProblemKind::Internal, ProblemKind::Unavailable]
    {
        let (mut device, mut relay) = (Device::with_waiting([1, 2]), Relay::with([8, 9]));
        relay.always.push((Call::Post, refusal(kind)));
        relay.page_max = 1;
        assert_eq!(device.sync(&mut relay), Outcome { pushed: 0, pulled: 2, end: End::PushHeld(kind) });
        assert_eq!(device.steps[2..], ["post 2", "page", "a page", "page", "last page"]);
        assert_eq!(device.waiting(), 2);
        relay.always.clear();
        assert_eq!(device.sync(&mut relay), Outcome { pushed: 2, pulled: 0, end: End::Done }, "the next sync tries");
    }
}

#[test]
fn another_processs_ack_is_not_written_over() {
    let (mut device, mut relay) = (Device::with_waiting([1]), Relay::with([]));
    device.store.before_commit.push_back(Box::new(|store| {
        store.cursor = store.cursor.after([&entry(1).id()]);
        store.rows[0].pos = Some(1);
    }));
    assert_eq!(device.sync(&mut relay), Outcome { pushed: 0, pulled: 0, end: End::Done });
    assert_eq!(device.steps[2..], ["post 1", "superseded", "page"]);
    assert_eq!((device.placed(), device.store.writes), (ids([1]), 0));
}

#[test]
fn success_without_our_body_is_no_ack() {
    let (mut device, mut relay) = (Device::with_waiting([1]), Relay::with([]));
    relay.instead.push((Call::Post, answer(200, "text/html", b"<p>Accept the terms of this hotel</p>")));
    assert!(matches!(device.sync(&mut relay).end, End::Unreachable(_)));
    assert_eq!((device.store.writes, device.waiting()), (0, 1));
}
