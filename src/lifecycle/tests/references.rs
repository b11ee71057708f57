//! The last member of a group or queue, and what leads to the leaver (rules I4, I5, B10, cases 11, 19 and 20).

use super::account::Write;
use super::fixtures::{GROUP, JANE, NUMBER, confirm, full, queue};
use super::world::{World, ready, reasons};
use crate::api::QueueType;
use crate::api::user::{Confirmation, UserState};
use crate::lifecycle::{Group, GroupMember, Look, Next, References, Sightings};

fn leaver() -> World {
    World::claimed(UserState::Deleted, full())
}

fn alone(world: &mut World) {
    let group = world.account.groups.get_mut(GROUP).unwrap();
    group
        .members
        .retain(|member| member.user_id.as_deref() == Some(JANE));
}

fn joe() -> GroupMember {
    GroupMember {
        user_id: Some("u-joe".to_owned()),
        extension_id: Some("x-joe".to_owned()),
    }
}

fn referenced() -> References {
    References {
        ring_groups: vec!["Front desk".to_owned()],
        sites: vec!["Headquarters".to_owned()],
        users: 3,
        ..References::default()
    }
}

/// Looks that a pass makes, until it comes to its end.
fn looks(world: &mut World) -> Vec<Look> {
    let (mut seen, mut asked) = (Sightings::default(), Vec::new());
    while let Next::Look(look) = world.plan(&seen).next {
        world.look(&look, &mut seen);
        asked.push(look);
    }
    asked
}

#[test]
fn the_last_member_of_a_ring_group_does_not_leave_it() {
    let mut world = leaver();
    alone(&mut world);
    let plan = world.drive();
    assert_eq!(reasons(&plan), ["LastRingGroupMember"]);
    assert!(plan.status.blockers[0].what.contains("rg-support name"));
    assert_eq!(world.account.writes(), [Write::Deactivate(JANE.to_owned())]);
}

#[test]
fn somebody_who_joins_lets_the_last_member_leave() {
    let mut world = leaver();
    alone(&mut world);
    world.drive();
    world.account.groups.get_mut(GROUP).unwrap().members.push(joe());
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn a_group_that_is_gone_holds_nobody() {
    let mut world = leaver();
    alone(&mut world);
    world.drive();
    world.account.groups.clear();
    world.account.jane().ring_groups.clear();
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn a_ring_group_may_be_empty_where_a_person_says_so() {
    let mut world = leaver();
    alone(&mut world);
    confirm(&mut world.user, Confirmation::RingGroupMayBeEmpty);
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn the_other_groups_are_left_and_every_group_that_would_be_empty_is_named() {
    let mut world = leaver();
    alone(&mut world);
    let jane = world.account.groups[GROUP].members.clone();
    let group = |others: Vec<GroupMember>| Group {
        members: [jane.clone(), others].concat(),
    };
    world.account.groups.insert("rg-night".to_owned(), group(vec![]));
    world
        .account
        .groups
        .insert("rg-day".to_owned(), group(vec![joe()]));
    let groups = ["rg-night", "rg-day"].map(|id| queue(QueueType::RingGroup, id));
    world.account.jane().ring_groups.extend(groups);
    let plan = world.drive();
    let what = &plan.status.blockers[0].what;
    assert!(
        what.contains("rg-support name") && what.contains("rg-night name"),
        "{what}"
    );
    assert!(!what.contains("rg-day"), "{what}");
    let left = Write::Leave(JANE.to_owned(), "rg-day".to_owned());
    assert_eq!(world.account.writes(), [Write::Deactivate(JANE.to_owned()), left]);
}

#[test]
fn the_only_member_of_a_call_queue_keeps_the_license() {
    let mut world = leaver();
    world.account.references.only_member_of = vec!["Sales".to_owned()];
    let plan = world.drive();
    assert_eq!(reasons(&plan), ["LastCallQueueMember"]);
    assert!(plan.status.blockers[0].what.contains("Sales"));
    assert_eq!(world.account.log.len(), 2);
    world.account.references.only_member_of.clear();
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn a_call_queue_may_be_empty_where_a_person_says_so() {
    let mut world = leaver();
    world.account.references.only_member_of = vec!["Sales".to_owned()];
    confirm(&mut world.user, Confirmation::CallQueueMayBeEmpty);
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn what_leads_to_the_extension_is_listed_before_the_extension_goes() {
    let mut world = leaver();
    world.account.references = referenced();
    let plan = world.drive();
    assert_eq!(reasons(&plan), ["ExtensionReferenced"]);
    let what = &plan.status.blockers[0].what;
    let named = ["Front desk", "Headquarters", "3 other user(s)"];
    assert!(named.iter().all(|name| what.contains(name)), "{what}");
    world.account.references = References::default();
    assert_eq!(ready(&world.drive()), Some("Deleted"), "it clears by itself");
}

#[test]
fn references_are_accepted_where_a_person_says_so() {
    let mut world = leaver();
    world.account.references = referenced();
    confirm(&mut world.user, Confirmation::ReferencesAccepted);
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn one_confirmation_does_not_stand_for_another() {
    let mut world = leaver();
    alone(&mut world);
    world.account.references = referenced();
    world.account.references.only_member_of = vec!["Sales".to_owned()];
    confirm(&mut world.user, Confirmation::RingGroupMayBeEmpty);
    assert_eq!(
        reasons(&world.drive()),
        ["LastCallQueueMember", "ExtensionReferenced"]
    );
}

/// A leaver that only has to lose the license, with what the last inventory showed.
fn before_the_licenses(call_queue: bool, inventory: Option<References>) -> World {
    let mut world = leaver();
    world.until(|plan| plan.status.step.as_deref() == Some("Licenses"));
    world.memory.intent = None;
    world.account.inventory = inventory;
    if !call_queue {
        world.account.jane().call_queues.clear();
    }
    world
}

#[test]
fn an_inventory_that_shows_nothing_saves_the_look() {
    let nothing = Some(References::default());
    assert!(!looks(&mut before_the_licenses(false, nothing.clone())).contains(&Look::References));
    let queued = looks(&mut before_the_licenses(true, nothing));
    assert!(
        queued.contains(&Look::References),
        "others may have left the queue since: {queued:?}"
    );
    let shown = looks(&mut before_the_licenses(false, Some(referenced())));
    assert!(
        shown.contains(&Look::References),
        "it may be gone by now: {shown:?}"
    );
    let unknown = looks(&mut before_the_licenses(false, None));
    assert!(unknown.contains(&Look::References), "{unknown:?}");
}

#[test]
fn a_look_of_this_pass_counts_more_than_the_inventory() {
    let mut world = leaver();
    world.account.inventory = Some(referenced());
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn a_port_that_only_the_numbers_show_stops_the_license_removal() {
    let mut world = leaver();
    let ported = References {
        ports: 1,
        ..References::default()
    };
    world.account.inventory = Some(ported);
    assert!(!world.account.jane().numbers().any(|number| number.porting));
    assert_eq!(reasons(&world.drive()), ["NumberPortOpen"]);
    assert_eq!(world.account.log.len(), 2);
    world.account.inventory = Some(References::default());
    assert_eq!(ready(&world.drive()), Some("Deleted"));
    assert!(world.account.numbers.contains_key(NUMBER));
}
