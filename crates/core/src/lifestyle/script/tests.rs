use super::*;
use crate::catalogue;
use crate::texts::Lang;
use proptest::prelude::*;

fn all() -> Vec<Script> {
    vec![breathing(5, Pace::default()).unwrap(), body_scan(), muscle_relaxation(), posture_reset()]
}

/// A timeline without gaps: from 0, strictly ascending, each cue up to the next, and its end at the end.
fn check(script: &Script) {
    let mut at_ms = 0;
    for (index, cue) in script.cues.iter().enumerate() {
        assert_eq!(cue.at_ms, at_ms);
        let last = index + 1 == script.cues.len();
        assert_eq!(cue.kind == CueKind::End, last);
        assert_eq!(cue.seconds == 0, last);
        at_ms += cue.seconds * 1_000;
    }
    assert_eq!(at_ms, script.total_ms);
}

fn count(script: &Script, kind: CueKind) -> usize {
    script.cues.iter().filter(|cue| cue.kind == kind).count()
}

#[test]
fn each_script_lasts_as_long_as_its_exercise_in_the_catalogue() {
    for script in all() {
        check(&script);
        let exercise = catalogue::find(script.exercise).unwrap();
        assert_eq!(script.total_ms, exercise.dose.minutes * 60_000, "{}", script.exercise);
        assert_eq!(for_exercise(exercise.id), Some(script));
    }
    assert_eq!(for_exercise("walking"), None);
}

#[test]
fn what_is_said_can_be_said_in_its_time() {
    const WORDS_PER_SECOND_MAX: usize = 3;
    for script in all() {
        for cue in script.cues.iter().filter(|cue| cue.kind != CueKind::End) {
            let said = cue.text.say(Lang::En);
            let words = said.split_whitespace().count();
            assert!(words <= WORDS_PER_SECOND_MAX * cue.seconds as usize, "{} s for: {said}", cue.seconds);
        }
    }
}

#[test]
fn every_script_says_that_one_can_stop_and_when_one_should() {
    for script in all() {
        assert_eq!(script.stop.first(), Some(&text::STOP_ANY_TIME));
        assert!(script.stop.contains(&text::STOP_DIZZY), "{}", script.exercise);
    }
    for quiet in [breathing(5, Pace::default()).unwrap(), body_scan(), muscle_relaxation()] {
        assert!(quiet.stop.contains(&text::STOP_UPSET));
        // Also said aloud, for those who have closed their eyes.
        let said: Vec<_> = quiet.cues.iter().map(|cue| cue.text.key()).collect();
        assert!(quiet.stop.iter().any(|text| said.contains(&text.key())), "{}", quiet.exercise);
    }
}

#[test]
fn breathing_starts_at_4_in_and_6_out() {
    let script = breathing(5, Pace::default()).unwrap();
    assert_eq!(script.total_ms, 300_000);
    assert_eq!((count(&script, CueKind::BreatheIn), count(&script, CueKind::BreatheOut)), (27, 27));
    let breath: Vec<_> = script.cues.iter().skip(3).take(3).map(|cue| (cue.at_ms, cue.kind, cue.seconds)).collect();
    assert_eq!(
        breath,
        [(22_000, CueKind::BreatheIn, 4), (26_000, CueKind::BreatheOut, 6), (32_000, CueKind::BreatheIn, 4)]
    );
    assert_eq!(script.at(25_999).unwrap().kind, CueKind::BreatheIn);
    assert_eq!(script.at(26_000).unwrap().kind, CueKind::BreatheOut);
    assert_eq!(script.at(u32::MAX).unwrap().kind, CueKind::End);
}

#[test]
fn a_pace_of_ones_own_stays_within_4_to_8_seconds() {
    for (breathe_in, breathe_out, field) in
        [(3, 6, "in_seconds"), (9, 6, "in_seconds"), (4, 3, "out_seconds"), (4, 9, "out_seconds")]
    {
        assert_eq!(Pace::new(breathe_in, breathe_out).err().map(|refusal| refusal.field), Some(field));
    }
    assert_eq!(Pace::new(4, 6), Ok(Pace::default()));
    for minutes in [0, 31, u32::MAX] {
        assert_eq!(breathing(minutes, Pace::default()).err().map(|refusal| refusal.field), Some("minutes"));
    }
}

#[test]
fn the_body_scan_goes_from_feet_to_head() {
    let script = body_scan();
    let keys: Vec<_> = script.cues.iter().map(|cue| cue.text.key()).collect();
    let place = |part: &str| keys.iter().position(|key| *key == format!("script.scan.{part}")).unwrap();
    let parts = ["feet", "calves", "knees", "thighs", "hips", "low_back", "belly", "chest", "upper_back"];
    let parts = parts.into_iter().chain(["hands", "arms", "shoulders", "neck", "face", "head", "whole", "close"]);
    assert!(parts.map(place).is_sorted());
    assert_eq!(script.total_ms, 600_000);
}

#[test]
fn muscles_are_tensed_for_5_seconds_and_let_go_for_15() {
    let script = muscle_relaxation();
    let tensed: Vec<_> = script.cues.iter().zip(script.cues.iter().skip(1)).collect();
    let tensed: Vec<_> = tensed.into_iter().filter(|(cue, _)| cue.kind == CueKind::Tense).collect();
    assert_eq!(tensed.len(), 22);
    for (tense, release) in tensed {
        assert_eq!((tense.seconds, release.kind, release.seconds), (5, CueKind::Release, 15));
    }
    assert_eq!(script.total_ms, 600_000);
}

#[test]
fn a_script_as_json_has_keys_for_programs() {
    let json = serde_json::to_value(posture_reset()).unwrap();
    assert_eq!(json["cues"][0]["text"]["key"], "pause.reset.rise");
    assert_eq!(json["cues"][6]["kind"], "end");
    assert_eq!(json["stop"][0], "script.stop.any_time");
}

proptest! {
    #[test]
    fn breathing_fills_its_minutes_exactly(minutes in 1_u32..=30, breathe_in in 4_u32..=8, breathe_out in 4_u32..=8) {
        let script = breathing(minutes, Pace::new(breathe_in, breathe_out).unwrap()).unwrap();
        check(&script);
        prop_assert_eq!(script.total_ms, minutes * 60_000);
        prop_assert!(count(&script, CueKind::BreatheIn) >= 1);
        prop_assert_eq!(count(&script, CueKind::BreatheIn), count(&script, CueKind::BreatheOut));
        let close = script.cues[script.cues.len() - 2].seconds;
        prop_assert!((8..8 + breathe_in + breathe_out).contains(&close));
    }
}
