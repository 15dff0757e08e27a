use super::*;
use crate::catalogue;
use crate::texts::{self, Lang};
use std::collections::BTreeSet;

fn words_of(card: &Card) -> String {
    let lines = card.lines.iter().map(|line| line.text().say(Lang::En));
    lines.collect::<Vec<_>>().join("\n").to_lowercase()
}

#[test]
fn the_cards_are_complete() {
    let ids: Vec<_> = cards().iter().map(|card| card.id).collect();
    for id in [
        "causes",
        "impact",
        "why-exercise",
        "pain-and-harm",
        "sleep",
        "stress",
        "when-to-get-help",
        "sitting-and-moving",
        "bending-and-lifting",
        "flare-ups",
        "sciatica",
        "walking",
        "about-this-content",
    ] {
        assert!(ids.contains(&id), "{id}");
        assert_eq!(card(id).map(|card| card.id), Some(id));
    }
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    assert!(ids.iter().all(|id| id.len() <= ID_CHARS_MAX));
    assert_eq!(card("Causes"), None);
}

#[test]
fn each_card_says_where_it_is_from_and_that_nobody_has_reviewed_it() {
    for card in cards() {
        assert_eq!((card.version, card.review), (1, "none"), "{}", card.id);
        assert_eq!(card.sources.is_empty(), card.id == "about-this-content", "{}", card.id);
        assert!(card.sources.iter().all(|source| (1990..=2026).contains(&source.year)), "{}", card.id);
        assert_eq!(card.sources.iter().map(|source| source.name).collect::<BTreeSet<_>>().len(), card.sources.len());
        assert!(card.summary.say(Lang::En).chars().count() <= SUMMARY_CHARS_MAX, "{}", card.id);
        // The card of warning signs must name them all.
        let most = if card.id == "when-to-get-help" { 40 } else { 8 };
        assert!((4..=most).contains(&card.lines.len()), "{} has {} lines", card.id, card.lines.len());
    }
}

#[test]
fn the_words_on_a_card_are_its_own_and_none_is_left_over() {
    let mut used = BTreeSet::new();
    for card in cards() {
        let prefix = format!("card.{}.", card.id.replace('-', "_"));
        for text in card.lines.iter().map(|line| line.text()).chain([card.title, card.summary]) {
            assert!(text.key().starts_with(&prefix), "{} on {}", text.key(), card.id);
            assert!(used.insert(text.key()), "{} twice", text.key());
        }
    }
    let all: BTreeSet<_> = texts::ALL.iter().map(|text| text.key()).filter(|key| key.starts_with("card.")).collect();
    assert_eq!(used, all);
}

#[test]
fn links_lead_somewhere() {
    for card in cards() {
        assert!(card.exercises.iter().all(|id| catalogue::find(id).is_some()), "{}", card.id);
        for related in card.related {
            assert!(super::card(related).is_some() && *related != card.id, "{} to {related}", card.id);
        }
    }
    // From every card it is one step to the one that matters most; two from the few that hold no sign at all.
    let direct = |card: &Card| card.id == "when-to-get-help" || card.related.contains(&"when-to-get-help");
    for card in cards().iter().filter(|card| !direct(card)) {
        assert!(card.related.iter().any(|id| super::card(id).is_some_and(direct)), "{}", card.id);
    }
}

/// Each row of the safety questions that calls for help, and words by which a reader would know it.
const SIGNS: &[(&str, &str, &[&str])] = &[
    ("a1", "now", &["numb", "genitals", "inner thighs"]),
    ("a2", "now", &["pee", "bladder is full"]),
    ("a3", "now", &["poo"]),
    ("a4", "now", &["during sex"]),
    ("a5", "now", &["both legs are newly weak", "one of the signs above"]),
    ("a6", "now", &["weaker over hours or days", "foot drops", "unsteadily", "clumsy"]),
    ("a7", "now", &["tearing", "belly throbs", "faint"]),
    ("a8", "now", &["chest", "jaw", "breathe at rest"]),
    ("a9", "now", &["right after a bad accident"]),
    ("b1 with confusion", "now", &["fever with back pain", "confused"]),
    ("self-harm", "now", &["harming yourself"]),
    ("b1", "today", &["fever, chills"]),
    ("b2", "today", &["infection", "immune", "tuberculosis", "needle"]),
    ("b3", "today", &["fall or a lift", "from age 70", "from 50", "steroids"]),
    ("b4", "today", &["ever had cancer"]),
    ("b5", "today", &["like a belt", "no position eases", "losing weight"]),
    ("b6", "today", &["one leg is newly weak"]),
    ("a5 alone", "today", &["both legs newly hurt or tingle"]),
    ("b7", "today", &["pregnant", "contractions", "calf", "headache"]),
    ("c1", "soon", &["lose weight", "ill for weeks"]),
    ("c2", "soon", &["before 20 or after 50"]),
    ("c3", "soon", &["more than 3 months", "before you were 45"]),
    ("c4", "soon", &["worse than the back pain"]),
    ("c5", "soon", &["when you walk", "bending forward eases"]),
    ("c6", "soon", &["surgery in the last 12 weeks", "not to exercise"]),
    ("c7", "soon", &["heart or lung", "blood pressure"]),
    ("c8", "soon", &["no better after 6 weeks"]),
    ("c9", "soon", &["low on most days"]),
];

#[test]
fn the_card_about_help_names_every_sign_under_how_fast_to_act() {
    let card = card("when-to-get-help").unwrap();
    let mut urgency = "";
    let mut points = Vec::new();
    for line in card.lines {
        match line {
            Line::Heading(text) => urgency = text.key().rsplit('.').next().unwrap(),
            Line::Point(text) => points.push((urgency, text.say(Lang::En).to_lowercase())),
            Line::Paragraph(_) => {}
        }
    }
    for (row, when, words) in SIGNS {
        let named = points.iter().filter(|(urgency, point)| urgency == when && words.iter().all(|w| point.contains(w)));
        assert_eq!(named.count(), 1, "{row}");
    }
    assert_eq!(points.len(), SIGNS.len());
}

#[test]
fn the_cards_are_honest() {
    let stretching = words_of(card("why-exercise").unwrap());
    assert!(stretching.contains("stretching alone did little for pain"));
    for words in cards().iter().map(words_of) {
        for promise in ["cbd", "supplement", "vitamin", "pain-free", "guarantee", "proven", "best chair", "brand"] {
            assert!(!words.contains(promise), "{promise} in: {words}");
        }
    }
    let about = words_of(card("about-this-content").unwrap());
    assert!(about.contains("not a medical device") && about.contains("no doctor and no physiotherapist has checked"));
}

#[test]
fn a_slip_finds_its_card() {
    for (id, nearest) in [
        ("causes", Some("causes")),
        ("Why Exercise", Some("why-exercise")),
        ("why_exercize", Some("why-exercise")),
        ("help", Some("when-to-get-help")),
        ("sciatia", Some("sciatica")),
        ("bending", Some("bending-and-lifting")),
        ("", None),
        ("zebra crossing", None),
    ] {
        assert_eq!(nearest_card(id), nearest, "{id}");
    }
    assert_eq!(nearest_card(&"causes".repeat(1_000)), None);
}

#[test]
fn a_card_as_json_names_keys() {
    let json = serde_json::to_value(card("walking").unwrap()).unwrap();
    assert_eq!(json["title"], "card.walking.title");
    assert_eq!(json["lines"][0]["paragraph"], "card.walking.easy");
    assert_eq!(json["sources"][0]["year"], 2024);
}
