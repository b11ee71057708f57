//! The Quality Management API, as far as it tells which agent belongs to which e-mail address.

use axum::http::{Method, header};
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

/// Rows of a page, where the caller does not say.
const PAGE_SIZE: usize = 100;
const MOST: usize = 1000;

/// Answers a call whose path after the base is `path`.
pub(super) fn answer(world: &World, call: &Call, path: &[&str]) -> Reply {
    let result = checked(world, call).and_then(|()| match (&call.method, path) {
        (&Method::GET, ["users"]) => users(world, call),
        _ => Err(admin::no_such_path()),
    });
    result.unwrap_or_else(|failure| admin::refuse(world, call, None, &failure))
}

fn checked(world: &World, call: &Call) -> Result<(), Failure> {
    let (authorization, now) = (call.header(header::AUTHORIZATION), world.clock.now());
    if !world.tokens.know(authorization, now) {
        let message = "the token is missing or too old";
        return Err(Failure::new(
            401,
            "Unauthorized",
            "UNKNOWN",
            "Authorization",
            message,
        ));
    }
    if !world.settings.quality_management_enabled {
        return Err(Failure::forbidden("the account does not have Quality Management"));
    }
    match call.header("pbx") {
        "" => Err(Failure::bad_request("the header pbx is missing")),
        pbx if pbx != world.keys.pbx => Err(Failure::forbidden(format!("there is no PBX {pbx}"))),
        _ => Ok(()),
    }
}

fn users(world: &World, call: &Call) -> Result<Reply, Failure> {
    let page = call.number("page", 1)?.unwrap_or(1);
    let size = call.number("size", 1)?.unwrap_or(PAGE_SIZE);
    if size > MOST {
        return Err(Failure::invalid("size", format!("must be {MOST} at most")));
    }
    let active = match call.parameter("activeUsers").map(str::to_lowercase).as_deref() {
        None => None,
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(_) => return Err(Failure::invalid("activeUsers", "must be true or false")),
    };
    let account = &world.account;
    let rows: Vec<_> = account
        .contact_center
        .agents
        .values()
        .filter(|agent| active.is_none_or(|active| is_active(account, agent) == active))
        .collect();
    let start = rows.len().min((page - 1).saturating_mul(size));
    let end = rows.len().min(start.saturating_add(size));
    let content: Vec<_> = rows[start..end]
        .iter()
        .map(|agent| shown(account, agent))
        .collect();
    let link = |rel: &str, page: usize| {
        let base = call.target.split('?').next().unwrap_or_default();
        json!({"rel": rel, "href": format!("{base}?page={page}&size={size}"), "type": "GET"})
    };
    let mut links = Vec::new();
    if end < rows.len() {
        links.push(link("nextUrl", page + 1));
    }
    if page > 1 {
        links.push(link("prevUrl", page - 1));
    }
    let body = json!({
        "pageNumber": page, "pageSize": size, "pageResultSize": content.len(), "content": content,
        "links": links,
    });
    Ok(Reply::new(200, JSON, body))
}

fn is_active(account: &Account, agent: &CcAgent) -> bool {
    account
        .profile(&agent.user_id)
        .is_some_and(|profile| profile.is_active())
}

/// A row. That its `agentId` is the internal id of Contact Center is not documented; here it is.
fn shown(account: &Account, agent: &CcAgent) -> Value {
    let profile = account.profile(&agent.user_id);
    let digits: String = agent.id.chars().filter(char::is_ascii_digit).collect();
    json!({
        "userReference": digits.parse::<u64>().unwrap_or_default(), "agentId": agent.id, "name": agent.name,
        "mainGroup": agent.group_name, "phone": "",
        "email": profile.and_then(|profile| profile.user.basic_info.primary_email.clone()).unwrap_or_default(),
        "hireDate": "", "locked": false, "active": is_active(account, agent), "links": [],
    })
}
