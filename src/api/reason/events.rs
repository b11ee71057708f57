//! What is told when it has happened.

pub(super) const TITLE: &str = "Events";

super::entries! {
    Created [User Event] by [] rules ["J1"]:
        "The profile was created, and was seen to be there." "Nothing."
    Renamed [User Event] by [] rules ["J4"]:
        "The profile has the declared userName now." "Nothing."
    ProfileUpdated [User Event] by [] rules []:
        "The profile says what is declared." "Nothing."
    LicensesAssigned [User Event] by [] rules []:
        "Every declared license is on the user." "Nothing."
    RingGroupsJoined [User Event] by [] rules []:
        "The user is in every declared ring group." "Nothing."
    Activated [User Event] by [] rules []:
        "The profile is ACTIVE again, as its `state` asked for." "Nothing."
    AgentLoggedOut [User Event] by [] rules ["B9"]:
        "The agent was logged out of Contact Center." "Nothing."
    RingGroupsLeft [User Event] by [] rules []:
        "The user has left every ring group." "Nothing."
    LicensesRemoved [User Event] by [] rules ["F1", "F5"]:
        "Every license and extension was taken off." "Nothing."
    RemovalsHeld [Tenant Event] by [AccountAdministrator] rules []:
        "More removals are asked for than the limit allows, and all of them are held."
        "Take them back, or create an Approval with the digest in `status.removals.waiting`."
    RemovalsLetGo [Tenant Event] by [] rules []:
        "No set of removals is held any more." "Nothing."
}
