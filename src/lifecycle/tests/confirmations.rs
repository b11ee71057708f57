//! Confirmations that a Tenant requires, each before the step that would make it impossible (rules B6, E1 to E3, P4,
//! cases 21, 22 and 26).

use super::account::Write;
use super::fixtures::{JANE, LICENSE, confirm, full};
use super::world::{World, ready, reasons};
use crate::api::removals::RequiredConfirmation;
use crate::api::user::{Confirmation, UserState};
use crate::api::user_status::{StepName, StepState};
use crate::lifecycle::{Dependant, DependantKind, ProfileStatus};

fn requiring(state: UserState, required: &[RequiredConfirmation]) -> World {
    let mut world = World::claimed(state, full());
    world.tenant.removals.required_confirmations = required.to_vec();
    world
}

fn licenses_removed(world: &World) -> bool {
    let writes = world.account.writes();
    writes.iter().any(|write| matches!(write, Write::Licenses(..)))
}

#[test]
fn voicemail_is_asked_for_before_the_license_goes() {
    let mut world = requiring(UserState::Deleted, &[RequiredConfirmation::VoicemailExported]);
    assert_eq!(reasons(&world.drive()), ["VoicemailNotExported"]);
    assert_eq!(world.step(StepName::RingGroups), Some(StepState::Done));
    assert!(!licenses_removed(&world));
    confirm(&mut world.user, Confirmation::VoicemailExported);
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn a_reset_is_asked_for_while_the_profile_is_active() {
    let mut world = requiring(UserState::Deleted, &[RequiredConfirmation::ExtensionReset]);
    assert_eq!(reasons(&world.drive()), ["ExtensionNotReset"]);
    assert_eq!(world.account.jane().status, ProfileStatus::Active);
    assert!(world.account.log.is_empty());
    confirm(&mut world.user, Confirmation::ExtensionReset);
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn a_reset_is_not_asked_for_where_it_is_not_possible_or_not_meant() {
    let required = [RequiredConfirmation::ExtensionReset];
    let mut inactive = requiring(UserState::Deleted, &required);
    inactive.account.jane().status = ProfileStatus::Inactive;
    assert_eq!(ready(&inactive.drive()), Some("Deleted"), "D4: too late");
    let mut without = requiring(UserState::Deleted, &required);
    without.account.jane().extensions.clear();
    without.account.jane().ring_groups.clear();
    assert_eq!(ready(&without.drive()), Some("Deleted"), "there is no extension");
    let mut deactivated = requiring(UserState::Deactivated, &required);
    assert_eq!(
        ready(&deactivated.drive()),
        Some("Deactivated"),
        "it can be taken back"
    );
}

#[test]
fn active_phones_are_listed_before_they_die_and_their_emergency_address_is_said() {
    let mut world = requiring(
        UserState::Deleted,
        &[RequiredConfirmation::EmergencyDevicesRemoved],
    );
    let plan = world.drive();
    assert_eq!(reasons(&plan), ["EmergencyDevicesActive"]);
    let what = &plan.status.blockers[0].what;
    assert!(
        what.contains("Poly Edge E350") && what.contains("Headquarters"),
        "{what}"
    );
    assert!(!licenses_removed(&world));
    confirm(&mut world.user, Confirmation::EmergencyDevicesRemoved);
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn a_phone_that_is_not_active_needs_no_confirmation() {
    let mut world = requiring(
        UserState::Deleted,
        &[RequiredConfirmation::EmergencyDevicesRemoved],
    );
    world.account.jane().extensions[0].devices[0].active = false;
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn what_is_missing_is_said_at_once_so_that_a_person_can_do_all_of_it() {
    let mut world = requiring(
        UserState::Deleted,
        &[
            RequiredConfirmation::VoicemailExported,
            RequiredConfirmation::ExtensionReset,
            RequiredConfirmation::EmergencyDevicesRemoved,
        ],
    );
    let plan = world.drive();
    let expected = [
        "ExtensionNotReset",
        "VoicemailNotExported",
        "EmergencyDevicesActive",
    ];
    assert_eq!(reasons(&plan), expected);
}

#[test]
fn a_license_that_is_taken_off_a_user_who_stays_asks_too() {
    let mut world = requiring(UserState::Active, &[RequiredConfirmation::VoicemailExported]);
    world.dependants = vec![Dependant {
        kind: DependantKind::License(LICENSE.to_owned()),
        remove: true,
        known: true,
    }];
    assert_eq!(reasons(&world.drive()), ["VoicemailNotExported"]);
    confirm(&mut world.user, Confirmation::VoicemailExported);
    assert_eq!(ready(&world.drive()), Some("Active"));
    let removed = Write::Licenses(JANE.to_owned(), Some(LICENSE.to_owned()));
    assert_eq!(world.account.writes(), [removed]);
}

#[test]
fn nothing_is_asked_for_that_the_tenant_does_not_require() {
    let mut world = requiring(UserState::Deleted, &[]);
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}
