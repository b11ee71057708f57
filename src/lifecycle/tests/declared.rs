//! Users that stay and are brought to what is declared: created, renamed, kept, and given back what a run had taken.

use super::account::{Fate, Write};
use super::fixtures::{GROUP, JANE, LICENSE, NAME, NUMBER, bare, full, license};
use super::world::{World, ready, reasons};
use crate::api::QueueType;
use crate::api::user::{ProfileSpec, UserState};
use crate::api::user_status::{StepName, StepState};
use crate::lifecycle::change::{Change, ProfileChange};
use crate::lifecycle::{Claim, Dependant, DependantKind, NumberSight, Plan, ProfileStatus, Standing};

const NEW_NAME: &str = "jane.roe@acme.com";

fn declared() -> ProfileSpec {
    ProfileSpec {
        first_name: Some("Jane".to_owned()),
        last_name: Some("Doe".to_owned()),
        primary_email: Some(NAME.to_owned()),
        site: Some("Headquarters".to_owned()),
        ..ProfileSpec::default()
    }
}

/// An account where nobody has the name, and an object that declares a profile.
fn nobody() -> World {
    let mut world = World::strange(UserState::Active, full());
    world.account.profiles.clear();
    world.user.profile = Some(declared());
    world
}

/// A profile that stands in the account as the object declares it.
fn kept() -> World {
    let mut world = World::claimed(UserState::Active, full());
    let jane = world.account.jane();
    (jane.first_name, jane.last_name) = (Some("Jane".to_owned()), Some("Doe".to_owned()));
    world.user.profile = Some(declared());
    world.drive();
    assert!(world.account.log.is_empty());
    world
}

fn declares(world: &mut World, kind: DependantKind) {
    world.dependants.push(Dependant {
        kind,
        remove: false,
        known: true,
    });
}

fn warnings(plan: &Plan) -> Vec<&str> {
    let warnings = plan.status.warnings.iter();
    warnings.map(|warning| warning.reason.as_str()).collect()
}

fn renames(world: &World) -> usize {
    let writes = world.account.writes();
    let renames = writes
        .iter()
        .filter(|write| matches!(write, Write::Change(_, Change::Rename(_))));
    renames.count()
}

#[test]
fn a_profile_that_is_declared_and_that_nobody_has_is_created() {
    let mut world = nobody();
    assert_eq!(ready(&world.drive()), Some("Active"));
    assert_eq!(world.account.writes()[0], Write::Create(NAME.to_owned()));
    let profile = world.account.profiles.values().next().unwrap();
    assert_eq!(world.account.claims[&profile.user_id], Claim::Mine { pins: true });
    assert_eq!(world.step(StepName::Create), Some(StepState::Done));
}

#[test]
fn nothing_is_created_where_the_spec_lacks_what_8x8_asks_for() {
    for lacks in [
        |spec: &mut ProfileSpec| spec.first_name = None,
        |spec: &mut ProfileSpec| spec.last_name = None,
        |spec: &mut ProfileSpec| spec.primary_email = None,
        |spec: &mut ProfileSpec| spec.site = None,
    ] {
        let mut world = nobody();
        lacks(world.user.profile.as_mut().unwrap());
        assert_eq!(reasons(&world.drive()), ["ProfileIncomplete"]);
        assert!(world.account.log.is_empty());
    }
}

#[test]
fn nothing_is_created_at_a_site_that_is_not_there() {
    let mut world = nobody();
    world.user.profile.as_mut().unwrap().site = Some("Nowhere".to_owned());
    assert_eq!(reasons(&world.drive()), ["SiteUnknown"]);
    assert!(world.account.log.is_empty());
}

#[test]
fn nothing_is_created_for_a_user_that_is_to_go_or_declares_no_profile() {
    for state in [UserState::Deactivated, UserState::Deleted] {
        let mut world = nobody();
        world.user.state = state;
        assert_eq!(reasons(&world.drive()), ["ProfileNotFound"]);
        assert!(world.account.log.is_empty());
    }
    let mut world = nobody();
    world.user.profile = None;
    assert_eq!(reasons(&world.drive()), ["ProfileNotFound"]);
    assert!(world.account.log.is_empty());
}

