//! `today`: what there is to do today, and why not, if not.

use std::collections::BTreeSet;

use clap::Args;
use lissom_diary::core::day::Day;
use lissom_diary::core::exercise::DoseMode;
use lissom_diary::core::lifestyle::card::{Card, cards};
use lissom_diary::core::lifestyle::desk::follow_up_reminder;
use lissom_diary::core::outcome::{WeekState, points};
use lissom_diary::core::plan::{Extra, SessionItem, SessionPlan};
use lissom_diary::core::screening::{Ask, Locked, Numbers, Purpose};
use lissom_diary::core::texts::Sentence;
use lissom_diary::{Advice, Diary, HistoryQuery, RowValues};
use serde_json::{Value, json};

use crate::commands::measure::desk_again;
use crate::commands::plan::week;
use crate::commands::screen::{next_of, settles};
use crate::context::Context;
use crate::doses;
use crate::failure::Failure;
use crate::output::{BOLD, FAINT, Said, columns, wrap};
use crate::page::Page;
use crate::texts::{Lang, today as words};

/// Columns before what is said about an exercise.
const INDENT: usize = 4;

/// Show what there is to do today
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lissom today
  lissom today --json
  lissom today --today 2026-11-24               as it will be on that day")]
pub(crate) struct Today {}

/// What was written down of the day.
#[derive(Default)]
struct Done {
    check_in: bool,
    /// Whether the list of a desk is to be gone through again.
    desk_again: bool,
    exercises: BTreeSet<String>,
}

impl Today {
    pub(crate) fn run(context: &Context) -> Result<(), Failure> {
        let mut diary = context.open()?;
        let numbers = diary.numbers()?;
        let advice = diary.advice(context.today()?)?;
        let done = done(&diary, advice.today)?;
        let locked = advice.safety.clearance().err();
        let next = Next::of(&advice, locked.as_ref(), &done);
        let lang = context.lang();
        context.out.show(&json(&advice, locked.as_ref(), &done, &next, numbers), || {
            let mut page = Page::new(lang);
            let weekday = crate::commands::plan::day_name(advice.today.weekday()).say(lang);
            page.line(format!("{BOLD}{weekday} {}{BOLD:#}", advice.today));
            match &locked {
                Some(why) => say_locked(&mut page, lang, why, numbers),
                None => say_day(&mut page, lang, &advice, &done, numbers),
            }
            page.say(next.sentence());
            page.text()
        })
    }
}

fn done(diary: &Diary, today: Day) -> Result<Done, Failure> {
    let day = Some(today.to_string());
    let rows = diary.history(&HistoryQuery { from: day.clone(), to: day, ..HistoryQuery::default() })?;
    let taken: Vec<_> = diary.measures()?.into_iter().filter(|one| one.day <= today).collect();
    let desk_again = desk_again(&taken).is_some_and(|due| due <= today);
    let mut done = Done { desk_again, ..Done::default() };
    for row in rows {
        match row.values {
            RowValues::CheckIn(values) => done.check_in |= values.pain.is_some(),
            RowValues::Result(values) => done.exercises.extend(values.exercise),
            RowValues::Measure(_) => {}
        }
    }
    Ok(done)
}

/// The one next step.
enum Next {
    /// What settles that nothing may be put together, and in words.
    Settle(&'static str, Sentence),
    PlanNew,
    CheckIn,
    Log(String),
    Advice,
    Tomorrow,
}

impl Next {
    fn of(advice: &Advice, locked: Option<&Locked>, done: &Done) -> Self {
        let open = advice.session.iter().flat_map(|session| &session.items);
        let open = open.map(|item| &item.item.exercise).find(|id| !done.exercises.contains(*id));
        if let Some(why) = locked {
            return Self::Settle(settles(why), next_of(why));
        }
        match open {
            _ if advice.plan.plan.is_none() => Self::PlanNew,
            _ if !done.check_in => Self::CheckIn,
            Some(id) => Self::Log(id.clone()),
            None if !advice.doses.proposals.is_empty() => Self::Advice,
            None => Self::Tomorrow,
        }
    }

    fn command(&self) -> String {
        match self {
            Self::Settle(command, _) => (*command).to_owned(),
            Self::PlanNew => "lissom plan new".to_owned(),
            Self::CheckIn => "lissom check-in".to_owned(),
            Self::Log(id) => format!("lissom log {id}"),
            Self::Advice => "lissom advice".to_owned(),
            Self::Tomorrow => "lissom today".to_owned(),
        }
    }

