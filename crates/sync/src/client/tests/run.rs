//! Tokens, registration, and the run as a whole.

use lissom_protocol::problem::ProblemKind;

use super::harness::{Call, Device, Relay, ids, owner, reader, refusal};
use crate::client::{Effect, End, Event, HostError, Outcome, VaultClient, Violation};
use crate::http::Response;

#[test]
fn nothing_new_costs_one_round_trip_after_the_token() {
    let (mut device, mut relay) = (Device::in_step_with([1, 2]), Relay::with([1, 2]));
    assert_eq!(device.sync(&mut relay), Outcome { pushed: 0, pulled: 0, end: End::Done });
    assert_eq!(device.steps, ["challenge", "token", "page"]);
    assert_eq!(device.sync(&mut relay).end, End::Done);
    assert_eq!(device.steps, ["page"]);
    assert_eq!(device.store.writes, 0);
}

#[test]
fn a_token_that_ran_out_is_renewed_once() {
    let (mut device, mut relay) = (Device::with_waiting([1]), Relay::with([]));
    device.sync(&mut relay);
    relay.forget_tokens();
    assert_eq!(device.sync(&mut relay).end, End::Done);
    assert_eq!(device.steps, ["page", "challenge", "token", "page"]);
}

#[test]
fn a_token_that_runs_out_at_a_post_is_renewed_and_the_post_repeated() {
    let (mut device, mut relay) = (Device::with_waiting([1]), Relay::with([]));
    relay.instead.push((Call::Post, refusal(ProblemKind::TokenInvalid)));
    assert_eq!(device.sync(&mut relay), Outcome { pushed: 1, pulled: 0, end: End::Done });
    assert_eq!(device.steps, ["challenge", "token", "post 1", "challenge", "token", "post 1", "ack", "page"]);
}

#[test]
fn a_relay_that_takes_none_of_its_tokens_is_not_asked_for_ever() {
    let (mut device, mut relay) = (Device::in_step_with([1]), Relay::with([1]));
    relay.always.push((Call::Page, refusal(ProblemKind::TokenInvalid)));
    assert_eq!(device.sync(&mut relay).end, End::Refused(ProblemKind::TokenInvalid));
    assert_eq!(device.steps, ["challenge", "token", "page", "challenge", "token", "page"]);
    relay.always.clear();
    relay.forget_tokens();
    assert_eq!(device.sync(&mut relay).end, End::Done, "the next sync may renew it again");
}

#[test]
fn a_joining_device_registers_nothing() {
    let (mut device, mut relay) = (Device::joining(owner()), Relay::with([]));
    relay.registered = false;
    assert_eq!(device.sync(&mut relay).end, End::VaultUnknown);
    assert_eq!(device.steps, ["challenge", "token"]);
    assert!(!relay.registered && device.store.writes == 0);
}

#[test]
fn a_known_device_registers_heals_and_goes_on() {
    let (mut device, mut relay) = (Device::in_step_with([1, 2]), Relay::with([]));
    relay.registered = false;
    assert_eq!(device.sync_allowing(&mut relay, 0).end, End::HealHeld, "registering again backs off like any repair");
    device.steps.clear();
    assert_eq!(device.sync_allowing(&mut relay, 1), Outcome { pushed: 2, pulled: 0, end: End::Done });
    let register = ["challenge", "token", "register", "heal after registering", "challenge", "token"];
    let again = ["page", "last page", "post 2", "ack"];
    assert_eq!(device.steps, [register.as_slice(), again.as_slice()].concat());
    assert_eq!(relay.ids(), ids([1, 2]));
}

#[test]
fn a_vault_that_vanishes_while_reading_is_registered_as_well() {
    let (mut device, mut relay) = (Device::in_step_with([1]), Relay::with([1]));
    device.sync(&mut relay);
    (relay.log, relay.registered) = (Vec::new(), false);
    assert_eq!(device.sync(&mut relay), Outcome { pushed: 1, pulled: 0, end: End::Done });
    assert_eq!(device.steps[..3], ["page", "register", "heal after registering"]);
    assert_eq!(relay.ids(), ids([1]));
}

#[test]
fn a_vault_is_registered_once_in_a_run() {
    let (mut device, mut relay) = (Device::in_step_with([1]), Relay::with([]));
    relay.always.push((Call::Token, refusal(ProblemKind::VaultUnknown)));
    assert_eq!(device.sync(&mut relay).end, End::HealHeld, "it is known here, and the repair waits");
    assert_eq!(device.steps.iter().filter(|step| *step == "register").count(), 1);
    assert_eq!(device.waiting(), 1, "the entry is kept and waits");
}

#[test]
fn a_relay_that_admits_nobody_says_so() {
    for kind in [ProblemKind::InviteRequired, ProblemKind::RegistrationClosed] {
        let (mut device, mut relay) = (Device::in_step_with([1]), Relay::with([]));
        relay.registered = false;
        relay.instead.push((Call::Register, refusal(kind)));
        assert_eq!(device.sync(&mut relay).end, End::NotAdmitted(kind));
        assert_eq!((device.store.writes, device.placed()), (0, ids([1])));
    }
}

