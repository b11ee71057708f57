//! Whose turn the calls of a User are: the lane of the account's budget, and the place in it.

use crate::api::User;
use crate::api::user::UserState;
use crate::api::user_status::{SetStatus, StepName};
use crate::eightbyeight::{Lane, Turn};
use crate::lifecycle::{Action, ProfileStatus};

use super::declared;
use super::rest::at_rest;

/// The turn of what is read for a User, as its status tells where it stands.
///
/// Who is only to be deactivated goes before everything. Of those who are to be deleted, the ones whose access is not cut
/// yet go first, or a thousand of them would keep a cut waiting that is asked for alone; then the run that began first.
pub(super) fn of(user: &User) -> Turn {
    let leaves = declared::leaves(user);
    if !leaves || at_rest(user) {
        return Turn::of(Lane::Upkeep);
    }
    let status = user.status.as_ref();
    let observed = status.and_then(|status| status.observed.as_ref());
    // What was sent is not seen yet, but it is on its way. Of a cut that is asked for alone it is all that there is to see.
    let intent = status.and_then(|status| status.intent.as_ref());
    let sent = intent.is_some_and(|intent| {
        intent.step == StepName::Deactivate || intent.sets_status == Some(SetStatus::Inactive)
    });
    let is_cut = observed.is_some_and(|observed| observed.status == ProfileStatus::Inactive.as_str())
        || (sent && !is_cut_alone(user));
    if !is_cut {
        return cut(user);
    }
    let steps = status.into_iter().flat_map(|status| &status.steps);
    match steps.map(|step| step.since).min() {
        Some(began) => Turn::since(Lane::Leavers, began),
        None => Turn::of(Lane::Leavers),
    }
}

/// The turn of a write. One that cuts access has that of a cut also where the status still tells of an earlier one.
pub(super) fn of_write(user: &User, action: &Action) -> Turn {
    match action {
        Action::Deactivate(_) | Action::RemoveAccess { .. } => cut(user),
        _ => of(user),
    }
}

fn cut(user: &User) -> Turn {
    Turn::of(if is_cut_alone(user) {
        Lane::Access
    } else {
        Lane::Leavers
    })
}

/// Whether nothing but the end of access is asked for.
fn is_cut_alone(user: &User) -> bool {
    user.spec.state == UserState::Deactivated && user.metadata.deletion_timestamp.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(state: &str, observed: Option<&str>, began: &str) -> User {
        let mut user = serde_json::json!({
            "apiVersion": "onhook.dev/v1alpha1", "kind": "User", "metadata": {"name": "jane", "generation": 2},
            "spec": {"tenantRef": {"name": "acme"}, "userName": "jane@acme.example", "state": state},
            "status": {"steps": [{"name": "Deactivate", "state": "Done", "since": began}]},
        });
        if let Some(status) = observed {
            user["status"]["observed"] = serde_json::json!({"status": status, "licenses": [], "extensions": [], "numbers": [], "queues": []});
        }
        serde_json::from_value(user).unwrap()
    }

    #[test]
    fn a_cut_goes_before_runs_and_runs_before_those_who_stay() {
        let at = "2026-01-01T00:00:00Z";
        let stays = of(&user("active", Some("ACTIVE"), at));
        let deletion = of(&user("deleted", Some("ACTIVE"), at));
        let cut_alone = of(&user("deactivated", Some("ACTIVE"), at));
        let not_read_yet = of(&user("deactivated", None, at));
        assert_eq!(cut_alone, Turn::of(Lane::Access));
        assert_eq!(not_read_yet, cut_alone);
        assert_eq!(deletion.lane, Lane::Leavers);
        assert_eq!(stays, Turn::of(Lane::Upkeep));
        assert!(cut_alone < deletion && deletion < stays);
    }

    #[test]
    fn whose_cut_was_sent_makes_room_for_those_who_still_have_access() {
        let not_cut = of(&user("deleted", Some("ACTIVE"), "2026-01-03T00:00:00Z"));
        let mut sent = user("deleted", Some("ACTIVE"), "2026-01-01T00:00:00Z");
        let intent = serde_json::json!({
            "id": "i1", "step": "Licenses", "at": "2026-01-01T00:00:00Z", "userId": "u1", "setsStatus": "Inactive",
        });
        let status = sent.status.as_mut().unwrap();
        status.intent = Some(serde_json::from_value(intent).unwrap());
        assert!(not_cut < of(&sent));
    }

    #[test]
    fn of_runs_those_not_cut_yet_go_first_and_then_the_oldest() {
        let not_cut = of(&user("deleted", Some("ACTIVE"), "2026-01-03T00:00:00Z"));
        let older = of(&user("deleted", Some("INACTIVE"), "2026-01-01T00:00:00Z"));
        let younger = of(&user("deleted", Some("INACTIVE"), "2026-01-02T00:00:00Z"));
        assert!(not_cut < older && older < younger);
    }
}
