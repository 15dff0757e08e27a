//! People with a diary on the relay, and the entries that they post.

use std::net::SocketAddr;

use lissom_sync::keys::{Keys, Secret};
use lissom_sync::protocol::api::{
    CHALLENGE_PATH, Challenge, ChallengeRequest, Register, TOKEN_PATH, Token, TokenRequest, VAULTS_PATH,
    bytes_from_text, entries_path, to_text, watch_path,
};
use lissom_sync::protocol::cursor::Cursor;
use lissom_sync::protocol::entry::{SUITE_XCHACHA, VerifiedEntry, assemble, header};
use lissom_sync::protocol::statement::Role;
use lissom_sync::protocol::stream::MEDIA_TYPE;

use crate::wire::{Wire, connect, request};

/// Bytes of a sealed session or check-in: the padded least of 512, and what encloses it.
pub(crate) const ENTRY_BYTES: usize = 628;
const ENVELOPE_BYTES: usize = 100;

/// Somebody whose vault is registered.
pub(crate) struct Person {
    keys: Keys,
    bearer: String,
    cursor: Cursor,
    posted: u64,
}

impl Person {
    /// Registers and gets a token.
    pub(crate) fn register(number: u64, wire: &mut Wire) -> Self {
        let mut secret = [7; 32];
        secret[..8].copy_from_slice(&number.to_be_bytes());
        let keys = Keys::owner(&Secret::from_bytes(secret));
        let (vault, public) = (keys.vault().to_text(), keys.public());
        let body = serde_json::to_vec(&Register {
            write: to_text(&public.write),
            read: to_text(&public.read),
            key_check: to_text(&public.key_check),
            signature: to_text(&keys.sign_register().unwrap()),
            invite: None,
        });
        wire.ask(&json(VAULTS_PATH, &body.unwrap()));
        let body = serde_json::to_vec(&ChallengeRequest { vault: vault.clone() });
        let answer = wire.ask(&json(CHALLENGE_PATH, &body.unwrap()));
        let Challenge { challenge } = serde_json::from_slice(&answer).unwrap();
        let signature = to_text(&keys.sign_auth(&bytes_from_text(&challenge).unwrap()));
        let body = serde_json::to_vec(&TokenRequest { vault, role: Role::Owner, challenge, signature });
        let answer = wire.ask(&json(TOKEN_PATH, &body.unwrap()));
        let Token { token, .. } = serde_json::from_slice(&answer).unwrap();
        let cursor = Cursor::start(&keys.vault());
        Self { keys, bearer: format!("Bearer {token}"), cursor, posted: 0 }
    }

    /// The request that posts so many new entries after those of the last one.
    pub(crate) fn post(&mut self, count: usize) -> Vec<u8> {
        let entries: Vec<VerifiedEntry> = (0..count).map(|_| self.entry()).collect();
        let path = entries_path(&self.keys.vault(), &self.cursor);
        self.cursor = self.cursor.after(&entries.iter().map(VerifiedEntry::id).collect::<Vec<_>>());
        let body = entries.iter().flat_map(|entry| entry.bytes().to_vec()).collect::<Vec<u8>>();
        request("POST", &path, &[("authorization", &self.bearer), ("content-type", MEDIA_TYPE)], &body)
    }

    /// Signed as it has to be; what is inside nobody there can look at.
    fn entry(&mut self) -> VerifiedEntry {
        self.posted += 1;
        let mut nonce = [0; 24];
        nonce[..8].copy_from_slice(&self.posted.to_be_bytes());
        let sealed = [0x5a; ENTRY_BYTES - ENVELOPE_BYTES];
        let sign = |message: &[u8]| self.keys.sign(message).unwrap();
        assemble(header(SUITE_XCHACHA), &self.keys.vault(), nonce, &sealed, sign).unwrap()
    }

    /// The request that opens the stream of pokes.
    pub(crate) fn watch(&self) -> Vec<u8> {
        request("GET", &watch_path(&self.keys.vault()), &[("authorization", &self.bearer)], &[])
    }
}

fn json(path: &str, body: &[u8]) -> Vec<u8> {
    request("POST", path, &[("content-type", "application/json")], body)
}

/// Registers so many people, 32 at a time.
pub(crate) fn register(address: SocketAddr, numbers: std::ops::Range<u64>) -> Vec<Person> {
    let numbers: Vec<u64> = numbers.collect();
    std::thread::scope(|scope| {
        let one = |numbers: &[u64]| {
            let numbers = numbers.to_vec();
            scope.spawn(move || {
                let mut wire = Wire::open(address);
                numbers.into_iter().map(|number| Person::register(number, &mut wire)).collect::<Vec<_>>()
            })
        };
        let threads: Vec<_> = numbers.chunks(numbers.len().div_ceil(32).max(1)).map(one).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

/// Opens a stream of pokes for somebody who reads nothing of it after its first line.
pub(crate) fn watcher(address: SocketAddr, person: &Person) -> std::net::TcpStream {
    use std::io::{Read, Write};
    let mut stream = connect(address);
    stream.write_all(&person.watch()).unwrap();
    let (mut buffer, mut seen) = ([0; 512], Vec::new());
    while !seen.windows(11).any(|part| part == b": connected") {
        let read = stream.read(&mut buffer).unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&buffer[..read]);
    }
    stream
}
