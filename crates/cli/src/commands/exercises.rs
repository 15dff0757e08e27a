//! `exercises` and `exercise`: the catalogue, and the person's own.

mod sheet;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use lissom_diary::core::catalogue;
use lissom_diary::core::exercise::{Exercise as Entry, Kind, Position, Region};
use lissom_diary::core::own_exercise::OwnExercise;
use lissom_diary::core::plan::{EQUIPMENT, lacks};
use lissom_diary::core::vocabulary::level;
use serde::Serialize;

pub(crate) use self::sheet::{Sheet, begin_with};

use crate::context::Context;
use crate::failure::Failure;
use crate::output::BOLD;
use crate::table::Table;
use crate::texts::{Lang, Text, exercises as words};

/// List the exercises: the catalogue, and your own
#[derive(Debug, Args)]
#[command(after_help = "\
Chair, wall, desk and doorway are taken to be there, whatever --equipment says.

Examples:
  lissom exercises
  lissom exercises --region lower --level-max 1
  lissom exercises --equipment none --position standing
  lissom exercises --equipment mat,towel --kind stretch")]
pub(crate) struct Exercises {
    /// Only those for this region; the first choices come first
    #[arg(long, value_name = "REGION", value_parser = regions())]
    region: Option<Region>,
    /// Only those of this kind
    #[arg(long, value_name = "KIND", value_parser = kinds())]
    kind: Option<Kind>,
    /// Only what can be done with these things, such as mat,towel, or none
    #[arg(long, value_name = "THINGS")]
    equipment: Option<String>,
    /// Only those done in this position
    #[arg(long, value_name = "POSITION", value_parser = positions())]
    position: Option<Position>,
    /// Only those up to this level, 0 gentle to 3 demanding
    #[arg(long, value_name = "0-3", value_parser = clap::value_parser!(u8).range(0..=3))]
    level_max: Option<u8>,
}

fn regions() -> impl clap::builder::TypedValueParser<Value = Region> {
    PossibleValuesParser::new(Region::ALL.iter().map(|region| region.as_str())).try_map(|name| name.parse::<Region>())
}

fn kinds() -> impl clap::builder::TypedValueParser<Value = Kind> {
    PossibleValuesParser::new(Kind::ALL.iter().map(|kind| kind.as_str())).try_map(|name| name.parse::<Kind>())
}

fn positions() -> impl clap::builder::TypedValueParser<Value = Position> {
    let names = Position::ALL.iter().map(|position| position.as_str());
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Position>())
}

/// An exercise of the list, whoever wrote it down.
#[derive(Serialize)]
#[serde(untagged)]
enum Listed {
    Catalogue(&'static Entry),
    Own(Box<OwnExercise>),
}

/// What the list says of one.
struct Row {
    group: Text,
    id: String,
    name: String,
    level: u8,
}

impl Listed {
    /// Under its kind, or with a region under how well known it is there.
    fn row(&self, lang: Lang, region: Option<Region>) -> Row {
        match self {
            Self::Catalogue(exercise) => {
                let group = match region.map(catalogue::article) {
                    None => kind_heading(exercise.kind),
                    Some(first) if first.contains(&exercise.id) => words::HEADING_FIRST,
                    Some(_) => words::HEADING_MORE,
                };
                let name = lang.words(exercise.text.name).into_owned();
                Row { group, id: exercise.id.to_owned(), name, level: exercise.level }
            }
            Self::Own(own) => {
                Row { group: words::HEADING_OWN, id: own.id.clone(), name: own.name.clone(), level: own.level }
            }
        }
    }
}

const fn kind_heading(kind: Kind) -> Text {
    match kind {
        Kind::Stretch => words::HEADING_STRETCH,
        Kind::Mobility => words::HEADING_MOBILITY,
        Kind::Strength => words::HEADING_STRENGTH,
        Kind::Aerobic => words::HEADING_AEROBIC,
        Kind::Relaxation => words::HEADING_RELAXATION,
        Kind::Posture => words::HEADING_POSTURE,
    }
}

impl Exercises {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        let things = self.equipment.as_deref().map(things).transpose()?;
        let fits = |kind: Kind, at: u8, position: Option<Position>, needed: &[&str]| {
            self.kind.is_none_or(|wanted| wanted == kind)
                && self.level_max.is_none_or(|most| at <= most)
                && self.position.is_none_or(|wanted| position == Some(wanted))
                && things.as_deref().is_none_or(|things| lacks(things, needed).is_none())
        };
        let mut all: Vec<&Entry> = self.region.map_or_else(|| catalogue::all().iter().collect(), catalogue::for_region);
        all.retain(|entry| fits(entry.kind, entry.level, Some(entry.position), entry.equipment));
        let mut found: Vec<Listed> = all.into_iter().map(Listed::Catalogue).collect();
        let own = own_exercises(context)?.into_iter().filter(|own| {
            let needed: Vec<&str> = own.equipment.iter().map(String::as_str).collect();
            let region = self.region.is_none_or(|wanted| own.regions.contains(&wanted));
            region && fits(own.kind, own.level, own.position, &needed)
        });
        found.extend(own.map(|own| Listed::Own(Box::new(own))));
        context.out.show(&found, || self.list(context.lang(), &found))
    }

