//! The vendor's APIs over HTTP: arrival, key, limits, faults, the answer of the account, and the journal.

mod addresses;
mod admin;
mod agent_status;
mod call;
mod connection;
mod connector;
mod media;
mod phone_numbers;
mod quality;
mod realtime;
mod ring_groups;
pub(crate) mod scroll;
mod sites;
pub(crate) mod tokens;
mod users;

use std::{io, time::Duration};

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderValue, StatusCode, header},
    response::Response,
    routing::get,
};
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use self::{
    call::{Call, Reply},
    connection::{Connections, Switch},
    media::Resource,
};
use super::{
    account::Failure,
    faults::{Effect, Reset},
    journal::{Arrival, Entry},
    limits::Quota,
    openapi::{
        self,
        routes::{self, Found},
    },
    world::{Shared, World},
};

/// Longest body that is read, in bytes.
const MOST_BODY: usize = 4 << 20;

/// Serves the vendor's APIs for ever.
pub(crate) async fn serve(listener: TcpListener, world: Shared) -> io::Result<()> {
    let router = Router::new()
        .route(openapi::PATH, get(async || Json(openapi::DOCUMENT.clone())))
        .fallback(receive)
        .with_state(world);
    axum::serve(
        Connections(listener),
        router.into_make_service_with_connect_info::<Switch>(),
    )
    .await
}

async fn receive(
    State(world): State<Shared>,
    ConnectInfo(switch): ConnectInfo<Switch>,
    request: Request,
) -> Response {
    // What arrived is handled to its end, also where the caller does not wait for it.
    let handled = tokio::spawn(async move { handle(&world, &switch, request).await });
    handled
        .await
        .unwrap_or_else(|_| plain(StatusCode::INTERNAL_SERVER_ERROR))
}

async fn handle(world: &Shared, switch: &Switch, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, MOST_BODY).await else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE);
    };
    let target = parts
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str())
        .to_owned();
    let mut call = Call::new(parts.method, target, parts.headers, body);
    let (arrival, admitted) = arrive(&mut world.now(), &mut call);
    let effect = match admitted {
        Ok(effect) => effect,
        Err(reply) => {
            let mut world = world.now();
            record(&mut world, &call, arrival, &reply, None);
            return respond(&mut world, &call, &reply, None);
        }
    };
    if let Some(Effect::Delay(length)) = &effect {
        tokio::time::sleep(length.0).await;
    }
    let mut world = world.now();
    let reply = perform(&mut world, &mut call, effect.as_ref());
    record(&mut world, &call, arrival, &reply, effect.as_ref());
    match effect {
        Some(Effect::Reset(_)) => {
            switch.cut();
            plain(StatusCode::INTERNAL_SERVER_ERROR)
        }
        Some(Effect::SlowBody(length)) => respond(&mut world, &call, &reply, Some(length.0)),
        _ => respond(&mut world, &call, &reply, None),
    }
}

/// Notes the arrival, knows the key, counts the call. Gives the fault to play, or the refusal.
fn arrive(world: &mut World, call: &mut Call) -> (Arrival, Result<Option<Effect>, Reply>) {
    let arrival = world.journal.arrive();
    call.key = world.keys.label(call.header("x-api-key"));
    if is_of_admin_api(call) {
        let (now, resource) = (world.clock.now(), resource_of(call));
        let limit = world.settings.requests_per_minute;
        let Some(key) = call.key.clone() else {
            call.quota = Some(Quota {
                limit,
                remaining: limit,
                reset: now,
            });
            return (
                arrival,
                Err(admin::refuse(world, call, resource, &admin::unauthorized())),
            );
        };
        let admitted = world.limits.admit(&key, now, &world.settings);
        call.quota = Some(admitted.unwrap_or_else(|quota| quota));
        if admitted.is_err() {
            return (
                arrival,
                Err(admin::refuse(world, call, resource, &admin::too_many_requests())),
            );
        }
    }
    let effect = world
        .faults
        .take(call.method.as_str(), &call.target, call.key.as_deref());
    (arrival, Ok(effect))
}

/// Answers a call, as the fault has it.
fn perform(world: &mut World, call: &mut Call, effect: Option<&Effect>) -> Reply {
    let refusal = |world: &World, call: &Call, status| match call.path.first().map(String::as_str) {
        Some("connector") => connector::problem(&admin::injected(status)),
        _ => admin::refuse(world, call, resource_of(call), &admin::injected(status)),
    };
    match effect {
        Some(Effect::Status(status)) => {
            if let Some(quota) = call.quota.as_mut().filter(|_| *status == 429) {
                // Somebody else has used the window up; it opens again soon.
                *quota = Quota {
                    remaining: 0,
                    reset: world.clock.now() + 10.0,
                    ..*quota
                };
            }
            return refusal(world, call, *status);
        }
        Some(Effect::Reset(Reset::Before)) => return Reply::new(0, media::JSON, Value::Null),
        Some(Effect::Operation(outcome)) => call.fate = Some(*outcome),
        _ => {}
    }
    let mut reply = dispatch(world, call);
    match effect {
        Some(Effect::AppliedThen408(true)) if reply.status < 400 => refusal(world, call, 408),
        Some(Effect::UnknownFields(true)) => {
            add_unknown_fields(&mut reply.body);
            reply
        }
        _ => reply,
    }
}

