use crate::dose::rule::Rule;
use crate::dose::today::Status;
use crate::texts::Lang;

use super::{BRIDGE, Diary, TILT, amber, because, day, red};

#[test]
fn a_second_red_within_14_days_pauses_and_offers_another() {
    let diary = Diary::new().did(0, red(BRIDGE)).did(7, red(BRIDGE));
    let dose = diary.dose(BRIDGE, 8);
    assert_eq!(dose.status, Status::Paused);
    let proposal = diary.today(8).proposals.remove(0);
    assert_eq!(proposal.id, format!("dose.swap/{BRIDGE}/both/{}", day(7)));
    assert_eq!(proposal.to_exercise.as_deref(), Some("pelvic-tilt"), "its easier one");
    let said = proposal.sentence.say(Lang::En);
    assert!(said.contains("14 days") && said.contains("Pelvic tilt"), "{said}");

    let apart = Diary::new().did(0, red(TILT)).did(15, red(TILT));
    assert_eq!(apart.dose(TILT, 16).status, Status::Active, "15 days apart");
    assert_eq!(Diary::new().did(0, red(TILT)).did(14, red(TILT)).dose(TILT, 15).status, Status::Paused);
}

#[test]
fn a_swap_may_be_taken_or_not() {
    let diary = Diary::new().did(0, red(TILT)).did(2, red(TILT));
    // No easier one: the same region, moved another way, no harder.
    assert_eq!(diary.today(3).proposals[0].to_exercise.as_deref(), Some("cat-cow"));
    let taken = diary.clone().answered(Rule::Swap, TILT, 2, "accept");
    assert_eq!(taken.dose(TILT, 3).status, Status::Paused);
    let kept = diary.clone().answered(Rule::Swap, TILT, 2, "decline");
    assert_eq!(kept.dose(TILT, 3).status, Status::Active);
    assert!(kept.proposed(3).is_empty());
    let held = diary.clean(TILT, &[4, 5, 6, 7, 8]);
    assert!(because(&held.dose(TILT, 9), Rule::HoldPaused), "done all the same, it does not grow");
    assert_eq!(taken.dose(TILT, 31).status, Status::Active, "after a long time it starts again");
    assert_eq!(taken.step(TILT, 31), 0);
    let other = |number| {
        let mut diary = taken.clone();
        diary.answers[0].values.to_exercise = Some("cat-cow".into());
        diary.dose(TILT, number).moved_to
    };
    assert_eq!((other(30), other(31)), (Some("cat-cow".into()), None), "and what was done instead is over");
}

#[test]
fn a_third_red_retires_until_a_professional_was_asked() {
    let diary = Diary::new().did(0, red(TILT)).did(7, red(TILT)).did(14, red(TILT));
    let dose = diary.dose(TILT, 15);
    assert_eq!(dose.status, Status::Retired);
    assert!(because(&dose, Rule::Retire));
    assert_eq!(diary.proposed(15), [format!("dose.retire.review/{TILT}/both/{}", day(14))]);
    assert_eq!(diary.dose(TILT, 90).status, Status::Retired, "time does not bring it back");
    let no = diary.clone().answered(Rule::Review, TILT, 14, "decline");
    assert_eq!((no.dose(TILT, 15).status, no.proposed(15).len()), (Status::Retired, 1), "it stays on offer");
    let later = no.answered(Rule::Review, TILT, 14, "accept");
    let both_ways =
        diary.clone().answered(Rule::Review, TILT, 14, "accept").answered(Rule::Review, TILT, 14, "decline");
    for asked in [later, both_ways] {
        assert_eq!(asked.dose(TILT, 15).status, Status::Active, "not yet, and then yes, in any order");
        assert!(asked.proposed(15).is_empty());
    }
    let reviewed = diary.answered(Rule::Review, TILT, 14, "accept");
    assert_eq!((reviewed.dose(TILT, 15).status, reviewed.step(TILT, 15)), (Status::Active, 0));
    assert_eq!(reviewed.did(15, red(TILT)).dose(TILT, 16).status, Status::Active, "counted anew");
}

#[test]
fn a_swap_that_was_accepted_without_another_exercise_can_still_get_one() {
    let diary = Diary::new().did(0, red(TILT)).did(2, red(TILT)).answered(Rule::Swap, TILT, 2, "accept");
    assert_eq!(diary.proposed(3).len(), 1, "nothing is done instead yet");
    let mut chosen = diary.answered(Rule::Swap, TILT, 2, "accept");
    chosen.answers[1].values.to_exercise = Some("cat-cow".into());
    assert_eq!(chosen.dose(TILT, 3).moved_to.as_deref(), Some("cat-cow"));
    assert!(chosen.proposed(3).is_empty());
}

#[test]
fn what_is_done_in_a_paused_exercises_place_stays_through_a_flare_and_further_pain() {
    let mut diary = Diary::new().did(0, red(TILT)).did(2, red(TILT)).answered(Rule::Swap, TILT, 2, "accept");
    diary.answers[0].values.to_exercise = Some("cat-cow".into());
    for later in [
        diary.clone().says(4, "flare"),
        diary.clone().did(4, amber(TILT)).did(5, amber(TILT)),
        diary.clone().clean(TILT, &[12]),
    ] {
        let dose = later.dose(TILT, 13);
        assert_eq!((dose.status, dose.moved_to.as_deref()), (Status::Paused, Some("cat-cow")));
        assert!(later.proposed(13).is_empty(), "and is not asked again");
    }
    let retired = diary.clone().did(4, red(TILT)).dose(TILT, 5);
    assert_eq!((retired.status, retired.moved_to), (Status::Retired, None));
    assert_eq!(diary.clean(TILT, &[31]).dose(TILT, 32).moved_to, None, "after a long time it starts again");
}
