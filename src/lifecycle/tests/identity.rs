//! Who is meant: exactly one profile, or nothing is done.

use super::account::Write;
use super::fixtures::{JANE, NAME, full};
use super::world::{World, ready, reasons};
use crate::api::user::UserState;
use crate::api::user_status::Outcome;
use crate::lifecycle::{Action, Claim, Next, Profile, ProfileStatus, Standing};

fn stalled(world: &mut World, reason: &str) {
    let plan = world.drive();
    assert_eq!(
        (&plan.standing, reasons(&plan)),
        (&Standing::Stalled, vec![reason])
    );
    assert!(world.account.log.is_empty());
}

fn insert(world: &mut World, user_id: &str, user_name: &str) {
    let profile = Profile {
        user_id: user_id.to_owned(),
        user_name: user_name.to_owned(),
        ..full()
    };
    world.account.profiles.insert(user_id.to_owned(), profile);
}

#[test]
fn a_name_that_nobody_has_is_stalled() {
    let mut world = World::strange(UserState::Deactivated, full());
    world.account.profiles.clear();
    stalled(&mut world, "ProfileNotFound");
}

#[test]
fn a_name_in_other_capitals_is_nobody() {
    let mut world = World::strange(UserState::Deactivated, full());
    world.account.jane().user_name = "Jane.Doe@acme.com".to_owned();
    stalled(&mut world, "ProfileNotFound");
    assert!(world.memory.blockers[0].what.contains("upper and lower case"));
}

#[test]
fn two_profiles_of_one_name_are_nobody() {
    let mut world = World::strange(UserState::Deactivated, full());
    insert(&mut world, "u-second", NAME);
    stalled(&mut world, "UserNameAmbiguous");
    world.user.user_id = Some(JANE.to_owned());
    assert_eq!(ready(&world.drive()), Some("Deactivated"));
    assert_eq!(world.account.writes(), [Write::Deactivate(JANE.to_owned())]);
}

#[test]
fn a_pinned_profile_of_another_name_is_not_touched() {
    let mut world = World::claimed(UserState::Deleted, full());
    world.user.user_id = Some(JANE.to_owned());
    world.account.jane().user_name = "joe@acme.com".to_owned();
    stalled(&mut world, "UserNameDiffers");
}

#[test]
fn a_user_that_was_never_seen_active_is_not_deleted_by_its_name() {
    let mut world = World::strange(UserState::Deleted, full());
    stalled(&mut world, "IdentityNotPinned");
    let blocker = &world.memory.blockers[0];
    assert!(
        blocker.what.contains("Headquarters") && blocker.to_do.contains(JANE),
        "{blocker:?}"
    );
    world.user.user_id = Some(JANE.to_owned());
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn a_claim_that_does_not_pin_is_not_enough_for_a_deletion() {
    let mut world = World::strange(UserState::Deactivated, full());
    assert_eq!(ready(&world.drive()), Some("Deactivated"));
    assert_eq!(world.account.claims[JANE], Claim::Mine { pins: false });
    world.user.state = UserState::Deleted;
    let plan = world.drive();
    assert_eq!(reasons(&plan), ["IdentityNotPinned"]);
    assert_eq!(world.account.log.len(), 1);
}

#[test]
fn a_user_seen_active_is_claimed_and_so_pinned() {
    let mut world = World::strange(UserState::Active, full());
    let plan = world.pass();
    assert!(matches!(plan.next, Next::Act(Action::Claim { pins: true, .. })));
    assert_eq!(ready(&world.drive()), Some("Active"));
    world.user.state = UserState::Deleted;
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn a_claim_pins_only_where_object_and_profile_are_active() {
    let mut profile = full();
    profile.status = ProfileStatus::Inactive;
    let mut world = World::strange(UserState::Active, profile);
    world.drive();
    assert_eq!(world.account.claims[JANE], Claim::Mine { pins: false });
    world.account.jane().status = ProfileStatus::Active;
    world.drive();
    assert_eq!(world.account.claims[JANE], Claim::Mine { pins: true });
}

#[test]
fn what_another_user_claims_is_not_touched() {
    let mut world = World::claimed(UserState::Deleted, full());
    world.user.user_id = Some(JANE.to_owned());
    world
        .account
        .claims
        .insert(JANE.to_owned(), Claim::Other("people/other".to_owned()));
    stalled(&mut world, "ProfileClaimed");
    assert!(world.memory.blockers[0].what.contains("people/other"));
    world.delete_object();
    world.drive();
    assert!(world.released && world.account.log.is_empty());
}

#[test]
fn a_profile_that_is_gone_is_the_end_of_a_deletion() {
    let mut world = World::claimed(UserState::Deleted, full());
    world.account.profiles.clear();
    let plan = world.drive();
    assert_eq!(ready(&plan), Some("AlreadyGone"));
    assert_eq!(plan.status.finished.unwrap().outcome, Outcome::AlreadyGone);
    assert!(world.account.log.is_empty());
}

#[test]
fn a_profile_that_goes_behind_our_back_verifies_nothing_else() {
    use crate::api::user_status::{StepName, StepState};
    let mut world = World::claimed(UserState::Deleted, full());
    world.pass();
    world.account.profiles.clear();
    assert_eq!(ready(&world.drive()), Some("AlreadyGone"));
    assert_ne!(
        world.step(StepName::PhoneNumbers),
        Some(StepState::Done),
        "nobody looked at the numbers"
    );
}

#[test]
fn a_profile_that_is_gone_is_never_replaced_by_one_of_its_name() {
    for state in [UserState::Active, UserState::Deactivated] {
        let mut world = World::claimed(state, full());
        world.account.profiles.clear();
        insert(&mut world, "u-new", NAME);
        stalled(&mut world, "ProfileGone");
    }
    let mut world = World::claimed(UserState::Deleted, full());
    world.account.profiles.clear();
    insert(&mut world, "u-new", NAME);
    assert_eq!(ready(&world.drive()), Some("AlreadyGone"));
    assert!(world.account.profiles.contains_key("u-new"));
}

#[test]
fn a_pin_that_is_set_while_a_write_to_another_profile_is_open_counts() {
    let mut world = World::claimed(UserState::Deleted, full());
    insert(&mut world, "u-second", NAME);
    world
        .account
        .profiles
        .get_mut("u-second")
        .unwrap()
        .ring_groups
        .clear();
    world.pass();
    world.user.user_id = Some("u-second".to_owned());
    assert_eq!(ready(&world.drive()), Some("Deleted"));
    assert!(
        world.account.profiles.contains_key(JANE),
        "another profile than the pinned one was deleted"
    );
    assert!(!world.account.profiles.contains_key("u-second"));
}

#[test]
fn a_change_of_state_after_the_delete_was_sent_finds_a_tombstone() {
    for state in [UserState::Active, UserState::Deactivated] {
        let mut world = World::claimed(UserState::Deleted, full());
        world.until(|plan| matches!(plan.next, Next::Act(Action::Delete(_))));
        world.user.state = state;
        let plan = world.drive();
        assert_eq!(reasons(&plan), ["ProfileDeleted"]);
        assert_eq!(plan.status.finished.unwrap().outcome, Outcome::Deleted);
    }
}
