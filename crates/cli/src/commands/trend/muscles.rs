//! Strength work by muscle, and how even the sides are.

use lissom_diary::Diary;
use lissom_diary::core::day::Day;
use lissom_diary::core::vocabulary::muscle;
use serde::Serialize;

use crate::context::Context;
use crate::failure::Failure;
use crate::page::Page;
use crate::table::Table;
use crate::texts::trend as words;

#[derive(Serialize)]
struct Muscles {
    from: String,
    to: String,
    muscles: Vec<Work>,
}

#[derive(Serialize)]
struct Work {
    muscle: &'static str,
    sets: u32,
    left_sets: u32,
    right_sets: u32,
    difference: i64,
}

/// Sets by muscle, the most worked first.
pub(super) fn show(context: &Context, diary: &Diary, from: Day, to: Day) -> Result<(), Failure> {
    let volumes = diary.volume_by_muscle(from, to)?;
    let mut muscles: Vec<Work> = volumes
        .into_iter()
        .map(|(muscle, volume)| Work {
            muscle,
            sets: volume.sets(),
            left_sets: volume.left_sets,
            right_sets: volume.right_sets,
            difference: volume.side_difference(),
        })
        .collect();
    muscles.sort_by(|a, b| b.sets.cmp(&a.sets).then(a.muscle.cmp(b.muscle)));
    let json = Muscles { from: from.to_string(), to: to.to_string(), muscles };
    context.out.show(&json, || {
        let lang = context.lang();
        let mut page = Page::new(lang);
        let span = words::SPAN.with("from", json.from.as_str()).with("to", json.to.as_str());
        page.title(&words::MUSCLES.say(lang), &span.say(lang));
        if json.muscles.is_empty() {
            page.say(words::NO_STRENGTH);
            return page.text();
        }
        let head = [words::HEADING_MUSCLE, words::HEADING_LEFT, words::HEADING_RIGHT, words::HEADING_DIFFERENCE];
        let mut table = Table::new(lang, &head);
        for work in &json.muscles {
            let said = words::NAMED.with("name", muscle(work.muscle)).say(lang);
            let more = match work.difference {
                0 => String::new(),
                1.. => words::MORE_LEFT.with("n", work.difference).say(lang),
                _ => words::MORE_RIGHT.with("n", work.difference.saturating_neg()).say(lang),
            };
            table.row(&[said, work.left_sets.to_string(), work.right_sets.to_string(), more]);
        }
        page.space();
        page.line(table.to_string());
        page.space();
        page.faint(&words::MUSCLES_NOTE.say(lang));
        page.text()
    })
}
