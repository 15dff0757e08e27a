//! Everything that is known of one exercise, on a page.

use lissom_diary::core::catalogue;
use lissom_diary::core::exercise::{Bias, Dose, DoseMode, Evidence, Exercise, Kind, Ladder, Position, Region, Sides};
use lissom_diary::core::own_exercise::OwnExercise;
use lissom_diary::core::vocabulary::{caution, equipment, level, muscle, tempo};

use crate::commands::learn::{guided, review};
use crate::page::Page;
use crate::rows::{dose, starting_dose};
use crate::texts::{Arg, Lang, Sentence, exercises as words};

/// What there is to say of an exercise, said: of the catalogue's in the reader's language, of an own one as it was
/// written down.
pub(crate) struct Sheet {
    id: String,
    name: String,
    why: String,
    kind: Kind,
    regions: Vec<Region>,
    level: u8,
    bias: Bias,
    position: Option<Position>,
    equipment: Vec<String>,
    muscles: Vec<String>,
    helping: Vec<String>,
    dose: Dose,
    tempo: Option<Sentence>,
    sides: Sides,
    ladder: Ladder,
    /// Posture, breathing, movement.
    cues: [String; 3],
    mistakes: Vec<String>,
    stop: Vec<String>,
    cautions: Vec<String>,
    evidence: Evidence,
    sources: Vec<String>,
    easier: Vec<String>,
    harder: Vec<String>,
    review: String,
    /// Names in the health records of phones.
    phones: Vec<(&'static str, String)>,
    /// Fields without which no plan takes an own exercise up.
    gaps: Vec<&'static str>,
}

fn all(lang: Lang, say: fn(&str) -> Arg, words: &[&str]) -> Vec<String> {
    words.iter().map(|word| say(word).say(lang)).collect()
}

/// An exercise by its name, with what to type.
fn named(lang: Lang, id: &str, own: &[OwnExercise]) -> String {
    let name = match catalogue::find(id) {
        Some(exercise) => lang.words(exercise.text.name).into_owned(),
        None => own.iter().find(|own| own.id == id).map(|own| own.name.clone()).unwrap_or_default(),
    };
    if name.is_empty() { format!("`{id}`") } else { format!("{name} (`{id}`)") }
}

impl Sheet {
    /// One of the catalogue.
    pub(crate) fn of(lang: Lang, exercise: &Exercise) -> Self {
        let text = &exercise.text;
        let say = |english: &&'static str| lang.words(english).into_owned();
        let segment = exercise.health_connect_segment.filter(|name| Some(*name) != exercise.health_connect);
        let phones = [
            ("HealthKit", exercise.healthkit),
            ("Health Connect", exercise.health_connect),
            ("Health Connect", segment),
        ];
        Self {
            id: exercise.id.to_owned(),
            name: say(&text.name),
            why: say(&text.why),
            kind: exercise.kind,
            regions: exercise.regions.to_vec(),
            level: exercise.level,
            bias: exercise.bias,
            position: Some(exercise.position),
            equipment: all(lang, equipment, exercise.equipment),
            muscles: all(lang, muscle, exercise.muscles),
            helping: all(lang, muscle, exercise.muscles_secondary),
            dose: exercise.dose,
            tempo: exercise.dose.tempo.and_then(tempo),
            sides: exercise.sides,
            ladder: exercise.ladder,
            cues: [say(&text.cues.posture), say(&text.cues.breathing), say(&text.cues.alignment)],
            mistakes: text.mistakes.iter().map(say).collect(),
            stop: text.stop.iter().map(say).collect(),
            cautions: all(lang, caution, exercise.cautions),
            evidence: exercise.evidence,
            sources: exercise.sources.iter().map(|source| (*source).to_owned()).collect(),
            easier: exercise.easier.iter().map(|id| named(lang, id, &[])).collect(),
            harder: exercise.harder.iter().map(|id| named(lang, id, &[])).collect(),
            review: exercise.review.to_owned(),
            phones: phones.into_iter().filter_map(|(phone, name)| Some((phone, name?.to_owned()))).collect(),
            gaps: Vec::new(),
        }
    }

    /// One of the person's own; the others give their names to links.
    pub(crate) fn own(lang: Lang, exercise: &OwnExercise, others: &[OwnExercise]) -> Self {
        let own = exercise.clone();
        let refs = |words: &[String], say: fn(&str) -> Arg| words.iter().map(|word| say(word).say(lang)).collect();
        Self {
            id: own.id,
            name: own.name,
            why: own.why.unwrap_or_default(),
            kind: own.kind,
            regions: own.regions,
            level: own.level,
            bias: own.bias,
            position: own.position,
            equipment: refs(&own.equipment, equipment),
            muscles: refs(&own.muscles, muscle),
            helping: Vec::new(),
            dose: own.dose,
            tempo: own.tempo.as_deref().and_then(tempo),
            sides: own.sides,
            ladder: own.ladder,
            cues: [own.cue_posture, own.cue_breathing, own.cue_alignment].map(Option::unwrap_or_default),
            mistakes: own.mistakes,
            stop: own.stop,
            cautions: refs(&own.cautions, caution),
            evidence: own.evidence,
            sources: Vec::new(),
            easier: own.easier.iter().map(|id| named(lang, id, others)).collect(),
            harder: own.harder.iter().map(|id| named(lang, id, others)).collect(),
            review: own.review.to_owned(),
            phones: Vec::new(),
            gaps: own.gaps,
        }
    }

