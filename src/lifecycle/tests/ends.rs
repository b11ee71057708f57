//! One end, whatever the order: what clears the way may come in any order, and the process may end at any point.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::subsequence;

use super::account::Write;
use super::events::{Event, enabling};
use super::fixtures::{GROUP, LICENSE, full};
use super::people::{Declared, Person, declared, person};
use super::schedules::{self, runner};
use super::walks::{fates, settled, to_the_end};
use super::world::{Crash, World, ready, reasons};
use crate::api::QueueType;
use crate::api::user::UserState;
use crate::api::user_status::Outcome;
use crate::lifecycle::limit::Leave;
use crate::lifecycle::{Dependant, DependantKind, Group, NumberSight, Plan, Profile, Standing};

/// Where a run ended: what the account has of the person, and what the status says.
#[derive(Debug, PartialEq)]
struct End {
    profile: Option<Profile>,
    groups: Vec<(String, Group)>,
    numbers: Vec<(String, NumberSight)>,
    queues: usize,
    standing: &'static str,
    ready: Option<&'static str>,
    reasons: BTreeSet<String>,
    outcome: Option<Outcome>,
    released: bool,
}

fn end(world: &mut World, plan: &Plan) -> End {
    let queues = world.account.queues().len();
    let account = &world.account;
    End {
        profile: account.profiles.get(super::fixtures::JANE).cloned(),
        groups: account.groups.clone().into_iter().collect(),
        numbers: account.numbers.clone().into_iter().collect(),
        queues,
        standing: match plan.standing {
            _ if world.released => "released",
            Standing::Ready { .. } => "ready",
            Standing::Scheduled { .. } => "scheduled",
            Standing::Running { .. } => "running",
            Standing::Blocked => "blocked",
            Standing::Stalled => "stalled",
        },
        ready: ready(plan).filter(|_| !world.released),
        reasons: reasons(plan).into_iter().map(str::to_owned).collect(),
        outcome: world.memory.finished.as_ref().map(|finished| finished.outcome),
        released: world.released,
    }
}

/// One pass. A person who is asked whether a write is to be sent again says yes.
fn pass(world: &mut World, crash: Option<Crash>) -> Plan {
    let plan = world.pass_that_ends(crash);
    if reasons(&plan).contains(&"OutcomeUnknown") {
        world.retry_intent = world.memory.intent.as_ref().map(|intent| intent.id.clone());
    }
    plan
}

/// Obstacles that are there from the beginning, beside those of the person.
fn in_the_way(world: &mut World) {
    world.user.offboarding.legal_hold = true;
    world.tenant.suspend = true;
    world.leave = Leave::Held;
    let name = world.user.user_name.clone();
    world.tenant.removals.protected_users.push(name);
}

/// Events, each before its pass, and then on to the end.
fn run(world: &mut World, events: &[(usize, Event)]) -> End {
    for turn in 0..14 {
        let due = events.iter().filter(|(when, _)| *when == turn);
        due.for_each(|(_, Event(_, happen))| happen(world));
        let plan = pass(world, None);
        if world.released {
            break;
        }
        world.sleep(&plan);
    }
    let plan = to_the_end(world, |world| pass(world, None));
    settled(world, &plan, 60);
    end(world, &plan)
}

/// Some of the events, and when each of them comes in one order and in another.
fn two_orders() -> impl Strategy<Value = Vec<(usize, usize, Event)>> {
    let all = enabling();
    let count = all.len();
    // The first pass sees the person as she is: what was never seen leaves no trace.
    let times = prop::collection::vec((1..14usize, 1..14usize), count);
    (subsequence(all, count / 2..=count), times).prop_map(|(events, times)| {
        let both = events.into_iter().zip(times);
        both.map(|(event, (one, other))| (one, other, event)).collect()
    })
}

/// The same person, and what clears the way in two orders.
fn commute(person: &Person, declared: &Declared, events: &[(usize, usize, Event)]) {
    let start = || {
        let mut world = person.world(declared);
        world.claim();
        in_the_way(&mut world);
        world
    };
    let one: Vec<_> = events.iter().map(|(at, _, event)| (*at, event.clone())).collect();
    let mut other: Vec<_> = events.iter().map(|(_, at, event)| (*at, event.clone())).collect();
    other.reverse();
    let one = run(&mut start(), &one);
    let other = run(&mut start(), &other);
    assert_eq!(one, other);
}

