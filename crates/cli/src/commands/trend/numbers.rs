//! The numbers under a chart.

use lissom_diary::core::measure::{PSFS, find};
use lissom_diary::core::outcome::slope::{SLOPE_DAYS, Slope};
use lissom_diary::core::outcome::trend::edges;
use lissom_diary::core::outcome::{Outcome, WeekState, points};

use super::View;
use crate::measures;
use crate::page::Page;
use crate::texts::{Lang, Sentence, Text, trend as words};

/// Weeks in the row of marks.
const WEEKS: usize = 12;

/// The numbers of what is drawn.
pub(super) fn of(page: &mut Page, lang: Lang, view: &View, outcome: &Outcome) {
    let trend = &view.trend;
    let days = view.to.since(view.from).saturating_add(1);
    let there = trend.points.iter().filter(|(day, _)| (view.from..=view.to).contains(day)).count();
    if !view.is_part {
        let last = trend.points.last().map(|(day, tenths)| {
            let score = measures::amount(view.measure, *tenths);
            words::LAST_VALUE.with("score", score).with("day", day.to_string()).say(lang)
        });
        let change = match (trend.points.first(), trend.points.last()) {
            (Some((first, before)), Some((last, now))) if first != last => {
                // Of activities, over those that both takings name.
                let tenths = match outcome.function.psfs_change_tenths.filter(|_| view.id == PSFS) {
                    Some(common) => Some(measures::of_activities(*before, *now, common)),
                    None => Some(now.saturating_sub(*before)).filter(|_| view.id != PSFS),
                };
                let said = tenths.and_then(|tenths| measures::change(view.measure, tenths));
                said.map(|said| words::SINCE.with("day", first.to_string()).with("change", said).say(lang))
            }
            _ => None,
        };
        let taken = words::TAKINGS.with("n", trend.points.len()).say(lang);
        page.facts(&[
            (words::LABEL_LAST, last.unwrap_or_default()),
            (words::LABEL_CHANGE, change.unwrap_or_default()),
            (words::LABEL_TAKEN, taken),
        ]);
        return;
    }
    let baseline = trend.baseline.map(|baseline| {
        words::MEDIAN_TO.with("value", points(baseline.tenths)).with("day", baseline.until.to_string()).say(lang)
    });
    let week = trend.median7_on(view.to).map(|tenths| words::MEDIAN.with("value", points(tenths)).say(lang));
    let meaningful = trend.baseline.filter(|_| view.is_pain).map(|baseline| {
        let (low, high) = edges(baseline.tenths);
        let said = match (low >= 0, high <= 100) {
            (true, true) => words::BAND_BOTH.with("low", points(low)).with("high", points(high)),
            (true, false) => words::BAND_LOW.with("low", points(low)),
            (false, _) => words::BAND_HIGH.with("high", points(high)),
        };
        said.say(lang)
    });
    page.facts(&[
        (words::LABEL_START, baseline.unwrap_or_default()),
        (words::LABEL_WEEK, week.unwrap_or_default()),
        (words::LABEL_SLOPE, trend.slope.map(|slope| self::slope(&slope).say(lang)).unwrap_or_default()),
        (words::LABEL_BAND, meaningful.unwrap_or_default()),
        (words::LABEL_DAYS, words::DAYS_OF.with("there", there).with("days", days).say(lang)),
    ]);
}

/// The slope in words and numbers.
fn slope(slope: &Slope) -> Sentence {
    let way = match (slope.clear, slope.slope_milli_per_28_days) {
        (true, ..=-1) => words::SLOPE_FALLING,
        (true, 1..) => words::SLOPE_RISING,
        _ => words::SLOPE_NEITHER,
    };
    way.with("slope", signed(slope.slope_milli_per_28_days))
        .with("low", signed(slope.low_milli_per_28_days))
        .with("high", signed(slope.high_milli_per_28_days))
        .with("days", SLOPE_DAYS)
}

/// Thousandths as tenths with their sign, halves away from zero.
fn signed(milli: i64) -> Sentence {
    let tenths = milli.saturating_abs().saturating_add(50).div_euclid(100);
    match (tenths, milli) {
        (0, _) => points(0),
        (tenths, ..=-1) => words::MINUS.with("number", points(tenths)),
        (tenths, _) => words::PLUS.with("number", points(tenths)),
    }
}

