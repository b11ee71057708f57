//! Who may not be removed, and when.

use crate::api::Span;

use super::Obstacle;

pub(in crate::lifecycle) fn administrator() -> Obstacle {
    Obstacle::new(
        "AdministratorProtected",
        "The profile is an administrator of the account in the Tenant's list, and Onhook removes none of them.",
        "Give the role to somebody else at 8x8, take the name off spec.administrators of the Tenant, or set state to active.",
    )
}

pub(in crate::lifecycle) fn protected_user() -> Obstacle {
    Obstacle::new(
        "ProtectedUser",
        "The profile is in the Tenant's list of protected users.",
        "Take it off spec.removals.protectedUsers of the Tenant, or set state to active.",
    )
}

pub(in crate::lifecycle) fn legal_hold() -> Obstacle {
    Obstacle::new(
        "LegalHold",
        "The profile is under legal hold.",
        "Set spec.offboarding.legalHold to false once it ends.",
    )
}

pub(in crate::lifecycle) fn approval_required() -> Obstacle {
    Obstacle::new(
        "ApprovalRequired",
        "The Tenant wants an approval for this removal, and this version takes none yet.",
        "Set spec.removals.approval of the Tenant to Never, or set state to active.",
    )
}

pub(in crate::lifecycle) fn removal_limit(counted: usize, allowed: usize, per: Span) -> Obstacle {
    Obstacle::new(
        "RemovalLimit",
        format!(
            "{counted} users of the account are being removed, and the Tenant allows {allowed} in {per}."
        ),
        "If this is meant, raise spec.removals.limit of the Tenant; otherwise set state back to active.",
    )
}

pub(in crate::lifecycle) fn tenant_observes() -> Obstacle {
    Obstacle::new(
        "TenantObserves",
        "The Tenant is in mode Observe, so nothing is written to the account.",
        "Set spec.mode of the Tenant to Enforce.",
    )
}

pub(in crate::lifecycle) fn tenant_suspended() -> Obstacle {
    Obstacle::new(
        "TenantSuspended",
        "The Tenant is suspended, so nothing is written to the account.",
        "Set spec.suspend of the Tenant to false.",
    )
}
