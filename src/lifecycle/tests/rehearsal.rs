//! A rehearsal foretells what then really happens: the same writes, in the same order, to the same end.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::fixtures::{AGENT, agent, full, queue, seconds};
use super::people::{declared, person};
use super::schedules::{self, runner};
use super::walks::to_the_end;
use super::world::{World, reasons};
use crate::api::QueueType;
use crate::api::user::UserState;
use crate::api::user_status::StepName;
use crate::lifecycle::rehearsal::{Cast, End, Outlook, Rehearsal, Turn};
use crate::lifecycle::{Next, Sightings, Standing};

/// Rehearses the run of a world, which is read and not touched.
fn rehearse(world: &mut World) -> Outlook {
    let (pace, tenant, user) = (world.pace, world.tenant.clone(), world.user.clone());
    let dependants = world.dependants.clone();
    let mut rehearsal = Rehearsal::new(Cast {
        now: world.now,
        pace: &pace,
        tenant: &tenant,
        user: &user,
        deletion: world.deletion,
        memory: world.memory.clone(),
        dependants: &dependants,
        user_updates: world.user_updates,
        suspended: world.suspended,
        protected: world.protected,
    });
    for _ in 0..100 {
        match rehearsal.go_on() {
            Turn::Ended(outlook) => return *outlook,
            Turn::Look(look) => {
                let mut seen = Sightings::default();
                world.look(&look, &mut seen);
                rehearsal.learn(&look, seen);
            }
        }
    }
    panic!("it asks and asks");
}

/// Runs a world to its end, and gives the steps of its writes.
fn run(world: &mut World) -> (Vec<StepName>, crate::lifecycle::Plan) {
    let mut steps = Vec::new();
    let end = to_the_end(world, |world| {
        let plan = world.pass();
        if let Next::Act(action) = &plan.next {
            steps.extend(action.step());
        }
        plan
    });
    (steps, end)
}

fn steps(outlook: &Outlook) -> Vec<StepName> {
    outlook.deeds.iter().map(|deed| deed.step).collect()
}

#[test]
fn what_a_plan_foretells_is_what_a_run_then_does() {
    let people = (person(), declared());
    let result = runner(schedules::REHEARSALS).run(&people, |(person, declared)| {
        // The small account keeps of a created profile its name alone.
        prop_assume!(!declared.around.nobody);
        let foretold = rehearse(&mut person.world(&declared));
        let mut world = person.world(&declared);
        let (done, end) = run(&mut world);
        prop_assert_eq!(steps(&foretold), done);
        match &foretold.end {
            End::Ready(reason, _) => prop_assert_eq!(Some(reason.as_str()), super::world::ready(&end)),
            End::Blocked => prop_assert_eq!(&end.standing, &Standing::Blocked),
            End::Stalled => prop_assert_eq!(&end.standing, &Standing::Stalled),
            End::Released => prop_assert!(world.released),
            End::Endless => prop_assert!(false, "no end is foretold: {:?}", foretold),
        }
        let named: Vec<_> = foretold.blockers.iter().map(|one| one.reason.as_str()).collect();
        prop_assert_eq!(named, reasons(&end));
        prop_assert_eq!(&foretold.status.losses, &end.status.losses);
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_rehearsal_says_what_is_done_when_and_what_of_it_is_final() {
    let mut world = World::claimed(UserState::Deleted, full());
    world.user.offboarding.license_grace_period = "3d".parse().ok();
    let outlook = rehearse(&mut world);
    let said: Vec<_> = outlook
        .deeds
        .iter()
        .map(|deed| (deed.what.as_str(), deed.is_final))
        .collect();
    assert_eq!(
        said,
        [
            ("set INACTIVE; sessions end", false),
            ("leave the ring group rg-support name", false),
            (
                "take off licenses X4-Standard-US, DID-US, extension 1042, 1 number",
                true
            ),
            ("delete the profile, for good", true),
        ]
    );
    let grace = SignedDuration::from_hours(72);
    let waited = outlook.deeds[2].at.duration_since(outlook.deeds[0].at);
    assert!(waited >= grace && waited < grace + seconds(120), "{waited}");
    assert!(outlook.takes >= grace);
    // GET and PUT of each write, and what stands between.
    assert!((8..40).contains(&outlook.calls), "{}", outlook.calls);
    assert!(world.account.log.is_empty(), "a rehearsal wrote to the account");
}

#[test]
fn a_rehearsal_ends_where_a_person_has_something_to_do() {
    let mut world = World::claimed(UserState::Deleted, full());
    agent(&mut world.user);
    let sales = queue(QueueType::ContactCenter, "q-sales");
    world.account.agents.insert(AGENT.to_owned(), vec![sales]);
    let outlook = rehearse(&mut world);
    assert_eq!(outlook.end, End::Blocked);
    assert_eq!(steps(&outlook), [StepName::Deactivate]);
    assert!(
        outlook
            .blockers
            .iter()
            .any(|one| one.reason == "ContactCenterQueuesAssigned"),
        "{:?}",
        outlook.blockers
    );
}
