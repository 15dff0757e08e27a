//! Every sentence that this crate says to people, by key: the files in `texts/`, compiled in.

pub use lissom_texts::{Arg, Lang, Sentence, Stored, Text, UnknownLang};

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// The text with this key, of this crate or of the exercise model.
pub(crate) fn find_any(key: &str) -> Option<Text> {
    find(key).or_else(|| lissom_core::texts::find(key))
}