#[test]
fn the_order_in_which_the_way_is_cleared_does_not_change_the_end() {
    let schedules = (person(), declared(), two_orders());
    let result = runner(schedules::ORDER).run(&schedules, |(person, declared, events)| {
        commute(&person, &declared, &events);
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

fn crashes() -> impl Strategy<Value = Vec<(usize, Crash, u32)>> {
    let crash = prop_oneof![
        Just(Crash::BeforeStatus),
        Just(Crash::BeforeSend),
        Just(Crash::AfterSend)
    ];
    prop::collection::vec((0..16usize, crash, 0..5_000u32), 1..6)
}

/// A run whose process ends in some passes, and is away for a while each time.
fn restarted(world: &mut World, crashes: &[(usize, Crash, u32)]) -> End {
    for turn in 0..16 {
        let crash = crashes.iter().find(|(when, ..)| *when == turn);
        let plan = pass(world, crash.map(|(_, crash, _)| *crash));
        if world.released {
            break;
        }
        world.sleep(&plan);
        let away = crash.map_or(0, |(.., seconds)| i64::from(*seconds));
        world.now = world.now.checked_add(super::fixtures::seconds(away)).unwrap();
    }
    let plan = to_the_end(world, |world| pass(world, None));
    settled(world, &plan, 60);
    end(world, &plan)
}

#[test]
fn a_restart_at_any_pass_reaches_the_same_end() {
    let schedules = (person(), declared(), fates(), crashes(), any::<bool>());
    let result = runner(schedules::RESTART).run(&schedules, |(person, declared, fates, crashes, deletes)| {
        let start = || {
            let mut world = person.world(&declared);
            if deletes && declared.state != UserState::Deleted {
                world.delete_object();
            }
            world
        };
        let straight = restarted(&mut start(), &[]);
        let mut world = start();
        world.fates(&fates);
        assert_eq!(restarted(&mut world, &crashes), straight);
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

/// Found by the schedules: one object gave what the other took, without an end. Taken once is too often already: the
/// voicemail does not come back.
#[test]
fn what_one_object_removes_and_another_declares_stays() {
    let license = || DependantKind::License(LICENSE.to_owned());
    let group = || DependantKind::Queue(QueueType::RingGroup, format!("{GROUP} name"));
    for kind in [license, group as fn() -> DependantKind] {
        let mut world = World::claimed(UserState::Active, full());
        world.dependants = [false, true]
            .map(|remove| Dependant {
                kind: kind(),
                remove,
                known: true,
            })
            .into();
        assert_eq!(ready(&world.drive()), Some("Active"));
        assert!(world.account.writes().is_empty(), "{:?}", world.account.writes());
        world.dependants.remove(0);
        world.drive();
        assert_eq!(world.account.writes().len(), 1, "{:?}", world.account.writes());
    }
}

/// Found by the schedules: an extension was given on a license that was about to go, or not, as it happened.
#[test]
fn no_extension_is_given_on_a_license_that_is_about_to_go() {
    let mut profile = full();
    profile.licenses.retain(|license| license.name == LICENSE);
    profile.extensions.clear();
    let mut world = World::claimed(UserState::Active, profile);
    world.user.profile = serde_json::from_value(serde_json::json!({"extension": "1042"})).ok();
    world.user.offboarding.legal_hold = true;
    world.dependants = vec![Dependant {
        kind: DependantKind::License(LICENSE.to_owned()),
        remove: true,
        known: true,
    }];
    world.drive();
    assert!(world.account.writes().is_empty(), "{:?}", world.account.writes());
}

/// Before the licenses of the account were read, nobody knows the name, and it is declared all the same.
#[test]
fn what_another_object_declares_under_a_name_that_is_not_known_yet_is_not_taken() {
    let mut world = World::claimed(UserState::Active, full());
    world.dependants = [false, true]
        .map(|remove| Dependant {
            kind: DependantKind::License(LICENSE.to_owned()),
            remove,
            known: false,
        })
        .into();
    assert_eq!(ready(&world.drive()), Some("Active"));
    assert!(world.account.writes().is_empty(), "{:?}", world.account.writes());
}

/// Found by the schedules: the grace of an earlier deactivation let the licenses go with the next one.
#[test]
fn a_grace_that_is_over_does_not_count_for_a_profile_that_somebody_activated() {
    let mut profile = full();
    profile.ring_groups.clear();
    profile.call_queues.clear();
    let mut world = World::claimed(UserState::Deleted, profile);
    world.account.inventory = Some(Default::default());
    world.user.offboarding.license_grace_period = "1h".parse().ok();
    world.until(|plan| matches!(plan.standing, Standing::Scheduled { .. }));
    world.now = world.now.checked_add(super::fixtures::seconds(7_200)).unwrap();
    world.account.jane().status = crate::lifecycle::ProfileStatus::Active;
    world.pass();
    let last = world.account.writes().pop();
    assert_eq!(last, Some(Write::Deactivate(super::fixtures::JANE.to_owned())));
    assert!(!world.account.jane().licenses.is_empty());
}
