//! What the account refuses, and what became of a write.

pub(super) const TITLE: &str = "What the account says, and what became of a write";

super::entries! {
    KeyRefused [Tenant Reconciling, User Reconciling] by [PlatformEngineer] rules ["A1"]:
        "The account refuses the API key (401)."
        "Put a key that is valid into the Secret of the Tenant."
    NotAuthorized [Tenant Reconciling, User Reconciling] by [AccountAdministrator] rules ["A1"]:
        "The account refuses the call (403). Nothing was changed."
        "Give the Tenant a key of a primary or secondary administrator, with the API products UC & CC User Admin, UC Ring Group Admin and UC & CC Admin Operations."
    AccountUnreachable [Tenant Reconciling, User Reconciling] by [] rules []:
        "There is no connection to the account, or its address answers with something else. It is tried again."
        "Nothing at first. If it stays, check the addresses in the Tenant, what the network lets through, and, where the message names a CA, `caBundle` of the chart."
    AccountThrottled [Tenant Reconciling, User Reconciling] by [] rules []:
        "The account has said that there were too many calls (429). Onhook waits as long as it was told."
        "Nothing. If it comes back often, look for who else uses the account's API, or lower `spec.adminApi.limits`."
    AccountBusy [Tenant Reconciling, User Reconciling] by [] rules []:
        "The account is carrying out another change of the same thing (409). It is tried again, ever more slowly."
        "Nothing. If it stays, look at the user in the Admin Console."
    AccountFailing [Tenant Reconciling, User Reconciling] by [] rules []:
        "The account does not answer in time, answers with an error of its own, or with something unreadable. It is tried again."
        "Nothing. If it stays, ask 8x8's support."
    AccountRefused [Tenant Reconciling, User Reconciling] by [AccountAdministrator] rules []:
        "The account refuses the call for a reason that has no name of its own here; what it said stands beside it, with 8x8's own code."
        "It is tried again, ever more slowly. Look at the user in the Admin Console if it stays."
    UserUpdatesUnavailable [User Reconciling] by [AccountAdministrator] rules []:
        "The step takes an update of the user, which 8x8 does not offer by API for this account."
        "Do the step in the Admin Console, as the blocker says; Onhook sees it. Where 8x8 has enabled updates since, set `spec.adminApi.userUpdates` of the Tenant to `Enabled`."
    InactiveUserLocked [User Reconciling] by [AccountAdministrator] rules ["D4", "D7"]:
        "8x8 takes no license off the profile while it is INACTIVE."
        "In the Admin Console, reactivate the user, remove each license, and deactivate the user again. Or set `spec.offboarding.allowReactivation`: Onhook then does the same, and the person could log in for some seconds."
    LicenseNotRemovable [User Reconciling] by [AccountAdministrator] rules ["D7"]:
        "8x8 takes the removal of licenses on, and lets it fail again and again. It is tried again, ever more slowly."
        "If it stays, remove the license in the Admin Console, reactivating the user for it if it is greyed out, or give 8x8's support the id of the operation. With `spec.offboarding.allowReactivation` Onhook tries the former itself."
    UserNameTaken [User Reconciling] by [PlatformEngineer] rules ["J2", "J3"]:
        "The userName is somebody else's, maybe in another account: userNames are unique across all of 8x8."
        "Set `spec.userName` to another one, or wait: it is tried again, ever more slowly."
    NameNotAccepted [User Reconciling] by [AccountAdministrator] rules ["J6"]:
        "8x8 does not accept a text of the profile, which it checks again when anything of the profile changes."
        "Admin Console → Users → Edit: correct the fields that are named, or do the step there by hand. Onhook sees either."
    ServicesRefused [User Reconciling] by [AccountAdministrator] rules []:
        "8x8 does not take this change of licenses and extensions by API, as with those of Contact Center or of a number."
        "Admin Console → Users → Edit → Services and permissions: do it by hand. Onhook sees it."
    NumberLicenseRefused [User Reconciling] by [PlatformEngineer] rules ["F7"]:
        "8x8 takes no license in an update that comes with a number."
        "Add the names of such licenses of this account to `spec.adminApi.didLicenses` of the Tenant."
    OperationFailed [User Reconciling] by [] rules []:
        "8x8 took a write on and reported it as failed; its codes stand beside it. It is tried again, ever more slowly."
        "Look at the user in the Admin Console if it stays."
    OutcomeUnknown [User Reconciling] by [AccountAdministrator] rules []:
        "A write was sent, and for ten minutes nothing told whether it was carried out. A DELETE is not sent again by itself."
        "Look at the user in the Admin Console. To have the write sent again, set the annotation `onhook.dev/retry-intent` to the id of the intent, which the blocker names."
    NotEffective [User Reconciling] by [AccountAdministrator] rules []:
        "The account reported a step as completed, and its effect cannot be seen. It is tried again."
        "If it stays, look at the user in the Admin Console."
    DeletePreconditionUnmet [User Reconciling] by [] rules []:
        "The profile still holds something that must be gone before the step, by what was read in the same pass."
        "Nothing: it is looked at again."
}
