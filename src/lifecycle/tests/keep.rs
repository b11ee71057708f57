//! Users that stay: access that comes back, and what a deleted dependant takes.

use super::account::{Fate, Write};
use super::fixtures::{GROUP, JANE, LICENSE, full, license};
use super::world::{World, ready, reasons};
use crate::api::QueueType;
use crate::api::user::UserState;
use crate::lifecycle::{Dependant, DependantKind, ProfileStatus, Standing};

fn kept() -> World {
    World::claimed(UserState::Active, full())
}

fn removed(kind: DependantKind) -> World {
    let mut world = kept();
    world.dependants.push(Dependant {
        kind,
        remove: true,
        known: true,
    });
    world
}

#[test]
fn an_active_user_is_left_as_it_is() {
    let mut world = kept();
    assert_eq!(ready(&world.drive()), Some("Active"));
    assert!(world.account.log.is_empty());
}

#[test]
fn a_profile_found_inactive_is_reported_and_never_repaired() {
    let mut world = kept();
    world.drive();
    world.account.jane().status = ProfileStatus::Inactive;
    let plan = world.drive();
    assert_eq!(
        (&plan.standing, reasons(&plan)),
        (&Standing::Stalled, vec!["ProfileInactive"])
    );
    assert_eq!(reasons(&world.drive()), ["ProfileInactive"]);
    assert!(world.account.log.is_empty());
}

#[test]
fn a_change_of_state_back_to_active_gives_access_back() {
    for from in [UserState::Deactivated, UserState::Deleted] {
        let mut world = World::claimed(from, full());
        world.user.offboarding.license_grace_period = Some("3d".parse().unwrap());
        world.until(|plan| ready(plan).is_some() || matches!(plan.standing, Standing::Scheduled { .. }));
        assert_eq!(world.account.jane().status, ProfileStatus::Inactive);
        world.user.state = UserState::Active;
        assert_eq!(ready(&world.drive()), Some("Active"));
        let activated = |write: &&Write| **write == Write::Activate(JANE.to_owned());
        assert_eq!(world.account.writes().iter().filter(activated).count(), 1);
        assert!(!world.account.jane().licenses.is_empty());
    }
}

#[test]
fn access_is_given_back_once_and_not_again() {
    let mut world = World::claimed(UserState::Deactivated, full());
    world.drive();
    world.user.state = UserState::Active;
    world.drive();
    world.account.jane().status = ProfileStatus::Inactive;
    assert_eq!(reasons(&world.drive()), ["ProfileInactive"]);
    assert_eq!(world.account.log.len(), 2);
}

#[test]
fn an_activation_that_fails_is_named_and_tried_again() {
    let mut world = World::claimed(UserState::Deactivated, full());
    world.drive();
    world.user.state = UserState::Active;
    world.fates(&[Fate::Fails]);
    assert_eq!(
        reasons(&world.until(|plan| !reasons(plan).is_empty())),
        ["OperationFailed"]
    );
    assert_eq!(ready(&world.drive()), Some("Active"));
}

#[test]
fn a_dependant_that_is_only_let_go_of_takes_nothing() {
    let mut world = kept();
    let kind = DependantKind::License(LICENSE.to_owned());
    world.dependants.push(Dependant {
        kind,
        remove: false,
        known: true,
    });
    assert_eq!(ready(&world.drive()), Some("Active"));
    assert!(world.account.log.is_empty());
}

#[test]
fn a_removed_license_assignment_takes_that_license_alone() {
    let mut world = removed(DependantKind::License(LICENSE.to_owned()));
    world.account.jane().licenses.push(license("ColdStorage"));
    assert_eq!(ready(&world.drive()), Some("Active"));
    assert_eq!(
        world.account.writes(),
        [Write::Licenses(JANE.to_owned(), Some(LICENSE.to_owned()))]
    );
    assert_eq!(world.account.jane().status, ProfileStatus::Active);
}

#[test]
fn a_license_that_no_put_takes_off_is_named_and_nothing_is_sent() {
    for (name, reason) in [
        ("DID-US", "NumberLicenseRemains"),
        ("X8-CC", "ContactCenterLicenseAssigned"),
    ] {
        let mut world = removed(DependantKind::License(name.to_owned()));
        world.account.jane().licenses.push(license("X8-CC"));
        assert_eq!(reasons(&world.drive()), [reason]);
        assert!(world.account.log.is_empty(), "{:?}", world.account.log);
    }
}

#[test]
fn a_removed_ring_group_assignment_leaves_that_group() {
    let mut world = removed(DependantKind::Queue(
        QueueType::RingGroup,
        format!("{GROUP} name"),
    ));
    assert_eq!(ready(&world.drive()), Some("Active"));
    assert_eq!(
        world.account.writes(),
        [Write::Leave(JANE.to_owned(), GROUP.to_owned())]
    );
    assert_eq!(world.account.groups[GROUP].members.len(), 1);
}

#[test]
fn a_removed_call_queue_assignment_is_a_manual_step() {
    let mut world = removed(DependantKind::Queue(
        QueueType::CallQueue,
        "cq-sales name".to_owned(),
    ));
    assert_eq!(reasons(&world.drive()), ["QueueNotRemovable"]);
    world.account.jane().call_queues.clear();
    assert_eq!(ready(&world.drive()), Some("Active"));
}

#[test]
fn a_removed_license_waits_for_an_open_port() {
    let mut world = removed(DependantKind::License(LICENSE.to_owned()));
    world.account.jane().extensions[0].numbers[0].porting = true;
    assert_eq!(reasons(&world.drive()), ["NumberPortOpen"]);
}

#[test]
fn a_dependant_takes_nothing_from_a_protected_user() {
    let mut world = removed(DependantKind::License(LICENSE.to_owned()));
    world
        .tenant
        .removals
        .protected_users
        .push(super::fixtures::NAME.to_owned());
    assert_eq!(reasons(&world.drive()), ["ProtectedUser"]);
    assert!(world.account.log.is_empty());
}

#[test]
fn whom_nothing_may_be_taken_from_is_still_given_what_is_declared() {
    let mut world = removed(DependantKind::License(LICENSE.to_owned()));
    world.dependants.push(Dependant {
        kind: DependantKind::License("X2".to_owned()),
        remove: false,
        known: true,
    });
    world.user.offboarding.legal_hold = true;
    let plan = world.drive();
    assert_eq!(
        (&plan.standing, reasons(&plan)),
        (&Standing::Stalled, vec!["LegalHold"])
    );
    let names: Vec<_> = world
        .account
        .jane()
        .licenses
        .iter()
        .map(|license| license.name.clone())
        .collect();
    assert!(
        names.contains(&LICENSE.to_owned()) && names.contains(&"X2".to_owned()),
        "{names:?}"
    );
}

#[test]
fn invariant_6_an_assignment_that_goes_with_what_carries_it_takes_nothing() {
    for kind in [
        DependantKind::License(LICENSE.to_owned()),
        DependantKind::Queue(QueueType::RingGroup, "Sales".to_owned()),
    ] {
        let mut world = removed(kind);
        world.account.carrier_going = true;
        assert_eq!(ready(&world.drive()), Some("Active"));
        assert!(world.account.log.is_empty(), "{:?}", world.account.log);
    }
}
