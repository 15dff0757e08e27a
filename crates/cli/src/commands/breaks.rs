//! `breaks`: when to get up from the chair today, and what to do for a minute.

use clap::Args;
use lissom_diary::core::day::Day;
use lissom_diary::core::lifestyle::pause::{BreakProfile, EVERY_MINUTES, breaks, next_break, reminder};
use lissom_diary::core::lifestyle::script::{Script, posture_reset};
use serde_json::{Value, json};

use crate::commands::learn::{JsonScript, timeline};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::Said;
use crate::page::Page;
use crate::texts::{Lang, Text, breaks as words};
use crate::when;

/// Show today's movement breaks, and the posture reset
#[derive(Debug, Args)]
#[command(after_help = "\
A break is an offer: skip it when now is a bad time. The first comes one
interval after the start; one that falls into a quiet time waits for its end.

Examples:
  lissom breaks
  lissom breaks --from 08:30 --to 16:00 --every 30 --quiet 12:00-13:00
  lissom breaks --days mo,tu,th --json")]
pub(crate) struct Breaks {
    /// When sitting begins
    #[arg(long, value_name = "HH:MM", default_value = "09:00")]
    from: String,
    /// When it ends
    #[arg(long, value_name = "HH:MM", default_value = "17:00")]
    to: String,
    /// Minutes from one break to the next, 20 to 120
    #[arg(long, value_name = "MINUTES", default_value_t = 40, allow_negative_numbers = true)]
    every: i64,
    /// A time without breaks, such as a meeting; may be given several times
    #[arg(long, value_name = "HH:MM-HH:MM")]
    quiet: Vec<String>,
    /// Days with breaks, such as mo,tu,we,th,fr
    #[arg(long, value_name = "DAYS", default_value = "mo,tu,we,th,fr")]
    days: String,
}

/// The days of the week as they are typed, and their names.
const DAYS: [(&str, Text); 7] = [
    ("mo", words::DAY_MONDAY),
    ("tu", words::DAY_TUESDAY),
    ("we", words::DAY_WEDNESDAY),
    ("th", words::DAY_THURSDAY),
    ("fr", words::DAY_FRIDAY),
    ("sa", words::DAY_SATURDAY),
    ("su", words::DAY_SUNDAY),
];
const LONG_NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/// The one day that has no end of its own on a clock.
const DAY_MINUTES: u16 = 1_440;

/// Today, as far as breaks go.
struct Today {
    day: Day,
    profile: BreakProfile,
    breaks: Vec<u16>,
    next: Option<(Day, u16)>,
    reset: Script,
}

impl Breaks {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        let profile = self.profile()?;
        let day = context.today()?;
        let now = when::now()?;
        // Of another day than this one, all breaks lie ahead.
        let local = now.at_ms.saturating_add(now.offset_minutes.saturating_mul(60_000)).div_euclid(60_000);
        let minute = if Day::of(now) == day { u16::try_from(local.rem_euclid(1_440)).unwrap_or(0) } else { 0 };
        let today = Today {
            breaks: breaks(&profile, day)?,
            next: next_break(&profile, day, minute)?,
            day,
            profile,
            reset: posture_reset(),
        };
        context.out.show(&today.json(), || today.page(context.lang()))
    }

    fn profile(&self) -> Result<BreakProfile, Failure> {
        let every = EVERY_MINUTES.check("every_minutes", self.every)?;
        let profile = BreakProfile {
            from: minute("from", &self.from)?,
            to: minute("to", &self.to)?,
            every_minutes: u16::try_from(every).unwrap_or(u16::MAX),
            weekdays: weekdays(&self.days)?,
            quiet: self.quiet.iter().map(|span| quiet(span)).collect::<Result<_, _>>()?,
        };
        // The model counts minutes of the day; a person said times.
        for (field, (from, to)) in
            [("to", (profile.from, profile.to))].into_iter().chain(profile.quiet.iter().map(|span| ("quiet", *span)))
        {
            if to <= from {
                let said = words::BACKWARDS.with("from", clock(from)).with("to", clock(to));
                return Err(Failure::refused_field(field, said));
            }
        }
        profile.check()?;
        Ok(profile)
    }
}

