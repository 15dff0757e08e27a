//! The secret as 24 words that a person can keep on paper (BIP-39, English list, entropy alone: no passphrase,
//! no PBKDF2).

use bip39::{Language, Mnemonic};
use zeroize::Zeroizing;

use crate::keys::Secret;

/// Words in a phrase.
pub const WORDS: usize = 24;

/// A text is not a phrase. The words themselves are never part of the message, only their place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhraseError {
    /// Not 24 words.
    #[error("the phrase has {found} words, it must have {WORDS}")]
    WordCount {
        /// How many there are.
        found: usize,
    },
    /// A word is not in the list.
    #[error("word {place} of the phrase is not in the list of words; check its spelling")]
    UnknownWord {
        /// Which one, from 1.
        place: usize,
    },
    /// All words are in the list, but they do not belong together.
    #[error("the words do not belong together: one of them is wrong or out of order")]
    Checksum,
}

/// The 24 words, separated by single spaces.
#[must_use]
#[expect(clippy::missing_panics_doc, reason = "it cannot: see below")]
pub fn to_phrase(secret: &Secret) -> Zeroizing<String> {
    #[expect(clippy::expect_used, reason = "BIP-39 takes 32 bytes of entropy, and a secret is 32 bytes")]
    let mnemonic = Mnemonic::from_entropy_in(Language::English, secret.as_bytes()).expect("32 bytes of entropy");
    Zeroizing::new(mnemonic.words().collect::<Vec<_>>().join(" "))
}

/// Reads 24 words. Capitals, line breaks and repeated spaces do not matter.
///
/// # Errors
/// [`PhraseError`] says which word to look at.
pub fn from_phrase(text: &str) -> Result<Secret, PhraseError> {
    let plain = Zeroizing::new(text.to_lowercase());
    let words: Vec<&str> = plain.split_whitespace().collect();
    if words.len() != WORDS {
        return Err(PhraseError::WordCount { found: words.len() });
    }
    let list = Language::English;
    if let Some(at) = words.iter().position(|word| list.find_word(word).is_none()) {
        return Err(PhraseError::UnknownWord { place: at.saturating_add(1) });
    }
    let joined = Zeroizing::new(words.join(" "));
    let mnemonic = Mnemonic::parse_in_normalized(list, &joined).map_err(|_| PhraseError::Checksum)?;
    let (entropy, length) = mnemonic.to_entropy_array();
    let entropy = Zeroizing::new(entropy);
    let bytes = entropy.get(..length).and_then(|bytes| bytes.try_into().ok()).ok_or(PhraseError::Checksum)?;
    Ok(Secret::from_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lead_back_to_the_secret_however_they_are_typed() {
        let secret = Secret::from_bytes([0x5a; 32]);
        let phrase = to_phrase(&secret);
        assert_eq!(phrase.split(' ').count(), WORDS);
        assert!(from_phrase(&phrase).unwrap() == secret);
        let messy = format!("  {}\n", phrase.to_uppercase().replace(' ', "\n  "));
        assert!(from_phrase(&messy).unwrap() == secret);
    }

    #[test]
    fn each_mistake_has_its_own_answer() {
        let phrase = to_phrase(&Secret::from_bytes([1; 32]));
        let words: Vec<&str> = phrase.split(' ').collect();
        let with = |at: usize, word: &str| {
            let mut changed = words.clone();
            changed[at] = word;
            from_phrase(&changed.join(" ")).err()
        };
        assert_eq!(from_phrase(&words[..23].join(" ")).err(), Some(PhraseError::WordCount { found: 23 }));
        assert_eq!(from_phrase("").err(), Some(PhraseError::WordCount { found: 0 }));
        assert_eq!(with(4, "lissom"), Some(PhraseError::UnknownWord { place: 5 }));
        let other = if words[23] == "zoo" { "zone" } else { "zoo" };
        assert_eq!(with(23, other), Some(PhraseError::Checksum));
    }
}
