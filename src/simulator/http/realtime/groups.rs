//! The agent groups in the real-time reads. There is a group where an agent is in it.

use std::collections::BTreeMap;

use serde_json::json;

use super::{ids, known, one_agent, paged, with_metrics};
use crate::simulator::{
    account::{CcAgent, ContactCenter, Failure},
    http::{
        call::{Call, Reply},
        media::JSON,
    },
};

/// `GET /groups`.
pub(super) fn list(center: &ContactCenter, call: &Call) -> Result<Reply, Failure> {
    let (groups, wanted) = (all(center), ids(call, "group-ids"));
    known(&wanted, |id| groups.contains_key(id))?;
    let chosen = groups
        .iter()
        .filter(|(id, _)| wanted.is_empty() || wanted.iter().any(|there| there == *id));
    let rows = chosen.map(|(id, name)| with_metrics(call, json!({"id": id, "name": name})));
    paged(call, 100, rows.collect())
}

/// `GET /groups/{id}`.
pub(super) fn get(center: &ContactCenter, id: &str) -> Result<Reply, Failure> {
    let name = find(center, id)?;
    Ok(Reply::new(
        200,
        JSON,
        json!({"id": id, "name": name, "metrics": []}),
    ))
}

/// `GET /groups/{groupId}/agents`.
pub(super) fn agents(center: &ContactCenter, call: &Call, id: &str) -> Result<Reply, Failure> {
    find(center, id)?;
    let wanted = ids(call, "agent-ids");
    known(&wanted, |id| center.agents.contains_key(id))?;
    let members = center.agents.values().filter(|agent| agent.group_id == id);
    let chosen = members.filter(|agent| wanted.is_empty() || wanted.contains(&agent.id));
    let shown = |agent: &CcAgent| with_metrics(call, json!({"id": agent.id, "name": agent.name}));
    paged(call, 100, chosen.map(shown).collect())
}

/// `GET /groups/{groupId}/agents/{agentId}`.
pub(super) fn agent(center: &ContactCenter, id: &str, agent: &str) -> Result<Reply, Failure> {
    find(center, id)?;
    let found = center.agents.get(agent).filter(|agent| agent.group_id == id);
    let found = found.ok_or_else(|| Failure::not_found(format!("group {id} has no agent {agent}")))?;
    Ok(one_agent(found))
}

/// The groups, id to name.
fn all(center: &ContactCenter) -> BTreeMap<&str, &str> {
    let agents = center.agents.values();
    agents
        .map(|agent| (agent.group_id.as_str(), agent.group_name.as_str()))
        .collect()
}

fn find<'a>(center: &'a ContactCenter, id: &str) -> Result<&'a str, Failure> {
    let name = all(center).get(id).copied();
    name.ok_or_else(|| Failure::not_found(format!("there is no group {id}")))
}
