//! What else in the account depends on the leaver.

use crate::api::Reason;
use crate::lifecycle::References;

use super::Obstacle;

pub(in crate::lifecycle) fn last_ring_group_member(group: &str) -> Obstacle {
    Obstacle::new(
        Reason::LastRingGroupMember,
        format!(
            "The user is the only member of the ring group {group}: its calls would ring nowhere (rule I4)."
        ),
        "In the Admin Console → Ring groups, add somebody else or delete the group; or, if it may be empty, add \
         RingGroupMayBeEmpty to spec.offboarding.confirmations.",
    )
}

pub(in crate::lifecycle) fn last_call_queue_member(queues: &[String]) -> Obstacle {
    Obstacle::new(
        Reason::LastCallQueueMember,
        format!(
            "The user is the only active member of {} call queue(s): {} (rule I4).",
            queues.len(),
            queues.join(", ")
        ),
        "In the Admin Console → Call queues, add somebody else or delete the queue; or, if it may be empty, add \
         CallQueueMayBeEmpty to spec.offboarding.confirmations.",
    )
}

pub(in crate::lifecycle) fn extension_referenced(references: &References) -> Obstacle {
    let named =
        |what: &str, names: &[String]| (!names.is_empty()).then(|| format!("{what} {}", names.join(", ")));
    let users = (references.users > 0)
        .then(|| format!("the voicemail zero-out of {} other user(s)", references.users));
    let all: Vec<_> = [
        named(
            "forwarding or voicemail mail of the ring group(s)",
            &references.ring_groups,
        ),
        named("the voicemail zero-out of the site(s)", &references.sites),
        users,
    ]
    .into_iter()
    .flatten()
    .collect();
    Obstacle::new(
        Reason::ExtensionReferenced,
        format!(
            "What leads to the user would lead to nowhere (rule I5): {}.",
            all.join("; ")
        ),
        "In the Admin Console, choose another target for each of them; or, if that is meant, add ReferencesAccepted to \
         spec.offboarding.confirmations. Auto attendants are shown by no API: look at them too.",
    )
}
