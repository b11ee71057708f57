//! Where a User object asks to be taken.

use crate::api::user::{DeletionPolicy, UserState};
use crate::api::user_status::{StepStatus, UserStatus};

use super::plan::Halt;
use super::{Deletion, Look, Situation};

/// What is to become of the profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// It stays.
    Keep,
    /// It becomes INACTIVE.
    Deactivate,
    /// It goes, in order.
    Delete,
    /// The object is let go of, and the profile left as it is.
    Release,
}

impl Goal {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keep => "Keep",
            Self::Deactivate => "Deactivate",
            Self::Delete => "Delete",
            Self::Release => "Release",
        }
    }
}

/// Reads the goal from the state, and from the deletion of the object where there is one.
///
/// A deletion that comes from the end of the Namespace or the CRD is no instruction (invariant 6): it releases, unless
/// the state had said `deleted` already.
pub(super) fn of(s: &Situation<'_>) -> Result<Goal, Halt> {
    let Some(deletion) = s.deletion else {
        return Ok(match s.user.state {
            UserState::Active => Goal::Keep,
            UserState::Deactivated => Goal::Deactivate,
            UserState::Deleted => Goal::Delete,
        });
    };
    let policy = s
        .user
        .deletion_policy
        .unwrap_or(s.tenant.defaults.deletion_policy);
    if policy == DeletionPolicy::Orphan || taken_back(deletion, s.memory) {
        return Ok(Goal::Release);
    }
    if s.user.state == UserState::Deleted {
        return Ok(Goal::Delete);
    }
    match s.seen.carrier_going {
        None => Err(Halt::Look(Look::Carriers)),
        Some(true) => Ok(Goal::Release),
        Some(false) => Ok(match policy {
            DeletionPolicy::Delete => Goal::Delete,
            DeletionPolicy::Deactivate => Goal::Deactivate,
            DeletionPolicy::Orphan => Goal::Release,
        }),
    }
}

/// Whether a person took the deletion of the object back in time: nothing was sent to the account since. What an earlier
/// state had asked for does not keep anybody from taking it back.
pub(super) fn taken_back(deletion: Deletion, memory: &UserStatus) -> bool {
    let intent = memory
        .intent
        .as_ref()
        .is_some_and(|intent| intent.at >= deletion.at);
    let sent = |step: &StepStatus| step.operation_id.is_some() && step.since >= deletion.at;
    deletion.cancelled && !intent && !memory.steps.iter().any(sent)
}
