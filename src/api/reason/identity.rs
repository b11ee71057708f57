//! Who is meant.

pub(super) const TITLE: &str = "Who is meant";

super::entries! {
    ProfileNotFound [User Stalled] by [PlatformEngineer] rules []:
        "No profile of the account has exactly this userName; upper and lower case count."
        "Correct `spec.userName`, or set `spec.userId` to the id of the profile."
    UserNameAmbiguous [User Stalled] by [AccountAdministrator] rules []:
        "More than one profile of the account has this userName, and Onhook does not guess."
        "Set `spec.userId` to the id of the one that is meant."
    UserNameDiffers [User Stalled] by [PlatformEngineer] rules ["J4"]:
        "The profile with the known id has another userName than this object: somebody renamed it, or another one is meant."
        "Set `spec.userName` to what the profile has, or make a User for the profile that is meant."
    ProfileClaimed [User Stalled] by [PlatformEngineer] rules []:
        "Another User object already stands for this profile. One profile has one writer."
        "Delete one of the two objects, with `deletionPolicy: Orphan` so that the profile stays as it is."
    IdentityNotPinned [User Stalled, User Reconciling] by [AccountAdministrator] rules ["J3"]:
        "The object was never seen active, so nothing but a userName says whom it means; that alone deletes nobody, takes no license off and renames nobody. The blocker names the profile that has the userName now."
        "If that profile is the person who is meant, set `spec.userId` to its id."
    ProfileGone [User Stalled] by [PlatformEngineer] rules []:
        "The profile is not in the account any more, and Onhook did not delete it."
        "Set `state: deleted`, or make a new User object for a new profile. It is never created again by itself."
    ProfileDeleted [User Stalled] by [PlatformEngineer] rules ["C1"]:
        "The profile was deleted, which 8x8 cannot undo, and the object now asks for something else."
        "Set `state` back to `deleted`. A new person is a new User object."
    ProfileInactive [User Stalled] by [AccountAdministrator] rules []:
        "The object says `active`, and the profile was set INACTIVE by somebody else. Onhook gives nobody access back by itself."
        "Set `state: deactivated`, or activate the profile in the Admin Console → Users → ⋮ → Activate user."
    UserNameHeld [User Reconciling] by [] rules ["J3"]:
        "Another User that is being removed still has this userName."
        "Nothing: it goes on once that deletion is verified."
    ProfileIncomplete [User Reconciling] by [PlatformEngineer] rules ["J1"]:
        "Nobody has this userName, and `spec.profile` lacks what 8x8 asks for to create a profile."
        "Set `firstName`, `lastName`, `primaryEmail` and `site` of `spec.profile`, or correct `spec.userName`."
    SiteUnknown [User Reconciling] by [PlatformEngineer] rules ["J1"]:
        "No site of the account, or more than one, has the name that `spec.profile.site` says."
        "Set `spec.profile.site` to the name of one site of the account."
    IdentityProviderOwns [User Reconciling] by [AccountAdministrator] rules ["L6"]:
        "An identity provider manages the profile through SCIM, and it alone may change the fields that are named."
        "Change them at the identity provider, and declare here what the profile has then."
    IdentityProviderAssigned [User Reconciling] by [AccountAdministrator] rules ["L1", "L2", "L3", "L9"]:
        "An identity provider owns the profile through SCIM and may set it ACTIVE again, or make a new one, at its next sync. Onhook deactivates it as often as that happens, and does nothing else before the provider lets go."
        "At the identity provider, unassign 8x8 from the person or disable the person, then add `IdentityProviderUnassigned` to `spec.offboarding.confirmations`."
}
