//! Who may not be removed, and when.

use crate::api::Span;

use super::Obstacle;

const ADMINISTRATOR_PROTECTED: &str = "AdministratorProtected";

/// The primary administrator, whom nobody may remove (rule A5), and who has a way of their own out (rule A6).
pub(in crate::lifecycle) fn primary_administrator() -> Obstacle {
    Obstacle::new(
        ADMINISTRATOR_PROTECTED,
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
        ADMINISTRATOR_PROTECTED,
        "The profile is a secondary administrator of the account in the Tenant's list, and Onhook removes none of them.",
        "Have another administrator take the role away in the Admin Console, because none can do so for themselves \
         (rule A4), and take the name off spec.administrators.secondary of the Tenant; or set state to active.",
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
