//! Which agent a leaver is, and that it is logged out before its queues are left (rules B1, B8, B9, F11).

use serde_json::json;

use super::account::{Fate, Write};
use super::fixtures::{AGENT, JANE, NAME, agent, confirm, full, license, queue};
use super::world::{World, ready, reasons};
use crate::api::QueueType;
use crate::api::Reason;
use crate::api::user::{Confirmation, UserState};
use crate::api::user_status::{StepName, StepState};
use crate::lifecycle::{Action, AgentSight, Next, Refusal, refused};

/// An agent without a queue, of whom only the license is left to take away by hand.
fn leaver() -> World {
    let mut profile = full();
    profile.licenses.push(license("X8-Contact-Center"));
    let mut world = World::claimed(UserState::Deleted, profile);
    confirm(&mut world.user, Confirmation::ContactCenterSupervisorRemoved);
    world
}

fn declared() -> World {
    let mut world = leaver();
    agent(&mut world.user);
    world
}

fn with_quality_management(agents: &[&str]) -> World {
    let mut world = leaver();
    world.tenant.contact_center.quality_management =
        serde_json::from_value(json!({"url": "https://quality.test", "pbx": "acme01"})).unwrap();
    let agents = agents.iter().map(|id| (*id).to_owned()).collect();
    world.account.quality.0.insert(NAME.to_owned(), agents);
    world
}

fn with_agent_status(sight: AgentSight) -> World {
    let mut world = declared();
    let reference = json!({"name": "acme-agents", "key": "token"});
    world.tenant.contact_center.agent_status = serde_json::from_value(
        json!({"url": "https://agents.test", "tenantName": "acme01", "tokenSecretRef": reference}),
    )
    .unwrap();
    world.account.statuses.insert(AGENT.to_owned(), sight);
    world
}

fn drop_license(world: &mut World) {
    world
        .account
        .jane()
        .licenses
        .retain(|license| !license.contact_center);
}

fn logouts(world: &World) -> usize {
    let out = Write::LogOut(JANE.to_owned(), AGENT.to_owned());
    world
        .account
        .writes()
        .iter()
        .filter(|write| **write == out)
        .count()
}

