//! The ten risks of the OWASP API Security Top 10 (2023), one test each.

use lissom_protocol::api::{INFO_PATH, Info, VAULTS_PATH, vault_path};
use lissom_protocol::problem::ProblemKind;
use lissom_protocol::statement::Role;
use lissom_protocol::stream::MEDIA_TYPE;

use crate::device::{Device, Rig};
use crate::http::{Reply, ask};

/// An answer without the time of day.
type Timeless = (u16, Vec<(String, String)>, Vec<u8>);

/// A token of one diary on every route of another.
fn trespass(trespasser: &Device, path: &str) -> Vec<Timeless> {
    let bearer = trespasser.bearer();
    let headers = |media| [("authorization", bearer.as_str()), ("content-type", media)];
    let entry = trespasser.entry(7);
    let address = trespasser.address;
    let cursor = format!("after=0&chain={}", "A".repeat(43));
    let asked = [
        ask(address, "GET", &format!("{path}/head"), &headers("application/json"), b""),
        ask(address, "GET", &format!("{path}/watch"), &headers("application/json"), b""),
        ask(address, "GET", &format!("{path}/entries?{cursor}"), &headers("application/json"), b""),
        ask(address, "POST", &format!("{path}/entries?{cursor}"), &headers(MEDIA_TYPE), entry.bytes()),
        ask(address, "DELETE", &format!("{path}?{cursor}"), &headers("application/json"), b"{\"statement\":\"AA\"}"),
    ];
    asked.into_iter().map(Reply::timeless).collect()
}

#[test]
fn api1_a_token_of_one_diary_on_another_is_answered_exactly_as_where_there_is_none() {
    let rig = Rig::new();
    let (device, other) = (rig.device(1), rig.device(2));
    other.post(other.start(), &other.entries(0..3));
    let deleted = rig.device(3);
    assert_eq!(deleted.delete(deleted.start()).status, 204);
    let there = trespass(&device, &vault_path(&other.id));
    assert!(there.iter().all(|(status, ..)| *status == 401));
    assert_eq!(
        there,
        trespass(&device, &vault_path(&Device::new(device.address, 9).id)),
        "nor is it told whether it is there"
    );
    assert_eq!(there, trespass(&device, &vault_path(&deleted.id)));
}

#[test]
fn api2_nobody_logs_in_without_the_key_of_that_diary_and_role() {
    let rig = Rig::new();
    let (device, thief) = (rig.device(1), rig.device(2));
    // Another one's signature, and the right one for the other role.
    let mut stolen = thief.answer(Role::Owner, &thief.challenge());
    stolen.vault = device.id.to_text();
    crate::http::ask_json(device.address, "/v1/auth/token", &stolen).assert_problem(ProblemKind::ChallengeInvalid);
    let mut raised = device.answer(Role::Reader, &device.challenge());
    raised.role = Role::Owner;
    crate::http::ask_json(device.address, "/v1/auth/token", &raised).assert_problem(ProblemKind::ChallengeInvalid);
}

#[test]
fn api3_nothing_comes_out_that_was_not_asked_for() {
    let rig = Rig::new();
    let device = rig.device(1);
    let head: serde_json::Value = device.head().json();
    assert_eq!(head.as_object().unwrap().keys().collect::<Vec<_>>(), ["chain", "pos"]);
    // Fields that are no device's to set are passed over.
    let mut more = serde_json::to_value(Device::new(device.address, 5).registration(None)).unwrap();
    more["quota"] = 1_u64.into();
    more["head"] = 99.into();
    let registered: serde_json::Value = crate::http::ask_json(device.address, VAULTS_PATH, &more).json();
    assert_eq!(registered["pos"], 0);
}

#[test]
fn api4_whoever_asks_too_much_is_put_off() {
    let rig = Rig::with(|config| (config.vault_requests, config.vault_burst) = (1, 2));
    let device = rig.device(1);
    let replies: Vec<Reply> = (0..8).map(|_| device.head()).collect();
    let refused = replies.iter().find(|reply| reply.status == 429).unwrap();
    assert!(refused.header("retry-after").is_some());
}

