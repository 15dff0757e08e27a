//! `screen questions` and `screen rules`: what is asked, and what follows from it.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use lissom_diary::core::screening::{self, AnswerKind, Level, Purpose, Question, RULES, Rule, When};
use serde::Serialize;

use super::{hanging, paragraph};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{BOLD, FAINT, Said};
use crate::texts::{Lang, Sentence, screen as words};

/// Columns of the ids.
const ID: usize = 17;

/// List the questions with their ids, for programs
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lissom screen questions
  lissom screen questions --purpose today --json")]
pub(super) struct Questions {
    /// Why they are asked: everything, or the short check of today
    #[arg(long, value_name = "PURPOSE", default_value = "first", value_parser = purposes())]
    purpose: Purpose,
}

fn purposes() -> impl clap::builder::TypedValueParser<Value = Purpose> {
    PossibleValuesParser::new(Purpose::ALL.iter().map(|purpose| purpose.word()))
        .map(|word| Purpose::of(Some(word.as_str())))
}

#[derive(Serialize)]
struct JsonQuestion {
    id: &'static str,
    kind: AnswerKind,
    text: Said,
    /// Ids of the questions that settle whether it is asked; none: it is asked in any case.
    after: Vec<&'static str>,
    asked_when: Option<Said>,
}

impl From<&Question> for JsonQuestion {
    fn from(question: &Question) -> Self {
        let asked_when = (question.shown != When::Always).then(|| Said::from(when(&question.shown)));
        Self {
            id: question.id,
            kind: question.kind,
            text: question.text.into(),
            after: question.shown.ids(),
            asked_when,
        }
    }
}

impl Questions {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let questions = screening::questions(self.purpose);
        let json: Vec<JsonQuestion> = questions.iter().map(JsonQuestion::from).collect();
        context.out.show(&json, || {
            let lang = context.lang();
            let mut lines = Vec::new();
            for question in questions {
                let lead = if question.shown == When::Always { "" } else { "  " };
                lines.push(hanging(&format!("{lead}{}", question.id), ID, &question.text.say(lang)));
                if question.shown != When::Always {
                    let asked = words::QUESTION_ASKED_WHEN.with("when", when(&question.shown)).say(lang);
                    lines.push(format!("{FAINT}{}{FAINT:#}", paragraph(&asked, ID)));
                }
            }
            lines.push(String::new());
            lines.push(paragraph(&words::NEXT_ANSWERS.say(lang), 0));
            lines.join("\n")
        })
    }
}

/// List the rules: what each looks for, what it means, and where it is known from
#[derive(Debug, Args)]
#[command(after_help = "\
No clinician has reviewed the rules yet.

Examples:
  lissom screen rules
  lissom screen rules --json")]
pub(super) struct Rules {}

#[derive(Serialize)]
struct JsonRule {
    id: &'static str,
    level: Level,
    looks_for: Said,
    raised: Option<JsonRaised>,
    level_max: Option<u8>,
    conditions: &'static [&'static str],
    advice: Said,
    source: &'static str,
}

#[derive(Serialize)]
struct JsonRaised {
    level: Level,
    looks_for: Said,
}

impl From<&Rule> for JsonRule {
    fn from(rule: &Rule) -> Self {
        let raised = rule.raised.map(|(level, also)| JsonRaised { level, looks_for: when(&also).into() });
        let Rule { id, level, level_max, conditions, source, .. } = *rule;
        Self {
            id,
            level,
            looks_for: when(&rule.when).into(),
            raised,
            level_max,
            conditions,
            advice: rule.advice.into(),
            source,
        }
    }
}

impl Rules {
    pub(super) fn run(context: &Context) -> Result<(), Failure> {
        let json: Vec<JsonRule> = RULES.iter().map(JsonRule::from).collect();
        context.out.show(&json, || {
            let lang = context.lang();
            let mut lines: Vec<String> = vec![paragraph(&words::RULES_INTRO.say(lang), 0)];
            for rule in RULES {
                lines.push(describe(lang, rule));
            }
            lines.join("\n")
        })
    }
}

fn describe(lang: Lang, rule: &Rule) -> String {
    let letter = rule.level.letter().to_uppercase();
    let head = format!("\n{BOLD}{letter}  {}{BOLD:#}", rule.id);
    let mut lines = vec![head, paragraph(&words::RULE_LOOKS_FOR.with("when", when(&rule.when)).say(lang), 3)];
    if let Some((level, also)) = &rule.raised {
        let letter = level.letter().to_uppercase();
        lines.push(paragraph(&words::RULE_RAISED.with("level", letter).with("when", when(also)).say(lang), 3));
    }
    let source = words::RULE_SOURCE.with("source", lang.words(rule.source).into_owned()).say(lang);
    lines.push(format!("{FAINT}{}{FAINT:#}", paragraph(&source, 3)));
    lines.join("\n")
}

/// What a rule or a question looks at.
fn when(when: &When) -> Sentence {
    parts(when, false)
}

fn parts(when: &When, inside: bool) -> Sentence {
    let several = |each: &[When], both: fn(Sentence, Sentence) -> Sentence| {
        let mut each = each.iter().map(|part| parts(part, true));
        let first = each.next().unwrap_or_else(|| words::WHEN_ALWAYS.into());
        each.fold(first, both)
    };
    let framed = |said: Sentence| if inside { words::WHEN_FRAMED.with("what", said) } else { said };
    match when {
        When::Always => words::WHEN_ALWAYS.into(),
        When::Yes(id) => words::WHEN_YES.with("id", code(id)),
        When::Sure(id) => words::WHEN_SURE.with("id", code(id)),
        When::Age(from, 120) => words::WHEN_AGE_FROM.with("from", *from),
        When::Age(from, to) => words::WHEN_AGE.with("from", *from).with("to", *to),
        When::All(each) => framed(several(each, |one, other| words::WHEN_AND.with("one", one).with("other", other))),
        When::Any(each) => framed(several(each, |one, other| words::WHEN_OR.with("one", one).with("other", other))),
        When::AtLeast(least, each) => {
            let ids: Vec<String> = each.iter().flat_map(When::ids).map(code).collect();
            framed(words::WHEN_AT_LEAST.with("least", *least).with("ids", ids.join(", ")))
        }
    }
}

/// An id, as it is typed.
fn code(id: &str) -> String {
    format!("`{id}`")
}