    fn list(&self, lang: Lang, found: &[Listed]) -> String {
        if found.is_empty() {
            return words::NONE.say(lang);
        }
        let mut rows: Vec<Row> = found.iter().map(|listed| listed.row(lang, self.region)).collect();
        // With a region the order is that of the choices, which a stable sort by group keeps.
        let place = |row: &Row| GROUPS.iter().position(|group| *group == row.group);
        rows.sort_by_key(place);
        let mut table = Table::new(lang, &[words::HEADING_ID, words::HEADING_NAME, words::HEADING_LEVEL]);
        for row in &rows {
            table.row(&[row.id.clone(), row.name.clone(), level(row.level).say(lang)]);
        }
        let mut blocks = table.blocks().into_iter();
        let mut lines: Vec<String> = blocks.next().into_iter().collect();
        let mut group = None;
        for (row, block) in rows.iter().zip(blocks) {
            if group != Some(row.group) {
                lines.push(format!("\n{BOLD}{}{BOLD:#}", row.group.say(lang)));
                group = Some(row.group);
            }
            lines.push(block);
        }
        lines.push(format!("\n{}", words::NEXT_LIST.say(lang)));
        lines.join("\n")
    }
}

/// The headings in their order.
const GROUPS: [Text; 9] = [
    words::HEADING_FIRST,
    words::HEADING_MORE,
    words::HEADING_STRETCH,
    words::HEADING_MOBILITY,
    words::HEADING_STRENGTH,
    words::HEADING_AEROBIC,
    words::HEADING_RELAXATION,
    words::HEADING_POSTURE,
    words::HEADING_OWN,
];

/// Things to exercise with: `mat,towel roll`, or `none`.
fn things(given: &str) -> Result<Vec<String>, Failure> {
    let words = given.split(',').map(|thing| thing.trim().to_lowercase().replace('-', " "));
    let things: Vec<String> = words.filter(|thing| !thing.is_empty() && thing != "none").collect();
    if things.iter().any(|thing| !EQUIPMENT.contains(&thing.as_str())) {
        let known = EQUIPMENT.join(", ");
        return Err(Failure::refused_field("equipment", words::UNKNOWN_THING.with("things", known)));
    }
    Ok(things)
}

/// The person's own exercises, if there is a diary here.
fn own_exercises(context: &Context) -> Result<Vec<OwnExercise>, Failure> {
    context.open_if_there().map_or_else(|| Ok(Vec::new()), |diary| Ok(diary.own_exercises()?))
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
        let lang = context.lang();
        let id = self.id.trim();
        if let Some(exercise) = catalogue::find(id) {
            return context.out.show(exercise, || Sheet::of(lang, exercise).page(lang));
        }
        let own = own_exercises(context)?;
        if let Some(exercise) = own.iter().find(|own| own.id == id) {
            return context.out.show(exercise, || Sheet::own(lang, exercise, &own).page(lang));
        }
        let said = match catalogue::nearest(id) {
            Some(id) => words::UNKNOWN_NEAREST.with("id", id),
            None => words::UNKNOWN.into(),
        };
        Err(Failure::not_found("unknown-exercise", said))
    }
}
