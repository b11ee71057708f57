//! Who may not be removed, and when.

use super::Obstacle;
use crate::api::Reason;

/// Whether a blocker of this reason says that a list of the Tenant protects the person.
pub(in crate::lifecycle) fn protects(reason: &str) -> bool {
    let known = Reason::named(reason);
    matches!(
        known,
        Some(Reason::AdministratorProtected | Reason::ProtectedUser)
    )
}

/// The primary administrator, whom nobody may remove (rule A5), and who has a way of their own out (rule A6).
pub(in crate::lifecycle) fn primary_administrator() -> Obstacle {
    Obstacle::new(
        Reason::AdministratorProtected,
        "The profile is the primary administrator of the account in the Tenant's list, whom no other administrator may \
         remove (rule A5).",
        "The Admin Console cannot hand this role over (rule A6). Give another user administrator rights, have 8x8's \
         billing or support make them the primary administrator, then name them in spec.administrators.primary of the \
         Tenant; or set state to active.",
    )
}

/// A secondary administrator, who keeps the role until another one takes it away (rules A4, A8).
pub(in crate::lifecycle) fn secondary_administrator() -> Obstacle {
    Obstacle::new(
        Reason::AdministratorProtected,
        "The profile is a secondary administrator of the account in the Tenant's list, and Onhook removes none of them.",
        "Have another administrator take the role away in the Admin Console, because none can do so for themselves \
         (rule A4), and take the name off spec.administrators.secondary of the Tenant; or set state to active.",
    )
}

pub(in crate::lifecycle) fn protected_user() -> Obstacle {
    Obstacle::new(
        Reason::ProtectedUser,
        "The profile is in the Tenant's list of protected users, or its User has a label that protects it.",
        "Take it off spec.removals.protectedUsers or out of spec.removals.protectedSelector of the Tenant, or set state to \
         active.",
    )
}

pub(in crate::lifecycle) fn legal_hold() -> Obstacle {
    Obstacle::new(
        Reason::LegalHold,
        "The profile is under legal hold.",
        "Set spec.offboarding.legalHold to false once it ends.",
    )
}

/// Whether a blocker of this reason goes away with an Approval.
pub fn waits_for_approval(reason: &str) -> bool {
    let known = Reason::named(reason);
    matches!(known, Some(Reason::ApprovalRequired | Reason::RemovalLimit))
}

pub(in crate::lifecycle) fn approval_required() -> Obstacle {
    Obstacle::new(
        Reason::ApprovalRequired,
        "The Tenant wants an approval for this removal.",
        "Look at status.removals.waiting of the Tenant, and create an Approval with its digest, which takes the verb \
         approve; or set state to active.",
    )
}

/// What is said to each User of a held set is the same to all: figures that move stand in the Tenant alone.
pub(in crate::lifecycle) fn removal_limit() -> Obstacle {
    Obstacle::new(
        Reason::RemovalLimit,
        "More removals are asked for than the Tenant's limit allows, and all of them are held, this one included.",
        "If they are not meant, set their state back to active. If they are, look at status.removals.waiting of the Tenant, \
         and create an Approval with its digest, which takes the verb approve.",
    )
}

pub(in crate::lifecycle) fn account_not_counted() -> Obstacle {
    Obstacle::new(
        Reason::AccountNotCounted,
        "The Tenant's limit is a share of the account, whose users could not be counted yet.",
        "It goes on by itself after the next inventory. See the conditions of the Tenant.",
    )
}

pub(in crate::lifecycle) fn tenant_observes() -> Obstacle {
    Obstacle::new(
        Reason::TenantObserves,
        "The Tenant is in mode Observe, so nothing is written to the account.",
        "Set spec.mode of the Tenant to Enforce.",
    )
}

pub(in crate::lifecycle) fn tenant_suspended() -> Obstacle {
    Obstacle::new(
        Reason::TenantSuspended,
        "The Tenant is suspended, so nothing is written to the account.",
        "Set spec.suspend of the Tenant to false.",
    )
}

pub(in crate::lifecycle) fn user_suspended() -> Obstacle {
    Obstacle::new(
        Reason::UserSuspended,
        "The User has the annotation onhook.dev/suspend, so nothing is written for it.",
        "Remove the annotation onhook.dev/suspend.",
    )
}
