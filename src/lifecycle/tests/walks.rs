//! Whole runs of random people under faults, with another administrator at the account and edits of the object at any
//! time between.

use proptest::prelude::*;
use proptest::sample::select;

use super::account::{Fate, Write};
use super::events::{Event, edits, foreign};
use super::fixtures::{AGENT, agent, full, queue};
use super::people::{Declared, Person, declared, person};
use super::schedules::{self, runner};
use super::surroundings::changes;
use super::world::World;
use crate::api::QueueType;
use crate::api::user::UserState;
use crate::api::user_status::StepName;
use crate::lifecycle::{Next, Plan, Standing};

/// More than a run writes where nothing goes wrong and nobody interferes: a connector takes up to six things away.
const WRITES_OF_A_RUN: usize = 16;

/// More than the run writes once more for what one event did.
const WRITES_OF_AN_EVENT: usize = 8;

pub fn fates() -> impl Strategy<Value = Vec<Fate>> {
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
    let events: Vec<_> = foreign().into_iter().chain(edits()).chain(changes()).collect();
    prop::collection::vec((0..20usize, select(events)), 0..8)
}

/// The DELETEs of a run, and which of them a person had asked for.
#[derive(Default)]
pub struct Deletes {
    sent: Vec<(Fate, bool)>,
    /// Whether a person asked for another one since the last.
    asked: bool,
}

impl Deletes {
    /// One pass, under watch.
    pub fn pass(&mut self, world: &mut World) -> Plan {
        let open = world
            .memory
            .intent
            .as_ref()
            .filter(|intent| intent.step == StepName::Delete);
        self.asked |= open.is_some_and(|intent| world.retry_intent.as_ref() == Some(&intent.id));
        let before = world.account.log.len();
        let plan = world.pass();
        if let Some((Write::Delete(_), fate)) = world.account.log.get(before) {
            self.sent.push((*fate, std::mem::take(&mut self.asked)));
        }
        plan
    }

    /// A DELETE is sent once. Only a definite failure, or a person, lets another one follow.
    pub fn check(&self, world: &World) {
        for pair in self.sent.windows(2) {
            let allowed = pair[0].0 == Fate::Fails || pair[1].1;
            assert!(allowed, "a second DELETE: {:?}", world.account.log);
        }
    }
}

/// Once nothing moves, a further plan moves nothing either.
pub fn settled(world: &mut World, end: &Plan, writes: usize) {
    let named = !end.status.blockers.is_empty();
    match end.standing {
        Standing::Ready { .. } => assert!(!named, "Ready with a blocker: {end:?}"),
        Standing::Blocked | Standing::Stalled => assert!(named, "stuck without a reason: {end:?}"),
        Standing::Scheduled { .. } | Standing::Running { .. } => assert!(world.released, "no end: {end:?}"),
    }
    let again = world.decide();
    let quiet = matches!(again.next, Next::Wait) || (world.released && matches!(again.next, Next::Release));
    assert!(quiet, "not settled: {:?} after {:?}", again.next, end.standing);
    assert!(
        world.account.log.len() <= writes,
        "it writes and writes: {:?}",
        world.account.log
    );
}

/// Drives to the end. An object that is being deleted is let go of a pass after its run ended.
pub fn to_the_end(world: &mut World, mut pass: impl FnMut(&mut World) -> Plan) -> Plan {
    let end = world.drive_with(&mut pass);
    if !world.released && matches!(world.decide().next, Next::Release) {
        world.sleep(&end);
        pass(world);
    }
    end
}

/// A run with what happens before which pass, to its end.
pub fn walk(person: &Person, declared: &Declared, fates: &[Fate], schedule: &[(usize, Event)]) {
    let mut world = person.world(declared);
    world.fates(fates);
    let mut deletes = Deletes::default();
    for turn in 0..20 {
        let due = schedule.iter().filter(|(when, _)| *when == turn);
        due.for_each(|(_, Event(_, happen))| happen(&mut world));
        let plan = deletes.pass(&mut world);
        if world.released {
            break;
        }
        world.sleep(&plan);
    }
    let end = to_the_end(&mut world, |world| deletes.pass(world));
    deletes.check(&world);
    let writes = WRITES_OF_A_RUN + fates.len() + schedule.len() * WRITES_OF_AN_EVENT;
    settled(&mut world, &end, writes);
}

#[test]
fn a_run_under_faults_and_foreign_changes_ends_or_says_why_and_is_then_quiet() {
    let schedules = (person(), declared(), fates(), schedule());
    let result = runner(schedules::FOREIGN).run(&schedules, |(person, declared, fates, schedule)| {
        walk(&person, &declared, &fates, &schedule);
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_run_under_faults_alone_ends_deleted_or_with_an_outcome_that_nobody_knows() {
    let result = runner(schedules::FAULTS).run(&fates(), |fates| {
        let mut world = World::claimed(UserState::Deleted, full());
        world.fates(&fates);
        let mut deletes = Deletes::default();
        let end = to_the_end(&mut world, |world| deletes.pass(world));
        let unknown = super::world::reasons(&end) == ["OutcomeUnknown"];
        assert!(super::world::ready(&end) == Some("Deleted") || unknown, "{end:?}");
        deletes.check(&world);
        settled(&mut world, &end, WRITES_OF_A_RUN + fates.len());
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn an_agent_is_never_deleted_while_a_queue_is_assigned() {
    let result = runner(schedules::AGENT).run(&schedule(), |schedule| {
        let mut world = World::claimed(UserState::Deleted, full());
        agent(&mut world.user);
        world.account.agents.insert(
            AGENT.to_owned(),
            vec![queue(QueueType::ContactCenter, "q-service")],
        );
        let clears = |event: &Event| {
            let at_once = ["clears the Contact Center queues", "deletes the profile"].contains(&event.0);
            at_once || event.0.contains("connector")
        };
        for turn in 0..20 {
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
