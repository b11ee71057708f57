//! A team's own automation behind Onhook's connector contract (docs/connector.openapi.yaml): it does at the account
//! what a person does in the Configuration Manager.

use axum::http::header;
use serde_json::{Value, json};

use super::{
    admin,
    call::{Call, Reply},
    media::JSON,
};
use crate::simulator::{
    account::{Account, CcAgent, Failure},
    world::World,
};

/// The methods and paths that are served, below the base path.
const ROUTES: [(&str, &str); 5] = [
    ("GET", "/v1/agents/{agentId}"),
    ("DELETE", "/v1/agents/{agentId}/queues/{queueId}"),
    ("DELETE", "/v1/agents/{agentId}/supervisor"),
    ("DELETE", "/v1/agents/{agentId}/administrator"),
    ("DELETE", "/v1/agents/{agentId}/license"),
];

/// Answers a call whose path after the base is `path`.
pub(super) fn answer(world: &mut World, call: &Call, path: &[&str]) -> Reply {
    respond(world, call, path).unwrap_or_else(|failure| problem(&failure))
}

/// A refusal as the contract has it.
pub(super) fn problem(failure: &Failure) -> Reply {
    let detail = failure.response().detail;
    Reply::new(
        failure.status,
        JSON,
        json!({"title": failure.title, "detail": detail}),
    )
}

fn respond(world: &mut World, call: &Call, path: &[&str]) -> Result<Reply, Failure> {
    let there: Vec<_> = ROUTES
        .iter()
        .filter(|(_, template)| leads_to(template, path))
        .collect();
    if there.is_empty() {
        return Err(admin::no_such_path());
    }
    if !there.iter().any(|(method, _)| *method == call.method.as_str()) {
        return Err(admin::method_not_allowed());
    }
    let token = format!("Bearer {}", world.keys.connector_token);
    if call.header(header::AUTHORIZATION) != token {
        let message = "the token is missing or unknown";
        return Err(Failure::new(
            401,
            "Unauthorized",
            "UNKNOWN",
            "Authorization",
            message,
        ));
    }
    let (lies, promises) = (world.settings.connector_lies, world.settings.connector_promises);
    let account = &mut world.account;
    let id = path.get(2).copied().unwrap_or_default();
    let Some(agent) = account.contact_center.agents.get(id) else {
        return Err(Failure::not_found(format!("there is no agent {id}")));
    };
    match path.get(3..).unwrap_or_default() {
        [] => return Ok(Reply::new(200, JSON, shown(account, agent))),
        _ if lies => {}
        _ if promises => return Ok(Reply::new(202, JSON, Value::Null)),
        // Where there is nothing to take away, it is done.
        ["queues", queue] if !agent.queues.contains_key(*queue) => {}
        ["queues", queue] => account.unassign_agent(id, Some(queue))?,
        ["supervisor"] => account.remove_supervisor(id)?,
        ["administrator"] => account.remove_admin_role(id)?,
        ["license"] => account.remove_contact_center_license(id)?,
        _ => return Err(admin::no_such_path()),
    }
    Ok(Reply::new(204, JSON, Value::Null))
}

fn leads_to(template: &str, path: &[&str]) -> bool {
    let parts: Vec<_> = template.split('/').skip(1).collect();
    parts.len() == path.len()
        && parts
            .iter()
            .zip(path)
            .all(|(part, there)| part.starts_with('{') || part == there)
}

fn shown(account: &Account, agent: &CcAgent) -> Value {
    let queue = |id: &String| {
        let queue = account.contact_center.queues.get(id);
        let name = queue.map_or(id, |queue| &queue.name);
        json!({"id": id, "name": name})
    };
    let profile = account.users.get(&agent.user_id);
    json!({
        "agentId": agent.id,
        "email": profile.and_then(|profile| profile.user.basic_info.primary_email.clone()).unwrap_or_default(),
        "queues": agent.queues.keys().map(queue).collect::<Vec<_>>(),
        "supervisor": {
            "flag": agent.supervisor,
            "queues": agent.supervised_queues.iter().map(queue).collect::<Vec<_>>(),
        },
        "administrator": account.contact_center.administrators.contains(&agent.user_id),
        "license": account.holds_contact_center_license(&agent.user_id),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_names_exactly_the_paths_that_are_served() {
        let contract = include_str!("../../../docs/connector.openapi.yaml");
        let contract: Value = serde_saphyr::from_str(contract).unwrap();
        let mut documented = Vec::new();
        for (path, item) in contract["paths"].as_object().unwrap() {
            let methods = item.as_object().unwrap().keys();
            let methods = methods.filter(|name| *name != "parameters");
            documented.extend(methods.map(|method| (method.to_uppercase(), path.clone())));
        }
        let served = ROUTES.map(|(method, path)| (method.to_owned(), path.to_owned()));
        documented.sort();
        let mut served = served.to_vec();
        served.sort();
        assert_eq!(documented, served);
    }
}
