//! Contact Center: everything that a person has to do is named at once, and goes away one by one.

use super::Change;
use super::fixtures::{NAME, agent, confirm, extension, full, license, queue};
use super::world::{World, ready, reasons};
use crate::api::QueueType;
use crate::api::tenant::ContactCenterMode;
use crate::api::user::{Confirmation, UserState};
use crate::api::user_status::{StepName, StepState};
use crate::lifecycle::{Dependant, DependantKind, Profile, ProfileStatus};

/// A Contact Center agent in two queues, who is an admin there, declared with the agent's id.
fn leaver() -> World {
    let mut profile = full();
    profile.licenses.push(license("X8-Contact-Center"));
    let mut world = World::claimed(UserState::Deleted, profile);
    agent(&mut world.user);
    world.tenant.contact_center.administrators = vec![NAME.to_uppercase()];
    let queues = ["q-sales", "q-service"].map(|id| queue(QueueType::ContactCenter, id));
    world.account.queues().extend(queues);
    world
}

fn drop_license(profile: &mut Profile) {
    profile.licenses.retain(|license| !license.contact_center);
}

const ALL: [&str; 4] = [
    "ContactCenterQueuesAssigned",
    "ContactCenterSupervisorUnconfirmed",
    "ContactCenterAdminUnconfirmed",
    "ContactCenterLicenseAssigned",
];

#[test]
fn all_that_is_to_do_is_named_at_once_and_clears_one_by_one() {
    let mut world = leaver();
    let plan = world.drive();
    assert_eq!(reasons(&plan), ALL);
    assert!(
        plan.status.blockers[0]
            .what
            .contains("q-sales name, q-service name")
    );
    assert_eq!(world.account.jane().status, ProfileStatus::Inactive);

    world.account.queues().pop();
    assert_eq!(reasons(&world.drive()), ALL);
    world.account.queues().clear();
    assert_eq!(reasons(&world.drive()), ALL[1..]);
    confirm(&mut world.user, Confirmation::ContactCenterSupervisorRemoved);
    assert_eq!(reasons(&world.drive()), ALL[2..]);
    confirm(&mut world.user, Confirmation::ContactCenterAdminRemoved);
    assert_eq!(reasons(&world.drive()), ALL[3..]);
    assert_eq!(world.account.log.len(), 1, "{:?}", world.account.log);
    drop_license(world.account.jane());
    assert_eq!(ready(&world.drive()), Some("Deleted"));
    assert_eq!(world.step(StepName::ContactCenterQueues), Some(StepState::Done));
}

#[test]
fn a_blocker_keeps_the_time_since_when_it_stands_there() {
    let mut world = leaver();
    let first = world.until(|plan| !reasons(plan).is_empty()).status.blockers[0].since;
    assert_eq!(world.drive().status.blockers[0].since, first);
    assert!(world.now > first);
}

#[test]
fn queues_still_block_when_the_license_went_first() {
    let mut world = leaver();
    world.drive();
    drop_license(world.account.jane());
    world.user.contact_center = None;
    world.tenant.contact_center.administrators.clear();
    let plan = world.drive();
    assert_eq!(
        reasons(&plan),
        ["ContactCenterAgentUnknown", "ContactCenterSupervisorUnconfirmed"]
    );

    agent(&mut world.user);
    confirm(&mut world.user, Confirmation::ContactCenterSupervisorRemoved);
    assert_eq!(reasons(&world.drive()), ["ContactCenterQueuesAssigned"]);
    assert_eq!(world.account.log.len(), 1);
}

#[test]
fn a_queue_that_comes_back_during_a_wait_is_seen_before_the_delete() {
    let mut world = leaver();
    world.account.queues().clear();
    drop_license(world.account.jane());
    confirm(&mut world.user, Confirmation::ContactCenterSupervisorRemoved);
    confirm(&mut world.user, Confirmation::ContactCenterAdminRemoved);
    world.user.offboarding.retention_period = Some("1d".parse().unwrap());
    world.until(|plan| plan.status.step.as_deref() == Some("RetentionPeriod"));
    world
        .account
        .queues()
        .push(queue(QueueType::ContactCenter, "q-sales"));
    assert_eq!(reasons(&world.drive()), ["ContactCenterQueuesAssigned"]);
    assert_eq!(world.account.writes().len(), 3);
    world.account.queues().clear();
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn every_sign_of_contact_center_takes_the_steps() {
    let signs: [Change<World>; 5] = [
        ("license", |world| {
            world.account.jane().licenses.push(license("X8-Contact-Center"))
        }),
        ("extension", |world| {
            let extension = crate::lifecycle::Extension {
                contact_center: true,
                ..extension("x-cc", &[])
            };
            world.account.jane().extensions.push(extension);
        }),
        ("agentId", |world| agent(&mut world.user)),
        ("administrator", |world| {
            world.tenant.contact_center.administrators = vec![NAME.to_owned()]
        }),
        ("declared queue", |world| {
            let kind = DependantKind::Queue(QueueType::ContactCenter, "Sales".to_owned());
            world.dependants.push(Dependant {
                kind,
                remove: false,
                known: true,
            });
        }),
    ];
    for (sign, make) in signs {
        let mut world = World::claimed(UserState::Deleted, full());
        make(&mut world);
        let plan = world.drive();
        assert!(
            reasons(&plan).contains(&"ContactCenterSupervisorUnconfirmed"),
            "{sign}: {plan:?}"
        );
        assert_eq!(world.account.log.len(), 1, "{sign}");
    }
}

#[test]
fn an_unknown_agent_blocks() {
    let mut world = leaver();
    world.user.contact_center = None;
    assert_eq!(reasons(&world.drive())[0], "ContactCenterAgentUnknown");
}

#[test]
fn a_sign_of_contact_center_blocks_where_the_tenant_says_there_is_none() {
    let mut world = leaver();
    world.tenant.contact_center.mode = ContactCenterMode::None;
    world.account.queues().clear();
    assert_eq!(reasons(&world.drive())[0], "ContactCenterUnmanaged");
    drop_license(world.account.jane());
    confirm(&mut world.user, Confirmation::ContactCenterSupervisorRemoved);
    confirm(&mut world.user, Confirmation::ContactCenterAdminRemoved);
    assert_eq!(reasons(&world.drive()), ["ContactCenterUnmanaged"]);
}

#[test]
fn a_deactivation_asks_nothing_of_contact_center() {
    let mut world = leaver();
    world.user.state = UserState::Deactivated;
    assert_eq!(ready(&world.drive()), Some("Deactivated"));
}
