//! Whole runs under faults, with another administrator at the account and edits of the object at any time between.

use proptest::prelude::*;
use proptest::sample::select;

use super::account::{Fate, Write};
use super::fixtures::{AGENT, GROUP, JANE, LICENSE, NAME, NUMBER, agent, confirm, full, license, queue};
use super::invariants::runner;
use super::world::World;
use crate::api::QueueType;
use crate::api::user::{Confirmation, DeletionPolicy, UserState};
use crate::api::user_status::StepName;
use crate::lifecycle::{GroupMember, Next, NumberSight, Plan, ProfileStatus, Standing};

/// Something that happens between two passes, by a name that a failing walk shows.
#[derive(Clone)]
struct Event(&'static str, fn(&mut World));

impl std::fmt::Debug for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

/// What another administrator does at the account.
fn foreign() -> Vec<Event> {
    vec![
        Event("adds a license", |world| {
            jane(world, |jane| jane.licenses.push(license(LICENSE)))
        }),
        Event("adds a Contact Center license", |world| {
            jane(world, |jane| jane.licenses.push(license("X8-CC")))
        }),
        Event("drops the Contact Center license", |world| {
            jane(world, |jane| {
                jane.licenses.retain(|license| !license.contact_center)
            });
        }),
        Event("adds a ring group", join),
        Event("adds a call queue", |world| {
            jane(world, |jane| {
                jane.call_queues.push(queue(QueueType::CallQueue, "cq-new"))
            });
        }),
        Event("adds a Contact Center queue", |world| {
            world
                .account
                .queues()
                .push(queue(QueueType::ContactCenter, "q-sales"));
        }),
        Event("clears the Contact Center queues", |world| {
            world.account.agents.clear()
        }),
        Event("activates", |world| {
            jane(world, |jane| jane.status = ProfileStatus::Active)
        }),
        Event("deactivates", |world| {
            jane(world, |jane| jane.status = ProfileStatus::Inactive)
        }),
        Event("deletes the profile", |world| {
            world.account.profiles.remove(JANE);
        }),
        Event("ports the number", |world| {
            world
                .account
                .numbers
                .insert(NUMBER.to_owned(), NumberSight::Porting);
        }),
        Event("frees the number", |world| {
            world
                .account
                .numbers
                .insert(NUMBER.to_owned(), NumberSight::Available);
        }),
        Event("makes somebody of the same name", |world| {
            let new = crate::lifecycle::Profile {
                user_id: "u-new".to_owned(),
                ..full()
            };
            world.account.profiles.insert("u-new".to_owned(), new);
        }),
        Event("renames", |world| {
            jane(world, |jane| jane.user_name = "jane.roe@acme.com".to_owned())
        }),
        Event("names her again", |world| {
            jane(world, |jane| jane.user_name = NAME.to_owned())
        }),
    ]
}

/// What happens to the objects.
fn edits() -> Vec<Event> {
    vec![
        Event("state active", |world| world.user.state = UserState::Active),
        Event("state deactivated", |world| {
            world.user.state = UserState::Deactivated
        }),
        Event("state deleted", |world| world.user.state = UserState::Deleted),
        Event("kubectl delete", World::delete_object),
        Event("cancel", |world| {
            if let Some(deletion) = &mut world.deletion {
                deletion.cancelled = true;
            }
        }),
        Event("policy Deactivate", |world| {
            world.user.deletion_policy = Some(DeletionPolicy::Deactivate)
        }),
        Event("policy Delete", |world| {
            world.user.deletion_policy = Some(DeletionPolicy::Delete)
        }),
        Event("the carrier goes", |world| world.account.carrier_going = true),
        Event("legal hold", |world| world.user.offboarding.legal_hold = true),
        Event("no legal hold", |world| world.user.offboarding.legal_hold = false),
        Event("suspend", |world| world.tenant.suspend = true),
        Event("resume", |world| world.tenant.suspend = false),
        Event("grace", |world| {
            world.user.offboarding.license_grace_period = "1h".parse().ok()
        }),
        Event("retention", |world| {
            world.user.offboarding.retention_period = "1h".parse().ok()
        }),
        Event("agent", |world| agent(&mut world.user)),
        Event("supervisor confirmed", |world| {
            confirm(&mut world.user, Confirmation::ContactCenterSupervisorRemoved);
        }),
        Event("pin", |world| world.user.user_id = Some(JANE.to_owned())),
        Event("retry", |world| {
            world.retry_intent = world.memory.intent.as_ref().map(|i| i.id.clone())
        }),
        Event("crash before the operation is noted", |world| {
            if let Some(intent) = &mut world.memory.intent {
                intent.operation_id = None;
            }
        }),
    ]
}

fn jane(world: &mut World, change: impl FnOnce(&mut crate::lifecycle::Profile)) {
    if let Some(jane) = world.account.profiles.get_mut(JANE) {
        change(jane);
    }
}

fn join(world: &mut World) {
    jane(world, |jane| {
        jane.ring_groups.push(queue(QueueType::RingGroup, GROUP))
    });
    let member = GroupMember {
        user_id: Some(JANE.to_owned()),
        extension_id: Some("x-jane".to_owned()),
    };
    world
        .account
        .groups
        .entry(GROUP.to_owned())
        .or_default()
        .members
        .push(member);
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![
        6 => Just(Fate::Completes),
        1 => Just(Fate::Fails),
        1 => Just(Fate::FailsApplied),
        1 => Just(Fate::Unknown),
        1 => Just(Fate::UnknownApplied),
        1 => Just(Fate::Lost),
        1 => Just(Fate::LostApplied),
        1 => Just(Fate::NoEffect),
        1 => Just(Fate::Hangs),
    ];
    prop::collection::vec(fate, 0..8)
}

/// What happens before which pass.
fn schedule() -> impl Strategy<Value = Vec<(usize, Event)>> {
    let events: Vec<_> = foreign().into_iter().chain(edits()).collect();
    prop::collection::vec((0..30usize, select(events)), 0..8)
}

fn states() -> impl Strategy<Value = UserState> {
    prop_oneof![1 => Just(UserState::Active), 1 => Just(UserState::Deactivated), 4 => Just(UserState::Deleted)]
}

/// A DELETE is sent once. Only a definite failure, or a person, lets another one follow.
fn no_second_delete(world: &World, deletes: &[(Fate, Option<String>)]) {
    for pair in deletes.windows(2) {
        let ((before, _), (_, allowed)) = (&pair[0], &pair[1]);
        let failed = *before == Fate::Fails;
        assert!(
            failed || allowed.is_some(),
            "a second DELETE: {:?}",
            world.account.log
        );
    }
}

/// One pass, and what it says of a DELETE that it sent: its fate, and the permission if there was one.
fn pass(world: &mut World, deletes: &mut Vec<(Fate, Option<String>)>) -> Plan {
    let open = world
        .memory
        .intent
        .as_ref()
        .filter(|intent| intent.step == StepName::Delete);
    let allowed = open
        .map(|intent| intent.id.clone())
        .filter(|id| world.retry_intent.as_ref() == Some(id));
    let before = world.account.log.len();
    let plan = world.pass();
    if let Some((Write::Delete(_), fate)) = world.account.log.get(before) {
        deletes.push((*fate, allowed));
    }
    plan
}

/// Once nothing moves, a further plan moves nothing either.
fn settled(world: &mut World, end: &Plan) {
    let named = !end.status.blockers.is_empty();
    match end.standing {
        Standing::Ready { .. } => assert!(!named, "Ready with a blocker: {end:?}"),
        Standing::Blocked | Standing::Stalled => assert!(named, "stuck without a reason: {end:?}"),
        Standing::Scheduled { .. } | Standing::Running { .. } => assert!(world.released, "no end: {end:?}"),
    }
    let again = world.decide();
    let quiet = matches!(again.next, Next::Wait) || (world.released && matches!(again.next, Next::Release));
    assert!(
        quiet || world.deletion.is_some(),
        "not settled: {:?} after {:?}",
        again.next,
        end.standing
    );
}

fn walk(state: UserState, fates: &[Fate], schedule: &[(usize, Event)]) {
    let mut world = World::claimed(state, full());
    world.fates(fates);
    let mut deletes = Vec::new();
    for turn in 0..30 {
        schedule
            .iter()
            .filter(|(when, _)| *when == turn)
            .for_each(|(_, Event(_, happen))| happen(&mut world));
        let plan = pass(&mut world, &mut deletes);
        if world.released {
            break;
        }
        world.sleep(&plan);
    }
    let sent = world.account.log.len();
    let end = if world.released {
        pass(&mut world, &mut deletes)
    } else {
        world.drive()
    };
    // Nobody interferes any more, so that the DELETEs of the rest of the run were all sent by the rules alone.
    let rest: Vec<_> = world.account.log[sent.min(world.account.log.len())..].to_vec();
    let late = rest.iter().filter(|(write, _)| matches!(write, Write::Delete(_)));
    let allowed = world.retry_intent.clone();
    deletes.extend(late.map(|(_, fate)| (*fate, allowed.clone())));
    no_second_delete(&world, &deletes);
    settled(&mut world, &end);
}

#[test]
fn a_run_under_faults_and_foreign_changes_ends_or_says_why_and_is_then_quiet() {
    let result = runner(250).run(&(states(), fates(), schedule()), |(state, fates, schedule)| {
        walk(state, &fates, &schedule);
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_run_under_faults_alone_ends_deleted_or_with_an_outcome_that_nobody_knows() {
    let result = runner(250).run(&fates(), |fates| {
        let mut world = World::claimed(UserState::Deleted, full());
        world.fates(&fates);
        let end = world.drive();
        let unknown = super::world::reasons(&end) == ["OutcomeUnknown"];
        assert!(super::world::ready(&end) == Some("Deleted") || unknown, "{end:?}");
        let deletes: Vec<_> = (world.account.log.iter())
            .filter(|(write, _)| matches!(write, Write::Delete(_)))
            .map(|(_, fate)| (*fate, None))
            .collect();
        no_second_delete(&world, &deletes);
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn an_agent_is_never_deleted_while_a_queue_is_assigned() {
    let result = runner(150).run(&schedule(), |schedule| {
        let mut world = World::claimed(UserState::Deleted, full());
        agent(&mut world.user);
        world.account.agents.insert(
            AGENT.to_owned(),
            vec![queue(QueueType::ContactCenter, "q-service")],
        );
        let clears =
            |event: &Event| ["clears the Contact Center queues", "deletes the profile"].contains(&event.0);
        for turn in 0..30 {
            let due = schedule
                .iter()
                .filter(|(when, event)| *when == turn && !clears(event));
            due.for_each(|(_, Event(_, happen))| happen(&mut world));
            let plan = world.pass();
            assert!(!matches!(
                plan.next,
                Next::Act(crate::lifecycle::Action::Delete(_))
            ));
            world.sleep(&plan);
        }
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}
