//! The list of measures, and all takings of one.

use std::collections::BTreeMap;

use lissom_diary::core::day::Day;
use lissom_diary::core::lifestyle::desk::{self, Place, follow_up};
use lissom_diary::core::measure::{Measure as Known, MeasureValues, all, find, nearest};
use lissom_diary::core::outcome::points;
use lissom_diary::core::record::Dated;
use lissom_diary::{Diary, HistoryQuery, Moment, RowValues};
use serde::Serialize;

use super::saved::{Change, comparable};
use crate::context::Context;
use crate::failure::Failure;
use crate::measures;
use crate::page::Page;
use crate::rows::short_id;
use crate::table::Table;
use crate::texts::{Lang, Sentence, measure as words};
use crate::when;

#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    name: String,
    about: Option<String>,
    ask: Option<String>,
    every_days: Option<i32>,
    last: Option<Last>,
    next: Option<String>,
    due: bool,
}

#[derive(Serialize)]
struct Last {
    day: String,
    score_tenths: Option<i64>,
}

/// Every measure: the built-in ones, then the person's own.
pub(super) fn list(context: &Context) -> Result<(), Failure> {
    let (today, taken) = (context.today()?, context.open()?.measures()?);
    let taken: Vec<Dated<MeasureValues>> = taken.into_iter().filter(|one| one.day <= today).collect();
    let mut last: BTreeMap<&str, &Dated<MeasureValues>> = BTreeMap::new();
    for one in &taken {
        if let Some(id) = one.values.measure.as_deref() {
            last.insert(id, one);
        }
    }
    let own = last.keys().copied().filter(|id| find(id).is_none());
    let ids: Vec<&str> = all().iter().map(|known| known.id).chain(own).collect();
    let again = desk_again(&taken);
    let next = |id: &str| {
        let regular = last.get(id)?.day.plus(find(id)?.every_days);
        Some(again.filter(|_| id == desk::MEASURE).map_or(regular, |day| day.min(regular)))
    };
    let json: Vec<Listed<'_>> = ids
        .iter()
        .map(|id| Listed {
            id,
            name: name(Lang::En, id, last.get(id).copied()),
            about: find(id).map(|known| known.about.say(Lang::En)),
            ask: find(id).map(|known| known.ask.say(Lang::En)),
            every_days: find(id).map(|known| known.every_days),
            last: last.get(id).map(|one| Last { day: one.day.to_string(), score_tenths: one.values.score_tenths() }),
            next: next(id).map(|day| day.to_string()),
            due: next(id).is_some_and(|day| day <= today),
        })
        .collect();
    let lang = context.lang();
    context.out.show(&json, || {
        let head =
            [words::HEADING_ID, words::HEADING_WHAT, words::HEADING_EVERY, words::HEADING_LAST, words::HEADING_DUE];
        let mut table = Table::new(lang, &head);
        for id in &ids {
            let every = find(id).map(|known| words::DAYS.with("n", known.every_days).say(lang)).unwrap_or_default();
            let day = last.get(id).map(|one| one.day.to_string()).unwrap_or_default();
            let cells =
                [(*id).to_owned(), name(lang, id, last.get(id).copied()), every, day, due(lang, next(id), today)];
            table.row(&cells);
        }
        let first = ids.iter().find(|id| next(id).is_some_and(|day| day <= today));
        let said = first.map_or_else(|| words::LIST_NEXT.into(), |id| words::LIST_DUE.with("id", *id));
        let mut page = Page::new(lang);
        page.line(table.to_string());
        page.say(said);
        page.text()
    })
}

/// The day on which to go through the list of a desk again, of whichever place is first.
pub(crate) fn desk_again(taken: &[Dated<MeasureValues>]) -> Option<Day> {
    Place::ALL.iter().filter_map(|place| follow_up(taken, *place)).min()
}

/// That a measure was not taken yet, and how to.
pub(crate) fn not_taken(id: &str) -> Sentence {
    words::NOT_TAKEN.with("id", id)
}

fn name(lang: Lang, id: &str, last: Option<&Dated<MeasureValues>>) -> String {
    match (find(id), last) {
        (Some(known), _) => known.name.say(lang),
        (None, Some(last)) => measures::name(lang, &last.values),
        (None, None) => id.to_owned(),
    }
}

fn due(lang: Lang, next: Option<Day>, today: Day) -> String {
    match next {
        Some(day) if day <= today => words::DUE_NOW.say(lang),
        Some(day) => words::DUE_IN.with("n", day.since(today)).say(lang),
        None => String::new(),
    }
}

#[derive(Serialize)]
struct Shown<'a> {
    measure: &'a str,
    name: String,
    better: &'static str,
    bands_tenths: Option<[i64; 3]>,
    source: Option<&'static str>,
    takings: Vec<Taking<'a>>,
    change: Option<Change>,
    next: Option<String>,
}

#[derive(Serialize)]
struct Taking<'a> {
    id: &'a str,
    at: String,
    score_tenths: Option<i64>,
    items: Option<&'a [i64]>,
    labels: Option<&'a [String]>,
    note: Option<&'a str>,
    change: Option<Change>,
}

