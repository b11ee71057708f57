//! What a row of the list of users hints about a write that is at work. A hint saves waiting and polls: it satisfies no
//! precondition, and before the next write the profile is read by a GET (invariants 1, 3).

use jiff::Timestamp;

use crate::api::user_status::{Intent, StepName};

use super::settle::licenses_effect;
use super::{Pace, Profile, ProfileStatus};

/// An operation that takes more than so many times the pace of looks is asked about by itself: only it has the reason of a
/// failure.
const LATE: i32 = 6;

/// For so many times the pace of looks, what follows from a write is waited for without a look at its profile.
const FRESH: i32 = 15;

/// What a row hints about the write of an intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// It has its effect.
    Done,
    /// It has not.
    NotYet,
    /// Nothing.
    Silent,
}

/// Whether a row of the list can tell of the write of this intent.
pub fn is_hinted(intent: &Intent) -> bool {
    matches!(
        intent.step,
        StepName::Deactivate | StepName::RingGroups | StepName::Licenses | StepName::Delete
    )
}

/// What is hinted about the write of an intent: by the row of its profile, or by its absence where the rows are
/// `complete`.
pub fn hint(intent: &Intent, row: Option<&Profile>, complete: bool) -> Hint {
    let done = match (intent.step, row) {
        (StepName::Delete, Some(_)) => false,
        (StepName::Delete, None) if complete => true,
        (StepName::Deactivate, Some(row)) => row.status == ProfileStatus::Inactive,
        (StepName::RingGroups, Some(row)) => {
            let mut groups = row.ring_groups.iter();
            !groups.any(|group| Some(&group.id) == intent.target.as_ref())
        }
        (StepName::Licenses, Some(row)) => licenses_effect(row, intent),
        _ => return Hint::Silent,
    };
    if done { Hint::Done } else { Hint::NotYet }
}

/// Whether a write is so fresh that what follows from it, such as a number that becomes free, may be yet to come.
pub fn is_fresh(intent: &Intent, pace: &Pace, now: Timestamp) -> bool {
    now.duration_since(intent.at) < pace.operation * FRESH
}

/// Whether an operation takes so long that it is asked about by itself, however little a row shows.
pub fn is_late(intent: &Intent, pace: &Pace, now: Timestamp) -> bool {
    now.duration_since(intent.at) >= pace.operation * LATE
}
