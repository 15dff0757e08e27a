use super::{all, article, filter, find, for_region, mission, nearest, source};
use crate::exercise::{
    Bias, CAUTION_TAGS, Dose, DoseMode, Evidence, Exercise, ExerciseId, ExerciseText, Kind, Ladder, Position, Region,
    Sides,
};
use std::collections::BTreeSet;
use std::str::FromStr;

const PELVIC_TILT: &str = include_str!("../../catalogue/pelvic-tilt.toml");
const BODY_SCAN: &str = include_str!("../../catalogue/body-scan.toml");
const CURL_UP: &str = include_str!("../../catalogue/curl-up.toml");
const EVIDENCE: &str = include_str!("../../../../docs/evidence.md");
const BREATHING: &str = include_str!("../../catalogue/diaphragmatic-breathing.toml");

fn texts(exercise: &Exercise) -> Vec<&'static str> {
    let text = &exercise.text;
    let single = [text.name, text.why, text.cues.posture, text.cues.breathing, text.cues.alignment];
    single.into_iter().chain(text.mistakes.iter().copied()).chain(text.stop.iter().copied()).collect()
}

#[test]
fn each_region_begins_with_the_exercises_the_mission_names() {
    for (region, ids) in [
        (Region::Lower, &["pelvic-tilt", "knee-to-chest", "partial-crunch"][..]),
        (Region::Upper, &["scapular-squeeze", "thoracic-extension", "chest-opening"]),
        (Region::Sciatica, &["knee-to-opposite-shoulder", "nerve-glide-slider"]),
        (Region::Whole, &["walking", "swimming"]),
    ] {
        assert_eq!(article(region), ids, "{region}");
        let listed: Vec<_> = for_region(region).iter().map(|exercise| exercise.id).collect();
        assert_eq!(listed[..ids.len()], *ids, "{region} offers these first");
        assert!(listed[ids.len()..].is_sorted_by(|a, b| a < b), "{region}: the rest by id");
        let all: BTreeSet<_> = filter(Some(region), None).map(|exercise| exercise.id).collect();
        assert_eq!(listed.len(), all.len(), "{region}: none twice");
        assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), all, "{region}: none lost");
    }
}

#[test]
fn there_are_forty_nine_exercises_and_what_the_mission_names_is_among_them() {
    assert_eq!(all().len(), 49);
    let named: BTreeSet<_> = mission().iter().collect();
    assert_eq!(named.len(), 14);
    assert!(mission().iter().all(|id| find(id).is_some()));
    assert!(Region::ALL.iter().flat_map(|region| article(*region)).all(|id| named.contains(id)));
}

#[test]
fn walking_and_swimming_are_aerobic_and_the_four_techniques_are_there() {
    for (id, kind) in [
        ("walking", Kind::Aerobic),
        ("swimming", Kind::Aerobic),
        ("diaphragmatic-breathing", Kind::Relaxation),
        ("body-scan", Kind::Relaxation),
        ("posture-reset", Kind::Posture),
        ("desk-check", Kind::Posture),
    ] {
        assert_eq!(find(id).unwrap().kind, kind, "{id}");
        assert_eq!(find(id).unwrap().dose.mode, DoseMode::Minutes, "{id}");
    }
}

#[test]
fn a_filter_wants_the_region_and_the_kind() {
    assert_eq!(filter(None, None).count(), all().len());
    assert!(filter(None, Some(Kind::Strength)).all(|exercise| exercise.kind == Kind::Strength));
    let lower_strength: Vec<_> = filter(Some(Region::Lower), Some(Kind::Strength)).map(|found| found.id).collect();
    assert!(lower_strength.contains(&"partial-crunch") && !lower_strength.contains(&"scapular-squeeze"));
    assert!(filter(Some(Region::Lower), None).all(|exercise| exercise.id != "body-scan"), "whole is not lower");
}

