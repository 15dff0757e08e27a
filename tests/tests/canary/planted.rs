//! What is planted, in every form in which it could be said, and the search for it.

use std::fmt::Write as _;

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use hkdf::Hkdf;
use lissom_diary::sync::keys::Keys;
use lissom_diary::sync::phrase::from_phrase;
use sha2::Sha256;

/// A note, and the name of an exercise of one's own: words that stand nowhere else.
pub(crate) const NOTE: &str = "zaunkoenig stach links 7741";
pub(crate) const NAME: &str = "Quittenbrot-Dehnung 5512";

/// Words of a phrase in a row that are one too many: single ones are English, and stand in help texts.
const WORDS_IN_A_ROW: usize = 3;

/// Everything that must not be said.
#[derive(Default, Clone)]
pub(crate) struct Planted {
    /// What it is, and how it would look.
    forms: Vec<(&'static str, String)>,
}

/// Small letters, and one space for whatever stands between words: how words are told apart on paper or in JSON.
fn plain(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

impl Planted {
    /// What a person has who has this phrase.
    pub(crate) fn of(phrase: &str) -> Self {
        let secret = from_phrase(phrase).unwrap();
        let keys = Keys::owner(&secret);
        let mut planted = Self::default();
        planted.words("the note", NOTE);
        planted.words("the exercise's name", NAME);
        let words: Vec<&str> = phrase.split_whitespace().collect();
        for part in words.windows(WORDS_IN_A_ROW) {
            planted.words("the phrase", &part.join(" "));
        }
        let derive = |from: Hkdf<Sha256>, label: &str| {
            let mut key = [0; 32];
            from.expand(label.as_bytes(), &mut key).unwrap();
            key
        };
        let (prk, _) = Hkdf::<Sha256>::extract(Some(b"lissom/1 vault"), secret.as_bytes());
        let from_secret = || Hkdf::<Sha256>::from_prk(&prk).unwrap();
        let root = derive(from_secret(), "read-root");
        assert_eq!(&root, keys.read_root().as_bytes(), "derived as the program does");
        let from_root = || Hkdf::<Sha256>::from_prk(&root).unwrap();
        planted.bytes("the secret", secret.as_bytes());
        planted.bytes("the read root", &root);
        planted.bytes("the write key", &derive(from_secret(), "write-sign"));
        planted.bytes("the read key", &derive(from_root(), "read-auth"));
        planted.bytes("the sealing key", &derive(from_root(), "entry-aead"));
        planted.bytes("the vault's id", &keys.vault().0);
        planted
    }

    fn words(&mut self, what: &'static str, text: &str) {
        self.forms.push((what, plain(text)));
    }

    /// A text that is one word, such as a token.
    pub(crate) fn text(&mut self, what: &'static str, text: &str) {
        assert!(text.len() >= 16, "{what} is long enough to be told from chance");
        self.forms.push((what, text.to_owned()));
    }

    fn bytes(&mut self, what: &'static str, bytes: &[u8]) {
        let hex = HEXLOWER.encode(bytes);
        self.forms.push((what, hex.to_uppercase()));
        self.forms.push((what, hex));
        // In the middle of more bytes the last letters differ.
        for encoded in [BASE64.encode(bytes), BASE64URL_NOPAD.encode(bytes)] {
            self.forms.push((what, encoded.chars().take(40).collect()));
        }
        let mut list = String::new();
        bytes.iter().take(12).for_each(|byte| write!(list, "{byte} ").unwrap());
        self.words(what, list.trim_end());
    }

    /// What of it stands in a text.
    pub(crate) fn found_in(&self, text: &str) -> Vec<&'static str> {
        let plain = format!(" {} ", plain(text));
        let mut found: Vec<_> =
            self.forms.iter().filter(|(_, form)| text.contains(form) || plain.contains(form)).collect();
        found.dedup_by_key(|(what, _)| *what);
        found.into_iter().map(|(what, _)| *what).collect()
    }

    /// Fails the test if any of it was said.
    pub(crate) fn assert_unsaid(&self, place: &str, text: &str) {
        assert_eq!(self.found_in(text), Vec::<&str>::new(), "in {place}:\n{text}");
    }
}

const PHRASE: &str = "legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth useful \
                      legal winner thank year wave sausage worth title";

#[test]
fn a_leak_of_any_kind_is_seen() {
    let secret = from_phrase(PHRASE).unwrap();
    let keys = Keys::owner(&secret);
    let mut planted = Planted::of(PHRASE);
    planted.text("the token", "c2VjcmV0LXRva2VuLWZvci1hLXRlc3Q");
    let (id, hex) = (keys.vault().0, |bytes: &[u8]| HEXLOWER.encode(bytes));
    for (what, leak) in [
        ("the note", format!("refused: {NOTE:?}")),
        ("the exercise's name", format!("no exercise {NAME}.")),
        ("the phrase", "words: 4 year 5 wave, sausage".replace("4 ", "").replace("5 ", "")),
        ("the phrase", r#"["YEAR","wave","sausage"]"#.to_owned()),
        ("the secret", format!("Secret({:?})", secret.as_bytes())),
        ("the secret", hex(secret.as_bytes())),
        ("the read root", BASE64.encode(keys.read_root().as_bytes())),
        ("the vault's id", format!("GET /v1/vaults/{}/entries", BASE64URL_NOPAD.encode(&id))),
        ("the vault's id", hex(&id).to_uppercase()),
        ("the token", "authorization: Bearer c2VjcmV0LXRva2VuLWZvci1hLXRlc3Q".to_owned()),
    ] {
        assert_eq!(planted.found_in(&leak), [what], "{leak}");
    }
    assert_eq!(planted.found_in("the winner of the year made a wave"), Vec::<&str>::new());
}
