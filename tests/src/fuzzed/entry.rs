//! Bytes as an entry, as the inside of an entry that the owner signed, and as a stream of entries.

use std::sync::LazyLock;

use lissom_diary::sync::keys::{Keys, Secret};
use lissom_diary::sync::payload::Unreadable;
use lissom_diary::sync::protocol::entry::{
    ENVELOPE_BYTES, HEADER_BYTES, NONCE_BYTES, UnverifiedEntry, VerifiedEntry, assemble, stated_length,
};
use lissom_diary::sync::protocol::limits::{BATCH_BYTES_MAX, BATCH_ENTRIES_MAX, ENTRY_BYTES_MAX};
use lissom_diary::sync::protocol::stream;
use lissom_diary::sync::seal::open;

use super::input::Input;

/// The owner of the golden entries: 0, 1, 2, … as the secret.
pub(super) static OWNER: LazyLock<Keys> = LazyLock::new(|| {
    let mut counting = [0; 32];
    counting.iter_mut().zip(0..).for_each(|(byte, n)| *byte = n);
    Keys::owner(&Secret::from_bytes(counting))
});
static READER: LazyLock<Keys> = LazyLock::new(|| Keys::reader(OWNER.read_root().clone(), OWNER.public().write));
static STRANGER: LazyLock<Keys> = LazyLock::new(|| Keys::owner(&Secret::from_bytes([9; 32])));

pub(super) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    match input.below(3) {
        0 => as_stream(input.rest()),
        1 => as_entry(input.rest()),
        _ => signed(&mut input),
    }
}

fn as_stream(bytes: &[u8]) {
    let Ok(entries) = stream::split(bytes) else { return };
    assert!(entries.len() <= BATCH_ENTRIES_MAX && bytes.len() <= BATCH_BYTES_MAX, "over a limit");
    let joined: Vec<u8> = entries.iter().flat_map(|entry| entry.clone().into_bytes()).collect();
    assert!(joined == bytes, "splitting a stream lost or made up bytes");
    let sizes: Vec<usize> = entries.iter().map(|entry| entry.clone().into_bytes().len()).collect();
    assert_eq!(stream::fitting(sizes), entries.len(), "what was taken at once does not fit at once");
    for entry in entries.into_iter().take(4) {
        as_entry(&entry.into_bytes());
    }
}

fn as_entry(bytes: &[u8]) {
    let stated = stated_length(bytes);
    let Ok(entry) = UnverifiedEntry::parse(bytes.to_vec()) else {
        assert!(stated != Ok(bytes.len()), "a whole entry was refused");
        return;
    };
    assert_eq!(stated, Ok(bytes.len()));
    assert!((ENVELOPE_BYTES..=ENTRY_BYTES_MAX).contains(&bytes.len()));
    let vault = OWNER.vault();
    let id = entry.id(&vault);
    assert!(STRANGER.verify(entry.clone()).is_none(), "an entry belongs to two vaults");
    if let Some(verified) = OWNER.verify(entry.clone()) {
        assert!(verified.id() == id && verified.bytes() == bytes, "verifying changed the entry");
        return check_verified(&verified);
    }
    // The same contents, signed by the owner: only the signature was wrong.
    let last = bytes.split_at(bytes.len() - 64).0;
    let (front, ct) = last.split_at(HEADER_BYTES + NONCE_BYTES + 4);
    let (header, rest) = front.split_at(HEADER_BYTES);
    let nonce = rest.first_chunk().copied().expect("24 bytes");
    let header: [u8; HEADER_BYTES] = header.try_into().expect("8 bytes");
    let signed = sign(header, nonce, ct).expect("an entry within the limit");
    assert!(signed.id() == id, "the signature is part of the id");
    assert!(signed.bytes().starts_with(last), "assembling changed the contents");
}

/// What stands inside is whatever the fuzzer likes, and the owner signed it.
fn signed(input: &mut Input<'_>) {
    let mut header = *b"LSE1\x01\0\0\0";
    let kind = input.byte();
    if kind & 1 == 1 {
        header.iter_mut().skip(4).for_each(|byte| *byte = input.byte());
    }
    let mut nonce = [0; NONCE_BYTES];
    nonce.iter_mut().zip(input.take(NONCE_BYTES)).for_each(|(to, from)| *to = *from);
    let ct = input.rest();
    let Some(entry) = sign(header, nonce, ct) else {
        assert!(ct.len() + ENVELOPE_BYTES > ENTRY_BYTES_MAX, "an entry within the limit was not made");
        return;
    };
    let parts = entry.parts();
    assert!(parts.header == header && parts.nonce == nonce && parts.ct == ct, "the layout mixes its fields");
    let again = UnverifiedEntry::parse(entry.bytes().to_vec()).expect("what we made has our layout");
    let again = OWNER.verify(again).expect("what we signed is signed");
    assert!(again == entry, "an entry does not go round");
    check_verified(&entry);
    // One changed bit anywhere, and it is no entry of ours.
    let at = usize::from(kind) * 7 % entry.bytes().len();
    let mut changed = entry.into_bytes();
    changed.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << (kind % 8));
    let taken = UnverifiedEntry::parse(changed).ok().and_then(|entry| OWNER.verify(entry));
    assert!(taken.is_none(), "bit {} of byte {at} does not count", kind % 8);
}

fn sign(header: [u8; HEADER_BYTES], nonce: [u8; NONCE_BYTES], ct: &[u8]) -> Option<VerifiedEntry> {
    let sign = |message: &[u8]| OWNER.sign(message).expect("the owner signs");
    assemble(header, &OWNER.vault(), nonce, ct, sign).ok()
}

/// Owner and reader see the same, and nothing opens but what this version sealed.
fn check_verified(entry: &VerifiedEntry) {
    let opened = open(&OWNER, entry);
    assert!(open(&READER, entry) == opened, "owner and reader see different things");
    let parts = entry.parts();
    if parts.suite != 1 || parts.flags != 0 || parts.reserved != 0 {
        assert!(opened.head.is_none() && opened.changes == Err(Unreadable::Suite), "an unknown suite was opened");
    }
    if opened.changes.is_ok() {
        assert!(opened.head.is_some(), "changes without a head");
    }
}