#[test]
fn the_nearest_id_is_found_after_a_slip() {
    for (given, meant) in [
        ("pelvic-tlt", Some("pelvic-tilt")),
        ("Knee to chest", Some("knee-to-chest")),
        ("  SINGLE knee_to chest ", Some("knee-to-chest")),
        ("pelvic-tilt", Some("pelvic-tilt")),
        ("Slow belly breathing", Some("diaphragmatic-breathing")),
        ("squeeze", Some("scapular-squeeze")),
        ("wlaking", Some("walking")),
        ("bench-press", None),
        ("", None),
        ("a", None),
        ("ü", None),
        (&"walking".repeat(1000), None),
    ] {
        assert_eq!(nearest(given), meant, "{given:.40}");
    }
}

#[test]
fn every_exercise_is_found_by_its_id_and_nothing_else_is() {
    assert!(all().is_sorted_by(|a, b| a.id < b.id));
    for exercise in all() {
        assert_eq!(find(exercise.id), Some(exercise));
        assert!(ExerciseId::from_str(exercise.id).is_ok());
    }
    assert_eq!(find("Pelvic-tilt"), None);
    assert_eq!(find(""), None);
}

#[test]
fn links_lead_to_exercises() {
    for exercise in all() {
        for link in exercise.easier.iter().chain(exercise.harder) {
            assert!(find(link).is_some(), "{} names {link}", exercise.id);
        }
    }
    assert_eq!(find("knee-to-chest").unwrap().easier, ["pelvic-tilt"]);
    assert_eq!(find("knee-to-chest").unwrap().harder, ["double-knee-to-chest"]);
}

/// One step up as told at either end.
fn leads(easier: &str, harder: &str) -> bool {
    find(easier).unwrap().harder.contains(&harder) || find(harder).unwrap().easier.contains(&easier)
}

#[test]
fn the_chains_from_easy_to_hard_hold_together() {
    for chain in [
        &["pelvic-tilt", "dead-bug"][..],
        &["pelvic-tilt", "curl-up", "partial-crunch"],
        &["cat-cow", "bird-dog", "side-plank-knees", "side-plank"],
        &["wall-plank", "side-plank-knees"],
        &["pelvic-tilt", "glute-bridge", "single-leg-bridge"],
        &["sit-to-stand", "hip-hinge", "hip-hinge-loaded"],
        &["standing-back-bend", "prone-on-elbows", "prone-press-up"],
        &["nerve-glide-small", "nerve-glide-slider"],
        &["figure-four", "knee-to-opposite-shoulder"],
        &["scapular-squeeze", "band-row"],
        &["thoracic-extension", "thoracic-extension-roll"],
        &["walking", "brisk-walking"],
        &["water-walking", "swimming"],
        &["seated-march", "walking"],
    ] {
        for step in chain.windows(2) {
            assert!(leads(step[0], step[1]), "{} leads to {}", step[0], step[1]);
        }
    }
}

#[test]
fn going_to_harder_exercises_comes_to_an_end_and_never_gets_easier() {
    for first in all() {
        let mut reached = BTreeSet::from([first.id]);
        let mut open = vec![first];
        while let Some(here) = open.pop() {
            for next in all().iter().filter(|next| leads(here.id, next.id)) {
                assert_ne!(next.id, first.id, "{} comes back to itself", first.id);
                assert!(next.level >= here.level, "{} leads to the easier {}", here.id, next.id);
                if reached.insert(next.id) {
                    open.push(next);
                }
            }
        }
    }
}

#[test]
fn ladders_fit_what_is_counted() {
    for exercise in all() {
        let (id, dose) = (exercise.id, exercise.dose);
        assert!(exercise.ladder.fits(dose.mode), "{id}");
        let still = matches!(exercise.kind, Kind::Relaxation | Kind::Posture);
        assert_eq!(exercise.ladder == Ladder::None, still, "{id}");
        assert_eq!(exercise.ladder == Ladder::Load, id == "hip-hinge-loaded", "{id}");
        if exercise.ladder == Ladder::Endurance {
            assert!((1..=Dose::ENDURANCE_HOLD_SECONDS_MAX).contains(&dose.hold_seconds), "{id}");
        }
    }
    let endurance = all().iter().filter(|exercise| exercise.ladder == Ladder::Endurance);
    assert_eq!(
        endurance.map(|exercise| exercise.id).collect::<Vec<_>>(),
        ["bird-dog", "curl-up", "side-plank", "side-plank-knees", "wall-plank"]
    );
}

