//! What a person should know, though nothing waits for it.

pub(super) const TITLE: &str = "Warnings";

super::entries! {
    NumberStillAssigned [User Warning] by [AccountAdministrator] rules ["B3"]:
        "The profile is gone without Onhook, and numbers that it held are still ASSIGNED and with no user."
        "Admin Console → Phone numbers: look for what uses them. If nothing does, ask 8x8's support to release them."
    ProfileRepurposed [User Warning] by [PlatformEngineer] rules ["J5"]:
        "userName, first name, last name and e-mail address are all changed at once: another person would get the profile, with its voicemail, its forwarding and its second factor."
        "If it is another person, take the change back and make a new User object for them."
    SiteDiffers [User Warning] by [AccountAdministrator] rules ["J8"]:
        "The profile is at another site than the declared one, and the API cannot move it."
        "Move the user in the Admin Console, or declare the site that it is at."
    ExtensionAmbiguous [User Warning] by [PlatformEngineer] rules []:
        "The user has several extensions, and none has the declared number. None is changed."
        "Set `spec.profile.extension` to one of `status.observed.extensions`."
    Undeclared [User Warning] by [PlatformEngineer] rules []:
        "The account has licenses or queues on the user that nothing declares. Onhook removes none of them."
        "Declare them by LicenseAssignments and QueueAssignments, or leave them."
    NotRestored [User Warning] by [AccountAdministrator] rules ["F1", "F5"]:
        "An off-boarding was taken back after the licenses were off: voicemail, greetings, forwarding and call history are lost, and call queues and some numbers may not be back."
        "Set greetings and forwarding anew, join the queues in the Admin Console, and activate the phones again."
}
