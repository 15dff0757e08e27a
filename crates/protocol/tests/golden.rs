//! The words on the wire are for ever, like the bytes: paths, header names, media types, problems, bodies, limits.
//!
//! A difference means that older devices and relays no longer understand this program: what stands there stays. For what is new
//! `UPDATE_GOLDEN=1 cargo test -p lissom-protocol --test golden` writes the file anew.
#![expect(clippy::disallowed_methods, reason = "a test reads its golden files; the crate reads none")]
#![cfg(test)]

use std::path::PathBuf;

use lissom_protocol::api::{self, Appended, Challenge, ChallengeRequest, Delete, Info, Register, Registration};
use lissom_protocol::api::{Head, Token, TokenRequest};
use lissom_protocol::cursor::Cursor;
use lissom_protocol::ids::VaultId;
use lissom_protocol::problem::{self, Problem, ProblemKind};
use lissom_protocol::statement::Role;
use lissom_protocol::{limits, stream};
use serde_json::{Value, json};

fn bodies() -> Value {
    let text = |n: usize| api::to_text(&vec![0xfb; n]);
    let register =
        |invite| Register { write: text(32), read: text(32), key_check: text(16), signature: text(64), invite };
    let token_for = |role| TokenRequest { vault: text(32), role, challenge: text(9), signature: text(64) };
    let infos = [Registration::Invite, Registration::Open, Registration::Closed].map(|registration| Info {
        name: "lissom-relay".to_owned(),
        version: "1.2.3".to_owned(),
        entry_versions: vec![1],
        registration,
        vault_bytes_max: 1 << 30,
    });
    json!({
        "register": register(None),
        "register with invite": register(Some("an-invite".to_owned())),
        "challenge request": ChallengeRequest { vault: text(32) },
        "challenge": Challenge { challenge: text(9) },
        "token request, owner": token_for(Role::Owner),
        "token request, reader": token_for(Role::Reader),
        "token": Token { token: "opaque".to_owned(), expires_in: limits::TOKEN_SECONDS },
        "appended": Appended { positions: vec![1, 2, u64::MAX], chain: text(32) },
        "head": Head { pos: 3, chain: text(32) },
        "delete": Delete { statement: text(64) },
        "info": infos,
        "problem with everything": Problem {
            entry: Some(2),
            statement: Some(text(64)),
            ..Problem::new(ProblemKind::Gone).with_detail("what was wrong")
        },
    })
}

#[test]
fn the_words_on_the_wire_are_as_ever() {
    let vault = VaultId([0xfb; 32]);
    let start = Cursor::start(&vault);
    let wire = json!({
        "paths": {
            "info": api::INFO_PATH,
            "vaults": api::VAULTS_PATH,
            "challenge": api::CHALLENGE_PATH,
            "token": api::TOKEN_PATH,
            "vault": api::vault_path(&vault),
            "entries": api::entries_path(&vault, &start),
            "watch": api::watch_path(&vault),
            "mailbox": api::mailbox_path(&[0xfb; 16]),
        },
        "headers": [api::POS_HEADER, api::CHAIN_HEADER, api::HEAD_HEADER],
        "media_types": [stream::MEDIA_TYPE, problem::MEDIA_TYPE, api::MAILBOX_MEDIA_TYPE],
        "problems": ProblemKind::ALL.iter().map(|kind| Problem::new(*kind)).collect::<Vec<_>>(),
        "bodies": bodies(),
        "limits": {
            "entry_bytes": limits::ENTRY_BYTES_MAX,
            "body_bytes": limits::BODY_BYTES_MAX,
            "batch_entries": limits::BATCH_ENTRIES_MAX,
            "batch_bytes": limits::BATCH_BYTES_MAX,
            "parents": limits::PARENTS_MAX,
            "change_bytes": limits::CHANGE_BYTES_MAX,
            "change_operations": limits::CHANGE_OPERATIONS_MAX,
            "json_bytes": limits::JSON_BYTES_MAX,
            "mailbox_bytes": limits::MAILBOX_BYTES_MAX,
            "mailbox_seconds": limits::MAILBOX_SECONDS,
            "challenge_seconds": limits::CHALLENGE_SECONDS,
            "token_seconds": limits::TOKEN_SECONDS,
        },
    });
    let now = format!("{wire:#}\n");
    let file: PathBuf = [env!("CARGO_MANIFEST_DIR"), "golden", "wire.json"].iter().collect();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, &now).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), now, "golden/wire.json differs: see the head of this test");
}
