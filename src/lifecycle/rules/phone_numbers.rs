//! The numbers are free again, or with somebody else, while the profile is still there to tell (rules F4, G3).

use std::collections::BTreeMap;

use jiff::SignedDuration;

use crate::api::user_status::StepName;

use super::super::steps::after;
use super::super::{Look, NumberSight, blockers};
use super::{Facts, Judgement};

/// How long a number may stay ASSIGNED after the license is gone before it counts as stuck. 8x8 does not document it.
const STUCK_AFTER: SignedDuration = SignedDuration::from_mins(2);

/// Every number that the user held is AVAILABLE, or with another user.
pub(super) fn freed(facts: &Facts<'_>) -> Judgement {
    let s = facts.s;
    let held = s.memory.held.as_ref().map_or(&[][..], |held| &held.phone_numbers);
    if held.is_empty() {
        return Judgement::Skipped("The user had no number.");
    }
    if facts.done_before(StepName::PhoneNumbers) {
        return Judgement::Done;
    }
    let Some(numbers) = &s.seen.numbers else {
        return Judgement::Look(Look::PhoneNumbers(held.to_vec()));
    };
    let porting = held
        .iter()
        .filter(|number| numbers.get(*number) == Some(&NumberSight::Porting))
        .count();
    if porting > 0 {
        return Judgement::Blocked(vec![blockers::port_open(porting)]);
    }
    let held: Vec<_> = held
        .iter()
        .filter(|number| !is_free(number, numbers))
        .cloned()
        .collect();
    if held.is_empty() {
        Judgement::Done
    } else {
        assigned(facts, held)
    }
}

/// Whether a number that was asked for is free. One that the account does not know any more was returned to 8x8, and is
/// nobody's.
pub fn is_free(number: &str, numbers: &BTreeMap<String, NumberSight>) -> bool {
    matches!(numbers.get(number), None | Some(NumberSight::Available))
}

/// Numbers that are still ASSIGNED: with another user, on their way, or stuck.
fn assigned(facts: &Facts<'_>, numbers: Vec<String>) -> Judgement {
    let s = facts.s;
    let Some(others) = &s.seen.numbers_of_others else {
        return Judgement::Look(Look::NumberHolders(numbers));
    };
    let stuck = numbers.iter().filter(|number| !others.contains(number)).count();
    let since = facts.step_done(StepName::Licenses).unwrap_or(s.now);
    if stuck == 0 {
        Judgement::Done
    } else if s.now < after(since, STUCK_AFTER) {
        Judgement::Again {
            at: after(s.now, s.pace.operation * 2),
            message: format!("{stuck} number(s) are not AVAILABLE yet."),
        }
    } else {
        Judgement::Blocked(vec![blockers::number_stuck(stuck)])
    }
}
