//! The connector: what it takes away, what is believed of it, and what becomes of a User while it fails.

use super::account::{Fate, Write};
use super::fixtures::{AGENT, JANE, NAME, agent, confirm, full, license, queue, seconds};
use super::world::{World, ready, reasons};
use crate::api::QueueType;
use crate::api::tenant::Connector;
use crate::api::user::{Confirmation, UserState};
use crate::api::user_status::{Intent, StepName, StepState};
use crate::lifecycle::{ConnectorSight, ConnectorTrouble, connector_failed};

impl World {
    /// What the controller does with a removal by the connector.
    pub fn ask_connector(&mut self, write: Write, intent: Intent) {
        let fate = self.account.fates.pop_front().unwrap_or(Fate::Completes);
        self.account.log.push((write.clone(), fate));
        if fate.applies() {
            self.account.apply(&write);
        }
        let step = intent.step;
        let done = matches!(fate, Fate::Completes | Fate::NoEffect);
        self.memory.intent = Some(Intent {
            completed_at: done.then_some(self.now),
            ..intent
        });
        if matches!(fate, Fate::Fails | Fate::FailsApplied) {
            connector_failed(&mut self.memory, step, &failing(), self.now);
        }
    }
}

fn failing() -> ConnectorTrouble {
    ConnectorTrouble::Failing("it answered 503".to_owned())
}

/// A supervisor and administrator in two queues, whose Tenant names a connector.
fn leaver() -> World {
    let mut profile = full();
    profile.licenses.push(license("X8-Contact-Center"));
    let mut world = World::claimed(UserState::Deleted, profile);
    agent(&mut world.user);
    world.tenant.contact_center.administrators = vec![NAME.to_owned()];
    world.tenant.contact_center.connector = Some(Connector {
        url: "http://bridge.test".to_owned(),
        token_secret_ref: None,
    });
    let queues = ["q-sales", "q-service"].map(|id| queue(QueueType::ContactCenter, id));
    world.account.queues().extend(queues);
    world.account.connector = Ok(ConnectorSight {
        supervisor: true,
        administrator: true,
        license: true,
        ..ConnectorSight::default()
    });
    world
}

/// What the connector was asked for, in order.
fn asked(world: &World) -> Vec<String> {
    let asked = world.account.log.iter().filter_map(|(write, _)| match write {
        Write::Connector(_, removal) => Some(removal.target().to_owned()),
        _ => None,
    });
    asked.collect()
}

const ALL: [&str; 5] = ["q-sales", "q-service", "supervisor", "administrator", "license"];

#[test]
fn an_agent_that_the_connector_knows_as_somebody_else_loses_nothing() {
    let knows_as = |world: &mut World, email: &str| {
        let sight = world.account.connector.clone().unwrap();
        let email = Some(email.to_owned());
        world.account.connector = Ok(ConnectorSight { email, ..sight });
    };
    let mut world = leaver();
    knows_as(&mut world, "joe@acme.com");
    let plan = world.drive();
    assert_eq!(reasons(&plan)[0], "ContactCenterAgentOfAnother");
    assert!(plan.status.blockers[0].what.contains(AGENT));
    assert!(asked(&world).is_empty(), "{:?}", asked(&world));
    knows_as(&mut world, &NAME.to_uppercase());
    assert_eq!(ready(&world.drive()), Some("Deleted"));
    assert_eq!(asked(&world), ALL);
}

#[test]
fn a_connector_takes_everything_away_one_by_one_before_the_delete() {
    let mut world = leaver();
    assert_eq!(ready(&world.drive()), Some("Deleted"));
    assert_eq!(asked(&world), ALL);
    let writes = world.account.writes();
    assert_eq!(writes[0], Write::Deactivate(JANE.to_owned()));
    assert_eq!(writes.last(), Some(&Write::Delete(JANE.to_owned())));
}

#[test]
fn what_only_the_connector_saw_is_said_to_be_asserted_by_it() {
    let mut world = leaver();
    world.until(|plan| plan.status.step.as_deref() == Some("RingGroups"));
    for (name, asserted) in [
        (StepName::ContactCenterQueues, false),
        (StepName::ContactCenterSupervisor, true),
        (StepName::ContactCenterAdmin, true),
        (StepName::ContactCenterLicense, false),
    ] {
        let step = world.memory.steps.iter().find(|step| step.name == name).unwrap();
        assert_eq!(step.state, StepState::Done, "{name}");
        assert_eq!(step.asserted_by_connector, asserted, "{name}");
        assert_eq!(
            step.message.is_some(),
            asserted,
            "{name}: it is said in words too"
        );
    }
}

#[test]
fn a_queue_is_gone_only_when_the_real_time_read_says_so() {
    let mut world = leaver();
    world.fates(&[Fate::Completes, Fate::NoEffect]);
    let plan = world.until(|plan| reasons(plan).contains(&"ConnectorNotEffective"));
    assert!(reasons(&plan).contains(&"ContactCenterQueuesAssigned"));
    assert_eq!(asked(&world), ["q-sales"]);
    assert_eq!(ready(&world.drive()), Some("Deleted"));
    assert_eq!(asked(&world)[..2], ["q-sales", "q-sales"]);
}

