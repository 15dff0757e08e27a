//! `plan new`: a plan from a few answers, or from a sample routine.

use std::io::{IsTerminal as _, stderr, stdin};

use clap::Args;
use lissom_diary::core::plan::{Experience, Generated, LeftOut, Profile};
use lissom_diary::core::screening::Numbers;
use lissom_diary::{Advice, Diary, HistoryQuery, RowValues};
use serde_json::{Value, json};

use super::{ask, days, moment, refused, week};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{Said, quoted};
use crate::page::Page;
use crate::texts::{Lang, plan as words};

/// Days after which a beginner's first weeks are over.
const FIRST_DAYS: i32 = 14;
/// Rows among which an early session is looked for.
const ROWS: usize = 50;
/// What has to be known before a plan is made; the rest has a careful default.
const NEEDED: [&str; 3] = ["region", "minutes", "days"];

/// Make a plan for the week, in place of the one you follow
#[derive(Debug, Args)]
#[command(after_help = "\
On a terminal it asks for what is not given. What is not said is taken on the
careful side.

Examples:
  lissom plan new
  lissom plan new --region lower --pain 4 --minutes 18 --days mo,tu,we,fr
  lissom plan new --region sciatica --leg 3 --days 3 --minutes 20
  lissom plan new --preset ten-minutes --days 5")]
pub(super) struct New {
    /// Where the trouble is: lower, upper, sciatica, whole; several with commas
    #[arg(long, value_name = "REGIONS")]
    region: Option<String>,
    /// Usual back pain, 0 (none) to 10 (worst imaginable)
    #[arg(long, value_name = "0-10", allow_hyphen_values = true)]
    pain: Option<String>,
    /// Usual leg pain, 0 to 10
    #[arg(long, value_name = "0-10", allow_hyphen_values = true)]
    leg: Option<String>,
    /// How long stirred-up pain takes to settle: hour, day, longer
    #[arg(long, value_name = "TIME")]
    settles: Option<String>,
    /// What you want: strength, flexibility, stress-sleep, prevent; several with commas, or all
    #[arg(long, value_name = "GOALS")]
    goal: Option<String>,
    /// Minutes for one session, 3 to 120
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    minutes: Option<String>,
    /// Days with a session, such as mo,we,fr, or how many a week
    #[arg(long, value_name = "DAYS", allow_hyphen_values = true)]
    days: Option<String>,
    /// What there is to exercise with, such as mat,towel,weight; or none
    #[arg(long, value_name = "THINGS")]
    equipment: Option<String>,
    /// How used to exercise you are: beginner, used, trained
    #[arg(long, value_name = "WORD")]
    experience: Option<String>,
    /// Ways of bending that you tried and that do not make leg pain spread: flexion, extension
    #[arg(long, value_name = "WAYS")]
    direction: Option<String>,
    /// An exercise that you like; may be given again
    #[arg(long, value_name = "EXERCISE")]
    like: Vec<String>,
    /// An exercise that you do not want; may be given again
    #[arg(long, value_name = "EXERCISE")]
    dislike: Vec<String>,
    /// You are 65 or older [default: as you said with the safety questions]
    #[arg(long)]
    over_65: bool,
    /// Name of the plan
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// A sample routine instead; `lissom plan presets` lists them
    #[arg(long, value_name = "ID", conflicts_with_all = ["region", "pain", "leg", "settles", "goal", "minutes",
        "equipment", "experience", "direction", "like", "dislike", "over_65", "name"])]
    preset: Option<String>,
}

