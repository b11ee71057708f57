//! Licenses, queues and numbers.

pub(super) const TITLE: &str = "Licenses, queues and numbers";

super::entries! {
    RingGroupInconsistent [User Reconciling] by [] rules []:
        "The user says it is in a ring group, and the group does not list it. It is looked at again."
        "Nothing at first. If it stays, open the group in the Admin Console and save it."
    RingGroupUnknown [User Reconciling] by [PlatformEngineer] rules []:
        "No ring group of the account, or more than one, has the name that a QueueAssignment says."
        "Correct `spec.queue.name` of the QueueAssignment to the name of one ring group of the account."
    ExtensionMissing [User Reconciling] by [PlatformEngineer] rules ["G2"]:
        "The user has no extension of 8x8 Work to be in a declared ring group with."
        "Set `spec.profile.extension` and declare a LicenseAssignment, or give an extension in the Admin Console."
    CallQueuesRemain [User Reconciling] by [AccountAdministrator] rules ["I3"]:
        "The license is gone, and the user is still in call queues."
        "Admin Console → Call queues: take the user out; no API does it."
    QueueNotRemovable [User Reconciling] by [AccountAdministrator] rules []:
        "A QueueAssignment with `deletionPolicy: Delete` is deleted, and no API leaves that queue."
        "Take the user out of the queue in the Admin Console."
    NumberPortOpen [User Reconciling] by [AccountAdministrator] rules ["B10"]:
        "A number of the user is being ported."
        "Wait for the port to end, or cancel it at 8x8."
    NumberLicenseRemains [User Reconciling] by [AccountAdministrator] rules ["F7"]:
        "The license of a number is on the user, and it goes with the number alone."
        "Admin Console → Users → Edit: remove the number from the user."
    NumberStuck [User Reconciling] by [AccountAdministrator] rules ["G12"]:
        "Numbers of the user are still ASSIGNED though no user holds them."
        "Admin Console → Phone numbers: look for what uses them. If nothing does, ask 8x8's support to release them."
}
