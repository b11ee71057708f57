//! `kubectl delete user`: what it means, and how it is taken back.

use super::account::{Fate, Write};
use super::fixtures::{JANE, at, full, seconds};
use super::world::{World, ready};
use crate::api::user::{DeletionPolicy, UserState};
use crate::lifecycle::{Next, ProfileStatus, Standing};

#[test]
fn the_deletion_of_an_active_user_waits_for_the_delay_and_then_takes_all() {
    let mut world = World::claimed(UserState::Active, full());
    world.delete_object();
    let plan = world.pass();
    assert!(matches!(plan.standing, Standing::Scheduled { .. }));
    assert_eq!((plan.wake, world.account.log.len()), (Some(at(900)), 0));
    world.drive();
    assert!(world.account.profiles.is_empty() && world.now >= at(900));
    world.drive();
    assert!(world.released);
}

#[test]
fn the_deletion_of_a_user_whose_state_said_deleted_waits_for_nothing() {
    let mut world = World::claimed(UserState::Deleted, full());
    world.delete_object();
    world.pass();
    assert_eq!(world.account.writes(), [Write::Deactivate(JANE.to_owned())]);
}

#[test]
fn delay_and_effective_at_both_count() {
    let mut world = World::claimed(UserState::Active, full());
    world.delete_object();
    world.user.effective_at = Some(at(5_000));
    assert_eq!(world.pass().wake, Some(at(5_000)));
    world.user.effective_at = Some(at(100));
    assert_eq!(world.pass().wake, Some(at(900)));
}

#[test]
fn policy_deactivate_ends_released_with_the_profile_inactive() {
    let mut world = World::claimed(UserState::Active, full());
    world.user.deletion_policy = Some(DeletionPolicy::Deactivate);
    world.delete_object();
    world.drive();
    assert!(world.released, "the finalizer stays for ever");
    assert_eq!(world.account.writes(), [Write::Deactivate(JANE.to_owned())]);
    assert_eq!(world.account.jane().status, ProfileStatus::Inactive);
}

#[test]
fn policy_orphan_releases_and_writes_nothing() {
    for state in [UserState::Active, UserState::Deactivated, UserState::Deleted] {
        let mut world = World::claimed(state, full());
        world.user.deletion_policy = Some(DeletionPolicy::Orphan);
        world.delete_object();
        world.drive();
        assert!(world.released && world.account.log.is_empty(), "{state:?}");
    }
}

#[test]
fn the_tenants_policy_counts_where_the_user_says_nothing() {
    let mut world = World::claimed(UserState::Active, full());
    world.tenant.defaults.deletion_policy = DeletionPolicy::Orphan;
    world.delete_object();
    assert!(matches!(world.pass().next, Next::Release));
}

#[test]
fn a_cancelled_deletion_leaves_the_profile_as_it_is() {
    let mut world = World::claimed(UserState::Active, full());
    world.delete_object();
    world.pass();
    world.deletion.as_mut().unwrap().cancelled = true;
    world.drive();
    assert!(world.released && world.account.log.is_empty());
}

#[test]
fn a_cancelled_deletion_leaves_a_user_that_was_deactivated_before_as_it_is() {
    let mut world = World::claimed(UserState::Deactivated, full());
    world.drive();
    world.now = at(10_000);
    world.delete_object();
    world.pass();
    world.deletion.as_mut().unwrap().cancelled = true;
    world.drive();
    assert!(world.released);
    assert_eq!(world.account.writes(), [Write::Deactivate(JANE.to_owned())]);
}

#[test]
fn a_deletion_cannot_be_cancelled_after_the_first_write() {
    let mut world = World::claimed(UserState::Active, full());
    world.delete_object();
    world.until(|plan| matches!(plan.next, Next::Act(_)));
    world.deletion.as_mut().unwrap().cancelled = true;
    world.drive();
    assert!(world.account.profiles.is_empty());
}

#[test]
fn a_user_whose_carrier_goes_is_released_not_removed() {
    for state in [UserState::Active, UserState::Deactivated] {
        let mut world = World::claimed(state, full());
        world.account.carrier_going = true;
        world.delete_object();
        world.drive();
        assert!(world.released && world.account.log.is_empty(), "{state:?}");
    }
}

#[test]
fn a_user_whose_carrier_goes_is_finished_where_its_state_said_deleted() {
    let mut world = World::claimed(UserState::Deleted, full());
    world.account.carrier_going = true;
    world.delete_object();
    assert_eq!(ready(&world.drive()), Some("Deleted"));
    world.drive();
    assert!(world.released && world.account.profiles.is_empty());
}

#[test]
fn the_carrier_is_looked_at_before_a_write_is_released_half_way() {
    let mut world = World::claimed(UserState::Active, full());
    world.delete_object();
    world.until(|plan| plan.status.step.as_deref() == Some("Licenses"));
    world.account.carrier_going = true;
    world.drive();
    assert!(world.released && world.account.profiles.contains_key(JANE));
}

#[test]
fn an_open_write_is_settled_before_the_object_is_released() {
    let mut world = World::claimed(UserState::Deactivated, full());
    world.fates(&[Fate::UnknownApplied]);
    world.pass();
    world.user.deletion_policy = Some(DeletionPolicy::Orphan);
    world.delete_object();
    let plan = world.pass();
    assert!(!matches!(plan.next, Next::Release) && plan.status.intent.is_some());
    world.drive();
    assert!(world.released);
}

#[test]
fn orphan_lets_go_of_a_write_that_nobody_can_settle() {
    let mut world = World::claimed(UserState::Deactivated, full());
    world.fates(&[Fate::Hangs]);
    world.pass();
    world.user.deletion_policy = Some(DeletionPolicy::Orphan);
    world.delete_object();
    assert!(!matches!(world.decide().next, Next::Release));
    world.now = world.now.checked_add(seconds(600)).unwrap();
    assert!(matches!(world.decide().next, Next::Release));
}

#[test]
fn the_deletion_of_a_user_that_never_had_a_profile_releases_it() {
    let mut world = World::strange(UserState::Active, full());
    world.account.profiles.clear();
    world.delete_object();
    world.drive();
    assert!(world.released);
}
