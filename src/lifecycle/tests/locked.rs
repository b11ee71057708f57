//! A profile whose licenses 8x8 does not take off while it is INACTIVE (rules D4, D7; 8x8-api.md §11, conflict 11).

use super::account::{Fate, Write};
use super::fixtures::{JANE, full, seconds};
use super::world::{World, ready, reasons};
use crate::api::Reason;
use crate::api::user::UserState;
use crate::api::user_status::{StepName, StepState};
use crate::lifecycle::limit::Leave;
use crate::lifecycle::{Action, Next, Plan, ProfileStatus, Refusal, refused};

fn jane() -> String {
    JANE.to_owned()
}

/// A leaver with a grace, so that INACTIVE goes first.
fn leaver(allow: bool) -> World {
    let mut profile = full();
    profile.ring_groups.clear();
    let mut world = World::claimed(UserState::Deleted, profile);
    world.user.offboarding.license_grace_period = "1h".parse().ok();
    world.user.offboarding.allow_reactivation = allow;
    world
}

/// A pass on an account that refuses every edit of an inactive user with 400.
fn pass(world: &mut World) -> Plan {
    let edits = matches!(world.decide().next, Next::Act(Action::RemoveLicenses(_)));
    let inactive =
        world.account.profiles.get(JANE).map(|jane| jane.status.clone()) == Some(ProfileStatus::Inactive);
    if !(edits && inactive) {
        return world.pass();
    }
    world.account.fates.push_front(Fate::Lost);
    let plan = world.pass();
    let refusal = Refusal {
        reason: Reason::AccountRefused,
        what: "users.replace: 8x8 calls the request invalid (400: VALIDATION_ERROR on basicInfo.status)."
            .to_owned(),
    };
    refused(&mut world.memory, StepName::Licenses, refusal, world.now);
    plan
}

/// Passes until the removal of the licenses failed so often, one time after the other.
fn until_failed(world: &mut World, times: i32, mut pass: impl FnMut(&mut World) -> Plan) -> Plan {
    for _ in 0..2_000 {
        let plan = pass(world);
        let step = world
            .memory
            .steps
            .iter()
            .find(|step| step.name == StepName::Licenses);
        let failed = step
            .and_then(|step| step.failure.as_ref())
            .map_or(0, |failure| failure.times);
        if failed >= times && matches!(plan.next, Next::Wait) && !plan.status.blockers.is_empty() {
            return plan;
        }
        world.sleep(&plan);
    }
    panic!("it did not fail: {:?}", world.memory);
}

/// Passes until the profile is ACTIVE for its licenses.
fn until_reactivated(world: &mut World) {
    for _ in 0..500 {
        let plan = pass(world);
        if matches!(plan.next, Next::Act(Action::Reactivate(_))) {
            world.now = world.now.checked_add(seconds(4)).unwrap();
            world.account.tick(world.now);
            return;
        }
        world.sleep(&plan);
    }
    panic!("nobody was reactivated: {:?}", world.memory);
}

#[test]
fn nobody_is_reactivated_unless_the_spec_allows_it_and_the_way_out_is_named() {
    let mut world = leaver(false);
    let plan = until_failed(&mut world, 9, pass);
    assert_eq!(reasons(&plan), ["InactiveUserLocked"]);
    let to_do = &plan.status.blockers[0].to_do;
    assert!(
        to_do.contains("reactivate the user") && to_do.contains("allowReactivation"),
        "{to_do}"
    );
    assert!(!world.account.writes().contains(&Write::Reactivate(jane())));
    assert_eq!(world.account.jane().status, ProfileStatus::Inactive);
}

#[test]
fn it_clears_by_itself_when_somebody_took_the_licenses_off() {
    let mut world = leaver(false);
    until_failed(&mut world, 3, pass);
    let jane = world.account.jane();
    jane.licenses.clear();
    jane.extensions.clear();
    jane.call_queues.clear();
    world.account.numbers.clear();
    let at = world.now;
    assert_eq!(ready(&world.drive_with(pass)), Some("Deleted"));
    assert!(
        world.now.duration_since(at) < seconds(600),
        "the grace was waited for again"
    );
}

#[test]
fn the_spec_lets_onhook_reactivate_and_take_everything_in_one_write() {
    let mut world = leaver(true);
    assert_eq!(ready(&world.drive_with(pass)), Some("Deleted"));
    let expected = [
        Write::Deactivate(jane()),
        Write::Licenses(jane(), None),
        Write::Reactivate(jane()),
        Write::RemoveAccess(jane()),
        Write::Delete(jane()),
    ];
    assert_eq!(world.account.writes(), expected);
    assert!(
        world.now.duration_since(super::fixtures::at(0)) < seconds(2 * 3600),
        "the grace was waited for twice"
    );
}

