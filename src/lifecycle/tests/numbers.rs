//! Licenses and numbers: what stays behind after a license is gone.

use super::fixtures::{NUMBER, bare, extension, full, license, queue};
use super::world::{World, ready, reasons};
use crate::api::QueueType;
use crate::api::user::UserState;
use crate::lifecycle::{NumberSight, Profile, ProfileStatus};

fn leaver() -> World {
    World::claimed(UserState::Deleted, full())
}

/// A run that stands in its retention, with the licenses gone.
fn retained() -> World {
    let mut world = leaver();
    world.user.offboarding.retention_period = Some("1d".parse().unwrap());
    world.until(|plan| plan.status.step.as_deref() == Some("RetentionPeriod"));
    world
}

#[test]
fn an_open_port_stops_the_license_removal() {
    let mut world = leaver();
    world.account.jane().extensions[0].numbers[0].porting = true;
    assert_eq!(reasons(&world.drive()), ["NumberPortOpen"]);
    assert_eq!(world.account.log.len(), 2);
    world.account.jane().extensions[0].numbers[0].porting = false;
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn a_port_that_opens_after_the_license_went_stops_the_delete() {
    let mut world = retained();
    world
        .account
        .numbers
        .insert(NUMBER.to_owned(), NumberSight::Porting);
    assert_eq!(reasons(&world.drive()), ["NumberPortOpen"]);
    world
        .account
        .numbers
        .insert(NUMBER.to_owned(), NumberSight::Available);
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn a_number_that_stays_assigned_is_first_waited_for_and_then_stuck() {
    let mut world = leaver();
    world.account.sticky = true;
    assert_eq!(reasons(&world.drive()), ["NumberStuck"]);
    assert!(
        !world
            .account
            .writes()
            .iter()
            .any(|write| matches!(write, super::account::Write::Delete(_)))
    );
    world
        .account
        .numbers
        .insert(NUMBER.to_owned(), NumberSight::Available);
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn a_number_that_the_account_says_something_new_of_is_not_free() {
    let mut world = leaver();
    world.account.sticky = true;
    world
        .account
        .numbers
        .insert(NUMBER.to_owned(), NumberSight::Other);
    assert_eq!(reasons(&world.drive()), ["NumberStuck"]);
}

#[test]
fn a_number_that_another_user_has_is_no_hindrance() {
    let mut world = leaver();
    world.account.sticky = true;
    let joe = Profile {
        extensions: vec![extension("x-joe", &[NUMBER])],
        ..bare("u-joe", "joe@acme.com", ProfileStatus::Active)
    };
    world.account.profiles.insert("u-joe".to_owned(), joe);
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn a_number_that_was_returned_is_no_hindrance() {
    let mut world = retained();
    world.account.numbers.clear();
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn a_user_without_a_number_skips_the_step() {
    let mut world = World::claimed(
        UserState::Deleted,
        bare("u-jane", super::fixtures::NAME, ProfileStatus::Active),
    );
    assert_eq!(ready(&world.drive()), Some("Deleted"));
    assert_eq!(
        world.step(crate::api::user_status::StepName::PhoneNumbers),
        Some(crate::api::user_status::StepState::Skipped)
    );
}

#[test]
fn the_license_of_a_number_alone_is_a_manual_step() {
    let mut world = leaver();
    let jane = world.account.jane();
    jane.extensions.clear();
    jane.ring_groups.clear();
    jane.licenses = vec![license("DID-US")];
    assert_eq!(reasons(&world.drive()), ["NumberLicenseRemains"]);
    assert_eq!(world.account.log.len(), 1);
}

#[test]
fn a_call_queue_that_remains_is_a_manual_step() {
    let mut world = retained();
    world
        .account
        .jane()
        .call_queues
        .push(queue(QueueType::CallQueue, "cq-sales"));
    let plan = world.drive();
    assert_eq!(reasons(&plan), ["CallQueuesRemain"]);
    assert!(plan.status.blockers[0].what.contains("cq-sales name"));
}

#[test]
fn a_license_that_comes_back_in_the_retention_is_removed_and_retained_again() {
    let mut world = retained();
    let first = world.now;
    world.account.jane().licenses.push(license("X2-US"));
    assert_eq!(ready(&world.drive()), Some("Deleted"));
    assert_eq!(world.account.log.len(), 5);
    assert!(world.now.duration_since(first) >= super::fixtures::seconds(86_400));
}

#[test]
fn a_group_that_does_not_list_its_member_is_named() {
    let mut world = leaver();
    world
        .account
        .groups
        .values_mut()
        .for_each(|group| group.members.clear());
    assert_eq!(reasons(&world.drive()), ["RingGroupInconsistent"]);
}
