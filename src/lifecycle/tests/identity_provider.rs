//! Profiles that an identity provider owns through SCIM (rules L1 to L11, cases 29 and 30).

use super::account::Write;
use super::fixtures::{JANE, confirm, full};
use super::world::{World, ready, reasons};
use crate::api::user::{Confirmation, DeletionPolicy, UserState};
use crate::api::user_status::{StepName, StepState};
use crate::lifecycle::{ProfileStatus, Standing};

/// A leaver whom an identity provider owns.
fn owned(state: UserState) -> World {
    let mut profile = full();
    profile.scim_provider = Some("okta".to_owned());
    World::claimed(state, profile)
}

fn deactivations(world: &World) -> usize {
    let writes = world.account.writes();
    assert!(
        writes
            .iter()
            .all(|write| *write == Write::Deactivate(JANE.to_owned())),
        "{writes:?}"
    );
    writes.len()
}

#[test]
fn access_is_cut_at_once_and_everything_else_waits_for_the_identity_provider() {
    let mut world = owned(UserState::Deleted);
    let plan = world.drive();
    assert_eq!(reasons(&plan), ["IdentityProviderAssigned"]);
    assert_eq!(world.account.jane().status, ProfileStatus::Inactive);
    assert_eq!(deactivations(&world), 1);
    assert_eq!(world.step(StepName::IdentityProvider), Some(StepState::Blocked));
    confirm(&mut world.user, Confirmation::IdentityProviderUnassigned);
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn the_blocker_names_the_provider_and_says_that_deleting_there_deletes_nothing_here() {
    let plan = owned(UserState::Deleted).drive();
    let blocker = &plan.status.blockers[0];
    assert!(
        blocker.what.contains("okta") && blocker.to_do.contains("okta"),
        "{blocker:?}"
    );
    assert!(
        blocker
            .to_do
            .contains("only deactivates the profile (rules L1, L3)"),
        "{blocker:?}"
    );
    assert!(
        blocker.what.contains("deactivates the profile again"),
        "{blocker:?}"
    );
}

#[test]
fn a_profile_that_the_provider_sets_active_again_is_deactivated_again() {
    let mut world = owned(UserState::Deleted);
    world.drive();
    world.account.jane().status = ProfileStatus::Active;
    assert_eq!(reasons(&world.drive()), ["IdentityProviderAssigned"]);
    assert_eq!(world.account.jane().status, ProfileStatus::Inactive);
    assert_eq!(deactivations(&world), 2);
}

#[test]
fn a_deactivation_waits_for_the_identity_provider_too() {
    let mut world = owned(UserState::Deactivated);
    let plan = world.drive();
    assert_eq!(plan.standing, Standing::Blocked);
    assert_eq!(reasons(&plan), ["IdentityProviderAssigned"]);
    assert_eq!(deactivations(&world), 1);
    confirm(&mut world.user, Confirmation::IdentityProviderUnassigned);
    assert_eq!(ready(&world.drive()), Some("Deactivated"));
}

#[test]
fn a_deleted_object_is_not_let_go_of_before_the_identity_provider_lets_go() {
    let mut world = owned(UserState::Active);
    world.user.deletion_policy = Some(DeletionPolicy::Deactivate);
    world.delete_object();
    assert_eq!(reasons(&world.drive()), ["IdentityProviderAssigned"]);
    confirm(&mut world.user, Confirmation::IdentityProviderUnassigned);
    world.drive();
    assert!(world.released);
}

#[test]
fn a_provider_that_comes_while_the_profile_is_retained_stops_the_delete() {
    let mut world = World::claimed(UserState::Deleted, full());
    world.user.offboarding.retention_period = Some("1d".parse().unwrap());
    world.until(|plan| plan.status.step.as_deref() == Some("RetentionPeriod"));
    world.account.jane().scim_provider = Some("entra".to_owned());
    assert_eq!(reasons(&world.drive()), ["IdentityProviderAssigned"]);
    let deleted = |write: &Write| matches!(write, Write::Delete(_));
    assert!(!world.account.writes().iter().any(deleted));
}

#[test]
fn without_a_provider_the_step_is_skipped() {
    let mut world = World::claimed(UserState::Deleted, full());
    assert_eq!(ready(&world.drive()), Some("Deleted"));
    assert_eq!(world.step(StepName::IdentityProvider), Some(StepState::Skipped));
}
