//! `plan presets`: sample routines.

use clap::Args;
use lissom_diary::core::catalogue;
use lissom_diary::core::plan::{PRESETS, Preset};
use serde_json::{Value, json};

use crate::context::Context;
use crate::doses;
use crate::failure::Failure;
use crate::page::Page;
use crate::table::Table;
use crate::texts::{Lang, plan as words};

/// List the sample routines, or show one
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lissom plan presets
  lissom plan presets ten-minutes
  lissom plan new --preset ten-minutes --days 5")]
pub(super) struct Presets {
    /// Id of a routine
    #[arg(value_name = "ID")]
    id: Option<String>,
}

impl Presets {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let lang = context.lang();
        let Some(id) = self.id else {
            let all: Vec<Value> = PRESETS.iter().map(json).collect();
            return context.out.show(&all, || {
                let mut table = Table::new(lang, &[words::HEADING_ID, words::HEADING_NAME, words::HEADING_MINUTES]);
                for preset in PRESETS {
                    table.row(&[preset.id.to_owned(), preset.name.say(lang), preset.minutes.to_string()]);
                }
                format!("{table}\n\n{}", words::NEXT_PRESET.with("id", "ID").say(lang))
            });
        };
        let found = PRESETS.iter().find(|preset| preset.id == id.trim());
        let preset = found.ok_or_else(|| Failure::not_found("no-preset", words::NO_PRESET))?;
        context.out.show(&json(preset), || describe(lang, preset))
    }
}

fn describe(lang: Lang, preset: &Preset) -> String {
    let mut page = Page::new(lang);
    page.title(&preset.name.say(lang), preset.id);
    page.space();
    for (id, minutes) in preset.items {
        let Some(exercise) = catalogue::find(id) else { continue };
        let dose =
            lissom_diary::core::exercise::Dose { minutes: minutes.unwrap_or(exercise.dose.minutes), ..exercise.dose };
        let sides = lissom_diary::core::exercise::Sides::Each == exercise.sides;
        let said = doses::amount(lang, &dose);
        let said = if sides { words::EACH_SIDE.with("dose", said).say(lang) } else { said };
        page.point(&words::ITEM.with("name", doses::name(lang, &[], id)).with("dose", said).say(lang));
    }
    page.say(words::NEXT_PRESET.with("id", preset.id));
    page.text()
}

fn json(preset: &Preset) -> Value {
    let item = |(id, minutes): &(&str, Option<u32>)| json!({"exercise": id, "minutes": minutes});
    json!({
        "id": preset.id,
        "name": preset.name.say(Lang::En),
        "region": preset.region,
        "minutes": preset.minutes,
        "items": preset.items.iter().map(item).collect::<Vec<_>>(),
    })
}