#[test]
fn a_profile_deleted_behind_onhooks_back_is_said_and_never_created_again() {
    let mut world = kept();
    world.account.profiles.clear();
    let plan = world.drive();
    assert_eq!(
        (&plan.standing, reasons(&plan)),
        (&Standing::Stalled, vec!["ProfileGone"])
    );
    let pinned = |mut world: World| {
        world.user.user_id = Some("u-gone".to_owned());
        world
    };
    let mut fresh = pinned(nobody());
    assert_eq!(reasons(&fresh.drive()), ["ProfileGone"]);
    assert!(world.account.log.is_empty() && fresh.account.log.is_empty());
}

#[test]
fn a_creation_whose_answer_was_lost_is_looked_for_and_not_repeated() {
    for fate in [Fate::LostApplied, Fate::Lost] {
        let mut world = nobody();
        world.fates(&[fate]);
        assert_eq!(ready(&world.drive()), Some("Active"));
        assert_eq!(world.account.profiles.len(), 1);
    }
}

#[test]
fn a_changed_user_name_is_a_rename() {
    let mut world = kept();
    world.user.user_name = NEW_NAME.to_owned();
    let plan = world.drive();
    assert_eq!(ready(&plan), Some("Active"));
    assert_eq!(world.account.jane().user_name, NEW_NAME);
    assert_eq!(
        (renames(&world), plan.status.user_name.as_deref()),
        (1, Some(NEW_NAME))
    );
}

#[test]
fn a_profile_renamed_behind_onhooks_back_is_said_and_not_renamed_back() {
    let mut world = kept();
    world.account.jane().user_name = NEW_NAME.to_owned();
    let plan = world.drive();
    assert_eq!(
        (&plan.standing, reasons(&plan)),
        (&Standing::Stalled, vec!["UserNameDiffers"])
    );
    assert!(world.account.log.is_empty());
}

#[test]
fn nobody_is_renamed_on_the_way_out() {
    for state in [UserState::Deactivated, UserState::Deleted] {
        let mut world = kept();
        (world.user.state, world.user.user_name) = (state, NEW_NAME.to_owned());
        assert_eq!(reasons(&world.drive()), ["UserNameDiffers"]);
        assert!(world.account.log.is_empty());
    }
}

#[test]
fn what_the_identity_provider_owns_is_not_written() {
    let mut world = kept();
    world.account.jane().scim_provider = Some("okta".to_owned());
    world.user.user_name = NEW_NAME.to_owned();
    assert_eq!(reasons(&world.drive()), ["IdentityProviderOwns"]);
    world.user.user_name = NAME.to_owned();
    world.user.profile.as_mut().unwrap().last_name = Some("Roe".to_owned());
    assert_eq!(reasons(&world.drive()), ["IdentityProviderOwns"]);
    assert!(world.account.log.is_empty());
}

#[test]
fn a_rename_that_is_refused_keeps_nothing_else_from_being_done() {
    let mut world = kept();
    world.user.user_name = NEW_NAME.to_owned();
    world.user.profile.as_mut().unwrap().last_name = Some("Roe".to_owned());
    world.fates(&[Fate::Fails]);
    let plan = world.until(|plan| !reasons(plan).is_empty());
    assert_eq!(reasons(&plan), ["OperationFailed"]);
    assert_eq!(ready(&world.drive()), Some("Active"));
    assert_eq!(world.account.jane().last_name.as_deref(), Some("Roe"));
}

#[test]
fn everything_that_makes_a_person_changed_at_once_is_warned_of() {
    let mut world = kept();
    world.user.user_name = "max.muster@acme.com".to_owned();
    let spec = world.user.profile.as_mut().unwrap();
    (spec.first_name, spec.last_name) = (Some("Max".to_owned()), Some("Muster".to_owned()));
    spec.primary_email = Some("max.muster@acme.com".to_owned());
    let plan = world.until(|plan| matches!(plan.next, crate::lifecycle::Next::Act(_)));
    assert!(warnings(&plan).contains(&"ProfileRepurposed"));
    let mut same = kept();
    same.user.user_name = NEW_NAME.to_owned();
    let plan = same.until(|plan| matches!(plan.next, crate::lifecycle::Next::Act(_)));
    assert!(!warnings(&plan).contains(&"ProfileRepurposed"));
}

