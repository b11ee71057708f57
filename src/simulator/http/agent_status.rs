//! The Contact Center agent status API: what agents do now, and making them sign out.

use axum::http::{Method, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    admin,
    call::{Call, Reply},
    media::JSON,
};
use crate::simulator::{
    account::{Account, AgentStatus, CcAgent, Failure, StatusCode},
    world::World,
};

/// A wanted status.
#[derive(Deserialize)]
struct Wanted {
    #[serde(rename = "agent-status")]
    status: AgentStatus,
    #[serde(flatten)]
    code: StatusCode,
}

/// A wanted status of one agent among several.
#[derive(Deserialize)]
struct WantedOf {
    #[serde(rename = "agent-id")]
    agent_id: String,
    #[serde(flatten)]
    wanted: Wanted,
}

/// A bulk request.
#[derive(Deserialize)]
struct Bulk {
    agents: Vec<WantedOf>,
}

/// Answers a call on `/tenants/{tenantId}/agentstatus/…`.
pub(super) fn answer(world: &mut World, call: &Call, tenant: &str, path: &[&str]) -> Reply {
    let result = checked(world, call, tenant).and_then(|()| match (&call.method, path) {
        (&Method::GET, ["agents"]) => list(world, call),
        // The documents have both methods.
        (&Method::POST | &Method::PUT, ["agents", "bulk"]) => change_many(world, call),
        (&Method::GET, ["agents", id]) => get(&world.account, id),
        (&Method::PUT, ["agents", id]) => change(world, call, id),
        _ => Err(admin::no_such_path()),
    });
    result.unwrap_or_else(|failure| problem(&failure))
}

fn checked(world: &World, call: &Call, tenant: &str) -> Result<(), Failure> {
    if !call.has_basic(&world.keys.action()) {
        let message = "tenant name or action request token is wrong";
        return Err(Failure::new(
            401,
            "Unauthorized",
            "UNKNOWN",
            "Authorization",
            message,
        ));
    }
    if !world.settings.agent_status_enabled {
        return Err(Failure::forbidden(
            "the agent status API is not enabled for this tenant",
        ));
    }
    if tenant != world.keys.contact_center_tenant {
        return Err(Failure::forbidden("the tenant is not the one of the token"));
    }
    Ok(())
}

/// All agents, or those of a group: there are no pages, whatever the caller asks for.
fn list(world: &World, call: &Call) -> Result<Reply, Failure> {
    for name in ["pageSize", "pageIndex"] {
        let number = call.parameter(name).map(str::parse::<f64>);
        if !number.is_none_or(|number| number.is_ok_and(f64::is_finite)) {
            return Err(Failure::invalid(name, format!("{name} must be a number")));
        }
    }
    let group = call.parameter("groupId");
    let agents = world.account.contact_center.agents.values();
    let chosen = agents.filter(|agent| group.is_none_or(|group| agent.group_id == group));
    Ok(Reply::new(
        200,
        JSON,
        json!({"data": chosen.map(shown).collect::<Vec<_>>()}),
    ))
}

fn get(account: &Account, id: &str) -> Result<Reply, Failure> {
    let agent = account.contact_center.agents.get(id);
    let agent = agent.ok_or_else(|| Failure::not_found(format!("there is no agent {id}")))?;
    Ok(Reply::new(200, JSON, shown(agent)))
}

fn change(world: &mut World, call: &Call, id: &str) -> Result<Reply, Failure> {
    let wanted: Wanted = read(call, "AgentStatusChange")?;
    world
        .account
        .change_agent_status(id, wanted.status, wanted.code)?;
    world.changed();
    Ok(Reply::new(200, JSON, outcome(None, &Ok(()))))
}

/// Each agent for itself: some change, others do not.
fn change_many(world: &mut World, call: &Call) -> Result<Reply, Failure> {
    let bulk: Bulk = read(call, "AgentStatusChanges")?;
    let mut data = Vec::new();
    for WantedOf { agent_id, wanted } in bulk.agents {
        let done = world
            .account
            .change_agent_status(&agent_id, wanted.status, wanted.code);
        data.push(outcome(Some(&agent_id), &done));
    }
    world.changed();
    Ok(Reply::new(207, JSON, json!({"data": data})))
}

fn read<T: serde::de::DeserializeOwned>(call: &Call, schema: &str) -> Result<T, Failure> {
    let media = call
        .header(header::CONTENT_TYPE)
        .split(';')
        .next()
        .unwrap_or_default();
    if !media.trim().eq_ignore_ascii_case(JSON) {
        return Err(Failure::bad_request(format!(
            "the header Content-Type must be {JSON}"
        )));
    }
    call.read(schema)
}

fn shown(agent: &CcAgent) -> Value {
    let mut row = json!(agent.status_code);
    row["agent-id"] = json!(agent.id);
    row["name"] = json!(agent.name);
    row["agent-status"] = json!(agent.status);
    if agent.status.is_signed_in() {
        row["agent-sub-status"] = json!("none");
    }
    row
}

fn outcome(agent_id: Option<&str>, done: &Result<(), Failure>) -> Value {
    let mut row = match done {
        Ok(()) => json!({"change-status": 200, "reason": "OK", "message": "the status was changed"}),
        Err(failure) => json!({"change-status": failure.status, "reason": failure.response().detail}),
    };
    if let Some(id) = agent_id {
        row["agent-id"] = json!(id);
    }
    row
}

/// Errors of this API are problem details (RFC 9457), and plain JSON.
pub(super) fn problem(failure: &Failure) -> Reply {
    let detail = failure.response().detail;
    let body = json!({
        "type": "about:blank", "title": failure.title, "status": failure.status, "detail": detail,
    });
    Reply::new(failure.status, JSON, body)
}
