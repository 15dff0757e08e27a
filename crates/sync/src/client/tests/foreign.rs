//! Answers that do not come from a relay of ours, or claim what they cannot prove.

use lissom_protocol::api;
use lissom_protocol::problem::{Problem, ProblemKind};

use super::harness::{Call, Device, Relay, answer, entry, ids, owner, refusal, refusal_with};
use crate::client::{End, Statement};
use crate::http::Response;
use crate::keys::{Keys, Secret};

const CALLS: [Call; 4] = [Call::Challenge, Call::Token, Call::Post, Call::Page];

/// A device that has synced, with one entry to post unless the page is what matters.
fn device_for(call: Call) -> (Device, Relay) {
    let mut device = Device::in_step_with([1]);
    if call != Call::Page {
        device.store.hold(entry(2), None);
    }
    (device, Relay::with([1]))
}

fn sync_against(call: Call, response: &Response) -> (Device, End) {
    let (mut device, mut relay) = device_for(call);
    relay.always.push((call, response.clone()));
    let end = device.sync(&mut relay).end;
    (device, end)
}

#[test]
fn a_refusal_without_our_type_is_an_outage_and_writes_nothing() {
    let nginx = r"<html><head><title>Not Found</title></head></html>";
    let blank = r#"{"type":"about:blank","title":"Not Found","status":404}"#;
    let theirs = r#"{"type":"https://example.org/log-diverged","title":"x","status":409}"#;
    let newer = r#"{"type":"urn:lissom:problem:something-new","title":"x","status":410}"#;
    let ours = serde_json::to_string(&Problem::new(ProblemKind::LogDiverged)).unwrap();
    for status in [400, 401, 403, 404, 409, 410, 422] {
        for (media_type, body) in [
            ("text/html", nginx),
            ("application/json", r#"{"message":"not found"}"#),
            ("application/problem+json", blank),
            ("application/problem+json", theirs),
            ("application/problem+json", newer),
            ("application/problem+json", "log-diverged"),
            // Our type counts only in the media type of problems.
            ("application/json", ours.as_str()),
            ("", ""),
        ] {
            for call in CALLS {
                let (device, end) = sync_against(call, &answer(status, media_type, body.as_bytes()));
                assert!(matches!(end, End::Unreachable(_)), "{call:?} {status} {media_type} {body}: {end:?}");
                assert_eq!((device.store.writes, device.placed()), (0, ids([1])));
            }
        }
    }
}

#[test]
fn success_with_a_strange_body_is_an_outage() {
    for call in CALLS {
        for body in ["<html>Welcome to the hotel</html>", "{}", "[]", "", "null", r#" ["AAAA", 900]"#, r#"["AAAA"]"#] {
            let (device, end) = sync_against(call, &answer(200, "text/html", body.as_bytes()));
            assert!(matches!(end, End::Unreachable(_)), "{call:?} {body}: {end:?}");
            assert_eq!(device.store.writes, 0);
        }
    }
}

#[test]
fn a_challenge_that_cannot_be_read_is_an_outage() {
    let challenge = api::Challenge { challenge: "!".to_owned() };
    let (_, end) = sync_against(Call::Challenge, &super::harness::json(200, &challenge));
    assert!(matches!(end, End::Unreachable(_)));
}

#[test]
fn a_deletion_without_the_owners_statement_is_an_outage() {
    let other = Keys::owner(&Secret::from_bytes([2; 32]));
    let statements = [
        None,
        Some(String::new()),
        Some("not base64url!".to_owned()),
        Some(api::to_text(&[0; 64])),
        Some(api::to_text(&other.sign_deletion().unwrap())),
        Some(api::to_text(&owner().sign_register().unwrap())),
        Some(api::to_text(&owner().sign_deletion().unwrap()[..63])),
    ];
    for statement in statements {
        let problem = Problem { statement, ..Problem::new(ProblemKind::Gone) };
        for call in CALLS {
            let (device, end) = sync_against(call, &refusal_with(&problem));
            assert!(matches!(end, End::Unreachable(_)), "{call:?} {:?}: {end:?}", problem.statement);
            assert_eq!((device.store.writes, device.placed()), (0, ids([1])));
        }
    }
}

#[test]
fn a_deletion_with_the_owners_statement_is_one_and_still_erases_nothing() {
    let statement = owner().sign_deletion().unwrap();
    let problem = Problem { statement: Some(api::to_text(&statement)), ..Problem::new(ProblemKind::Gone) };
    for call in CALLS {
        let (device, end) = sync_against(call, &refusal_with(&problem));
        assert_eq!(end, End::Gone { statement: Statement(statement) }, "{call:?}");
        assert_eq!((device.store.writes, device.placed()), (0, ids([1])));
    }
    let (mut device, mut relay) = device_for(Call::Post);
    relay.registered = false;
    relay.always.push((Call::Register, refusal_with(&problem)));
    assert_eq!(
        device.sync(&mut relay).end,
        End::Gone { statement: Statement(statement) },
        "a deleted vault is not registered again"
    );
    assert_eq!(device.store.writes, 0);
}

#[test]
fn a_busy_proxy_holds_the_push_and_ends_what_it_keeps_from_being_read() {
    for status in [429, 500, 502, 504] {
        for call in CALLS {
            let (device, end) = sync_against(call, &answer(status, "text/html", b"<html>busy</html>"));
            let held = matches!(end, End::PushHeld(ProblemKind::Unavailable));
            assert!(held || matches!(end, End::Unreachable(_)), "{call:?} {status}: {end:?}");
            assert_eq!((held, device.store.writes), (call == Call::Post, 0), "{call:?}");
        }
    }
}

#[test]
fn other_problems_of_ours_hold_a_push_and_else_end_the_sync_by_their_name() {
    for kind in [ProblemKind::Malformed, ProblemKind::Forbidden, ProblemKind::UnsupportedMediaType] {
        for call in CALLS {
            let (device, end) = sync_against(call, &refusal(kind));
            let expected = if call == Call::Post { End::PushHeld(kind) } else { End::Refused(kind) };
            assert_eq!((end, device.store.writes), (expected, 0), "{call:?}");
        }
    }
}
