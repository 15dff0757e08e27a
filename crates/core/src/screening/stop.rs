//! Stopping during a session: the reasons, and what happens then.
//!
//! What was done before a stop counts: a session stays valid.

use std::fmt;

use serde::Serialize;

use super::emergency::Numbers;
use super::rules::Level;
use crate::texts::{Sentence, Text, stop as text};

/// A reason to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StopReason {
    /// Its id, for ever: what a result's `stopped` holds.
    pub id: &'static str,
    /// Its words, to choose from.
    pub text: Text,
    /// Whether the exercise counts as red for the dose rules.
    pub red: bool,
    /// Where this is known from.
    pub source: &'static str,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Emergency,
    Swap,
    Easier,
    SitDown,
    SameDay,
    Allowed,
}

const DIZZY: &str = "dizzy";

/// Every reason, the most serious first but for the last, which needs no stop.
static REASONS: &[StopReason] = &[
    StopReason {
        id: "saddle-bladder-weakness-chest",
        text: text::REASON_EMERGENCY,
        red: true,
        source: "as the rules a1 to a3, a6 and a8",
        kind: Kind::Emergency,
    },
    StopReason {
        id: "pregnancy",
        text: text::REASON_PREGNANCY,
        red: true,
        source: "ACOG committee opinion 804 (summary); to be confirmed",
        kind: Kind::SameDay,
    },
    StopReason {
        id: DIZZY,
        text: text::REASON_DIZZY,
        red: true,
        source: "stop signs of ACSM; to be confirmed",
        kind: Kind::SitDown,
    },
    StopReason { id: "spreading", text: text::REASON_SPREADING, red: true, source: "our choice", kind: Kind::Swap },
    StopReason {
        id: "lasting-tingling",
        text: text::REASON_LASTING_TINGLING,
        red: true,
        source: "our choice",
        kind: Kind::Swap,
    },
    StopReason {
        id: "sharp-or-too-much",
        text: text::REASON_SHARP,
        red: true,
        source: "our choice, leaning on the pain-monitoring model; to be confirmed",
        kind: Kind::Easier,
    },
    StopReason { id: "ache-only", text: text::REASON_ACHE, red: false, source: "our choice", kind: Kind::Allowed },
];

impl StopReason {
    /// Every reason.
    #[must_use]
    pub const fn all() -> &'static [Self] {
        REASONS
    }

    /// The reason with this id. `None` for one of a newer version, which must not be taken for harmless.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        REASONS.iter().find(|reason| reason.id == id)
    }

    /// Whether it is a sign to stop, which counts as red. One of a newer version is taken for one; an ache is none.
    #[must_use]
    pub fn is_sign(id: &str) -> bool {
        Self::find(id).is_none_or(|known| known.red)
    }

    /// Whether it wants help at once or the same day. One of a newer version is taken to.
    #[must_use]
    pub fn wants_help(id: &str) -> bool {
        Self::find(id).is_none_or(|known| matches!(known.kind, Kind::Emergency | Kind::SameDay))
    }

    /// Whether it ends an exercise.
    const fn ends_exercise(self) -> bool {
        matches!(self.kind, Kind::Swap | Kind::Easier)
    }
}

/// What happens after a stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// Nothing has to stop.
    GoOn,
    /// This exercise ends; an easier variant is offered.
    EasierVariant,
    /// This exercise ends, and counts as red: at the second red within two weeks the dose rules propose another one in
    /// its place.
    Swap,
    /// Sit or lie down until it has passed.
    SitDown,
    /// The session ends, with slow breathing and a walk on offer.
    EndGently,
    /// The session ends, with a card.
    End,
}

/// What happens after a stop, and what to say.
#[derive(Clone, PartialEq, Eq)]
pub struct StopAction {
    /// What happens.
    pub then: Then,
    /// The card that goes with it: A emergency, B same day, C appointment.
    pub card: Option<Level>,
    /// Whether the exercise counts as red for the dose rules.
    pub red: bool,
    /// Whether one question follows on the next morning.
    pub ask_tomorrow: bool,
    /// What to say.
    pub sentences: Vec<Sentence>,
}

/// What to do when somebody stops for this reason, after having stopped for others earlier in the session.
///
/// A reason that this version does not know ends the session with the card for emergencies.
///
/// ```
/// use lissom_core::screening::{Numbers, Then, stop};
/// assert_eq!(stop("sharp-or-too-much", &[], Numbers::default()).then, Then::EasierVariant);
/// assert_eq!(stop("sharp-or-too-much", &["sharp-or-too-much"], Numbers::default()).then, Then::EndGently);
/// ```
#[must_use]
pub fn stop(reason: &str, earlier: &[&str], numbers: Numbers) -> StopAction {
    let emergency = |text: Text| vec![text.with("number", numbers.number()), text::THEN_COUNTS.into()];
    let Some(known) = StopReason::find(reason) else {
        let card = Some(Level::A);
        return StopAction {
            then: Then::End,
            card,
            red: true,
            ask_tomorrow: true,
            sentences: emergency(text::THEN_UNKNOWN),
        };
    };
    let second = earlier.iter().filter_map(|id| StopReason::find(id)).any(|reason| reason.ends_exercise());
    let (then, card, sentences) = match known.kind {
        Kind::Emergency => (Then::End, Some(Level::A), emergency(text::THEN_EMERGENCY)),
        Kind::SameDay => (Then::End, Some(Level::B), emergency(text::THEN_PREGNANCY)),
        Kind::SitDown if earlier.contains(&known.id) => {
            (Then::End, Some(Level::C), vec![text::THEN_DIZZY_AGAIN.into(), text::THEN_COUNTS.into()])
        }
        Kind::SitDown => (Then::SitDown, None, vec![text::THEN_DIZZY.with("number", numbers.number())]),
        Kind::Swap | Kind::Easier if second => {
            (Then::EndGently, None, vec![text::THEN_ENOUGH.into(), text::THEN_COUNTS.into()])
        }
        Kind::Swap => (Then::Swap, None, vec![text::THEN_SWAP.into()]),
        Kind::Easier => (Then::EasierVariant, None, vec![text::THEN_EASIER.into()]),
        Kind::Allowed => (Then::GoOn, None, vec![text::THEN_ACHE.into()]),
    };
    let action = StopAction { then, card, red: known.red, ask_tomorrow: known.kind != Kind::Allowed, sentences };
    // What ended the session before goes on to end it.
    match ended(earlier, numbers) {
        Some(before) if (before.then, before.card) > (action.then, action.card) => {
            StopAction { red: action.red, ask_tomorrow: true, ..before }
        }
        _ => action,
    }
}

