//! The guided sessions, as data for programs and laid out for people.

use lissom_diary::core::catalogue;
use lissom_diary::core::lifestyle::script::{
    BREATH_SECONDS, BREATHING_MINUTES, BREATHING_MINUTES_DEFAULT, Cue, CueKind, Pace, Script, body_scan, breathing,
    muscle_relaxation, posture_reset,
};
use lissom_diary::core::refusal::Refusal;
use lissom_diary::core::scale::Range;
use serde::Serialize;

use crate::failure::Failure;
use crate::output::Said;
use crate::page::Page;
use crate::texts::{Lang, learn as words};

/// A session that can be played.
#[derive(Debug)]
pub(super) struct Guide {
    /// What to type.
    pub(super) name: &'static str,
    /// Its exercise in the catalogue.
    pub(super) exercise: &'static str,
}

/// What was asked for beside the session's name.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    pub(super) minutes: Option<i64>,
    pub(super) in_seconds: Option<i64>,
    pub(super) out_seconds: Option<i64>,
}

impl Wishes {
    /// The flags that they were given with.
    fn flags(&self) -> String {
        let wishes = [("minutes", self.minutes), ("in", self.in_seconds), ("out", self.out_seconds)];
        let given = wishes.into_iter().filter_map(|(flag, given)| Some(format!(" --{flag} {}", given?)));
        given.collect()
    }

    pub(super) fn first_given(&self) -> Option<&'static str> {
        let wishes = [("minutes", self.minutes), ("in_seconds", self.in_seconds), ("out_seconds", self.out_seconds)];
        wishes.into_iter().find(|(_, given)| given.is_some()).map(|(name, _)| name)
    }
}

impl Guide {
    pub(super) const ALL: &'static [Self] = &[
        Self { name: "breathing", exercise: "diaphragmatic-breathing" },
        Self { name: "body-scan", exercise: "body-scan" },
        Self { name: "muscle-relaxation", exercise: "muscle-relaxation" },
        Self { name: "posture-reset", exercise: "posture-reset" },
    ];

    /// By its own name, or that of its exercise.
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|guide| guide.name == name || guide.exercise == name)
    }

    pub(super) fn title(&self, lang: Lang) -> String {
        let exercise = catalogue::find(self.exercise);
        exercise.map(|exercise| lang.words(exercise.text.name).into_owned()).unwrap_or_default()
    }

    /// The session as it was asked for. Only breathing leaves a choice.
    pub(super) fn script(&self, wishes: &Wishes) -> Result<Script, Failure> {
        if self.name != "breathing"
            && let Some(field) = wishes.first_given()
        {
            return Err(Failure::refused_field(field, words::ONLY_BREATHING));
        }
        Ok(match self.name {
            "body-scan" => body_scan(),
            "muscle-relaxation" => muscle_relaxation(),
            "posture-reset" => posture_reset(),
            _ => {
                let minutes = within(BREATHING_MINUTES, "minutes", wishes.minutes, BREATHING_MINUTES_DEFAULT)?;
                let inward = within(BREATH_SECONDS, "in_seconds", wishes.in_seconds, 4)?;
                let outward = within(BREATH_SECONDS, "out_seconds", wishes.out_seconds, 6)?;
                breathing(minutes, Pace::new(inward, outward)?)?
            }
        })
    }

    pub(super) fn page(&self, lang: Lang, script: &Script, wishes: &Wishes) -> String {
        let mut page = Page::new(lang);
        page.title(&self.title(lang), self.name);
        page.space();
        timeline(&mut page, lang, script);
        page.space();
        for stop in script.stop {
            page.point(&stop.say(lang));
        }
        page.say(words::NEXT_PLAY.with("command", format!("`lissom learn {}{} --play`", self.name, wishes.flags())));
        page.text()
    }
}

fn within(range: Range, field: &'static str, given: Option<i64>, otherwise: u32) -> Result<u32, Refusal> {
    let Some(given) = given else { return Ok(otherwise) };
    let checked = range.check(field, given)?;
    Ok(u32::try_from(checked).unwrap_or(otherwise))
}

/// A script as programs get it.
#[derive(Serialize)]
pub(crate) struct JsonScript {
    exercise: &'static str,
    total_ms: u32,
    stop: Vec<Said>,
    cues: Vec<JsonCue>,
}

#[derive(Serialize)]
struct JsonCue {
    at_ms: u32,
    seconds: u32,
    kind: CueKind,
    text: Said,
}

impl From<&Script> for JsonScript {
    fn from(script: &Script) -> Self {
        let cue = |cue: &Cue| JsonCue {
            at_ms: cue.at_ms,
            seconds: cue.seconds,
            kind: cue.kind,
            text: cue.text.clone().into(),
        };
        Self {
            exercise: script.exercise,
            total_ms: script.total_ms,
            stop: script.stop.iter().map(|text| Said::from(*text)).collect(),
            cues: script.cues.iter().map(cue).collect(),
        }
    }
}

/// What is said when. Breaths that only repeat are one line.
pub(crate) fn timeline(page: &mut Page, lang: Lang, script: &Script) {
    let mut cues = script.cues.as_slice();
    while let Some((cue, rest)) = cues.split_first() {
        let begin = format!("  {:>5}  ", clock(cue.at_ms));
        let breaths = breaths(cues);
        if let (CueKind::BreatheIn, Some(out)) = (cue.kind, rest.first()) {
            let said = words::BREATHS.with("n", breaths).with("in", cue.seconds).with("out", out.seconds);
            page.hang(&begin, &said.say(lang));
            cues = cues.get(breaths.saturating_mul(2)..).unwrap_or_default();
            continue;
        }
        let said = match cue.kind {
            CueKind::Tense | CueKind::Release => {
                words::FOR_SECONDS.with("what", cue.text.clone()).with("n", cue.seconds).say(lang)
            }
            _ => cue.text.say(lang),
        };
        page.hang(&begin, &said);
        cues = rest;
    }
}

/// Breaths in a row, in and out, at the beginning.
fn breaths(cues: &[Cue]) -> usize {
    let kinds = |pair: &&[Cue]| matches!(pair, [breath_in, out] if breath_in.kind == CueKind::BreatheIn && out.kind == CueKind::BreatheOut);
    cues.chunks(2).take_while(kinds).count()
}

/// Minutes and seconds: `2:05`.
pub(super) fn clock(ms: u32) -> String {
    let seconds = ms.div_euclid(1_000);
    format!("{}:{:02}", seconds.div_euclid(60), seconds.rem_euclid(60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaths_that_repeat_are_one_line() {
        let script = breathing(5, Pace::default()).unwrap();
        let mut page = Page::new(Lang::En);
        timeline(&mut page, Lang::En, &script);
        let text = page.text();
        assert!(text.lines().count() < 10, "{text}");
        assert!(text.contains("   0:22  Breathe in for 4 s and out for 6 s, 27 times"), "{text}");
        assert!(text.contains("   5:00  "), "{text}");
    }

    #[test]
    fn every_session_has_its_script_and_its_exercise() {
        for guide in Guide::ALL {
            let script = guide.script(&Wishes::default()).unwrap();
            assert_eq!(script.exercise, guide.exercise);
            assert_ne!(guide.title(Lang::En), "");
        }
    }
}