#[test]
fn helping_muscles_are_not_main_ones_too() {
    for exercise in all() {
        assert!(exercise.muscles_secondary.iter().all(|one| !exercise.muscles.contains(one)), "{}", exercise.id);
        assert!(!exercise.muscles.is_empty() || exercise.muscles_secondary.is_empty(), "{}", exercise.id);
    }
}

#[test]
fn every_starting_dose_has_its_row_among_the_sources() {
    for exercise in all() {
        let (dose, id) = (exercise.dose, exercise.id);
        let row = EVIDENCE.lines().find_map(|line| line.strip_prefix(&format!("| {id} | "))).unwrap_or_default();
        let said = match dose.mode {
            DoseMode::Reps => format!("{} × {}", dose.sets, dose.reps),
            DoseMode::Hold => format!("{} × {} s", dose.sets, dose.hold_seconds),
            DoseMode::Minutes => format!("{} min", dose.minutes),
        };
        assert!(row.starts_with(&said), "{id}: {said} is not what docs/evidence.md says: {row}");
        assert_eq!(row.contains("each side"), exercise.sides == Sides::Each, "{id}: {row}");
        if dose.mode == DoseMode::Reps && dose.hold_seconds > 0 {
            assert!(row.contains(&format!("hold {} s", dose.hold_seconds)), "{id}: {row}");
        }
        if let Some(tempo) = dose.tempo {
            assert!(row.contains(&format!("tempo {tempo} |")), "{id}: {row}");
        }
    }
}

#[test]
fn every_text_fits_a_screen_and_promises_nothing() {
    for exercise in all() {
        for text in texts(exercise) {
            let chars = text.chars().count();
            assert!(chars > 0 && chars <= ExerciseText::CHARS_MAX, "{}: {text}", exercise.id);
            let lower = text.to_lowercase().replace("health", "");
            for promise in ["treat", "cure", "reliev", "relief", "heal", "therap", "prescri"] {
                assert!(!lower.contains(promise), "{}: {text}", exercise.id);
            }
        }
    }
}

#[test]
fn every_exercise_says_what_to_mind_and_when_to_stop() {
    for exercise in all() {
        assert!(!exercise.text.stop.is_empty() && !exercise.text.mistakes.is_empty(), "{}", exercise.id);
        assert!(exercise.cautions.iter().all(|tag| CAUTION_TAGS.contains(tag)), "{}", exercise.id);
        assert_ne!(exercise.evidence, Evidence::Custom, "{}", exercise.id);
    }
}

#[test]
fn nothing_claims_a_review_that_did_not_happen() {
    assert!(all().iter().all(|exercise| exercise.review == "none"));
}

#[test]
fn caution_tags_are_sorted_and_said_once() {
    assert!(CAUTION_TAGS.is_sorted_by(|a, b| a < b));
}

#[test]
fn an_exercise_keeps_its_json_names() {
    let json = serde_json::to_value(find("knee-to-chest").unwrap()).unwrap();
    for field in [
        "id",
        "name",
        "kind",
        "regions",
        "level",
        "ladder",
        "bias",
        "dose",
        "sides",
        "why",
        "cues",
        "mistakes",
        "stop",
        "cautions",
        "muscles",
        "muscles_secondary",
        "position",
        "equipment",
        "evidence",
        "sources",
        "review",
        "easier",
        "harder",
        "healthkit",
        "health_connect",
        "health_connect_segment",
    ] {
        assert!(json.get(field).is_some(), "{field}");
    }
    assert_eq!(json["regions"], serde_json::json!(["lower", "sciatica"]));
    assert_eq!(json["sides"], "each");
    assert_eq!(
        json["dose"],
        serde_json::json!({
            "mode": "hold", "sets": 3, "reps": 1, "hold_seconds": 20, "minutes": 0, "rest_seconds": 10, "tempo": null
        })
    );
    for cue in ["posture", "breathing", "alignment"] {
        assert!(json["cues"][cue].is_string(), "{cue}");
    }
}

