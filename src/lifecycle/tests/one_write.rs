//! The single PUT that sets INACTIVE and takes everything off, and when it is two.

use super::Change;
use super::account::{Fate, Write};
use super::fixtures::{JANE, agent, at, full, license};
use super::world::{World, ready};
use crate::api::user::UserState;
use crate::api::user_status::{StepName, StepState};
use crate::lifecycle::limit::Leave;
use crate::lifecycle::{Action, Next, ProfileStatus, References};

fn jane() -> String {
    JANE.to_owned()
}

/// A leaver who is in no ring group and no call queue, so that nothing stands between INACTIVE and the licenses.
fn dismissed() -> World {
    let mut profile = full();
    profile.ring_groups.clear();
    profile.call_queues.clear();
    let mut world = World::claimed(UserState::Deleted, profile);
    world.account.inventory = Some(References::default());
    world
}

#[test]
fn a_person_dismissed_on_the_spot_loses_access_and_licenses_in_the_first_write() {
    let mut world = dismissed();
    let end = world.drive();
    assert_eq!(ready(&end), Some("Deleted"));
    assert_eq!(
        world.account.writes(),
        [Write::RemoveAccess(jane()), Write::Delete(jane())]
    );
    for name in [StepName::Deactivate, StepName::Licenses] {
        let step = end.status.steps.iter().find(|step| step.name == name).unwrap();
        assert_eq!(step.state, StepState::Done, "{name}");
        assert!(
            step.operation_id.is_some(),
            "{name} is not known to have been sent"
        );
    }
}

#[test]
fn anything_between_the_two_makes_it_inactive_alone() {
    let changes: [Change<World>; 11] = [
        ("grace", |w| {
            w.user.offboarding.license_grace_period = "1h".parse().ok()
        }),
        ("the Tenant's grace", |w| {
            w.tenant.defaults.license_grace_period = "1h".parse().unwrap();
        }),
        ("a ring group", |w| {
            w.account.jane().ring_groups = full().ring_groups
        }),
        ("a call queue", |w| {
            w.account.jane().call_queues = full().call_queues
        }),
        ("no inventory yet", |w| w.account.inventory = None),
        ("an identity provider", |w| {
            w.account.jane().scim_provider = Some("okta".to_owned());
        }),
        ("an agent", |w| agent(&mut w.user)),
        ("a Contact Center license", |w| {
            w.account.jane().licenses.push(license("X8"))
        }),
        ("an open port", |w| {
            w.account.jane().extensions[0].numbers[0].porting = true
        }),
        ("more than half of the limit", |w| {
            w.leave = Leave::Within {
                quiet_from: None,
                few: false,
            }
        }),
        ("removals that may still come in", |w| {
            w.leave = Leave::Within {
                quiet_from: Some(at(30)),
                few: true,
            }
        }),
    ];
    for (name, change) in changes {
        let mut world = dismissed();
        change(&mut world);
        world.until(|plan| matches!(&plan.next, Next::Act(action) if action.step().is_some()));
        assert_eq!(world.account.writes(), [Write::Deactivate(jane())], "{name}");
    }
}

#[test]
fn half_of_the_limit_still_goes_in_one_write() {
    let mut world = dismissed();
    assert_eq!(ready(&world.drive()), Some("Deleted"));
    assert_eq!(world.account.writes()[0], Write::RemoveAccess(jane()));
}

#[test]
fn what_can_only_be_done_in_part_at_least_cuts_access_next() {
    for fate in [Fate::Fails, Fate::NoEffect, Fate::Lost, Fate::Unknown] {
        let mut world = dismissed();
        world.fates(&[fate]);
        assert_eq!(ready(&world.drive()), Some("Deleted"));
        let expected = [
            Write::RemoveAccess(jane()),
            Write::Deactivate(jane()),
            Write::Licenses(jane(), None),
            Write::Delete(jane()),
        ];
        assert_eq!(world.account.writes(), expected, "{fate:?}");
    }
}

#[test]
fn a_change_back_to_active_finds_the_profile_that_the_one_write_took() {
    let mut world = dismissed();
    world.until(|plan| matches!(plan.next, Next::Act(Action::RemoveAccess { .. })));
    world.user.state = UserState::Active;
    assert_eq!(ready(&world.drive()), Some("Active"));
    assert_eq!(world.account.jane().status, ProfileStatus::Active);
    assert!(world.now > at(0));
}
