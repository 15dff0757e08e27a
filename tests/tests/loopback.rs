//! Real diaries and a real relay on loopback: what a person expects of two phones.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::time::Duration;

use lissom_diary::sync::client::End;
use lissom_diary::sync::http::{Method, Request, Response};
use lissom_diary::{Diary, Error, HttpTransport, RelayUrl, SystemHost, Transport};
use lissom_tests::{Between, Device, TestRelay, assert_equal, copy_folder, person, replace_folder};

struct House {
    root: tempfile::TempDir,
    relay: TestRelay,
    a: Device,
    b: Device,
}

/// Two devices of one person, with one record of each on both.
fn house() -> House {
    let root = tempfile::tempdir().unwrap();
    let relay = TestRelay::start(&root.path().join("relay"));
    let mut a = Device::create(root.path().join("a"), "Phone", &relay);
    a.log("first on a");
    assert_eq!(a.sync().end, End::Done);
    let mut b = Device::join(root.path().join("b"), "Tablet", &a, &relay);
    b.log("first on b");
    assert_eq!(b.sync().end, End::Done);
    a.sync();
    House { root, relay, a, b }
}

fn meet(devices: &mut [&mut Device]) {
    for _ in 0..2 {
        for device in devices.iter_mut() {
            assert_eq!(device.sync().end, End::Done);
        }
    }
    assert_equal(devices);
}

#[test]
fn what_was_logged_offline_on_either_side_is_on_both_after_two_syncs() {
    let House { mut a, mut b, root: _root, relay: _relay } = house();
    for n in 0..10 {
        a.log(&format!("a{n}"));
        b.log(&format!("b{n}"));
    }
    meet(&mut [&mut a, &mut b]);
    assert_eq!(a.rows().len(), 22);
}

#[test]
fn nothing_new_costs_one_round_trip_after_the_token() {
    let House { mut a, root: _root, relay: _relay, b: _b } = house();
    a.sync();
    let mut requests = 0;
    let answer = Box::new(|_: &_| {
        requests += 1;
        None
    });
    let report = a.diary.sync(&mut Between { inner: &mut a.transport, answer }, person()).unwrap();
    assert_eq!((report.end, report.pushed, report.pulled, requests), (End::Done, 0, 0, 1));
}

#[test]
fn a_page_that_another_process_took_in_meanwhile_blames_nobody() {
    let House { mut a, mut b, root: _root, relay } = house();
    let mut other = Device::open(a.folder.clone());
    b.log("news");
    b.sync();
    let mut way = HttpTransport::new(RelayUrl::parse(&relay.url(), false).unwrap());
    let mut met = false;
    let answer = Box::new(|request: &Request| {
        if met || request.method != Method::Get {
            return None;
        }
        met = true;
        let page = way.exchange(request, Duration::from_secs(10)).unwrap();
        assert_eq!(other.sync().pulled, 1);
        Some(page)
    });
    let report = a.diary.sync(&mut Between { inner: &mut a.transport, answer }, person()).unwrap();
    assert_eq!((report.end, report.pulled, report.notices), (End::Done, 0, Vec::new()));
    assert!(met);
    meet(&mut [&mut a, &mut b]);
}

#[test]
fn a_copied_folder_and_its_original_both_write_and_all_merges() {
    let House { root, mut a, mut b, relay: _relay } = house();
    a.log("unsent when copied");
    drop(a.diary);
    let twin = root.path().join("twin");
    copy_folder(&a.folder, &twin);
    let mut a = Device::open(a.folder);
    let mut twin = Device::open(twin);
    a.log("on the original");
    twin.log("on the copy");
    meet(&mut [&mut a, &mut b, &mut twin]);
    assert_eq!(b.rows().len(), 5);
}

#[test]
fn a_phone_set_back_to_an_old_copy_of_itself_loses_nothing_that_was_sent() {
    let House { root, mut a, mut b, relay: _relay } = house();
    drop(a.diary);
    let old = root.path().join("old");
    copy_folder(&a.folder, &old);
    a = Device::open(a.folder);
    a.log("sent before the set-back");
    a.sync();
    drop(a.diary);
    replace_folder(&a.folder, &old);
    let mut a = Device::open(a.folder);
    a.log("after the set-back");
    meet(&mut [&mut a, &mut b]);
    assert_eq!(a.rows().len(), 4);
}

