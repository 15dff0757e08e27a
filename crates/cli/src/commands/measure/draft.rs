//! A measure that is being filled in: its questions, the answers so far, and the command that goes on from there.

use lissom_diary::Error;
use lissom_diary::core::lifestyle::desk::{self, Place};
use lissom_diary::core::measure::{Answers, MeasureValues, OWN, find, nearest};
use lissom_diary::core::record::Dated;
use lissom_diary::core::refusal::{Reason, Refusal};
use lissom_diary::core::scale::Range;

use super::{Measure, is_desk};
use crate::failure::Failure;
use crate::output::{printable, quoted};
use crate::texts::{Lang, Sentence, Text, measure as words};

/// Stands for an answer that is still missing.
pub(super) const OPEN: &str = "?";

/// What answers are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A number in this range.
    Number(Range),
    /// One of these steps, from 1.
    Steps(&'static [Text]),
    /// Yes, no, or does not apply.
    YesNo,
}

/// Which flags hold the answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flags {
    Value,
    Item,
    Items,
    Answers,
}

/// One measure, perhaps not filled in to its end.
#[derive(Clone)]
pub(super) struct Draft {
    /// What it will be without its answers.
    base: MeasureValues,
    pub(super) form: Form,
    pub(super) flags: Flags,
    /// What stands over all questions, and each question with its answer.
    pub(super) intro: Vec<Sentence>,
    pub(super) questions: Vec<(Sentence, Option<i64>)>,
    /// Activities can be named, up to this many; these are suggested.
    pub(super) chosen: Option<(usize, &'static [Text])>,
    /// What comes before the answers on the command line.
    front: String,
    lang: Lang,
}

impl Draft {
    fn new(id: &str, form: Form, flags: Flags, lang: Lang) -> Self {
        let base = MeasureValues { measure: Some(id.to_owned()), ..MeasureValues::default() };
        let front = format!("lissom measure {}", quoted(id));
        Self { base, form, flags, intro: Vec::new(), questions: Vec::new(), chosen: None, front, lang }
    }

    pub(super) fn is_complete(&self) -> bool {
        !self.questions.is_empty() && self.open().is_none()
    }

    /// The first question without an answer.
    pub(super) fn open(&self) -> Option<usize> {
        self.questions.iter().position(|(_, answer)| answer.is_none())
    }

    /// Adds an activity.
    pub(super) fn name(&mut self, label: &str, answer: Option<i64>) {
        let label = label.trim().to_owned();
        self.questions.push((words::LABEL.with("label", printable(&label)), answer));
        self.base.labels.get_or_insert_default().push(label);
    }

    pub(super) fn has(&self, label: &str) -> bool {
        self.base.labels.iter().flatten().any(|known| same(known, label))
    }

    /// The number that a reply stands for.
    pub(super) fn read(&self, reply: &str) -> Result<i64, Failure> {
        let field = self.field();
        let number = || reply.trim().parse::<i64>().map_err(|_| Failure::refused_field(field, words::NO_NUMBER));
        match self.form {
            Form::Number(range) => range.check(field, number()?).map_err(|why| Error::from(why).into()),
            Form::Steps(steps) => {
                let max = i64::try_from(steps.len()).unwrap_or(i64::MAX);
                let range = Range { min: 1, max, unit: "(1 best, 7 worst)" };
                range.check(field, number()?).map_err(|why| Error::from(why).into())
            }
            Form::YesNo => match reply.trim().to_lowercase().as_str() {
                "y" | "yes" => Ok(1),
                "n" | "no" => Ok(0),
                "na" | "n/a" | "-" => Ok(2),
                _ => Err(Failure::refused_field(field, words::NO_ANSWER)),
            },
        }
    }

    fn field(&self) -> &'static str {
        match self.flags {
            Flags::Value => "value",
            Flags::Item => "item",
            Flags::Items => "items",
            Flags::Answers => "answers",
        }
    }

    /// What is missing, and how to go on.
    pub(super) fn refused(&self) -> Failure {
        let said = match (self.flags, self.open()) {
            (Flags::Value, _) => words::MISSING_VALUE.with("command", self.command()),
            (_, None) => words::MISSING_ALL.with("command", self.command()),
            (_, Some(open)) => {
                let question = self.questions.get(open).map(|(question, _)| question.clone());
                let said = words::MISSING_ITEM.with("place", open.saturating_add(1)).with("of", self.questions.len());
                said.with("question", question.map_or_else(String::new, |question| question.say(self.lang)))
                    .with("command", self.command())
            }
        };
        Failure::refused_field(self.field(), said)
    }

