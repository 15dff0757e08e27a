//! A catalogue file as a person writes it: parsed, checked, and turned into Rust.
//!
//! Used by the build script, and by the tests of this crate; it is not part of the library. Checks everything and
//! reports all it finds, so that one build is enough to mend a file.

use crate::exercise::{
    Bias, CAUTION_TAGS, Dose, DoseMode, Evidence, Exercise, ExerciseId, ExerciseText, Kind, Ladder, Position, Region,
    Sides,
};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::str::FromStr;

/// How words begin that would promise a medical effect.
const PROMISES: &[&str] = &["cure", "curing", "heal", "relief", "reliev", "treat"];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    id: String,
    kind: Kind,
    regions: Vec<Region>,
    level: i64,
    ladder: Ladder,
    bias: Bias,
    muscles: Vec<String>,
    #[serde(default)]
    muscles_secondary: Vec<String>,
    position: Position,
    equipment: Vec<String>,
    sides: Sides,
    cautions: Vec<String>,
    evidence: Evidence,
    sources: Vec<String>,
    review: String,
    #[serde(default)]
    easier: Vec<String>,
    #[serde(default)]
    harder: Vec<String>,
    healthkit: Option<String>,
    health_connect: Option<String>,
    health_connect_segment: Option<String>,
    dose: DoseSource,
    text: Languages,
}

/// Signed and wide, so that a wild number is reported as out of range and not as a wrong type.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DoseSource {
    mode: DoseMode,
    #[serde(default)]
    sets: i64,
    #[serde(default)]
    reps: i64,
    #[serde(default)]
    hold_seconds: i64,
    #[serde(default)]
    minutes: i64,
    #[serde(default)]
    rest_seconds: i64,
    tempo: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Languages {
    en: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    name: String,
    why: String,
    cue_posture: String,
    cue_breathing: String,
    cue_alignment: String,
    mistakes: Vec<String>,
    stop: Vec<String>,
}

/// Checks the files, given as (name without `.toml`, content), and returns them sorted by id.
///
/// # Errors
/// One line for each fault, naming the file and the field.
pub(crate) fn check(files: &[(String, String)]) -> Result<Vec<Source>, Vec<String>> {
    let mut problems = Vec::new();
    let mut exercises = Vec::new();
    for (name, content) in files {
        let mut file = File { name, problems: Vec::new() };
        match toml::from_str::<Source>(content) {
            Ok(source) => {
                file.check(&source);
                exercises.push(source);
            }
            Err(error) => file.unreadable(content, &error),
        }
        problems.append(&mut file.problems);
    }
    // Links of a half-read catalogue would be reported as broken although they are not.
    if problems.is_empty() {
        exercises.sort_by(|a, b| a.id.cmp(&b.id));
        problems = check_links(&exercises);
    }
    if problems.is_empty() { Ok(exercises) } else { Err(problems) }
}

/// One file under check.
struct File<'a> {
    name: &'a str,
    problems: Vec<String>,
}

