//! `learn`: cards to read, and calming sessions to be guided through.

mod guide;
mod play;

use clap::Args;
use lissom_diary::core::catalogue;
use lissom_diary::core::lifestyle::card::{Card, Line, card, cards, nearest_card};
use serde::Serialize;
use serde_json::{Value, json};

pub(crate) use self::guide::{JsonScript, timeline};

use self::guide::{Guide, Wishes};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{Said, columns};
use crate::page::Page;
use crate::texts::{Lang, learn as words};

/// Read about back pain, and be guided through calming sessions
#[derive(Debug, Args)]
#[command(after_help = "\
Without a name it lists the cards and the guided sessions. --play guides you
through a session in real time; Ctrl-C ends it.

Examples:
  lissom learn                                  what there is
  lissom learn flare-ups                        a card
  lissom learn breathing --minutes 3 --in 4 --out 6 --play
  lissom learn body-scan                        what will be said, and when
  lissom learn posture-reset --play             one minute")]
pub(crate) struct Learn {
    /// A card, or breathing, body-scan, muscle-relaxation or posture-reset
    #[arg(value_name = "CARD")]
    what: Option<String>,
    /// Minutes of slow breathing, 1 to 30
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    minutes: Option<i64>,
    /// Seconds of one breath in, 4 to 8
    #[arg(long = "in", value_name = "SECONDS", allow_negative_numbers = true)]
    in_seconds: Option<i64>,
    /// Seconds of one breath out, 4 to 8
    #[arg(long = "out", value_name = "SECONDS", allow_negative_numbers = true)]
    out_seconds: Option<i64>,
    /// Guide through it in real time
    #[arg(long)]
    play: bool,
}

impl Learn {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        let wishes = Wishes { minutes: self.minutes, in_seconds: self.in_seconds, out_seconds: self.out_seconds };
        let Some(what) = self.what.as_deref().map(str::trim) else {
            self.refuse_flags(&wishes)?;
            return context.out.show(&list_json(), || list(context.lang()));
        };
        if let Some(guide) = Guide::find(what) {
            let script = guide.script(&wishes)?;
            if self.play {
                return play::run(context.out, &script);
            }
            return context.out.show(&JsonScript::from(&script), || guide.page(context.lang(), &script, &wishes));
        }
        let found = card(what).ok_or_else(|| unknown(what))?;
        self.refuse_flags(&wishes)?;
        context.out.show(&JsonCard::from(found), || page(context.lang(), found))
    }

    /// A card has no minutes and cannot be played.
    fn refuse_flags(&self, wishes: &Wishes) -> Result<(), Failure> {
        match wishes.first_given().or(self.play.then_some("play")) {
            Some(field) => Err(Failure::refused_field(field, words::ONLY_GUIDED)),
            None => Ok(()),
        }
    }
}

fn unknown(what: &str) -> Failure {
    let guided = || catalogue::nearest(what).and_then(Guide::find).map(|guide| guide.name);
    let said = match (catalogue::find(what), nearest_card(what).or_else(guided)) {
        (Some(exercise), _) => words::AN_EXERCISE.with("id", exercise.id),
        (None, Some(id)) => words::UNKNOWN_NEAREST.with("id", id),
        (None, None) => words::UNKNOWN.into(),
    };
    Failure::not_found("unknown-card", said)
}

fn list_json() -> Value {
    let cards = cards().iter().map(|card| {
        json!({"id": card.id, "title": Said::from(card.title), "summary": Said::from(card.summary), "review": card.review})
    });
    let guided = Guide::ALL.iter().map(|guide| json!({"id": guide.name, "exercise": guide.exercise}));
    json!({"cards": cards.collect::<Vec<_>>(), "guided": guided.collect::<Vec<_>>()})
}