    fn sentence(&self) -> Sentence {
        let command = format!("`{}`", self.command());
        let text = match self {
            Self::Settle(_, sentence) => return sentence.clone(),
            Self::PlanNew | Self::Advice => words::NEXT,
            Self::CheckIn => words::NEXT_CHECK_IN,
            Self::Log(_) => words::NEXT_LOG,
            Self::Tomorrow => words::NEXT_TOMORROW,
        };
        text.with("command", command)
    }
}

fn say_locked(page: &mut Page, lang: Lang, why: &Locked, numbers: Numbers) {
    for sentence in why.sentences(numbers) {
        page.say(sentence);
    }
    page.paragraph(&words::LOG_ANYWAY.say(lang));
}

fn say_day(page: &mut Page, lang: Lang, advice: &Advice, done: &Done, numbers: Numbers) {
    for sentence in advice.safety.sentences(numbers).into_iter().chain(advice.safety.asks.iter().map(Ask::sentence)) {
        page.say(sentence);
    }
    if let Some(flare) = &advice.doses.flare {
        page.heading(words::FLARE.with("day", flare.since.to_string()));
        page.hang("", &flare.because.sentence.say(lang));
        for advice in &flare.advice {
            page.point(&advice.say(lang));
        }
    }
    if let Some(over) = &advice.doses.flare_over {
        page.say(over.sentence.clone());
    }
    match &advice.session {
        Some(session) => say_session(page, lang, advice, session, done),
        None => page.say(words::NO_PLAN),
    }
    say_also(page, lang, advice, done);
}

fn say_session(page: &mut Page, lang: Lang, advice: &Advice, session: &SessionPlan, done: &Done) {
    if let Some(nothing) = session.nothing {
        page.say(nothing.sentence());
    } else {
        let head = words::SESSION.with("exercises", words::EXERCISES.with("n", session.items.len()));
        page.heading(head.with("n", doses::minutes(session.seconds)));
    }
    let name = |item: &SessionItem| doses::name(lang, &advice.own, &item.item.exercise);
    let width = session.items.iter().map(|item| name(item).chars().count()).max().unwrap_or(0);
    for (item, place) in session.items.iter().zip(1_u32..) {
        let lines = doses::lines(lang, &item.doses);
        let minutes = words::MINUTES.with("n", doses::minutes(item.seconds)).say(lang);
        let counts = item.exercise.is_some_and(|exercise| exercise.dose.mode == DoseMode::Minutes);
        let first = lines.first().filter(|_| !counts).map_or(String::new(), |line| format!("{line}, "));
        let mark = if done.exercises.contains(&item.item.exercise) { words::DONE.say(lang) } else { String::new() };
        page.line(
            format!("{place:>2}  {BOLD}{:<width$}{BOLD:#}  {first}{minutes}  {mark}", name(item)).trim_end().to_owned(),
        );
        for line in lines.iter().skip(1) {
            page.line(format!("    {:<width$}  {line}", ""));
        }
        if let Some(exercise) = item.exercise {
            let cue = wrap(&lang.words(exercise.text.cues.alignment), columns().saturating_sub(INDENT));
            for line in &cue {
                page.line(format!("{:INDENT$}{FAINT}{line}{FAINT:#}", ""));
            }
        }
        for note in &item.notes {
            page.hang("    ", &note.say(lang));
        }
    }
    if !session.removed.is_empty() {
        page.heading(words::HEADING_REMOVED);
        for removed in &session.removed {
            page.point(&week::say_removed(lang, removed));
        }
    }
    if session.skipped > 0 {
        page.say(words::SKIPPED.with("n", session.skipped));
    }
}

/// What is beside the session: extras, a card, how the week goes, and what is offered.
fn say_also(page: &mut Page, lang: Lang, advice: &Advice, done: &Done) {
    page.heading(words::HEADING_ALSO);
    for extra in advice.session.iter().flat_map(|session| &session.extras) {
        if *extra != Extra::Learn {
            page.point(&extra.sentence().say(lang));
        }
    }
    if let Some(card) = card_of(advice.today) {
        page.point(
            &words::CARD.with("title", card.title).with("command", format!("`lissom learn {}`", card.id)).say(lang),
        );
    }
    if done.desk_again {
        let said = words::DESK.with("due", follow_up_reminder()).with("command", "`lissom measure desk-check`");
        page.point(&said.say(lang));
    }
    if let Some(week) = week_sentence(advice) {
        page.point(&week.say(lang));
    }
    for streak in advice.outcome.adherence.streak.sentences().into_iter().take(1) {
        page.point(&streak.say(lang));
    }
    match advice.doses.proposals.len() {
        0 => {}
        n => page.point(&words::PROPOSALS.with("n", n).say(lang)),
    }
    for alert in &advice.outcome.alerts.0 {
        page.say(alert.sentence.clone());
    }
    if advice.outcome.recovered.is_some() {
        page.say(words::WELL);
    }
    if !advice.plan.others.is_empty() {
        page.say(words::OTHERS.with("n", advice.plan.others.len()));
    }
    if advice.waiting {
        page.say(words::WAITING);
    }
}

/// How many of the week's sessions are done.
fn week_sentence(advice: &Advice) -> Option<Sentence> {
    let week = advice.outcome.adherence.week(advice.today.monday())?;
    let done = points(i64::from(week.done_halves).saturating_mul(5));
    Some(match week.to_do {
        0 => words::WEEK_OFF.into(),
        to_do => words::WEEK.with("done", done).with("agreed", to_do),
    })
}

/// A card a day, the same on every device.
fn card_of(today: Day) -> Option<&'static Card> {
    let all = cards();
    let count = i32::try_from(all.len()).ok().filter(|count| *count > 0)?;
    all.get(usize::try_from(today.0.rem_euclid(count)).ok()?)
}

