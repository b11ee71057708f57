//! Users at rest: only a change of what the list of users shows is a reason to look.

use super::fixtures::{full, license};
use super::world::{World, ready};
use crate::api::user::{ProfileSpec, UserState};
use crate::lifecycle::{Profile, ProfileStatus, as_it_was};

#[test]
fn a_user_that_is_where_it_should_be_rests_until_something_changes() {
    for state in [UserState::Active, UserState::Deactivated] {
        let mut world = World::claimed(state, full());
        let plan = world.drive();
        assert!(ready(&plan).is_some());
        assert_eq!((plan.wake, plan.rests), (None, true));
    }
}

#[test]
fn a_user_that_is_worked_on_or_blocked_does_not_rest() {
    let mut world = World::claimed(UserState::Deleted, full());
    world.user.offboarding.legal_hold = true;
    let held = world.drive();
    assert!(ready(&held).is_none() && !held.rests);
    let mut world = World::claimed(UserState::Deleted, full());
    let plan = world.pass();
    assert!(!plan.rests);
}

#[test]
fn a_row_shows_a_profile_as_it_was_when_its_user_came_to_rest() {
    for state in [UserState::Active, UserState::Deactivated] {
        let mut world = World::claimed(state, full());
        world.drive();
        let row = world.account.jane().clone();
        assert!(as_it_was(&world.user, &world.memory, &row));
    }
}

#[test]
fn a_row_that_shows_anything_else_is_a_reason_to_look() {
    let changes: [super::Change<Profile>; 9] = [
        ("status", |row| row.status = ProfileStatus::Inactive),
        ("license", |row| row.licenses.push(license("X2-US"))),
        ("no license", |row| row.licenses.clear()),
        ("extension", |row| row.extensions.clear()),
        ("number", |row| row.extensions[0].numbers.clear()),
        ("ring group", |row| row.ring_groups.clear()),
        ("userName", |row| row.user_name.push('x')),
        ("another profile", |row| row.user_id.push('x')),
        ("site", |row| row.site = Some("Elsewhere".to_owned())),
    ];
    for (name, change) in changes {
        let mut world = World::claimed(UserState::Active, full());
        world.drive();
        let mut row = world.account.jane().clone();
        change(&mut row);
        assert!(!as_it_was(&world.user, &world.memory, &row), "{name}");
    }
}

#[test]
fn a_row_that_differs_from_what_is_declared_is_a_reason_to_look() {
    let mut world = World::claimed(UserState::Active, full());
    world.drive();
    let row = world.account.jane().clone();
    world.user.profile = Some(ProfileSpec {
        first_name: Some("Janet".to_owned()),
        ..ProfileSpec::default()
    });
    assert!(!as_it_was(&world.user, &world.memory, &row));
}

#[test]
fn what_no_pass_has_seen_yet_is_a_reason_to_look() {
    let mut world = World::claimed(UserState::Active, full());
    let row = world.account.jane().clone();
    assert!(!as_it_was(&world.user, &world.memory, &row));
}