#[test]
fn declared_values_are_kept_and_the_others_left_alone() {
    let mut world = kept();
    let jane = world.account.jane();
    (jane.last_name, jane.policy_profile) = (Some("Other".to_owned()), Some("Theirs".to_owned()));
    assert_eq!(ready(&world.drive()), Some("Active"));
    let change = ProfileChange {
        last_name: Some("Doe".to_owned()),
        ..ProfileChange::default()
    };
    let expected = Write::Change(JANE.to_owned(), Change::Profile(Box::new(change)));
    assert_eq!(world.account.writes(), [expected]);
    assert_eq!(world.account.jane().policy_profile.as_deref(), Some("Theirs"));
}

#[test]
fn a_site_is_never_changed_and_the_difference_said() {
    let mut world = kept();
    world.user.profile.as_mut().unwrap().site = Some("Branch".to_owned());
    let plan = world.drive();
    assert!(warnings(&plan).contains(&"SiteDiffers"));
    assert!(world.account.log.is_empty());
}

#[test]
fn a_declared_license_and_ring_group_are_given() {
    let mut world = kept();
    declares(&mut world, DependantKind::License("X2".to_owned()));
    declares(&mut world, DependantKind::License(LICENSE.to_owned()));
    world
        .account
        .groups
        .insert("rg-new".to_owned(), Default::default());
    declares(
        &mut world,
        DependantKind::Queue(QueueType::RingGroup, "rg-new name".to_owned()),
    );
    assert_eq!(ready(&world.drive()), Some("Active"));
    let jane = world.account.jane();
    assert!(jane.licenses.iter().any(|license| license.name == "X2"));
    assert!(jane.ring_groups.iter().any(|group| group.id == "rg-new"));
    assert_eq!(world.account.log.len(), 2);
}

#[test]
fn a_license_of_a_number_or_of_contact_center_is_never_given() {
    let mut world = kept();
    declares(&mut world, DependantKind::License("DID-GB".to_owned()));
    declares(&mut world, DependantKind::License("X8-CC".to_owned()));
    world.drive();
    assert!(world.account.log.is_empty());
}

#[test]
fn a_ring_group_that_no_or_two_groups_may_be_is_not_joined() {
    let mut world = kept();
    declares(
        &mut world,
        DependantKind::Queue(QueueType::RingGroup, "Nowhere".to_owned()),
    );
    assert_eq!(reasons(&world.drive()), ["RingGroupUnknown"]);
    assert!(world.account.log.is_empty());
}

#[test]
fn what_nothing_declares_is_reported_and_never_removed() {
    let mut world = kept();
    let before = world.account.jane().clone();
    let plan = world.drive();
    let warning = plan
        .status
        .warnings
        .iter()
        .find(|warning| warning.reason == "Undeclared");
    assert!(warning.is_some_and(|warning| warning.what.contains(LICENSE)));
    assert_eq!(*world.account.jane(), before);
}

/// A run that was taken back after it had taken the license, and before the DELETE.
fn taken_back() -> World {
    let mut world = World::claimed(UserState::Deleted, full());
    world.user.offboarding.retention_period = Some("30d".parse().unwrap());
    world.until(|plan| {
        matches!(plan.standing, Standing::Scheduled { .. })
            && plan.status.step.as_deref() == Some("RetentionPeriod")
    });
    let jane = world.account.jane();
    assert!(jane.licenses.iter().all(|license| license.did) && jane.ring_groups.is_empty());
    jane.licenses.clear();
    world.user.state = UserState::Active;
    world
}

#[test]
fn a_run_taken_back_before_the_delete_gives_back_license_extension_number_and_ring_groups() {
    let mut world = taken_back();
    let plan = world.drive();
    assert_eq!(ready(&plan), Some("Active"));
    let jane = world.account.jane();
    assert_eq!(jane.status, ProfileStatus::Active);
    assert!(jane.licenses.iter().any(|license| license.name == LICENSE));
    assert_eq!(jane.extensions[0].number.as_deref(), Some("1042"));
    assert_eq!(jane.numbers().next().unwrap().number, NUMBER);
    assert_eq!(jane.ring_groups[0].id, GROUP);
    let lost = plan
        .status
        .warnings
        .iter()
        .find(|warning| warning.reason == "NotRestored");
    let lost = &lost.unwrap().what;
    assert!(lost.contains("voicemail") && lost.contains("forwarding") && lost.contains("cq-sales"));
}

