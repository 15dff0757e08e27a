//! `trend`: how it goes.

mod json;
mod muscles;
mod numbers;

use clap::Args;
use lissom_diary::core::day::Day;
use lissom_diary::core::measure::{Answers, Measure, PSFS, find};
use lissom_diary::core::outcome::series::{FORTNIGHT_VALUES_MIN, Part, WEEK_DAYS, WEEK_VALUES_MIN};
use lissom_diary::core::outcome::slope::{SLOPE_DAYS, SLOPE_VALUES_MIN};
use lissom_diary::core::outcome::{Direction, Limiting, Outcome, Trend as Line};
use lissom_diary::{Diary, HistoryQuery, RowValues};

use crate::chart::Chart;
use crate::commands::measure::{not_taken, unknown};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{FAINT, Said, columns, printable};
use crate::page::Page;
use crate::texts::{Lang, Sentence, Text, trend as words};

/// How it goes: a chart, the numbers behind it, function and practice
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lissom trend                        back pain over 12 weeks
  lissom trend leg --days 28
  lissom trend psfs                   what you can do
  lissom trend muscles --days 28      sets by muscle, left and right
  lissom trend --week                 this week in a few sentences")]
pub(crate) struct Trend {
    /// back, leg, sleep, stress, mood, muscles, or the id of a measure [default: back]
    #[arg(value_name = "WHAT")]
    what: Option<String>,
    /// Days to look back, 7 to 120 [default: 84; for muscles 28]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(7..=120))]
    days: Option<i32>,
    /// The week in a few sentences instead
    #[arg(long, conflicts_with_all = ["what", "days"])]
    week: bool,
}

/// Days of the chart unless others are asked for: 12 weeks.
const DAYS: i32 = 84;
/// Days of work by muscle unless others are asked for.
const MUSCLE_DAYS: i32 = 28;
/// Space between two signs of a legend.
const GAP: &str = "   ";

/// What is followed.
#[derive(Debug, Clone, Copy)]
enum What<'a> {
    Part(Part),
    Measure(&'a str),
}

const PARTS: &[(&str, Part, Text)] = &[
    ("back", Part::Back, words::PART_BACK),
    ("leg", Part::Leg, words::PART_LEG),
    ("sleep", Part::Sleep, words::PART_SLEEP),
    ("stress", Part::Stress, words::PART_STRESS),
    ("mood", Part::Mood, words::PART_MOOD),
];

/// One thing that is followed, ready to be drawn.
struct View {
    id: String,
    heading: Sentence,
    trend: Line,
    /// In which band the band is one of pain, or of a measure with published bands.
    measure: Option<&'static Measure>,
    is_part: bool,
    is_pain: bool,
    scale: (i64, i64),
    from: Day,
    to: Day,
}

impl View {
    /// The words of a scale whose answers are words.
    fn steps(&self) -> &'static [Text] {
        match self.measure.map(|measure| measure.answers) {
            Some(Answers::Steps(steps)) => steps,
            _ => &[],
        }
    }
}

/// Days with something to mark under the chart.
#[derive(Default)]
struct Marks {
    flare: Vec<Day>,
    plan: Vec<Day>,
    stopped: Vec<Day>,
}

impl Trend {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        let today = context.today()?;
        let mut diary = context.open()?;
        if self.week {
            return week(context, &diary, today);
        }
        let id = self.what.as_deref().unwrap_or("back");
        if id == "muscles" {
            return muscles::show(context, &diary, today.plus(1 - self.days.unwrap_or(MUSCLE_DAYS)), today);
        }
        let outcome = diary.advice(today)?.outcome;
        let what = what(id, &outcome)?;
        let own = diary.measures()?.into_iter().rev().find(|one| one.values.measure.as_deref() == Some(id));
        let own = own.and_then(|one| one.values.name);
        let view = view((id, own.as_deref()), what, &outcome, today.plus(1 - self.days.unwrap_or(DAYS)), today);
        let marks = marks(&diary, &outcome, view.from, view.to)?;
        let missing = if view.is_part { missing(&view) } else { Vec::new() };
        let json = json::answer(&view, &outcome, &marks, &missing);
        context.out.show(&json, || describe(context.lang(), &view, &outcome, &marks, &missing))
    }
}

