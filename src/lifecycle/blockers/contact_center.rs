//! Contact Center.

use crate::api::Reason;
use crate::api::user_status::ObservedQueue;

use super::{Obstacle, listed};

const DECLARE_AGENT: &str = "Set spec.contactCenter.agentId to the Internal Id that Configuration Manager → Agents shows for this person.";

pub(in crate::lifecycle) fn contact_center_unmanaged() -> Obstacle {
    Obstacle::new(
        Reason::ContactCenterUnmanaged,
        "The user has a sign of Contact Center, and the Tenant says that the account has none.",
        "Set spec.contactCenter.mode of the Tenant to Managed, with the credentials of the real-time API.",
    )
}

pub(in crate::lifecycle) fn agent_unknown() -> Obstacle {
    Obstacle::new(
        Reason::ContactCenterAgentUnknown,
        "The user is in Contact Center, and the Tenant has no Quality Management that leads from its e-mail address to an agent.",
        DECLARE_AGENT,
    )
}

pub(in crate::lifecycle) fn agent_ambiguous(agents: &[String]) -> Obstacle {
    let what = match agents {
        [] => "No agent in Quality Management has the e-mail address of the profile.".to_owned(),
        several => format!(
            "{} agents in Quality Management have the e-mail address of the profile: {}.",
            several.len(),
            several.join(", ")
        ),
    };
    Obstacle::new(Reason::ContactCenterAgentAmbiguous, what, DECLARE_AGENT)
}

pub(in crate::lifecycle) fn quality_management_unavailable(what: &str) -> Obstacle {
    Obstacle::new(
        Reason::QualityManagementUnavailable,
        format!("Which agent the user is could not be read: {what}."),
        "Correct spec.contactCenter.qualityManagement of the Tenant, or set spec.contactCenter.agentId of the User to \
         the Internal Id that Configuration Manager → Agents shows for this person.",
    )
}

/// Where the id of an agent leads to another person.
pub(in crate::lifecycle) fn agent_of_another(agent: &str, source: &str) -> Obstacle {
    Obstacle::new(
        Reason::ContactCenterAgentOfAnother,
        format!(
            "{source} knows the agent {agent} as somebody else than this profile. Nothing is taken from the agent."
        ),
        "Correct spec.contactCenter.agentId to the Internal Id that Configuration Manager → Agents shows for this person. If \
         it is right, correct the e-mail address there.",
    )
}

pub(in crate::lifecycle) fn agent_not_found(agent: &str) -> Obstacle {
    Obstacle::new(
        Reason::ContactCenterAgentNotFound,
        format!(
            "Contact Center lists no agent {agent}, though the user still holds something of Contact Center: that it is \
             in no queue would say nothing."
        ),
        DECLARE_AGENT,
    )
}

/// The license is gone, and nothing tells an agent that went with it from one that never was (rule F11).
pub(in crate::lifecycle) fn agent_never_seen(agent: &str) -> Obstacle {
    Obstacle::new(
        Reason::ContactCenterAgentNotFound,
        format!(
            "Contact Center lists no agent {agent}, and did not in this run before the license was gone: that it is in no \
             queue would say nothing."
        ),
        "Look for the person in Configuration Manager → Agents. If they are there, set spec.contactCenter.agentId to their \
         Internal Id. If they are not, add ContactCenterAgentRemoved to spec.offboarding.confirmations.",
    )
}

pub(in crate::lifecycle) fn agent_busy() -> Obstacle {
    Obstacle::new(
        Reason::AgentBusy,
        "An interaction of the agent is open.",
        "Nothing: the agent is logged out when the interaction ends. To end it sooner, take it over in Contact Center.",
    )
}

pub(in crate::lifecycle) fn agent_logging_in() -> Obstacle {
    Obstacle::new(
        Reason::AgentLoggingIn,
        "The agent has logged in to Contact Center and has taken no state yet, from which nobody can log it out.",
        "Nothing: the agent is logged out once it is on break, available or working offline, which it becomes by itself. \
         If it stays so, log the person out in Contact Center.",
    )
}

/// What to do about a log-out that the Agent Status API refused.
pub(super) const LOG_OUT_TO_DO: &str = "Have the person log out of Contact Center, or end their session there: Onhook sees it. For a 403, ask 8x8's support \
     to let the token of spec.contactCenter.agentStatus change the status of agents. It is tried again by itself, ever \
     more slowly.";

pub(in crate::lifecycle) fn agent_status_unavailable(what: &str) -> Obstacle {
    Obstacle::new(
        Reason::AgentStatusUnavailable,
        format!("Whether the agent is logged in could not be read: {what}."),
        "It is tried again by itself. Check spec.contactCenter.agentStatus of the Tenant, and that its Secret has the \
         present token of Configuration Manager → Integration → API Token: a new one ends the old one.",
    )
}

/// The license is gone, and the agent is still listed in queues (rule F11).
pub(in crate::lifecycle) fn queues_left_behind(queues: &[ObservedQueue], agent: &str) -> Obstacle {
    Obstacle::new(
        Reason::ContactCenterQueuesAssigned,
        format!(
            "The user holds no Contact Center license, and the agent {agent} is still assigned to {} Contact Center \
             queue(s): {}.",
            queues.len(),
            listed(queues)
        ),
        "If Configuration Manager → Agents still shows the agent, clear Assigned for each of them under Edit → Queues. \
         If it does not, ask 8x8's support to take the agent out of the queues.",
    )
}

pub(in crate::lifecycle) fn queues_assigned(queues: &[ObservedQueue]) -> Obstacle {
    Obstacle::new(
        Reason::ContactCenterQueuesAssigned,
        format!(
            "The agent is still assigned to {} Contact Center queue(s): {}.",
            queues.len(),
            listed(queues)
        ),
        "In Configuration Manager → Agents → Edit → Queues, clear Assigned for each of them (Enabled off is not enough).",
    )
}

pub(in crate::lifecycle) fn supervisor_unconfirmed() -> Obstacle {
    Obstacle::new(
        Reason::ContactCenterSupervisorUnconfirmed,
        "No API shows whether the agent is a supervisor.",
        "In Configuration Manager → Agents → Edit → Supervisor, clear the flag and the queues, then add \
         ContactCenterSupervisorRemoved to spec.offboarding.confirmations.",
    )
}

pub(in crate::lifecycle) fn admin_unconfirmed() -> Obstacle {
    Obstacle::new(
        Reason::ContactCenterAdminUnconfirmed,
        "The user is a Contact Center administrator in the Tenant's list, and a Contact Center administrator must not be \
         deleted (rule B2).",
        "In Configuration Manager → Security → Roles, take the role away, then add ContactCenterAdminRemoved to \
         spec.offboarding.confirmations.",
    )
}

pub(in crate::lifecycle) fn contact_center_license(what: &[String]) -> Obstacle {
    Obstacle::new(
        Reason::ContactCenterLicenseAssigned,
        format!(
            "The user still holds in Contact Center: {}. No public API of 8x8 takes it off.",
            what.join(", ")
        ),
        "In the Admin Console → Users → Edit → Services and permissions, remove the Contact Center license.",
    )
}
