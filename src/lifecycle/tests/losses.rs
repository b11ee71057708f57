//! What will be lost is said before it is, and to the end (issue 4, rules C1 to C11, F1 to F4, I10).

use super::fixtures::{LICENSE, NAME, NUMBER, agent, bare, full, license};
use super::world::{World, ready, reasons};
use crate::api::tenant::Mode;
use crate::api::user::UserState;
use crate::api::user_status::{Fate, Loss, StepName, UserStatus};
use crate::lifecycle::{Device, ProfileStatus};

/// The loss that a rule brings, and that names this.
fn loss<'a>(status: &'a UserStatus, rule: &str, naming: &str) -> Option<&'a Loss> {
    let mut losses = status.losses.iter();
    losses.find(|loss| loss.rules.iter().any(|known| known == rule) && loss.what.contains(naming))
}

#[track_caller]
fn shows(status: &UserStatus, rule: &str, naming: &str, fate: Fate, step: Option<StepName>) {
    let Some(loss) = loss(status, rule, naming) else {
        panic!("nothing of {rule} names {naming}: {:?}", status.losses)
    };
    assert_eq!((loss.fate, loss.step), (fate, step), "{loss:?}");
}

fn leaver() -> World {
    World::claimed(UserState::Deleted, full())
}

#[test]
fn a_deletion_says_what_is_destroyed_inactivated_freed_and_kept() {
    let plan = leaver().decide();
    let status = &plan.status;
    let licenses = Some(StepName::Licenses);
    let delete = Some(StepName::Delete);
    shows(status, "F1", "Voicemail", Fate::Destroyed, licenses);
    shows(status, "F1", "Call history in the PBX", Fate::Destroyed, licenses);
    shows(status, "F5", "cq-sales name", Fate::Destroyed, licenses);
    shows(
        status,
        "I1",
        "rg-support name",
        Fate::Destroyed,
        Some(StepName::RingGroups),
    );
    shows(status, "C3", "Fax, chat and SMS", Fate::Destroyed, delete);
    shows(
        status,
        "C5",
        "Meeting history and contact directory",
        Fate::Destroyed,
        delete,
    );
    shows(status, "C2", "Poly Edge E350", Fate::Inactivated, licenses);
    shows(
        status,
        "D2",
        "session",
        Fate::Inactivated,
        Some(StepName::Deactivate),
    );
    shows(status, "F3", "partial cancellation", Fate::Freed, licenses);
    shows(status, "F3", LICENSE, Fate::Freed, licenses);
    shows(
        status,
        "F4",
        "extension(s) 1042 and 1 number(s)",
        Fate::Freed,
        licenses,
    );
    shows(status, "C6", "userName", Fate::Freed, delete);
    shows(status, "C4", "call recordings", Fate::Kept, None);
    shows(status, "C11", "30 days", Fate::Kept, None);
    shows(status, "C7", "8x8 Analytics", Fate::Kept, None);
    shows(status, "A9", "Audit Management", Fate::Kept, None);
    shows(status, "I10", "CRM", Fate::Kept, None);
    assert_eq!(loss(status, "C9", ""), None, "the user is not in Contact Center");
}

#[test]
fn the_license_of_a_number_is_not_freed_as_a_license() {
    let plan = leaver().decide();
    assert_eq!(loss(&plan.status, "F3", "DID-US"), None);
}

#[test]
fn losses_show_no_number_and_no_user_name() {
    for state in [UserState::Deleted, UserState::Deactivated] {
        let plan = World::claimed(state, full()).decide();
        let text = format!("{:?}", plan.status.losses);
        assert!(!text.contains(NUMBER) && !text.contains(NAME), "{text}");
    }
}

#[test]
fn two_phones_of_one_model_are_two() {
    let mut world = leaver();
    let phone = || Device {
        model: "Poly Edge E350".to_owned(),
        active: true,
    };
    world.account.jane().extensions[0].devices = vec![phone(), phone()];
    let count = |status: &UserStatus| {
        let losses = status.losses.iter();
        losses.filter(|loss| loss.what.contains("Poly Edge E350")).count()
    };
    assert_eq!(count(&world.decide().status), 2);
    world.drive();
    assert_eq!(count(&world.memory), 2, "seen again, they are the same two");
}

