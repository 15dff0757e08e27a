//! Calming sessions as timelines: what is said when, to the millisecond, so that any host can play them.
//!
//! A script is data. It knows no clock: the host starts its own, speaks or shows each [`Cue`] at its time, and may
//! stop, or wait, at any moment.

mod parts;
#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::refusal::Refusal;
use crate::scale::Range;
use crate::texts::{Sentence, Text, script as text};

/// Seconds of one breath in, or of one breath out. Our choice around the 4 and 6 seconds of `docs/evidence.md`.
pub const BREATH_SECONDS: Range = Range { min: 4, max: 8, unit: "seconds" };
/// Minutes of slow breathing.
pub const BREATHING_MINUTES: Range = Range { min: 1, max: 30, unit: "minutes" };
/// Minutes of slow breathing unless chosen otherwise: the dose of the catalogue.
pub const BREATHING_MINUTES_DEFAULT: u32 = 5;

/// What a cue asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CueKind {
    /// Listen.
    Say,
    /// Breathe in.
    BreatheIn,
    /// Breathe out.
    BreatheOut,
    /// Tense a part of the body.
    Tense,
    /// Let it go.
    Release,
    /// The session is over.
    End,
}

/// One moment of a script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cue {
    /// Milliseconds from the beginning.
    pub at_ms: u32,
    /// What it asks for.
    pub kind: CueKind,
    /// What is said or shown.
    pub text: Sentence,
    /// Seconds until the next cue; 0 for the last.
    pub seconds: u32,
}

/// A session, laid out.
///
/// The first cue is at 0, each begins where the one before ends, and the last is [`CueKind::End`] at `total_ms`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Script {
    /// Id of its exercise in the catalogue.
    pub exercise: &'static str,
    /// The cues in order of time.
    pub cues: Vec<Cue>,
    /// Length in milliseconds.
    pub total_ms: u32,
    /// To show all the while: that one can stop, and when one should.
    pub stop: &'static [Text],
}

impl Script {
    /// The cue at a moment: the last that has begun.
    #[must_use]
    pub fn at(&self, ms: u32) -> Option<&Cue> {
        let begun = self.cues.partition_point(|cue| cue.at_ms <= ms);
        self.cues.get(begun.checked_sub(1)?)
    }
}

/// A script being written.
struct Writer {
    script: Script,
}

impl Writer {
    const fn new(exercise: &'static str, stop: &'static [Text]) -> Self {
        Self { script: Script { exercise, cues: Vec::new(), total_ms: 0, stop } }
    }

    fn cue(&mut self, kind: CueKind, text: Text, seconds: u32) {
        let at_ms = self.script.total_ms;
        self.script.cues.push(Cue { at_ms, kind, text: text.into(), seconds });
        self.script.total_ms = at_ms.saturating_add(seconds.saturating_mul(1_000));
    }

    fn say(&mut self, said: &[(Text, u32)]) {
        for (text, seconds) in said {
            self.cue(CueKind::Say, *text, *seconds);
        }
    }

    fn end(mut self, text: Text) -> Script {
        self.cue(CueKind::End, text, 0);
        self.script
    }
}

/// How slowly to breathe. Starts at 4 seconds in and 6 out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    in_seconds: u32,
    out_seconds: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self { in_seconds: 4, out_seconds: 6 }
    }
}

impl Pace {
    /// A pace of one's own, 4 to 8 seconds each way.
    ///
    /// # Errors
    /// [`Refusal`] of `in_seconds` or `out_seconds`.
    pub fn new(in_seconds: u32, out_seconds: u32) -> Result<Self, Refusal> {
        BREATH_SECONDS.check("in_seconds", in_seconds.into())?;
        BREATH_SECONDS.check("out_seconds", out_seconds.into())?;
        Ok(Self { in_seconds, out_seconds })
    }

    const fn breath_seconds(self) -> u32 {
        self.in_seconds.saturating_add(self.out_seconds)
    }
}

/// Slow breathing for exactly so many minutes: settling, whole breaths, and some quiet seconds at the end.
///
/// # Errors
/// [`Refusal`] of `minutes` outside 1 to 30.
pub fn breathing(minutes: u32, pace: Pace) -> Result<Script, Refusal> {
    const CLOSE_SECONDS_MIN: u32 = 8;
    BREATHING_MINUTES.check("minutes", minutes.into())?;
    let mut writer = Writer::new("diaphragmatic-breathing", parts::STOP_BREATHING);
    writer.say(parts::BREATHING_OPENING);
    let opening: u32 = parts::BREATHING_OPENING.iter().map(|(_, seconds)| seconds).sum();
    let mut left = minutes.saturating_mul(60).saturating_sub(opening);
    while left >= pace.breath_seconds().saturating_add(CLOSE_SECONDS_MIN) {
        writer.cue(CueKind::BreatheIn, text::BREATHING_BREATHE_IN, pace.in_seconds);
        writer.cue(CueKind::BreatheOut, text::BREATHING_BREATHE_OUT, pace.out_seconds);
        left = left.saturating_sub(pace.breath_seconds());
    }
    writer.say(&[(text::BREATHING_CLOSE, left)]);
    Ok(writer.end(text::BREATHING_END))
}

/// The body scan: 10 minutes, from the feet to the head.
#[must_use]
pub fn body_scan() -> Script {
    let mut writer = Writer::new("body-scan", parts::STOP_SCAN);
    writer.say(parts::SCAN);
    writer.end(text::SCAN_END)
}

/// Progressive muscle relaxation: 10 minutes, upward from the feet, each part tensed twice for
/// [`TENSE_SECONDS`] and let go for [`RELEASE_SECONDS`].
#[must_use]
pub fn muscle_relaxation() -> Script {
    let mut writer = Writer::new("muscle-relaxation", parts::STOP_MUSCLE);
    writer.say(parts::MUSCLE_OPENING);
    for part in parts::MUSCLE_PARTS {
        writer.say(&[(*part, parts::MUSCLE_READY_SECONDS)]);
        writer.cue(CueKind::Tense, text::MUSCLE_TENSE, TENSE_SECONDS);
        writer.cue(CueKind::Release, text::MUSCLE_RELEASE, RELEASE_SECONDS);
        writer.say(&[(text::MUSCLE_AGAIN, parts::MUSCLE_AGAIN_SECONDS)]);
        writer.cue(CueKind::Tense, text::MUSCLE_TENSE, TENSE_SECONDS);
        writer.cue(CueKind::Release, text::MUSCLE_RELEASE, RELEASE_SECONDS);
    }
    writer.say(parts::MUSCLE_CLOSING);
    writer.end(text::MUSCLE_END)
}

/// Seconds that a part is tensed, lightly.
pub const TENSE_SECONDS: u32 = 5;
/// Seconds that it is let go.
pub const RELEASE_SECONDS: u32 = 15;

/// The posture reset: one minute of moving, for a break.
#[must_use]
pub fn posture_reset() -> Script {
    let mut writer = Writer::new("posture-reset", parts::STOP_RESET);
    writer.say(parts::RESET);
    writer.end(crate::texts::pause::RESET_DONE)
}

/// The script of an exercise of the catalogue at its usual length; `None` for one that has none.
#[must_use]
pub fn for_exercise(id: &str) -> Option<Script> {
    match id {
        "diaphragmatic-breathing" => breathing(BREATHING_MINUTES_DEFAULT, Pace::default()).ok(),
        "body-scan" => Some(body_scan()),
        "muscle-relaxation" => Some(muscle_relaxation()),
        "posture-reset" => Some(posture_reset()),
        _ => None,
    }
}
