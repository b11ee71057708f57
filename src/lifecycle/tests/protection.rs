//! Whom nothing is taken from, and Tenants that do not let Onhook write.

use super::Change;
use super::account::Write;
use super::fixtures::{JANE, full, seconds};
use super::world::{WITHIN, World, ready, reasons};
use crate::api::tenant::Mode;
use crate::api::user::UserState;
use crate::lifecycle::limit::Leave;
use crate::lifecycle::{Look, Next, Sightings, Standing, waits_for_approval};

fn removals() -> Vec<World> {
    let mut deleted = World::claimed(UserState::Active, full());
    deleted.delete_object();
    let states = [UserState::Deactivated, UserState::Deleted].map(|state| World::claimed(state, full()));
    states.into_iter().chain([deleted]).collect()
}

/// For every way to ask for a removal: the reason while `hold`, and an end after `free`.
fn held(reason: &str, hold: fn(&mut World), free: fn(&mut World)) {
    for mut world in removals() {
        hold(&mut world);
        let plan = world.drive();
        assert_eq!(
            (&plan.standing, reasons(&plan)),
            (&Standing::Stalled, vec![reason])
        );
        assert!(world.account.log.is_empty());
        free(&mut world);
        assert!(ready(&world.drive()).is_some());
    }
}

#[test]
fn the_primary_administrator_is_not_removed() {
    held(
        "AdministratorProtected",
        |world| world.tenant.administrators.primary = "JANE.doe@acme.com".to_owned(),
        |world| world.tenant.administrators.primary = "it-admin@acme.com".to_owned(),
    );
}

#[test]
fn a_secondary_administrator_is_not_removed() {
    held(
        "AdministratorProtected",
        |world| {
            world
                .tenant
                .administrators
                .secondary
                .push("jane.doe@acme.com".to_owned())
        },
        |world| world.tenant.administrators.secondary.clear(),
    );
}

#[test]
fn a_protected_user_is_not_removed_by_name_or_address() {
    held(
        "ProtectedUser",
        |world| {
            world
                .tenant
                .removals
                .protected_users
                .push("Jane.Doe@acme.com".to_owned())
        },
        |world| world.tenant.removals.protected_users.clear(),
    );
    held(
        "ProtectedUser",
        |world| {
            world.account.jane().primary_email = Some("chief@acme.com".to_owned());
            world
                .tenant
                .removals
                .protected_users
                .push("CHIEF@acme.com".to_owned());
        },
        |world| world.tenant.removals.protected_users.clear(),
    );
}

#[test]
fn a_legal_hold_stops_a_removal_also_half_way() {
    held(
        "LegalHold",
        |world| world.user.offboarding.legal_hold = true,
        |world| world.user.offboarding.legal_hold = false,
    );
    let mut world = World::claimed(UserState::Deleted, full());
    world.until(|plan| plan.status.step.as_deref() == Some("Licenses"));
    let sent = world.account.log.len();
    world.user.offboarding.legal_hold = true;
    assert_eq!(reasons(&world.drive()), ["LegalHold"]);
    assert_eq!(world.account.log.len(), sent);
}

#[test]
fn an_observed_or_suspended_tenant_is_not_written_to_at_any_step() {
    let stops: [Change<World>; 3] = [
        ("UserSuspended", |world| world.suspended = true),
        ("TenantObserves", |world| world.tenant.mode = Mode::Observe),
        ("TenantSuspended", |world| world.tenant.suspend = true),
    ];
    for (reason, stop) in stops {
        for passes in 0..12 {
            let mut world = World::claimed(UserState::Deleted, full());
            for _ in 0..passes {
                let plan = world.pass();
                world.sleep(&plan);
            }
            let sent = world.account.log.len();
            stop(&mut world);
            let plan = world.drive();
            assert_eq!(world.account.log.len(), sent);
            assert!(
                reasons(&plan).contains(&reason) || ready(&plan) == Some("Deleted"),
                "{plan:?}"
            );
            world.tenant.mode = Mode::Enforce;
            world.tenant.suspend = false;
            world.suspended = false;
            assert_eq!(ready(&world.drive()), Some("Deleted"));
        }
    }
}

#[test]
fn a_blocked_removal_is_looked_at_again_and_a_stalled_one_at_the_next_inventory() {
    let mut world = World::claimed(UserState::Deleted, full());
    world.tenant.suspend = true;
    let plan = world.pass();
    assert_eq!(
        (&plan.standing, plan.wake),
        (&Standing::Blocked, world.now.checked_add(world.pace.manual).ok())
    );
    world.user.offboarding.legal_hold = true;
    let plan = world.pass();
    let interval = world.tenant.inventory.interval.as_duration();
    assert!(matches!(plan.next, Next::Wait));
    assert_eq!(
        (&plan.standing, plan.wake),
        (&Standing::Stalled, world.now.checked_add(interval).ok())
    );
}

#[test]
fn what_waits_for_an_approval_is_not_written_to_and_goes_on_with_it() {
    for (leave, reason) in [
        (Leave::ApprovalNeeded, "ApprovalRequired"),
        (Leave::Held, "RemovalLimit"),
        (Leave::AccountNotCounted, "AccountNotCounted"),
    ] {
        for mut world in removals() {
            world.leave = leave;
            let plan = world.drive();
            assert_eq!(
                (reasons(&plan), &plan.standing),
                (vec![reason], &Standing::Blocked)
            );
            assert!(world.account.log.is_empty());
            world.leave = Leave::Approved;
            assert!(ready(&world.drive()).is_some());
        }
    }
}

#[test]
fn a_set_of_removals_that_grew_over_the_limit_is_held_also_half_way() {
    let mut world = World::claimed(UserState::Deleted, full());
    world.until(|plan| plan.status.step.as_deref() == Some("Licenses"));
    let sent = world.account.log.len();
    world.leave = Leave::Held;
    assert_eq!(reasons(&world.drive()), ["RemovalLimit"]);
    assert_eq!(world.account.log.len(), sent);
    world.leave = WITHIN;
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn a_held_set_costs_no_look_at_the_account() {
    let mut world = World::claimed(UserState::Active, full());
    world.drive();
    world.user.state = UserState::Deleted;
    world.leave = Leave::Held;
    let plan = world.plan(&Sightings::default());
    assert!(matches!(plan.next, Next::Look(Look::Leave)));
    let seen = Sightings {
        leave: Some(Leave::Held),
        ..Sightings::default()
    };
    let plan = world.plan(&seen);
    assert_eq!(reasons(&plan), ["RemovalLimit"]);
    assert!(waits_for_approval("RemovalLimit") && !waits_for_approval("LegalHold"));
}

#[test]
fn only_inactive_is_written_until_the_set_has_been_quiet() {
    let mut world = World::claimed(UserState::Deleted, full());
    let quiet_from = world.now.checked_add(seconds(60)).unwrap();
    world.leave = Leave::Within {
        quiet_from: Some(quiet_from),
        few: true,
    };
    let plan = world.until(|plan| plan.wake == Some(quiet_from));
    assert!(matches!(plan.standing, Standing::Running { .. }));
    assert_eq!(world.account.writes(), [Write::Deactivate(JANE.to_owned())]);
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}