fn what<'a>(id: &'a str, outcome: &Outcome) -> Result<What<'a>, Failure> {
    if let Some((_, part, _)) = PARTS.iter().find(|(name, ..)| *name == id) {
        return Ok(What::Part(*part));
    }
    if find(id).is_some() || outcome.measures.contains_key(id) {
        return Ok(What::Measure(id));
    }
    Err(unknown(id))
}

fn part_of(outcome: &Outcome, part: Part) -> &Line {
    match part {
        Part::Back => &outcome.back,
        Part::Leg => &outcome.leg,
        Part::Sleep => &outcome.sleep,
        Part::Stress => &outcome.stress,
        Part::Mood => &outcome.mood,
    }
}

fn view((id, own): (&str, Option<&str>), what: What<'_>, outcome: &Outcome, from: Day, to: Day) -> View {
    let empty = Line::default();
    let is_pain = matches!(what, What::Part(Part::Back | Part::Leg));
    let view = View {
        id: id.to_owned(),
        heading: words::PART_BACK.into(),
        trend: empty,
        measure: find(id),
        is_part: matches!(what, What::Part(_)),
        is_pain,
        scale: (0, 100),
        from,
        to,
    };
    match what {
        What::Part(part) => {
            let heading =
                PARTS.iter().find(|(_, known, _)| *known == part).map_or(words::PART_BACK, |(.., text)| *text);
            let trend = part_of(outcome, part).clone();
            View { heading: heading.into(), trend, ..view }
        }
        What::Measure(id) => {
            let points = outcome.measures.get(id).cloned().unwrap_or_default();
            let highest = points.iter().map(|(_, tenths)| *tenths).max().unwrap_or(0);
            let scale = match find(id).map(|known| known.answers) {
                Some(Answers::Chosen { range, .. }) => (range.min * 10, range.max * 10),
                Some(Answers::Steps(steps)) => (10, i64::try_from(steps.len()).unwrap_or(1) * 10),
                _ => (0, ceiling(highest)),
            };
            let heading = match find(id) {
                Some(known) => known.name.into(),
                None => words::OWN.with("name", printable(own.unwrap_or(id))),
            };
            View { heading, trend: Line { points, ..Line::default() }, scale, ..view }
        }
    }
}

/// The end of a scale that holds this: a round number.
fn ceiling(highest: i64) -> i64 {
    let mut step = 100_i64;
    while step.saturating_mul(10) < highest {
        step = step.saturating_mul(10);
    }
    highest.saturating_add(step - 1).div_euclid(step).saturating_mul(step).max(step)
}

fn marks(diary: &Diary, outcome: &Outcome, from: Day, to: Day) -> Result<Marks, Failure> {
    let within = |day: &Day| (from..=to).contains(day);
    let mut marks = Marks::default();
    for flare in outcome.limiting.iter().filter(|episode| episode.by != Limiting::Pain) {
        let days = flare.to.since(flare.from);
        marks.flare.extend((0..=days).map(|day| flare.from.plus(day)).filter(within));
    }
    marks.plan = diary.plan_versions()?.iter().map(|version| version.day).filter(within).collect();
    let query = HistoryQuery { from: Some(from.to_string()), to: Some(to.to_string()), ..HistoryQuery::default() };
    for row in diary.history(&query)? {
        if let RowValues::Result(values) = &row.values
            && values.stopped.as_deref().is_some_and(|why| why != "ache-only")
        {
            marks.stopped.push(Day::of(row.at));
        }
    }
    for days in [&mut marks.flare, &mut marks.plan, &mut marks.stopped] {
        days.sort_unstable();
        days.dedup();
    }
    Ok(marks)
}

/// What the numbers still need.
fn missing(view: &View) -> Vec<Sentence> {
    let trend = &view.trend;
    let of_last = |days: i32| {
        let since = view.to.plus(1 - days);
        trend.points.iter().filter(|(day, _)| *day >= since && *day <= view.to).count()
    };
    let mut missing = Vec::new();
    if trend.baseline.is_none() {
        let there = trend.points.len().min(FORTNIGHT_VALUES_MIN);
        missing.push(words::NEEDS_BASELINE.with("needed", FORTNIGHT_VALUES_MIN).with("n", there));
    }
    if trend.median7_on(view.to).is_none() {
        let there = of_last(WEEK_DAYS);
        missing.push(words::NEEDS_WEEK.with("needed", WEEK_VALUES_MIN).with("n", there));
    }
    if trend.slope.is_none() {
        let there = of_last(SLOPE_DAYS);
        missing.push(words::NEEDS_SLOPE.with("needed", SLOPE_VALUES_MIN).with("days", SLOPE_DAYS).with("n", there));
    }
    missing
}

