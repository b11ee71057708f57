//! Writes whose outcome is not known, and writes that the account refused.

use super::account::{Fate, Write};
use super::fixtures::{at, full, seconds};
use super::world::{World, ready, reasons};
use crate::api::Reason;
use crate::api::user::UserState;
use crate::api::user_status::{StepFailure, StepName};
use crate::lifecycle::{Action, Next, Plan, ProfileStatus, Refusal, Standing, backoff, refused};

fn leaver(fates: &[Fate]) -> World {
    let mut world = World::claimed(UserState::Deleted, full());
    world.fates(fates);
    world
}

fn deletes(world: &World) -> usize {
    world
        .account
        .writes()
        .iter()
        .filter(|write| matches!(write, Write::Delete(_)))
        .count()
}

/// The first three writes complete, and the DELETE has this fate.
fn delete_with(fate: Fate) -> World {
    leaver(&[Fate::Completes, Fate::Completes, Fate::Completes, fate])
}

fn failure(world: &World, name: StepName) -> Option<StepFailure> {
    world
        .memory
        .steps
        .iter()
        .find(|step| step.name == name)?
        .failure
        .clone()
}

#[test]
fn an_operation_at_work_is_waited_for() {
    let mut world = leaver(&[]);
    world.pass();
    let plan = world.pass();
    assert!(matches!(plan.standing, Standing::Running { .. }) && plan.status.intent.is_some());
    assert_eq!(plan.wake, world.now.checked_add(world.pace.operation).ok());
    assert_eq!(world.account.log.len(), 1);
}

#[test]
fn looks_at_an_operation_become_rarer() {
    let mut world = leaver(&[Fate::Hangs]);
    world.pass();
    let waits: Vec<_> = [2, 10, 20, 60]
        .map(|age| {
            world.now = at(age);
            world.pass().wake.unwrap().duration_since(world.now).as_secs()
        })
        .into();
    assert_eq!(waits, [2, 5, 10, 15]);
}

#[test]
fn a_failed_operation_is_tried_again_ever_more_slowly() {
    let mut world = leaver(&[Fate::Fails, Fate::Fails, Fate::Fails]);
    let plan = world.until(|plan| !reasons(plan).is_empty());
    assert_eq!(reasons(&plan), ["OperationFailed"]);
    let first = failure(&world, StepName::Deactivate).unwrap();
    assert_eq!(
        (first.times, first.retry_at),
        (1, world.now.checked_add(seconds(10)).unwrap())
    );
    world.until(|plan| {
        plan.status.steps[0]
            .failure
            .as_ref()
            .is_some_and(|failure| failure.times == 3)
    });
    let third = failure(&world, StepName::Deactivate).unwrap();
    assert_eq!(third.retry_at, world.now.checked_add(seconds(40)).unwrap());
    assert_eq!(ready(&world.drive()), Some("Deleted"));
    assert_eq!(failure(&world, StepName::Deactivate), None);
}

#[test]
fn the_time_between_tries_doubles_up_to_half_an_hour() {
    let waits: Vec<_> = [1, 2, 3, 8, 9, 1_000]
        .map(|times| backoff(times).as_secs())
        .into();
    assert_eq!(waits, [10, 20, 40, 1_280, 1_800, 1_800]);
}

#[test]
fn a_failed_operation_that_was_applied_is_seen_as_done() {
    let mut world = leaver(&[Fate::FailsApplied]);
    assert_eq!(ready(&world.drive()), Some("Deleted"));
    assert_eq!(world.account.log.len(), 4);
    assert_eq!(ready(&delete_with(Fate::FailsApplied).drive()), Some("Deleted"));
}

#[test]
fn a_refusal_is_a_blocker_until_it_is_tried_again() {
    let mut world = leaver(&[Fate::Lost]);
    world.pass();
    let refusal = Refusal {
        reason: Reason::NotAuthorized,
        what: "403".to_owned(),
    };
    let now = world.now;
    refused(&mut world.memory, StepName::Deactivate, refusal, now);
    assert_eq!(world.memory.intent, None);
    let plan = world.pass();
    assert_eq!(
        (reasons(&plan), &plan.standing),
        (vec!["NotAuthorized"], &Standing::Blocked)
    );
    assert!(plan.status.blockers[0].to_do.contains("administrator"));
    world.now = now.checked_add(seconds(10)).unwrap();
    assert!(matches!(world.pass().next, Next::Act(Action::Deactivate(_))));
}

