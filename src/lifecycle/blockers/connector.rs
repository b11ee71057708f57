//! The connector.

use crate::api::Reason;
use crate::api::user_status::StepName;

use super::super::{ConnectorTrouble, Refusal};
use super::Obstacle;

/// What to do about the reason of a connector's failure; `None` where the reason is not one.
pub(super) fn connector_to_do(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::ConnectorFailing => Some(
            "Look at the connector that spec.contactCenter.connector of the Tenant names, and its log. It is tried again by \
             itself. Doing the step by hand in the Configuration Manager, with its confirmation, works as well.",
        ),
        Reason::ConnectorAgentUnknown => Some(
            "Check spec.contactCenter.agentId against the Internal Id in Configuration Manager → Agents. Or do the step by \
             hand there, with its confirmation.",
        ),
        Reason::ConnectorNotEffective => Some(
            "Look at the log of the connector. It is asked again ever more slowly. Doing the step by hand in the \
             Configuration Manager works as well.",
        ),
        _ => None,
    }
}

fn obstacle(refusal: &Refusal) -> Obstacle {
    let to_do = connector_to_do(refusal.reason).unwrap_or_default();
    Obstacle::new(refusal.reason, &refusal.what, to_do)
}

/// The connector says nothing of the agent.
pub(in crate::lifecycle) fn connector_trouble(trouble: &ConnectorTrouble) -> Obstacle {
    obstacle(&connector_refusal(trouble))
}

/// How a step notes a failure of the connector.
pub(in crate::lifecycle) fn connector_refusal(trouble: &ConnectorTrouble) -> Refusal {
    let (reason, what) = match trouble {
        ConnectorTrouble::AgentUnknown => (
            Reason::ConnectorAgentUnknown,
            "The connector knows no agent of this id (404).".to_owned(),
        ),
        ConnectorTrouble::Failing(why) => (
            Reason::ConnectorFailing,
            format!("The connector cannot be used: {why}."),
        ),
    };
    Refusal { reason, what }
}

/// The connector said that a removal is done or taken on, and it is still seen.
pub(in crate::lifecycle) fn connector_not_effective(step: StepName) -> Obstacle {
    obstacle(&Refusal {
        reason: Reason::ConnectorNotEffective,
        what: format!("The connector was asked for {step}, and what it was to take away is still seen."),
    })
}
