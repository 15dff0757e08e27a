//! `exercises` and `exercise`: the catalogue.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use lissom_diary::core::catalogue;
use lissom_diary::core::exercise::{Exercise as Entry, Kind, Region, Sides};
use lissom_diary::core::vocabulary::equipment;

use crate::context::Context;
use crate::failure::Failure;
use crate::output::BOLD;
use crate::rows::{dose, starting_dose};
use crate::table::{Table, labelled};
use crate::texts::{Lang, exercises as words};

/// List the exercises in the catalogue
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lissom exercises
  lissom exercises --region lower --kind mobility")]
pub(crate) struct Exercises {
    /// Only those for this region
    #[arg(long, value_name = "REGION", value_parser = regions())]
    region: Option<Region>,
    /// Only those of this kind
    #[arg(long, value_name = "KIND", value_parser = kinds())]
    kind: Option<Kind>,
}

fn regions() -> impl clap::builder::TypedValueParser<Value = Region> {
    PossibleValuesParser::new(Region::ALL.iter().map(|region| region.as_str())).try_map(|name| name.parse::<Region>())
}

fn kinds() -> impl clap::builder::TypedValueParser<Value = Kind> {
    PossibleValuesParser::new(Kind::ALL.iter().map(|kind| kind.as_str())).try_map(|name| name.parse::<Kind>())
}

impl Exercises {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        let found: Vec<&Entry> = catalogue::filter(self.region, self.kind).collect();
        let lang = context.lang();
        context.out.show(&found, || {
            if found.is_empty() {
                return words::NONE.say(lang);
            }
            let [id, name, kind] = [words::HEADING_ID, words::HEADING_NAME, words::HEADING_KIND];
            let mut table = Table::new(lang, &[id, name, kind, words::HEADING_REGION, words::HEADING_BEGIN]);
            for exercise in &found {
                let (id, name) = (exercise.id.to_owned(), lang.words(exercise.text.name).into_owned());
                let kind = exercise.kind.text().say(lang);
                table.row(&[id, name, kind, region_names(lang, exercise), begin_with(lang, exercise)]);
            }
            table.to_string()
        })
    }
}

fn region_names(lang: Lang, exercise: &Entry) -> String {
    exercise.regions.iter().map(|region| region.text().say(lang)).collect::<Vec<_>>().join(", ")
}

fn begin_with(lang: Lang, exercise: &Entry) -> String {
    let dose = dose(lang, &starting_dose(&exercise.dose));
    if exercise.sides == Sides::Each { words::EACH_SIDE.with("dose", dose).say(lang) } else { dose }
}

/// Show one exercise: how to do it, and when to stop
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lissom exercise pelvic-tilt")]
pub(crate) struct Exercise {
    /// Id of the exercise
    #[arg(value_name = "ID")]
    id: String,
}

impl Exercise {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        let exercise = catalogue::find(&self.id).ok_or_else(|| {
            let said = match catalogue::nearest(&self.id) {
                Some(id) => words::UNKNOWN_NEAREST.with("id", id),
                None => words::UNKNOWN.into(),
            };
            Failure::not_found("unknown-exercise", said)
        })?;
        context.out.show(exercise, || describe(context.lang(), exercise))
    }
}

fn describe(lang: Lang, exercise: &Entry) -> String {
    let text = &exercise.text;
    let say = |english: &'static str| lang.words(english);
    let needs = exercise.equipment.iter().map(|word| equipment(word).say(lang)).collect::<Vec<_>>().join(", ");
    let facts = [
        (words::LABEL_REGION, region_names(lang, exercise)),
        (words::LABEL_KIND, exercise.kind.text().say(lang)),
        (words::LABEL_POSITION, exercise.position.text().say(lang)),
        (words::LABEL_EQUIPMENT, needs),
        (words::LABEL_BEGIN, begin_with(lang, exercise)),
        (words::LABEL_POSTURE, say(text.cues.posture).into_owned()),
        (words::LABEL_BREATHING, say(text.cues.breathing).into_owned()),
        (words::LABEL_MOVEMENT, say(text.cues.alignment).into_owned()),
    ];
    let mut lines = labelled(lang, 2, &facts);
    lines.insert(lines.len().saturating_sub(3), String::new());
    for (heading, items) in [(words::HEADING_MISTAKES, text.mistakes), (words::HEADING_STOP, text.stop)] {
        lines.push(format!("\n{BOLD}{}{BOLD:#}", heading.say(lang)));
        lines.extend(items.iter().map(|item| format!("  - {}", say(item))));
    }
    format!("{BOLD}{}{BOLD:#}  {}\n\n{}\n\n{}\n", say(text.name), exercise.id, say(text.why), lines.join("\n"))
}
