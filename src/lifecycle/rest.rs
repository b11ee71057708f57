//! Whether a profile is as it was when its User came to rest, told from a row of the list of users.
//!
//! It only tells whether a look is worth its call: a row satisfies no precondition (invariant 1) and is never written back
//! (invariant 3).

use crate::api::queue_assignment::QueueType;
use crate::api::user::{UserSpec, UserState};
use crate::api::user_status::{ObservedUser, UserStatus};

use super::change::ProfileChange;
use super::{Profile, declared, rules};

/// Whether a row shows what the status of a User says of its profile, and what its spec declares. In doubt it does not.
pub fn as_it_was(user: &UserSpec, memory: &UserStatus, row: &Profile) -> bool {
    let Some(observed) = &memory.observed else {
        return false;
    };
    let listed = user.offboarding.hide_from_directory && row.display_in_directory == Some(true);
    let differences = declared::differences(user, row);
    memory.user_id.as_ref() == Some(&row.user_id)
        && memory.user_name.as_ref() == Some(&row.user_name)
        && user.user_name == row.user_name
        && memory.emergency_calls == rules::emergency_calls(row)
        && without_contact_center(observed) == rules::shown(row)
        && !(listed && user.state == UserState::Deactivated)
        && differences.of_provider.is_empty()
        && differences.change == ProfileChange::default()
}

/// The queues of Contact Center stand in no row.
fn without_contact_center(observed: &ObservedUser) -> ObservedUser {
    let mut observed = observed.clone();
    observed
        .queues
        .retain(|queue| queue.kind != QueueType::ContactCenter);
    observed
}
