//! The main road: deactivated, deleted with everything, the waits on the way, and access that comes back.

use super::account::Write;
use super::fixtures::{GROUP, JANE, LICENSE, NUMBER, at, full, seconds};
use super::world::{World, ready, reasons};
use crate::api::user::UserState;
use crate::api::user_status::{Outcome, StepName, StepState};
use crate::lifecycle::{Goal, Next, NumberSight, Plan, ProfileStatus, Standing, order};

fn scheduled(plan: &Plan) -> bool {
    matches!(plan.standing, Standing::Scheduled { .. })
}

fn jane() -> String {
    JANE.to_owned()
}

/// The writes that take the full profile away.
fn all_writes() -> Vec<Write> {
    vec![
        Write::Deactivate(jane()),
        Write::Leave(jane(), GROUP.to_owned()),
        Write::Licenses(jane(), None),
        Write::Delete(jane()),
    ]
}

#[test]
fn the_order_is_that_of_the_design() {
    use StepName::*;
    assert_eq!(order(Goal::Deactivate), [Deactivate, IdentityProvider]);
    assert!(order(Goal::Release).is_empty());
    let kept = [
        Create,
        Activate,
        Rename,
        UpdateProfile,
        AssignLicenses,
        JoinRingGroups,
    ];
    assert_eq!(order(Goal::Keep), kept);
    let expected = [
        Deactivate,
        IdentityProvider,
        ContactCenterLogout,
        ContactCenterQueues,
        ContactCenterSupervisor,
        ContactCenterAdmin,
        ContactCenterLicense,
        RingGroups,
        LicenseGracePeriod,
        Licenses,
        PhoneNumbers,
        RetentionPeriod,
        Delete,
    ];
    assert_eq!(order(Goal::Delete), expected);
}

#[test]
fn deactivated_sets_inactive_and_takes_nothing_else() {
    let mut world = World::claimed(UserState::Deactivated, full());
    let end = world.drive();
    assert_eq!(ready(&end), Some("Deactivated"));
    assert_eq!(world.account.writes(), [Write::Deactivate(jane())]);
    let before = full();
    let after = world.account.jane();
    assert_eq!(after.status, ProfileStatus::Inactive);
    assert_eq!(
        (&after.licenses, &after.extensions),
        (&before.licenses, &before.extensions)
    );
    assert_eq!(world.account.numbers[NUMBER], NumberSight::Assigned);
}

#[test]
fn status_says_whether_an_emergency_call_can_be_made() {
    let mut world = World::claimed(UserState::Deactivated, full());
    let calls = world.drive().status.emergency_calls.unwrap();
    assert_eq!(
        (calls.possible, calls.devices),
        (true, vec!["Poly Edge E350".to_owned()])
    );

    let mut profile = full();
    profile.extensions[0].devices[0].active = false;
    let mut world = World::claimed(UserState::Deactivated, profile);
    assert!(!world.drive().status.emergency_calls.unwrap().possible);
}

#[test]
fn deleted_takes_everything_in_order_and_ends_verified() {
    let mut world = World::claimed(UserState::Deleted, full());
    let end = world.drive();
    assert_eq!(ready(&end), Some("Deleted"));
    assert_eq!(world.account.writes(), all_writes());
    assert_eq!(end.status.finished.unwrap().outcome, Outcome::Deleted);
    assert_eq!(end.status.step.as_deref(), Some("Done"));
    assert!(world.account.profiles.is_empty());
    assert_eq!(world.account.numbers[NUMBER], NumberSight::Available);
    let held = end.status.held.unwrap();
    assert_eq!(
        (held.phone_numbers, held.licenses.len()),
        (vec![NUMBER.to_owned()], 2)
    );
    for name in [
        StepName::Deactivate,
        StepName::RingGroups,
        StepName::Licenses,
        StepName::PhoneNumbers,
    ] {
        assert_eq!(world.step(name), Some(StepState::Done), "{name}");
    }
    assert_eq!(
        world.step(StepName::ContactCenterQueues),
        Some(StepState::Skipped)
    );
    assert_eq!(world.step(StepName::RetentionPeriod), Some(StepState::Skipped));
}

#[test]
fn deleted_goes_on_from_wherever_the_profile_is() {
    let mut profile = full();
    profile.status = ProfileStatus::Inactive;
    profile.ring_groups.clear();
    let mut world = World::claimed(UserState::Deleted, profile);
    world.drive();
    assert_eq!(world.account.writes(), all_writes()[2..]);
}

#[test]
fn all_steps_are_shown_from_the_first_pass_on() {
    let mut world = World::claimed(UserState::Deleted, full());
    let plan = world.pass();
    let names: Vec<_> = plan.status.steps.iter().map(|step| step.name).collect();
    assert_eq!(names, order(Goal::Delete));
    assert_eq!(plan.status.step.as_deref(), Some("Deactivate"));
    assert_eq!(plan.status.steps[7].state, StepState::Pending);
}

#[test]
fn grace_counts_from_the_deactivation_and_retention_from_the_licenses() {
    let mut world = World::claimed(UserState::Deleted, full());
    world.user.offboarding.license_grace_period = Some("3d".parse().unwrap());
    world.user.offboarding.retention_period = Some("30d".parse().unwrap());

    let grace = world.until(scheduled);
    let deactivated = since(&world, StepName::Deactivate);
    let expected = deactivated.checked_add(seconds(3 * 86_400)).unwrap();
    assert_eq!(not_before(&grace, StepName::LicenseGracePeriod), Some(expected));
    assert_eq!(world.account.writes(), all_writes()[..2]);
    assert!(reasons(&grace).is_empty());

    let retention = world.until(|plan| not_before(plan, StepName::RetentionPeriod).is_some());
    assert!(world.now >= expected);
    let expected = since(&world, StepName::Licenses)
        .checked_add(seconds(30 * 86_400))
        .unwrap();
    assert_eq!(not_before(&retention, StepName::RetentionPeriod), Some(expected));
    assert_eq!(world.account.writes(), all_writes()[..3]);

    assert_eq!(ready(&world.drive()), Some("Deleted"));
    assert!(world.now >= expected);
}

