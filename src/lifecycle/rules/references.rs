//! What else in the account depends on the leaver, before the license takes the extension and the call queues away.

use crate::api::queue_assignment::QueueType;

use super::super::blockers::{self, Obstacle};
use super::super::{Look, References, holdings};
use super::Facts;

/// What the account showed: a read of this pass, or the last inventory where that showed nothing. It takes a list of all
/// users, so it is read only where the inventory is missing or shows something, which may be gone by now, and for the
/// user of a call queue, which others may have left since.
pub(super) fn known<'a>(facts: &Facts<'a>) -> Result<&'a References, Look> {
    let seen = facts.s.seen;
    match (&seen.references, &seen.inventory) {
        (Some(read), _) => Ok(read),
        (None, Some(listed)) if listed.is_empty() && facts.profile.call_queues.is_empty() => Ok(listed),
        (None, _) => Err(Look::References),
    }
}

/// What stands in the way, by what is known without another look.
pub(super) fn foreseen(facts: &Facts<'_>) -> Vec<Obstacle> {
    let seen = facts.s.seen;
    let known = seen.references.as_ref().or(seen.inventory.as_ref());
    known.map_or_else(Vec::new, |references| obstacles(facts, references))
}

/// A call queue that would be empty (rule I4, case 19), and what would lead to nowhere (rule I5, case 20).
pub(super) fn obstacles(facts: &Facts<'_>, references: &References) -> Vec<Obstacle> {
    let mut obstacles = Vec::new();
    let queues = &references.only_member_of;
    if !queues.is_empty() && !holdings::may_be_empty(facts.s, QueueType::CallQueue) {
        obstacles.push(blockers::last_call_queue_member(queues));
    }
    let points = !references.ring_groups.is_empty() || !references.sites.is_empty() || references.users > 0;
    if points && !holdings::references_accepted(facts.s) {
        obstacles.push(blockers::extension_referenced(references));
    }
    obstacles
}