/// The relay's data is replaced by an older copy while it is down, then everybody syncs.
fn relay_set_back(write_on_first: bool) {
    let House { root, mut relay, mut a, mut b } = house();
    relay.stop();
    let old = root.path().join("old-relay");
    copy_folder(relay.folder(), &old);
    relay.start_again();
    a.log("lost by the relay");
    a.sync();
    b.sync();
    relay.stop();
    replace_folder(relay.folder(), &old);
    relay.start_again();
    if write_on_first {
        b.log("written on after the set-back");
        b.sync();
    }
    let report = a.sync();
    assert_eq!(report.end, End::Done);
    let repaired = |notice: &lissom_diary::Notice| notice.kind == "repaired";
    assert!(report.notices.iter().any(repaired) || b.diary.status().unwrap().notices.iter().any(repaired));
    meet(&mut [&mut a, &mut b]);
    assert_eq!(a.rows().len(), 3 + usize::from(write_on_first));
}

#[test]
fn a_relay_set_back_behind_its_back_gets_everything_again() {
    relay_set_back(false);
}

#[test]
fn a_relay_set_back_on_which_others_wrote_since_gets_everything_again() {
    relay_set_back(true);
}

#[test]
fn a_relay_that_lost_everything_gets_everything_again() {
    let House { root, mut relay, mut a, mut b } = house();
    relay.stop();
    let empty = root.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    replace_folder(relay.folder(), &empty);
    relay.start_again();
    let report = a.sync();
    assert_eq!(report.end, End::Done);
    assert!(report.notices.iter().any(|notice| notice.kind == "repaired"));
    meet(&mut [&mut a, &mut b]);
}

#[test]
fn another_relay_gets_everything() {
    let House { root, mut a, mut b, relay: _relay } = house();
    let second = TestRelay::start(&root.path().join("second"));
    for device in [&mut a, &mut b] {
        let url = device.diary.set_relay(&second.url(), None, false).unwrap();
        device.transport = HttpTransport::new(url);
    }
    meet(&mut [&mut a, &mut b]);
}

#[test]
fn records_from_before_joining_come_along() {
    let House { root, relay, mut a, mut b } = house();
    let mut tablet = Device::create(root.path().join("tablet"), "Old tablet", &relay);
    tablet.log("own before joining");
    tablet.sync();
    drop(tablet.diary);
    let mut tablet = Device::join(tablet.folder, "Late tablet", &a, &relay);
    meet(&mut [&mut tablet, &mut a, &mut b]);
    assert_eq!(a.rows().len(), 3);
    let names: Vec<String> = a.diary.status().unwrap().devices.into_iter().filter_map(|device| device.name).collect();
    assert_eq!(names, ["Late tablet", "Phone", "Tablet"]);
    let mut tablet = tablet.reopen();
    tablet.assert_whole();
}

#[test]
fn joining_with_other_words_or_at_the_wrong_relay_creates_nothing() {
    let House { root, relay, a, b: _b } = house();
    let other = Device::create(root.path().join("other"), "Other", &relay);
    let second = TestRelay::start(&root.path().join("second"));
    let folder = root.path().join("new");
    for (phrase, url) in [(other.diary.phrase(), relay.url()), (a.diary.phrase(), second.url())] {
        let url = RelayUrl::parse(&url, false).unwrap();
        let mut transport = HttpTransport::new(url.clone());
        let refused = Diary::join(&folder, &phrase, "New", (&url, false), &mut transport, SystemHost);
        assert!(matches!(refused, Err(Error::UnknownVault)));
        assert!(!folder.exists());
    }
}

#[test]
fn a_lost_or_damaged_secret_comes_back_with_the_words_and_nothing_recorded_is_lost() {
    let House { relay, mut a, mut b, root: _root } = house();
    let phrase = a.diary.phrase();
    for damage in [None, Some("rubbish")] {
        a.log("not sent yet");
        drop(a.diary);
        let secret = a.folder.join("secret");
        match damage {
            None => std::fs::remove_file(&secret).unwrap(),
            Some(text) => std::fs::write(&secret, text).unwrap(),
        }
        assert!(matches!(Diary::open(&a.folder, SystemHost), Err(Error::Integrity(_))));
        let url = RelayUrl::parse(&relay.url(), false).unwrap();
        let joined = Diary::join(&a.folder, &phrase, "Phone", (&url, false), &mut a.transport, SystemHost).unwrap();
        a.diary = joined.diary;
    }
    meet(&mut [&mut a, &mut b]);
    assert_eq!(b.rows().len(), 4);
}

