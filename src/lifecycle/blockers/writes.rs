//! What the account did with a write.

use super::Obstacle;
use crate::api::Reason;

pub(in crate::lifecycle) fn outcome_unknown(step: &str, intent: &str) -> Obstacle {
    Obstacle::new(
        Reason::OutcomeUnknown,
        format!("{step} was sent to the account (intent {intent}) and its outcome cannot be told."),
        format!(
            "Look at the user in the Admin Console. To have it sent again, annotate this object with \
             onhook.dev/retry-intent={intent}."
        ),
    )
}

pub(in crate::lifecycle) fn not_effective(step: &str) -> Obstacle {
    Obstacle::new(
        Reason::NotEffective,
        format!("The account reported {step} as completed, and the effect cannot be seen."),
        "It is tried again by itself. If it stays, look at the user in the Admin Console.",
    )
}

pub(in crate::lifecycle) fn precondition_unmet() -> Obstacle {
    Obstacle::new(
        Reason::DeletePreconditionUnmet,
        "The profile still holds something that must be gone before it is deleted.",
        "It is looked at again by itself.",
    )
}
