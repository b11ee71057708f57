//! The Contact Center real-time reads. Only what tells agents, queues and groups is counted: each metric that is asked for
//! is 0.

mod groups;
mod xml;

use axum::http::header;
use serde_json::{Value, json};

use super::{
    admin,
    call::{Call, Reply},
    media::JSON,
};
use crate::simulator::{
    account::{CcAgent, ContactCenter, Failure, Queue},
    world::World,
};

const MOST: usize = 1000;

/// Answers a call whose path after the base is `path`.
pub(super) fn answer(world: &mut World, call: &Call, path: &[&str]) -> Reply {
    let result = checked(world, call).and_then(|()| {
        let (now, age) = (world.clock.now(), world.settings.realtime_refresh_seconds);
        let center = world.realtime.at(now, age, &world.account);
        booleans(call)?;
        match path {
            ["agents"] => agents(center, call).map(|reply| measured(call, reply)),
            ["agents-in-queue-groups"] => in_groups(center, call),
            _ => in_either_form(center, call, path),
        }
    });
    result.unwrap_or_else(|failure| admin::refuse(world, call, None, &failure))
}

/// The reads that are given in JSON or XML.
fn in_either_form(center: &ContactCenter, call: &Call, path: &[&str]) -> Result<Reply, Failure> {
    let reply = match path {
        ["queues"] => queues(center, call),
        ["queues", id] => one_queue(center, id),
        ["queues", id, "agents"] => agents_of(center, call, id),
        ["queues", id, "agents", agent] => agent_of(center, id, agent),
        ["groups"] => groups::list(center, call),
        ["groups", id] => groups::get(center, id),
        ["groups", id, "agents"] => groups::agents(center, call, id),
        ["groups", id, "agents", agent] => groups::agent(center, id, agent),
        _ => Err(admin::no_such_path()),
    };
    reply.map(|reply| xml::negotiated(call, measured(call, reply)))
}

/// Each metric that is asked for, in every row that has metrics.
fn measured(call: &Call, mut reply: Reply) -> Reply {
    let asked = list(call, "metrics");
    let asked: Vec<_> = asked.map(|key| json!({"key": key, "value": 0})).collect();
    let fill = |row: &mut Value| {
        if let Some(metrics) = row.get_mut("metrics") {
            *metrics = Value::Array(asked.clone());
        }
    };
    match &mut reply.body {
        Value::Array(rows) => rows.iter_mut().for_each(fill),
        row => fill(row),
    }
    reply
}

fn checked(world: &World, call: &Call) -> Result<(), Failure> {
    if !world
        .tokens
        .know(call.header(header::AUTHORIZATION), world.clock.now())
    {
        return Err(Failure::new(
            401,
            "Unauthorized",
            "UNKNOWN",
            "Authorization",
            "the token is missing or too old",
        ));
    }
    if world.settings.tenant_info_required && call.header("x-tenant-info").is_empty() {
        return Err(Failure::bad_request("the header X-Tenant-Info is missing"));
    }
    Ok(())
}

fn queues(center: &ContactCenter, call: &Call) -> Result<Reply, Failure> {
    let wanted = ids(call, "queue-ids");
    known(&wanted, |id| center.queues.contains_key(id))?;
    let chosen = center
        .queues
        .values()
        .filter(|queue| wanted.is_empty() || wanted.contains(&queue.id));
    paged(call, 100, chosen.map(|queue| shown_queue(queue, call)).collect())
}

fn one_queue(center: &ContactCenter, id: &str) -> Result<Reply, Failure> {
    let queue = center
        .queues
        .get(id)
        .ok_or_else(|| Failure::not_found(format!("there is no queue {id}")))?;
    Ok(Reply::new(
        200,
        JSON,
        json!({"id": queue.id, "name": queue.name, "metrics": []}),
    ))
}

/// All agents that are assigned, enabled or not: the documents do not say which it is.
fn agents_of(center: &ContactCenter, call: &Call, id: &str) -> Result<Reply, Failure> {
    if !center.queues.contains_key(id) {
        return Err(Failure::not_found(format!("there is no queue {id}")));
    }
    let wanted = ids(call, "agent-ids");
    known(&wanted, |id| center.agents.contains_key(id))?;
    let chosen = center
        .agents
        .values()
        .filter(|agent| agent.queues.contains_key(id));
    let chosen = chosen.filter(|agent| wanted.is_empty() || wanted.contains(&agent.id));
    let shown = |agent: &CcAgent| with_metrics(call, json!({"id": agent.id, "name": agent.name}));
    // Ten, and not a hundred as everywhere else.
    paged(call, 10, chosen.map(shown).collect())
}

/// One agent of a queue.
fn agent_of(center: &ContactCenter, queue: &str, id: &str) -> Result<Reply, Failure> {
    if !center.queues.contains_key(queue) {
        return Err(Failure::not_found(format!("there is no queue {queue}")));
    }
    let agent = center
        .agents
        .get(id)
        .filter(|agent| agent.queues.contains_key(queue));
    let agent = agent.ok_or_else(|| Failure::not_found(format!("queue {queue} has no agent {id}")))?;
    Ok(one_agent(agent))
}

fn one_agent(agent: &CcAgent) -> Reply {
    Reply::new(
        200,
        JSON,
        json!({"id": agent.id, "name": agent.name, "metrics": []}),
    )
}

