//! What a profile that went without Onhook left behind (case 10). Nothing waits for it: it is only told.

use std::collections::BTreeSet;

use super::plan::Halt;
use super::warnings::{self, Caution};
use super::{Look, NumberSight, Situation};

/// The numbers that the user was seen with: when a run began, or last.
pub(super) fn known(s: &Situation<'_>) -> Vec<String> {
    let held = s.memory.held.iter().flat_map(|held| &held.phone_numbers);
    let seen = s.memory.observed.iter().flat_map(|seen| &seen.numbers);
    held.chain(seen)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .cloned()
        .collect()
}

/// The numbers that the user held and that are still ASSIGNED, with no user: the profile was deleted with its license on
/// (rule B3).
pub(super) fn numbers(s: &Situation<'_>) -> Result<Option<Caution>, Halt> {
    let held = known(s);
    if held.is_empty() {
        return Ok(None);
    }
    let Some(numbers) = &s.seen.numbers else {
        return Err(Halt::Look(Look::PhoneNumbers(held)));
    };
    let assigned = |number: &&String| numbers.get(*number) == Some(&NumberSight::Assigned);
    let assigned: Vec<_> = held.iter().filter(assigned).cloned().collect();
    if assigned.is_empty() {
        return Ok(None);
    }
    let Some(others) = &s.seen.numbers_of_others else {
        return Err(Halt::Look(Look::NumberHolders(assigned)));
    };
    let nobodys = assigned.iter().filter(|number| !others.contains(number)).count();
    Ok((nobodys > 0).then(|| warnings::numbers_still_assigned(nobodys)))
}