#[test]
fn the_one_agent_of_the_address_is_found_and_kept_beyond_the_license() {
    let mut world = with_quality_management(&[AGENT]);
    assert_eq!(reasons(&world.drive()), ["ContactCenterLicenseAssigned"]);
    assert_eq!(world.memory.agent_id.as_deref(), Some(AGENT));
    drop_license(&mut world);
    world.account.quality.0.clear();
    world
        .account
        .queues()
        .push(queue(QueueType::ContactCenter, "q-idle"));
    assert_eq!(reasons(&world.drive()), ["ContactCenterQueuesAssigned"]);
    world.account.queues().clear();
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn none_or_several_agents_of_the_address_are_ambiguous_until_one_is_declared() {
    for agents in [&[][..], &["ag-1", AGENT]] {
        let mut world = with_quality_management(agents);
        let plan = world.drive();
        assert_eq!(reasons(&plan)[0], "ContactCenterAgentAmbiguous");
        assert!(
            agents
                .iter()
                .all(|agent| plan.status.blockers[0].what.contains(agent))
        );
        assert_eq!(world.memory.agent_id, None);
        agent(&mut world.user);
        assert_eq!(reasons(&world.drive()), ["ContactCenterLicenseAssigned"]);
    }
}

#[test]
fn a_declared_agent_that_quality_management_knows_as_somebody_else_is_named() {
    let mut world = with_quality_management(&["ag-another"]);
    world.tenant.contact_center.agent_status = with_agent_status(AgentSight::Idle)
        .tenant
        .contact_center
        .agent_status;
    world.account.statuses.insert(AGENT.to_owned(), AgentSight::Idle);
    agent(&mut world.user);
    let plan = world.drive();
    assert_eq!(reasons(&plan)[0], "ContactCenterAgentOfAnother");
    assert_eq!(logouts(&world), 0, "somebody else's session goes on");
    world
        .account
        .quality
        .0
        .insert(NAME.to_owned(), vec![AGENT.to_owned()]);
    assert_eq!(reasons(&world.drive()), ["ContactCenterLicenseAssigned"]);
    assert_eq!(logouts(&world), 1);
}

#[test]
fn a_quality_management_that_cannot_be_read_is_named() {
    let mut world = with_quality_management(&[AGENT]);
    world.account.quality.1 = Some("it said 403".to_owned());
    let plan = world.drive();
    assert_eq!(reasons(&plan)[0], "QualityManagementUnavailable");
    assert!(plan.status.blockers[0].what.contains("it said 403"));
    world.account.quality.1 = None;
    assert_eq!(reasons(&world.drive()), ["ContactCenterLicenseAssigned"]);
}

#[test]
fn a_wrong_agent_does_not_read_as_one_without_queues() {
    let mut world = declared();
    world.account.unlisted.insert(AGENT.to_owned());
    assert_eq!(reasons(&world.drive())[0], "ContactCenterAgentNotFound");
    assert_eq!(
        world.step(StepName::ContactCenterQueues),
        Some(StepState::Blocked)
    );
    // Without the license it may have gone with it, or never have been: the right one may be in a queue.
    drop_license(&mut world);
    let plan = world.drive();
    assert_eq!(reasons(&plan), ["ContactCenterAgentNotFound"]);
    let to_do = &plan.status.blockers[0].to_do;
    assert!(to_do.contains("ContactCenterAgentRemoved"), "{to_do}");
    assert!(!world.account.writes().contains(&Write::Delete(JANE.to_owned())));
    // A person who looked says that it is gone.
    confirm(&mut world.user, Confirmation::ContactCenterAgentRemoved);
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn an_agent_that_was_listed_may_go_with_its_license() {
    let mut world = declared();
    assert_eq!(reasons(&world.drive()), ["ContactCenterLicenseAssigned"]);
    assert_eq!(world.memory.listed_agent_id.as_deref(), Some(AGENT));
    drop_license(&mut world);
    world.account.unlisted.insert(AGENT.to_owned());
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn an_assertion_that_the_agent_is_gone_counts_only_without_a_license() {
    let mut world = declared();
    world.account.unlisted.insert(AGENT.to_owned());
    confirm(&mut world.user, Confirmation::ContactCenterAgentRemoved);
    assert_eq!(reasons(&world.drive())[0], "ContactCenterAgentNotFound");
}

#[test]
fn an_agent_id_that_is_changed_to_one_never_listed_stops_the_delete() {
    let mut world = declared();
    world.user.offboarding.retention_period = Some("1d".parse().unwrap());
    assert_eq!(reasons(&world.drive()), ["ContactCenterLicenseAssigned"]);
    drop_license(&mut world);
    world.until(|plan| plan.status.step.as_deref() == Some("RetentionPeriod"));
    world.account.unlisted.insert("ag-typo".to_owned());
    world.user.contact_center.as_mut().unwrap().agent_id = Some("ag-typo".to_owned());
    assert_eq!(reasons(&world.drive()), ["ContactCenterAgentNotFound"]);
    assert!(!world.account.writes().contains(&Write::Delete(JANE.to_owned())));
}

#[test]
fn queues_that_the_license_left_behind_stop_the_delete_and_name_the_support() {
    let mut world = declared();
    assert_eq!(reasons(&world.drive()), ["ContactCenterLicenseAssigned"]);
    assert_eq!(world.step(StepName::ContactCenterQueues), Some(StepState::Done));
    drop_license(&mut world);
    world.account.unlisted.insert(AGENT.to_owned());
    world
        .account
        .queues()
        .push(queue(QueueType::ContactCenter, "q-sales"));
    let plan = world.drive();
    assert_eq!(reasons(&plan), ["ContactCenterQueuesAssigned"]);
    assert!(plan.status.blockers[0].to_do.contains("8x8's support"));
    assert!(!world.account.writes().contains(&Write::Delete(JANE.to_owned())));
    world.account.queues().clear();
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn an_idle_agent_is_logged_out_once_before_its_queues() {
    let mut world = with_agent_status(AgentSight::Idle);
    assert_eq!(reasons(&world.drive()), ["ContactCenterLicenseAssigned"]);
    assert_eq!(logouts(&world), 1);
    assert_eq!(world.step(StepName::ContactCenterLogout), Some(StepState::Done));
    assert!(world.account.statuses.is_empty());
    drop_license(&mut world);
    assert_eq!(ready(&world.drive()), Some("Deleted"));
}

#[test]
fn a_logout_without_an_answer_is_settled_by_a_read() {
    for fate in [Fate::LostApplied, Fate::Lost] {
        let mut world = with_agent_status(AgentSight::Idle);
        world.fates(&[Fate::Completes, fate]);
        assert_eq!(
            reasons(&world.drive()),
            ["ContactCenterLicenseAssigned"],
            "{fate:?}"
        );
        assert_eq!(
            logouts(&world),
            if fate == Fate::Lost { 2 } else { 1 },
            "{fate:?}"
        );
        assert!(world.memory.intent.is_none());
    }
}

#[test]
fn a_busy_agent_is_waited_for_and_never_cut_off() {
    let mut world = with_agent_status(AgentSight::Busy);
    assert_eq!(reasons(&world.drive())[0], "AgentBusy");
    assert_eq!(logouts(&world), 0);
    world.account.statuses.insert(AGENT.to_owned(), AgentSight::Idle);
    assert_eq!(reasons(&world.drive()), ["ContactCenterLicenseAssigned"]);
    assert_eq!(logouts(&world), 1);
}

#[test]
fn an_agent_that_has_just_logged_in_is_waited_for_because_nothing_leads_from_there() {
    let mut world = with_agent_status(AgentSight::LoggingIn);
    assert_eq!(reasons(&world.drive())[0], "AgentLoggingIn");
    assert_eq!(logouts(&world), 0);
    world.account.statuses.insert(AGENT.to_owned(), AgentSight::Idle);
    assert_eq!(reasons(&world.drive()), ["ContactCenterLicenseAssigned"]);
    assert_eq!(logouts(&world), 1);
}

#[test]
fn a_log_out_that_is_refused_is_named_and_ends_when_the_agent_logs_out() {
    let mut world = with_agent_status(AgentSight::Idle);
    world.fates(&[Fate::Completes, Fate::Lost]);
    world.until(|plan| matches!(&plan.next, Next::Act(Action::LogOutAgent(_))));
    let refusal = Refusal {
        reason: Reason::NotAuthorized,
        what: "it answered 403.".to_owned(),
    };
    refused(
        &mut world.memory,
        StepName::ContactCenterLogout,
        refusal,
        world.now,
    );
    let plan = world.pass();
    assert_eq!(reasons(&plan)[0], "AgentLogOutRefused");
    assert!(plan.status.blockers[0].to_do.contains("8x8's support"));
    assert_eq!(logouts(&world), 1, "it is not tried again at once");
    world
        .account
        .statuses
        .insert(AGENT.to_owned(), AgentSight::LoggedOut);
    assert_eq!(reasons(&world.drive()), ["ContactCenterLicenseAssigned"]);
}

#[test]
fn an_api_that_is_not_enabled_is_skipped_and_one_that_fails_is_named() {
    let mut world = with_agent_status(AgentSight::NotEnabled);
    assert_eq!(reasons(&world.drive()), ["ContactCenterLicenseAssigned"]);
    assert_eq!(
        world.step(StepName::ContactCenterLogout),
        Some(StepState::Skipped)
    );
    let mut world = with_agent_status(AgentSight::Unavailable("it said 401".to_owned()));
    let plan = world.drive();
    assert_eq!(reasons(&plan)[0], "AgentStatusUnavailable");
    assert!(plan.status.blockers[0].what.contains("it said 401"));
    assert_eq!(logouts(&world), 0);
}

#[test]
fn without_the_api_nobody_is_logged_out() {
    let mut world = declared();
    world.account.statuses.insert(AGENT.to_owned(), AgentSight::Idle);
    assert_eq!(reasons(&world.drive()), ["ContactCenterLicenseAssigned"]);
    assert_eq!(
        world.step(StepName::ContactCenterLogout),
        Some(StepState::Skipped)
    );
    assert_eq!(logouts(&world), 0);
}

#[test]
fn an_api_that_does_not_know_a_listed_agent_does_not_read_as_logged_out() {
    let mut world = with_agent_status(AgentSight::Unknown);
    assert_eq!(reasons(&world.drive())[0], "AgentStatusUnavailable");
    drop_license(&mut world);
    assert_eq!(ready(&world.drive()), Some("Deleted"));
    assert_eq!(logouts(&world), 0);
}
