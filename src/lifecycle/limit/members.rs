//! Whose removal is asked for and due, and is not done.

use jiff::Timestamp;

use crate::api::removals::Removal;
use crate::api::tenant::TenantSpec;
use crate::api::user::{DeletionPolicy, UserSpec, UserState};
use crate::api::user_status::{StepName, StepState, StepStatus, UserStatus};

use super::super::digest::short;
use super::super::{Deletion, blockers, goal, protection};

/// A User of the account, as far as it is known without asking the account.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// Uid of the object.
    pub uid: &'a str,
    /// The object, `namespace/name`.
    pub object: &'a str,
    /// What is declared.
    pub user: &'a UserSpec,
    /// The deletion of the object, where it is being deleted.
    pub deletion: Option<Deletion>,
    /// What earlier passes left in the status.
    pub memory: &'a UserStatus,
    /// Licenses and ring groups of it that are to be removed, because an assignment with `deletionPolicy: Delete` is being
    /// deleted: their names in order, a line each.
    pub gives_up: &'a str,
    /// Whether the Tenant's label selector protects it.
    pub protected: bool,
    /// Who asked for the removal, as the server stamped it.
    pub requested_by: Option<&'a str>,
    /// Whether it is the one that asks now: it is about to be written to, also where it had come to its end before.
    pub asks: bool,
}

/// A removal that is asked for, due, and not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Uid of the User object.
    pub uid: String,
    /// The object, `namespace/name`.
    pub object: String,
    /// What is to become of it.
    pub removal: Removal,
    /// Digest of what an approval of it says.
    pub digest: String,
    /// Who asked for it, as the server stamped it.
    pub requested_by: Option<String>,
}

/// The removal of a User, where it counts: it is due, nobody protects the person, something is left to do, and it was not
/// seen that nobody can tell who is meant.
pub fn member(tenant: &TenantSpec, candidate: &Candidate<'_>, now: Timestamp) -> Option<Member> {
    let removal = asked(tenant, candidate)?;
    let protected = candidate.protected
        || candidate.user.offboarding.legal_hold
        || protection::protects(tenant, candidate.user, candidate.memory);
    let due = protection::due_at(tenant, candidate.user, candidate.deletion).is_none_or(|(at, _)| at <= now);
    let left = candidate.asks || left_to_do(removal, candidate.memory);
    let meant = candidate.asks || !blockers::identity_stalls(candidate.memory);
    (due && !protected && left && meant).then(|| Member {
        uid: candidate.uid.to_owned(),
        object: candidate.object.to_owned(),
        removal,
        digest: digest_of(candidate, removal),
        // The stamp of the User does not say who deleted an assignment of it.
        requested_by: (candidate.requested_by.filter(|_| removal != Removal::Assignments)).map(str::to_owned),
    })
}

/// What a User asks to be taken, whether it may be or not. A deletion that comes from the end of a namespace counts until
/// it is seen to be none.
pub(super) fn asked(tenant: &TenantSpec, candidate: &Candidate<'_>) -> Option<Removal> {
    if candidate.memory.finished.is_some() {
        return None;
    }
    let by_state = match candidate.user.state {
        UserState::Deleted => Some(Removal::Delete),
        UserState::Deactivated => Some(Removal::Deactivate),
        UserState::Active => (!candidate.gives_up.is_empty()).then_some(Removal::Assignments),
    };
    let Some(deletion) = candidate.deletion else {
        return by_state;
    };
    let policy = candidate.user.deletion_policy;
    match policy.unwrap_or(tenant.defaults.deletion_policy) {
        DeletionPolicy::Orphan => None,
        _ if goal::taken_back(deletion, candidate.memory) => None,
        _ if candidate.user.state == UserState::Deleted => by_state,
        DeletionPolicy::Delete => Some(Removal::Delete),
        DeletionPolicy::Deactivate => Some(Removal::Deactivate),
    }
}

/// Whether anything is still to be written for a removal.
pub(in crate::lifecycle) fn left_to_do(removal: Removal, memory: &UserStatus) -> bool {
    let deactivated = |step: &StepStatus| step.name == StepName::Deactivate && step.state == StepState::Done;
    match removal {
        Removal::Delete | Removal::Assignments => memory.finished.is_none(),
        Removal::Deactivate => !memory.steps.iter().any(deactivated),
    }
}

/// Digest of what an approval of one removal says: this object, this userName and userId, and what is to become of
/// them.
pub(super) fn digest_of(candidate: &Candidate<'_>, removal: Removal) -> String {
    let user = candidate.user;
    let pinned = user.user_id.as_deref().unwrap_or_default();
    let given_up = match removal {
        Removal::Assignments => candidate.gives_up,
        Removal::Deactivate | Removal::Delete => "",
    };
    short(&format!(
        "{}\n{}\n{pinned}\n{removal:?}\n{given_up}",
        candidate.uid, user.user_name
    ))
}

/// Digest of a list of removals, in whatever order they come.
pub(super) fn list_digest<'a>(list: impl IntoIterator<Item = &'a Member>) -> String {
    let mut items: Vec<_> = list.into_iter().map(|member| member.digest.as_str()).collect();
    items.sort_unstable();
    format!("sha256:{}", short(&items.join("\n")))
}