#[test]
fn a_write_without_an_answer_is_looked_for_and_then_sent_again() {
    for fate in [Fate::Lost, Fate::Unknown] {
        let mut world = leaver(&[fate]);
        world.pass();
        let plan = world.until(|plan| matches!(plan.next, Next::Act(_)));
        assert!(matches!(plan.next, Next::Act(Action::Deactivate(_))));
        assert!(world.now >= at(120), "sent again too early: {}", world.now);
        assert_eq!(ready(&world.drive()), Some("Deleted"));
        assert_eq!(deletes(&world), 1);
    }
}

#[test]
fn a_write_without_an_answer_that_was_applied_is_not_sent_again() {
    for fate in [Fate::LostApplied, Fate::UnknownApplied] {
        for write in 0..4 {
            let mut fates = vec![Fate::Completes; 4];
            fates[write] = fate;
            let mut world = leaver(&fates);
            assert_eq!(ready(&world.drive()), Some("Deleted"));
            assert_eq!(world.account.log.len(), 4, "{fate:?} at {write}");
        }
    }
}

#[test]
fn a_delete_without_an_answer_is_sent_again_only_when_a_person_says_so() {
    for fate in [Fate::Lost, Fate::Unknown, Fate::NoEffect, Fate::Hangs] {
        let mut world = delete_with(fate);
        let plan = world.drive();
        assert_eq!(
            (reasons(&plan), deletes(&world)),
            (vec!["OutcomeUnknown"], 1),
            "{fate:?}"
        );
        let intent = plan.status.intent.unwrap();
        assert!(world.now.duration_since(intent.at) >= seconds(600));
        assert!(
            plan.status.blockers[0]
                .to_do
                .contains(&format!("onhook.dev/retry-intent={}", intent.id))
        );

        world.retry_intent = Some("another-intent".to_owned());
        assert_eq!(reasons(&world.drive()), ["OutcomeUnknown"]);
        world.retry_intent = Some(intent.id);
        assert_eq!(ready(&world.drive()), Some("Deleted"), "{fate:?}");
        assert_eq!(deletes(&world), 2);
    }
}

#[test]
fn a_delete_that_may_be_on_its_way_is_not_sent_again_though_a_person_says_so() {
    let mut world = delete_with(Fate::Lost);
    let deleting = |plan: &Plan| {
        plan.status
            .intent
            .as_ref()
            .is_some_and(|open| open.step == StepName::Delete)
    };
    let intent = world.until(deleting).status.intent.unwrap();
    world.retry_intent = Some(intent.id);
    while deletes(&world) == 1 {
        let plan = world.pass();
        world.sleep(&plan);
    }
    assert!(world.now.duration_since(intent.at) >= world.pace.call);
    assert_eq!(ready(&world.drive()), Some("Deleted"));
    assert_eq!(deletes(&world), 2);
}

#[test]
fn a_retry_is_good_for_one_delete_only() {
    let mut world = delete_with(Fate::Unknown);
    world.retry_intent = world.drive().status.intent.map(|intent| intent.id);
    world.fates(&[Fate::Unknown]);
    assert_eq!(reasons(&world.drive()), ["OutcomeUnknown"]);
    assert_eq!(deletes(&world), 2);
}

#[test]
fn an_operation_at_work_for_too_long_is_a_blocker_until_its_effect_is_seen() {
    let mut world = delete_with(Fate::Hangs);
    assert_eq!(reasons(&world.drive()), ["OutcomeUnknown"]);
    world.account.profiles.clear();
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn a_completed_operation_without_an_effect_is_a_failure_of_its_step() {
    let mut world = leaver(&[Fate::NoEffect]);
    let plan = world.until(|plan| !reasons(plan).is_empty());
    assert_eq!(reasons(&plan), ["NotEffective"]);
    assert!(world.now >= at(60), "given up too early: {}", world.now);
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn the_operation_is_kept_with_its_step() {
    let mut world = leaver(&[Fate::Completes, Fate::LostApplied]);
    world.drive();
    let operation = |name| {
        let step = world.memory.steps.iter().find(|step| step.name == name);
        step.and_then(|step| step.operation_id.clone())
    };
    assert_eq!(operation(StepName::Deactivate).as_deref(), Some("op-1"));
    assert_eq!(operation(StepName::RingGroups).as_deref(), Some("intent-2"));
}

#[test]
fn a_write_of_an_earlier_state_is_settled_before_the_new_state_is_minded() {
    let mut world = leaver(&[]);
    world.pass();
    world.user.state = UserState::Active;
    assert!(world.pass().status.intent.is_some());
    assert_eq!(ready(&world.drive()), Some("Active"), "{:?}", world.memory);
    assert_eq!(world.account.jane().status, ProfileStatus::Active);
}