impl File<'_> {
    fn report(&mut self, problem: &str) {
        self.problems.push(format!("catalogue/{}.toml: {problem}", self.name));
    }

    fn unreadable(&mut self, content: &str, error: &toml::de::Error) {
        let before = error.span().and_then(|span| content.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        self.report(&format!("line {line}: {}", error.message().replace('\n', ", ")));
    }

    fn check(&mut self, source: &Source) {
        if ExerciseId::from_str(self.name).is_err() {
            self.report("a file is named in small letters, digits and single hyphens, such as pelvic-tilt.toml");
        }
        if source.id != self.name {
            self.report(&format!("id is \"{}\", must be the file's name", source.id));
        }
        if source.regions.is_empty() {
            self.report("regions is empty, name at least one");
        }
        if source.regions.iter().collect::<BTreeSet<_>>().len() < source.regions.len() {
            self.report("regions names one twice");
        }
        self.range("level", source.level, 0, u32::from(Exercise::LEVEL_MAX));
        self.dose(&source.dose);
        self.ladder(source.ladder, &source.dose);
        if source.evidence == Evidence::Custom {
            self.report("evidence is \"custom\", which is kept for exercises outside the catalogue");
        }
        for tag in source.cautions.iter().filter(|tag| !CAUTION_TAGS.contains(&tag.as_str())) {
            self.report(&format!("cautions names \"{tag}\", unknown; see CAUTION_TAGS in src/exercise.rs"));
        }
        for (field, list) in [
            ("muscles", &source.muscles),
            ("muscles_secondary", &source.muscles_secondary),
            ("equipment", &source.equipment),
            ("cautions", &source.cautions),
            ("easier", &source.easier),
            ("harder", &source.harder),
        ] {
            self.words(field, list);
        }
        for muscle in source.muscles_secondary.iter().filter(|muscle| source.muscles.contains(muscle)) {
            self.report(&format!("muscles_secondary names \"{muscle}\", which is in muscles already"));
        }
        if source.sources.is_empty() {
            self.report("sources is empty, name at least one");
        }
        self.words("sources", &source.sources);
        let names = [&source.healthkit, &source.health_connect, &source.health_connect_segment];
        for (field, name) in ["healthkit", "health_connect", "health_connect_segment"].into_iter().zip(names) {
            self.words(field, name.as_slice());
        }
        self.words("review", std::slice::from_ref(&source.review));
        self.text(&source.text.en);
    }

    fn range(&mut self, field: &str, value: i64, low: u32, high: u32) {
        if value < i64::from(low) || value > i64::from(high) {
            self.report(&format!("{field} is {value}, allowed {low} to {high}"));
        }
    }

    fn dose(&mut self, dose: &DoseSource) {
        let mode = dose.mode;
        // (field, value, least where the mode uses it, most); a mode that does not use it allows 0 only.
        let (counted, held, timed) = match mode {
            DoseMode::Reps => (Some(1), Some(0), None),
            DoseMode::Hold => (Some(1), Some(1), None),
            DoseMode::Minutes => (None, None, Some(1)),
        };
        for (field, value, least, most) in [
            ("sets", dose.sets, counted, Dose::SETS_MAX),
            ("reps", dose.reps, counted, Dose::REPS_MAX),
            ("hold_seconds", dose.hold_seconds, held, Dose::HOLD_SECONDS_MAX),
            ("rest_seconds", dose.rest_seconds, counted.map(|_| 0), Dose::REST_SECONDS_MAX),
            ("minutes", dose.minutes, timed, Dose::MINUTES_MAX),
        ] {
            match least {
                Some(least) => self.range(&format!("dose.{field}"), value, least, most),
                None if value == 0 => {}
                None => self.report(&format!("dose.{field} is {value}, but mode \"{mode}\" has no {field}")),
            }
        }
        match &dose.tempo {
            Some(_) if mode != DoseMode::Reps => self.report(&format!("dose.tempo: mode \"{mode}\" has no tempo")),
            None if mode == DoseMode::Reps => self.report("dose.tempo is missing, write it like \"2-1-2\""),
            Some(tempo) if !is_tempo(tempo) => {
                self.report(&format!("dose.tempo is \"{tempo}\", write seconds out, still and back, like \"2-1-2\""));
            }
            _ => {}
        }
    }

    fn ladder(&mut self, ladder: Ladder, dose: &DoseSource) {
        if !ladder.fits(dose.mode) {
            self.report(&format!("ladder is \"{ladder}\", which does not fit dose.mode \"{}\"", dose.mode));
        }
        let most = Dose::ENDURANCE_HOLD_SECONDS_MAX;
        if ladder == Ladder::Endurance && !(1..=i64::from(most)).contains(&dose.hold_seconds) {
            let hold = dose.hold_seconds;
            self.report(&format!("dose.hold_seconds is {hold}, allowed 1 to {most} with ladder \"{ladder}\""));
        }
    }

    /// Keys and names: none empty, none twice.
    fn words(&mut self, field: &str, words: &[String]) {
        if words.iter().any(|word| word.trim().is_empty() || word == "-") {
            self.report(&format!("{field} holds an empty text, leave it out instead"));
        }
        if words.iter().collect::<BTreeSet<_>>().len() < words.len() {
            self.report(&format!("{field} names one twice"));
        }
    }

    /// What a person reads.
    fn text(&mut self, text: &Text) {
        let single = [
            ("name", &text.name),
            ("why", &text.why),
            ("cue_posture", &text.cue_posture),
            ("cue_breathing", &text.cue_breathing),
            ("cue_alignment", &text.cue_alignment),
        ];
        for (field, list) in [("mistakes", &text.mistakes), ("stop", &text.stop)] {
            if list.is_empty() {
                self.report(&format!("text.en.{field} is empty, write at least one"));
            }
        }
        let mistakes = text.mistakes.iter().map(|line| ("mistakes", line));
        let stop = text.stop.iter().map(|line| ("stop", line));
        for (field, line) in single.into_iter().chain(mistakes).chain(stop) {
            let chars = line.chars().count();
            if line.trim().is_empty() {
                self.report(&format!("text.en.{field} is empty"));
            }
            if chars > ExerciseText::CHARS_MAX {
                let most = ExerciseText::CHARS_MAX;
                self.report(&format!("text.en.{field} has {chars} characters, allowed 1 to {most}"));
            }
            for word in line.split(|c: char| !c.is_alphabetic()).map(str::to_lowercase) {
                // "Health" and "healthy" promise nothing.
                if !word.starts_with("health") && PROMISES.iter().any(|start| word.starts_with(start)) {
                    self.report(&format!("text.en.{field} says \"{word}\": promise nothing, write \"may help\""));
                }
            }
        }
    }
}