#[test]
fn a_phone_at_its_end_of_life_is_warned_of_before_anything_is_written() {
    let plan = leaver().decide();
    let licenses = Some(StepName::Licenses);
    for words in ["cannot be added again", "MAC address and its password first"] {
        shows(&plan.status, "H3", words, Fate::Inactivated, licenses);
    }
}

#[test]
fn a_contact_center_agent_loses_recordings_and_chats_with_the_agent() {
    let mut world = leaver();
    agent(&mut world.user);
    world.account.jane().extensions[0].contact_center = true;
    let status = world.decide().status;
    let step = Some(StepName::ContactCenterLicense);
    shows(&status, "C9", "call recordings and chats", Fate::Destroyed, step);
    shows(&status, "C9", "Quality Management", Fate::Kept, None);
    shows(&status, "G11", "extension 1042", Fate::Inactivated, step);
}

#[test]
fn a_fax_line_is_named() {
    let mut world = leaver();
    assert_eq!(loss(&world.decide().status, "G12", ""), None);
    world.account.jane().extensions[0].fax = true;
    let status = world.decide().status;
    shows(
        &status,
        "G12",
        "extension 1042",
        Fate::Inactivated,
        Some(StepName::Licenses),
    );
}

#[test]
fn who_holds_nothing_loses_no_voicemail_and_frees_no_license() {
    let mut world = World::claimed(UserState::Deleted, bare("u-jane", NAME, ProfileStatus::Active));
    let status = world.decide().status;
    for rule in ["F1", "F3", "F4", "C2", "F5", "I1"] {
        assert_eq!(loss(&status, rule, ""), None, "{rule}");
    }
    shows(
        &status,
        "C3",
        "Fax, chat and SMS",
        Fate::Destroyed,
        Some(StepName::Delete),
    );
}

#[test]
fn losses_are_shown_in_mode_observe_and_while_the_removal_waits_or_is_held() {
    let changes: [fn(&mut World); 3] = [
        |world| world.tenant.mode = Mode::Observe,
        |world| world.user.effective_at = Some(super::fixtures::at(86_400)),
        |world| world.user.offboarding.legal_hold = true,
    ];
    for change in changes {
        let mut world = leaver();
        change(&mut world);
        let plan = world.pass();
        shows(
            &plan.status,
            "F1",
            "Voicemail",
            Fate::Destroyed,
            Some(StepName::Licenses),
        );
        assert!(world.account.log.is_empty(), "{:?}", reasons(&plan));
    }
}

#[test]
fn losses_stay_the_same_to_the_end_and_after_it() {
    let mut world = leaver();
    let first = world.decide().status.losses;
    assert_eq!(ready(&world.drive()), Some("Deleted"));
    assert_eq!(world.memory.losses, first);
    world.pass();
    assert_eq!(world.memory.losses, first);
}

#[test]
fn a_deactivation_destroys_nothing_and_frees_nothing() {
    let mut world = World::claimed(UserState::Deactivated, full());
    assert_eq!(ready(&world.drive()), Some("Deactivated"));
    let status = &world.memory;
    let takes = |loss: &&Loss| matches!(loss.fate, Fate::Destroyed | Fate::Freed);
    assert_eq!(status.losses.iter().find(takes), None);
    shows(
        status,
        "D2",
        "session",
        Fate::Inactivated,
        Some(StepName::Deactivate),
    );
    shows(status, "D6", LICENSE, Fate::Kept, None);
    shows(
        status,
        "D10",
        "extension(s) 1042 and 1 number(s)",
        Fate::Kept,
        None,
    );
    shows(status, "D5", "Poly Edge E350", Fate::Kept, None);
    world.account.jane().licenses.push(license("X2-US"));
    assert!(
        loss(&world.decide().status, "D6", "X2-US").is_some(),
        "what is seen is said"
    );
}

#[test]
fn who_comes_back_before_the_delete_has_no_losses() {
    let mut world = World::claimed(UserState::Deactivated, full());
    world.drive();
    world.user.state = UserState::Active;
    assert_eq!(ready(&world.drive()), Some("Active"));
    assert_eq!(world.memory.losses, []);
}