fn describe(lang: Lang, view: &View, outcome: &Outcome, marks: &Marks, missing: &[Sentence]) -> String {
    let mut page = Page::new(lang);
    let says = outcome.statement.direction != Direction::NotYet;
    if view.is_pain || view.id == PSFS && says {
        for sentence in &outcome.statement.sentences {
            page.hang("", &sentence.say(lang));
        }
        page.space();
    }
    let span = words::SPAN.with("from", view.from.to_string()).with("to", view.to.to_string());
    page.title(&view.heading.say(lang), &span.say(lang));
    if !view.is_part && view.trend.points.is_empty() {
        page.say(not_taken(&view.id));
        return page.text();
    }
    draw(&mut page, lang, view, marks);
    page.space();
    numbers::of(&mut page, lang, view, outcome);
    for sentence in missing {
        page.point(&sentence.say(lang));
    }
    if view.is_pain {
        numbers::beside(&mut page, lang, outcome);
        page.say(words::NEXT);
    } else if view.is_part {
        page.space();
        page.faint(&words::NO_CLAIM.say(lang));
    } else {
        page.say(words::NEXT_MEASURE.with("id", view.id.as_str()));
    }
    page.text()
}

fn draw(page: &mut Page, lang: Lang, view: &View, marks: &Marks) {
    let trend = &view.trend;
    let kinds = [
        (&marks.flare, 'F', words::LEGEND_FLARE),
        (&marks.plan, '▲', words::LEGEND_PLAN),
        (&marks.stopped, '✕', words::LEGEND_STOPPED),
    ];
    let under: Vec<(Day, char)> =
        kinds.iter().flat_map(|(days, mark, _)| days.iter().map(|day| (*day, *mark))).collect();
    let chart = Chart {
        points: &trend.points,
        line: if view.is_part { &trend.median7 } else { &trend.points },
        baseline: trend.baseline.map(|baseline| baseline.tenths),
        band: trend.band,
        marks: &under,
        scale: view.scale,
        sparse: !view.is_part,
        steps: view.steps().len(),
    };
    for line in chart.draw(view.from, view.to).lines() {
        page.line(line.to_owned());
    }
    let mut legend: Vec<String> = Vec::new();
    for (step, place) in view.steps().iter().zip(1_usize..) {
        legend.push(words::LEGEND_STEP.with("place", place).with("step", *step).say(lang));
    }
    if view.is_part {
        legend.push(words::LEGEND_DOTS.say(lang));
    }
    if trend.baseline.is_some() {
        legend.push(words::LEGEND_BASELINE.say(lang));
    }
    if trend.band.is_some() {
        legend.push(words::LEGEND_BAND.say(lang));
    }
    legend.extend(kinds.iter().filter(|(days, ..)| !days.is_empty()).map(|(_, _, text)| text.say(lang)));
    self::legend(page, &legend);
}

/// What the signs stand for, as many on a line as there is room for.
fn legend(page: &mut Page, signs: &[String]) {
    let mut line = String::new();
    for sign in signs {
        let wider = line.chars().count().saturating_add(sign.chars().count()).saturating_add(GAP.len()) > columns();
        if wider && !line.is_empty() {
            page.line(format!("{FAINT}{line}{FAINT:#}"));
            line.clear();
        }
        if !line.is_empty() {
            line.push_str(GAP);
        }
        line.push_str(sign);
    }
    if !line.is_empty() {
        page.line(format!("{FAINT}{line}{FAINT:#}"));
    }
}

/// The week in a few sentences.
fn week(context: &Context, diary: &Diary, today: Day) -> Result<(), Failure> {
    let said = diary.digest(today, today)?;
    let json = json::Week {
        monday: today.monday().to_string(),
        as_of: today.to_string(),
        sentences: said.iter().cloned().map(Said::from).collect(),
    };
    context.out.show(&json, || {
        let lang = context.lang();
        let mut page = Page::new(lang);
        page.heading(words::WEEK_OF.with("monday", json.monday.as_str()));
        for sentence in &said {
            page.point(&sentence.say(lang));
        }
        page.say(words::WEEK_NEXT);
        page.text()
    })
}