#[test]
fn the_tenants_waits_count_where_the_user_says_nothing() {
    let mut world = World::claimed(UserState::Deleted, full());
    world.tenant.defaults.license_grace_period = "1d".parse().unwrap();
    let plan = world.until(scheduled);
    assert!(not_before(&plan, StepName::LicenseGracePeriod).is_some());
    world.user.offboarding.license_grace_period = Some("0s".parse().unwrap());
    assert_eq!(ready(&world.drive()), Some("Deleted"));
    assert!(world.now < at(86_400));
}

#[test]
fn a_wait_that_is_changed_keeps_its_anchor() {
    let mut world = World::claimed(UserState::Deleted, full());
    world.user.offboarding.license_grace_period = Some("30d".parse().unwrap());
    world.until(scheduled);
    let anchor = since(&world, StepName::Deactivate);
    world.now = at(2 * 86_400);
    world.user.offboarding.license_grace_period = Some("3d".parse().unwrap());
    let plan = world.pass();
    let expected = anchor.checked_add(seconds(3 * 86_400)).unwrap();
    assert_eq!(
        (not_before(&plan, StepName::LicenseGracePeriod), plan.wake),
        (Some(expected), Some(expected))
    );
}

#[test]
fn grace_begins_again_when_somebody_gave_access_back() {
    let mut world = World::claimed(UserState::Deleted, full());
    world.user.offboarding.license_grace_period = Some("3d".parse().unwrap());
    world.until(scheduled);
    world.now = at(2 * 86_400);
    world.account.jane().status = ProfileStatus::Active;
    let plan = world.until(scheduled);
    assert!(not_before(&plan, StepName::LicenseGracePeriod) > Some(at(5 * 86_400)));
    assert_eq!(
        world
            .account
            .writes()
            .iter()
            .filter(|w| matches!(w, Write::Deactivate(_)))
            .count(),
        2
    );
}

#[test]
fn nothing_is_written_before_effective_at() {
    for state in [UserState::Deactivated, UserState::Deleted] {
        let mut world = World::claimed(state, full());
        world.user.effective_at = Some(at(3_600));
        let plan = world.pass();
        assert!(scheduled(&plan) && world.account.log.is_empty());
        assert_eq!(plan.wake, Some(at(3_600)));
        assert!(ready(&world.drive()).is_some());
        assert!(world.now >= at(3_600));
    }
}

#[test]
fn who_waits_for_a_set_time_rests_until_then_however_often_the_account_is_read() {
    let mut world = World::claimed(UserState::Deleted, full());
    world.tenant.inventory.interval = "10m".parse().unwrap();
    world.user.effective_at = Some(at(86_400));
    let plan = world.pass();
    assert_eq!((plan.wake, plan.rests), (Some(at(86_400)), true));
}

#[test]
fn after_the_end_nothing_is_looked_at_or_done() {
    let mut world = World::claimed(UserState::Deleted, full());
    world.drive();
    world.account.profiles.insert("u-new".to_owned(), {
        let mut new = full();
        new.user_id = "u-new".to_owned();
        new
    });
    let writes = world.account.log.len();
    let plan = world.drive();
    assert!(matches!(plan.next, Next::Wait));
    assert_eq!((ready(&plan), world.account.log.len()), (Some("Deleted"), writes));
    assert!(world.account.profiles.contains_key("u-new"));
}

#[test]
fn the_time_of_the_deletion_stays_for_whoever_searches_the_audit() {
    let mut world = World::claimed(UserState::Deleted, full());
    world.drive();
    let finished = world.memory.finished.clone().unwrap();
    let seconds = world.now.duration_since(finished.at).as_secs();
    assert!((0..3_600).contains(&seconds), "{finished:?}");
    world.now = world
        .now
        .checked_add(super::fixtures::seconds(400 * 86_400))
        .unwrap();
    world.drive();
    assert_eq!(world.memory.finished, Some(finished));
}

#[test]
fn a_tombstone_does_not_come_back() {
    for state in [UserState::Active, UserState::Deactivated] {
        let mut world = World::claimed(UserState::Deleted, full());
        world.drive();
        world.user.state = state;
        let plan = world.drive();
        assert_eq!(
            (reasons(&plan), &plan.standing),
            (vec!["ProfileDeleted"], &Standing::Stalled)
        );
        world.user.state = UserState::Deleted;
        assert_eq!(ready(&world.drive()), Some("Deleted"));
    }
}

#[test]
fn every_license_and_extension_goes_at_once() {
    let mut profile = full();
    profile.licenses.push(super::fixtures::license("ColdStorage"));
    profile
        .extensions
        .push(super::fixtures::extension("x-fax", &["+14085550101"]));
    let mut world = World::claimed(UserState::Deleted, profile);
    assert_eq!(ready(&world.drive()), Some("Deleted"));
    assert_eq!(world.account.writes(), all_writes());
    assert!(
        world
            .memory
            .held
            .as_ref()
            .unwrap()
            .licenses
            .contains(&LICENSE.to_owned())
    );
}

fn since(world: &World, name: StepName) -> jiff::Timestamp {
    world
        .memory
        .steps
        .iter()
        .find(|step| step.name == name)
        .unwrap()
        .since
}

fn not_before(plan: &Plan, name: StepName) -> Option<jiff::Timestamp> {
    plan.status
        .steps
        .iter()
        .find(|step| step.name == name)?
        .not_before
}
