//! `screen show`: what holds now.

use clap::Args;
use lissom_diary::core::condition::Condition;
use lissom_diary::core::record::Dated;
use lissom_diary::core::screening::{Ask, CautionValues, Level, Locked, Numbers, Purpose, Safety, Standing, Why};
use serde::Serialize;

use super::country::{Country, JsonNumbers};
use super::{hanging, level_name, limit, next_line, next_steps, paragraph};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{BOLD, FAINT, Said};
use crate::rows::short_id;
use crate::texts::{Lang, Sentence, Text, screen as words};

/// Show what holds now: what locks, what is left out, and what is to be answered
#[derive(Debug, Args)]
#[command(after_help = "\
Reading, writing your diary and exporting it are never locked.

Examples:
  lissom screen show
  lissom screen show --json")]
pub(super) struct Show {
    /// Country for the emergency number, two letters
    #[arg(long, value_name = "CODE")]
    country: Option<String>,
}

#[derive(Serialize)]
struct JsonState {
    day: String,
    level: Level,
    level_max: Option<u8>,
    cleared: bool,
    locked: Option<&'static str>,
    standing: Vec<JsonStanding>,
    limited_by: Vec<String>,
    conditions: Vec<JsonCondition>,
    unknown_caution: bool,
    asks: Vec<JsonAsk>,
    sentences: Vec<Said>,
    to_cover: Vec<String>,
    #[serde(flatten)]
    numbers: JsonNumbers,
    next: Vec<String>,
}

#[derive(Serialize)]
struct JsonStanding {
    id: String,
    day: String,
    level: Option<Level>,
    why: &'static str,
    level_max: Option<u8>,
    answered_again: bool,
    wants_signs: bool,
    sentences: Vec<Said>,
}

#[derive(Serialize)]
struct JsonCondition {
    id: &'static str,
    name: Said,
    about: Said,
    from_answers: bool,
    cautions: Vec<JsonCaution>,
}

#[derive(Serialize)]
struct JsonCaution {
    id: String,
    day: String,
    until: Option<String>,
}

#[derive(Serialize)]
struct JsonAsk {
    purpose: Option<Purpose>,
    condition: Option<String>,
    sentence: Said,
    command: String,
}

impl Show {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let mut diary = context.open()?;
        let country = Country::find(self.country.as_deref(), Some(&diary))?;
        let (today, numbers) = (context.today()?, country.numbers());
        let safety = diary.safety(today)?;
        let next = next_steps(&mut diary, today)?;
        let cautions = diary.cautions()?;
        let behind = behind(&safety, &cautions);
        let clearance = safety.clearance();
        let locked = clearance.as_ref().err();
        let json = JsonState {
            day: today.to_string(),
            level: safety.level,
            level_max: locked.is_none().then_some(safety.level_max).flatten(),
            cleared: locked.is_none(),
            locked: locked.map(|locked| match locked {
                Locked::Standing(_) => "standing",
                Locked::UnderAge => "under_age",
                Locked::NotScreened => "not_screened",
                Locked::AskAgain(_) => "ask_again",
            }),
            standing: safety.standing.iter().map(|standing| json_standing(standing, numbers)).collect(),
            limited_by: safety.limited_by.clone(),
            conditions: behind.iter().map(JsonCondition::from).collect(),
            unknown_caution: safety.unknown_caution,
            asks: safety.asks.iter().map(json_ask).collect(),
            sentences: locked
                .map_or_else(|| safety.sentences(numbers), |locked| locked.sentences(numbers))
                .into_iter()
                .map(Said::from)
                .collect(),
            to_cover: locked.map(Locked::to_cover).unwrap_or_default().into_iter().map(str::to_owned).collect(),
            numbers: (&country).into(),
            next,
        };
        context.out.show(&json, || describe(context.lang(), &safety, &behind, &country, &json.next))
    }
}

/// A condition, with the answers about it that nothing answers again.
struct Behind<'a> {
    condition: &'static Condition,
    cautions: Vec<&'a Dated<CautionValues>>,
}

fn behind<'a>(safety: &Safety, cautions: &'a [Dated<CautionValues>]) -> Vec<Behind<'a>> {
    let named =
        |id: &String| cautions.iter().any(|other| other.values.answers_again.iter().flatten().any(|it| it == id));
    let stands =
        |caution: &&Dated<CautionValues>| caution.values.answer.as_deref() != Some("no") && !named(&caution.id);
    let of = |condition: &'static Condition| {
        let about = |caution: &&Dated<CautionValues>| caution.values.condition.as_deref() == Some(condition.id);
        Behind { condition, cautions: cautions.iter().filter(about).filter(stands).collect() }
    };
    safety.conditions.iter().copied().map(of).collect()
}

impl From<&Behind<'_>> for JsonCondition {
    fn from(behind: &Behind<'_>) -> Self {
        let caution = |caution: &&Dated<CautionValues>| JsonCaution {
            id: caution.id.clone(),
            day: caution.day.to_string(),
            until: caution.values.until.clone(),
        };
        Self {
            id: behind.condition.id,
            name: behind.condition.text().into(),
            about: behind.condition.about().into(),
            from_answers: behind.cautions.is_empty(),
            cautions: behind.cautions.iter().map(caution).collect(),
        }
    }
}

fn json_standing(standing: &Standing, numbers: Numbers) -> JsonStanding {
    JsonStanding {
        id: standing.id.clone(),
        day: standing.day.to_string(),
        level: standing.level,
        why: match standing.why {
            Why::Answers => "answers",
            Why::Incomplete => "incomplete",
            Why::Newer => "newer",
        },
        level_max: standing.level_max,
        answered_again: standing.answered_again,
        wants_signs: standing.wants_signs(),
        sentences: standing.sentences(numbers).into_iter().map(Said::from).collect(),
    }
}

