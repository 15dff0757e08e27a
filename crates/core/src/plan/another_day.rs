//! One more day a week for an exercise: what an accepted proposal of the dose rules makes of a plan.

use super::PlanValues;
use super::edit::Edit;
use super::item::Item;

/// The change that puts an exercise on one more day: the one that is farthest from those that have it, and rather one
/// without a session. `None` if the plan does not have it, or has it every day.
#[must_use]
pub fn another_day(plan: &PlanValues, exercise: &str) -> Option<Edit> {
    let items = plan.items().items;
    let there: Vec<&Item> = items.iter().filter(|item| item.exercise == exercise).collect();
    let apart = |one: u8, other: u8| one.abs_diff(other).min(7_u8.saturating_sub(one.abs_diff(other)));
    let free = (0..7_u8).filter_map(|day| {
        let nearest = there.iter().map(|item| apart(day, item.weekday)).min()?;
        let has_session = items.iter().any(|item| item.weekday == day);
        (nearest > 0).then_some((std::cmp::Reverse(nearest), has_session, day))
    });
    let (.., weekday) = free.min()?;
    let minutes = there.iter().filter_map(|item| item.minutes).max();
    Some(Edit::Add { weekday, exercise: exercise.to_owned(), minutes })
}