impl New {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let mut diary = context.open()?;
        let numbers = diary.numbers()?;
        // What cannot be taken is said first: nobody answers safety questions to type the same mistake again.
        let profile = self.flagged(context, &diary)?;
        let weekdays = self.preset.as_ref().and(self.days.as_deref()).map(days::read).transpose();
        let weekdays = weekdays.map_err(|why| Failure::refused_field("days", why))?;
        let advice = diary.advice(context.today()?)?;
        // Nobody is asked nine questions to be told then that there is no plan.
        advice.safety.clearance().map_err(|why| match self.typed() {
            None => refused::locked(&why, numbers),
            Some(again) => refused::locked_new(&why, numbers, &again),
        })?;
        if let Some(preset) = &self.preset {
            let weekdays = weekdays.ok_or_else(|| missing(&["days"]))?;
            return by_preset(context, &mut diary, (preset, &weekdays), numbers);
        }
        let Some(profile) = self.asked(profile, context, &advice)? else {
            context.out.ask(words::LEFT);
            return Ok(());
        };
        let at = moment(context, &mut diary)?;
        let made = diary.make_plan(&profile, self.name.as_deref(), Some(at));
        let (id, made) = made.map_err(|error| refused::failure(error, numbers))?;
        shown(context, &mut diary, &id, &made)
    }

    /// The command with all that was given; `None` if nothing was.
    fn typed(&self) -> Option<String> {
        let one = |(flag, given): (&str, &String)| {
            // Else it would be read as another flag.
            let between = if given.starts_with('-') { '=' } else { ' ' };
            format!(" --{flag}{between}{}", quoted(given))
        };
        let given = self.flags().into_iter().filter_map(|(flag, given)| Some((flag, given.as_ref()?)));
        let more = [("name", &self.name), ("preset", &self.preset)];
        let more = more.into_iter().filter_map(|(flag, given)| Some((flag, given.as_ref()?)));
        let likes = self.like.iter().map(|id| ("like", id)).chain(self.dislike.iter().map(|id| ("dislike", id)));
        let mut typed: String = given.chain(more).chain(likes).map(one).collect();
        if self.over_65 {
            typed.push_str(" --over-65");
        }
        (!typed.is_empty()).then(|| format!("lissom plan new{typed}"))
    }

    /// The flags that answer questions.
    fn flags(&self) -> [(&'static str, &Option<String>); 10] {
        [
            ("region", &self.region),
            ("pain", &self.pain),
            ("leg", &self.leg),
            ("settles", &self.settles),
            ("goal", &self.goal),
            ("minutes", &self.minutes),
            ("days", &self.days),
            ("equipment", &self.equipment),
            ("experience", &self.experience),
            ("direction", &self.direction),
        ]
    }

    /// What the flags come to.
    fn flagged(&self, context: &Context, diary: &Diary) -> Result<Profile, Failure> {
        let mut profile = Profile {
            likes: self.like.iter().flat_map(|ids| ask::items(ids)).collect(),
            dislikes: self.dislike.iter().flat_map(|ids| ask::items(ids)).collect(),
            age_65: self.over_65 || diary.age()?.is_some_and(|years| years >= 65),
            first_weeks: !exercised_before(context, diary)?,
            ..Profile::default()
        };
        for (field, given) in self.flags() {
            if let Some(given) = given {
                ask::put(&mut profile, field, given).map_err(|why| Self::blame(&profile, field, why))?;
            }
        }
        profile.check().map_err(|refusal| refused::failure(refusal.into(), Numbers::default()))?;
        Ok(profile)
    }

    /// The profile with what was not given, asked for; `None`: the person left.
    fn asked(&self, mut profile: Profile, context: &Context, advice: &Advice) -> Result<Option<Profile>, Failure> {
        let flags = self.flags();
        let given: Vec<&str> = flags.iter().filter(|(_, given)| given.is_some()).map(|(field, _)| *field).collect();
        let needed: Vec<&str> = NEEDED.into_iter().filter(|field| !given.contains(field)).collect();
        if needed.is_empty() {
            return Ok(Some(profile));
        }
        if context.out.is_json() || !stdin().is_terminal() || !stderr().is_terminal() {
            return Err(missing(&needed));
        }
        if !given.contains(&"pain") {
            // Doubled, since it is a median.
            let usual = advice.doses.usual_pain.map(|usual| usual.0.div_euclid(2));
            profile.pain = usual.and_then(|pain| u8::try_from(pain).ok());
        }
        let asked = ask::ask(&mut profile, &given, context.lang(), &mut stdin().lock(), &mut stderr().lock());
        let done = asked.map_err(|error| Failure::output(&error))?;
        if profile.experience != Experience::Beginner {
            profile.first_weeks = false;
        }
        Ok(done.then_some(profile))
    }

    /// A refusal of the list that is wrong, which may be another one than the flag that was just read.
    fn blame(profile: &Profile, field: &'static str, why: crate::texts::Sentence) -> Failure {
        match profile.check() {
            Err(refusal) if matches!(refusal.field, "likes" | "dislikes") => {
                refused::failure(refusal.into(), Numbers::default())
            }
            _ => Failure::refused_field(field, why),
        }
    }
}

