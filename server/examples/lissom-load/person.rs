//! One person with three devices, as the protocol has them: one writes, one watches, one reads.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ed25519_dalek::{Signer, SigningKey};
use lissom_protocol::api::{
    CHALLENGE_PATH, Challenge, ChallengeRequest, Register, TOKEN_PATH, Token, TokenRequest, VAULTS_PATH,
    bytes_from_text, entries_path, to_text, vault_path, watch_path,
};
use lissom_protocol::cursor::{Chain, Cursor};
use lissom_protocol::entry::{VerifiedEntry, assemble, header};
use lissom_protocol::ids::{VaultId, VaultKeys};
use lissom_protocol::statement::{Role, auth_message, register_message};
use lissom_protocol::stream::MEDIA_TYPE;

use crate::Outcome;
use crate::figures::Figures;
use crate::wire::Wire;

const JSON: &str = "application/json";
/// A token is renewed before it runs out.
const TOKEN_LIFE: Duration = Duration::from_mins(10);

/// A diary's keys and a token for it.
pub(crate) struct Keys {
    write: SigningKey,
    public: VaultKeys,
    pub(crate) vault: VaultId,
    pub(crate) token: String,
    since: Instant,
}

impl Keys {
    /// Registers a diary whose keys come from a number, or finds it.
    pub(crate) async fn arrive(wire: &mut Wire, number: u32) -> Outcome<Self> {
        let mut seed = [0x4c; 32];
        seed.iter_mut().zip(number.to_be_bytes()).for_each(|(byte, part)| *byte = part);
        let write = SigningKey::from_bytes(&seed);
        let keys = VaultKeys { write: write.verifying_key().to_bytes(), read: [1; 32], key_check: [2; 16] };
        let mut person =
            Self { vault: keys.vault_id(), write, public: keys, token: String::new(), since: Instant::now() };
        let body = Register {
            write: to_text(&person.public.write),
            read: to_text(&person.public.read),
            key_check: to_text(&person.public.key_check),
            signature: person.sign(&register_message(&person.public)),
            invite: None,
        };
        let answer = wire.ask("POST", VAULTS_PATH, "", JSON, &serde_json::to_vec(&body)?).await?;
        if !matches!(answer.status, 200 | 201) {
            return Err(format!("registering: {} (start the relay with --registration open)", answer.status).into());
        }
        person.log_in(wire).await?;
        Ok(person)
    }

    /// An entry under this number, of so many sealed bytes.
    pub(crate) fn entry(&self, number: u64, bytes: usize) -> Outcome<VerifiedEntry> {
        let mut nonce = [0; 24];
        nonce.iter_mut().zip(number.to_be_bytes()).for_each(|(byte, part)| *byte = part);
        let sign = |message: &[u8]| self.write.sign(message).to_bytes();
        Ok(assemble(header(1), &self.vault, nonce, &vec![0x5a; bytes], sign)?)
    }

    fn sign(&self, message: &[u8]) -> String {
        to_text(&self.write.sign(message).to_bytes())
    }

    async fn log_in(&mut self, wire: &mut Wire) -> Outcome<()> {
        let vault = self.vault.to_text();
        let body = serde_json::to_vec(&ChallengeRequest { vault: vault.clone() })?;
        let Challenge { challenge } =
            serde_json::from_slice(&wire.ask("POST", CHALLENGE_PATH, "", JSON, &body).await?.body)?;
        let bytes = bytes_from_text(&challenge).ok_or("the challenge cannot be read")?;
        let signature = self.sign(&auth_message(&self.vault, Role::Owner, &bytes));
        let body = serde_json::to_vec(&TokenRequest { vault, role: Role::Owner, challenge, signature })?;
        let Token { token, .. } = serde_json::from_slice(&wire.ask("POST", TOKEN_PATH, "", JSON, &body).await?.body)?;
        (self.token, self.since) = (token, Instant::now());
        Ok(())
    }

    /// A stream of pokes on a connection of its own.
    pub(crate) async fn watch(&self, address: SocketAddr) -> Outcome<Wire> {
        let mut wire = Wire::open(address).await?;
        wire.send("GET", &watch_path(&self.vault), &self.token, JSON, b"").await?;
        match wire.head().await? {
            (200, _) => Ok(wire),
            (status, _) => Err(format!("watching: {status}").into()),
        }
    }
}

pub(crate) struct Person {
    keys: Keys,
    writer: Wire,
    watcher: Wire,
    reader: Wire,
    cursor: Cursor,
    nonce: u64,
}

impl Person {
    pub(crate) async fn arrive(address: SocketAddr, number: u32) -> Outcome<Self> {
        let mut writer = Wire::open(address).await?;
        let keys = Keys::arrive(&mut writer, number).await?;
        let watcher = keys.watch(address).await?;
        let head = writer.ask("GET", &format!("{}/head", vault_path(&keys.vault)), &keys.token, JSON, b"").await?;
        let head: lissom_protocol::api::Head = serde_json::from_slice(&head.body)?;
        let cursor = Cursor { pos: head.pos, chain: Chain::from_text(&head.chain).map_err(|_| "no chain")? };
        // Never a nonce twice, though the diary may be there from another run.
        let nonce = head.pos << 20 | u64::from(std::process::id() & 0xf_ffff);
        Ok(Self { keys, writer, watcher, reader: Wire::open(address).await?, cursor, nonce: nonce << 8 })
    }

    /// One exchange: a batch goes up, the poke arrives, the other device reads on.
    pub(crate) async fn exchange(&mut self, batch: u32, bytes: u32, figures: &mut Figures) -> Outcome<()> {
        if self.keys.since.elapsed() > TOKEN_LIFE {
            self.keys.log_in(&mut self.reader).await?;
        }
        let (mut body, mut ids) = (Vec::new(), Vec::new());
        for _ in 0..batch {
            self.nonce = self.nonce.wrapping_add(1);
            let entry = self.keys.entry(self.nonce, usize::try_from(bytes)?)?;
            ids.push(entry.id());
            body.extend_from_slice(entry.bytes());
        }
        let path = entries_path(&self.keys.vault, &self.cursor);
        let start = Instant::now();
        self.writer.send("POST", &path, &self.keys.token, MEDIA_TYPE, &body).await?;
        let answer = self.writer.answer().await?;
        match answer.status {
            200 => figures.posts.add(start.elapsed()),
            429 | 503 => {
                figures.put_off = figures.put_off.saturating_add(1);
                tokio::time::sleep(Duration::from_millis(100)).await;
                return Ok(());
            }
            status => return Err(format!("posting: {status} {}", String::from_utf8_lossy(&answer.body)).into()),
        }
        // The relay pokes before it answers, so that the poke is here already or on its way.
        self.watcher.poke().await?;
        figures.pokes.add(start.elapsed());
        let start = Instant::now();
        let page = self.reader.ask("GET", &path, &self.keys.token, JSON, b"").await?;
        if page.status != 200 || page.body != body {
            return Err(format!("reading: {}, {} bytes of {}", page.status, page.body.len(), body.len()).into());
        }
        figures.pages.add(start.elapsed());
        self.cursor = self.cursor.after(&ids);
        Ok(())
    }
}
