//! The secret as 24 words.

use lissom_sync::keys::Secret;
use lissom_sync::phrase::to_phrase;
use serde_json::{Value, json};

use super::secret;
use crate::bytes::hex;
use crate::vector::Vectors;

fn given(phrase: &str) -> Value {
    json!({ "phrase": phrase })
}

pub(crate) fn all() -> Vectors {
    let mut vectors = Vectors::default();
    for (name, secret) in [("counting", secret()), ("zeros", [0; 32]), ("ones", [0xff; 32]), ("0x55", [0x55; 32])] {
        vectors.holds(&format!("written, {name}"), "words", json!({ "secret": hex(&secret) }));
        let phrase = to_phrase(&Secret::from_bytes(secret));
        vectors.holds(&format!("read, {name}"), "phrase", given(&phrase));
    }
    let phrase = to_phrase(&Secret::from_bytes(secret())).to_string();
    let words: Vec<&str> = phrase.split(' ').collect();
    vectors.holds("read, in capitals", "phrase", given(&phrase.to_uppercase()));
    vectors.holds("read, over several lines", "phrase", given(&format!("\n\t{}  \r\n", words.join(" \n "))));
    for (name, count) in [("no word", 0), ("1 word", 1), ("12 words", 12), ("23 words", 23)] {
        vectors.fails(name, "phrase", given(&words[..count].join(" ")), "word-count");
    }
    vectors.fails("25 words", "phrase", given(&format!("{phrase} zoo")), "word-count");
    vectors.fails("48 words", "phrase", given(&format!("{phrase} {phrase}")), "word-count");
    vectors.fails("joined by commas", "phrase", given(&words.join(",")), "word-count");
    let twelve = format!("{}about", "abandon ".repeat(11));
    vectors.fails("12 words that are a phrase of BIP-39", "phrase", given(&twelve), "word-count");
    let changed = |at: usize, word: &str| {
        let mut changed = words.clone();
        changed[at] = word;
        given(&changed.join(" "))
    };
    for (place, word) in
        [(1, "lissom"), (5, "aband"), (12, "abandoned"), (24, "zoos"), (7, "ábaco"), (8, "wörk"), (9, "1")]
    {
        let at = usize::try_from(place).unwrap() - 1;
        vectors.fails_at(&format!("word {place} is {word}"), "phrase", changed(at, word), "unknown-word", place);
    }
    let first_four: Vec<String> = words.iter().map(|word| word.chars().take(4).collect()).collect();
    let at = words.iter().zip(&first_four).position(|(word, cut)| word != cut).unwrap();
    let place = u64::try_from(at).unwrap() + 1;
    vectors.fails_at("first four letters of each word", "phrase", given(&first_four.join(" ")), "unknown-word", place);
    let mut two = words.clone();
    (two[3], two[20]) = ("one-", "two-");
    vectors.fails_at("two unknown words: the first counts", "phrase", given(&two.join(" ")), "unknown-word", 4);
    vectors.fails("the last word is another", "phrase", changed(23, "zoo"), "checksum");
    vectors.fails("the first word is another", "phrase", changed(0, "zoo"), "checksum");
    let mut swapped = words.clone();
    swapped.swap(4, 5);
    vectors.fails("two words swapped", "phrase", given(&swapped.join(" ")), "checksum");
    vectors.fails("backwards", "phrase", given(&words.iter().rev().copied().collect::<Vec<_>>().join(" ")), "checksum");
    vectors.fails("one word 24 times", "phrase", given(&["zoo"; 24].join(" ")), "checksum");
    vectors
}