#[test]
fn a_process_that_has_the_folder_open_while_it_is_joined_elsewhere_seals_nothing_for_the_wrong_vault() {
    let House { root, relay, mut a, mut b } = house();
    let mut tablet = Device::create(root.path().join("tablet"), "Old tablet", &relay);
    tablet.log("own before joining");
    let mut watching = Device::open(tablet.folder.clone());
    tablet.diary = Device::join(tablet.folder.clone(), "Late tablet", &a, &relay).diary;
    assert!(matches!(watching.diary.sync(&mut watching.transport, person()), Err(Error::VaultChanged)));
    let values = lissom_diary::CheckInValues { pain: Some(1), ..Default::default() };
    assert!(matches!(watching.diary.record_check_in(&values, None), Err(Error::VaultChanged)));
    let mut watching = watching.reopen();
    watching.log("after opening again");
    meet(&mut [&mut tablet, &mut a, &mut b, &mut watching]);
    assert_eq!(a.rows().len(), 4);
}

#[test]
fn a_join_cut_off_before_or_after_its_commit_leaves_one_diary_or_the_other_whole() {
    let House { root, relay, a, b: _b } = house();
    let folder = root.path().join("tablet");
    let mut tablet = Device::create(folder.clone(), "Old tablet", &relay);
    tablet.log("own before joining");
    let before = tablet.diary.vault();
    // Cut off before the commit: the next secret lies there, and the database is the former vault's.
    let next = folder.join("secret.next");
    std::fs::copy(a.folder.join("secret"), &next).unwrap();
    let tablet = tablet.reopen();
    assert_eq!(tablet.diary.vault(), before);
    // Cut off after the commit: the database is the new vault's, and its secret still lies beside.
    let former = std::fs::read(folder.join("secret")).unwrap();
    drop(tablet.diary);
    drop(Device::join(folder.clone(), "Late tablet", &a, &relay).diary);
    std::fs::rename(folder.join("secret"), &next).unwrap();
    std::fs::write(folder.join("secret"), former).unwrap();
    let tablet = Device::open(folder.clone());
    assert_eq!(tablet.diary.vault(), a.diary.vault());
    assert_eq!(tablet.rows().len(), 1);
    // A secret without a diary is somebody's: it is not written over.
    std::fs::remove_file(folder.join("diary.sqlite")).unwrap();
    assert!(matches!(Diary::create(&folder, "New", SystemHost), Err(Error::SecretAlone)));
}

#[test]
fn with_the_relay_down_the_sync_says_so_and_the_data_is_there() {
    let House { mut relay, mut a, root: _root, b: _b } = house();
    relay.stop();
    a.log("while it is down");
    let report = a.sync();
    assert!(matches!(report.end, End::Unreachable(_)));
    assert_eq!(report.unsynced, 1);
    assert!(
        report
            .check()
            .is_err_and(|error| matches!(error, Error::Relay(_)) && error.to_string().contains("safe on this device"))
    );
    relay.start_again();
    assert_eq!(a.sync().end, End::Done);
    assert_eq!(a.rows().len(), 3);
}

#[test]
fn a_proxys_error_pages_change_nothing() {
    let House { mut a, mut b, root: _root, relay: _relay } = house();
    a.log("meanwhile");
    let mut before = None;
    for status in [404, 409, 410, 302, 200] {
        for body in ["<html>captive portal</html>", r#"{"type":"about:blank","status":404}"#] {
            let headers = vec![("content-type".to_owned(), "application/problem+json".to_owned())];
            let answer = Box::new(move |_: &_| Some(Response { status, headers: headers.clone(), body: body.into() }));
            let report = a.diary.sync(&mut Between { inner: &mut a.transport, answer }, person()).unwrap();
            assert!(matches!(report.end, End::Unreachable(_)), "{status} {body}: {:?}", report.end);
            // The first of them seals the record; nothing after that changes anything.
            let now = (a.rows(), a.diary.status().unwrap());
            assert_eq!(*before.get_or_insert(now.clone()), now);
        }
    }
    meet(&mut [&mut a, &mut b]);
}

#[test]
fn a_lost_answer_to_a_post_sends_nothing_twice() {
    let House { mut a, mut b, root: _root, relay: _relay } = house();
    a.log("posted, and the answer lost");
    let mut lost = false;
    let mut inner = HttpTransport::new(a.diary.relay().unwrap().unwrap());
    let answer = Box::new(|request: &Request| {
        if lost || request.body.is_empty() || !request.path.contains("/entries") {
            return None;
        }
        lost = true;
        inner.exchange(request, Duration::from_secs(9)).unwrap();
        Some(Response { status: 502, ..Response::default() })
    });
    let report = a.diary.sync(&mut Between { inner: &mut a.transport, answer }, person()).unwrap();
    assert_eq!(report.unsynced, 0, "the pull brought the position");
    meet(&mut [&mut a, &mut b]);
    let entries = |device: &mut Device| device.diary.status().unwrap().entries;
    assert_eq!(entries(&mut a), entries(&mut b));
}