#[test]
fn api5_a_reader_changes_nothing() {
    let rig = Rig::new();
    let mut device = rig.device(1);
    let statement = device.statement();
    device.token = device.get_token(Role::Reader);
    device.post(device.start(), &device.entries(0..1)).assert_problem(ProblemKind::Forbidden);
    device.delete_with(device.start(), &statement).assert_problem(ProblemKind::Forbidden);
    assert_eq!(device.head().status, 200);
}

#[test]
fn api6_registering_and_deleting_in_a_loop_are_bounded_and_deletion_is_for_ever() {
    let rig = Rig::with(|config| {
        config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
        config.address_logins = 3;
    });
    let address = rig.relay.address();
    let body = |seed| serde_json::to_vec(&Device::new(address, seed).registration(None)).unwrap();
    let headers = [("x-forwarded-for", "192.0.2.1"), ("content-type", "application/json")];
    let statuses: Vec<u16> =
        (1..9).map(|seed| ask(address, "POST", VAULTS_PATH, &headers, &body(seed)).status).collect();
    assert_eq!((statuses[..3].to_vec(), statuses.contains(&429)), (vec![201; 3], true));
    let device = Device::registered(address, 20);
    assert_eq!(device.delete(device.start()).status, 204);
    device.register(None).assert_problem(ProblemKind::Gone);
}

#[test]
fn api7_no_address_that_is_sent_is_ever_visited() {
    // Nothing that a device sends is a URL to the relay: there is no field for one, and hosts are only shown.
    let rig = Rig::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let bait = format!("http://{}/", listener.local_addr().unwrap());
    let host = listener.local_addr().unwrap().to_string();
    let mut registration = serde_json::to_value(Device::new(rig.relay.address(), 1).registration(None)).unwrap();
    for field in ["url", "callback", "invite", "relay"] {
        registration[field] = bait.clone().into();
    }
    assert_eq!(crate::http::ask_json(rig.relay.address(), VAULTS_PATH, &registration).status, 201);
    for name in ["x-forwarded-host", "forwarded", "referer", "origin"] {
        ask(rig.relay.address(), "GET", "/", &[(name, &host), ("accept", "text/html")], b"");
    }
    assert!(listener.accept().is_err(), "nobody came");
}

#[test]
fn api8_every_answer_has_its_headers_and_says_nothing_of_the_inside() {
    let rig = Rig::new();
    let device = rig.device(1);
    let bad = ask(
        device.address,
        "POST",
        VAULTS_PATH,
        &[("content-type", "application/json")],
        b"{\"write\":\"secret-in-here\"}",
    );
    for reply in [device.head(), bad, ask(device.address, "GET", "/nothing", &[], b"")] {
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!((reply.header("server"), reply.header("access-control-allow-origin")), (None, None));
        let text = String::from_utf8_lossy(&reply.body).into_owned();
        assert!(!text.contains("secret-in-here") && !text.contains("sqlite") && !text.contains(".rs"), "{text}");
    }
    for method in ["TRACE", "OPTIONS", "PATCH", "HEAD"] {
        let mut connection = crate::http::Connection::open(device.address);
        assert!(connection.send(format!("{method} /v1/vaults HTTP/1.1\r\nhost: relay\r\n\r\n").as_bytes()));
        assert_eq!(connection.head().status, 405, "{method}");
    }
}

#[test]
fn api9_there_is_one_version_and_nothing_beside_the_contract() {
    let rig = Rig::with(|config| config.ops_listen = Some("127.0.0.1:0".parse().unwrap()));
    let address = rig.relay.address();
    for path in ["/v0/info", "/v2/info", "/metrics", "/livez", "/readyz", "/debug", "/.env", "/v1", "/v1/", "/admin"] {
        ask(address, "GET", path, &[], b"").assert_problem(ProblemKind::NotFound);
    }
    let info: Info = ask(address, "GET", INFO_PATH, &[], b"").json();
    assert_eq!((info.name.as_str(), info.entry_versions), ("lissom-relay", vec![1]));
}

#[test]
fn api10_what_devices_send_is_verified_before_it_is_kept() {
    let rig = Rig::new();
    let (device, other) = (rig.device(1), rig.device(2));
    let foreign = other.entry(1);
    device.post(device.start(), &[device.entry(0), foreign]).assert_problem(ProblemKind::BadSignature);
    assert_eq!(device.head().json::<lissom_protocol::api::Head>().pos, 0, "all or nothing");
}
