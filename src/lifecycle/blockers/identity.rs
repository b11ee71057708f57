//! Who is meant.

use crate::api::Reason;
use crate::api::UserStatus;
use crate::lifecycle::Profile;

use super::Obstacle;

/// Reasons why nobody can tell which profile is meant, until the object or the account is changed.
const NOBODY_MEANT: [Reason; 5] = [
    Reason::ProfileNotFound,
    Reason::UserNameAmbiguous,
    Reason::UserNameDiffers,
    Reason::ProfileClaimed,
    Reason::IdentityNotPinned,
];

/// Whether a User was last seen to mean nobody: nothing can be removed for it.
pub(in crate::lifecycle) fn identity_stalls(memory: &UserStatus) -> bool {
    let mut reasons = memory
        .blockers
        .iter()
        .filter_map(|blocker| Reason::named(&blocker.reason));
    reasons.any(|reason| NOBODY_MEANT.contains(&reason))
}

pub(in crate::lifecycle) fn profile_not_found(similar: bool) -> Obstacle {
    let what = if similar {
        "No profile of the account has exactly this userName; one has it in other upper and lower case."
    } else {
        "No profile of the account has this userName."
    };
    Obstacle::new(
        Reason::ProfileNotFound,
        what,
        "Correct spec.userName, or set spec.userId to the id of the profile.",
    )
}

pub(in crate::lifecycle) fn user_name_ambiguous(count: usize) -> Obstacle {
    Obstacle::new(
        Reason::UserNameAmbiguous,
        format!("{count} profiles of the account have this userName."),
        "Set spec.userId to the id of the one that is meant.",
    )
}

pub(in crate::lifecycle) fn user_name_differs(user_id: &str) -> Obstacle {
    Obstacle::new(
        Reason::UserNameDiffers,
        format!("The profile {user_id} has another userName than this object."),
        "Set spec.userName to what the profile has, or make a User object for the profile that is meant.",
    )
}

pub(in crate::lifecycle) fn profile_claimed(object: &str) -> Obstacle {
    Obstacle::new(
        Reason::ProfileClaimed,
        format!("The User {object} already stands for this profile."),
        "Delete one of the two objects, with deletionPolicy Orphan so that the profile stays as it is.",
    )
}

pub(in crate::lifecycle) fn identity_not_pinned(profile: &Profile) -> Obstacle {
    let created = profile
        .created
        .map_or_else(|| "an unknown time".to_owned(), |at| format!("{at:.0}"));
    let site = profile.site.as_deref().unwrap_or("unknown");
    Obstacle::new(
        Reason::IdentityNotPinned,
        format!(
            "This object was never seen active, so its userName alone must not delete anybody. The account has the \
             profile {} (site {site}, created {created}) under it.",
            profile.user_id
        ),
        format!("If this is who is meant, set spec.userId to {}.", profile.user_id),
    )
}

pub(in crate::lifecycle) fn profile_gone() -> Obstacle {
    Obstacle::new(
        Reason::ProfileGone,
        "The profile is not in the account any more; Onhook did not delete it.",
        "Set state to deleted, or make a new User object for a new profile. It is never created again by itself.",
    )
}

pub(in crate::lifecycle) fn deleted_for_good() -> Obstacle {
    Obstacle::new(
        Reason::ProfileDeleted,
        "The profile was deleted, which 8x8 cannot undo (rule C1).",
        "Set state back to deleted. A new person is a new User object.",
    )
}

pub(in crate::lifecycle) fn profile_inactive() -> Obstacle {
    Obstacle::new(
        Reason::ProfileInactive,
        "The profile is INACTIVE in the account, and this object says active. Onhook gives nobody access back by itself.",
        "Set state to deactivated, or activate the profile in the Admin Console.",
    )
}

pub(in crate::lifecycle) fn user_name_held(object: &str) -> Obstacle {
    Obstacle::new(
        Reason::UserNameHeld,
        format!("The User {object}, which is being removed, still has this userName."),
        "It is free once that deletion is verified (rule J3), and goes on by itself then.",
    )
}

pub(in crate::lifecycle) fn profile_incomplete() -> Obstacle {
    Obstacle::new(
        Reason::ProfileIncomplete,
        "No profile of the account has this userName, and spec.profile lacks what 8x8 asks for to create one (rule J1).",
        "Set firstName, lastName, primaryEmail and site of spec.profile, or correct spec.userName.",
    )
}

pub(in crate::lifecycle) fn site_unknown(name: &str, count: usize) -> Obstacle {
    Obstacle::new(
        Reason::SiteUnknown,
        format!("{count} sites of the account have the name {name:?}."),
        "Set spec.profile.site to the name of one site of the account.",
    )
}

pub(in crate::lifecycle) fn provider_owns(provider: &str, fields: &[&str]) -> Obstacle {
    Obstacle::new(
        Reason::IdentityProviderOwns,
        format!(
            "The profile is managed through SCIM by {provider}, which alone may change {} (rule L6).",
            fields.join(", ")
        ),
        "Change it at the identity provider, and declare here what the profile has then.",
    )
}

pub(in crate::lifecycle) fn identity_provider_assigned(provider: &str) -> Obstacle {
    Obstacle::new(
        Reason::IdentityProviderAssigned,
        format!(
            "The identity provider {provider} owns the profile through SCIM, and may set it ACTIVE again or make a new one \
             at its next sync (rules L2, L9). If it does, Onhook deactivates the profile again; nothing else is done \
             before the provider lets go."
        ),
        format!(
            "In {provider}, unassign 8x8 from the person or disable the person, then add IdentityProviderUnassigned to \
             spec.offboarding.confirmations. Deleting the person there only deactivates the profile (rules L1, L3): \
             Onhook deletes it."
        ),
    )
}