fn json(advice: &Advice, locked: Option<&Locked>, done: &Done, next: &Next, numbers: Numbers) -> Value {
    let said = |sentences: Vec<Sentence>| sentences.into_iter().map(Said::from).collect::<Vec<_>>();
    let ask = |ask: &Ask| json!({"purpose": ask.purpose().map(Purpose::word), "sentence": Said::from(ask.sentence())});
    let flare = advice.doses.flare.as_ref().map(|flare| {
        json!({
            "since": flare.since.to_string(),
            "because": doses::reason_json(&flare.because),
            "advice": said(flare.advice.clone()),
            "recheck": flare.recheck.to_string(),
        })
    });
    let week = advice.outcome.adherence.week(advice.today.monday()).map(|week| {
        let done = f64::from(week.done_halves) / 2.0;
        json!({"monday": week.monday.to_string(), "to_do": week.to_do, "done": done, "state": state(week.state)})
    });
    let plan = advice.plan.plan.as_ref().map(|plan| {
        let others: Vec<&str> = advice.plan.others.iter().map(|other| other.id.as_str()).collect();
        json!({"id": plan.id, "name": plan.values.name, "mode": plan.values.mode, "others": others})
    });
    json!({
        "day": advice.today.to_string(),
        "safety": {
            "level": advice.safety.level.letter(),
            "cleared": locked.is_none(),
            "sentences": said(locked.map_or_else(|| advice.safety.sentences(numbers), |why| why.sentences(numbers))),
            "asks": advice.safety.asks.iter().map(ask).collect::<Vec<_>>(),
        },
        "plan": plan,
        "flare": flare,
        "flare_over": advice.doses.flare_over.as_ref().map(doses::reason_json),
        "session": advice.session.as_ref().map(|session| session_json(advice, session, done)),
        "checked_in": done.check_in,
        "desk_check_due": done.desk_again,
        "done": done.exercises,
        "card": card_of(advice.today).map(|card| json!({"id": card.id, "title": card.title.say(Lang::En)})),
        "week": week,
        "streak": advice.outcome.adherence.streak,
        "proposals": advice.doses.proposals.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(),
        "alerts": advice.outcome.alerts.0.iter().map(|alert| Said::from(alert.sentence.clone())).collect::<Vec<_>>(),
        "recovered": advice.outcome.recovered.is_some(),
        "waiting": advice.waiting,
        "next": {"command": next.command(), "sentence": Said::from(next.sentence())},
    })
}

fn session_json(advice: &Advice, session: &SessionPlan, done: &Done) -> Value {
    let item = |(item, place): (&SessionItem, u32)| {
        json!({
            "place": place,
            "exercise": item.item.exercise,
            "name": doses::name(Lang::En, &advice.own, &item.item.exercise),
            "doses": doses::json(&item.doses),
            "seconds": item.seconds,
            "cue": item.exercise.map(|exercise| exercise.text.cues.alignment),
            "notes": item.notes.iter().map(|note| Said::from(note.clone())).collect::<Vec<_>>(),
            "done": done.exercises.contains(&item.item.exercise),
        })
    };
    json!({
        "seconds": session.seconds,
        "items": session.items.iter().zip(1..).map(item).collect::<Vec<_>>(),
        "removed": session.removed.iter().map(week::removed_json).collect::<Vec<_>>(),
        "extras": session.extras.iter().map(|extra| week::extra_json(*extra)).collect::<Vec<_>>(),
        "nothing": session.nothing.map(|nothing| Said::from(nothing.sentence())),
        "skipped": session.skipped,
    })
}

fn state(state: WeekState) -> &'static str {
    match state {
        WeekState::OnTrack => "on-track",
        WeekState::Open => "open",
        WeekState::Paused => "paused",
        WeekState::Missed => "missed",
        WeekState::Off => "off",
    }
}