fn json_ask(ask: &Ask) -> JsonAsk {
    let condition = match ask {
        Ask::Caution { condition } => Some(condition.clone()),
        _ => None,
    };
    JsonAsk { purpose: ask.purpose(), command: ask_command(ask), sentence: ask.sentence().into(), condition }
}

/// What to type to answer.
fn ask_command(ask: &Ask) -> String {
    match ask {
        Ask::Caution { condition } => format!("lissom screen caution {condition} ANSWER"),
        Ask::AfterStop { today: true } => super::TOMORROW.to_owned(),
        _ if ask.purpose() == Some(Purpose::Today) => "lissom screen --short".to_owned(),
        _ => "lissom screen".to_owned(),
    }
}

fn describe(lang: Lang, safety: &Safety, behind: &[Behind<'_>], country: &Country, next: &[String]) -> String {
    let mut lines = state(lang, safety);
    let numbers = country.numbers();
    if safety.unknown_caution {
        lines.extend(safety.sentences(numbers).first().map(|sentence| paragraph(&sentence.say(lang), 0)));
    }
    let heading = |text: Sentence| format!("\n{BOLD}{}{BOLD:#}", text.say(lang));
    let mut standing: Vec<&Standing> = safety.standing.iter().collect();
    standing.sort_by_key(|standing| std::cmp::Reverse(standing.level.unwrap_or(Level::A)));
    if !standing.is_empty() {
        lines.push(heading(words::HEADING_STANDING.into()));
    }
    let mut said: Vec<Sentence> = Vec::new();
    for standing in standing {
        let name = standing.level.map_or(words::LEVEL_UNREAD, level_name).say(lang);
        lines.push(format!("  {}  {}  {name}", standing.day, short_id(&standing.id)));
        // What an earlier one says already is not said again.
        for sentence in standing.sentences(numbers) {
            if !said.contains(&sentence) {
                lines.push(paragraph(&sentence.say(lang), 4));
                said.push(sentence);
            }
        }
    }
    if !safety.limited_by.is_empty() {
        lines.push(format!("\n{}", paragraph(&words::LIMITED.with("limit", limit(safety.level_max)).say(lang), 0)));
        lines.push("    `lissom screen clear --new-limit`".to_owned());
    }
    if !behind.is_empty() {
        lines.push(heading(words::HEADING_CONDITIONS.into()));
    }
    for Behind { condition, cautions } in behind {
        let from = match cautions.as_slice() {
            [] => words::FROM_ANSWERS.into(),
            [.., last] => words::FROM_CAUTION.with("day", last.day.to_string()),
        };
        lines.push(hanging("  -", 4, &words::CONDITION_IS.with("name", condition.text()).with("from", from).say(lang)));
        lines.push(paragraph(&condition.about().say(lang), 4));
    }
    if !safety.asks.is_empty() {
        lines.push(heading(words::HEADING_ASKS.into()));
    }
    for ask in &safety.asks {
        let what = match ask {
            Ask::Caution { condition } => match Condition::find(condition) {
                Some(known) => words::ASK_OF_CONDITION.with("condition", known.text()).with("why", ask.sentence()),
                None => ask.sentence(),
            },
            _ => ask.sentence(),
        };
        lines.push(hanging("  -", 4, &what.say(lang)));
        lines.push(format!("    `{}`", ask_command(ask)));
    }
    lines.push(String::new());
    if let Some(number) = numbers.emergency {
        lines.push(words::EMERGENCY_LINE.with("number", number).say(lang));
        let remark = country.remark();
        lines.extend(remark.map(|remark| format!("{FAINT}{}{FAINT:#}", paragraph(&remark.say(lang), 0))));
    } else {
        lines.push(paragraph(&words::EMERGENCY_UNKNOWN.say(lang), 0));
    }
    if let Some(line) = numbers.helpline {
        lines.push(words::HELPLINE_LINE.with("number", line).say(lang));
    }
    lines.push(format!("\n{}", next_line(lang, next)));
    lines.join("\n")
}

/// Whether a session can be put together, and if not, what unlocks it.
fn state(lang: Lang, safety: &Safety) -> Vec<String> {
    let (heading, text): (Text, Sentence) = match safety.clearance() {
        Ok(cleared) => {
            let said = words::STATE_CLEARED.with("limit", limit(Some(cleared.level_max()))).say(lang);
            return paragraph(&said, 0).lines().map(|line| format!("{BOLD}{line}{BOLD:#}")).collect();
        }
        Err(Locked::Standing(_)) if safety.level.needs_clearance() => {
            (words::STATE_LOCKED, words::UNLOCK_CLEARANCE.into())
        }
        Err(Locked::Standing(_)) => (words::STATE_LOCKED, words::UNLOCK_EITHER.into()),
        Err(Locked::UnderAge) => (words::STATE_LOCKED, words::UNLOCK_AGE.into()),
        Err(why) if why.waits_for_tomorrow() => (words::STATE_NOT_YET, words::UNLOCK_TOMORROW.into()),
        Err(Locked::NotScreened | Locked::AskAgain(_)) => (words::STATE_NOT_YET, words::UNLOCK_ANSWERS.into()),
    };
    vec![format!("{BOLD}{}{BOLD:#}", heading.say(lang)), paragraph(&text.say(lang), 0)]
}