fn list(lang: Lang) -> String {
    let mut page = Page::new(lang);
    let guided = Guide::ALL.iter().map(|guide| guide.name);
    let widest = cards().iter().map(|card| card.id).chain(guided).map(str::len).max().unwrap_or(0);
    // On a narrow terminal the words would have no room beside the id.
    let beside = columns() >= 72;
    let entry = |page: &mut Page, id: &str, lines: &[String]| {
        let mut before = if beside { format!("  {id:<widest$}  ") } else { "    ".to_owned() };
        if !beside {
            page.line(format!("  {id}"));
        }
        for line in lines {
            page.hang(&before, line);
            before = " ".repeat(before.chars().count());
        }
    };
    page.heading(words::HEADING_CARDS);
    for card in cards() {
        entry(&mut page, card.id, &[card.title.say(lang), card.summary.say(lang)]);
    }
    page.heading(words::HEADING_GUIDED);
    for guide in Guide::ALL {
        entry(&mut page, guide.name, &[guide.title(lang)]);
    }
    page.say(words::NEXT_LIST);
    page.text()
}

#[derive(Serialize)]
struct JsonCard {
    id: &'static str,
    version: u32,
    title: Said,
    summary: Said,
    lines: Vec<JsonLine>,
    sources: &'static [lissom_diary::core::lifestyle::card::Source],
    review: &'static str,
    exercises: &'static [&'static str],
    related: &'static [&'static str],
}

#[derive(Serialize)]
struct JsonLine {
    kind: &'static str,
    text: Said,
}

impl From<&Card> for JsonCard {
    fn from(card: &Card) -> Self {
        let line = |line: &Line| {
            let kind = match line {
                Line::Heading(_) => "heading",
                Line::Paragraph(_) => "paragraph",
                Line::Point(_) => "point",
            };
            JsonLine { kind, text: line.text().into() }
        };
        Self {
            id: card.id,
            version: card.version,
            title: card.title.into(),
            summary: card.summary.into(),
            lines: card.lines.iter().map(line).collect(),
            sources: card.sources,
            review: card.review,
            exercises: card.exercises,
            related: card.related,
        }
    }
}

fn page(lang: Lang, card: &Card) -> String {
    let mut page = Page::new(lang);
    page.title(&card.title.say(lang), card.id);
    let mut in_list = false;
    for line in card.lines {
        let said = line.text().say(lang);
        match line {
            Line::Heading(text) => page.heading(*text),
            Line::Paragraph(_) => page.paragraph(&said),
            Line::Point(_) => {
                if !in_list {
                    page.space();
                }
                page.point(&said);
            }
        }
        // Points follow their heading closely.
        in_list = !matches!(line, Line::Paragraph(_));
    }
    if !card.exercises.is_empty() {
        page.heading(words::HEADING_EXERCISES);
        for id in card.exercises {
            let name = catalogue::find(id).map(|exercise| lang.words(exercise.text.name)).unwrap_or_default();
            page.point(&format!("{name}: {}", command(id)));
        }
    }
    if !card.related.is_empty() {
        page.heading(words::HEADING_RELATED);
        for id in card.related {
            let title = self::card(id).map(|card| card.title.say(lang)).unwrap_or_default();
            page.point(&format!("{title}: `lissom learn {id}`"));
        }
    }
    page.space();
    let sources = card.sources.iter().map(|source| format!("{}, {}", source.name, source.year));
    for source in sources.collect::<Vec<_>>() {
        page.faint(&words::SOURCE.with("source", source).say(lang));
    }
    page.faint(&review(lang, card.review));
    page.text()
}

/// What to type for an exercise: some have a session or a check that does more than tell about it.
fn command(id: &str) -> String {
    match Guide::find(id) {
        Some(guide) => format!("`lissom learn {}`", guide.name),
        None if id == "desk-check" => "`lissom measure desk-check`".to_owned(),
        None => format!("`lissom exercise {id}`"),
    }
}

/// Who has checked a content.
pub(crate) fn review(lang: Lang, review: &str) -> String {
    match review {
        "none" => words::REVIEW_NONE.say(lang),
        who => words::REVIEW.with("who", who).say(lang),
    }
}

/// The guided session of an exercise: what to type for it.
pub(crate) fn guided(exercise: &str) -> Option<&'static str> {
    Guide::ALL.iter().find(|guide| guide.exercise == exercise).map(|guide| guide.name)
}