    /// The command that goes on from here: `?` stands for what is missing.
    pub(super) fn command(&self) -> String {
        let word = |answer: Option<i64>| match (self.form, answer) {
            (_, None) => OPEN.to_owned(),
            (Form::YesNo, Some(0)) => "no".to_owned(),
            (Form::YesNo, Some(1)) => "yes".to_owned(),
            (Form::YesNo, Some(_)) => "na".to_owned(),
            (_, Some(number)) => number.to_string(),
        };
        let list = || self.questions.iter().map(|(_, answer)| word(*answer)).collect::<Vec<_>>().join(",");
        let labels = self.base.labels.iter().flatten();
        match self.flags {
            Flags::Value => format!("{} N", self.front),
            Flags::Items => format!("{} --items {}", self.front, quoted(&list())),
            Flags::Answers => format!("{} --answers {}", self.front, quoted(&list())),
            Flags::Item if self.questions.is_empty() => format!("{} --item \"ACTIVITY=N\"", self.front),
            Flags::Item => {
                let item = |(label, (_, answer)): (&String, &(Sentence, Option<i64>))| {
                    format!(" --item {}", quoted(&format!("{label}={}", word(*answer))))
                };
                format!("{}{}", self.front, labels.zip(&self.questions).map(item).collect::<String>())
            }
        }
    }

    /// The measure as it is recorded.
    pub(super) fn values(&self) -> MeasureValues {
        let answers: Vec<i64> = self.questions.iter().filter_map(|(_, answer)| *answer).collect();
        match self.flags {
            Flags::Value => MeasureValues { value: answers.first().copied(), ..self.base.clone() },
            _ => MeasureValues { items: Some(answers), ..self.base.clone() },
        }
    }
}

/// The measure that is asked for, with what the flags and the takings before say.
pub(super) fn draft(given: &Measure, lang: Lang, id: &str, before: &[&Dated<MeasureValues>]) -> Result<Draft, Failure> {
    let last = before.last().map(|one| &one.values);
    if id.strip_prefix(OWN).is_some_and(|name| !name.is_empty()) {
        given.refuse_unfit(&["items", "labels", "name", "item_max", "scoring"])?;
        return own(given, lang, id, last);
    }
    let unknown = || Refusal::new("measure", Reason::UnknownMeasure { nearest: nearest(id) });
    let known = find(id).ok_or_else(|| Failure::from(Error::from(unknown())))?;
    let mut draft = match known.answers {
        Answers::Chosen { range, max, suggested, .. } => {
            given.refuse_unfit(&["item", "new"])?;
            let mut draft = Draft::new(id, Form::Number(range), Flags::Item, lang);
            draft.chosen = Some((max, suggested));
            activities(&mut draft, given, last)?;
            draft
        }
        Answers::YesNo if is_desk(id) => {
            given.refuse_unfit(&["place", "answers"])?;
            desk_check(given, lang, id)?
        }
        Answers::YesNo | Answers::Number(_) | Answers::Steps(_) => {
            given.refuse_unfit(&[])?;
            let form = match known.answers {
                Answers::Number(range) => Form::Number(range),
                Answers::Steps(steps) => Form::Steps(steps),
                _ => Form::YesNo,
            };
            let mut draft = Draft::new(id, form, Flags::Value, lang);
            let answer = given.value.as_deref().map(|value| draft.read(value)).transpose()?;
            draft.questions.push((known.ask.into(), answer));
            draft.intro = vec![known.about.into()];
            return Ok(draft);
        }
    };
    if given.value.is_some() {
        return Err(Failure::refused_field("value", words::NOT_ONE_NUMBER));
    }
    draft.intro = vec![known.about.into(), known.ask.into()];
    Ok(draft)
}

/// The activities of the last time, unless others are chosen; with the ratings that are given.
fn activities(draft: &mut Draft, given: &Measure, last: Option<&MeasureValues>) -> Result<(), Failure> {
    let mut ratings: Vec<(String, Option<i64>)> = Vec::new();
    for item in &given.item {
        let (label, rating) = item.rsplit_once('=').unwrap_or((item, OPEN));
        let label = label.trim();
        if label.is_empty() {
            return Err(Failure::refused_field("item", words::NO_ACTIVITY));
        }
        let rating = if rating == OPEN { None } else { Some(draft.read(rating)?) };
        match ratings.iter_mut().find(|(known, _)| same(known, label)) {
            Some(_) => return Err(Failure::refused_field("item", words::TWICE.with("label", printable(label)))),
            None => ratings.push((label.to_owned(), rating)),
        }
    }
    let again = last.and_then(|last| last.labels.as_deref()).filter(|_| !given.new).unwrap_or_default();
    for label in again {
        let rating = ratings.iter().position(|(given, _)| same(given, label)).map(|index| ratings.remove(index));
        draft.name(label, rating.and_then(|(_, rating)| rating));
    }
    for (label, rating) in ratings {
        draft.name(&label, rating);
    }
    match draft.chosen {
        Some((max, _)) if draft.questions.len() > max => {
            let reason = Reason::TooMany { items: draft.questions.len(), max };
            let hint =
                if again.is_empty() { reason.sentence() } else { words::TOO_MANY.with("why", reason.sentence()) };
            Err(Failure::refused_field("item", hint))
        }
        _ => Ok(()),
    }
}

