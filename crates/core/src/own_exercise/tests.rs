use super::*;
use crate::catalogue;
use crate::exercise::{Bias, DoseMode, Evidence, Exercise, Kind, Ladder, Position, Region, Sides};
use crate::moment::uuid7;
use crate::record::{Values, check_fields};
use crate::refusal::{Reason, Refusal};
use crate::texts::Arg;
use crate::value::Value;
use crate::vocabulary::said;
use proptest::prelude::*;

fn record_id() -> String {
    format!("e:{}", uuid7(1_795_333_458_123, [11; 10]))
}

fn least() -> OwnExerciseValues {
    OwnExerciseValues {
        name: Some("Towel slide".into()),
        kind: Some("strength".into()),
        mode: Some("reps".into()),
        ..Default::default()
    }
}

#[expect(clippy::unnecessary_wraps, reason = "fields are optional")]
fn strings(words: &[&str]) -> Option<Vec<String>> {
    Some(words.iter().map(|word| (*word).to_owned()).collect())
}

fn full() -> OwnExerciseValues {
    OwnExerciseValues {
        regions: strings(&["lower", "whole"]),
        level: Some(1),
        bias: Some("neutral".into()),
        muscles: strings(&["glutes"]),
        position: Some("supine".into()),
        equipment: strings(&["towel"]),
        sides: Some("each".into()),
        sets: Some(2),
        reps: Some(6),
        hold_seconds: Some(8),
        rest_seconds: Some(30),
        tempo: Some("2-1-2".into()),
        ladder: Some("endurance".into()),
        cautions: strings(&["preg_supine"]),
        easier: strings(&["pelvic-tilt"]),
        harder: strings(&["own-0123456789ab"]),
        why: Some("My physiotherapist showed me.".into()),
        mistakes: strings(&["Rushing."]),
        stop: strings(&["Leg pain."]),
        ..least()
    }
}

/// An exercise of the catalogue, written down as one's own.
fn copied(exercise: &Exercise) -> OwnExerciseValues {
    let some = |number: u32| (number > 0).then_some(i64::from(number));
    let owned = |list: &[&str]| Some(list.iter().map(|word| (*word).to_owned()).collect());
    OwnExerciseValues {
        name: Some(exercise.text.name.into()),
        kind: Some(exercise.kind.to_string()),
        regions: Some(exercise.regions.iter().map(Region::to_string).collect()),
        level: Some(exercise.level.into()),
        bias: Some(exercise.bias.to_string()),
        muscles: owned(exercise.muscles),
        position: Some(exercise.position.to_string()),
        equipment: owned(exercise.equipment),
        sides: Some(exercise.sides.to_string()),
        mode: Some(exercise.dose.mode.to_string()),
        sets: some(exercise.dose.sets),
        reps: some(exercise.dose.reps),
        hold_seconds: some(exercise.dose.hold_seconds),
        minutes: some(exercise.dose.minutes),
        rest_seconds: (exercise.dose.mode != DoseMode::Minutes).then_some(exercise.dose.rest_seconds.into()),
        tempo: exercise.dose.tempo.map(str::to_owned),
        ladder: Some(exercise.ladder.to_string()),
        cautions: owned(exercise.cautions),
        easier: owned(exercise.easier),
        harder: owned(exercise.harder),
        why: Some(exercise.text.why.into()),
        cue_posture: Some(exercise.text.cues.posture.into()),
        cue_breathing: Some(exercise.text.cues.breathing.into()),
        cue_alignment: Some(exercise.text.cues.alignment.into()),
        mistakes: owned(exercise.text.mistakes),
        stop: owned(exercise.text.stop),
        ..Default::default()
    }
}

#[test]
fn the_catalogue_itself_could_be_written_down() {
    for exercise in catalogue::all() {
        let values = copied(exercise);
        assert_eq!(values.check(), Ok(()), "{}", exercise.id);
        let own = OwnExercise::read(&record_id(), &values).unwrap();
        assert_eq!(own.gaps, Vec::<&str>::new(), "{}", exercise.id);
        let dose = Dose { tempo: exercise.dose.tempo, ..own.dose };
        assert_eq!((dose, own.tempo.as_deref()), (exercise.dose, exercise.dose.tempo), "{}", exercise.id);
        assert_eq!((own.ladder, own.sides, own.level), (exercise.ladder, exercise.sides, exercise.level));
        assert_eq!((own.bias, own.position), (exercise.bias, Some(exercise.position)));
        assert_eq!((own.kind, own.regions.as_slice()), (exercise.kind, exercise.regions));
        assert_eq!((own.evidence, own.review), (Evidence::Custom, "none"));
    }
}

