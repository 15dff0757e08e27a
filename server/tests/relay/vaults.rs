//! Registering, deleting, and what the relay says about itself.

use lissom_protocol::api::{INFO_PATH, Info, Registration, VAULTS_PATH, to_text};
use lissom_protocol::problem::ProblemKind;
use lissom_protocol::statement::Role;

use crate::device::{Device, Rig};
use crate::http::{ask, ask_json};

#[test]
fn a_vault_is_registered_once_and_known_after() {
    let rig = Rig::new();
    let device = Device::new(rig.relay.address(), 1);
    assert_eq!(device.register(None).status, 201);
    assert_eq!(device.register(None).status, 200);
}

#[test]
fn a_registration_is_signed_by_the_write_key() {
    let rig = Rig::new();
    let (device, other) = (Device::new(rig.relay.address(), 1), Device::new(rig.relay.address(), 2));
    let mut registration = device.registration(None);
    registration.signature = other.registration(None).signature;
    ask_json(rig.relay.address(), VAULTS_PATH, &registration).assert_problem(ProblemKind::Malformed);
    registration.signature = "AAAA".to_owned();
    ask_json(rig.relay.address(), VAULTS_PATH, &registration).assert_problem(ProblemKind::Malformed);
    device.ask_token(Role::Owner).assert_problem(ProblemKind::VaultUnknown);
}

#[test]
fn an_invite_lets_in_as_many_as_it_says() {
    let rig = Rig::with(|config| config.registration = Registration::Invite);
    let devices = [1, 2].map(|seed| Device::new(rig.relay.address(), seed));
    devices[0].register(None).assert_problem(ProblemKind::InviteRequired);
    let invite = rig.relay.make_invite(1, Some(60)).unwrap();
    assert_eq!(devices[0].register(Some(&invite)).status, 201);
    assert_eq!(devices[0].register(None).status, 200, "who is known needs none");
    devices[1].register(Some(&invite)).assert_problem(ProblemKind::InviteRequired);
}

#[test]
fn a_closed_relay_takes_nobody() {
    let rig = Rig::with(|config| config.registration = Registration::Closed);
    Device::new(rig.relay.address(), 1).register(None).assert_problem(ProblemKind::RegistrationClosed);
}

#[test]
fn a_deleted_vault_is_gone_with_its_statement() {
    let rig = Rig::new();
    let device = rig.device(1);
    let entries = device.entries(0..3);
    assert_eq!(device.post(device.start(), &entries).status, 200);
    device.delete(device.after(&entries[..2])).assert_problem(ProblemKind::LogDiverged);
    let forged = to_text(&[1; 64]);
    device.delete_with(device.after(&entries), &forged).assert_problem(ProblemKind::Malformed);
    assert_eq!(device.delete(device.after(&entries)).status, 204);
    let statement = device.statement();
    let answers = [
        device.delete(device.after(&entries)),
        device.page(device.start()),
        device.head(),
        device.post(device.start(), &entries),
        device.ask_token(Role::Owner),
        device.ask_token(Role::Reader),
        device.register(None),
        device.watch().err().unwrap(),
    ];
    for answer in answers {
        answer.assert_problem(ProblemKind::Gone);
        assert_eq!(answer.problem().statement.as_ref(), Some(&statement));
    }
}

#[test]
fn the_relay_says_what_it_is() {
    let rig = Rig::new();
    let info: Info = ask(rig.relay.address(), "GET", INFO_PATH, &[], b"").json();
    assert_eq!((info.name.as_str(), info.registration), ("lissom-relay", Registration::Open));
    assert_eq!((info.entry_versions, info.vault_bytes_max), (vec![1], 64 * 1024 * 1024));
    let greeting = ask(rig.relay.address(), "GET", "/", &[], b"");
    assert_eq!(greeting.header("content-type"), Some("text/plain; charset=utf-8"));
    assert!(greeting.body.starts_with(b"This is a Lissom relay"));
}