#[test]
fn a_connector_that_takes_everything_on_and_does_nothing_is_named_and_asked_ever_more_slowly() {
    let mut world = leaver();
    world.fates(&[Fate::Completes]);
    world.fates(&[Fate::Lost; 100]);
    let plan = world.until(|plan| reasons(plan).contains(&"ConnectorNotEffective"));
    assert!(reasons(&plan).contains(&"ContactCenterQueuesAssigned"));
    let end = world.now.checked_add(seconds(6 * 3600)).unwrap();
    while world.now < end {
        let plan = world.pass();
        world.sleep(&plan);
    }
    assert!(asked(&world).len() < 25, "{}", asked(&world).len());
    world.account.fates.clear();
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn an_administrator_whom_the_tenant_does_not_list_is_found_by_the_connector() {
    let mut world = leaver();
    world.tenant.contact_center.administrators.clear();
    assert_eq!(ready(&world.drive()), Some("Deleted"));
    assert_eq!(asked(&world), ALL);
}

#[test]
fn a_connector_that_fails_is_named_beside_what_a_person_can_do_and_goes_on_when_it_is_back() {
    let mut world = leaver();
    let back = std::mem::replace(&mut world.account.connector, Err(failing()));
    let plan = world.drive();
    assert_eq!(
        reasons(&plan),
        [
            "ContactCenterQueuesAssigned",
            "ConnectorFailing",
            "ContactCenterSupervisorUnconfirmed",
            "ContactCenterAdminUnconfirmed",
            "ContactCenterLicenseAssigned",
        ]
    );
    assert!(asked(&world).is_empty());
    world.account.connector = back;
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn a_connector_that_fails_never_blocks_who_did_it_by_hand() {
    let mut world = leaver();
    world.account.connector = Err(failing());
    world.account.queues().clear();
    world
        .account
        .jane()
        .licenses
        .retain(|license| !license.contact_center);
    confirm(&mut world.user, Confirmation::ContactCenterSupervisorRemoved);
    confirm(&mut world.user, Confirmation::ContactCenterAdminRemoved);
    assert_eq!(ready(&world.drive()), Some("Deleted"));
    assert!(asked(&world).is_empty());
}

#[test]
fn an_agent_that_the_connector_does_not_know_is_not_taken_for_one_without_rights() {
    let mut world = leaver();
    world.account.connector = Err(ConnectorTrouble::AgentUnknown);
    world.account.queues().clear();
    world
        .account
        .jane()
        .licenses
        .retain(|license| !license.contact_center);
    let plan = world.drive();
    assert!(reasons(&plan).contains(&"ConnectorAgentUnknown"), "{plan:?}");
    assert!(reasons(&plan).contains(&"ContactCenterSupervisorUnconfirmed"));
    assert!(world.account.profiles.contains_key(JANE));
}

#[test]
fn a_removal_that_failed_is_tried_again_after_a_look() {
    for fate in [
        Fate::Fails,
        Fate::FailsApplied,
        Fate::Lost,
        Fate::LostApplied,
        Fate::Hangs,
    ] {
        let mut world = leaver();
        world.fates(&[Fate::Completes, fate]);
        assert_eq!(ready(&world.drive()), Some("Deleted"), "{fate:?}");
        let again = !fate.applies();
        assert_eq!(asked(&world).len(), ALL.len() + usize::from(again), "{fate:?}");
    }
}

#[test]
fn rights_that_come_back_during_a_wait_are_taken_away_before_the_delete() {
    let mut world = leaver();
    world
        .account
        .jane()
        .licenses
        .retain(|license| !license.contact_center);
    world.user.offboarding.retention_period = Some("1d".parse().unwrap());
    world.until(|plan| plan.status.step.as_deref() == Some("RetentionPeriod"));
    let before = asked(&world).len();
    if let Ok(sight) = &mut world.account.connector {
        sight.supervisor = true;
    }
    assert_eq!(ready(&world.drive()), Some("Deleted"));
    assert_eq!(asked(&world)[before..], ["supervisor"]);
}

#[test]
fn a_license_waits_for_an_open_port_as_every_license_does() {
    let mut world = leaver();
    world.account.inventory = Some(crate::lifecycle::References {
        ports: 1,
        ..Default::default()
    });
    let plan = world.drive();
    assert!(reasons(&plan).contains(&"NumberPortOpen"), "{plan:?}");
    assert_eq!(asked(&world), ALL[..4]);
}

#[test]
fn without_a_connector_nothing_is_asked() {
    let mut world = leaver();
    world.tenant.contact_center.connector = None;
    let plan = world.drive();
    assert_eq!(reasons(&plan).len(), 4, "{plan:?}");
    assert!(asked(&world).is_empty());
    assert_eq!(world.account.queues().len(), 2, "{AGENT}");
}
