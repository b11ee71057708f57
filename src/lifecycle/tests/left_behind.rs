//! Numbers of those who are gone (case 10).

use super::account::Write;
use super::fixtures::{JANE, NUMBER, bare, extension, full};
use super::world::{World, ready, reasons};
use crate::api::user::UserState;
use crate::api::user_status::Warning;
use crate::lifecycle::{Next, NumberSight, Plan, ProfileStatus};

/// A leaver who stands in the grace before the license goes, and whose profile somebody else deletes.
fn taken_away(state: UserState) -> World {
    let mut world = World::claimed(state, full());
    world.user.offboarding.license_grace_period = Some("1d".parse().unwrap());
    let last = if state == UserState::Deleted {
        "LicenseGracePeriod"
    } else {
        "Done"
    };
    world.until(|plan| plan.status.step.as_deref() == Some(last));
    world.account.profiles.remove(JANE);
    world
}

fn warnings(plan: &Plan) -> Vec<&str> {
    let warnings = plan.status.warnings.iter();
    warnings.map(|warning| warning.reason.as_str()).collect()
}

#[test]
fn a_number_that_stays_assigned_to_nobody_is_reported_with_what_to_ask_for() {
    let mut world = taken_away(UserState::Deleted);
    let plan = world.drive();
    assert_eq!(ready(&plan), Some("AlreadyGone"), "it holds nothing back");
    assert_eq!(warnings(&plan), ["NumberStillAssigned"]);
    let Warning { what, to_do, .. } = &plan.status.warnings[0];
    assert!(what.starts_with("The profile is gone, and 1 number(s)"), "{what}");
    assert!(!what.contains(NUMBER), "a warning becomes an event: {what}");
    assert!(to_do.as_ref().unwrap().contains("8x8's support"), "{to_do:?}");
}

#[test]
fn the_report_ends_when_the_number_is_free() {
    let mut world = taken_away(UserState::Deleted);
    let plan = world.drive();
    assert!(plan.wake.is_some(), "it is looked at again");
    let since = plan.status.warnings[0].since;
    world.sleep(&plan);
    let plan = world.pass();
    assert_eq!(
        plan.status.warnings[0].since, since,
        "since when it stands there stays"
    );
    world
        .account
        .numbers
        .insert(NUMBER.to_owned(), NumberSight::Available);
    let plan = world.pass();
    assert_eq!((ready(&plan), warnings(&plan)), (Some("AlreadyGone"), vec![]));
    assert_eq!(plan.wake, None);
}

#[test]
fn a_number_that_somebody_else_has_is_not_reported() {
    let mut world = taken_away(UserState::Deleted);
    let mut joe = bare("u-joe", "joe@acme.com", ProfileStatus::Active);
    joe.extensions = vec![extension("x-joe", &[NUMBER])];
    world.account.profiles.insert("u-joe".to_owned(), joe);
    let plan = world.drive();
    assert_eq!((ready(&plan), warnings(&plan)), (Some("AlreadyGone"), vec![]));
}

#[test]
fn the_report_does_not_hold_the_object() {
    let mut world = taken_away(UserState::Deleted);
    world.drive();
    world.delete_object();
    let plan = world.pass();
    assert!(matches!(plan.next, Next::Release), "{plan:?}");
}

#[test]
fn a_deactivated_profile_that_somebody_deleted_is_reported_with_its_number() {
    let mut world = taken_away(UserState::Deactivated);
    let plan = world.drive();
    assert_eq!(reasons(&plan), ["ProfileGone"]);
    assert_eq!(warnings(&plan), ["NumberStillAssigned"]);
}

#[test]
fn an_active_profile_that_somebody_deleted_is_reported_with_its_number_until_it_is_free() {
    let mut world = World::claimed(UserState::Active, full());
    world.drive();
    world.account.profiles.remove(JANE);
    for _ in 0..3 {
        let plan = world.drive();
        assert_eq!(reasons(&plan), ["ProfileGone"]);
        assert_eq!(warnings(&plan), ["NumberStillAssigned"]);
        world.sleep(&plan);
    }
    world
        .account
        .numbers
        .insert(NUMBER.to_owned(), NumberSight::Available);
    let plan = world.drive();
    assert_eq!((reasons(&plan), warnings(&plan)), (vec!["ProfileGone"], vec![]));
}

#[test]
fn a_deletion_by_onhook_leaves_nothing_to_report() {
    let mut world = World::claimed(UserState::Deleted, full());
    let plan = world.drive();
    assert_eq!((ready(&plan), warnings(&plan)), (Some("Deleted"), vec![]));
    assert!(world.account.writes().contains(&Write::Delete(JANE.to_owned())));
}
