//! A check-in: how the person is, back and leg apart.

use crate::record::{check_fields, values};
use crate::refusal::{Reason, Refusal};
use crate::scale::{AT_MS, MOOD, NOTE_BYTES_MAX, OFFSET_MINUTES, PAIN_NRS, SLEEP, STRESS};

values! {
    /// What a check-in says. Several a day are fine.
    ///
    /// Merge: edits of different fields both stand; of two edits of one field one wins, the same everywhere.
    CheckInValues = CheckIn {
        /// When, in milliseconds since 1970.
        0 at_ms: int(AT_MS),
        /// Minutes that local time was ahead of UTC.
        1 offset_minutes: int(OFFSET_MINUTES),
        /// Back pain, NRS 0 to 10.
        2 pain: int(PAIN_NRS),
        /// Leg pain, NRS 0 to 10. Apart from the back: leg pain that spreads or draws back guides the dose.
        3 leg: int(PAIN_NRS),
        /// Sleep of the last night, 0 to 10, 10 is best.
        4 sleep: int(SLEEP),
        /// Stress, 0 to 10, 10 is most.
        5 stress: int(STRESS),
        /// Free text, at most 4,000 bytes.
        6 note: text(NOTE_BYTES_MAX),
        /// Mood, 0 to 10, 10 is best.
        7 mood: int(MOOD),
    }
}

impl CheckInValues {
    /// Checks the whole check-in.
    ///
    /// # Errors
    /// [`Refusal`] names the field: a time and a back pain are needed, everything else may be left out.
    pub fn check(&self) -> Result<(), Refusal> {
        check_fields(self)?;
        for (name, there) in [
            ("at_ms", self.at_ms.is_some()),
            ("offset_minutes", self.offset_minutes.is_some()),
            ("pain", self.pain.is_some()),
        ] {
            if !there {
                return Err(Refusal::new(name, Reason::Missing));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pain_is_needed_and_stays_on_its_scale() {
        let good = CheckInValues { at_ms: Some(1), offset_minutes: Some(0), pain: Some(0), ..Default::default() };
        assert_eq!(good.check(), Ok(()));
        let field = |values: CheckInValues| values.check().err().map(|refusal| refusal.field);
        assert_eq!(field(CheckInValues { pain: None, ..good.clone() }), Some("pain"));
        assert_eq!(field(CheckInValues { leg: Some(11), ..good.clone() }), Some("leg"));
        assert_eq!(field(CheckInValues { sleep: Some(-1), ..good.clone() }), Some("sleep"));
        assert_eq!(field(CheckInValues { note: Some("x".repeat(4001)), ..good }), Some("note"));
    }
}