    /// The page.
    pub(crate) fn page(&self, lang: Lang) -> String {
        let mut page = Page::new(lang);
        page.title(&self.name, &self.id);
        if !self.why.is_empty() {
            page.paragraph(&self.why);
        }
        self.facts(&mut page, lang);
        let headings = [words::CUE_POSTURE, words::CUE_BREATHING, words::CUE_MOVEMENT];
        for (heading, cue) in headings.iter().zip(&self.cues).filter(|(_, cue)| !cue.is_empty()) {
            page.heading(*heading);
            page.hang("  ", cue);
        }
        for (heading, items) in [
            (words::HEADING_MISTAKES, &self.mistakes),
            (words::HEADING_STOP, &self.stop),
            (words::HEADING_CAUTIONS, &self.cautions),
        ] {
            if !items.is_empty() {
                page.heading(heading);
                for item in items {
                    page.point(item);
                }
            }
        }
        self.known(&mut page, lang);
        if let Some(session) = guided(&self.id) {
            page.say(words::NEXT_GUIDED.with("command", format!("`lissom learn {session}`")));
        } else if self.id == "desk-check" {
            page.say(words::NEXT_DESK);
        } else {
            page.say(words::NEXT.with("command", format!("`lissom log {}`", self.id)));
        }
        page.text()
    }

    fn facts(&self, page: &mut Page, lang: Lang) {
        let list = |items: &[String]| items.join(", ");
        let regions: Vec<String> = self.regions.iter().map(|region| region.text().say(lang)).collect();
        // What an own exercise does not say is read carefully by the rules, and told to nobody as a fact.
        let told = |field, said: String| if self.gaps.contains(&field) { String::new() } else { said };
        let grade = words::LEVEL.with("level", level(self.level)).with("n", i64::from(self.level)).say(lang);
        let needs = if self.equipment.is_empty() { words::NOTHING.say(lang) } else { list(&self.equipment) };
        let rest = match (self.dose.sets, self.dose.rest_seconds) {
            (2.., seconds @ 1..) => words::REST.with("n", seconds).say(lang),
            _ => String::new(),
        };
        page.space();
        page.facts(&[
            (words::LABEL_KIND, told("kind", self.kind.text().say(lang))),
            (words::LABEL_REGION, list(&regions)),
            (words::LABEL_LEVEL, told("level", grade)),
            (words::LABEL_POSITION, self.position.map(|position| position.text().say(lang)).unwrap_or_default()),
            (words::LABEL_EQUIPMENT, needs),
            (words::LABEL_SPINE, told("bias", self.bias.text().say(lang))),
            (words::LABEL_MUSCLES, list(&self.muscles)),
            (words::LABEL_HELPING, list(&self.helping)),
            (words::LABEL_BEGIN, begin_with(lang, &self.dose, self.sides)),
            (words::LABEL_SIDES, self.sides.text().say(lang)),
            (words::LABEL_REST, rest),
            (words::LABEL_TEMPO, self.tempo.as_ref().map(|tempo| tempo.say(lang)).unwrap_or_default()),
            (words::LABEL_GROWTH, self.ladder.text().say(lang)),
        ]);
    }

    /// What is known, who says so, and where to go from here.
    fn known(&self, page: &mut Page, lang: Lang) {
        if !self.easier.is_empty() || !self.harder.is_empty() {
            page.space();
            let links = [(words::LABEL_EASIER, &self.easier), (words::LABEL_HARDER, &self.harder)];
            page.facts(&links.map(|(label, links)| (label, links.join(", "))));
        }
        page.heading(words::HEADING_KNOWN);
        page.hang("  ", &words::KNOWN.with("grade", self.evidence.text()).say(lang));
        for source in &self.sources {
            page.point(source);
        }
        if !self.gaps.is_empty() {
            let flags: Vec<String> = self.gaps.iter().map(|gap| format!("`--{}`", gap.replace('_', "-"))).collect();
            let edit = format!("`lissom own edit {}`", self.id);
            page.say(words::GAPS.with("flags", flags.join(", ")).with("command", edit));
        }
        page.space();
        page.faint(&review(lang, &self.review));
        if !self.phones.is_empty() {
            let names: Vec<String> = self.phones.iter().map(|(phone, name)| format!("{phone} {name}")).collect();
            page.faint(&words::PHONES.with("names", names.join(", ")).say(lang));
        }
    }
}

/// The dose to begin with, in words.
pub(crate) fn begin_with(lang: Lang, begin: &Dose, sides: Sides) -> String {
    let said = dose(lang, &starting_dose(begin));
    match (sides, begin.mode) {
        (Sides::Each, DoseMode::Reps | DoseMode::Hold) => words::EACH_SIDE.with("dose", said).say(lang),
        _ => said,
    }
}
