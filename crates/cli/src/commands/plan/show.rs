//! `plan show` and `plan follow`: the plan that is followed, and versions beside it.

use clap::Args;
use lissom_diary::core::plan::{PRESETS, PlanValues};
use lissom_diary::core::record::Dated;
use serde_json::{Value, json};

use super::{days, moment, refused, week};
use crate::commands::screen::next_of;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{Said, printable};
use crate::page::Page;
use crate::rows::short_id;
use crate::texts::{Lang, plan as words};

/// Fewest letters of an id that are taken for it.
const ID_CHARS_MIN: usize = 4;

/// Show the plan that you follow
#[derive(Debug, Default, Args)]
#[command(after_help = "\
Examples:
  lissom plan show
  lissom plan show --why       why each exercise is there
  lissom plan show --versions  every version, and those made on another device")]
pub(super) struct Show {
    /// Say why each exercise is there
    #[arg(long)]
    why: bool,
    /// List every version
    #[arg(long)]
    versions: bool,
}

impl Show {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let mut diary = context.open()?;
        let lang = context.lang();
        let advice = diary.advice(context.today()?)?;
        let plan = advice.plan.plan.as_ref().ok_or_else(refused::no_plan)?;
        let versions = if self.versions { diary.plan_versions()? } else { Vec::new() };
        let why = advice.safety.clearance().err();
        let locked = why.as_ref().map(|why| why.sentences(diary.numbers().unwrap_or_default()));
        let mut answer = json!({
            "plan": version_json(plan),
            "week": week::json(&advice),
            "skipped": plan.values.items().skipped,
            "others": advice.plan.others.iter().map(version_json).collect::<Vec<_>>(),
            "locked": locked.iter().flatten().map(|why| Said::from(why.clone())).collect::<Vec<_>>(),
        });
        if let Some(object) = answer.as_object_mut().filter(|_| self.versions) {
            object.insert("versions".to_owned(), versions.iter().map(version_json).collect());
        }
        context.out.show(&answer, || {
            let mut page = Page::new(lang);
            page.line(title(lang, plan));
            // First that it is not to be done now: what stands below is a list to read.
            for why in locked.iter().flatten() {
                page.say(why.clone());
            }
            week::show(&mut page, lang, &advice);
            if plan.values.items().skipped > 0 {
                page.say(words::SKIPPED.with("n", plan.values.items().skipped));
            }
            if self.why {
                week::say_why(&mut page, lang, &advice);
            }
            if !advice.plan.others.is_empty() {
                page.heading(words::HEADING_OTHERS);
                for other in &advice.plan.others {
                    page.point(&line(lang, other));
                }
                page.say(words::TAKE_OVER);
            }
            if self.versions {
                page.heading(words::HEADING_VERSIONS);
                for version in &versions {
                    page.point(&line(lang, version));
                }
            }
            match &why {
                Some(why) => page.say(next_of(why)),
                None => page.say(words::NEXT_TODAY),
            }
            page.text()
        })
    }
}

/// What stands over a plan.
fn title(lang: Lang, plan: &Dated<PlanValues>) -> String {
    let mode = if is_well(&plan.values) { words::TITLE_WELL } else { words::TITLE };
    let Some(name) = plan.values.name.as_deref() else { return mode.say(lang) };
    let titled = words::TITLE_NAMED.with("title", mode);
    // A plan from a sample routine is called by its id.
    match PRESETS.iter().find(|preset| preset.id == name) {
        Some(preset) => titled.with("name", preset.name),
        None => titled.with("name", printable(name)),
    }
    .say(lang)
}

fn is_well(values: &PlanValues) -> bool {
    values.mode.as_deref() == Some("maintenance")
}

fn weekdays(values: &PlanValues) -> Vec<u8> {
    values.weekdays.iter().flatten().filter_map(|day| u8::try_from(*day).ok()).collect()
}

/// A version on one line.
fn line(lang: Lang, version: &Dated<PlanValues>) -> String {
    let said = words::VERSION
        .with("id", short_id(&version.id))
        .with("day", version.day.to_string())
        .with("days", days::names(lang, &weekdays(&version.values)))
        .with("minutes", version.values.minutes.unwrap_or(0))
        .with("exercises", version.values.items().items.len());
    said.say(lang)
}

pub(super) fn version_json(version: &Dated<PlanValues>) -> Value {
    let values = &version.values;
    json!({
        "id": version.id,
        "day": version.day.to_string(),
        "name": values.name,
        "mode": values.mode,
        "regions": values.regions,
        "goals": values.goals,
        "minutes": values.minutes,
        "days": weekdays(values).iter().map(|day| days::short(*day)).collect::<Vec<_>>(),
        "equipment": values.equipment,
        "likes": values.likes,
        "dislikes": values.dislikes,
        "directions": values.directions,
        "level_max": values.level_max,
        "replaces": values.replaces,
        "items": values.items().items.len(),
    })
}

/// Follow another version of the plan from now on
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lissom plan show --versions
  lissom plan follow 5f0c9a1b

The end of an id is enough.")]
pub(super) struct Follow {
    /// Id of the version, or its end
    #[arg(value_name = "ID")]
    id: String,
}

impl Follow {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let mut diary = context.open()?;
        let given = self.id.trim().to_ascii_lowercase();
        let versions = diary.plan_versions()?;
        let fits = |id: &str| id == given || (given.len() >= ID_CHARS_MIN && id.ends_with(&given));
        let found: Vec<&str> = versions.iter().map(|plan| plan.id.as_str()).filter(|id| fits(id)).collect();
        let id = match found.as_slice() {
            [id] => (*id).to_owned(),
            _ => return Err(Failure::not_found("no-version", words::NO_VERSION)),
        };
        let at = moment(context, &mut diary)?;
        let before = diary.plan()?.plan.map(|plan| plan.id);
        let new = diary.follow_plan(&id, Some(at))?;
        let lang = context.lang();
        let out = context.out.saved_if(before.as_ref() != Some(&new));
        out.show(&json!({"id": new, "version": id}), || {
            format!("{}\n{}", words::FOLLOWED.with("id", short_id(&id)).say(lang), words::NEXT_SHOW.say(lang))
        })
    }
}
