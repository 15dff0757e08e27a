//! How much anybody may ask for, and that nobody uses up another one's allowance.

use lissom_protocol::api::{CHALLENGE_PATH, ChallengeRequest, INFO_PATH, MAILBOX_MEDIA_TYPE, mailbox_path};
use lissom_protocol::limits::MAILBOX_SECONDS;
use lissom_protocol::problem::ProblemKind;

use crate::device::Rig;
use crate::http::{Reply, ask};

fn info_for(rig: &Rig, client: &str) -> Reply {
    ask(rig.relay.address(), "GET", INFO_PATH, &[("x-forwarded-for", client)], b"")
}

fn challenge_for(rig: &Rig, client: &str) -> Reply {
    let body = serde_json::to_vec(&ChallengeRequest { vault: "A".repeat(43) }).unwrap();
    let headers = [("x-forwarded-for", client), ("content-type", "application/json")];
    ask(rig.relay.address(), "POST", CHALLENGE_PATH, &headers, &body)
}

#[track_caller]
fn assert_wait(reply: &Reply) {
    reply.assert_problem(ProblemKind::TooManyRequests);
    let seconds: u64 = reply.header("retry-after").unwrap().parse().unwrap();
    // The longest period that anything is counted over is a mailbox's life.
    assert!((1..=MAILBOX_SECONDS + 1).contains(&seconds), "{seconds}");
}

#[test]
fn an_address_has_its_requests_and_a_network_of_ipv6_is_one_address() {
    let rig = Rig::with(|config| {
        config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
        (config.address_requests, config.address_burst) = (1, 3);
    });
    for client in ["2001:db8::1", "2001:db8::2", "2001:db8::3"] {
        assert_eq!(info_for(&rig, client).status, 200);
    }
    // One a second comes back: not one of many at once.
    let many: Vec<Reply> = (4..14).map(|number| info_for(&rig, &format!("2001:db8::{number}"))).collect();
    assert_wait(many.iter().find(|reply| reply.status == 429).unwrap());
    assert_eq!(info_for(&rig, "2001:db8:0:1::1").status, 200, "others have their own");
    assert_eq!(info_for(&rig, "192.0.2.1").status, 200);
}

#[test]
fn an_address_has_its_logins_and_can_still_do_all_else() {
    let rig = Rig::with(|config| {
        config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
        config.address_logins = 2;
    });
    assert_eq!([challenge_for(&rig, "192.0.2.1").status, challenge_for(&rig, "192.0.2.1").status], [200, 200]);
    assert_wait(&challenge_for(&rig, "192.0.2.1"));
    assert_eq!(challenge_for(&rig, "192.0.2.2").status, 200);
    assert_eq!(info_for(&rig, "192.0.2.1").status, 200);
}

#[test]
fn an_address_fills_only_some_of_the_mailboxes() {
    let rig = Rig::with(|config| {
        config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
        (config.address_mailboxes, config.mailboxes_max) = (2, 3);
    });
    let fill = |client: &str, number: u8| {
        let headers = [("x-forwarded-for", client), ("content-type", MAILBOX_MEDIA_TYPE)];
        ask(rig.relay.address(), "PUT", &mailbox_path(&[number; 16]), &headers, b"sealed")
    };
    assert_eq!([fill("192.0.2.1", 1).status, fill("192.0.2.1", 2).status], [204, 204]);
    assert_wait(&fill("192.0.2.1", 3));
    assert_eq!(fill("192.0.2.2", 3).status, 204, "there is room for others");
    let take = ask(rig.relay.address(), "GET", &mailbox_path(&[1; 16]), &[("x-forwarded-for", "192.0.2.1")], b"");
    assert_eq!(take.status, 200, "and whoever has filled some can still take");
}

#[test]
fn a_diary_has_its_requests_and_can_always_be_deleted() {
    let rig = Rig::with(|config| (config.vault_requests, config.vault_burst) = (1, 4));
    let (device, other) = (rig.device(1), rig.device(2));
    let entries = device.entries(0..3);
    assert_eq!(device.post(device.start(), &entries).status, 200);
    let many: Vec<Reply> = (0..12).map(|_| device.head()).collect();
    assert_wait(many.iter().find(|reply| reply.status == 429).unwrap());
    assert_eq!(other.head().status, 200, "others have their own");
    let stranger = ask(rig.relay.address(), "GET", &format!("/v1/vaults/{}/head", other.id.to_text()), &[], b"");
    stranger.assert_problem(ProblemKind::TokenInvalid);
    assert_eq!(device.delete(device.after(&entries)).status, 204);
}

#[test]
fn nobody_without_a_token_uses_up_a_diarys_requests() {
    let rig = Rig::with(|config| (config.vault_requests, config.vault_burst) = (1, 1));
    let device = rig.device(1);
    for _ in 0..20 {
        let path = format!("/v1/vaults/{}/head", device.id.to_text());
        ask(rig.relay.address(), "GET", &path, &[("authorization", "Bearer AAAA")], b"")
            .assert_problem(ProblemKind::TokenInvalid);
    }
    assert_eq!(device.head().status, 200);
}

#[test]
fn watchers_leave_connections_for_syncing() {
    let rig = Rig::with(|config| config.watchers_max = 1);
    let (first, second) = (rig.device(1), rig.device(2));
    let watching = first.watch().ok().unwrap();
    let refused = second.watch().err().unwrap();
    refused.assert_problem(ProblemKind::TooManyRequests);
    assert_eq!(refused.header("retry-after"), Some("30"));
    assert_eq!(second.head().status, 200);
    drop(watching);
}
