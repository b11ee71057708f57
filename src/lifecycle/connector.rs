//! What the connector says of an agent, in the terms that the rules need.

/// What an agent holds in Contact Center, as the connector showed it in this pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectorSight {
    /// The e-mail address of the person, where the connector knows it.
    pub email: Option<String>,
    /// Ids of the queues that the agent is assigned to.
    pub queues: Vec<String>,
    /// Whether the agent is a supervisor, or supervises a queue (rule B7).
    pub supervisor: bool,
    /// Whether the agent has the administrator role (rule B2).
    pub administrator: bool,
    /// Whether the user holds a Contact Center license.
    pub license: bool,
}

/// Why the connector says nothing of an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectorTrouble {
    /// It knows no such agent.
    AgentUnknown,
    /// It cannot be used now: why, without personal data.
    Failing(String),
}
