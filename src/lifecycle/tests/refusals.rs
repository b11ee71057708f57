//! What the account refuses: each refusal is named, changes nothing, and clears when its cause is gone.

use super::fixtures::{JANE, full, seconds};
use super::world::{World, reasons};
use crate::api::user::UserState;
use crate::api::user_status::StepName;
use crate::lifecycle::{Plan, ProfileStatus, Refusal, backoff, refused};

/// A leaver whose next write the account refuses for this reason, and the plan after it.
fn refuse(world: &mut World, reason: &str) -> Plan {
    let step = world.memory.intent.as_ref().unwrap().step;
    let what = "users.replace: 8x8 calls the request invalid (400: VALIDATION_ERROR on basicInfo.lastName).";
    let refusal = Refusal {
        reason: reason.to_owned(),
        what: what.to_owned(),
    };
    refused(&mut world.memory, step, refusal, world.now);
    world.pass()
}

fn to_do(plan: &Plan) -> &str {
    &plan.status.blockers.first().unwrap().to_do
}

/// A leaver whose first write was just sent, and does nothing.
fn leaver() -> World {
    let mut world = World::claimed(UserState::Deleted, full());
    world.fates(&[super::account::Fate::Lost]);
    world.until(|plan| matches!(&plan.next, crate::lifecycle::Next::Act(action) if action.step().is_some()));
    world
}

#[test]
fn a_name_that_8x8_refuses_is_named_by_its_field_and_tried_again_once_it_may_be_corrected() {
    let mut world = leaver();
    let plan = refuse(&mut world, "NameNotAccepted");
    assert_eq!(reasons(&plan).first(), Some(&"NameNotAccepted"));
    assert!(plan.status.blockers[0].what.contains("basicInfo.lastName"));
    assert!(to_do(&plan).contains("Users → Edit"), "{}", to_do(&plan));
    world.now = world.now.checked_add(backoff(1) + seconds(1)).unwrap();
    let plan = world.drive();
    assert_eq!(reasons(&plan), [""; 0]);
    assert!(
        !world.account.profiles.contains_key(JANE),
        "the corrected name lets it end"
    );
}

#[test]
fn a_taken_user_name_in_a_step_that_sends_it_as_read_is_a_name_not_accepted() {
    let mut world = leaver();
    let plan = refuse(&mut world, "UserNameTaken");
    assert_eq!(reasons(&plan).first(), Some(&"NameNotAccepted"));
}

#[test]
fn a_key_without_the_right_to_remove_changes_nothing_and_says_whose_key_it_takes() {
    let mut world = leaver();
    let plan = refuse(&mut world, "NotAuthorized");
    assert_eq!(reasons(&plan).first(), Some(&"NotAuthorized"));
    assert!(to_do(&plan).contains("primary or secondary administrator"));
    let profile = world.account.jane();
    assert_eq!(profile.status, ProfileStatus::Active);
    assert_eq!(profile.licenses.len(), full().licenses.len());
    let failure = world
        .memory
        .steps
        .iter()
        .find(|step| step.name == StepName::Deactivate);
    assert_eq!(failure.unwrap().failure.as_ref().unwrap().times, 1);
}
