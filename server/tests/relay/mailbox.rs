//! The one sealed message of a pairing.

use lissom_protocol::api::{MAILBOX_MEDIA_TYPE, mailbox_path};
use lissom_protocol::limits::MAILBOX_BYTES_MAX;
use lissom_protocol::problem::ProblemKind;

use crate::device::Rig;
use crate::http::{Connection, Reply, ask};

fn leave(rig: &Rig, path: &str, message: &[u8]) -> Reply {
    ask(rig.relay.address(), "PUT", path, &[("content-type", MAILBOX_MEDIA_TYPE)], message)
}

fn take(rig: &Rig, path: &str) -> Reply {
    ask(rig.relay.address(), "GET", path, &[], b"")
}

#[test]
fn a_message_is_left_once_and_taken_once() {
    let (rig, path) = (Rig::new(), mailbox_path(&[7; 16]));
    take(&rig, &path).assert_problem(ProblemKind::MailboxEmpty);
    assert_eq!(leave(&rig, &path, b"sealed").status, 204);
    leave(&rig, &path, b"a racer's").assert_problem(ProblemKind::MailboxTaken);
    let mut looking = Connection::open(rig.relay.address());
    assert!(looking.send(format!("HEAD {path} HTTP/1.1\r\nhost: relay\r\n\r\n").as_bytes()));
    assert_eq!(looking.head().status, 405, "looking takes nothing");
    let taken = take(&rig, &path);
    assert_eq!((taken.status, taken.header("content-type")), (200, Some(MAILBOX_MEDIA_TYPE)));
    assert_eq!(taken.body, b"sealed");
    take(&rig, &path).assert_problem(ProblemKind::MailboxEmpty);
    leave(&rig, &path, b"too late").assert_problem(ProblemKind::MailboxTaken);
}

#[test]
fn mailboxes_have_their_caps() {
    let rig = Rig::with(|config| config.mailboxes_max = 1);
    let (first, second) = (mailbox_path(&[1; 16]), mailbox_path(&[2; 16]));
    leave(&rig, &first, &vec![0; MAILBOX_BYTES_MAX + 1]).assert_problem(ProblemKind::TooLarge);
    leave(&rig, &first, b"").assert_problem(ProblemKind::Malformed);
    assert_eq!(leave(&rig, &first, &vec![0; MAILBOX_BYTES_MAX]).status, 204);
    let full = leave(&rig, &second, b"sealed");
    full.assert_problem(ProblemKind::Unavailable);
    assert_eq!(full.header("retry-after"), Some("300"));
    assert_eq!(take(&rig, &first).body.len(), MAILBOX_BYTES_MAX);
    for bad in ["/v1/mailbox/short", "/v1/mailbox/AAAAAAAAAAAAAAAAAAAAAA="] {
        take(&rig, bad).assert_problem(ProblemKind::Malformed);
    }
}

#[test]
fn switched_off_there_are_none() {
    let rig = Rig::with(|config| config.mailboxes_max = 0);
    leave(&rig, &mailbox_path(&[1; 16]), b"sealed").assert_problem(ProblemKind::Unavailable);
}