#[test]
fn names_read_back_as_what_they_were() {
    fn check<T: FromStr + serde::Serialize + Copy + PartialEq + std::fmt::Debug>(all: &[T], name: fn(T) -> &'static str)
    where
        T::Err: std::fmt::Debug,
    {
        for value in all {
            assert_eq!(name(*value).parse::<T>().unwrap(), *value);
            assert_eq!(serde_json::to_value(value).unwrap(), name(*value));
        }
    }
    check(Kind::ALL, Kind::as_str);
    check(Region::ALL, Region::as_str);
    check(Bias::ALL, Bias::as_str);
    check(Position::ALL, Position::as_str);
    check(DoseMode::ALL, DoseMode::as_str);
    check(Ladder::ALL, Ladder::as_str);
    check(Sides::ALL, Sides::as_str);
    check(Evidence::ALL, Evidence::as_str);
    let error = Sides::from_str("left").unwrap_err();
    assert_eq!(error.to_string(), "unknown sides, expected one of: none, each");
}

#[test]
fn an_exercise_id_is_small_letters_digits_and_single_hyphens() {
    for id in ["a", "walking", "90-90-breathing", &"x".repeat(64)] {
        assert_eq!(ExerciseId::from_str(id).unwrap().as_str(), id);
    }
    for id in ["", "-", "Walking", "a--b", "-a", "a-", "a b", "a_b", "ä", &"x".repeat(65)] {
        assert!(ExerciseId::from_str(id).is_err(), "{id}");
        assert!(serde_json::from_value::<ExerciseId>(id.into()).is_err(), "{id}");
    }
}

/// The faults found in a file that is there alone and so may not have links, after one change to it.
fn faults_in(id: &str, file: &str, from: &str, to: &str) -> Vec<String> {
    let unlinked = |line: &str| match line.split_once(" = ") {
        Some((field @ ("easier" | "harder"), _)) => format!("{field} = []\n"),
        _ => format!("{line}\n"),
    };
    let alone: String = file.lines().map(unlinked).collect();
    assert!(alone.contains(from), "{from}");
    source::check(&[(id.to_owned(), alone.replace(from, to))]).err().unwrap_or_default()
}

/// The faults found in the pelvic tilt's file after one change to it.
fn faults(from: &str, to: &str) -> Vec<String> {
    faults_in("pelvic-tilt", PELVIC_TILT, from, to)
}

#[test]
fn an_endurance_hold_stays_short() {
    assert_eq!(
        faults_in("curl-up", CURL_UP, "hold_seconds = 8", "hold_seconds = 11"),
        ["catalogue/curl-up.toml: dose.hold_seconds is 11, allowed 1 to 10 with ladder \"endurance\""]
    );
    assert_eq!(
        faults_in("curl-up", CURL_UP, "hold_seconds = 8", "hold_seconds = 0"),
        ["catalogue/curl-up.toml: dose.hold_seconds is 0, allowed 1 to 10 with ladder \"endurance\""]
    );
}

#[test]
fn a_fault_is_one_line_that_names_file_and_field() {
    let long = format!("why = \"{}\" #", "x".repeat(401));
    for (from, to, said) in [
        ("reps = 8", "reps = 900", "dose.reps is 900, allowed 1 to 100"),
        ("reps = 8", "reps = -1", "dose.reps is -1, allowed 1 to 100"),
        ("reps = 8", "", "dose.reps is 0, allowed 1 to 100"),
        ("reps = 8", "reps = 8\nminutes = 5", "dose.minutes is 5, but mode \"reps\" has no minutes"),
        ("\"2-1-2\"", "\"slow\"", "dose.tempo is \"slow\", write seconds out, still and back, like \"2-1-2\""),
        ("tempo = ", "#", "dose.tempo is missing, write it like \"2-1-2\""),
        ("level = 0", "level = 4", "level is 4, allowed 0 to 3"),
        ("id = \"pelvic-tilt\"", "id = \"tilt\"", "id is \"tilt\", must be the file's name"),
        ("[\"lower\"]", "[]", "regions is empty, name at least one"),
        ("[\"lower\"]", "[\"lower\", \"lower\"]", "regions names one twice"),
        ("preg_supine", "preg_supin", "cautions names \"preg_supin\", unknown; see CAUTION_TAGS in src/exercise.rs"),
        (
            "evidence = \"guideline\"",
            "evidence = \"custom\"",
            "evidence is \"custom\", which is kept for exercises outside the catalogue",
        ),
        ("harder = []", "harder = [\"dead-bug\"]", "harder names \"dead-bug\", no such exercise"),
        ("name = \"Pelvic tilt\"", "name = \" \"", "text.en.name is empty"),
        ("why = ", &long, "text.en.why has 401 characters, allowed 1 to 400"),
        ("Pelvic tilt", "Pain relief", "text.en.name says \"relief\": promise nothing, write \"may help\""),
        ("Pelvic tilt", "Healing tilt", "text.en.name says \"healing\": promise nothing, write \"may help\""),
        ("level = 0", "level = 0\ncolour = 1", "line 5: unknown field `colour`, expected one of"),
        ("ladder = \"reps\"", "ladder = \"stretch\"", "ladder is \"stretch\", which does not fit dose.mode \"reps\""),
        ("ladder = \"reps\"", "ladder = \"minutes\"", "ladder is \"minutes\", which does not fit dose.mode \"reps\""),
        ("ladder = \"reps\"", "ladder = \"up\"", "line 5: unknown variant `up`, expected one of"),
        ("ladder = \"reps\"", "", "line 1: missing field `ladder`"),
        (
            "muscles_secondary = [",
            "muscles_secondary = [\"rectus abdominis\", ",
            "muscles_secondary names \"rectus abdominis\", which is in muscles already",
        ),
        ("level = 0", "", "line 1: missing field `level`"),
        ("kind = \"mobility\"", "kind = \"yoga\"", "line 2: unknown variant `yoga`, expected one of"),
    ] {
        let found = faults(from, to);
        assert_eq!(found.len(), 1, "{to}: {found:?}");
        assert!(found[0].starts_with(&format!("catalogue/pelvic-tilt.toml: {said}")), "{to}: {found:?}");
        assert!(!found[0].contains('\n'), "{to}: {found:?}");
    }
}

#[test]
fn links_that_go_round_are_refused() {
    let file = |id: &str, text: &str| (id.to_owned(), text.to_owned());
    let breathing = file("diaphragmatic-breathing", BREATHING);
    assert!(source::check(&[breathing.clone(), file("body-scan", BODY_SCAN)]).is_ok(), "one step told at both ends");
    let round = BODY_SCAN.replace("harder = []", "harder = [\"diaphragmatic-breathing\"]");
    assert_eq!(
        source::check(&[breathing, file("body-scan", &round)]).unwrap_err(),
        [
            "catalogue/body-scan.toml: easier and harder links go round in a circle among body-scan, diaphragmatic-breathing"
        ]
    );
    assert_eq!(faults("harder = []", "harder = [\"pelvic-tilt\"]").len(), 1);
}

#[test]
fn text_with_quotes_survives_the_way_into_rust() {
    let quoted = BODY_SCAN.replace("name = \"Body-scan meditation\"", "name = 'A \"body\\scan\"'");
    let quoted = quoted.replace("easier = [\"diaphragmatic-breathing\"]", "easier = []");
    let code = source::rust(&source::check(&[("body-scan".to_owned(), quoted)]).unwrap());
    assert!(code.contains(r#"name: "A \"body\\scan\"""#), "{code}");
}
