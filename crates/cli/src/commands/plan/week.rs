//! The week of a plan: what each day comes to with the doses and limits of today.

use std::collections::BTreeSet;

use lissom_diary::Advice;
use lissom_diary::core::plan::{Extra, Item, Removed, SideDose, Why, session};
use lissom_diary::core::texts::Sentence;
use serde_json::{Value, json};

use super::days;
use crate::doses;
use crate::output::{BOLD, FAINT, Said};
use crate::page::Page;
use crate::texts::{Lang, plan as words};

/// One exercise of a day.
struct Row {
    item: Item,
    doses: Vec<SideDose>,
    seconds: u32,
    notes: Vec<Sentence>,
}

/// One day with a session.
struct OfDay {
    weekday: u8,
    rows: Vec<Row>,
    removed: Vec<Removed>,
}

impl OfDay {
    fn seconds(&self) -> u32 {
        self.rows.iter().map(|row| row.seconds).fold(0, u32::saturating_add)
    }
}

/// The days of the plan that is followed. Without leave to exercise there are the exercises alone, without doses and
/// minutes.
fn of(advice: &Advice) -> Vec<OfDay> {
    let Some(plan) = advice.plan.plan.as_ref() else { return Vec::new() };
    let items = plan.values.items().items;
    let weekdays: BTreeSet<u8> = items.iter().map(|item| item.weekday).collect();
    let day = |weekday: u8| {
        let bare = || {
            let of_day = items.iter().filter(|item| item.weekday == weekday).cloned();
            let rows = of_day.map(|item| Row { seconds: 0, item, doses: Vec::new(), notes: Vec::new() });
            OfDay { weekday, rows: rows.collect(), removed: Vec::new() }
        };
        advice.limits.as_ref().map_or_else(bare, |limits| {
            let day = advice.today.monday().plus(i32::from(weekday));
            let planned = session(limits, &plan.values, day, &[], &advice.doses);
            let rows = planned.items.into_iter().map(|one| Row {
                item: one.item,
                doses: one.doses,
                seconds: one.seconds,
                notes: one.notes,
            });
            OfDay { weekday, rows: rows.collect(), removed: planned.removed }
        })
    };
    weekdays.into_iter().map(day).collect()
}

/// The week as programs read it.
pub(crate) fn json(advice: &Advice) -> Value {
    let row = |(row, place): (&Row, u32)| {
        json!({
            "place": place,
            "exercise": row.item.exercise,
            "name": doses::name(Lang::En, &advice.own, &row.item.exercise),
            "doses": doses::json(&row.doses),
            "seconds": row.seconds,
            "locked": row.item.locked,
            "origin": row.item.origin.as_str(),
            "reasons": row.item.reasons.iter().map(|why| why_json(*why)).collect::<Vec<_>>(),
            "notes": row.notes.iter().map(|note| Said::from(note.clone())).collect::<Vec<_>>(),
        })
    };
    let day = |day: &OfDay| {
        json!({
            "day": days::short(day.weekday),
            "seconds": day.seconds(),
            "items": day.rows.iter().zip(1..).map(row).collect::<Vec<_>>(),
            "removed": day.removed.iter().map(removed_json).collect::<Vec<_>>(),
        })
    };
    of(advice).iter().map(day).collect()
}

fn why_json(why: Why) -> Value {
    json!({"rule": why.key(), "sentence": Said::from(why.sentence())})
}

/// An item that safety or a flare keeps away, as programs read it.
pub(crate) fn removed_json(removed: &Removed) -> Value {
    json!({
        "exercise": removed.out.exercise.map(|exercise| exercise.id),
        "because": Said::from(removed.out.sentence()),
        "instead": removed.instead.map(|exercise| exercise.id),
    })
}

/// What comes beside a session, as programs read it.
pub(crate) fn extra_json(extra: Extra) -> Value {
    let id = match extra {
        Extra::MovementBreak => "movement-break",
        Extra::DeskCheck => "desk-check",
        Extra::Learn => "learn",
    };
    json!({"extra": id, "exercise": extra.exercise().map(|exercise| exercise.id), "sentence": Said::from(extra.sentence())})
}

