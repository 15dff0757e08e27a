//! What the rules make of Anna's diary: questions, a plan, doses, a flare, and how it went.

use lissom_diary::core::day::Day;
use lissom_diary::core::exercise::Region;
use lissom_diary::core::measure::MeasureValues;
use lissom_diary::core::outcome::Direction;
use lissom_diary::core::plan::{Goal, Profile, name, spaced};
use lissom_diary::core::screening::{AnswerKind, Answers, Purpose, next_question};
use lissom_diary::{Advice, PlanError};

use crate::chart::Chart;
use crate::commands::demo::device::Device;
use crate::commands::demo::stage::Stage;
use crate::commands::demo::story::{self, FLARE_WEEK, WEEKS};
use crate::failure::Failure;
use crate::texts::demo as words;

const AGE: &str = "41";
const MINUTES: u32 = 18;

/// Safety questions, what is hard for her, and a plan.
pub(super) fn questions_and_a_plan(stage: &mut Stage) -> Result<(), Failure> {
    stage.act(words::ACT_PLAN)?;
    let lang = stage.lang();
    let at = Some(story::at(0, 6, 30));
    let screened =
        stage.phone.diary()?.record_screening(&nothing_to_report(Purpose::First)?, Purpose::First, None, at)?;
    let said = screened.triage.sentences(lissom_diary::core::screening::Numbers::default());
    let said: Vec<String> = said.iter().map(|sentence| sentence.say(lang)).collect();
    stage.tell(words::TELL_SCREENED.with("level", said.join(" ")))?;
    function(stage, 0, [4, 3, 5])?;
    stage.tell(words::TELL_AGREED)?;
    let profile = Profile {
        regions: vec![Region::Lower],
        pain: Some(5),
        leg: Some(0),
        goals: vec![Goal::Strength],
        minutes: MINUTES,
        weekdays: spaced(5),
        equipment: vec!["mat".to_owned(), "chair".to_owned()],
        ..Profile::default()
    };
    let (_, made) = stage.phone.diary()?.make_plan(&profile, None, at).map_err(no_plan)?;
    let monday = made.items.iter().filter(|item| item.weekday == 0).filter_map(|item| item.find());
    let monday: Vec<String> = monday.map(|exercise| name(exercise).say(lang)).collect();
    stage.tell(words::TELL_PLANNED.with("items", monday.join(", ")))?;
    if let Some(left_out) = made.left_out.first() {
        stage.tell(words::TELL_NOT_YET.with("reason", left_out.sentence()))?;
    }
    stage.expected += 3;
    let safety = stage.phone.diary()?.safety(day(0))?;
    let cleared = safety.clearance().ok();
    let fits = cleared.is_some_and(|cleared| {
        made.items.iter().filter_map(|item| item.find()).all(|exercise| cleared.blocks(exercise).is_none())
    });
    stage.hold(fits, words::HOLDS_PLAN_FITS);
    stage.sync_until_quiet().map(drop)
}

/// Saturday: she accepts what is proposed.
pub(super) fn saturday(stage: &mut Stage, week: i64) -> Result<(), Failure> {
    let saturday = week * 7 + 5;
    short_check(stage, saturday)?;
    let advice = stage.phone.diary()?.advice(day(saturday))?;
    for proposal in advice.doses.proposals.iter().filter(|proposal| proposal.to_step.is_some()) {
        stage.phone.diary()?.answer_proposal(&proposal.id, true, Some(story::at(saturday, 21, 30)))?;
        stage.accepted.push(proposal.sentence.clone());
        stage.expected += 1;
    }
    Ok(())
}

/// Weeks 7 to 12.
pub(super) fn a_flare(stage: &mut Stage) -> Result<(), Failure> {
    stage.act(words::ACT_FLARE)?;
    for week in 6..WEEKS {
        for weekday in 0..7 {
            let today = week * 7 + weekday;
            stage.write(&story::day(week, weekday))?;
            stage.sync_once()?;
            short_check(stage, today)?;
            if (week, weekday) == (FLARE_WEEK, 1) {
                stage.sync_until_quiet()?;
                tell_flare(stage, today)?;
            }
        }
        if week == FLARE_WEEK + 1 {
            let over = stage.work.diary()?.advice(day(week * 7 + 6))?.doses.flare.is_none();
            stage.hold(over, words::HOLDS_FLARE_OVER);
            stage.tell(words::TELL_RECOVERED)?;
        }
        saturday(stage, week)?;
    }
    function(stage, WEEKS * 7 - 1, [7, 6, 8])?;
    stage.expected += 1;
    Ok(())
}

