//! How an object stands.

pub(super) const TITLE: &str = "How an object stands";

super::entries! {
    Active [User Ready] by [] rules []:
        "The profile is ACTIVE and is as declared." "Nothing."
    Deactivated [User Ready, User Event] by [] rules ["D6", "D10"]:
        "The profile is INACTIVE; license, extension and number are kept." "Nothing."
    Deleted [User Ready, User Event] by [] rules ["B5"]:
        "The profile is deleted, and was verified to be gone. The object stays as a tombstone." "Nothing."
    AlreadyGone [User Ready, User Event] by [] rules []:
        "The profile was gone already; Onhook did not delete it." "Nothing."
    Scheduled [User Ready] by [] rules []:
        "It waits for a time that was asked for: `effectiveAt`, `deletionDelay`, grace or retention. The message says until when."
        "Nothing."
    Progressing [User Reconciling] by [] rules []:
        "Work goes on: the account is looked at, or a write is being sent or verified." "Nothing."
    Blocked [User Reconciling] by [] rules []:
        "Something stands in the way that has no blocker of its own." "Look at `status.blockers`."
    Stalled [User Stalled] by [] rules []:
        "Something stands in the way that has no blocker of its own, and only an edit lets the work go on."
        "Look at `status.blockers`."
    Available [Tenant Ready] by [] rules []:
        "The account answers, and was read as a whole." "Nothing."
    InUse [Tenant Reconciling] by [PlatformEngineer] rules []:
        "The Tenant is being deleted and waits for the Users that need it, which the message names."
        "Let their removals end, or let go of them with `deletionPolicy: Orphan` and `kubectl delete user`."
    Assigned [LicenseAssignment Ready, QueueAssignment Ready] by [] rules []:
        "The account has it on this user." "Nothing."
    Released [LicenseAssignment Ready, QueueAssignment Ready, User Event] by [] rules []:
        "The account does not have it any more; for a User, the object is let go of." "Nothing."
    Pending [LicenseAssignment Reconciling, QueueAssignment Reconciling] by [] rules []:
        "The User is being removed, and its profile has not been looked at yet." "Nothing."
    Releasing [LicenseAssignment Reconciling, QueueAssignment Reconciling] by [] rules []:
        "The account still has it on the user, and the run of the User is stopped, or this object is being deleted." "Nothing here; the User says what it waits for."
    NotAssigned [LicenseAssignment Reconciling, QueueAssignment Reconciling] by [AccountAdministrator] rules []:
        "The account does not have it on the user. Licenses and ring groups are given by the User while its state is active; call queues and Contact Center queues no API gives."
        "For a call queue or a Contact Center queue, assign it in the Admin Console or the Configuration Manager. For the others the User says why it is not given yet."
    LicenseUnknown [LicenseAssignment Stalled] by [PlatformEngineer] rules []:
        "No user of the account has a license of this name, and the Tenant does not list it."
        "Correct `spec.license.name`, or add the name to `spec.adminApi.licenses` of the Tenant."
    UserNotFound [LicenseAssignment Reconciling, QueueAssignment Reconciling] by [PlatformEngineer] rules []:
        "The User that `spec.userRef` names is not in this namespace."
        "Create it, or delete this object."
    UserNotReady [LicenseAssignment Reconciling, QueueAssignment Reconciling] by [] rules []:
        "The User has not been found in the account yet." "Nothing; the User says why."
    Accepted [Approval Ready] by [] rules []:
        "The list is let go. Deleting the Approval takes back what was not done yet." "Nothing."
    AnotherList [Approval Reconciling] by [AccountAdministrator] rules []:
        "Another list than the one that the Approval names waits."
        "Look at `status.removals.waiting` of the Tenant, and make an Approval with that digest."
    NothingWaits [Approval Reconciling] by [] rules []:
        "No removal of the Tenant waits for an approval now." "Nothing, or delete the Approval."
    SecondPersonNeeded [Approval Reconciling] by [AccountAdministrator] rules []:
        "The Tenant wants two people (`spec.removals.fourEyes`): who asked and who approves, or two who approve. An identity in `spec.removals.automation` is nobody here."
        "Have somebody else make an Approval with the same digest."
    Expired [Approval Stalled] by [AccountAdministrator] rules []:
        "The Approval was not accepted before it expired." "Make another one."
    ListTooLong [Approval Reconciling] by [PlatformEngineer] rules []:
        "More removals wait than one Approval lets go."
        "Set the state of some Users back, approve the rest, and ask for them afterwards."
}