/// The most serious of what ended the session before, if anything did.
fn ended(earlier: &[&str], numbers: Numbers) -> Option<StopAction> {
    let dizzy = earlier.iter().filter(|id| **id == DIZZY).count();
    let ends = earlier.iter().filter(|id| StopReason::wants_help(id)).map(|id| stop(id, &[], numbers));
    ends.chain((dizzy > 1).then(|| stop(DIZZY, &[DIZZY], numbers))).max_by_key(|action| action.card)
}

impl fmt::Debug for StopAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StopAction(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Lang;

    fn then(reason: &str, earlier: &[&str]) -> (Then, Option<Level>, bool) {
        let action = stop(reason, earlier, Numbers::of(Some("DE")));
        (action.then, action.card, action.red)
    }

    #[test]
    fn each_reason_has_its_action() {
        for (reason, earlier, expected) in [
            ("saddle-bladder-weakness-chest", &[][..], (Then::End, Some(Level::A), true)),
            ("spreading", &[], (Then::Swap, None, true)),
            ("lasting-tingling", &[], (Then::Swap, None, true)),
            ("sharp-or-too-much", &[], (Then::EasierVariant, None, true)),
            ("sharp-or-too-much", &["ache-only"], (Then::EasierVariant, None, true)),
            ("sharp-or-too-much", &["sharp-or-too-much"], (Then::EndGently, None, true)),
            ("sharp-or-too-much", &["spreading"], (Then::EndGently, None, true)),
            ("sharp-or-too-much", &["saddle-bladder-weakness-chest"], (Then::End, Some(Level::A), true)),
            ("ache-only", &["from-a-newer-version"], (Then::End, Some(Level::A), false)),
            ("ache-only", &["dizzy", "dizzy"], (Then::End, Some(Level::C), false)),
            ("pregnancy", &["saddle-bladder-weakness-chest"], (Then::End, Some(Level::A), true)),
            ("spreading", &["lasting-tingling"], (Then::EndGently, None, true)),
            ("dizzy", &[], (Then::SitDown, None, true)),
            ("dizzy", &["sharp-or-too-much"], (Then::SitDown, None, true)),
            ("dizzy", &["dizzy"], (Then::End, Some(Level::C), true)),
            ("pregnancy", &[], (Then::End, Some(Level::B), true)),
            ("ache-only", &[], (Then::GoOn, None, false)),
            ("ache-only", &["dizzy", "spreading"], (Then::GoOn, None, false)),
            ("from-a-newer-version", &[], (Then::End, Some(Level::A), true)),
        ] {
            assert_eq!(then(reason, earlier), expected, "{reason} after {earlier:?}");
        }
    }

    #[test]
    fn a_stop_earlier_in_the_session_never_makes_it_milder() {
        for reason in REASONS {
            for earlier in REASONS {
                let after = then(reason.id, &[earlier.id]);
                assert!(after >= then(reason.id, &[]), "{} after {}", reason.id, earlier.id);
                let before = then(earlier.id, &[]);
                assert!(
                    before.0 < Then::End || (after.0, after.1) >= (before.0, before.1),
                    "{} after {}",
                    reason.id,
                    earlier.id
                );
            }
        }
    }

    #[test]
    fn cards_name_the_number_and_an_ache_is_said_to_be_allowed() {
        let words = |reason: &str, country| {
            let said = stop(reason, &[], Numbers::of(country)).sentences;
            said.iter().map(|sentence| sentence.say(Lang::En)).collect::<Vec<_>>().join(" ")
        };
        for reason in ["saddle-bladder-weakness-chest", "pregnancy", "dizzy", "?"] {
            assert!(words(reason, Some("US")).contains("911"), "{reason}");
            assert!(words(reason, None).contains("your local emergency number"), "{reason}");
        }
        assert!(words("ache-only", None).contains("It is allowed"));
    }

    #[test]
    fn every_reason_has_a_source_and_an_id_that_fits_its_field() {
        for reason in REASONS {
            assert!(!reason.source.is_empty());
            assert!(reason.id.len() <= crate::result::STOP_REASON_BYTES_MAX);
            assert_eq!(StopReason::find(reason.id), Some(reason));
        }
    }
}
