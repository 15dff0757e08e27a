//! Every Wycheproof vector of the primitives that the vault is built on, through the crates and the calls in use.
//!
//! Each test counts what it ran, so that an empty or shrunken set fails instead of passing.
#![cfg(test)]

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, XChaCha20Poly1305};
use ed25519_dalek::{Signature, VerifyingKey};
use hkdf::Hkdf;
use sha2::Sha256;
use wycheproof::TestResult;
use wycheproof::aead::{Test, TestName as AeadName, TestSet as AeadSet};
use wycheproof::eddsa::{TestName as EddsaName, TestSet as EddsaSet};
use wycheproof::hkdf::{TestName as HkdfName, TestSet as HkdfSet};

/// Runs one AEAD vector both ways.
fn check<C: Aead + KeyInit>(test: &Test) {
    let cipher = C::new_from_slice(&test.key).expect("the size of the key was checked");
    let nonce = (&test.nonce[..]).try_into().expect("the size of the nonce was checked");
    let sealed = [&test.ct[..], &test.tag[..]].concat();
    let opened = cipher.decrypt(nonce, Payload { msg: &sealed, aad: &test.aad });
    let made = cipher.encrypt(nonce, Payload { msg: &test.pt, aad: &test.aad }).expect("any vector is short enough");
    match test.result {
        TestResult::Valid => {
            assert_eq!(opened.as_deref(), Ok(&test.pt[..]), "opening {}: {}", test.tc_id, test.comment);
            assert_eq!(made, sealed, "sealing {}: {}", test.tc_id, test.comment);
        }
        TestResult::Invalid => {
            assert!(opened.is_err(), "{} was opened: {}", test.tc_id, test.comment);
            assert_ne!(made, sealed, "{} was made: {}", test.tc_id, test.comment);
        }
        TestResult::Acceptable => panic!("{} is neither right nor wrong", test.tc_id),
    }
}

/// Runs the vectors whose nonce has `nonce_bits`; gives how many were right, wrong, and of other sizes.
fn run_aead<C: Aead + KeyInit>(name: AeadName, nonce_bits: usize) -> (usize, usize, usize) {
    let set = AeadSet::load(name).expect("the vectors are part of the crate");
    let (mut valid, mut invalid, mut skipped) = (0, 0, 0);
    for group in &set.test_groups {
        assert_eq!(group.tag_size, 128);
        for test in &group.tests {
            if (group.key_size, group.nonce_size) == (256, nonce_bits) {
                check::<C>(test);
                if test.result.must_fail() { invalid += 1 } else { valid += 1 }
            } else {
                assert!(test.result.must_fail(), "{} was skipped and is valid", test.tc_id);
                skipped += 1;
            }
        }
    }
    assert_eq!(valid + invalid + skipped, set.number_of_tests);
    (valid, invalid, skipped)
}

#[test]
fn xchacha20_poly1305_agrees_with_every_vector() {
    let (valid, invalid, skipped) = run_aead::<XChaCha20Poly1305>(AeadName::XChaCha20Poly1305, 192);
    assert_eq!((valid + invalid, skipped), (306, 9));
    assert!(valid > 200 && invalid > 50, "{valid} valid, {invalid} invalid");
}

#[test]
fn chacha20_poly1305_agrees_with_every_vector() {
    let (valid, invalid, skipped) = run_aead::<ChaCha20Poly1305>(AeadName::ChaCha20Poly1305, 96);
    assert_eq!((valid + invalid, skipped), (316, 9));
    assert!(valid > 200 && invalid > 50, "{valid} valid, {invalid} invalid");
}

#[test]
fn strict_ed25519_agrees_with_every_vector() {
    let set = EddsaSet::load(EddsaName::Ed25519).expect("the vectors are part of the crate");
    let (mut valid, mut invalid) = (0, 0);
    for group in &set.test_groups {
        let key: [u8; 32] = group.key.pk[..].try_into().expect("a key of 32 bytes");
        let key = VerifyingKey::from_bytes(&key).expect("a point of the curve");
        for test in &group.tests {
            let verified = Signature::from_slice(&test.sig).and_then(|sig| key.verify_strict(&test.msg, &sig)).is_ok();
            assert_eq!(verified, test.result == TestResult::Valid, "{}: {}", test.tc_id, test.comment);
            if verified { valid += 1 } else { invalid += 1 }
        }
    }
    assert_eq!((valid + invalid, set.number_of_tests), (151, 151));
    assert!(valid > 50 && invalid > 50, "{valid} valid, {invalid} invalid");
}

#[test]
fn hkdf_sha256_agrees_with_every_vector() {
    let set = HkdfSet::load(HkdfName::HkdfSha256).expect("the vectors are part of the crate");
    let (mut valid, mut invalid) = (0, 0);
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let mut okm = vec![0; test.size];
        let made = Hkdf::<Sha256>::new(Some(&test.salt), &test.ikm).expand(&test.info, &mut okm);
        if test.result == TestResult::Valid {
            assert!(made.is_ok() && okm == test.okm[..], "{}: {}", test.tc_id, test.comment);
            valid += 1;
        } else {
            assert!(made.is_err(), "{} was made: {}", test.tc_id, test.comment);
            invalid += 1;
        }
    }
    assert_eq!((valid + invalid, set.number_of_tests), (86, 86));
    assert!(valid > 70 && invalid > 0, "{valid} valid, {invalid} invalid");
}
