use super::*;
use crate::texts::Lang;

fn taking(measure: &str) -> MeasureValues {
    MeasureValues { at_ms: Some(1), offset_minutes: Some(0), measure: Some(measure.into()), ..Default::default() }
}

fn psfs(labels: &[&str], items: &[i64]) -> MeasureValues {
    let labels = labels.iter().map(|&label| label.to_owned()).collect();
    MeasureValues { labels: Some(labels), items: Some(items.to_vec()), ..taking("psfs") }
}

fn own(items: &[i64]) -> MeasureValues {
    MeasureValues {
        name: Some("Mine".into()),
        item_max: Some(4),
        scoring: Some("sum".into()),
        labels: Some(items.iter().map(|_| "one".to_owned()).collect()),
        items: Some(items.to_vec()),
        ..taking("own:mine")
    }
}

#[test]
fn the_table_is_sorted_and_every_text_can_be_said() {
    assert!(all().is_sorted_by(|a, b| a.id < b.id));
    for measure in all() {
        for text in [measure.name, measure.about, measure.ask] {
            assert!(!text.say(Lang::En).is_empty(), "{}", measure.id);
        }
        assert!(!measure.unit.with("n", 2).say(Lang::En).is_empty());
        assert!(measure.every_days >= 1);
        assert_eq!(find(measure.id), Some(measure));
    }
    assert_eq!(find("peg"), None);
}

#[test]
fn complete_takings_have_a_score() {
    for (values, tenths) in [
        (psfs(&["Bending", "Lifting", "Sitting"], &[3, 4, 6]), 43),
        (psfs(&["Bending"], &[7]), 70),
        (psfs(&["a", "b", "c", "d"], &[1, 1, 1, 2]), 13),
        (MeasureValues { value: Some(2), ..taking("pgic") }, 20),
        (MeasureValues { value: Some(12), ..taking("sit-to-stand") }, 120),
        (MeasureValues { value: Some(0), ..taking("fingertip-floor") }, 0),
        (MeasureValues { items: Some(vec![1, 0, 1]), ..taking("desk-check") }, 20),
        (own(&[4, 0, 3]), 70),
        (MeasureValues { scoring: Some("mean".into()), ..own(&[4, 0, 3]) }, 23),
    ] {
        assert_eq!(values.check(), Ok(()), "{:?}", values.measure);
        assert_eq!(values.score_tenths(), Some(tenths), "{:?}", values.measure);
    }
}

#[test]
fn scores_are_said_with_their_unit() {
    let said = |id: &str, tenths| find(id).unwrap().say(tenths).say(Lang::En);
    assert_eq!(said("psfs", 43), "4.3 points");
    assert_eq!(said("psfs", 10), "1 point");
    assert_eq!(said("pgic", 20), "Much better");
    assert_eq!(said("sit-to-stand", 120), "12 times");
}

#[test]
fn every_fault_names_its_field() {
    let out_of_range = |got, min, max, unit| Reason::OutOfRange { got, min, max, unit };
    for (values, field, reason) in [
        (MeasureValues { measure: None, ..taking("psfs") }, "measure", Reason::Missing),
        (MeasureValues { at_ms: None, ..taking("psfs") }, "at_ms", Reason::Missing),
        (taking("psfd"), "measure", Reason::UnknownMeasure { nearest: Some("psfs") }),
        (taking("walking"), "measure", Reason::UnknownMeasure { nearest: Some("walking-minutes") }),
        (taking("zzzzzz"), "measure", Reason::UnknownMeasure { nearest: None }),
        (taking("psfs"), "labels", Reason::Missing),
        (psfs(&["Bending", " "], &[1, 2]), "labels", Reason::MissingItem { item: 2 }),
        (psfs(&["Bending", "Lifting", "Sitting"], &[1, 2]), "items", Reason::MissingItem { item: 3 }),
        (psfs(&["Bending"], &[]), "items", Reason::MissingItem { item: 1 }),
        (psfs(&["Bending"], &[1, 2]), "labels", Reason::MissingItem { item: 2 }),
        (psfs(&["Bending"], &[11]), "items", out_of_range(11, 0, 10, "(0 cannot do it, 10 as well as before)")),
        (psfs(&["a"; 6], &[1; 6]), "items", Reason::TooMany { items: 6, max: 5 }),
        (taking("pgic"), "value", Reason::Missing),
        (MeasureValues { value: Some(8), ..taking("pgic") }, "value", out_of_range(8, 1, 7, "(1 best, 7 worst)")),
        (MeasureValues { value: Some(25), ..taking("sitting-hours") }, "value", out_of_range(25, 0, 24, "hours")),
        (
            MeasureValues { items: Some(vec![3]), ..taking("desk-check") },
            "items",
            out_of_range(3, 0, 2, "(0 no, 1 yes, 2 does not apply)"),
        ),
        (taking("desk-check"), "items", Reason::MissingItem { item: 1 }),
        (MeasureValues { measure: Some("own:".into()), ..own(&[1]) }, "measure", Reason::Missing),
        (MeasureValues { name: None, ..own(&[1]) }, "name", Reason::Missing),
        (MeasureValues { item_max: None, ..own(&[1]) }, "item_max", Reason::Missing),
        (MeasureValues { scoring: None, ..own(&[1]) }, "scoring", Reason::Missing),
        (own(&[5]), "items", out_of_range(5, 0, 4, "(one item)")),
    ] {
        let named = values.measure.clone();
        assert_eq!(values.check(), Err(Refusal::new(field, reason)), "{named:?}");
    }
}

#[test]
fn what_is_not_complete_has_no_score() {
    assert_eq!(psfs(&["Bending", "Lifting"], &[1]).score_tenths(), None);
    assert_eq!(taking("from-the-future").score_tenths(), None);
    assert_eq!(psfs(&[" Bending "], &[4]).activities(), Some(vec![("bending".to_owned(), 4)]));
}
