//! Who gets a token, and what it opens.

use lissom_protocol::api::{CHALLENGE_PATH, ChallengeRequest, TOKEN_PATH, cursor_query, vault_path};
use lissom_protocol::problem::ProblemKind;
use lissom_protocol::statement::Role;

use crate::device::{Device, Rig};
use crate::http::{ask, ask_json};

#[test]
fn a_challenge_is_given_for_any_vault() {
    let rig = Rig::new();
    let stranger = Device::new(rig.relay.address(), 9);
    assert_eq!(stranger.challenge().len(), rig.device(1).challenge().len());
    stranger.ask_token(Role::Owner).assert_problem(ProblemKind::VaultUnknown);
    let bad = ChallengeRequest { vault: "short".to_owned() };
    ask_json(rig.relay.address(), CHALLENGE_PATH, &bad).assert_problem(ProblemKind::Malformed);
}

#[test]
fn a_token_needs_the_roles_own_signature_over_this_relays_challenge() {
    let (rig, other) = (Rig::new(), Rig::new());
    let (device, stranger) = (rig.device(1), rig.device(2));
    let refused =
        |request| ask_json(rig.relay.address(), TOKEN_PATH, &request).assert_problem(ProblemKind::ChallengeInvalid);

    let mut wrong_role = device.answer(Role::Reader, &device.challenge());
    wrong_role.role = Role::Owner;
    refused(wrong_role);
    let mut wrong_key = stranger.answer(Role::Owner, &device.challenge());
    wrong_key.vault = device.id.to_text();
    refused(wrong_key);
    refused(device.answer(Role::Owner, &stranger.challenge()));
    refused(device.answer(Role::Owner, &other.device(1).challenge()));
    refused(device.answer(Role::Owner, "AAAA"));
    let mut no_text = device.answer(Role::Owner, &device.challenge());
    no_text.challenge = "***".to_owned();
    refused(no_text);
}

#[test]
fn without_its_token_every_vault_looks_alike() {
    let rig = Rig::new();
    let (device, unknown) = (rig.device(1), Device::new(rig.relay.address(), 9));
    for vault in [&device, &unknown] {
        for (method, end) in
            [("GET", "/entries"), ("POST", "/entries"), ("GET", "/head"), ("GET", "/watch"), ("DELETE", "")]
        {
            let path = format!("{}{end}?{}", vault_path(&vault.id), cursor_query(&vault.start()));
            let foreign = format!("Bearer {}", rig.relay.address());
            let others =
                format!("Bearer {}", if vault.id == device.id { "x".to_owned() } else { device.token.clone() });
            for headers in [vec![], vec![("authorization", foreign.as_str())], vec![("authorization", others.as_str())]]
            {
                let reply = ask(rig.relay.address(), method, &path, &headers, b"");
                reply.assert_problem(ProblemKind::TokenInvalid);
                assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
            }
        }
    }
}

#[test]
fn a_good_token_of_one_vault_says_nothing_about_another() {
    let rig = Rig::new();
    let (mut known, mut unknown) = (rig.device(2), Device::new(rig.relay.address(), 9));
    known.token = rig.device(1).token;
    unknown.token.clone_from(&known.token);
    let answers = |device: &Device| {
        [
            device.head().timeless(),
            device.page(device.start()).timeless(),
            device.post(device.start(), &device.entries(0..1)).timeless(),
            device.delete(device.start()).timeless(),
            device.watch().err().unwrap().timeless(),
        ]
    };
    assert_eq!(answers(&known), answers(&unknown));
    assert_eq!(answers(&known)[0].0, 401);
}

#[test]
fn a_reader_reads_and_no_more() {
    let rig = Rig::new();
    let mut device = rig.device(1);
    let entries = device.entries(0..2);
    assert_eq!(device.post(device.start(), &entries).status, 200);
    device.token = device.get_token(Role::Reader);
    assert_eq!(device.page(device.start()).status, 200);
    assert_eq!(device.head().status, 200);
    assert!(device.watch().is_ok());
    device.post(device.after(&entries), &entries).assert_problem(ProblemKind::Forbidden);
    device.delete(device.after(&entries)).assert_problem(ProblemKind::Forbidden);
}

#[test]
fn a_tokens_life_goes_over_a_restart() {
    let rig = Rig::new();
    let mut device = rig.device(1);
    let config = lissom_relay::config::Config::local(rig.folder.path());
    rig.relay.stop();
    let relay = lissom_relay::blocking::start(config).unwrap();
    device.address = relay.address();
    assert_eq!(device.head().status, 200);
}
