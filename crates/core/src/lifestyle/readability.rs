//! A reader of twelve should manage: short sentences, no jargon that is not explained.

use crate::texts::{self, Lang, Text};

const FILES: [&str; 4] = ["card.", "desk.", "pause.", "script."];
/// Most words of a sentence on average, within one text.
const WORDS_MEAN_MAX: usize = 16;
/// Most words of any sentence.
const WORDS_MAX: usize = 28;

/// Words of professionals. Each has a plain one: lower back, belly, bending, nerve, lasting, sudden, study …
const JARGON: &[&str] = &[
    "abdominal",
    "acute",
    "aerobic",
    "analgesi",
    "bilateral",
    "biopsychosocial",
    "cardio",
    "cauda",
    "cervical",
    "chronic",
    "contraindicat",
    "cohort",
    "diaphragm",
    "disability",
    "efficacy",
    "ergonomic",
    "etiolog",
    "extension",
    "flexion",
    "hazard",
    "idiopathic",
    "intervention",
    "irritab",
    "isometric",
    "kinesi",
    "lumbar",
    "malignan",
    "meta",
    "mindful",
    "musculoskeletal",
    "neural",
    "neuro",
    "nociceptive",
    "non-specific",
    "osteo",
    "patholog",
    "peripheral",
    "placebo",
    "prognos",
    "progressive",
    "prone",
    "proprio",
    "radicul",
    "random",
    "sacral",
    "scapula",
    "sedentary",
    "spinal",
    "stenosis",
    "supine",
    "symptom",
    "syndrome",
    "thoracic",
    "trunk",
    "vertebra",
];

/// Words that are jargon but needed, with the text that explains them.
const EXPLAINED: &[(&str, &str)] = &[
    ("sciatica", "card.sciatica.what"),
    ("flare-up", "card.flare_ups.what"),
    ("tendon", "card.pain_and_harm.origin"),
    ("hip hinge", "card.bending_and_lifting.practise"),
    ("nerve glides", "card.sciatica.glides"),
];

fn texts() -> impl Iterator<Item = &'static Text> {
    texts::ALL.iter().filter(|text| FILES.iter().any(|file| text.key().starts_with(file)))
}

/// The words as a person reads them; a gap stands for one word. Plurals are read in both wordings.
fn readings(text: Text) -> Vec<String> {
    let filled = |n: i64| {
        ["asked", "good", "before", "after", "days"].into_iter().fold(text.with("n", n), |said, gap| said.with(gap, 3))
    };
    vec![filled(1).say(Lang::En), filled(2).say(Lang::En)]
}

fn sentences(words: &str) -> Vec<&str> {
    let ends = |c: char| matches!(c, '.' | '?' | '!');
    // A point inside a number ends nothing.
    let mut found = Vec::new();
    let mut rest = words;
    while let Some((at, c)) = rest.char_indices().find(|(at, c)| {
        ends(*c) && rest.get(at + c.len_utf8()..).is_none_or(|tail| tail.is_empty() || tail.starts_with(' '))
    }) {
        let (sentence, tail) = rest.split_at(at + c.len_utf8());
        found.push(sentence);
        rest = tail.trim_start();
    }
    found.push(rest);
    found.retain(|sentence| sentence.chars().any(char::is_alphabetic));
    found
}

fn count(words: &str) -> usize {
    words.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

/// The first fault of a reading.
fn fault(words: &str) -> Option<String> {
    let counts: Vec<usize> = sentences(words).into_iter().map(count).collect();
    if let Some(long) = counts.iter().find(|count| **count > WORDS_MAX) {
        return Some(format!("a sentence of {long} words"));
    }
    let total: usize = counts.iter().sum();
    if total > WORDS_MEAN_MAX * counts.len() {
        return Some(format!("{total} words in {} sentences", counts.len()));
    }
    let lower = words.to_lowercase();
    let mut read = lower.split(|c: char| !c.is_alphanumeric() && c != '-');
    read.find(|word| JARGON.iter().any(|jargon| word.starts_with(jargon))).map(|word| format!("the word {word}"))
}

#[test]
fn every_text_is_easy_to_read() {
    let faults: Vec<_> = texts()
        .flat_map(|text| readings(*text).into_iter().filter_map(|words| Some((text.key(), fault(&words)?))))
        .collect();
    assert_eq!(faults, []);
    assert!(texts().count() > 180, "{}", texts().count());
}

#[test]
fn words_that_need_explaining_are_explained() {
    for (word, key) in EXPLAINED {
        let words = texts::find(key).unwrap().say(Lang::En).to_lowercase();
        let explained = [" means ", " is a time ", ", the cords ", " means bending ", " move the nerve "];
        assert!(words.contains(word) && explained.iter().any(|how| words.contains(how)), "{key}");
    }
}

#[test]
fn what_is_hard_to_read_is_found() {
    let long = "word ".repeat(29);
    assert_eq!(fault(&long), Some("a sentence of 29 words".to_owned()));
    let heavy = format!("{}. {}.", "word ".repeat(17).trim(), "word ".repeat(16).trim());
    assert_eq!(fault(&heavy), Some("33 words in 2 sentences".to_owned()));
    assert_eq!(fault("Your lumbar spine."), Some("the word lumbar".to_owned()));
    assert_eq!(fault("It went from 5.5 to 3. Good."), None);
    assert_eq!(sentences("It went from 5.5 to 3. Good?"), ["It went from 5.5 to 3.", "Good?"]);
}
