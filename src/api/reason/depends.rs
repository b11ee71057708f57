//! What has to be confirmed, and what else in the account depends on the leaver.

pub(super) const TITLE: &str = "What must be dealt with first";

super::entries! {
    ExtensionNotReset [User Reconciling] by [AccountAdministrator] rules ["E3", "D4"]:
        "The Tenant requires that the extension is reset to default settings, which takes an active profile: the person keeps access until then."
        "Admin Console → Users → ⋮ → Reset to Default Settings, then add `ExtensionReset` to `spec.offboarding.confirmations`."
    VoicemailNotExported [User Reconciling] by [AccountAdministrator] rules ["B6", "F1"]:
        "The Tenant requires that voicemail is exported. It is destroyed with the license."
        "Download or forward the voicemails, then add `VoicemailExported` to `spec.offboarding.confirmations`, also where none is wanted."
    EmergencyDevicesActive [User Reconciling] by [AccountAdministrator] rules ["P1", "P4"]:
        "The Tenant requires that phones are dealt with: without the license the devices that are named can call emergency numbers no more."
        "Remove or label the phones, then add `EmergencyDevicesRemoved` to `spec.offboarding.confirmations`."
    LastRingGroupMember [User Reconciling] by [AccountAdministrator] rules ["I4"]:
        "The user is the only member of a ring group: its calls would ring nowhere."
        "Admin Console → Ring groups: add somebody else or delete the group; or add `RingGroupMayBeEmpty` to `spec.offboarding.confirmations`."
    LastCallQueueMember [User Reconciling] by [AccountAdministrator] rules ["I4"]:
        "The user is the only active member of a call queue."
        "Admin Console → Call queues: add somebody else or delete the queue; or add `CallQueueMayBeEmpty` to `spec.offboarding.confirmations`."
    ExtensionReferenced [User Reconciling] by [AccountAdministrator] rules ["I5"]:
        "Forwarding of a ring group, or the voicemail zero-out of a site or of other users, leads to the extension of the user."
        "Choose another target for each in the Admin Console; or add `ReferencesAccepted` to `spec.offboarding.confirmations`. Auto attendants are shown by no API: look at them too."
}
