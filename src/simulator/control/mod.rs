//! The control port: what a test, a demo or a person does to an embedded account beside the vendor's APIs.

mod contact_center;
mod users;

use std::io;

use axum::{
    Json, Router,
    extract::{Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{delete, get, patch, post, put},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{Fault, Handle, Settings, account::Failure, pages};

/// Serves the control port for ever.
pub(super) async fn serve(listener: TcpListener, handle: Handle) -> io::Result<()> {
    axum::serve(listener, router(handle)).await
}

fn router(handle: Handle) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/journal", get(journal))
        .route(
            "/state",
            get(async |State(handle): State<Handle>| Json(handle.state())),
        )
        .route("/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/time-scale", get(time_scale).put(set_time_scale))
        .route("/settings", get(settings).put(change_settings))
        .route("/users", post(users::add))
        .route("/users/{user}", patch(users::change).delete(users::remove))
        .route("/phone-numbers/{number}/status", put(users::set_number_status))
        .nest("/contact-center/agents/{agent}", agents())
        .merge(pages::router())
        .fallback(async || Refusal(Failure::not_found("there is nothing at this path")))
        .with_state(handle)
}

/// What a person does in the Configuration Manager.
fn agents() -> Router<Handle> {
    Router::new()
        .route("/queues", delete(contact_center::leave_all_queues))
        .route(
            "/queues/{queue}",
            put(contact_center::join_queue).delete(contact_center::leave_queue),
        )
        .route(
            "/admin-role",
            put(contact_center::give_admin_role).delete(contact_center::remove_admin_role),
        )
        .route("/supervisor", delete(contact_center::remove_supervisor))
        .route("/license", delete(contact_center::remove_license))
        .route("/status", put(contact_center::set_status))
        .route("/interaction", delete(contact_center::end_interaction))
}

/// What the control port refuses, as JSON with a `detail`.
pub(super) struct Refusal(Failure);

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::BAD_REQUEST);
        (status, Json(json!(self.0.response()))).into_response()
    }
}

#[derive(Deserialize)]
struct Since {
    #[serde(default)]
    after: u64,
}

/// All calls, or with `?after=` those that arrived after the call of this number.
async fn journal(State(handle): State<Handle>, Query(since): Query<Since>) -> Response {
    let entries = handle.journal_after(since.after);
    let lines = entries
        .iter()
        .filter_map(|entry| serde_json::to_string(entry).ok());
    let text: String = lines.map(|line| line + "\n").collect();
    ([(header::CONTENT_TYPE, "application/x-ndjson")], text).into_response()
}

async fn faults(State(handle): State<Handle>) -> Json<Vec<Fault>> {
    Json(handle.faults())
}

async fn add_fault(State(handle): State<Handle>, Json(fault): Json<Fault>) -> (StatusCode, Json<Fault>) {
    handle.inject(fault.clone());
    (StatusCode::CREATED, Json(fault))
}

async fn clear_faults(State(handle): State<Handle>) -> StatusCode {
    handle.clear_faults();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Scale {
    scale: f64,
}

async fn time_scale(State(handle): State<Handle>) -> Json<Value> {
    Json(json!({"scale": handle.time_scale()}))
}

async fn set_time_scale(
    State(handle): State<Handle>,
    Json(wanted): Json<Scale>,
) -> Result<Json<Value>, Refusal> {
    if !(wanted.scale.is_finite() && wanted.scale > 0.0) {
        return Err(Failure::invalid("scale", "must be a number above 0").into());
    }
    handle.set_time_scale(wanted.scale);
    Ok(time_scale(State(handle)).await)
}

async fn settings(State(handle): State<Handle>) -> Json<Settings> {
    Json(handle.settings())
}

/// Changes the settings that are named; the others stay.
async fn change_settings(
    State(handle): State<Handle>,
    Json(wanted): Json<Value>,
) -> Result<Json<Settings>, Refusal> {
    let mut merged = json!(handle.settings());
    merge(&mut merged, wanted);
    let merged: Settings = serde_json::from_value(merged)
        .map_err(|error| Failure::bad_request(format!("cannot read the settings: {error}")))?;
    handle.with_settings(|settings| *settings = merged);
    Ok(settings(State(handle)).await)
}

/// JSON merge patch (RFC 7396).
pub(super) fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    let Some(target) = target.as_object_mut() else {
        return;
    };
    for (name, value) in patch {
        if value.is_null() {
            target.remove(&name);
        } else {
            merge(target.entry(name).or_insert(Value::Null), value);
        }
    }
}