/// A time of the day; `24:00` is its end.
fn minute(field: &'static str, text: &str) -> Result<u16, Failure> {
    let digits = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let read = || {
        let (hours, minutes) = text.trim().split_once(':').filter(|(h, m)| digits(h) && digits(m))?;
        let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
        let minute = hours.checked_mul(60)?.checked_add(minutes)?;
        (minutes < 60 && minute <= DAY_MINUTES).then_some(minute)
    };
    read().ok_or_else(|| Failure::refused_field(field, words::NOT_A_TIME))
}

fn quiet(span: &str) -> Result<(u16, u16), Failure> {
    let (from, to) = span.split_once('-').ok_or_else(|| Failure::refused_field("quiet", words::NOT_A_SPAN))?;
    Ok((minute("quiet", from)?, minute("quiet", to)?))
}

fn weekdays(text: &str) -> Result<[bool; 7], Failure> {
    let mut on = [false; 7];
    for given in text.split(',').map(|day| day.trim().to_lowercase()).filter(|day| !day.is_empty()) {
        let named = LONG_NAMES.iter().position(|name| given.len() >= 2 && name.starts_with(&given));
        let place = named.and_then(|place| on.get_mut(place));
        *place.ok_or_else(|| Failure::refused_field("days", words::NOT_DAYS))? = true;
    }
    Ok(on)
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute.div_euclid(60), minute.rem_euclid(60))
}

fn name(lang: Lang, day: Day) -> String {
    DAYS.get(usize::from(day.weekday())).map(|(_, name)| name.say(lang)).unwrap_or_default()
}

impl Today {
    fn json(&self) -> Value {
        let days = DAYS.iter().zip(self.profile.weekdays).filter(|(_, on)| *on).map(|((name, _), _)| *name);
        let one = |minute: &u16| json!({"at": clock(*minute), "minute": minute, "reminder": Said::from(reminder(self.day, *minute))});
        json!({
            "day": self.day.to_string(),
            "from": clock(self.profile.from),
            "to": clock(self.profile.to),
            "every_minutes": self.profile.every_minutes,
            "quiet": self.profile.quiet.iter().map(|(from, to)| [clock(*from), clock(*to)]).collect::<Vec<_>>(),
            "days": days.collect::<Vec<_>>(),
            "breaks": self.breaks.iter().map(one).collect::<Vec<_>>(),
            "next": self.next.map(|(day, minute)| json!({"day": day.to_string(), "at": clock(minute)})),
            "reset": JsonScript::from(&self.reset),
        })
    }

    fn page(&self, lang: Lang) -> String {
        let mut page = Page::new(lang);
        let day = words::OF_DAY.with("weekday", name(lang, self.day)).with("date", self.day.to_string());
        page.heading(day);
        if self.breaks.is_empty() {
            page.say(words::NONE);
        }
        for minute in &self.breaks {
            page.hang(&format!("  {}  ", clock(*minute)), &reminder(self.day, *minute).say(lang));
        }
        match self.next {
            Some((day, minute)) if day == self.day => page.say(words::NEXT.with("at", clock(minute))),
            Some((day, minute)) => page.say(words::NEXT_DAY.with("weekday", name(lang, day)).with("at", clock(minute))),
            None => page.say(words::NEVER),
        }
        page.heading(words::HEADING_RESET);
        timeline(&mut page, lang, &self.reset);
        page.say(words::NEXT_PLAY);
        page.text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_days_are_read_as_people_write_them() {
        let read = |text| minute("from", text).ok();
        assert_eq!(
            (read("9:5"), read(" 09:05 "), read("24:00"), read("0:00")),
            (Some(545), Some(545), Some(1_440), Some(0))
        );
        for bad in ["", "9", "24:01", "12:60", "-1:00", "９:00", "9:00:00", "nine"] {
            assert_eq!(read(bad), None, "{bad}");
        }
        let days = |text| weekdays(text).ok();
        assert_eq!(days("mo,Tuesday, fr"), Some([true, true, false, false, true, false, false]));
        assert_eq!(days(""), Some([false; 7]));
        assert_eq!((days("m"), days("montag"), days("x")), (None, None, None));
        assert_eq!(quiet("12:00-13:00").ok(), Some((720, 780)));
        assert!(quiet("12:00").is_err() && quiet("12:00-").is_err());
    }
}
