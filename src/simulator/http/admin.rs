//! The Administration API: keys, limits, versions, and the way to each of its parts.

use axum::http::Method;
use serde_json::{Value, json};

use super::{
    addresses,
    call::{Call, Reply},
    media::{self, Resource},
    phone_numbers, ring_groups, sites, users,
};
use crate::eightbyeight::wire::{Operation, OperationStatus};
use crate::simulator::{
    account::Failure,
    keys,
    limits::Quota,
    operations::{Change, Request},
    world::World,
};

/// Answers a call whose path after the base is `path`. The key is known and within its limits.
pub(super) fn answer(world: &mut World, call: &Call, path: &[&str]) -> Reply {
    let Some((resource, rest)) = path
        .split_first()
        .and_then(|(first, rest)| Some((Resource::of(first)?, rest)))
    else {
        return refuse(world, call, None, &no_such_path());
    };
    let result = may_call(call).and_then(|()| match resource {
        Resource::Users => users::answer(world, call, rest),
        Resource::Operations => operation(world, call, rest),
        Resource::RingGroups => ring_groups::answer(world, call, rest),
        Resource::PhoneNumbers => phone_numbers::answer(world, call, rest),
        Resource::Sites => sites::answer(world, call, rest),
        Resource::Addresses => addresses::answer(world, call, rest),
    });
    result.unwrap_or_else(|failure| {
        let mut reply = refuse(world, call, Some(resource), &failure);
        if failure.title == TOO_MANY_OPERATIONS {
            let reset = world.operations.first_end().unwrap_or_else(|| world.clock.now());
            reply.quota = Some(Quota {
                limit: world.settings.requests_per_minute,
                remaining: 0,
                reset,
            });
        }
        reply
    })
}

/// Only the primary and the secondary administrators change anything (rule A1).
fn may_call(call: &Call) -> Result<(), Failure> {
    let reads = matches!(call.method, Method::GET | Method::HEAD);
    if reads || call.key.as_deref().is_some_and(keys::may_write) {
        return Ok(());
    }
    Err(Failure::forbidden(
        "this key is not one of a primary or secondary administrator",
    ))
}

fn operation(world: &World, call: &Call, path: &[&str]) -> Result<Reply, Failure> {
    let [id] = path else { return Err(no_such_path()) };
    let users = world
        .settings
        .operations_accept_users_type
        .then(|| Resource::Users.media());
    let media: Vec<_> = [Resource::Operations.media()].into_iter().chain(users).collect();
    media::accepts(call, &media)?;
    let operation = world.operations.get(id);
    let operation = operation.ok_or_else(|| Failure::not_found(format!("there is no operation {id}")))?;
    Ok(Reply::new(
        200,
        Resource::Operations.media(),
        shown(call, operation),
    ))
}

/// Title of the refusal of one operation too many.
const TOO_MANY_OPERATIONS: &str = "Too many operations";

/// Starts an operation and answers 202.
///
/// # Errors
/// The organisation has as many in flight as it may; then nothing was started.
pub(super) fn start(
    world: &mut World,
    call: &Call,
    resource: Resource,
    target: String,
    change: Change,
) -> Result<Reply, Failure> {
    if world.operations.in_flight() >= world.settings.operations_in_flight {
        let status = world.settings.operations_in_flight_status;
        let message = format!("{} operations are in flight", world.operations.in_flight());
        return Err(Failure::new(
            status,
            TOO_MANY_OPERATIONS,
            code_of(status),
            "",
            message,
        ));
    }
    let request = Request {
        target,
        change,
        fate: call.fate,
        by: call.key.clone(),
    };
    let operation = world
        .operations
        .accept(request, &world.account, &world.clock, &world.settings);
    world.changed();
    Ok(Reply::new(202, resource.media(), shown(call, &operation)))
}

/// An operation with its links: to itself, and to what it made or changed once that is there.
fn shown(call: &Call, operation: &Operation) -> Value {
    let mut shown = json!(operation);
    let id = operation.operation_id.as_deref().unwrap_or_default();
    shown["_links"] = json!({"self": {"href": call.link(&format!("/operations/{id}"))}});
    let there = operation.status == Some(OperationStatus::Completed)
        && operation.operation_type.as_deref() != Some("DELETE");
    let path = match operation.resource_type.as_deref() {
        Some("RING_GROUP") => "ring-groups",
        Some("SITE") => "sites",
        _ => "users",
    };
    if let Some(id) = operation.resource_id.as_deref().filter(|_| there) {
        shown["_links"]["resource"] = json!({"href": call.link(&format!("/{path}/{id}"))});
    }
    shown
}

/// An answer that refuses, in the error model of the API.
pub(super) fn refuse(world: &World, call: &Call, resource: Option<Resource>, failure: &Failure) -> Reply {
    let mut error = failure.response();
    let path = call.target.split('?').next().unwrap_or_default();
    error.instance = Some(
        path.strip_prefix(crate::simulator::ADMIN_PATH)
            .unwrap_or(path)
            .to_owned(),
    );
    error.time = Some(world.clock.wall(world.clock.now()));
    let media = resource.map_or(media::JSON, Resource::error_media);
    Reply::new(
        failure.status,
        media,
        serde_json::to_value(error).unwrap_or(Value::Null),
    )
}

/// The refusal of a call without a key that the account knows.
pub(super) fn unauthorized() -> Failure {
    Failure::new(
        401,
        "Unauthorized",
        "UNKNOWN",
        "x-api-key",
        "the key is missing or unknown",
    )
}

/// The refusal of a call beyond the limits.
pub(super) fn too_many_requests() -> Failure {
    Failure::new(
        429,
        "Too many requests",
        "TOO_MANY_REQUESTS",
        "",
        "the rate limit is used up",
    )
}

/// The refusal that a fault asks for.
pub(super) fn injected(status: u16) -> Failure {
    let title = match status {
        408 => "Request timeout",
        429 => "Too many requests",
        503 => "Service unavailable",
        _ => "Refused",
    };
    Failure::new(status, title, code_of(status), "", format!("answered {status}"))
}

pub(super) fn method_not_allowed() -> Failure {
    Failure::new(
        405,
        "Method not allowed",
        "BAD_REQUEST",
        "",
        "the path does not have this method",
    )
}

pub(super) fn no_such_path() -> Failure {
    Failure::not_found("there is nothing at this path")
}

/// The code that the error model has for a status.
fn code_of(status: u16) -> &'static str {
    match status {
        400 => "BAD_REQUEST",
        403 => "FORBIDDEN",
        404 => "NOT_FOUND",
        408 => "REQUEST_TIMEOUT",
        409 => "CONFLICT",
        429 => "TOO_MANY_REQUESTS",
        503 => "SERVICE_UNAVAILABLE",
        _ => "UNKNOWN",
    }
}