#[test]
fn whatever_becomes_of_the_two_writes_the_profile_is_not_left_active() {
    let fates = [
        Fate::Completes,
        Fate::Fails,
        Fate::FailsApplied,
        Fate::Unknown,
        Fate::UnknownApplied,
        Fate::Lost,
        Fate::LostApplied,
        Fate::NoEffect,
    ];
    for first in fates {
        for second in fates {
            let mut world = leaver(true);
            // The deactivation, and the refused edit which `pass` decides by itself.
            world.fates(&[Fate::Completes, first, second]);
            let end = world.drive_with(pass);
            let left = world.account.profiles.get(JANE).map(|jane| jane.status.clone());
            assert_ne!(left, Some(ProfileStatus::Active), "{first:?}, {second:?}");
            assert_eq!(
                ready(&end),
                Some("Deleted"),
                "{first:?}, {second:?}: {:?}",
                reasons(&end)
            );
        }
    }
}

#[test]
fn when_the_one_write_fails_access_is_closed_first_and_nobody_is_reactivated_for_ever() {
    let mut world = leaver(true);
    world.fates(&[Fate::Completes]);
    let end = until_failed(&mut world, 12, |world| {
        if matches!(world.decide().next, Next::Act(Action::RemoveAccess { .. })) {
            world.account.fates.push_front(Fate::Fails);
        }
        pass(world)
    });
    assert_eq!(reasons(&end), ["InactiveUserLocked"]);
    assert_eq!(world.account.jane().status, ProfileStatus::Inactive);
    let writes = world.account.writes();
    let count = |wanted: &Write| writes.iter().filter(|write| *write == wanted).count();
    assert!((1..=3).contains(&count(&Write::Reactivate(jane()))), "{writes:?}");
    for (nth, write) in writes.iter().enumerate() {
        if *write == Write::RemoveAccess(jane()) {
            assert_eq!(writes[nth + 1], Write::Deactivate(jane()), "{writes:?}");
        }
    }
}

#[test]
fn access_that_was_opened_is_closed_under_a_limit_and_without_leave() {
    let mut world = leaver(true);
    until_reactivated(&mut world);
    assert_eq!(world.account.jane().status, ProfileStatus::Active);
    world.leave = Leave::Held;
    world.drive_with(pass);
    assert_eq!(world.account.jane().status, ProfileStatus::Inactive);
    assert!(
        !world.account.jane().licenses.is_empty(),
        "the limit holds the licenses"
    );

    let mut world = leaver(true);
    until_reactivated(&mut world);
    world.user.offboarding.allow_reactivation = false;
    assert_eq!(ready(&world.drive_with(pass)), Some("Deleted"));
}

#[test]
fn a_change_of_state_on_the_way_closes_access_and_takes_no_license() {
    let mut world = leaver(true);
    until_reactivated(&mut world);
    world.user.state = UserState::Deactivated;
    assert_eq!(ready(&world.drive_with(pass)), Some("Deactivated"));
    assert_eq!(world.account.writes().last(), Some(&Write::Deactivate(jane())));
    assert!(!world.account.jane().licenses.is_empty());
    assert_eq!(world.step(StepName::Deactivate), Some(StepState::Done));
}

#[test]
fn an_operation_that_fails_again_and_again_is_named_with_its_id() {
    let mut world = leaver(false);
    world.fates(&[Fate::Completes]);
    let end = until_failed(&mut world, 2, |world| {
        if matches!(world.decide().next, Next::Act(Action::RemoveLicenses(_))) {
            world.account.fates.push_front(Fate::Fails);
        }
        world.pass()
    });
    assert_eq!(reasons(&end), ["LicenseNotRemovable"]);
    assert!(
        end.status
            .steps
            .iter()
            .any(|step| step.name == StepName::Licenses && step.operation_id.is_some())
    );
    assert_eq!(world.account.jane().status, ProfileStatus::Inactive);
}

#[test]
fn operations_that_fail_on_an_inactive_profile_are_a_lock_where_the_spec_allows_the_way_out() {
    let mut world = leaver(true);
    world.fates(&[Fate::Completes]);
    let end = world.drive_with(|world| {
        if matches!(world.decide().next, Next::Act(Action::RemoveLicenses(_))) {
            world.account.fates.push_front(Fate::Fails);
        }
        world.pass()
    });
    assert_eq!(ready(&end), Some("Deleted"), "{:?}", reasons(&end));
    let all = || Write::Licenses(jane(), None);
    let expected = [
        Write::Deactivate(jane()),
        all(),
        all(),
        Write::Reactivate(jane()),
        Write::RemoveAccess(jane()),
        Write::Delete(jane()),
    ];
    assert_eq!(world.account.writes(), expected);
}
