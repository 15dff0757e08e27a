//! Signatures that lax verifiers take and the protocol does not.

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;
use sha2::{Digest, Sha512};

/// The order of the group, as little-endian bytes.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];
/// The neutral point with its `y` of 1 written as 1 + p.
const NEUTRAL_LONG: [u8; 32] = {
    let mut bytes = [0xff; 32];
    bytes[0] = 0xee;
    bytes[31] = 0x7f;
    bytes
};

/// A key whose scalar is known, which those of a vault do not show.
pub(crate) struct Key {
    scalar: Scalar,
    pub(crate) public: [u8; 32],
}

pub(crate) fn key() -> Key {
    let scalar = Scalar::from_bytes_mod_order([0x77; 32]);
    Key { scalar, public: (ED25519_BASEPOINT_POINT * scalar).compress().0 }
}

fn challenge(r: &[u8; 32], public: &[u8; 32], message: &[u8]) -> Scalar {
    let hash: [u8; 64] = Sha512::new().chain_update(r).chain_update(public).chain_update(message).finalize().into();
    Scalar::from_bytes_mod_order_wide(&hash)
}

fn nonce(message: &[u8]) -> Scalar {
    let hash: [u8; 64] = Sha512::new().chain_update(b"nonce").chain_update(message).finalize().into();
    Scalar::from_bytes_mod_order_wide(&hash)
}

fn joined(r: &[u8; 32], s: &[u8; 32]) -> Vec<u8> {
    [*r, *s].concat()
}

fn with_r(key: &Key, r: [u8; 32], log_of_r: Scalar, message: &[u8]) -> Vec<u8> {
    joined(&r, &(log_of_r + challenge(&r, &key.public, message) * key.scalar).to_bytes())
}

/// A signature as it should be.
pub(crate) fn good(key: &Key, message: &[u8]) -> Vec<u8> {
    let r = nonce(message);
    with_r(key, (ED25519_BASEPOINT_POINT * r).compress().0, r, message)
}

/// `s` with the group's order added to it: the same number, written otherwise.
pub(crate) fn plus_order(signature: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    let s = signature[32..].iter().zip(ORDER).map(|(a, b)| {
        let sum = u16::from(*a) + u16::from(b) + carry;
        carry = sum >> 8;
        u8::try_from(sum & 0xff).unwrap()
    });
    let s: Vec<u8> = s.collect();
    [&signature[..32], &s].concat()
}

/// The same for bytes that end in a signature.
pub(crate) fn plus_order_at_end(bytes: &[u8]) -> Vec<u8> {
    let (front, signature) = bytes.split_at(bytes.len() - 64);
    [front, &plus_order(signature)].concat()
}

/// By how each is odd: public key and signature over the message.
pub(crate) fn odd(message: &[u8]) -> Vec<(&'static str, [u8; 32], Vec<u8>)> {
    let key = key();
    let r = nonce(message);
    let torsion = EIGHT_TORSION[1];
    let mixed = (ED25519_BASEPOINT_POINT * r + torsion).compress().0;
    let neutral = EdwardsPoint::default().compress().0;
    let plain_r = (ED25519_BASEPOINT_POINT * r).compress().0;
    let mixed_key = Key { scalar: key.scalar, public: (ED25519_BASEPOINT_POINT * key.scalar + torsion).compress().0 };
    let small =
        |public: [u8; 32]| joined(&plain_r, &(r + challenge(&plain_r, &public, message) * Scalar::ZERO).to_bytes());
    let mut odd = vec![
        ("s not reduced", key.public, plus_order(&good(&key, message))),
        ("R with a small part: right only times the cofactor", key.public, with_r(&key, mixed, r, message)),
        ("R is the neutral point", key.public, with_r(&key, neutral, Scalar::ZERO, message)),
        ("R is the neutral point, not canonical", key.public, with_r(&key, NEUTRAL_LONG, Scalar::ZERO, message)),
        ("the key is the neutral point", neutral, small(neutral)),
        ("the key is the neutral point, not canonical", NEUTRAL_LONG, small(NEUTRAL_LONG)),
        ("the key is no point", no_point(), good(&key, message)),
        ("R is no point", key.public, joined(&no_point(), &r.to_bytes())),
        ("all zeros", key.public, vec![0; 64]),
    ];
    // An eighth of all challenges makes the small part vanish: then the signature would be right.
    let (other_r, other_plain) = (0..=u8::MAX)
        .map(|n| nonce(&[message, &[n]].concat()))
        .map(|r| (r, (ED25519_BASEPOINT_POINT * r).compress().0))
        .find(|(_, plain)| !challenge(plain, &mixed_key.public, message).to_bytes()[0].is_multiple_of(8))
        .unwrap();
    let by_mixed = with_r(&mixed_key, other_plain, other_r, message);
    odd.push(("the key has a small part", mixed_key.public, by_mixed));
    odd
}

fn no_point() -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[0] = 2; // no x has y = 2
    bytes
}
