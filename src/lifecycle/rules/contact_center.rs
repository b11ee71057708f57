//! Contact Center: what no API takes away, and a person or the connector has to (rules B1, B2, B7, B8).

use crate::api::tenant::ContactCenterMode;
use crate::api::user_status::StepName;

use super::super::{Look, blockers, holdings};
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
    let Some(agent) = holdings::agent(facts.s) else {
        return Judgement::Blocked(vec![blockers::agent_unknown()]);
    };
    match &facts.s.seen.queues {
        Some(queues) if queues.is_empty() => Judgement::Done,
        Some(queues) => connector::queues(facts, queues),
        None if facts.done_before(StepName::ContactCenterQueues) => Judgement::Done,
        None => Judgement::Look(Look::ContactCenterQueues(agent.to_owned())),
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
