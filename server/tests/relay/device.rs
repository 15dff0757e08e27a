//! A device as small as the relay's tests need it, and a relay to talk to.

use std::net::SocketAddr;

use ed25519_dalek::{Signer, SigningKey};
use lissom_protocol::api::{
    CHALLENGE_PATH, Challenge, ChallengeRequest, Delete, Register, TOKEN_PATH, Token, TokenRequest, VAULTS_PATH,
    bytes_from_text, cursor_query, entries_path, to_text, vault_path,
};
use lissom_protocol::cursor::Cursor;
use lissom_protocol::entry::{VerifiedEntry, assemble, header};
use lissom_protocol::ids::{VaultId, VaultKeys};
use lissom_protocol::statement::{Role, auth_message, delete_message, register_message};
use lissom_protocol::stream::MEDIA_TYPE;
use lissom_relay::blocking::{self, BlockingRelay};
use lissom_relay::config::Config;
use tempfile::TempDir;

use crate::http::{Connection, Reply, ask, ask_json};

pub(crate) struct Rig {
    pub(crate) relay: BlockingRelay,
    pub(crate) folder: TempDir,
}

impl Rig {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::local(folder.path());
        change(&mut config);
        Self { relay: blocking::start(config).unwrap(), folder }
    }

    /// A device whose vault is registered and that holds an owner's token.
    pub(crate) fn device(&self, seed: u8) -> Device {
        Device::registered(self.relay.address(), seed)
    }
}

pub(crate) struct Device {
    pub(crate) address: SocketAddr,
    write: SigningKey,
    read: SigningKey,
    pub(crate) keys: VaultKeys,
    pub(crate) id: VaultId,
    pub(crate) token: String,
}

impl Device {
    pub(crate) fn new(address: SocketAddr, seed: u8) -> Self {
        let (write, read) = (SigningKey::from_bytes(&[seed; 32]), SigningKey::from_bytes(&[!seed; 32]));
        let (write_key, read_key) = (write.verifying_key().to_bytes(), read.verifying_key().to_bytes());
        let keys = VaultKeys { write: write_key, read: read_key, key_check: [seed; 16] };
        Self { address, write, read, keys, id: keys.vault_id(), token: String::new() }
    }

    pub(crate) fn registered(address: SocketAddr, seed: u8) -> Self {
        let mut device = Self::new(address, seed);
        assert_eq!(device.register(None).status, 201);
        device.token = device.get_token(Role::Owner);
        device
    }

    pub(crate) fn start(&self) -> Cursor {
        Cursor::start(&self.id)
    }

    pub(crate) fn registration(&self, invite: Option<&str>) -> Register {
        Register {
            write: to_text(&self.keys.write),
            read: to_text(&self.keys.read),
            key_check: to_text(&self.keys.key_check),
            signature: to_text(&self.write.sign(&register_message(&self.keys)).to_bytes()),
            invite: invite.map(str::to_owned),
        }
    }

    pub(crate) fn register(&self, invite: Option<&str>) -> Reply {
        ask_json(self.address, VAULTS_PATH, &self.registration(invite))
    }

    pub(crate) fn challenge(&self) -> String {
        let reply = ask_json(self.address, CHALLENGE_PATH, &ChallengeRequest { vault: self.id.to_text() });
        assert_eq!(reply.status, 200);
        reply.json::<Challenge>().challenge
    }

    pub(crate) fn answer(&self, role: Role, challenge: &str) -> TokenRequest {
        let key = if role == Role::Owner { &self.write } else { &self.read };
        let message = auth_message(&self.id, role, &bytes_from_text(challenge).unwrap());
        let signature = to_text(&key.sign(&message).to_bytes());
        TokenRequest { vault: self.id.to_text(), role, challenge: challenge.to_owned(), signature }
    }

    pub(crate) fn ask_token(&self, role: Role) -> Reply {
        ask_json(self.address, TOKEN_PATH, &self.answer(role, &self.challenge()))
    }

    pub(crate) fn get_token(&self, role: Role) -> String {
        let reply = self.ask_token(role);
        assert_eq!(reply.status, 200);
        reply.json::<Token>().token
    }

    pub(crate) fn entry(&self, number: u32) -> VerifiedEntry {
        self.entry_of(number, 40)
    }

    pub(crate) fn entry_of(&self, number: u32, ct: usize) -> VerifiedEntry {
        let mut nonce = [0; 24];
        nonce[..4].copy_from_slice(&number.to_be_bytes());
        assemble(header(1), &self.id, nonce, &vec![0x5a; ct], |message| self.write.sign(message).to_bytes()).unwrap()
    }

    pub(crate) fn entries(&self, numbers: std::ops::Range<u32>) -> Vec<VerifiedEntry> {
        numbers.map(|number| self.entry(number)).collect()
    }

    pub(crate) fn after(&self, entries: &[VerifiedEntry]) -> Cursor {
        let ids = entries.iter().map(VerifiedEntry::id).collect::<Vec<_>>();
        self.start().after(&ids)
    }

    pub(crate) fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    pub(crate) fn post_bytes(&self, cursor: Cursor, bytes: &[u8]) -> Reply {
        let headers = [("authorization", self.bearer()), ("content-type", MEDIA_TYPE.to_owned())];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        ask(self.address, "POST", &entries_path(&self.id, &cursor), &headers, bytes)
    }

    pub(crate) fn post(&self, cursor: Cursor, entries: &[VerifiedEntry]) -> Reply {
        self.post_bytes(cursor, &joined(entries))
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        ask(self.address, "GET", path, &[("authorization", &self.bearer())], b"")
    }

    pub(crate) fn page(&self, cursor: Cursor) -> Reply {
        self.get(&entries_path(&self.id, &cursor))
    }

    pub(crate) fn head(&self) -> Reply {
        self.get(&format!("{}/head", vault_path(&self.id)))
    }

    pub(crate) fn statement(&self) -> String {
        to_text(&self.write.sign(&delete_message(&self.id)).to_bytes())
    }

    pub(crate) fn delete_with(&self, cursor: Cursor, statement: &str) -> Reply {
        let path = format!("{}?{}", vault_path(&self.id), cursor_query(&cursor));
        let body = serde_json::to_vec(&Delete { statement: statement.to_owned() }).unwrap();
        let headers = [("authorization", self.bearer()), ("content-type", "application/json".to_owned())];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        ask(self.address, "DELETE", &path, &headers, &body)
    }

    pub(crate) fn delete(&self, cursor: Cursor) -> Reply {
        self.delete_with(cursor, &self.statement())
    }

    /// Opens the stream of pokes; what comes next is its first chunk.
    pub(crate) fn watch(&self) -> Result<Connection, Reply> {
        let mut connection = Connection::open(self.address);
        let path = format!("{}/watch", vault_path(&self.id));
        let head = format!("GET {path} HTTP/1.1\r\nhost: relay\r\nauthorization: {}\r\n\r\n", self.bearer());
        assert!(connection.send(head.as_bytes()));
        let mut reply = connection.head();
        if reply.status == 200 {
            assert_eq!(reply.header("content-type"), Some("text/event-stream"));
            assert_eq!(connection.chunk().as_deref(), Some(": connected\n\n"));
            return Ok(connection);
        }
        connection.finish(&mut reply);
        Err(reply)
    }
}

pub(crate) fn joined(entries: &[VerifiedEntry]) -> Vec<u8> {
    entries.iter().flat_map(|entry| entry.bytes().to_vec()).collect()
}