#[test]
fn a_name_a_kind_and_a_mode_are_enough() {
    assert_eq!(least().check(), Ok(()));
    let own = OwnExercise::read(&record_id(), &least()).unwrap();
    assert_eq!((own.name.as_str(), own.kind, own.dose.mode), ("Towel slide", Kind::Strength, DoseMode::Reps));
    assert_eq!((own.dose.sets, own.dose.reps, own.dose.hold_seconds, own.dose.rest_seconds), (1, 5, 0, 30));
    // Careful where it says nothing, and not for plans.
    assert_eq!((own.level, own.bias, own.position), (3, Bias::Both, None));
    assert_eq!((own.ladder, own.sides), (Ladder::None, Sides::None));
    assert_eq!(own.gaps, ["regions", "level", "bias", "position", "cautions"]);
    let read = |mode: &str| {
        let values = OwnExerciseValues { mode: Some(mode.into()), ..least() };
        OwnExercise::read(&record_id(), &values).unwrap().dose
    };
    assert_eq!((read("hold").sets, read("hold").reps, read("hold").hold_seconds), (1, 1, 10));
    assert_eq!((read("minutes").sets, read("minutes").minutes, read("minutes").rest_seconds), (0, 5, 0));
}

#[test]
fn what_breaks_the_catalogues_rules_is_refused_by_field() {
    let text = |text: &str| Value::Text(text.to_owned());
    let list = |words: &[&str]| Value::Array(words.iter().map(|word| text(word)).collect());
    assert_eq!(full().check(), Ok(()));
    for (field, value) in [
        ("name", Value::Null),
        ("name", text("  ")),
        ("name", text(&"x".repeat(101))),
        ("kind", Value::Null),
        ("kind", text("magic")),
        ("mode", Value::Null),
        ("mode", text("litres")),
        ("regions", list(&["lower", "tail"])),
        ("bias", text("up")),
        ("position", text("floating")),
        ("sides", text("left")),
        ("level", Value::Int(4)),
        ("cautions", list(&["preg_supin"])),
        ("sets", Value::Int(0)),
        ("sets", Value::Int(11)),
        ("reps", Value::Int(101)),
        ("hold_seconds", Value::Int(301)),
        ("hold_seconds", Value::Int(11)),
        ("hold_seconds", Value::Null),
        ("rest_seconds", Value::Int(601)),
        ("minutes", Value::Int(5)),
        ("tempo", text("2-1")),
        ("ladder", text("stretch")),
        ("ladder", text("sky")),
        ("easier", list(&["pelvic-tlit"])),
        ("harder", list(&["own-X"])),
        ("why", text(" ")),
        ("cue_posture", text(&"x".repeat(401))),
        ("stop", list(&["Leg pain.", ""])),
    ] {
        let mut values = full();
        values.set(field, value.clone());
        assert_eq!(values.check().err().map(|refusal| refusal.field), Some(field), "{value:?}");
    }
    let field = |values: OwnExerciseValues| values.check().err().map(|refusal| refusal.field);
    let mode = |mode: &str| OwnExerciseValues { mode: Some(mode.into()), ..least() };
    assert_eq!(field(OwnExerciseValues { hold_seconds: Some(0), ..mode("hold") }), Some("hold_seconds"));
    assert_eq!(field(OwnExerciseValues { tempo: Some("2-1-2".into()), ..mode("hold") }), Some("tempo"));
    assert_eq!(field(OwnExerciseValues { sets: Some(2), ..mode("minutes") }), Some("sets"));
    assert_eq!(field(OwnExerciseValues { minutes: Some(181), ..mode("minutes") }), Some("minutes"));
    let wrong = OwnExerciseValues { easier: strings(&["pelvic-tlit"]), ..full() };
    let reason = Reason::UnknownExercise { nearest: Some("pelvic-tilt") };
    assert_eq!(wrong.check(), Err(Refusal::new("easier", reason)));
}

#[test]
fn the_ladders_offered_are_those_that_fit() {
    for mode in DoseMode::ALL {
        let values = OwnExerciseValues {
            mode: Some(mode.to_string()),
            ladder: Some(Ladder::ALL.iter().find(|ladder| !ladder.fits(*mode)).unwrap().to_string()),
            ..least()
        };
        let fitting: Vec<_> =
            Ladder::ALL.iter().filter(|ladder| ladder.fits(*mode)).map(|ladder| ladder.as_str()).collect();
        let Err(Refusal { reason: Reason::NotAChoice { choices }, .. }) = values.check() else { panic!("{mode}") };
        assert_eq!(choices, fitting);
    }
}