#[test]
fn a_number_that_is_somebody_elses_now_does_not_come_back_and_is_said() {
    let mut world = taken_back();
    world
        .account
        .numbers
        .insert(NUMBER.to_owned(), NumberSight::Assigned);
    let plan = world.drive();
    assert_eq!(ready(&plan), Some("Active"));
    assert_eq!(world.account.jane().numbers().count(), 0);
    let plan = world.drive();
    let lost = plan
        .status
        .warnings
        .iter()
        .find(|warning| warning.reason == "NotRestored");
    assert!(lost.unwrap().what.contains("1 number(s)"), "{plan:?}");
}

#[test]
fn what_came_back_once_is_not_given_again() {
    let mut world = taken_back();
    world.drive();
    let writes = world.account.log.len();
    world.account.jane().licenses.clear();
    world.account.jane().ring_groups.clear();
    assert_eq!(ready(&world.drive()), Some("Active"));
    assert_eq!(world.account.log.len(), writes);
}

#[test]
fn a_deactivation_taken_back_gives_nothing_that_somebody_else_took() {
    let mut world = World::claimed(UserState::Deactivated, full());
    world.drive();
    world.account.jane().licenses = vec![license("DID-US")];
    world.user.state = UserState::Active;
    assert_eq!(ready(&world.drive()), Some("Active"));
    assert_eq!(world.account.log.len(), 2, "INACTIVE and ACTIVE");
}

#[test]
fn who_waits_for_a_user_name_says_for_whom() {
    let mut world = World::strange(UserState::Active, bare(JANE, NAME, ProfileStatus::Inactive));
    world.user.profile = Some(declared());
    let other = Claim::Leaving("people/jane-doe".to_owned());
    world.account.claims.insert(JANE.to_owned(), other);
    let plan = world.until(|plan| plan.standing == Standing::Blocked);
    assert_eq!(reasons(&plan), ["UserNameHeld"]);
    assert!(plan.status.blockers[0].what.contains("people/jane-doe"));
    world.account.profiles.clear();
    assert_eq!(ready(&world.drive()), Some("Active"));
    let (id, _) = world.account.profiles.iter().next().unwrap();
    assert_ne!(id, JANE, "a new profile, and a new id");
}

#[test]
fn a_ring_group_that_is_gone_since_is_not_waited_for() {
    let mut world = taken_back();
    world.account.groups.clear();
    assert_eq!(ready(&world.drive()), Some("Active"));
}

#[test]
fn a_deactivation_leaves_the_directory_only_where_that_is_asked_for_and_comes_back_into_it() {
    for asked in [false, true] {
        let mut world = World::claimed(UserState::Deactivated, full());
        world.account.jane().display_in_directory = Some(true);
        world.user.offboarding.hide_from_directory = asked;
        assert_eq!(ready(&world.drive()), Some("Deactivated"));
        let jane = world.account.jane();
        assert_eq!(
            (&jane.status, jane.display_in_directory),
            (&ProfileStatus::Inactive, Some(!asked))
        );
        world.user.state = UserState::Active;
        assert_eq!(ready(&world.drive()), Some("Active"));
        assert_eq!(world.account.jane().display_in_directory, Some(true));
    }
}

#[test]
fn a_profile_that_is_inactive_already_is_taken_out_of_the_directory_too() {
    let mut world = World::claimed(UserState::Deactivated, full());
    let jane = world.account.jane();
    (jane.status, jane.display_in_directory) = (ProfileStatus::Inactive, Some(true));
    world.user.offboarding.hide_from_directory = true;
    assert_eq!(ready(&world.drive()), Some("Deactivated"));
    assert_eq!(world.account.jane().display_in_directory, Some(false));
    assert_eq!(world.account.log.len(), 1);
}