fn tell_flare(stage: &mut Stage, today: i64) -> Result<(), Failure> {
    let advice = stage.work.diary()?.advice(day(today))?;
    stage.hold(advice.doses.proposals.iter().all(|one| one.to_step.is_none()), words::HOLDS_FLARE_LOWERS);
    let Some(flare) = advice.doses.flare else {
        stage.hold(false, words::HOLDS_FLARE_SEEN);
        return Ok(());
    };
    let said: Vec<String> = flare.advice.iter().map(|sentence| sentence.say(stage.lang())).collect();
    stage.tell(words::TELL_FLARE.with("reason", flare.because.sentence).with("advice", said.join(" ")))?;
    match advice.session.filter(|session| !session.items.is_empty()) {
        Some(session) => stage.tell(words::TELL_FLARE_SESSION.with("n", session.seconds.div_ceil(60))),
        None => Ok(()),
    }
}

/// Answers the short check, where it is due.
fn short_check(stage: &mut Stage, today: i64) -> Result<(), Failure> {
    let safety = stage.phone.diary()?.safety(day(today))?;
    let Some(purpose) = safety.asks.iter().find_map(|ask| ask.purpose()) else { return Ok(()) };
    let answers = nothing_to_report(purpose)?;
    stage.phone.diary()?.record_screening(&answers, purpose, None, Some(story::at(today, 8, 45)))?;
    stage.expected += 1;
    Ok(())
}

/// The account at the end: the same on every device.
pub(super) fn what_came_of_it(stage: &mut Stage) -> Result<(), Failure> {
    stage.act(words::ACT_OUTCOME)?;
    let (lang, today) = (stage.lang(), day(WEEKS * 7 - 1));
    let advice = stage.phone.diary()?.advice(today)?;
    let mut same = true;
    for device in [Some(&mut stage.work), stage.tablet.as_mut()].into_iter().flatten() {
        same &= agree(&advice, device, today)?;
    }
    stage.hold(same, words::HOLDS_SAME_ADVICE);
    stage.hold(!stage.accepted.is_empty(), words::HOLDS_ROSE);
    let statement = &advice.outcome.statement;
    stage.hold(statement.direction == Direction::Improved, words::HOLDS_IMPROVED);
    if let Some(reason) = stage.accepted.last().cloned() {
        stage.tell(words::TELL_ACCEPTED.with("n", stage.accepted.len()).with("reason", reason))?;
    }
    let said: Vec<String> = statement.sentences.iter().map(|sentence| sentence.say(lang)).collect();
    stage.tell(words::TELL_FUNCTION.with("statement", said.join(" ")))?;
    stage.tell(words::TELL_CHART)?;
    let back = &advice.outcome.back;
    let chart = Chart {
        points: &back.points,
        line: &back.median7,
        baseline: back.baseline.as_ref().map(|baseline| baseline.tenths),
        band: back.band,
        scale: (0, 100),
        ..Chart::default()
    };
    stage.draw(&chart.draw(day(0), today))?;
    stage.tell(words::TELL_SAME)
}

fn agree(advice: &Advice, device: &mut Device, today: Day) -> Result<bool, Failure> {
    let other = device.diary()?.advice(today)?;
    Ok(other.doses == advice.doses
        && other.outcome == advice.outcome
        && other.safety == advice.safety
        && other.session == advice.session)
}

/// What is hard for her, 0 (cannot do it) to 10 (as well as before).
fn function(stage: &mut Stage, on: i64, scores: [i64; 3]) -> Result<(), Failure> {
    let values = MeasureValues {
        measure: Some("psfs".to_owned()),
        items: Some(scores.to_vec()),
        labels: Some(["bending", "lifting", "sitting"].map(str::to_owned).to_vec()),
        ..MeasureValues::default()
    };
    stage.phone.diary()?.record_measure(&values, Some(story::at(on, 6, 40)))?;
    Ok(())
}

/// Every question answered with no.
fn nothing_to_report(purpose: Purpose) -> Result<Answers, Failure> {
    let mut answers = Answers::new();
    while let Some(question) = next_question(&answers, purpose) {
        let word = if question.kind == AnswerKind::YesNo { "no" } else { AGE };
        answers.set(question.id, word).map_err(lissom_diary::Error::from)?;
    }
    Ok(answers)
}

fn no_plan(error: PlanError) -> Failure {
    match error {
        PlanError::Diary(error) => error.into(),
        _ => Failure::integrity(words::HOLDS_PLAN_FITS),
    }
}

/// A day of the story.
fn day(of_story: i64) -> Day {
    Day::of(story::at(of_story, 12, 0))
}
