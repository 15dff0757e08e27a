//! What must hold for every entry, stream, id, body and chain, not only for the examples.
#![cfg(test)]

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use lissom_protocol::api::{self, Appended, CursorQuery, Head, Register, Token, TokenRequest};
use lissom_protocol::cursor::{Chain, Cursor};
use lissom_protocol::entry::{
    ENVELOPE_BYTES, LayoutError, UnverifiedEntry, VerifiedEntry, assemble, header, stated_length,
};
use lissom_protocol::ids::{EntryId, VaultId};
use lissom_protocol::limits::{BATCH_BYTES_MAX, BATCH_ENTRIES_MAX};
use lissom_protocol::problem::{Problem, ProblemKind};
use lissom_protocol::statement::Role;
use lissom_protocol::stream::{fitting, split};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

const VAULT: VaultId = VaultId([9; 32]);
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn write() -> VerifyingKey {
    key().verifying_key()
}

fn entries() -> impl Strategy<Value = VerifiedEntry> {
    (any::<u8>(), any::<[u8; 24]>(), vec(any::<u8>(), 0..300)).prop_map(|(suite, nonce, ct)| {
        assemble(header(suite), &VAULT, nonce, &ct, |message| key().sign(message).to_bytes()).unwrap()
    })
}

fn accepted(bytes: Vec<u8>) -> bool {
    UnverifiedEntry::parse(bytes).is_ok_and(|entry| entry.verify(&VAULT, &write()).is_ok())
}

/// The same text but for its last character, which is moved to another one that stands for the same bytes.
fn with_trailing_bits(text: &str, bits: usize) -> String {
    let (front, last) = text.split_at(text.len() - 1);
    let place = ALPHABET.iter().position(|c| *c == last.as_bytes()[0]).unwrap();
    format!("{front}{}", char::from(ALPHABET[place | bits]))
}

