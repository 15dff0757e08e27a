//! Texts that people type, scan or paste: the 24 words, a relay's address, an id, bytes as text.
//!
//! There is no string to pair devices with yet; when there is one, it belongs here. An invite is opaque to the device
//! and goes to the relay as it is: see the target `http`.

use std::net::IpAddr;

use lissom_diary::sync::keys::Keys;
use lissom_diary::sync::phrase::{PhraseError, WORDS, from_phrase, to_phrase};
use lissom_diary::sync::protocol::api::{bytes_from_text, from_text, to_text};
use lissom_diary::sync::protocol::cursor::Chain;
use lissom_diary::sync::protocol::ids::{EntryId, VaultId};
use lissom_diary::{RelayUrl, RelayUrlError};

use super::input::Input;

pub(super) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let choice = input.below(4);
    if choice == 3 {
        return words_by_number(&mut input);
    }
    let text = String::from_utf8_lossy(input.rest()).into_owned();
    match choice {
        0 => phrase(&text),
        1 => address(&text),
        _ => ids(&text),
    }
}

fn phrase(text: &str) {
    let found = text.split_whitespace().count();
    match from_phrase(text) {
        Ok(secret) => {
            let plain = text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(*to_phrase(&secret) == plain, "two phrases for one secret");
            assert!(found == WORDS, "a phrase of another length");
            let spread = plain.to_uppercase().replace(' ', " \n\t");
            assert!(from_phrase(&spread).is_ok_and(|again| again == secret), "capitals and spaces matter");
        }
        Err(PhraseError::WordCount { found: said }) => assert!(said != WORDS && said == found, "a wrong count"),
        Err(PhraseError::UnknownWord { place }) => assert!((1..=WORDS).contains(&place), "a place that is not there"),
        Err(PhraseError::Checksum) => assert!(found == WORDS),
    }
}

/// Words of the list, any of them: what a person gets who mixes them up.
fn words_by_number(input: &mut Input<'_>) {
    let list: Vec<String> = to_phrase(&secret(input.take(32))).split(' ').map(ToOwned::to_owned).collect();
    let whole = list.join(" ");
    assert!(from_phrase(&whole).is_ok_and(|secret| *to_phrase(&secret) == whole), "a secret does not go round");
    let mut mixed = list;
    for _ in 0..input.below(6) {
        mixed.swap(input.below(WORDS), input.below(WORDS));
    }
    phrase(&mixed.join(" "));
}

fn secret(bytes: &[u8]) -> lissom_diary::sync::keys::Secret {
    let mut whole = [0; 32];
    whole.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    lissom_diary::sync::keys::Secret::from_bytes(whole)
}

fn address(text: &str) {
    let insecure = RelayUrl::parse(text, true);
    let url = match RelayUrl::parse(text, false) {
        Ok(url) => url,
        Err(RelayUrlError::NotEncrypted) => {
            assert!(insecure.is_ok_and(|url| url.as_str().starts_with("http://")), "only the missing TLS was wrong");
            return;
        }
        Err(RelayUrlError::Form) => return assert!(insecure.is_err(), "a form that only some accept"),
    };
    assert!(insecure.as_ref() == Ok(&url), "an address that depends on a permission it does not need");
    let plain = url.as_str();
    assert!(RelayUrl::parse(plain, false).as_ref() == Ok(&url), "an address that is not its own form");
    assert!(
        !plain.chars().any(|c| c.is_control() || c == '@' || c == '#'),
        "an address with more than a host and a path"
    );
    let Some(rest) = plain.strip_prefix("http://") else {
        return assert!(plain.starts_with("https://"), "another scheme");
    };
    // Without TLS nothing leaves this machine: the host is read here once more, in another way.
    let authority = rest.split('/').next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(host) => host.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let here = host.parse::<IpAddr>().map_or_else(|_| host.eq_ignore_ascii_case("localhost"), |ip| ip.is_loopback());
    assert!(here, "without TLS to another machine");
}

fn ids(text: &str) {
    if let Ok(id) = VaultId::from_text(text) {
        assert_eq!(id.to_text(), text, "two texts for one id");
        assert!(EntryId::from_text(text).is_ok_and(|entry| entry.0 == id.0));
        assert!(Chain::from_text(text).is_ok_and(|chain| chain.0 == id.0));
        assert!(Keys::owner(&secret(&id.0)).vault() != id, "an id that is the secret's own");
    }
    assert_eq!(from_text::<32>(text).is_some(), VaultId::from_text(text).is_ok());
    if let Some(bytes) = bytes_from_text(text) {
        assert_eq!(to_text(&bytes), text, "two texts for the same bytes");
    }
}
