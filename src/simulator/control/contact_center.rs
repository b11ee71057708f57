//! What a person does by hand in the Configuration Manager, because no public API does it.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::Deserialize;

use super::Refusal;
use crate::simulator::{Account, AgentStatus, Failure, Handle};

type Done = Result<StatusCode, Refusal>;

fn act(handle: &Handle, act: impl FnOnce(&mut Account) -> Result<(), Failure>) -> Done {
    handle.by_hand(act)?;
    Ok(StatusCode::NO_CONTENT)
}

/// How an agent is put into a queue.
#[derive(Deserialize)]
pub(super) struct Join {
    #[serde(default = "yes")]
    enabled: bool,
}

fn yes() -> bool {
    true
}

/// Assigns an agent to a queue; `{"enabled": false}` leaves it without work.
pub(super) async fn join_queue(
    State(handle): State<Handle>,
    Path((agent, queue)): Path<(String, String)>,
    join: Option<Json<Join>>,
) -> Done {
    let enabled = join.is_none_or(|join| join.0.enabled);
    act(&handle, |account| account.assign_agent(&agent, &queue, enabled))
}

/// Takes an agent out of a queue.
pub(super) async fn leave_queue(
    State(handle): State<Handle>,
    Path((agent, queue)): Path<(String, String)>,
) -> Done {
    act(&handle, |account| account.unassign_agent(&agent, Some(&queue)))
}

/// Takes an agent out of all queues.
pub(super) async fn leave_all_queues(State(handle): State<Handle>, Path(agent): Path<String>) -> Done {
    act(&handle, |account| account.unassign_agent(&agent, None))
}

/// Makes an agent, or a user by `userId`, a Contact Center administrator.
pub(super) async fn give_admin_role(State(handle): State<Handle>, Path(agent): Path<String>) -> Done {
    act(&handle, |account| account.give_admin_role(&agent))
}

/// Takes the Contact Center admin role away from an agent, or from a user by `userId`.
pub(super) async fn remove_admin_role(State(handle): State<Handle>, Path(agent): Path<String>) -> Done {
    act(&handle, |account| account.remove_admin_role(&agent))
}

/// Takes supervisor flag and supervised queues away.
pub(super) async fn remove_supervisor(State(handle): State<Handle>, Path(agent): Path<String>) -> Done {
    act(&handle, |account| account.remove_supervisor(&agent))
}

/// Takes Contact Center license and extension away; the agent goes with them.
pub(super) async fn remove_license(State(handle): State<Handle>, Path(agent): Path<String>) -> Done {
    act(&handle, |account| account.remove_contact_center_license(&agent))
}

/// What an agent does now, by number.
#[derive(Deserialize)]
pub(super) struct Status {
    status: AgentStatus,
}

/// Makes an agent sign in, take an interaction, have a break.
pub(super) async fn set_status(
    State(handle): State<Handle>,
    Path(agent): Path<String>,
    Json(wanted): Json<Status>,
) -> Done {
    act(&handle, |account| account.set_agent_status(&agent, wanted.status))
}

/// Ends the interaction that an agent has.
pub(super) async fn end_interaction(State(handle): State<Handle>, Path(agent): Path<String>) -> Done {
    act(&handle, |account| account.end_interaction(&agent))
}