fn desk_check(given: &Measure, lang: Lang, id: &str) -> Result<Draft, Failure> {
    let mut draft = Draft::new(id, Form::YesNo, Flags::Answers, lang);
    let place = given.place.as_deref().unwrap_or_default();
    let Some(place) = Place::ALL.iter().find(|known| known.as_str() == place) else {
        let choices = Place::ALL.iter().map(|place| place.as_str()).collect::<Vec<_>>().join(", ");
        return Err(Failure::refused_field("place", words::NO_PLACE.with("choices", choices)));
    };
    draft.front = format!("{} --place {}", draft.front, place.as_str());
    draft.base.labels = Some(vec![place.as_str().to_owned()]);
    let answers = answers(&draft, &given.answers, desk::ITEMS.len())?;
    draft.questions = desk::ITEMS.iter().map(|item| Sentence::from(item.question)).zip(answers).collect();
    Ok(draft)
}

fn own(given: &Measure, lang: Lang, id: &str, last: Option<&MeasureValues>) -> Result<Draft, Failure> {
    let nothing = MeasureValues::default();
    let last = last.unwrap_or(&nothing);
    let missing = |field| Failure::refused_field(field, words::MISSING_OWN);
    let name = given.name.clone().or(last.name.clone()).filter(|name| !name.trim().is_empty());
    let labels = if given.labels.is_empty() { last.labels.clone() } else { Some(given.labels.clone()) };
    let labels = labels.filter(|labels| !labels.is_empty()).ok_or_else(|| missing("labels"))?;
    let item_max = given.item_max.or(last.item_max).ok_or_else(|| missing("item_max"))?;
    let scoring = given.scoring.clone().or(last.scoring.clone()).ok_or_else(|| missing("scoring"))?;
    let range = Range { min: 0, max: item_max, unit: "(one item)" };
    let mut draft = Draft::new(id, Form::Number(range), Flags::Items, lang);
    let name = name.ok_or_else(|| missing("name"))?;
    draft.front = format!(
        "{} --name {} --labels {} --item-max {item_max} --scoring {}",
        draft.front,
        quoted(&name),
        quoted(&labels.join(",")),
        quoted(&scoring)
    );
    let mut given_items = given.items.clone();
    given_items.extend(given.value.clone().filter(|_| given.items.is_empty() && labels.len() == 1));
    if given.value.is_some() && (!given.items.is_empty() || labels.len() > 1) {
        return Err(Failure::refused_field("value", words::NOT_ONE_NUMBER));
    }
    let answers = answers(&draft, &given_items, labels.len())?;
    for (label, answer) in labels.iter().zip(answers) {
        draft.name(label, answer);
    }
    draft.intro = vec![words::OWN_INTRO.with("name", printable(&name)).with("max", item_max)];
    draft.base = MeasureValues { name: Some(name), item_max: Some(item_max), scoring: Some(scoring), ..draft.base };
    Ok(draft)
}

/// Answers from a list, as many as there are questions.
fn answers(draft: &Draft, given: &[String], count: usize) -> Result<Vec<Option<i64>>, Failure> {
    if given.len() > count {
        let reason = Reason::TooMany { items: given.len(), max: count };
        return Err(Failure::refused_field(draft.field(), reason.sentence()));
    }
    let read = |given: &String| match given.trim() {
        OPEN | "" => Ok(None),
        reply => draft.read(reply).map(Some),
    };
    let mut answers = given.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    answers.resize(count, None);
    Ok(answers)
}

/// Labels compare without regard to case and to spaces around them.
fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_for_a_shell_is_one_word() {
        assert_eq!(quoted("bending=4"), "bending=4");
        assert_eq!(quoted("sitting at work=?"), "\"sitting at work=?\"");
        assert_eq!(quoted("it's $5"), "'it'\\''s $5'");
    }
}