fn agents(center: &ContactCenter, call: &Call) -> Result<Reply, Failure> {
    let (wanted, groups) = (ids(call, "agent-ids"), ids(call, "group-ids"));
    known(&wanted, |id| center.agents.contains_key(id))?;
    let chosen = center
        .agents
        .values()
        .filter(|agent| wanted.is_empty() || wanted.contains(&agent.id));
    let chosen = chosen.filter(|agent| groups.is_empty() || groups.contains(&agent.group_id));
    let shown = |agent: &CcAgent| {
        let row = json!({
            "id": agent.id, "name": agent.name, "groupId": agent.group_id, "groupName": agent.group_name,
        });
        with_metrics(call, row)
    };
    paged(call, 100, chosen.map(shown).collect())
}

/// Queues in which something happened today, with their agents. An idle queue is missing, and so are agents
/// who are in idle queues only.
fn in_groups(center: &ContactCenter, call: &Call) -> Result<Reply, Failure> {
    let wanted = ids(call, "queue-ids");
    known(&wanted, |id| center.queues.contains_key(id))?;
    let active = center.queues.values().filter(|queue| queue.active_today);
    let active: Vec<_> = active
        .filter(|queue| wanted.is_empty() || wanted.contains(&queue.id))
        .collect();
    let assigned = |queue: &Queue| {
        let agents = center
            .agents
            .values()
            .filter(|agent| agent.queues.contains_key(&queue.id));
        agents.map(|agent| agent.id.clone()).collect::<Vec<_>>()
    };
    let rows: Vec<_> = active
        .iter()
        .map(|queue| json!({"queueId": queue.id, "assignedAgents": assigned(queue), "agentMetrics": []}))
        .collect();
    // Who is signed in shows too, where the caller asks for it, and only here.
    let signed_in = boolean(call, "showEnabledAgents")?;
    let selected = |agent: &CcAgent| wanted.is_empty() || agent.queues.keys().any(|id| wanted.contains(id));
    let seen = |agent: &&CcAgent| {
        active.iter().any(|queue| agent.queues.contains_key(&queue.id))
            || (signed_in && agent.status.is_signed_in() && !agent.queues.is_empty() && selected(agent))
    };
    let agents = center.agents.values().filter(seen);
    let agents: Vec<_> = agents
        .map(|agent| json!({"id": agent.id, "name": agent.name, "metrics": {}}))
        .collect();
    Ok(Reply::new(200, JSON, json!({"agents": agents, "queues": rows})))
}

fn shown_queue(queue: &Queue, call: &Call) -> Value {
    with_metrics(call, json!({"id": queue.id, "name": queue.name}))
}

/// A summary has no metrics; without it they are there.
fn with_metrics(call: &Call, mut row: Value) -> Value {
    if !boolean(call, "summary").unwrap_or_default() {
        row["metrics"] = json!([]);
    }
    row
}

/// Whether a parameter is true; false where it is missing.
fn boolean(call: &Call, name: &str) -> Result<bool, Failure> {
    match call.parameter(name).map(str::to_lowercase).as_deref() {
        Some("true") => Ok(true),
        None | Some("false") => Ok(false),
        Some(_) => Err(Failure::invalid(name, "must be true or false")),
    }
}

/// The parameters of all reads that are true or false.
fn booleans(call: &Call) -> Result<(), Failure> {
    let names = ["summary", "includeTotals", "showEnabledAgents"];
    names.iter().try_for_each(|name| boolean(call, name).map(|_| ()))
}

/// A list parameter, given several times or with commas. A summary is of all: it ignores them.
fn ids(call: &Call, name: &str) -> Vec<String> {
    if boolean(call, "summary").unwrap_or_default() {
        return Vec::new();
    }
    list(call, name).map(str::to_owned).collect()
}

/// The values of a list parameter.
fn list<'a>(call: &'a Call, name: &'a str) -> impl Iterator<Item = &'a str> {
    let given = call
        .query
        .iter()
        .filter(move |(there, _)| there == name || there.strip_suffix("[]") == Some(name));
    given
        .flat_map(|(_, value)| value.split(','))
        .map(str::trim)
        .filter(|value| !value.is_empty())
}

/// One bad id fails the whole request.
fn known(ids: &[String], there: impl Fn(&str) -> bool) -> Result<(), Failure> {
    match ids.iter().find(|id| !there(id)) {
        Some(id) => Err(Failure::bad_request(format!("there is no {id}"))),
        None => Ok(()),
    }
}

/// One page of rows, with where it stands in the headers.
fn paged(call: &Call, usual: usize, rows: Vec<Value>) -> Result<Reply, Failure> {
    let page = call.number("page", 0)?.unwrap_or(0);
    let size = call.number("size", 1)?.unwrap_or(usual);
    if size > MOST {
        return Err(Failure::invalid("size", format!("must be {MOST} at most")));
    }
    let (total, pages) = (rows.len(), rows.len().div_ceil(size).max(1));
    if page >= pages {
        return Err(Failure::bad_request(format!("there are {pages} pages, from 0")));
    }
    let data: Vec<_> = rows.into_iter().skip(page * size).take(size).collect();
    let mut reply = Reply::new(200, JSON, Value::Array(data));
    for (name, value) in [
        ("x-page", page),
        ("x-page-size", size),
        ("x-total-pages", pages),
        ("x-total-elements", total),
    ] {
        reply.headers.push((name, value.to_string()));
    }
    Ok(reply)
}