/// The takings of a measure up to today, with the moments of their records.
pub(crate) fn takings(diary: &Diary, id: &str, today: Day) -> Result<Vec<(Moment, Dated<MeasureValues>)>, Failure> {
    let query = HistoryQuery { to: Some(today.to_string()), ..HistoryQuery::default() };
    let rows = diary.history(&query)?.into_iter().filter_map(|row| match row.values {
        RowValues::Measure(values) if values.measure.as_deref() == Some(id) => {
            Some((row.at, Dated::new(row.id, row.at, values)))
        }
        _ => None,
    });
    Ok(rows.collect())
}

/// All takings of one measure, with how far it moved.
pub(super) fn one(context: &Context, id: &str) -> Result<(), Failure> {
    let (diary, today) = (context.open()?, context.today()?);
    let taken = takings(&diary, id, today)?;
    let known = find(id);
    if known.is_none() && taken.is_empty() {
        return Err(unknown(id));
    }
    let before = |index: usize| {
        let (_, now) = taken.get(index)?;
        let earlier = taken.get(..index)?.iter().rev();
        Some((earlier.map(|(_, one)| one).find(|one| comparable(&one.values, &now.values))?, now))
    };
    let changes: Vec<Option<Change>> =
        (0..taken.len()).map(|index| before(index).and_then(|(from, to)| Change::between(known, from, to))).collect();
    let whole = match (taken.first(), taken.last()) {
        (Some((_, first)), Some((_, last))) if taken.len() > 2 && comparable(&first.values, &last.values) => {
            Change::between(known, first, last)
        }
        _ => None,
    };
    let shown = Shown {
        measure: id,
        name: name(Lang::En, id, taken.last().map(|(_, one)| one)),
        better: better(known),
        bands_tenths: known
            .and_then(|known| known.meaningful)
            .map(|bands| [bands.small_tenths, bands.medium_tenths, bands.large_tenths]),
        source: known.and_then(|known| known.meaningful).map(|bands| bands.source),
        takings: taken
            .iter()
            .zip(changes)
            .map(|((at, one), change)| Taking {
                id: &one.id,
                at: at.to_rfc3339(),
                score_tenths: one.values.score_tenths(),
                items: one.values.items.as_deref(),
                labels: one.values.labels.as_deref(),
                note: one.values.note.as_deref(),
                change,
            })
            .collect(),
        change: whole,
        next: known.and_then(|known| {
            let regular = taken.last()?.1.day.plus(known.every_days);
            let all: Vec<Dated<MeasureValues>> = taken.iter().map(|(_, one)| one.clone()).collect();
            Some(desk_again(&all).map_or(regular, |day| day.min(regular)).to_string())
        }),
    };
    context.out.show(&shown, || describe(context.lang(), known, &taken, &shown))
}

/// That no such measure is known, with what may have been meant.
pub(crate) fn unknown(id: &str) -> Failure {
    let said = match nearest(id) {
        Some(id) => words::UNKNOWN_NEAREST.with("id", id),
        None => words::UNKNOWN.into(),
    };
    Failure::not_found("unknown-measure", said)
}

fn better(known: Option<&Known>) -> &'static str {
    use lissom_diary::core::measure::Better;
    match known.map(|known| known.better) {
        Some(Better::Higher) => "higher",
        Some(Better::Lower) => "lower",
        Some(Better::Neither) | None => "neither",
    }
}

fn describe(lang: Lang, known: Option<&Known>, taken: &[(Moment, Dated<MeasureValues>)], shown: &Shown<'_>) -> String {
    let mut page = Page::new(lang);
    page.title(&name(lang, shown.measure, taken.last().map(|(_, one)| one)), shown.measure);
    if let Some(known) = known {
        page.say(known.about);
    }
    if taken.is_empty() {
        page.say(not_taken(shown.measure));
        return page.text();
    }
    let head = [words::HEADING_WHEN, words::HEADING_SCORE, words::HEADING_CHANGE, words::HEADING_ID];
    let mut table = Table::new(lang, &head);
    for ((at, one), taking) in taken.iter().zip(&shown.takings) {
        let change = taking.change.as_ref().and_then(|change| measures::change(known, change.tenths));
        let change = change.map(|change| change.say(lang)).unwrap_or_default();
        let score = measures::score(lang, &one.values).unwrap_or_default();
        table.row(&[when::short(at), score, change, short_id(&one.id).to_owned()]);
    }
    page.space();
    page.line(table.to_string());
    if let Some((_, last)) = taken.last().filter(|(_, last)| !measures::items(&last.values).is_empty()) {
        page.say(words::LAST_ITEMS.with("items", measures::items(&last.values)));
    }
    if let Some((change, said)) =
        shown.change.as_ref().and_then(|change| Some((change, measures::change(known, change.tenths)?)))
    {
        page.say(words::SINCE_FIRST.with("day", change.since.as_str()).with("change", said));
    }
    match known.and_then(|known| known.meaningful) {
        Some(bands) => {
            let said = words::BANDS
                .with("small", points(bands.small_tenths))
                .with("medium", points(bands.medium_tenths))
                .with("large", points(bands.large_tenths));
            page.space();
            page.faint(&said.with("source", bands.source).say(lang));
        }
        None if taken.len() > 1 => {
            page.space();
            page.faint(&words::NO_BANDS.say(lang));
        }
        None => {}
    }
    if let Some(day) = &shown.next {
        page.say(words::AGAIN_ON.with("day", day.as_str()).with("id", shown.measure));
    }
    page.text()
}
