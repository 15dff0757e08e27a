//! Healing a log that diverged, and what another process may do meanwhile.

use lissom_protocol::problem::ProblemKind;

use super::harness::{Call, Device, Relay, entry, ids, refusal};
use crate::client::{End, Outcome, Violation};

#[test]
fn a_relay_set_back_is_healed_and_pulled_before_anything_is_posted() {
    let (mut device, mut relay) = (Device::in_step_with([1, 2, 3]), Relay::with([1, 9]));
    device.store.hold(entry(4), None);
    assert_eq!(device.sync(&mut relay), Outcome { pushed: 3, pulled: 1, end: End::Done });
    assert_eq!(device.steps[2..], ["post 1", "heal", "page", "last page", "post 3", "ack"]);
    assert_eq!(relay.ids(), ids([1, 9, 2, 3, 4]), "what the log lacks goes up again, in the order it is held");
    assert_eq!(device.placed(), relay.ids());
    assert!(!device.store.healing);
}

#[test]
fn a_divergence_found_while_reading_heals_as_well() {
    let (mut device, mut relay) = (Device::in_step_with([1, 2]), Relay::with([2]));
    assert_eq!(device.sync(&mut relay), Outcome { pushed: 1, pulled: 0, end: End::Done });
    assert_eq!(device.steps[2..], ["page", "heal", "page", "last page", "post 1", "ack"]);
    assert_eq!(relay.ids(), ids([2, 1]));
}

#[test]
fn an_emptied_relay_is_filled_again() {
    let (mut device, mut relay) = (Device::in_step_with(0..100), Relay::with([]));
    assert_eq!(device.sync(&mut relay), Outcome { pushed: 100, pulled: 0, end: End::Done });
    let steps = ["page", "heal", "page", "last page", "post 64", "ack", "post 36", "ack"];
    assert_eq!(device.steps[2..], steps);
    assert!(!device.store.healing, "an empty page that reaches the end is written, because it ends the healing");
}

#[test]
fn while_healing_every_page_comes_before_the_first_post() {
    let (mut device, mut relay) = (Device::in_step_with([1, 2, 3]), Relay::with([3, 2, 1]));
    device.store.hold(entry(4), None);
    relay.page_max = 1;
    device.store.heal();
    assert_eq!(device.sync(&mut relay), Outcome { pushed: 1, pulled: 0, end: End::Done });
    let pages = ["page", "a page", "page", "a page", "page", "last page", "post 1", "ack"];
    assert_eq!(device.steps[2..], pages);
}

#[test]
fn nobody_may_deny_the_start_of_the_log() {
    for call in [Call::Post, Call::Page] {
        let (mut device, mut relay) = (Device::with_waiting([1]), Relay::with([]));
        relay.always.push((call, refusal(ProblemKind::LogDiverged)));
        if call == Call::Page {
            device.store.rows.clear();
        }
        assert_eq!(device.sync(&mut relay).end, End::Misbehaving(Violation::StartDiverged));
        assert_eq!(device.store.writes, 0);
    }
}

#[test]
fn a_heal_that_is_not_allowed_waits_and_writes_nothing() {
    let (mut device, mut relay) = (Device::in_step_with([1, 2]), Relay::with([1]));
    assert_eq!(device.sync_allowing(&mut relay, 0).end, End::HealHeld);
    assert_eq!((device.store.writes, device.store.cursor.pos, device.placed()), (0, 2, ids([1, 2])));
    assert_eq!(device.sync_allowing(&mut relay, 1).end, End::Done, "one is enough");
}

#[test]
fn a_relay_that_cries_wolf_is_healed_only_as_often_as_allowed() {
    let (mut device, mut relay) = (Device::in_step_with([1, 2]), Relay::with([1, 2]));
    device.store.hold(entry(3), None);
    relay.always.push((Call::Post, refusal(ProblemKind::LogDiverged)));
    for allowed in 0..4 {
        assert_eq!(device.sync_allowing(&mut relay, allowed).end, End::HealHeld, "{:?}", device.steps);
        let heals = device.steps.iter().filter(|step| *step == "heal").count();
        assert_eq!(u32::try_from(heals), Ok(allowed));
    }
    relay.always.clear();
    assert_eq!(device.sync(&mut relay).end, End::Done);
    assert_eq!(relay.ids(), ids([1, 2, 3]), "and nothing was lost by it");
}

