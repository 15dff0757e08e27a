//! `advice`: what the rules make of the diary, why, and the person's answer.

mod records;

use clap::{Args, Subcommand};
use lissom_diary::core::dose::{ExerciseDose, Key, Proposal, Reason, Status};
use lissom_diary::core::exercise::Dose;
use lissom_diary::core::outcome::{Alert, Tier};
use lissom_diary::core::screening::Locked;
use lissom_diary::{Advice as Found, Diary};
use serde_json::{Value, json};

use self::records::Records;
use crate::commands::plan::{moment, refused};
use crate::commands::screen::next_of;
use crate::context::Context;
use crate::doses;
use crate::failure::Failure;
use crate::output::{FAINT, Said};
use crate::page::Page;
use crate::texts::{Lang, Sentence, Text, advice as words};

/// Show what could change and why; say yes or no to it
#[derive(Debug, Args)]
#[command(after_help = "\
A dose goes up only if you say yes, and goes down by itself. The id of what is
offered may be shortened to its exercise.

Examples:
  lissom advice
  lissom advice --why  with the records that each rests on
  lissom advice accept pelvic-tilt
  lissom advice decline bird-dog/left")]
pub(crate) struct Advice {
    #[command(subcommand)]
    answer: Option<Answer>,
    /// Show the rules, and the records that each rests on
    #[arg(long)]
    why: bool,
}

#[derive(Debug, Subcommand)]
enum Answer {
    /// Say yes to what is offered
    #[command(after_help = "Examples:\n  lissom advice accept pelvic-tilt\n  lissom advice accept knee-to-chest/left")]
    Accept {
        /// Id of the offer, or its exercise
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Say no to what is offered; it stays as it is
    #[command(after_help = "Examples:\n  lissom advice decline pelvic-tilt")]
    Decline {
        /// Id of the offer, or its exercise
        #[arg(value_name = "ID")]
        id: String,
    },
}

impl Advice {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        let mut diary = context.open()?;
        match &self.answer {
            None => self.show(context, &mut diary),
            Some(Answer::Accept { id }) => answer(context, &mut diary, id, true),
            Some(Answer::Decline { id }) => answer(context, &mut diary, id, false),
        }
    }

    fn show(&self, context: &Context, diary: &mut Diary) -> Result<(), Failure> {
        let advice = diary.advice(context.today()?)?;
        let records =
            if self.why || context.out.is_json() { Records::read(diary, &advice)? } else { Records::default() };
        let lang = context.lang();
        let locked = match advice.safety.clearance() {
            Ok(_) => Vec::new(),
            Err(why) => why.sentences(diary.numbers()?),
        };
        let mut answer = json(&advice);
        if let Some(object) = answer.as_object_mut() {
            object.insert("locked".to_owned(), locked.iter().map(|why| json!(Said::from(why.clone()))).collect());
            object.insert("records".to_owned(), records.json());
        }
        context.out.show(&answer, || {
            let page = Page::new(lang);
            let mut shown = Shown { page, lang, advice: &advice, records: &records, why: self.why };
            for sentence in locked {
                shown.page.say(sentence);
            }
            shown.all();
            shown.page.text()
        })
    }
}

/// The advice on a page.
struct Shown<'a> {
    page: Page,
    lang: Lang,
    advice: &'a Found,
    records: &'a Records,
    why: bool,
}

