use ed25519_dalek::{Signer, SigningKey};

use super::*;

fn signed(ct: &[u8]) -> (VerifiedEntry, VaultId, VerifyingKey) {
    let key = SigningKey::from_bytes(&[7; 32]);
    let vault = VaultId([9; 32]);
    let entry = assemble(header(SUITE_XCHACHA), &vault, [5; NONCE_BYTES], ct, |m| key.sign(m).to_bytes());
    (entry.unwrap(), vault, key.verifying_key())
}

#[test]
fn a_made_entry_verifies_and_keeps_its_bytes() {
    let (entry, vault, write) = signed(b"ciphertext");
    let again = UnverifiedEntry::parse(entry.bytes().to_vec()).unwrap().verify(&vault, &write).unwrap();
    assert!(again == entry);
    assert_eq!(again.parts().ct, b"ciphertext");
    assert_eq!((again.parts().suite, again.parts().flags, again.parts().reserved), (1, 0, 0));
}

#[test]
fn an_entry_is_shown_by_its_size_alone() {
    let (entry, ..) = signed(b"ciphertext");
    let len = entry.bytes().len();
    let parsed = UnverifiedEntry::parse(entry.bytes().to_vec()).unwrap();
    assert_eq!(format!("{entry:?} {parsed:?}"), format!("VerifiedEntry({len} bytes) UnverifiedEntry({len} bytes)"));
    assert_eq!(format!("{:?}", entry.parts()), "Parts(suite 1, 10 bytes)");
}

#[test]
fn every_single_byte_change_is_refused() {
    let (entry, vault, write) = signed(b"some ciphertext");
    for at in 0..entry.bytes().len() {
        for flip in [1_u8, 0x80, 0xff] {
            let mut bytes = entry.bytes().to_vec();
            bytes[at] ^= flip;
            let accepted = UnverifiedEntry::parse(bytes).ok().and_then(|e| e.verify(&vault, &write).ok());
            assert!(accepted.is_none(), "byte {at} changed by {flip:#x}");
        }
    }
}

#[test]
fn an_entry_of_another_vault_or_key_is_refused() {
    let (entry, vault, write) = signed(b"x");
    let other = SigningKey::from_bytes(&[8; 32]).verifying_key();
    let parse = || UnverifiedEntry::parse(entry.bytes().to_vec()).unwrap();
    assert_eq!(parse().verify(&VaultId([0; 32]), &write).err(), Some(SignatureError));
    assert_eq!(parse().verify(&vault, &other).err(), Some(SignatureError));
}

#[test]
fn every_truncation_and_any_tail_is_refused() {
    let (entry, ..) = signed(b"abc");
    for end in 0..entry.bytes().len() {
        let cut = UnverifiedEntry::parse(entry.bytes()[..end].to_vec());
        assert!(matches!(cut, Err(LayoutError::Truncated { .. })), "{end}");
    }
    let long = [entry.bytes(), b"!"].concat();
    assert_eq!(UnverifiedEntry::parse(long).err(), Some(LayoutError::Trailing { extra: 1 }));
}

#[test]
fn unknown_suites_and_flags_are_carried() {
    let key = SigningKey::from_bytes(&[7; 32]);
    let vault = VaultId([9; 32]);
    let mut head = header(200);
    head[5] = 3;
    let entry = assemble(head, &vault, [0; NONCE_BYTES], b"?", |m| key.sign(m).to_bytes()).unwrap();
    let again = UnverifiedEntry::parse(entry.into_bytes()).unwrap().verify(&vault, &key.verifying_key()).unwrap();
    assert_eq!((again.parts().suite, again.parts().flags), (200, 3));
}

#[test]
fn a_stated_length_over_the_limit_is_refused_before_the_bytes_are_there() {
    let mut front = header(1).to_vec();
    front.extend_from_slice(&[0; NONCE_BYTES]);
    front.extend_from_slice(&u32::MAX.to_be_bytes());
    assert!(matches!(stated_length(&front), Err(LayoutError::TooLarge { .. })));
    let big = vec![0; ENTRY_BYTES_MAX - ENVELOPE_BYTES + 1];
    assert!(matches!(
        assemble(header(1), &VaultId([0; 32]), [0; 24], &big, |_| [0; 64]),
        Err(LayoutError::TooLarge { .. })
    ));
}

#[test]
fn another_magic_is_another_layout() {
    let (entry, ..) = signed(b"abc");
    let mut bytes = entry.into_bytes();
    bytes[3] = b'9';
    assert_eq!(UnverifiedEntry::parse(bytes).err(), Some(LayoutError::Magic));
}

#[test]
fn an_entry_may_have_just_as_many_bytes_as_the_limit_says() {
    let (entry, ..) = signed(&vec![1; ENTRY_BYTES_MAX - ENVELOPE_BYTES]);
    let mut bytes = entry.into_bytes();
    assert_eq!(bytes.len(), ENTRY_BYTES_MAX);
    assert_eq!(stated_length(&bytes), Ok(ENTRY_BYTES_MAX));
    assert!(UnverifiedEntry::parse(bytes.clone()).is_ok());
    for more in [1, 2] {
        bytes.push(0);
        let bytes = bytes.clone();
        let refused = UnverifiedEntry::parse(bytes).err();
        assert_eq!(refused, Some(LayoutError::TooLarge { bytes: ENTRY_BYTES_MAX + more }));
    }
}
