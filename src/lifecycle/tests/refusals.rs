//! What the account refuses: each refusal is named, changes nothing, and clears when its cause is gone.

use super::account::Write;
use super::fixtures::{GROUP, JANE, full, license, seconds};
use super::world::{World, ready, reasons};
use crate::api::Reason;
use crate::api::user::UserState;
use crate::api::user_status::StepName;
use crate::lifecycle::{Next, Plan, ProfileStatus, Refusal, backoff, refused};

/// A leaver whose next write the account refuses for this reason, and the plan after it.
fn refuse(world: &mut World, reason: Reason) -> Plan {
    let step = world.memory.intent.as_ref().unwrap().step;
    let what = "users.replace: 8x8 calls the request invalid (400: VALIDATION_ERROR on basicInfo.lastName).";
    let refusal = Refusal {
        reason,
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
    let plan = refuse(&mut world, Reason::NameNotAccepted);
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
fn services_that_8x8_does_not_change_by_api_are_named_and_nobody_is_reactivated_for_them() {
    let mut world = World::claimed(UserState::Deleted, full());
    world.user.offboarding.allow_reactivation = true;
    world.user.offboarding.license_grace_period = "1s".parse().ok();
    world.fates(&[super::account::Fate::Completes, super::account::Fate::Completes]);
    world.until(|plan| {
        matches!(
            &plan.next,
            crate::lifecycle::Next::Act(crate::lifecycle::Action::RemoveLicenses(_))
        )
    });
    let refusal = Refusal {
        reason: Reason::ServicesRefused,
        what: "8x8 calls the request invalid (400: VALIDATION_ERROR on serviceInfo).".to_owned(),
    };
    world.account.profiles.insert(JANE.to_owned(), {
        let mut jane = full();
        jane.ring_groups.clear();
        jane.status = ProfileStatus::Inactive;
        jane
    });
    refused(&mut world.memory, StepName::Licenses, refusal, world.now);
    let plan = world.pass();
    assert_eq!(reasons(&plan).first(), Some(&"ServicesRefused"));
    assert!(
        to_do(&plan).contains("Services and permissions"),
        "{}",
        to_do(&plan)
    );
    assert!(
        !world
            .account
            .writes()
            .contains(&Write::Reactivate(JANE.to_owned()))
    );
}

#[test]
fn a_taken_user_name_in_a_step_that_sends_it_as_read_is_a_name_not_accepted() {
    let mut world = leaver();
    let plan = refuse(&mut world, Reason::UserNameTaken);
    assert_eq!(reasons(&plan).first(), Some(&"NameNotAccepted"));
}

#[test]
fn a_key_without_the_right_to_remove_changes_nothing_and_says_whose_key_it_takes() {
    let mut world = leaver();
    let plan = refuse(&mut world, Reason::NotAuthorized);
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

/// Passes until a person has something to do, which is never a write of Onhook.
fn to_be_done(world: &mut World) -> String {
    let plan = world.until(|plan| matches!(plan.next, Next::Wait) && !plan.status.blockers.is_empty());
    assert_eq!(reasons(&plan), ["UserUpdatesUnavailable"]);
    let blocker = &plan.status.blockers[0];
    format!("{} {}", blocker.what, blocker.to_do)
}

#[test]
fn the_primary_administrator_has_a_way_out_of_their_own() {
    let cases = [
        ("primary", "billing or support"),
        ("secondary", "take the role away"),
    ];
    for (role, way_out) in cases {
        let mut world = World::claimed(UserState::Deleted, full());
        match role {
            "primary" => world.tenant.administrators.primary = super::fixtures::NAME.to_owned(),
            _ => world.tenant.administrators.secondary = vec![super::fixtures::NAME.to_uppercase()],
        }
        let plan = world.drive();
        assert_eq!(reasons(&plan), ["AdministratorProtected"], "{role}");
        let blocker = &plan.status.blockers[0];
        assert!(
            blocker.what.contains(role) && blocker.to_do.contains(way_out),
            "{blocker:?}"
        );
        assert!(world.account.writes().is_empty());
    }
}

#[test]
fn without_updates_each_step_says_what_to_do_and_the_rest_goes_by_itself() {
    let mut world = World::claimed(UserState::Deleted, full());
    world.user_updates = false;
    let said = to_be_done(&mut world);
    assert!(said.contains("Users → ⋮ → Deactivate user → Continue"), "{said}");
    assert!(world.account.writes().is_empty());

    world.account.jane().status = ProfileStatus::Inactive;
    let said = to_be_done(&mut world);
    let expected = "Edit → Services and permissions → X at each license → Continue → Save";
    assert!(
        said.contains(expected) && said.contains("License(s): X4-Standard-US."),
        "{said}"
    );
    assert_eq!(
        world.account.writes(),
        [Write::Leave(JANE.to_owned(), GROUP.to_owned())]
    );

    let jane = world.account.jane();
    jane.licenses.clear();
    jane.extensions.clear();
    jane.call_queues.clear();
    world.account.numbers.clear();
    assert_eq!(ready(&world.drive()), Some("Deleted"));
    assert_eq!(
        world.account.writes().last(),
        Some(&Write::Delete(JANE.to_owned()))
    );
    assert_eq!(world.account.log.len(), 2);
}

#[test]
fn without_updates_nobody_is_reactivated_and_a_grace_is_not_waited_for_again() {
    let mut world = World::claimed(UserState::Deleted, full());
    world.account.jane().ring_groups.clear();
    world.user_updates = false;
    world.user.offboarding.license_grace_period = "1h".parse().ok();
    world.user.offboarding.allow_reactivation = true;
    world.account.jane().status = ProfileStatus::Inactive;
    to_be_done(&mut world);
    // As the console wants it: reactivate, take off, deactivate.
    world.account.jane().status = ProfileStatus::Active;
    let said = to_be_done(&mut world);
    assert!(said.contains("Deactivate user"), "{said}");
    let jane = world.account.jane();
    jane.licenses.clear();
    jane.extensions.clear();
    jane.call_queues.clear();
    jane.status = ProfileStatus::Inactive;
    world.account.numbers.clear();
    let at = world.now;
    assert_eq!(ready(&world.drive()), Some("Deleted"));
    assert!(world.now.duration_since(at) < seconds(600));
    assert_eq!(world.account.writes(), [Write::Delete(JANE.to_owned())]);
}

#[test]
fn without_updates_access_comes_back_by_hand() {
    let mut world = World::claimed(UserState::Deactivated, full());
    world.drive();
    world.user.state = UserState::Active;
    world.user_updates = false;
    let said = to_be_done(&mut world);
    assert!(said.contains("Users → ⋮ → Activate user"), "{said}");
    world.account.jane().status = ProfileStatus::Active;
    assert_eq!(ready(&world.drive()), Some("Active"));
    assert_eq!(world.account.writes(), [Write::Deactivate(JANE.to_owned())]);
}

#[test]
fn a_number_license_that_no_pattern_matches_is_named_with_where_to_add_it() {
    let mut profile = full();
    profile.licenses.push(license("Local Number"));
    let mut world = World::claimed(UserState::Deleted, profile);
    world.fates(&[super::account::Fate::Lost]);
    world.until(|plan| matches!(&plan.next, Next::Act(action) if action.step().is_some()));
    let plan = refuse(&mut world, Reason::NumberLicenseRefused);
    assert_eq!(reasons(&plan).first(), Some(&"NumberLicenseRefused"));
    assert!(
        to_do(&plan).contains("spec.adminApi.didLicenses"),
        "{}",
        to_do(&plan)
    );
}