impl Shown<'_> {
    fn all(&mut self) {
        let advice = self.advice;
        if advice.waiting {
            self.page.say(words::WAITING);
        }
        for alert in &advice.outcome.alerts.0 {
            self.alert(alert);
        }
        self.proposals();
        self.flare();
        self.changed();
        self.ceiling();
        self.page.heading(words::HEADING_STATEMENT);
        for sentence in &advice.outcome.statement.sentences {
            self.page.hang("", &sentence.say(self.lang));
        }
        if let Some(recovered) = &advice.outcome.recovered {
            self.page.say(recovered.sentence.clone());
            self.page.say(words::NEXT_WELL);
        } else {
            self.page.say(self.next());
        }
    }

    fn next(&self) -> Sentence {
        match self.advice.safety.clearance() {
            Err(Locked::UnderAge) => words::NEXT_HISTORY.into(),
            Err(why) => next_of(&why),
            Ok(_) if self.advice.doses.proposals.is_empty() => words::NEXT_TODAY.into(),
            Ok(_) => words::NEXT_ACCEPT.into(),
        }
    }

    fn alert(&mut self, alert: &Alert) {
        let heading = match alert.tier {
            Tier::CheckIn => words::ALERT_CHECK_IN,
            Tier::Contact => words::ALERT_CONTACT,
        };
        self.page.heading(heading);
        self.page.hang("", &alert.sentence.say(self.lang));
        self.rests_on(alert.rule, &alert.basis);
    }

    fn proposals(&mut self) {
        self.page.heading(words::HEADING_PROPOSALS);
        if self.advice.doses.proposals.is_empty() {
            self.page.hang("  ", &words::NONE_OFFERED.say(self.lang));
        }
        let all = &self.advice.doses.proposals;
        for proposal in all {
            // What is the same for both sides is offered once.
            let twin = |other: &&Proposal| {
                other.key.exercise == proposal.key.exercise
                    && other.rule == proposal.rule
                    && other.to_dose == proposal.to_dose
                    && other.id != proposal.id
            };
            let twin = all.iter().find(twin);
            if twin.is_some_and(|twin| twin.id < proposal.id) {
                continue;
            }
            let id = if twin.is_some() { proposal.key.exercise.clone() } else { short(proposal) };
            self.page.line(format!("  `{id}`"));
            self.page.hang("    ", &proposal.sentence.say(self.lang));
            if let Some(to) = &proposal.to_dose {
                let from = self.advice.doses.exercises.get(&proposal.key).map(|one| one.dose);
                self.page.hang("    ", &step(self.lang, from.as_ref(), to));
            }
            self.rests_on(proposal.rule, &proposal.basis);
        }
    }

    fn flare(&mut self) {
        let doses = &self.advice.doses;
        if let Some(flare) = &doses.flare {
            self.page.heading(words::FLARE.with("day", flare.since.to_string()));
            self.page.hang("", &flare.because.sentence.say(self.lang));
            for advice in &flare.advice {
                self.page.point(&advice.say(self.lang));
            }
            self.rests_on(flare.because.rule, &flare.because.basis);
        }
        if let Some(over) = &doses.flare_over {
            self.page.say(over.sentence.clone());
            self.rests_on(over.rule, &over.basis);
        }
    }

    /// Each exercise that was done, with its dose and why it is what it is.
    fn changed(&mut self) {
        if self.advice.doses.exercises.is_empty() {
            return;
        }
        self.page.heading(words::HEADING_DOSES);
        let all = &self.advice.doses.exercises;
        for (key, one) in all {
            let twin = all.iter().find(|(other, dose)| other.exercise == key.exercise && *other != key && *dose == one);
            if twin.is_some_and(|(twin, _)| twin < key) {
                continue;
            }
            let name = match twin {
                Some(_) => doses::name(self.lang, &self.advice.own, &key.exercise),
                None => doses::key_name(self.lang, &self.advice.own, key),
            };
            let dose = doses::amount(self.lang, &one.dose);
            let said = match status(one.status) {
                Some(status) => words::DOSE_STATUS.with("name", name).with("dose", dose).with("status", status),
                None => words::DOSE.with("name", name).with("dose", dose),
            };
            self.page.hang("  ", &said.say(self.lang));
            if self.why {
                self.reasons(&one.because);
            } else if let Some(reason) = one.because.last() {
                self.page.hang("    ", &reason.sentence.say(self.lang));
            }
        }
    }

    fn ceiling(&mut self) {
        let doses = &self.advice.doses;
        if doses.level_because.is_empty() {
            return;
        }
        self.page.heading(words::HEADING_CEILING);
        for reason in &doses.level_because {
            self.page.point(&reason.sentence.say(self.lang));
            if self.why {
                self.rests_on(reason.rule, &reason.basis);
            }
        }
    }

    /// Every reason with its rule, then the records of all of them, each once.
    fn reasons(&mut self, because: &[Reason]) {
        let mut basis: Vec<String> = Vec::new();
        for reason in because {
            self.page.hang("    ", &reason.sentence.say(self.lang));
            self.page.line(format!("      {FAINT}`{}`{FAINT:#}", reason.rule));
            basis.extend(reason.basis.iter().filter(|id| !basis.contains(id)).cloned().collect::<Vec<_>>());
        }
        self.records_of(&basis);
    }

    /// The rule, and the lines of the diary that it looked at.
    fn rests_on(&mut self, rule: &str, basis: &[String]) {
        if !self.why {
            return;
        }
        self.page.line(format!("      {FAINT}`{rule}`{FAINT:#}"));
        self.records_of(basis);
    }

    fn records_of(&mut self, basis: &[String]) {
        for line in basis.iter().filter_map(|id| self.records.line(self.lang, id)) {
            self.page.line(format!("      {FAINT}{line}{FAINT:#}"));
        }
    }
}

fn step(lang: Lang, from: Option<&Dose>, to: &Dose) -> String {
    let to = doses::amount(lang, to);
    match from.map(|from| doses::amount(lang, from)) {
        Some(from) if from != to => words::STEP.with("from", from).with("to", to).say(lang),
        _ => words::STEP_TO.with("to", to).say(lang),
    }
}

fn status(status: Status) -> Option<Text> {
    match status {
        Status::Active => None,
        Status::Flare => Some(words::STATUS_FLARE),
        Status::AboveCeiling => Some(words::STATUS_ABOVE),
        Status::Paused => Some(words::STATUS_PAUSED),
        Status::Retired => Some(words::STATUS_RETIRED),
    }
}

/// What is enough to type for a proposal: its exercise, with the side if it has one.
fn short(proposal: &Proposal) -> String {
    let key = proposal.key.to_string();
    key.strip_suffix("/both").unwrap_or(&key).to_owned()
}