#[test]
fn a_deleted_vault_says_so_and_everything_stays_on_the_device() {
    use lissom_diary::sync::protocol::problem::{MEDIA_TYPE, Problem, ProblemKind};
    let House { mut a, root, relay: _relay, b: _b } = house();
    let secret = lissom_diary::sync::phrase::from_phrase(&a.diary.phrase()).unwrap();
    let keys = lissom_diary::sync::keys::Keys::owner(&secret);
    let statement = lissom_diary::sync::protocol::api::to_text(&keys.sign_deletion().unwrap());
    for (statement, gone) in [(None, false), (Some("AAAA".to_owned()), false), (Some(statement), true)] {
        let problem = Problem { statement, ..Problem::new(ProblemKind::Gone) };
        let body = format!(
            r#"{{"type":"{}","title":"{}","status":410{}}}"#,
            problem.kind,
            problem.title,
            problem.statement.map_or(String::new(), |text| format!(r#","statement":"{text}""#))
        );
        let headers = vec![("content-type".to_owned(), MEDIA_TYPE.to_owned())];
        let answer =
            Box::new(move |_: &_| Some(Response { status: 410, headers: headers.clone(), body: body.clone().into() }));
        let report = a.diary.sync(&mut Between { inner: &mut a.transport, answer }, person()).unwrap();
        assert_eq!(matches!(report.end, End::Gone { .. }), gone);
        assert_eq!(a.rows().len(), 2);
    }
    assert!(a.diary.status().unwrap().notices.iter().any(|notice| notice.kind == "gone"));
    // Nothing of it goes up again, to whatever relay.
    a.log("after the deletion");
    let second = TestRelay::start(&root.path().join("second"));
    let url = a.diary.set_relay(&second.url(), None, false).unwrap();
    a.transport = HttpTransport::new(url);
    assert!(matches!(a.sync().end, End::Gone { .. }));
    assert_eq!(a.rows().len(), 3);
}

#[test]
fn a_relay_that_passes_on_anothers_challenge_can_neither_write_nor_delete_there() {
    use lissom_diary::sync::protocol::api::{CHALLENGE_PATH, TOKEN_PATH, Token, entries_path, from_json, to_text};
    use lissom_diary::sync::protocol::cursor::Cursor;
    use lissom_diary::sync::protocol::entry::UnverifiedEntry;
    use lissom_diary::sync::protocol::ids::{EntryId, VaultId};
    use lissom_diary::sync::protocol::stream;
    let House { mut a, mut b, root: _root, relay: _relay } = house();
    b.log("what only the honest relay has of the tablet");
    b.sync();
    // The other relay passes on what has to do with tokens, keeps the token, and fails otherwise.
    let (mut honest, mut stolen, mut path) =
        (HttpTransport::new(a.diary.relay().unwrap().unwrap()), None, String::new());
    let answer = Box::new(|request: &Request| {
        if ![CHALLENGE_PATH, TOKEN_PATH].contains(&request.path.as_str()) {
            path = request.path.clone();
            return Some(Response { status: 503, ..Response::default() });
        }
        let response = honest.exchange(request, Duration::from_secs(30)).unwrap();
        stolen = from_json::<Token>(&response.body).ok().map(|token| token.token).or(stolen.take());
        Some(response)
    });
    // A new process, which has no token yet.
    a = a.reopen();
    a.log("for the other relay");
    assert_ne!(a.diary.sync(&mut Between { inner: &mut a.transport, answer }, person()).unwrap().end, End::Done);
    let vault = VaultId::from_text(path.strip_prefix("/v1/vaults/").unwrap().split('/').next().unwrap()).unwrap();
    let headers =
        vec![("authorization", format!("Bearer {}", stolen.unwrap())), ("content-type", stream::MEDIA_TYPE.into())];
    let mut ask = |method, path: String, headers: &[(&'static str, String)], body: Vec<u8>| {
        honest.exchange(&Request { method, path, headers: headers.to_vec(), body }, Duration::from_secs(30)).unwrap()
    };
    // It reads what is sealed, that of the other device too, and may bring up what the owner signed.
    let start = Cursor::start(&vault);
    let page = ask(Method::Get, entries_path(&vault, &start), &headers, Vec::new());
    let read = stream::split(&page.body).unwrap();
    assert_eq!(page.status, 200);
    let bytes: Vec<Vec<u8>> = read.into_iter().map(UnverifiedEntry::into_bytes).collect();
    let posted = ask(Method::Post, entries_path(&vault, &start), &headers, bytes.concat());
    assert_eq!(posted.status, 200);
    let again = ask(Method::Get, entries_path(&vault, &start), &headers, Vec::new());
    assert_eq!(again.body, page.body, "what is there already is not there twice");
    // It can make up nothing and change nothing.
    let mut changed = bytes[0].clone();
    *changed.last_mut().unwrap() ^= 1;
    assert_eq!(ask(Method::Post, entries_path(&vault, &start), &headers, changed).status, 422);
    // It cannot delete, though it knows the head.
    let ids: Vec<EntryId> =
        bytes.iter().map(|bytes| UnverifiedEntry::parse(bytes.clone()).unwrap().id(&vault)).collect();
    let head = entries_path(&vault, &start.after(&ids)).replace("/entries", "");
    let headers = [headers[0].clone(), ("content-type", "application/json".into())];
    let body = format!(r#"{{"statement":"{}"}}"#, to_text(&[7; 64]));
    assert_eq!(ask(Method::Delete, head, &headers, body.into()).status, 400);
    meet(&mut [&mut a, &mut b]);
    assert_eq!(a.rows().len(), 4);
}

#[test]
fn an_invite_is_shown_to_no_other_relay_than_the_one_it_is_for() {
    use lissom_diary::sync::protocol::api::{TOKEN_PATH, VAULTS_PATH};
    use lissom_diary::sync::protocol::problem::{Problem, ProblemKind};
    let House { mut a, root, relay, b: _b } = house();
    let second = TestRelay::start(&root.path().join("second"));
    let invite = "iecqMYths7VIwRedTvE0RQBr2KF8zOfu";
    a.diary.set_relay(&relay.url(), Some(invite), false).unwrap();
    // The same address again keeps it; another one does not get it.
    for (url, shown) in [(relay.url(), true), (second.url(), false)] {
        let url = a.diary.set_relay(&url, None, false).unwrap();
        // A new process, which has no token yet.
        a = a.reopen();
        a.transport = HttpTransport::new(url);
        let mut registered = Vec::new();
        let answer = Box::new(|request: &Request| {
            let (status, body) = match request.path.as_str() {
                // As if this relay had lost the vault, so that the device registers again.
                TOKEN_PATH => (404, serde_json::to_vec(&Problem::new(ProblemKind::VaultUnknown)).unwrap()),
                VAULTS_PATH => {
                    registered.clone_from(&request.body);
                    (503, Vec::new())
                }
                _ => return None,
            };
            let headers = vec![("content-type".to_owned(), "application/problem+json".to_owned())];
            Some(Response { status, headers, body })
        });
        a.diary.sync(&mut Between { inner: &mut a.transport, answer }, person()).unwrap();
        let registered = String::from_utf8(registered).unwrap();
        assert!(registered.contains("signature"), "{registered}");
        assert_eq!(registered.contains(invite), shown, "{registered}");
    }
}

#[test]
fn a_device_and_a_relay_of_schema_1_meet_as_if_nothing_had_happened() {
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let root = tempfile::tempdir().unwrap();
    let (folder, relay) = (root.path().join("device"), root.path().join("relay"));
    copy_folder(&crates.join("crates/diary/golden/device-1"), &folder);
    copy_folder(&crates.join("server/golden/relay-1"), &relay);
    let relay = TestRelay::start(&relay);
    let mut diary = Diary::open(&folder, SystemHost).unwrap();
    let url = diary.set_relay(&relay.url(), None, false).unwrap();
    let mut a = Device { folder, diary, transport: HttpTransport::new(url) };
    let report = a.sync();
    // Another address of the same relay: what it has is not brought again, and nothing had to be repaired.
    assert_eq!((report.end, report.pushed, report.pulled), (End::Done, 1, 0));
    assert_eq!(a.diary.status().unwrap().notices.len(), 0);
    let mut b = Device::join(root.path().join("new"), "Tablet", &a, &relay);
    meet(&mut [&mut a, &mut b]);
    assert_eq!(b.rows().len(), 7);
}
