//! Contact Center: what no API takes away, and a person or the connector has to (rules B1, B2, B7, B8), and that the agent is
//! logged out (rule B9).

use crate::api::tenant::ContactCenterMode;
use crate::api::user_status::StepName;

use super::super::proof::LogOutProof;
use super::super::{Action, AgentSight, Look, blockers, holdings};
use super::{Facts, Judgement, connector};

const NOT_A_CONTACT_CENTER_USER: Judgement = Judgement::Skipped("The user is not in Contact Center.");

/// The agent is assigned to no queue, Enabled or not (rules B1, B8). Only a complete read of all queues counts.
pub(super) fn queues(facts: &Facts<'_>) -> Judgement {
    if !facts.contact_center_user {
        return NOT_A_CONTACT_CENTER_USER;
    }
    if facts.s.tenant.contact_center.mode == ContactCenterMode::None {
        return Judgement::Blocked(vec![blockers::contact_center_unmanaged()]);
    }
    let agent = match agent(facts) {
        Ok(agent) => agent,
        Err(judgement) => return judgement,
    };
    match &holdings::assigned_queues(facts.s) {
        Some(queues) if queues.is_empty() => Judgement::Done,
        Some(queues)
            if holdings::contact_center(facts.profile).is_empty()
                && holdings::connected_agent(facts.s).is_none() =>
        {
            Judgement::Blocked(vec![blockers::queues_left_behind(queues, &agent)])
        }
        Some(queues) => connector::queues(facts, queues),
        None if facts.done_before(StepName::ContactCenterQueues) => Judgement::Done,
        None => Judgement::Look(Look::ContactCenterQueues(agent)),
    }
}

/// The agent is logged out of Contact Center. One that is busy is waited for: its call is a customer's (rule B9).
pub(super) fn logout(facts: &Facts<'_>) -> Judgement {
    let contact_center = &facts.s.tenant.contact_center;
    if !facts.contact_center_user {
        return NOT_A_CONTACT_CENTER_USER;
    }
    if contact_center.mode == ContactCenterMode::None || contact_center.agent_status.is_none() {
        return Judgement::Skipped("The Tenant names no Agent Status API.");
    }
    let agent = match agent(facts) {
        Ok(agent) => agent,
        Err(judgement) => return judgement,
    };
    match facts.s.seen.agent_status.get(&agent) {
        None if facts.done_before(StepName::ContactCenterLogout) => Judgement::Done,
        None => Judgement::Look(Look::AgentStatus(agent)),
        Some(AgentSight::LoggedOut) => Judgement::Done,
        // An agent goes with its license; before that, an API that does not know it is not the one it should be.
        Some(AgentSight::Unknown) if holdings::contact_center(facts.profile).is_empty() => Judgement::Done,
        Some(AgentSight::Unknown) => {
            let what = "it does not know the agent, which Contact Center lists: so its address or its tenant name is wrong";
            Judgement::Blocked(vec![blockers::agent_status_unavailable(what)])
        }
        Some(AgentSight::Idle) => log_out(facts, agent),
        Some(AgentSight::LoggingIn) => Judgement::Blocked(vec![blockers::agent_logging_in()]),
        Some(AgentSight::Busy) => Judgement::Blocked(vec![blockers::agent_busy()]),
        Some(AgentSight::NotEnabled) => {
            Judgement::Skipped("8x8 has not enabled the Agent Status API for the account.")
        }
        Some(AgentSight::Unavailable(what)) => {
            Judgement::Blocked(vec![blockers::agent_status_unavailable(what)])
        }
    }
}

fn log_out(facts: &Facts<'_>, agent: String) -> Judgement {
    if let Err(judgement) = facts.not_refused(StepName::ContactCenterLogout) {
        return judgement;
    }
    match LogOutProof::new(facts, agent) {
        Some(proof) => Judgement::Act(Action::LogOutAgent(proof)),
        None => Judgement::Blocked(vec![blockers::precondition_unmet()]),
    }
}

/// The agent that the profile is. Contact Center must list it, or have listed it before it went with the license: a wrong
/// id must not read as an agent without queues.
fn agent(facts: &Facts<'_>) -> Result<String, Judgement> {
    let agent = match holdings::agent(facts.s, facts.profile) {
        holdings::Agent::Known(agent) => agent,
        holdings::Agent::Look(look) => return Err(Judgement::Look(look)),
        holdings::Agent::Blocked(obstacle) => return Err(Judgement::Blocked(vec![obstacle])),
    };
    let license_gone = holdings::contact_center(facts.profile).is_empty();
    if license_gone && holdings::agent_proven(facts.s) {
        return Ok(agent);
    }
    match facts.s.seen.agents.get(&agent) {
        Some(true) => not_of_another(facts, agent),
        Some(false) if license_gone => Err(Judgement::Blocked(vec![blockers::agent_never_seen(&agent)])),
        Some(false) => Err(Judgement::Blocked(vec![blockers::agent_not_found(&agent)])),
        None if facts.done_before(StepName::ContactCenterQueues) => Ok(agent),
        None => Err(Judgement::Look(Look::ContactCenterAgent(agent))),
    }
}

/// The agent, unless something knows it as somebody else.
fn not_of_another(facts: &Facts<'_>, agent: String) -> Result<String, Judgement> {
    if let Some(look) = holdings::unasked_about(facts.s, facts.profile, &agent) {
        return Err(Judgement::Look(look));
    }
    match holdings::of_another(facts.s, facts.profile, &agent) {
        Some(obstacle) => Err(Judgement::Blocked(vec![obstacle])),
        None => Ok(agent),
    }
}

/// The supervisor rights are gone, as a person or the connector asserts (rule B7).
pub(super) fn supervisor(facts: &Facts<'_>) -> Judgement {
    if !facts.contact_center_user {
        NOT_A_CONTACT_CENTER_USER
    } else if holdings::supervisor_confirmed(facts.s) {
        Judgement::Done
    } else {
        connector::supervisor(facts)
    }
}

/// The administrator role is gone, as a person asserts for those the Tenant lists, or the connector for all (rule B2).
pub(super) fn admin(facts: &Facts<'_>) -> Judgement {
    if !facts.contact_center_user {
        NOT_A_CONTACT_CENTER_USER
    } else if holdings::admin_confirmed(facts.s) {
        Judgement::Done
    } else {
        connector::admin(facts)
    }
}

/// The Contact Center license and extension are gone from the profile.
pub(super) fn license(facts: &Facts<'_>) -> Judgement {
    if !facts.contact_center_user {
        return NOT_A_CONTACT_CENTER_USER;
    }
    match holdings::contact_center(facts.profile) {
        held if held.is_empty() => Judgement::Done,
        held => connector::license(facts, &held),
    }
}