fn is_tempo(text: &str) -> bool {
    let digit = |part: &str| part.len() == 1 && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split('-').count() == 3 && text.split('-').all(digit)
}

/// Every link leads to an exercise, and going to ever harder ones comes to an end.
fn check_links(exercises: &[Source]) -> Vec<String> {
    let ids: BTreeSet<&str> = exercises.iter().map(|exercise| exercise.id.as_str()).collect();
    let mut problems = Vec::new();
    // `a` lists `b` as harder, or `b` lists `a` as easier: the same step, written at either end.
    let mut steps: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for exercise in exercises {
        for (field, links) in [("easier", &exercise.easier), ("harder", &exercise.harder)] {
            for link in links {
                if !ids.contains(link.as_str()) {
                    problems
                        .push(format!("catalogue/{}.toml: {field} names \"{link}\", no such exercise", exercise.id));
                }
                let (from, to) = if field == "harder" { (&exercise.id, link) } else { (link, &exercise.id) };
                steps.entry(from).or_default().insert(to);
            }
        }
    }
    // What leads nowhere is in no cycle; take such exercises away until all that is left goes round.
    loop {
        let open: BTreeSet<&str> = steps.keys().copied().collect();
        for next in steps.values_mut() {
            next.retain(|id| open.contains(id));
        }
        steps.retain(|_, next| !next.is_empty());
        if steps.len() == open.len() {
            break;
        }
    }
    if let Some(first) = steps.keys().next() {
        let all = steps.keys().copied().collect::<Vec<_>>().join(", ");
        problems.push(format!("catalogue/{first}.toml: easier and harder links go round in a circle among {all}"));
    }
    problems
}

/// The catalogue as Rust: one static slice in the order given.
pub(crate) fn rust(exercises: &[Source]) -> String {
    let mut code = String::from("pub(super) static EXERCISES: &[Exercise] = &[\n");
    for exercise in exercises {
        exercise.write_rust(&mut code);
    }
    code.push_str("];\n");
    code
}

impl Source {
    /// Text goes through `{:?}`, which writes a Rust literal with its quotes and escapes.
    fn write_rust(&self, code: &mut String) {
        let (dose, text) = (&self.dose, &self.text.en);
        let regions: Vec<_> = self.regions.iter().map(|region| format!("Region::{region:?}")).collect();
        let fields = [
            ("id", format!("{:?}", self.id)),
            ("kind", format!("Kind::{:?}", self.kind)),
            ("regions", format!("&[{}]", regions.join(", "))),
            ("level", self.level.to_string()),
            ("ladder", format!("Ladder::{:?}", self.ladder)),
            ("bias", format!("Bias::{:?}", self.bias)),
            (
                "dose",
                format!(
                    "Dose {{ mode: DoseMode::{:?}, sets: {}, reps: {}, hold_seconds: {}, minutes: {}, \
                     rest_seconds: {}, tempo: {:?} }}",
                    dose.mode, dose.sets, dose.reps, dose.hold_seconds, dose.minutes, dose.rest_seconds, dose.tempo
                ),
            ),
            ("sides", format!("Sides::{:?}", self.sides)),
            ("muscles", format!("&{:?}", self.muscles)),
            ("muscles_secondary", format!("&{:?}", self.muscles_secondary)),
            ("position", format!("Position::{:?}", self.position)),
            ("equipment", format!("&{:?}", self.equipment)),
            ("cautions", format!("&{:?}", self.cautions)),
            ("evidence", format!("Evidence::{:?}", self.evidence)),
            ("sources", format!("&{:?}", self.sources)),
            ("review", format!("{:?}", self.review)),
            ("easier", format!("&{:?}", self.easier)),
            ("harder", format!("&{:?}", self.harder)),
            ("healthkit", format!("{:?}", self.healthkit)),
            ("health_connect", format!("{:?}", self.health_connect)),
            ("health_connect_segment", format!("{:?}", self.health_connect_segment)),
            (
                "text",
                format!(
                    "ExerciseText {{ name: {:?}, why: {:?}, cues: Cues {{ posture: {:?}, breathing: {:?}, \
                     alignment: {:?} }}, mistakes: &{:?}, stop: &{:?} }}",
                    text.name,
                    text.why,
                    text.cue_posture,
                    text.cue_breathing,
                    text.cue_alignment,
                    text.mistakes,
                    text.stop
                ),
            ),
        ];
        code.push_str("    Exercise {\n");
        for (field, value) in fields {
            // Writing to a String cannot fail.
            let _ = writeln!(code, "        {field}: {value},");
        }
        code.push_str("    },\n");
    }
}