#[test]
fn a_reader_pulls_and_neither_registers_nor_posts() {
    let (mut device, mut relay) = (Device::joining(reader()), Relay::with([1, 2]));
    device.store.known_here = true;
    device.store.hold(super::harness::entry(9), None);
    assert_eq!(device.sync(&mut relay), Outcome { pushed: 0, pulled: 2, end: End::Done });
    assert_eq!(device.steps, ["challenge", "token", "page", "last page"]);
    relay.registered = false;
    assert_eq!(device.sync(&mut relay).end, End::VaultUnknown);
    assert_eq!(device.steps, ["page"]);
    let (mut device, mut relay) = (Device::joining(reader()), Relay::with([]));
    (device.store.known_here, relay.registered) = (true, false);
    assert_eq!(device.sync(&mut relay).end, End::VaultUnknown);
    assert_eq!(device.steps, ["challenge", "token"]);
}

#[test]
fn a_reader_heals_like_everybody_else() {
    let (mut device, mut relay) = (Device::joining(reader()), Relay::with([1, 2]));
    device.sync(&mut relay);
    relay.log.remove(0);
    assert_eq!(device.sync(&mut relay).end, End::Done);
    assert_eq!(device.steps, ["page", "heal", "page", "last page"]);
    assert_eq!((device.placed(), device.waiting()), (ids([2]), 1));
}

#[test]
fn what_was_not_asked_for_is_the_hosts_error() {
    let device = Device::in_step_with([]);
    let stored = device.store.cursor;
    let stored = crate::client::Stored { cursor: stored, healing: false, known_here: true, junk: false };
    let strangers = || {
        [
            Event::Committed { stored, pulled: 0 },
            Event::Superseded { stored },
            Event::Rejected(Violation::Repeated),
            Event::Batch(crate::client::Batch { stored, entries: Vec::new() }),
        ]
    };
    for event in strangers() {
        let mut client = VaultClient::new(owner(), None);
        assert_eq!(client.handle(event.clone()).err(), Some(HostError), "before the begin: {event:?}");
        client.handle(device.begin(0)).unwrap();
        assert_eq!(client.handle(event.clone()).err(), Some(HostError), "instead of an answer: {event:?}");
        assert!(client.handle(device.begin(0)).is_ok(), "another sync may begin");
    }
    let mut client = VaultClient::new(owner(), None);
    client.handle(device.begin(0)).unwrap();
    assert!(client.handle(device.begin(0)).is_ok(), "a host whose storage failed begins again");
    let mut client = VaultClient::new(owner(), None);
    assert_eq!(client.handle(Event::Answer(Response::default())).err(), Some(HostError));
    assert_eq!(client.handle(Event::NoAnswer(String::new())).err(), Some(HostError));
}

#[test]
fn an_answer_in_place_of_a_batch_or_commit_is_the_hosts_error() {
    let (mut device, mut relay) = (Device::with_waiting([1]), Relay::with([]));
    for stop in ["batch", "commit"] {
        let mut effect = device.client.handle(device.begin(0)).unwrap();
        while !matches!((&effect, stop), (Effect::TakeBatch { .. }, "batch") | (Effect::Commit(_), "commit")) {
            let event = device.perform(effect, &mut relay);
            effect = device.client.handle(event).unwrap();
        }
        assert_eq!(device.client.handle(Event::Answer(Response::default())).err(), Some(HostError));
    }
}

#[test]
fn running_out_of_time_keeps_the_counts_and_the_next_sync_begins_at_once() {
    let (mut device, mut relay) = (Device::with_waiting([1, 2]), Relay::with([]));
    relay.page_max = 1;
    relay.before_post = vec![super::harness::entry(8), super::harness::entry(9)];
    let mut effect = device.client.handle(device.begin(0)).unwrap();
    while device.steps.iter().filter(|step| *step == "a page").count() < 2 {
        let event = device.perform(effect, &mut relay);
        effect = device.client.handle(event).unwrap();
    }
    assert_eq!(device.client.give_up(), Outcome { pushed: 0, pulled: 2, end: End::OutOfTime });
    assert_eq!(device.store.cursor.pos, 2, "what was done is kept");
    assert_eq!(device.sync(&mut relay).end, End::Done);
    assert_eq!(device.steps[0], "post 2", "the token is kept, and the sync begins at once");
    assert_eq!(device.placed(), relay.ids());
}

#[test]
fn silence_ends_the_sync_at_any_request_and_writes_nothing() {
    for exchanges in 0..4 {
        let (mut device, mut relay) = (Device::with_waiting([1]), Relay::with([9]));
        let mut effect = device.client.handle(device.begin(0)).unwrap();
        let mut left = exchanges;
        while !matches!(effect, Effect::Exchange(_)) || left > 0 {
            left -= usize::from(matches!(effect, Effect::Exchange(_)));
            let event = device.perform(effect, &mut relay);
            effect = device.client.handle(event).unwrap();
        }
        let last = device.client.handle(Event::NoAnswer("no route".to_owned())).unwrap();
        let Effect::Finish(outcome) = last else { panic!("{last:?}") };
        assert_eq!(outcome.end, End::Unreachable("no route".to_owned()));
        assert_eq!(device.store.writes, 0);
    }
}

#[test]
fn pokes_are_asked_for_only_with_a_token() {
    let (mut device, mut relay) = (Device::in_step_with([]), Relay::with([]));
    assert!(device.client.watch_request().is_none());
    device.sync(&mut relay);
    let request = device.client.watch_request().unwrap();
    assert!(request.path.ends_with("/watch") && request.headers.iter().any(|(name, _)| *name == "authorization"));
}