/// What stands beside pain: function, weeks, alerts, and the rest.
pub(super) fn beside(page: &mut Page, lang: Lang, outcome: &Outcome) {
    let function = &outcome.function;
    if let Some((day, tenths)) = function.psfs.last() {
        let mut said = words::FUNCTION.with("score", points(*tenths)).with("day", day.to_string()).say(lang);
        let change = function.psfs_change_tenths.map(|common| {
            let before = function.psfs_baseline_tenths.unwrap_or(*tenths);
            measures::of_activities(before, *tenths, common)
        });
        let change = change.and_then(|tenths| measures::change(find(PSFS), tenths));
        if let Some(change) = change {
            said = format!("{said} {}", words::FUNCTION_CHANGE.with("change", change).say(lang));
        }
        page.heading(words::HEADING_FUNCTION);
        page.hang("", &said);
    }
    weeks(page, lang, outcome);
    if !outcome.alerts.0.is_empty() {
        page.heading(words::HEADING_ALERTS);
        for alert in &outcome.alerts.0 {
            let rule = words::RULE.with("rule", format!("`{}`", alert.rule));
            page.point(&format!("{} {}", alert.sentence.say(lang), rule.say(lang)));
        }
    }
    let effect = outcome.session_effect.as_ref().map(|effect| effect.sentence.clone());
    let recovered = outcome.recovered.as_ref().map(|recovered| recovered.sentence.clone());
    let rest: Vec<Sentence> = [outcome.since_limiting(), effect, recovered].into_iter().flatten().collect();
    if !rest.is_empty() {
        page.space();
        for sentence in &rest {
            page.hang("", &sentence.say(lang));
        }
    }
}

/// The last weeks as a row of marks, and the runs.
fn weeks(page: &mut Page, lang: Lang, outcome: &Outcome) {
    let all = &outcome.adherence.weeks;
    let last = all.get(all.len().saturating_sub(WEEKS)..).unwrap_or_default();
    if last.is_empty() {
        return;
    }
    let mark = |state: WeekState| match state {
        WeekState::OnTrack => '●',
        WeekState::Missed => '○',
        WeekState::Paused => '◌',
        WeekState::Off => '–',
        WeekState::Open => '·',
    };
    page.heading(words::HEADING_WEEKS);
    page.line(last.iter().map(|week| mark(week.state).to_string()).collect::<Vec<_>>().join(" "));
    let kinds: [(WeekState, Text); 5] = [
        (WeekState::OnTrack, words::WEEK_ON_TRACK),
        (WeekState::Missed, words::WEEK_MISSED),
        (WeekState::Paused, words::WEEK_PAUSED),
        (WeekState::Off, words::WEEK_OFF),
        (WeekState::Open, words::WEEK_OPEN),
    ];
    let there = kinds.iter().filter(|(state, _)| last.iter().any(|week| week.state == *state));
    let legend = there.map(|(state, text)| format!("{} {}", mark(*state), text.say(lang))).collect::<Vec<_>>();
    super::legend(page, &legend);
    let runs = outcome.adherence.streak.sentences();
    if !runs.is_empty() {
        page.hang("", &runs.iter().map(|run| run.say(lang)).collect::<Vec<_>>().join(" · "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lissom_diary::core::check_in::CheckInValues;
    use lissom_diary::core::day::Day;
    use lissom_diary::core::moment::Moment;
    use lissom_diary::core::outcome::{Agreed, DoneSession, OutcomeLog};
    use lissom_diary::core::record::Dated;

    fn said(log: &OutcomeLog<'_>) -> String {
        let mut page = Page::new(Lang::En);
        beside(&mut page, Lang::En, &Outcome::of(log));
        anstream::adapter::strip_str(&page.text()).to_string()
    }

    #[test]
    fn weeks_are_a_row_of_marks_with_the_runs_below() {
        let monday: Day = "2026-09-07".parse().unwrap();
        let agreed = [Agreed { week: monday, sessions: 1, minutes: 10 }];
        let weeks = [0, 1, 2, 4, 5, 6];
        let sessions: Vec<DoneSession> = weeks
            .iter()
            .map(|week| DoneSession { id: week.to_string(), day: monday.plus(week * 7), minutes: None, stopped: false })
            .collect();
        let log = OutcomeLog { agreed: &agreed, sessions: &sessions, ..OutcomeLog::empty(monday.plus(7 * 7 + 2)) };
        let said = said(&log);
        assert!(said.contains("● ● ● ◌ ● ● ● ·\n● on track   ◌ missed, the run goes on   · still running\n"), "{said}");
        let runs = "6 weeks on track in a row · Longest run: 6 weeks · 6 of the last 7 weeks on track";
        assert!(said.replace('\n', " ").contains(runs), "{said}");
        assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
    }

    #[test]
    fn an_alert_names_its_rule() {
        let first: Day = "2026-09-07".parse().unwrap();
        let check_ins: Vec<Dated<CheckInValues>> = (0..30)
            .map(|number| {
                let at = Moment { at_ms: first.plus(number).start_ms(), offset_minutes: 0 };
                let pain = Some(if number < 14 { 3 } else { 7 });
                Dated::new(format!("c:{number:02}"), at, CheckInValues { pain, ..Default::default() })
            })
            .collect();
        let said = said(&OutcomeLog { check_ins: &check_ins, ..OutcomeLog::empty(first.plus(29)) });
        assert!(said.contains("(rule `outcome-worse`)"), "{said}");
    }
}
