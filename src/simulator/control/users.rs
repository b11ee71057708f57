//! What another administrator does to users and numbers, without any check.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Refusal, merge};
use crate::eightbyeight::wire::{PhoneNumberStatus, User};
use crate::simulator::{Failure, Handle, clock::millis};

/// Adds a user as given. Two profiles with one userName are made so.
pub(super) async fn add(
    State(handle): State<Handle>,
    Json(user): Json<User>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let shown = handle.by_hand(|account| {
        let id = account.put_raw(user);
        account.profile(&id).map(|profile| json!(profile.user))
    });
    Ok((StatusCode::CREATED, Json(shown.unwrap_or_default())))
}

/// Changes a user by a JSON merge patch.
pub(super) async fn change(
    State(handle): State<Handle>,
    Path(id): Path<String>,
    Json(patch): Json<Value>,
) -> Result<Json<Value>, Refusal> {
    let shown = handle.by_hand(|account| {
        let profile = account
            .profile(&id)
            .ok_or_else(|| Failure::not_found("there is no such user"))?;
        let mut merged = json!(profile.user);
        merge(&mut merged, patch);
        let mut user: User = serde_json::from_value(merged)
            .map_err(|error| Failure::bad_request(format!("not a user any more: {error}")))?;
        user.basic_info.user_id = Some(id.clone());
        user.basic_info.last_updated_time = Some(millis(Timestamp::now()));
        account.put_raw(user);
        Ok::<_, Failure>(account.profile(&id).map(|profile| json!(profile.user)))
    })?;
    Ok(Json(shown.unwrap_or_default()))
}

/// Deletes a user at once, as if an administrator had done so in the console.
pub(super) async fn remove(
    State(handle): State<Handle>,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    handle.by_hand(|account| account.delete_user(&id, millis(Timestamp::now())))?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
pub(super) struct Status {
    status: PhoneNumberStatus,
}

/// Sets the status of a number, such as `PORTING`.
pub(super) async fn set_number_status(
    State(handle): State<Handle>,
    Path(number): Path<String>,
    Json(wanted): Json<Status>,
) -> Result<StatusCode, Refusal> {
    handle.by_hand(|account| {
        let there = account.numbers.get_mut(&number);
        let there = there.ok_or_else(|| Failure::not_found("the account has no such number"))?;
        there.number.status = wanted.status;
        Ok::<_, Failure>(())
    })?;
    Ok(StatusCode::NO_CONTENT)
}