#[test]
fn a_page_of_the_time_before_another_processs_heal_is_dropped() {
    let (mut device, mut relay) = (Device::in_step_with([1, 2]), Relay::with([1, 2, 3]));
    let log = relay.log.clone();
    device.store.before_commit.push_back(Box::new(super::harness::Store::heal));
    assert_eq!(device.sync(&mut relay), Outcome { pushed: 0, pulled: 1, end: End::Done });
    assert_eq!(device.steps[2..], ["page", "superseded", "page", "last page"]);
    assert_eq!((device.placed(), relay.log), (ids([1, 2, 3]), log));
}

#[test]
fn what_another_processs_heal_has_uncovered_goes_up_in_the_same_sync() {
    let (mut device, mut relay) = (Device::in_step_with([1, 2]), Relay::with([1, 2, 3]));
    // The page with entry 3 is under way when the relay is set back and another process heals.
    let mut effect = device.client.handle(device.begin(0)).unwrap();
    while device.steps.last().is_none_or(|step| step != "page") {
        let event = device.perform(effect, &mut relay);
        effect = device.client.handle(event).unwrap();
    }
    relay = Relay::with([1]);
    device.store.heal();
    for _ in 0..50 {
        if let crate::client::Effect::Finish(outcome) = effect {
            assert_eq!(outcome, Outcome { pushed: 1, pulled: 0, end: End::Done });
            assert_eq!((relay.ids(), device.placed()), (ids([1, 2]), ids([1, 2])));
            return;
        }
        let event = device.perform(effect, &mut relay);
        effect = device.client.handle(event).unwrap();
    }
    panic!("the sync does not end: {:?}", device.steps);
}

#[test]
fn a_heal_that_another_process_has_done_already_is_not_done_twice() {
    let (mut device, mut relay) = (Device::in_step_with([1, 2]), Relay::with([1]));
    device.store.before_commit.push_back(Box::new(super::harness::Store::heal));
    assert_eq!(device.sync_allowing(&mut relay, 1), Outcome { pushed: 1, pulled: 0, end: End::Done });
    assert_eq!(device.steps[2..], ["page", "superseded", "page", "last page", "post 1", "ack"]);
}

#[test]
fn a_heal_of_another_process_between_page_and_batch_is_pulled_first() {
    let (mut device, mut relay) = (Device::in_step_with([1]), Relay::with([1]));
    device.store.hold(entry(2), None);
    device.store.hold(entry(3), None);
    relay.before_post = vec![entry(9)];
    // A gap is claimed, the log is read to its end; then another process heals, and the batch sees that.
    let mut effect = device.client.handle(device.begin(0)).unwrap();
    while device.steps.last().is_none_or(|step| step != "last page") {
        let event = device.perform(effect, &mut relay);
        effect = device.client.handle(event).unwrap();
    }
    device.store.hold(entry(4), None);
    device.store.heal();
    let from = device.steps.len();
    while !matches!(effect, crate::client::Effect::Finish(_)) {
        let event = device.perform(effect, &mut relay);
        effect = device.client.handle(event).unwrap();
    }
    assert_eq!(device.steps[from..], ["page", "last page", "post 1", "ack"]);
    assert_eq!((device.placed(), device.store.healing), (ids([1, 9, 2, 3, 4]), false));
}

#[test]
fn an_ack_that_another_processs_heal_overtakes_is_read_again_from_the_start() {
    let (mut device, mut relay) = (Device::in_step_with([1]), Relay::with([1]));
    device.store.hold(entry(2), None);
    device.store.heal();
    // The page that ends the healing is written; before the ack, another process heals once more.
    device.store.before_commit.push_back(Box::new(|_| ()));
    device.store.before_commit.push_back(Box::new(super::harness::Store::heal));
    assert_eq!(device.sync(&mut relay), Outcome { pushed: 0, pulled: 0, end: End::Done });
    assert_eq!(device.steps[2..], ["page", "last page", "post 1", "superseded", "page", "last page"]);
    assert_eq!((device.placed(), device.store.healing), (ids([1, 2]), false));
}

#[test]
fn what_a_relay_served_instead_of_an_entry_is_asked_for_again_once_in_a_sync_where_a_heal_is_allowed() {
    for (allowed, heals) in [(0, 0), (1, 1), (2, 1)] {
        let (mut device, mut relay) = (Device::in_step_with([1, 2]), Relay::with([1, 2]));
        device.store.junk = true;
        assert_eq!(device.sync_allowing(&mut relay, allowed).end, End::Done);
        assert_eq!(device.steps.iter().filter(|step| step.as_str() == "heal").count(), heals, "{allowed} allowed");
    }
}