#[test]
fn words_of_another_version_are_read_carefully_and_kept_from_plans() {
    let values = OwnExerciseValues {
        kind: Some("juggling".into()),
        regions: strings(&["lower", "tail", "lower"]),
        bias: Some("sideways".into()),
        position: Some("floating".into()),
        sides: Some("front".into()),
        mode: Some("litres".into()),
        cautions: strings(&["preg_supine", "new_tag"]),
        level: Some(9),
        sets: Some(1_000),
        ladder: Some("sky".into()),
        ..full()
    };
    let own = OwnExercise::read(&record_id(), &values).unwrap();
    assert_eq!(own.gaps, ["kind", "mode", "regions", "level", "bias", "position", "sides", "cautions", "ladder"]);
    assert_eq!((own.kind, own.bias, own.level, own.dose.sets), (Kind::Strength, Bias::Both, 3, 1));
    assert_eq!(own.regions, [Region::Lower]);
    assert_eq!(own.cautions, ["preg_supine", "new_tag"]);
    let whole = OwnExercise::read(&record_id(), &full()).unwrap();
    assert_eq!((whole.position, whole.ladder), (Some(Position::Supine), Ladder::Endurance));
    // A ladder that does not fit grows nothing.
    let long = OwnExerciseValues { hold_seconds: Some(20), ..full() };
    assert_eq!(OwnExercise::read(&record_id(), &long).unwrap().ladder, Ladder::None);
}

#[test]
fn every_unit_has_a_key() {
    for range in [SETS, REPS, HOLD_SECONDS, MINUTES, REST_SECONDS, ENDURANCE_HOLD_SECONDS, LEVEL, check::CHARS] {
        assert!(matches!(said("unit", range.unit), Arg::Sentence(_)), "{}: texts/unit.toml", range.unit);
    }
}

#[test]
fn the_id_comes_from_the_record() {
    let id = record_id();
    let expected = format!("own-{}", &id[id.len() - 12..]);
    assert_eq!(exercise_id(&id), Some(expected.clone()));
    assert!(expected.parse::<crate::exercise::ExerciseId>().is_ok());
    for bad in ["", "e:", "own-0123456789ab", &id[2..], &id.replace("e:", "c:"), &id.to_uppercase(), &format!("{id}0")]
    {
        assert_eq!(exercise_id(bad), None, "{bad}");
        assert_eq!(OwnExercise::read(bad, &full()), None);
    }
}

#[test]
fn debug_shows_nothing_of_it() {
    let own = OwnExercise::read(&record_id(), &full()).unwrap();
    assert_eq!(format!("{own:?} {:?}", full()), "OwnExercise(..) OwnExerciseValues(..)");
}

/// Any value for a field, fitting or not.
fn any_value() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("reps".to_owned()),
        Just("hold".to_owned()),
        Just("minutes".to_owned()),
        Just("stretch".to_owned()),
        Just("none".to_owned()),
        Just("2-1-2".to_owned()),
        Just("pelvic-tilt".to_owned()),
        Just("lower".to_owned()),
        ".{0,12}",
    ];
    let number = prop_oneof![-2_i64..12, any::<i64>()].prop_map(Value::Int);
    let words = prop::collection::vec(word.clone().prop_map(Value::Text), 0..5).prop_map(Value::Array);
    prop_oneof![number, word.prop_map(Value::Text), words]
}

proptest! {
    #[test]
    fn whatever_a_record_says_the_reading_stays_within_the_limits(
        given in prop::collection::vec((0..OwnExerciseValues::FIELDS.len(), any_value()), 0..40),
    ) {
        let mut values = OwnExerciseValues::default();
        for (index, value) in given {
            values.set(OwnExerciseValues::FIELDS[index].name, value);
        }
        let own = OwnExercise::read(&record_id(), &values).unwrap();
        let dose = own.dose;
        prop_assert!(dose.sets <= Dose::SETS_MAX && dose.reps <= Dose::REPS_MAX);
        prop_assert!(dose.hold_seconds <= Dose::HOLD_SECONDS_MAX && dose.minutes <= Dose::MINUTES_MAX);
        prop_assert!(dose.rest_seconds <= Dose::REST_SECONDS_MAX && own.level <= Exercise::LEVEL_MAX);
        prop_assert_eq!(dose.minutes > 0, dose.mode == DoseMode::Minutes);
        prop_assert_eq!(dose.sets > 0, dose.mode != DoseMode::Minutes);
        prop_assert!(dose.mode != DoseMode::Hold || dose.hold_seconds > 0);
        prop_assert!(own.ladder.fits(dose.mode) && !own.name.trim().is_empty());
        prop_assert_eq!(own.evidence, Evidence::Custom);
        // What may be written down is read as it was written.
        if values.check().is_ok() {
            prop_assert_eq!(check_fields(&values), Ok(()));
            prop_assert_eq!(Some(own.name.as_str()), values.name.as_deref());
            prop_assert_eq!(Some(own.dose.mode.as_str()), values.mode.as_deref());
            prop_assert!(!own.gaps.contains(&"mode") && !own.gaps.contains(&"kind"));
        }
    }
}
