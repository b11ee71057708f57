//! Contact Center.

use crate::api::user_status::ObservedQueue;

use super::{Obstacle, listed};

pub(in crate::lifecycle) fn contact_center_unmanaged() -> Obstacle {
    Obstacle::new(
        "ContactCenterUnmanaged",
        "The user has a sign of Contact Center, and the Tenant says that the account has none.",
        "Set spec.contactCenter.mode of the Tenant to Managed, with the credentials of the real-time API.",
    )
}

pub(in crate::lifecycle) fn agent_unknown() -> Obstacle {
    Obstacle::new(
        "ContactCenterAgentUnknown",
        "The user is in Contact Center, and no API leads from a user to an agent.",
        "Set spec.contactCenter.agentId to the Internal Id that Configuration Manager → Agents shows for this person.",
    )
}

pub(in crate::lifecycle) fn queues_assigned(queues: &[ObservedQueue]) -> Obstacle {
    Obstacle::new(
        "ContactCenterQueuesAssigned",
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
        "ContactCenterSupervisorUnconfirmed",
        "No API shows whether the agent is a supervisor.",
        "In Configuration Manager → Agents → Edit → Supervisor, clear the flag and the queues, then add \
         ContactCenterSupervisorRemoved to spec.offboarding.confirmations.",
    )
}

pub(in crate::lifecycle) fn admin_unconfirmed() -> Obstacle {
    Obstacle::new(
        "ContactCenterAdminUnconfirmed",
        "The user is a Contact Center administrator in the Tenant's list, and a Contact Center administrator must not be \
         deleted (rule B2).",
        "In Configuration Manager → Security → Roles, take the role away, then add ContactCenterAdminRemoved to \
         spec.offboarding.confirmations.",
    )
}

pub(in crate::lifecycle) fn contact_center_license(what: &[String]) -> Obstacle {
    Obstacle::new(
        "ContactCenterLicenseAssigned",
        format!(
            "The user still holds in Contact Center: {}. No API takes it off.",
            what.join(", ")
        ),
        "In the Admin Console → Users → Edit → Services and permissions, remove the Contact Center license.",
    )
}
