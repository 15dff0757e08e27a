//! `exercises` and `exercise`: the catalogue.

use std::fmt::Write as _;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use lissom_diary::core::catalogue;
use lissom_diary::core::exercise::{Exercise as Entry, Kind, Region, Sides};

use crate::context::Context;
use crate::failure::Failure;
use crate::output::BOLD;
use crate::rows::{dose, starting_dose};
use crate::table::Table;

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
        context.out.show(&found, || {
            if found.is_empty() {
                return "No exercise is both. `lissom exercises` lists them all.".to_owned();
            }
            let mut table = Table::new(&["Id", "Name", "Kind", "Region", "To begin with"]);
            for exercise in &found {
                let (id, name) = (exercise.id.to_owned(), exercise.text.name.to_owned());
                table.row(&[id, name, exercise.kind.to_string(), region_names(exercise), begin_with(exercise)]);
            }
            table.to_string()
        })
    }
}

fn region_names(exercise: &Entry) -> String {
    exercise.regions.iter().map(|region| region.as_str()).collect::<Vec<_>>().join(", ")
}

fn begin_with(exercise: &Entry) -> String {
    let dose = dose(&starting_dose(&exercise.dose));
    if exercise.sides == Sides::Each { format!("{dose}, each side") } else { dose }
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
            let hint = match catalogue::nearest(&self.id) {
                Some(id) => format!("did you mean {id}?"),
                None => "`lissom exercises` lists them".to_owned(),
            };
            Failure::not_found("unknown-exercise", format!("no such exercise in the catalogue; {hint}"))
        })?;
        context.out.show(exercise, || describe(exercise))
    }
}

fn describe(exercise: &Entry) -> String {
    let text = &exercise.text;
    let mut out = format!("{BOLD}{}{BOLD:#}  {}\n\n{}\n", text.name, exercise.id, text.why);
    let facts = [
        ("For", region_names(exercise)),
        ("Kind", exercise.kind.to_string()),
        ("Position", exercise.position.to_string().replace('-', " ")),
        ("Needs", exercise.equipment.join(", ")),
        ("Begin with", begin_with(exercise)),
    ];
    let cues = [("Posture", text.cues.posture), ("Breathing", text.cues.breathing), ("Movement", text.cues.alignment)];
    let mut line = |text: std::fmt::Arguments<'_>| {
        // Writing to a string cannot fail.
        let _: std::fmt::Result = write!(out, "\n{text}");
    };
    for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
        line(format_args!("{name:<12}{value}"));
    }
    line(format_args!(""));
    for (name, cue) in cues {
        line(format_args!("{name:<12}{cue}"));
    }
    for (heading, items) in [("Often seen", text.mistakes), ("Stop if you notice", text.stop)] {
        line(format_args!("\n{BOLD}{heading}{BOLD:#}"));
        for item in items {
            line(format_args!("  - {item}"));
        }
    }
    out
}
