//! What a measure that was just taken says.

use lissom_diary::core::lifestyle::desk::{DeskCheck, follow_up};
use lissom_diary::core::measure::{Measure as Known, MeasureValues, find};
use lissom_diary::core::outcome::Function;
use lissom_diary::core::record::Dated;
use lissom_diary::{DeskChange, Diary};
use serde::Serialize;

use crate::context::Context;
use crate::failure::Failure;
use crate::measures::{self, Size};
use crate::output::Said;
use crate::page::Page;
use crate::texts::measure as words;
use lissom_diary::core::texts::desk as desk_words;

/// Whether two takings are of one thing: a desk at home is not the one at work.
pub(super) fn comparable(one: &MeasureValues, other: &MeasureValues) -> bool {
    one.measure == other.measure && (one.labels == other.labels || DeskCheck::read(one).is_none())
}

/// A change since another taking.
#[derive(Debug, Serialize)]
pub(super) struct Change {
    pub(super) since: String,
    pub(super) tenths: i64,
    pub(super) size: Option<Size>,
}

impl Change {
    /// From one taking to a later one. Of activities, over those that both name.
    pub(super) fn between(
        known: Option<&Known>,
        from: &Dated<MeasureValues>,
        to: &Dated<MeasureValues>,
    ) -> Option<Self> {
        let (before, now) = (from.values.score_tenths()?, to.values.score_tenths()?);
        let tenths = if to.values.measure.as_deref() == Some(lissom_diary::core::measure::PSFS) {
            // Both on one day: how long ago the first was is no matter here.
            let from = Dated { day: to.day, at_ms: to.at_ms.saturating_sub(1), id: String::new(), ..from.clone() };
            let common = Function::of(&[&from, to], to.day, to.day).psfs_change_tenths?;
            measures::of_activities(before, now, common)
        } else {
            now.saturating_sub(before)
        };
        Some(Self { since: from.day.to_string(), tenths, size: Size::of(known, tenths) })
    }
}

#[derive(Serialize)]
struct Saved<'a> {
    id: &'a str,
    measure: Option<&'a str>,
    score_tenths: Option<i64>,
    change: Option<Change>,
    next: Option<String>,
    desk: Option<Desk>,
}

#[derive(Serialize)]
struct Desk {
    place: &'static str,
    good: usize,
    asked: usize,
    summary: Said,
    advice: Vec<Said>,
    look_again: Option<String>,
    pain: Option<Pain>,
}

#[derive(Serialize)]
struct Pain {
    changed: String,
    before: Option<Window>,
    after: Option<Window>,
    sentence: Said,
}

#[derive(Serialize)]
struct Window {
    median_tenths: i64,
    days: u32,
}

/// Says what was saved, how far it moved, and what comes next.
pub(super) fn show(
    context: &Context,
    diary: &Diary,
    taken: &Dated<MeasureValues>,
    before: &[Dated<MeasureValues>],
) -> Result<(), Failure> {
    let lang = context.lang();
    let id = taken.values.measure.as_deref().unwrap_or_default();
    let known = find(id);
    let mut all: Vec<Dated<MeasureValues>> = before.to_vec();
    all.push(taken.clone());
    let check = DeskCheck::read(&taken.values);
    let place = check.as_ref().and_then(|check| check.place);
    let last = before.iter().rfind(|one| one.order() < taken.order() && comparable(&one.values, &taken.values));
    let change = last.and_then(|last| Change::between(known, last, taken));
    let desk_change = place.map(|place| diary.desk_change(place, taken.day)).transpose()?.flatten();
    let look_again = place.and_then(|place| follow_up(&all, place));
    let next = known.map(|known| taken.day.plus(known.every_days).to_string()).filter(|_| check.is_none());
    let json = Saved {
        id: &taken.id,
        measure: taken.values.measure.as_deref(),
        score_tenths: taken.values.score_tenths(),
        next,
        desk: check.as_ref().zip(place).map(|(check, place)| Desk {
            place: place.as_str(),
            good: check.score().good,
            asked: check.score().asked,
            summary: check.summary().into(),
            advice: check.advice().into_iter().map(Said::from).collect(),
            look_again: look_again.map(|day| day.to_string()),
            pain: desk_change.as_ref().map(pain),
        }),
        change,
    };
    context.out.saved().show(&json, || {
        let mut page = Page::new(lang);
        let name = measures::name(lang, &taken.values);
        if let (Some(check), Some(place)) = (&check, place) {
            let said = words::SAVED_DESK.with("what", name).with("place", measures::place_name(place));
            page.hang("", &said.say(lang));
            page.hang("", &check.summary().say(lang));
            if !check.advice().is_empty() {
                page.heading(words::HEADING_TRY);
                for advice in &check.advice() {
                    page.point(&advice.say(lang));
                }
                page.say(desk_words::SCORE_COSTS);
            }
            if let Some(change) = &desk_change {
                page.say(change.sentence.clone());
            }
            page.space();
            if let Some(day) = look_again {
                let again = words::LOOK_AGAIN.with("day", day.to_string()).with("place", place.as_str());
                page.hang("", &again.say(lang));
            }
        } else {
            let score = measures::score(lang, &taken.values).unwrap_or_default();
            page.hang("", &words::SAVED.with("what", name).with("score", score).say(lang));
            if let Some((change, said)) =
                json.change.as_ref().and_then(|change| Some((change, measures::change(known, change.tenths)?)))
            {
                let said = words::SINCE_LAST.with("day", change.since.as_str()).with("change", said);
                page.hang("", &said.say(lang));
            }
            let next = match &json.next {
                Some(day) => words::AGAIN.with("day", day.as_str()).with("id", id),
                None => words::NEXT_SHOW.with("id", id),
            };
            page.hang("", &next.say(lang));
        }
        page.line(taken.id.clone());
        page.text()
    })
}

fn pain(change: &DeskChange) -> Pain {
    let window = |window: lissom_diary::core::lifestyle::desk::WindowPain| Window {
        median_tenths: window.median_tenths,
        days: window.days,
    };
    Pain {
        changed: change.day.to_string(),
        before: change.before.map(window),
        after: change.after.map(window),
        sentence: change.sentence.clone().into(),
    }
}
