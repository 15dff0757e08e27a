//! What a set of answers came to.

use lissom_diary::core::condition::Condition;
use lissom_diary::core::screening::{Level, Purpose, Triage};
use lissom_diary::{Diary, Screened};
use serde::Serialize;

use super::country::{Country, JsonNumbers};
use super::{hanging, level_name, limit, next_line, next_steps, paragraph};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{BOLD, FAINT, Said, columns, wrap};
use crate::texts::{Lang, Sentence, Text, screen as words};

/// Columns of the labels.
const LABEL: usize = 12;

#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, by name")]
struct JsonResult<'a> {
    id: &'a str,
    asked: Purpose,
    level: Level,
    level_max: Option<u8>,
    under_age: bool,
    self_harm: bool,
    fired: Vec<&'static str>,
    conditions: Vec<&'static str>,
    /// Whether c8 was answered by the check-ins.
    from_records: bool,
    sentences: Vec<Said>,
    asked_again: Option<String>,
    #[serde(flatten)]
    numbers: JsonNumbers,
    /// Whether a session can be put together now, all records considered.
    cleared: bool,
    to_cover: Vec<String>,
    next: Vec<String>,
}

/// Tells it: first whom to call, then what it means, last what to type.
pub(super) fn tell(
    context: &Context,
    diary: &mut Diary,
    screened: &Screened,
    purpose: Purpose,
    country: &Country,
) -> Result<(), Failure> {
    let (today, triage) = (context.today()?, &screened.triage);
    let safety = diary.safety(today)?;
    // What may be done follows from all records: these answers alone may say more than an earlier result allows.
    let (cleared, level_max, to_cover) = match safety.clearance() {
        Ok(cleared) => (true, Some(cleared.level_max()), Vec::new()),
        Err(locked) => (false, None, locked.to_cover().into_iter().map(str::to_owned).collect()),
    };
    let next = next_steps(diary, today)?;
    // The short check asks for today; what it found stands until the whole set is answered.
    let again = (purpose.is_whole() || triage.level >= Level::C)
        .then(|| today.plus(i32::from(triage.reask_after_days())).to_string());
    let json = JsonResult {
        id: &screened.id,
        asked: purpose,
        level: triage.level,
        level_max: triage.level_max,
        under_age: triage.under_age(),
        self_harm: triage.self_harm(),
        fired: triage.fired.iter().map(|fired| fired.rule.id).collect(),
        conditions: triage.conditions.iter().map(|condition| condition.id).collect(),
        from_records: screened.from_records,
        sentences: triage.sentences(country.numbers()).into_iter().map(Said::from).collect(),
        asked_again: again.clone(),
        numbers: country.into(),
        cleared,
        to_cover,
        next,
    };
    context.out.saved().show(&json, || {
        let lang = context.lang();
        let mut lines = cards(lang, triage, country);
        if screened.from_records {
            lines.push(paragraph(&lissom_diary::core::texts::screening::C8_FROM_RECORDS.say(lang), 0));
        }
        lines.push(String::new());
        let mut fact = |label: Text, value: String| lines.push(hanging(&label.say(lang), LABEL, &value));
        fact(words::LABEL_EXERCISE, limit(level_max).say(lang));
        if !triage.conditions.is_empty() {
            fact(words::LABEL_FOUND, names(lang, &triage.conditions));
        }
        if let Some(day) = again {
            fact(words::LABEL_AGAIN, words::FROM_DAY.with("day", day).say(lang));
        }
        if !json.cleared && triage.level_max.is_some() {
            lines.push(String::new());
            lines.push(paragraph(&words::EARLIER_STANDS.say(lang), 0));
        }
        lines.push(String::new());
        lines.push(next_line(lang, &json.next));
        lines.join("\n")
    })
}

/// The card and what the rules say. In an emergency the number comes before anything else.
fn cards(lang: Lang, triage: &Triage, country: &Country) -> Vec<String> {
    let sentences = triage.sentences(country.numbers());
    let bold = |text: &str| wrap(text, columns()).iter().map(|line| format!("{BOLD}{line}{BOLD:#}")).collect();
    let name =
        if triage.under_age() && triage.level < Level::C { words::LEVEL_UNDER_AGE } else { level_name(triage.level) };
    let heading: Vec<String> = bold(&name.say(lang));
    let remark = country.remark().filter(|_| triage.level >= Level::B);
    let remark = remark.map(|remark| format!("{FAINT}{}{FAINT:#}", paragraph(&remark.say(lang), 0)));
    let Some((first, rest)) = sentences.split_first() else { return heading };
    let mut lines: Vec<String> = Vec::new();
    if triage.level == Level::A {
        // With thoughts of harm and another emergency there are two cards.
        let is_card = |sentence: &&Sentence| sentence.key().starts_with("screening.card.");
        let (cards, advice): (Vec<&Sentence>, Vec<&Sentence>) = sentences.iter().partition(is_card);
        for card in cards {
            lines.extend::<Vec<String>>(bold(&card.say(lang)));
        }
        lines.extend(remark);
        lines.push(String::new());
        lines.extend(heading);
        lines.extend(advice.into_iter().map(|sentence| paragraph(&sentence.say(lang), 0)));
    } else {
        lines.extend(heading);
        lines.push(paragraph(&first.say(lang), 0));
        lines.extend(remark);
        lines.extend(rest.iter().map(|sentence| format!("\n{}", paragraph(&sentence.say(lang), 0))));
    }
    lines
}

/// Names of conditions, in one line.
fn names(lang: Lang, conditions: &[&'static Condition]) -> String {
    conditions.iter().map(|condition| condition.text().say(lang)).collect::<Vec<_>>().join("; ")
}