/// A line that tells of an exercise which is left out, and of what could be done instead.
pub(crate) fn say_removed(lang: Lang, removed: &Removed) -> String {
    let why = removed.out.sentence();
    let said = match removed.instead {
        Some(other) => {
            let named = lissom_diary::core::plan::name(other);
            words::REMOVED_INSTEAD.with("why", why).with("name", named).with("id", format!("`{}`", other.id))
        }
        None => why,
    };
    said.say(lang)
}

/// The cells of a row, laid out.
struct Cells {
    name: String,
    doses: Vec<String>,
    minutes: String,
}

/// The week as a table a day; days that are the same share one.
pub(crate) fn show(page: &mut Page, lang: Lang, advice: &Advice) {
    let days = of(advice);
    let tables: Vec<Vec<Cells>> =
        days.iter().map(|day| day.rows.iter().map(|row| cells(lang, advice, row)).collect()).collect();
    let width = |of: fn(&Cells) -> usize| tables.iter().flatten().map(of).max().unwrap_or(0);
    let names = width(|cells| cells.name.chars().count());
    let amounts = width(|cells| cells.doses.iter().map(|dose| dose.chars().count()).max().unwrap_or(0));
    let laid_out = |table: &Vec<Cells>| {
        let mut lines = Vec::new();
        for (cells, place) in table.iter().zip(1_u32..) {
            let first = cells.doses.first().map_or("", String::as_str);
            let line = format!(
                "  {FAINT}{place:>2}{FAINT:#}  {:<names$}  {first:<amounts$}  {:>6}",
                cells.name, cells.minutes
            );
            lines.push(line.trim_end().to_owned());
            lines.extend(cells.doses.iter().skip(1).map(|dose| format!("      {:<names$}  {dose}", "")));
        }
        lines
    };
    let mut shown: Vec<(Vec<u8>, u32, Vec<String>)> = Vec::new();
    for (day, table) in days.iter().zip(&tables) {
        let lines = laid_out(table);
        match shown.iter_mut().find(|(.., known)| *known == lines) {
            Some((weekdays, ..)) => weekdays.push(day.weekday),
            None => shown.push((vec![day.weekday], day.seconds(), lines)),
        }
    }
    if advice.doses.flare.is_some() && !shown.is_empty() {
        page.say(words::IN_FLARE);
    }
    for (weekdays, seconds, lines) in shown {
        page.space();
        let names = days::names(lang, &weekdays);
        let head = match doses::minutes(seconds) {
            // Without leave to exercise no time is said.
            0 => names,
            minutes => words::DAY_MINUTES.with("days", names).with("n", minutes).say(lang),
        };
        page.line(format!("{BOLD}{head}{BOLD:#}"));
        for line in lines {
            page.line(line);
        }
    }
    let mut notes: Vec<String> = Vec::new();
    for note in days.iter().flat_map(|day| &day.removed).map(|removed| say_removed(lang, removed)) {
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    if !notes.is_empty() {
        page.heading(words::HEADING_REMOVED);
        for note in &notes {
            page.point(note);
        }
    }
}

fn cells(lang: Lang, advice: &Advice, row: &Row) -> Cells {
    let name = doses::name(lang, &advice.own, &row.item.exercise);
    let name = if row.item.locked { words::LOCKED_ITEM.with("name", name).say(lang) } else { name };
    let minutes = match row.seconds {
        0 => String::new(),
        seconds => words::MINUTES.with("n", doses::minutes(seconds)).say(lang),
    };
    Cells { name, doses: doses::lines(lang, &row.doses), minutes }
}

/// Why each exercise is in the plan, each once.
pub(crate) fn say_why(page: &mut Page, lang: Lang, advice: &Advice) {
    let Some(plan) = advice.plan.plan.as_ref() else { return };
    let mut said: Vec<(String, Vec<Why>)> = Vec::new();
    for item in plan.values.items().items {
        match said.iter_mut().find(|(id, _)| *id == item.exercise) {
            Some((_, reasons)) => {
                let new: Vec<Why> = item.reasons.into_iter().filter(|why| !reasons.contains(why)).collect();
                reasons.extend(new);
            }
            None => said.push((item.exercise, item.reasons)),
        }
    }
    page.heading(words::HEADING_WHY);
    for (id, reasons) in said {
        let why: Vec<String> = reasons.iter().map(|why| why.sentence().say(lang)).collect();
        let name = doses::name(lang, &advice.own, &id);
        page.line(format!("  {name}"));
        for why in &why {
            page.hang("    ", why);
        }
    }
}