fn by_preset(
    context: &Context,
    diary: &mut Diary,
    (preset, weekdays): (&str, &[u8]),
    numbers: Numbers,
) -> Result<(), Failure> {
    let at = moment(context, diary)?;
    let made = diary.make_preset(preset, weekdays, Some(at));
    let (id, made) = made.map_err(|error| refused::failure(error, numbers))?;
    shown(context, diary, &id, &made)
}

fn missing(fields: &[&str]) -> Failure {
    let flags = fields.iter().map(|field| format!("`--{field}`")).collect::<Vec<_>>().join(", ");
    Failure::usage(words::MISSING.with("flags", flags))
}

/// Whether there was a session more than two weeks ago.
fn exercised_before(context: &Context, diary: &Diary) -> Result<bool, Failure> {
    let to = context.today()?.plus(-FIRST_DAYS).to_string();
    let rows = diary.history(&HistoryQuery { to: Some(to), newest: Some(ROWS), ..HistoryQuery::default() })?;
    Ok(rows.iter().any(|row| matches!(row.values, RowValues::Result(_))))
}

/// The plan just made: the week, what is not in it and why, and what comes next.
fn shown(context: &Context, diary: &mut Diary, id: &str, made: &Generated) -> Result<(), Failure> {
    let lang = context.lang();
    let advice = diary.advice(context.today()?)?;
    let answer = json!({
        "id": id,
        "week": week::json(&advice),
        "left_out": left_out_json(&made.left_out),
        "gaps": made.gaps.iter().map(|gap| Said::from(gap.sentence())).collect::<Vec<_>>(),
        "extras": made.extras.iter().map(|extra| week::extra_json(*extra)).collect::<Vec<_>>(),
        "next": "lissom today",
    });
    context.out.saved().show(&answer, || {
        let mut page = Page::new(lang);
        page.heading(words::MADE);
        week::show(&mut page, lang, &advice);
        say_left_out(&mut page, lang, &made.left_out);
        if !made.gaps.is_empty() {
            page.heading(words::HEADING_GAPS);
            for gap in &made.gaps {
                page.point(&gap.sentence().say(lang));
            }
        }
        if !made.extras.is_empty() {
            page.heading(words::HEADING_EXTRAS);
            for extra in &made.extras {
                page.point(&extra.sentence().say(lang));
            }
        }
        page.say(words::NEXT_TODAY);
        page.text()
    })
}

pub(super) fn say_left_out(page: &mut Page, lang: Lang, left_out: &[LeftOut]) {
    if !left_out.is_empty() {
        page.heading(words::HEADING_LEFT_OUT);
        for out in left_out {
            page.point(&out.sentence().say(lang));
        }
    }
}

pub(super) fn left_out_json(left_out: &[LeftOut]) -> Vec<Value> {
    let json = |out: &LeftOut| {
        json!({
            "exercise": out.exercise.map(|exercise| exercise.id),
            "because": Said::from(out.sentence()),
            "safety": out.because.is_safety(),
        })
    };
    left_out.iter().map(json).collect()
}