/// Answers the proposal that is meant: by its id, or by its exercise; then both sides of it.
fn answer(context: &Context, diary: &mut Diary, given: &str, accept: bool) -> Result<(), Failure> {
    let at = moment(context, diary)?;
    let advice = diary.advice(context.today()?)?;
    if let Err(why) = advice.safety.clearance().map(drop)
        && accept
    {
        return Err(refused::locked(&why, diary.numbers()?));
    }
    let given = given.trim();
    let fits = |one: &&Proposal| {
        let bare = one.id.strip_prefix("dose.").unwrap_or(&one.id);
        // That a professional was asked is said of one exercise and side, by its whole id.
        let by_name = one.rule != "dose.retire.review" && (short(one) == given || one.key.exercise == given);
        one.id == given || bare == given || by_name
    };
    let found: Vec<&Proposal> = advice.doses.proposals.iter().filter(fits).collect();
    if found.is_empty() {
        let said = if advice.waiting { words::UNKNOWN_WAITING } else { words::UNKNOWN };
        return Err(Failure::not_found("no-proposal", said));
    }
    let mut ids = Vec::new();
    for proposal in &found {
        ids.push(diary.answer_proposal(&proposal.id, accept, Some(at))?);
    }
    let after = diary.advice(context.today()?)?;
    let lang = context.lang();
    let one = |(proposal, id): (&&Proposal, &String)| {
        let dose = after.doses.exercises.get(&proposal.key).map(|one| one.dose);
        json!({"id": id, "proposal": proposal.id, "answer": if accept { "accept" } else { "decline" }, "dose": dose})
    };
    let answers: Vec<Value> = found.iter().zip(&ids).map(one).collect();
    context.out.saved().show(&answers, || {
        let mut page = Page::new(lang);
        for proposal in &found {
            let name = doses::key_name(lang, &after.own, &proposal.key);
            let dose = after.doses.exercises.get(&proposal.key).map(|one| doses::amount(lang, &one.dose));
            let text = if accept { words::ACCEPTED } else { words::DECLINED };
            page.hang("", &text.with("name", name).with("dose", dose.unwrap_or_default()).say(lang));
        }
        page.say(words::NEXT_TODAY);
        page.text()
    })
}

fn json(advice: &Found) -> Value {
    let doses = &advice.doses;
    let alert = |alert: &Alert| {
        json!({
            "rule": alert.rule,
            "tier": alert.tier,
            "part": alert.part,
            "sentence": Said::from(alert.sentence.clone()),
            "from": alert.from.to_string(),
            "to": alert.to.to_string(),
            "basis": alert.basis,
        })
    };
    let sentences = advice.outcome.statement.sentences.iter().map(|sentence| Said::from(sentence.clone()));
    let flare = doses.flare.as_ref().map(|flare| {
        json!({
            "since": flare.since.to_string(),
            "because": doses::reason_json(&flare.because),
            "recheck": flare.recheck.to_string(),
        })
    });
    json!({
        "day": advice.today.to_string(),
        "waiting": advice.waiting,
        "proposals": doses.proposals.iter().map(proposal_json).collect::<Vec<_>>(),
        "doses": doses.exercises.iter().map(dose_json).collect::<Vec<_>>(),
        "flare": flare,
        "flare_over": doses.flare_over.as_ref().map(doses::reason_json),
        "level_max": doses.level_max,
        "level_because": doses.level_because.iter().map(doses::reason_json).collect::<Vec<_>>(),
        "usual_pain": doses.usual_pain.map(|usual| f64::from(i32::try_from(usual.0).unwrap_or(0)) / 2.0),
        "alerts": advice.outcome.alerts.0.iter().map(alert).collect::<Vec<_>>(),
        "statement": {"direction": advice.outcome.statement.direction, "sentences": sentences.collect::<Vec<_>>()},
        "recovered": advice.outcome.recovered.as_ref().map(|recovered| Said::from(recovered.sentence.clone())),
    })
}

fn proposal_json(proposal: &Proposal) -> Value {
    json!({
        "id": proposal.id,
        "short": short(proposal),
        "rule": proposal.rule,
        "exercise": proposal.key.exercise,
        "side": proposal.key.side.as_str(),
        "day": proposal.day.to_string(),
        "to_step": proposal.to_step,
        "to_dose": proposal.to_dose,
        "to_exercise": proposal.to_exercise,
        "sentence": Said::from(proposal.sentence.clone()),
        "basis": proposal.basis,
    })
}

/// A dose as programs read it; `replay` ends with these too.
pub(crate) fn dose_json((key, one): (&Key, &ExerciseDose)) -> Value {
    json!({
        "exercise": key.exercise,
        "side": key.side.as_str(),
        "step": one.step,
        "dose": one.dose,
        "zone": one.zone.as_str(),
        "status": doses::status_word(one.status),
        "moved_to": one.moved_to,
        "because": one.because.iter().map(doses::reason_json).collect::<Vec<_>>(),
    })
}
