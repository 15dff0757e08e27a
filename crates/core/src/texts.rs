//! Every sentence that this crate says to people, by key: the files in `texts/`, compiled in.
//!
//! ```
//! use lissom_core::texts::{self, Lang};
//! let text = texts::find("refusal.out_of_range").expect("a text of this crate");
//! let said = text.with("got", 11).with("min", 0).with("max", 10).with("unit", "points").say(Lang::En);
//! assert_eq!(said, "11 is outside 0 to 10 points");
//! ```

pub use lissom_texts::{Arg, Lang, Sentence, Stored, Text, UnknownLang};

include!(concat!(env!("OUT_DIR"), "/texts.rs"));
