//! Which version of a plan counts.

use std::collections::BTreeSet;

use super::PlanValues;
use crate::record::Dated;

/// The version that is followed, and those that stand beside it.
#[derive(Clone, PartialEq, Eq)]
pub struct Followed {
    /// The version to follow; `None` if there is no plan.
    pub plan: Option<Dated<PlanValues>>,
    /// Other versions that nothing replaces, the greatest id first: made apart on another device.
    pub others: Vec<Dated<PlanValues>>,
}

impl std::fmt::Debug for Followed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Followed(..)")
    }
}

/// Finds the version to follow among all that were not deleted, in any order.
///
/// Merge: a version stands until another one names it in `replaces`. Of several that stand the one with the greatest
/// id is followed. Clocks play no part. Should all replace each other in a ring, all of them stand.
#[must_use]
pub fn followed(plans: &[Dated<PlanValues>]) -> Followed {
    let replaced: BTreeSet<&str> = plans
        .iter()
        .flat_map(|plan| {
            let names = plan.values.replaces.iter().flatten().map(String::as_str);
            names.filter(|id| *id != plan.id)
        })
        .collect();
    let mut standing: Vec<_> = plans.iter().filter(|plan| !replaced.contains(plan.id.as_str())).collect();
    if standing.is_empty() {
        standing = plans.iter().collect();
    }
    standing.sort_by(|a, b| b.id.cmp(&a.id));
    standing.dedup_by(|a, b| a.id == b.id);
    let mut standing = standing.into_iter().cloned();
    Followed { plan: standing.next(), others: standing.collect() }
}