fn dispatch(world: &mut World, call: &Call) -> Reply {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    if let Some(refusal) = not_served(world, call, &path) {
        return refusal;
    }
    match path.as_slice() {
        ["admin-provisioning", rest @ ..] => admin::answer(world, call, rest),
        ["oauth", "v2", "token"] => tokens::token(world, call),
        ["analytics", "cc", "v5", "realtime-metrics", rest @ ..] => realtime::answer(world, call, rest),
        ["api", "v1", "tenants", tenant, "agentstatus", rest @ ..] => {
            agent_status::answer(world, call, tenant, rest)
        }
        ["qm", _, "v1", rest @ ..] => quality::answer(world, call, rest),
        ["connector", rest @ ..] => connector::answer(world, call, rest),
        // The other regions have their name before the path.
        [
            "eu" | "au" | "ca",
            "analytics",
            "cc",
            "v5",
            "realtime-metrics",
            rest @ ..,
        ] => realtime::answer(world, call, rest),
        _ => admin::refuse(world, call, None, &admin::no_such_path()),
    }
}

/// The refusal of a call on the vendor's APIs that is not among the routes.
fn not_served(world: &World, call: &Call, path: &[&str]) -> Option<Reply> {
    let refuse = |failure: &Failure| match path {
        ["api", ..] => agent_status::problem(failure),
        _ => admin::refuse(world, call, resource_of(call), failure),
    };
    match routes::find(call.method.as_str(), path) {
        Found::Served => None,
        Found::Methods(methods) => {
            let mut reply = refuse(&admin::method_not_allowed());
            reply.headers.push(("allow", methods));
            Some(reply)
        }
        Found::Nothing => {
            let of_vendor = matches!(
                path,
                [
                    "admin-provisioning" | "oauth" | "analytics" | "eu" | "au" | "ca" | "api" | "qm",
                    ..
                ]
            );
            of_vendor.then(|| refuse(&admin::no_such_path()))
        }
    }
}

/// Fields that no document has, at the top and in every row of a list.
fn add_unknown_fields(body: &mut Value) {
    let rows = match body {
        Value::Array(rows) => rows.iter_mut().collect(),
        Value::Object(object) => {
            object.insert(
                "addedLater".to_owned(),
                json!({"by": "a later version", "values": ["NEW_VALUE"]}),
            );
            object
                .get_mut("data")
                .and_then(Value::as_array_mut)
                .map(|rows| rows.iter_mut().collect())
                .unwrap_or_default()
        }
        _ => Vec::new(),
    };
    for row in rows {
        row["addedLater"] = json!(true);
    }
}

fn record(world: &mut World, call: &Call, arrival: Arrival, reply: &Reply, effect: Option<&Effect>) {
    let reset = matches!(effect, Some(Effect::Reset(_)));
    let response = if reset || !world.settings.journal_bodies {
        Value::Null
    } else {
        reply.journal.clone().unwrap_or_else(|| reply.body.clone())
    };
    world.journal.record(Entry {
        seq: arrival.seq,
        time: arrival.time,
        key: call.key.clone(),
        method: call.method.to_string(),
        path: call.target.clone(),
        status: if reset { 0 } else { reply.status },
        request: call.body_for_journal(),
        response,
        fault: effect.map(Effect::name),
    });
}

fn respond(world: &mut World, call: &Call, reply: &Reply, slow: Option<Duration>) -> Response {
    let empty = reply.status == 204;
    let bytes = match &reply.body {
        _ if empty => Bytes::new(),
        Value::String(text) if reply.media == media::XML => Bytes::from(text.clone()),
        body => Bytes::from(serde_json::to_vec(body).unwrap_or_default()),
    };
    let mut response = Response::new(body(bytes, slow));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if !empty {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(reply.media));
    }
    let mut put = |name: &'static str, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    };
    put("x-response-id", world.response_id());
    if let Some(quota) = reply.quota.or(call.quota) {
        put("x-ratelimit-limit", quota.limit.to_string());
        put("x-ratelimit-remaining", quota.remaining.to_string());
        put(
            "x-ratelimit-reset",
            world.clock.unix_seconds_up(quota.reset).to_string(),
        );
    }
    for (name, value) in &reply.headers {
        put(name, value.clone());
    }
    response
}

/// A body, whose second half may come later.
fn body(bytes: Bytes, slow: Option<Duration>) -> Body {
    let Some(pause) = slow else {
        return Body::from(bytes);
    };
    let half = bytes.slice(..bytes.len() / 2);
    let rest = bytes.slice(bytes.len() / 2..);
    let late = stream::once(async move {
        tokio::time::sleep(pause).await;
        Ok(rest)
    });
    Body::from_stream(stream::once(async move { Ok::<_, io::Error>(half) }).chain(late))
}

fn is_of_admin_api(call: &Call) -> bool {
    call.path
        .first()
        .is_some_and(|first| first == "admin-provisioning")
}

fn resource_of(call: &Call) -> Option<Resource> {
    let part = call.path.get(1).filter(|_| is_of_admin_api(call));
    part.and_then(|part| Resource::of(part))
}

fn plain(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