proptest! {
    #[test]
    fn an_entry_is_its_bytes(entry in entries()) {
        let bytes = entry.bytes().to_vec();
        prop_assert_eq!(stated_length(&bytes), Ok(bytes.len()));
        prop_assert_eq!(bytes.len(), entry.parts().ct.len() + ENVELOPE_BYTES);
        let parsed = UnverifiedEntry::parse(bytes.clone()).unwrap();
        prop_assert!(parsed.id(&VAULT) == entry.id());
        prop_assert_eq!(parsed.clone().into_bytes(), bytes.clone());
        let verified = parsed.verify(&VAULT, &write()).unwrap();
        prop_assert!(verified == entry);
        let parts = verified.parts();
        let joined = [parts.header, parts.nonce, parts.ct_len, parts.ct, parts.signature].concat();
        prop_assert_eq!(joined, bytes);
    }

    #[test]
    fn a_part_of_an_entry_is_no_entry(entry in entries(), end in any::<Index>()) {
        let end = end.index(entry.bytes().len());
        let cut = UnverifiedEntry::parse(entry.bytes()[..end].to_vec());
        let is_truncated = matches!(cut, Err(LayoutError::Truncated { have, .. }) if have == end);
        prop_assert!(is_truncated, "{:?}", cut);
    }

    #[test]
    fn an_entry_with_a_tail_is_no_entry(entry in entries(), tail in vec(any::<u8>(), 1..50)) {
        let long = UnverifiedEntry::parse([entry.bytes(), &tail].concat());
        prop_assert_eq!(long.err(), Some(LayoutError::Trailing { extra: tail.len() }));
    }

    #[test]
    fn a_changed_byte_anywhere_is_refused(entry in entries(), at in any::<Index>(), flip in 1_u8..) {
        let mut bytes = entry.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        prop_assert!(!accepted(bytes), "byte {at} changed by {flip:#x}");
    }

    #[test]
    fn two_changed_bytes_are_refused(entry in entries(), a in any::<Index>(), b in any::<Index>(), flip in 1_u8..) {
        let mut bytes = entry.bytes().to_vec();
        let (a, b) = (a.index(bytes.len()), b.index(bytes.len()));
        bytes.swap(a, b);
        bytes[a] ^= flip;
        prop_assert!(bytes == entry.bytes() || !accepted(bytes));
    }

    #[test]
    fn an_entry_belongs_to_one_vault_and_one_key(entry in entries(), other in any::<[u8; 32]>()) {
        prop_assume!(other != VAULT.0 && other != key().to_bytes());
        let parse = || UnverifiedEntry::parse(entry.bytes().to_vec()).unwrap();
        prop_assert!(parse().verify(&VaultId(other), &write()).is_err());
        prop_assert!(parse().verify(&VAULT, &SigningKey::from_bytes(&other).verifying_key()).is_err());
        prop_assert!(parse().id(&VaultId(other)) != entry.id());
    }

    #[test]
    fn the_signature_is_not_part_of_the_id(entry in entries(), signature in any::<[u8; 64]>()) {
        let mut bytes = entry.bytes().to_vec();
        let from = bytes.len() - 64;
        bytes[from..].copy_from_slice(&signature);
        prop_assert!(UnverifiedEntry::parse(bytes).unwrap().id(&VAULT) == entry.id());
    }

    #[test]
    fn any_bytes_at_all_are_read_without_a_panic(bytes in vec(any::<u8>(), 0..400), magic in any::<bool>()) {
        let bytes = if magic { [header(1).as_slice(), &bytes].concat() } else { bytes };
        prop_assert!(!accepted(bytes.clone()));
        if let Ok(entries) = split(&bytes) {
            let joined: Vec<u8> = entries.into_iter().flat_map(UnverifiedEntry::into_bytes).collect();
            prop_assert_eq!(joined, bytes);
        }
    }

    #[test]
    fn splitting_a_stream_undoes_joining_entries(all in vec(entries(), 0..=8)) {
        let each: Vec<Vec<u8>> = all.into_iter().map(VerifiedEntry::into_bytes).collect();
        let back: Vec<Vec<u8>> = split(&each.concat()).unwrap().into_iter().map(UnverifiedEntry::into_bytes).collect();
        prop_assert_eq!(back, each);
    }

    #[test]
    fn a_stream_is_cut_only_between_entries(all in vec(entries(), 1..=4), end in any::<Index>()) {
        let mut ends = vec![0];
        let mut joined = Vec::new();
        for entry in all {
            joined.extend(entry.into_bytes());
            ends.push(joined.len());
        }
        let end = end.index(joined.len() + 1);
        let whole = ends.iter().position(|boundary| *boundary == end);
        prop_assert_eq!(split(&joined[..end]).ok().map(|entries| entries.len()), whole);
    }

    #[test]
    fn a_batch_is_the_longest_front_within_both_limits(sizes in vec(0..=BATCH_BYTES_MAX / 20, 0..100)) {
        let count = fitting(sizes.iter().copied());
        let total = |count: usize| sizes.iter().take(count).sum::<usize>();
        prop_assert!(count <= BATCH_ENTRIES_MAX && count <= sizes.len() && total(count) <= BATCH_BYTES_MAX);
        let full = count == sizes.len() || count == BATCH_ENTRIES_MAX || total(count + 1) > BATCH_BYTES_MAX;
        prop_assert!(full, "{count} of {}", sizes.len());
    }

    #[test]
    fn an_id_is_its_text(bytes in any::<[u8; 32]>()) {
        let text = EntryId(bytes).to_text();
        prop_assert_eq!(text.len(), 43);
        prop_assert!(text.bytes().all(|c| ALPHABET.contains(&c)));
        prop_assert!(EntryId::from_text(&text) == Ok(EntryId(bytes)));
        prop_assert!(VaultId::from_text(&text) == Ok(VaultId(bytes)) && Chain::from_text(&text) == Ok(Chain(bytes)));
        prop_assert_eq!(api::from_text::<32>(&text), Some(bytes));
    }

    #[test]
    fn an_id_has_no_second_text(bytes in any::<[u8; 32]>(), bits in 1_usize..4, at in 0_usize..43) {
        let text = EntryId(bytes).to_text();
        let mut others = vec![with_trailing_bits(&text, bits), format!("{text}="), format!("{text}A")];
        for stray in [" ", "\n", "=", "+", "/", "\0"] {
            others.push(format!("{}{stray}{}", &text[..at], &text[at..]));
            others.push(format!("{}{stray}{}", &text[..at], &text[at + 1..]));
        }
        for other in others {
            prop_assert!(EntryId::from_text(&other).is_err(), "{other:?}");
            prop_assert!(Chain::from_text(&other).is_err() && api::from_text::<32>(&other).is_none(), "{other:?}");
        }
    }

    #[test]
    fn whatever_is_read_as_an_id_is_written_the_same(text in "[A-Za-z0-9_-]{43}") {
        if let Ok(id) = EntryId::from_text(&text) {
            prop_assert_eq!(id.to_text(), text);
        }
    }

    #[test]
    fn bytes_of_any_length_have_one_text(bytes in vec(any::<u8>(), 0..100)) {
        let text = api::to_text(&bytes);
        prop_assert_eq!(api::bytes_from_text(&text), Some(bytes.clone()));
        prop_assert_eq!(api::from_text::<64>(&text).is_some(), bytes.len() == 64);
        if bytes.len() % 3 != 0 {
            prop_assert_eq!(api::bytes_from_text(&with_trailing_bits(&text, 1)), None);
        }
    }

    #[test]
    fn a_problem_goes_round(
        kind in select(ProblemKind::ALL), detail in option::of(".{0,40}"), entry in option::of(any::<usize>()),
        statement in option::of("[A-Za-z0-9_-]{86}"),
    ) {
        let problem = Problem { detail, entry, statement, ..Problem::new(kind) };
        let again: Problem = serde_json::from_str(&serde_json::to_string(&problem).unwrap()).unwrap();
        prop_assert_eq!(again.kind(), Some(kind));
        prop_assert_eq!(again, problem);
    }

    #[test]
    fn no_other_type_is_ours(uri in ".{0,40}", word in "[a-z-]{1,20}") {
        let ours = |uri: &str| ProblemKind::ALL.iter().any(|kind| kind.uri() == uri);
        let with_prefix = format!("urn:lissom:problem:{word}");
        for uri in [uri.as_str(), word.as_str(), with_prefix.as_str(), &with_prefix.to_uppercase()] {
            prop_assert_eq!(ProblemKind::from_uri(uri).is_some(), ours(uri));
        }
    }

    #[test]
    fn bodies_go_round(
        text in ".{0,40}", other in ".{0,40}", number in any::<u64>(), positions in vec(any::<u64>(), 0..5),
        invite in option::of(".{0,20}"), role in select(vec![Role::Owner, Role::Reader]),
    ) {
        let (t, o) = (|| text.clone(), || other.clone());
        let register = Register { write: t(), read: o(), key_check: t(), signature: o(), invite };
        prop_assert!(round(&register) == register);
        let request = TokenRequest { vault: t(), role, challenge: o(), signature: t() };
        prop_assert!(round(&request) == request);
        let token = Token { token: t(), expires_in: number };
        prop_assert!(round(&token) == token);
        let appended = Appended { positions, chain: t() };
        prop_assert_eq!(round(&appended), appended);
        let head = Head { pos: number, chain: o() };
        prop_assert_eq!(round(&head), head);
        prop_assert_eq!(Role::from_byte(role.byte()), Some(role));
    }

    #[test]
    fn a_cursor_goes_round_in_a_query(pos in any::<u64>(), chain in any::<[u8; 32]>()) {
        let cursor = Cursor { pos, chain: Chain(chain) };
        let text = api::cursor_query(&cursor);
        let mut fields = text.split('&').map(|field| field.split_once('=').unwrap());
        let (after, chain) = (fields.next().unwrap(), fields.next().unwrap());
        prop_assert_eq!((after.0, chain.0, fields.next()), ("after", "chain", None));
        let query = CursorQuery { after: after.1.parse().unwrap(), chain: chain.1.to_owned(), limit: None };
        prop_assert_eq!(query.cursor(), Some(cursor));
    }

    #[test]
    fn a_chain_tells_every_order_length_and_start_apart(
        ids in vec(any::<[u8; 32]>(), 2..10), a in any::<Index>(), b in any::<Index>(), vault in any::<[u8; 32]>(),
    ) {
        let ids: Vec<EntryId> = ids.into_iter().map(EntryId).collect();
        let start = Cursor::start(&VAULT);
        let end = start.after(&ids);
        prop_assert_eq!(end.pos, ids.len() as u64);
        let cut = a.index(ids.len());
        prop_assert_eq!(start.after(&ids[..cut]).after(&ids[cut..]), end);
        prop_assert_ne!(start.after(&ids[..cut]).chain, end.chain);
        let mut swapped = ids.clone();
        swapped.swap(cut, b.index(ids.len()));
        prop_assert_eq!(start.after(&swapped).chain == end.chain, swapped == ids);
        let mut without = ids.clone();
        without.remove(cut);
        prop_assert_ne!(start.after(&without).chain, end.chain);
        let twice = start.after(&ids).after([&ids[cut]]);
        prop_assert_ne!(twice.chain, end.chain);
        prop_assert_eq!(Cursor::start(&VaultId(vault)).after(&ids).chain == end.chain, vault == VAULT.0);
    }
}

fn round<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    serde_json::from_slice(&serde_json::to_vec(value).unwrap()).unwrap()
}
