//! Flags that carry a value, or say that there is none.

use std::str::FromStr;

use clap::Args;
use lissom_diary::ResultValues;
use lissom_diary::core::screening::StopReason;

use crate::failure::Failure;
use crate::texts::log as words;

/// What was given after a flag: a value, or `none` to clear it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Given<T>(Option<T>);

impl<T: FromStr> FromStr for Given<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        match text {
            "" | "none" => Ok(Self(None)),
            text => Ok(Self(Some(text.parse()?))),
        }
    }
}

/// Puts a given value into its field; a flag that was not given leaves the field alone.
pub(crate) fn put<T: Clone>(field: &mut Option<T>, given: Option<&Given<T>>) {
    if let Some(Given(value)) = given {
        field.clone_from(value);
    }
}

/// Puts a given text into its field; an empty one clears it.
pub(crate) fn put_text(field: &mut Option<String>, given: Option<&str>) {
    if let Some(text) = given {
        *field = (!text.is_empty()).then(|| text.to_owned());
    }
}

/// The values of a result.
#[derive(Debug, Args)]
pub(crate) struct ResultFlags {
    /// Sets done
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) sets: Option<Given<i64>>,
    /// Repetitions in each set
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) reps: Option<Given<i64>>,
    /// Seconds that each repetition was held
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    pub(crate) hold: Option<Given<i64>>,
    /// Minutes, for walking and the like
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) minutes: Option<Given<i64>>,
    /// Which side: left, right, or both in turn
    #[arg(long, value_name = "SIDE")]
    pub(crate) side: Option<Given<String>>,
    /// Effort, 0 (nothing at all) to 10 (extremely strong)
    #[arg(long, value_name = "0-10", allow_negative_numbers = true)]
    pub(crate) effort: Option<Given<i64>>,
    /// Pain just before, 0 (none) to 10 (worst imaginable)
    #[arg(long, value_name = "0-10", allow_negative_numbers = true)]
    pub(crate) pain_before: Option<Given<i64>>,
    /// Worst pain during the exercise
    #[arg(long, value_name = "0-10", allow_negative_numbers = true)]
    pub(crate) pain_during: Option<Given<i64>>,
    /// Pain just after
    #[arg(long, value_name = "0-10", allow_negative_numbers = true)]
    pub(crate) pain_after: Option<Given<i64>>,
    /// Whether all of the dose was done: yes or no [default: as the numbers say]
    #[arg(long, value_name = "YES/NO")]
    pub(crate) completed: Option<Given<String>>,
    /// How sure you were of your form: sure or unsure
    #[arg(long, value_name = "FORM")]
    pub(crate) form: Option<Given<String>>,
    /// Whether pain or tingling spread further down a leg or an arm: yes or no
    #[arg(long, value_name = "YES/NO")]
    pub(crate) spread: Option<Given<String>>,
    /// Tingling or numbness: none, brief (gone within a minute), or lasting
    #[arg(long, value_name = "TINGLING")]
    pub(crate) tingling: Option<String>,
    /// Why you stopped early, such as sharp-or-too-much; a wrong one lists them all
    #[arg(long, value_name = "REASON")]
    pub(crate) stopped: Option<Given<String>>,
}

impl ResultFlags {
    /// Puts what was given over the values.
    pub(crate) fn put_into(&self, values: &mut ResultValues) {
        put(&mut values.sets, self.sets.as_ref());
        put(&mut values.reps, self.reps.as_ref());
        put(&mut values.hold_seconds, self.hold.as_ref());
        put(&mut values.minutes, self.minutes.as_ref());
        put(&mut values.side, self.side.as_ref());
        put(&mut values.effort, self.effort.as_ref());
        put(&mut values.pain_before, self.pain_before.as_ref());
        put(&mut values.pain_during, self.pain_during.as_ref());
        put(&mut values.pain_after, self.pain_after.as_ref());
        put(&mut values.completed, self.completed.as_ref());
        put(&mut values.form, self.form.as_ref());
        put(&mut values.spread, self.spread.as_ref());
        // `none` is an answer here, and an empty text clears it.
        put_text(&mut values.tingling, self.tingling.as_deref());
        put(&mut values.stopped, self.stopped.as_ref());
    }

    /// Refuses a reason to stop that is none of those that are known here.
    ///
    /// A record may hold one of a newer version; a person can only mistype one.
    pub(crate) fn check_reason(&self) -> Result<(), Failure> {
        match &self.stopped {
            Some(Given(Some(reason))) if StopReason::find(reason).is_none() => {
                let known: Vec<&str> = StopReason::all().iter().map(|reason| reason.id).collect();
                Err(Failure::refused_field("stopped", words::NOT_A_REASON.with("ids", known.join(", "))))
            }
            _ => Ok(()),
        }
    }

    /// The first flag that was given, if any.
    pub(crate) fn first_given(&self) -> Option<&'static str> {
        let numbers = [
            ("sets", &self.sets),
            ("reps", &self.reps),
            ("hold_seconds", &self.hold),
            ("minutes", &self.minutes),
            ("effort", &self.effort),
            ("pain_before", &self.pain_before),
            ("pain_during", &self.pain_during),
            ("pain_after", &self.pain_after),
        ];
        let number = numbers.into_iter().find(|(_, given)| given.is_some()).map(|(name, _)| name);
        let choices = [
            ("side", self.side.is_some()),
            ("completed", self.completed.is_some()),
            ("form", self.form.is_some()),
            ("spread", self.spread.is_some()),
            ("tingling", self.tingling.is_some()),
            ("stopped", self.stopped.is_some()),
        ];
        number.or(choices.into_iter().find(|(_, given)| *given).map(|(name, _)| name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_sets_clears_or_leaves_alone() {
        let mut field = Some(5);
        put(&mut field, None);
        assert_eq!(field, Some(5));
        put(&mut field, Some(&"7".parse().unwrap()));
        assert_eq!(field, Some(7));
        put(&mut field, Some(&"none".parse().unwrap()));
        assert_eq!(field, None);
        let mut note = Some("fine".to_owned());
        put_text(&mut note, Some("none"));
        assert_eq!(note.as_deref(), Some("none"));
        put_text(&mut note, Some(""));
        assert_eq!(note, None);
        assert_eq!("3".parse(), Ok(Given(Some(3))));
        assert!("three".parse::<Given<i64>>().is_err());
    }
}
