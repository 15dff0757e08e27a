//! The examples that the standards print, through the crates and the calls in use.
#![cfg(test)]

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, XChaCha20Poly1305};
use data_encoding::HEXLOWER;
use ed25519_dalek::{Signature, Signer, SigningKey};
use hkdf::Hkdf;
use lissom_sync::keys::Secret;
use lissom_sync::phrase::{from_phrase, to_phrase};
use sha2::Sha256;

/// Bytes from hexadecimal in several lines.
fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.split_whitespace().collect();
    HEXLOWER.decode(digits.as_bytes()).expect("hexadecimal")
}

fn hex_32(text: &str) -> [u8; 32] {
    hex(text).try_into().expect("32 bytes")
}

struct HkdfExample {
    ikm: Vec<u8>,
    salt: Vec<u8>,
    info: Vec<u8>,
    prk: &'static str,
    okm: &'static str,
}

impl HkdfExample {
    fn check(&self) {
        let (prk, _) = Hkdf::<Sha256>::extract(Some(&self.salt), &self.ikm);
        assert_eq!(prk.to_vec(), hex(self.prk));
        let expected = hex(self.okm);
        let mut okm = vec![0; expected.len()];
        Hkdf::<Sha256>::from_prk(&prk).unwrap().expand(&self.info, &mut okm).unwrap();
        assert_eq!(okm, expected);
        // Extract and Expand in one, as for the secret.
        Hkdf::<Sha256>::new(Some(&self.salt), &self.ikm).expand(&self.info, &mut okm).unwrap();
        assert_eq!(okm, expected);
    }
}

#[test]
fn hkdf_gives_the_examples_of_rfc_5869() {
    // A.1, basic
    HkdfExample {
        ikm: vec![0x0b; 22],
        salt: (0x00..=0x0c).collect(),
        info: (0xf0..=0xf9).collect(),
        prk: "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
        okm: "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    }
    .check();
    // A.2, longer inputs and output
    HkdfExample {
        ikm: (0x00..=0x4f).collect(),
        salt: (0x60..=0xaf).collect(),
        info: (0xb0..=0xff).collect(),
        prk: "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
        okm: "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c
              59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71
              cc30c58179ec3e87c14c01d5c1f3434f1d87",
    }
    .check();
    // A.3, no salt and no info
    HkdfExample {
        ikm: vec![0x0b; 22],
        salt: Vec::new(),
        info: Vec::new(),
        prk: "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
        okm: "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    }
    .check();
}

#[test]
fn ed25519_gives_the_examples_of_rfc_8032() {
    // 7.1: TEST 1, TEST 2, TEST 3 and TEST SHA(abc)
    for (secret, public, message, signature) in [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155
             5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac
             18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
        (
            "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
            "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589
             09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
        ),
    ] {
        let key = SigningKey::from_bytes(&hex_32(secret));
        assert_eq!(key.verifying_key().to_bytes(), hex_32(public));
        let made = key.sign(&hex(message));
        assert_eq!(made.to_bytes().to_vec(), hex(signature));
        let read = Signature::from_slice(&hex(signature)).unwrap();
        assert!(key.verifying_key().verify_strict(&hex(message), &read).is_ok());
        assert!(key.verifying_key().verify_strict(b"another message", &read).is_err());
    }
}

const SUNSCREEN: &[u8] =
    b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, \
    sunscreen would be it.";
const SUNSCREEN_AAD: &str = "50515253c0c1c2c3c4c5c6c7";

fn check_sunscreen<C: Aead + KeyInit>(nonce: &str, ciphertext_and_tag: &str) {
    let key: Vec<u8> = (0x80..=0x9f).collect();
    let cipher = C::new_from_slice(&key).unwrap();
    let (nonce, aad, sealed) = (hex(nonce), hex(SUNSCREEN_AAD), hex(ciphertext_and_tag));
    let nonce = nonce.as_slice().try_into().unwrap();
    assert_eq!(cipher.encrypt(nonce, Payload { msg: SUNSCREEN, aad: &aad }).unwrap(), sealed);
    assert_eq!(cipher.decrypt(nonce, Payload { msg: &sealed, aad: &aad }).unwrap(), SUNSCREEN);
    assert!(cipher.decrypt(nonce, Payload { msg: &sealed, aad: b"" }).is_err());
}

#[test]
fn chacha20_poly1305_gives_the_example_of_rfc_8439() {
    // 2.8.2
    check_sunscreen::<ChaCha20Poly1305>(
        "070000004041424344454647",
        "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6
         3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36
         92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc
         3ff4def08e4b7a9de576d26586cec64b6116
         1ae10b594f09e26a7e902ecbd0600691",
    );
}

#[test]
fn xchacha20_poly1305_gives_the_example_of_the_draft() {
    // draft-irtf-cfrg-xchacha-03, A.3.1
    check_sunscreen::<XChaCha20Poly1305>(
        "404142434445464748494a4b4c4d4e4f5051525354555657",
        "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb
         731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452
         2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9
         21f9664c97637da9768812f615c68b13b52e
         c0875924c1c7987947deafd8780acf49",
    );
}

#[test]
fn phrases_are_those_of_bip_39() {
    // The vectors of 256 bits in the English list, from trezor/python-mnemonic.
    for (entropy, phrase) in [
        (
            "0000000000000000000000000000000000000000000000000000000000000000",
            "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
             abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art",
        ),
        (
            "7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f",
            "legal winner thank year wave sausage worth useful legal winner thank year \
             wave sausage worth useful legal winner thank year wave sausage worth title",
        ),
        (
            "8080808080808080808080808080808080808080808080808080808080808080",
            "letter advice cage absurd amount doctor acoustic avoid letter advice cage absurd \
             amount doctor acoustic avoid letter advice cage absurd amount doctor acoustic bless",
        ),
        (
            "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo vote",
        ),
        (
            "68a79eaca2324873eacc50cb9c6eca8cc68ea5d936f98787c60c7ebc74e6ce7c",
            "hamster diagram private dutch cause delay private meat slide toddler razor book \
             happy fancy gospel tennis maple dilemma loan word shrug inflict delay length",
        ),
        (
            "9f6a2878b2520799a44ef18bc7df394e7061a224d2c33cd015b157d746869863",
            "panda eyebrow bullet gorilla call smoke muffin taste mesh discover soft ostrich \
             alcohol speed nation flash devote level hobby quick inner drive ghost inside",
        ),
        (
            "066dca1a2bb7e8a1db2832148ce9933eea0f3ac9548d793112d9a95c9407efad",
            "all hour make first leader extend hole alien behind guard gospel lava \
             path output census museum junior mass reopen famous sing advance salt reform",
        ),
        (
            "f585c11aec520db57dd353c69554b21a89b20fb0650966fa0a9d6f74fd989d8f",
            "void come effort suffer camp survey warrior heavy shoot primary clutch crush \
             open amazing screen patrol group space point ten exist slush involve unfold",
        ),
    ] {
        let secret = Secret::from_bytes(hex_32(entropy));
        assert_eq!(to_phrase(&secret).as_str(), phrase);
        assert!(from_phrase(phrase).unwrap() == secret, "{entropy}");
    }
}
