//! What the vendor's documents leave open, or what a test wants otherwise, as settings.

use serde::{Deserialize, Serialize};

/// How the account behaves where the documents leave a choice. `PUT /settings` on the control port changes
/// those that it names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Settings {
    /// Shortest time that an operation takes, in seconds of account time. Default 2.
    pub operation_min_seconds: f64,
    /// Longest time that an operation takes, in seconds of account time. Default 5.
    pub operation_max_seconds: f64,
    /// Requests that one key has in a sliding minute. Default 100, as documented.
    pub requests_per_minute: usize,
    /// Requests that one key has in sliding ten seconds. Default 20, as documented.
    pub requests_per_ten_seconds: usize,
    /// Operations in flight that the organisation has. Default 10, as documented.
    pub operations_in_flight: usize,
    /// HTTP status for one operation more. Not documented; default 429.
    pub operations_in_flight_status: u16,
    /// What a DID license in the body of a POST or PUT of a user does (rule F7). Default `Reject`, with 400.
    pub did_licenses_in_body: Reaction,
    /// What a changed or omitted Contact Center license or extension in a PUT does. Default `Ignore`: they
    /// stay.
    pub contact_center_in_put: Reaction,
    /// What a PUT on an inactive user does (rules D4 and M4 disagree). Default `Allow`; otherwise it is
    /// refused with 400 unless it makes the user active.
    pub inactive_user_edit: Permission,
    /// Whether `PUT /users/{userId}` is there at all (rule M3).
    pub user_updates: UserUpdates,
    /// Whether the memberships in a PUT count (not documented). Default `Apply`: a missing one is left.
    pub memberships_in_put: Memberships,
    /// What a taken userName gives: 400 at once, or a failed operation. 8x8's documents have both. Default
    /// `BadRequest`.
    pub user_name_conflict: UserNameConflict,
    /// What a DELETE of a user who is not there gives (not documented). Default `NotFound`.
    pub delete_unknown_user: DeleteUnknownUser,
    /// Whether an operation that a fault makes fail has done part of its work (not documented). Default
    /// `NotApplied`.
    pub failed_operations: FailedOperations,
    /// Whether an operation that a fault makes end `UNKNOWN` has done its work (not documented). Default
    /// true.
    pub unknown_operations_apply: bool,
    /// Whether `GET /operations/{operationId}` also takes the media type of users, as 8x8's own samples send
    /// it. Default true.
    pub operations_accept_users_type: bool,
    /// What first-page parameters beside a `scrollId` do. Default `Reject`, with 400, as documented.
    pub parameters_with_scroll_id: Reaction,
    /// Largest `pageSize` of the phone numbers. The documents have 100 and 1000; default 1000.
    pub phone_numbers_max_page_size: usize,
    /// How long a `scrollId` lives, in seconds of account time. Default 300.
    pub scroll_seconds: f64,
    /// How long an OAuth token lives, in seconds of account time. Default 1799.
    pub token_seconds: f64,
    /// How old what the real-time reads show may be, in seconds of account time. Default 5, as documented.
    pub realtime_refresh_seconds: f64,
    /// Whether the real-time reads want the header `X-Tenant-Info`, as for customers with several tenants.
    /// Default false.
    pub tenant_info_required: bool,
    /// Whether 8x8 has enabled the agent status API for this tenant; where not, it answers 403. Default true.
    pub agent_status_enabled: bool,
    /// Whether the account has the Quality Management product; where not, its API answers 403. Default true.
    pub quality_management_enabled: bool,
    /// Whether the journal keeps the bodies of the answers. Default true; without them, long runs of large
    /// lists need little memory.
    pub journal_bodies: bool,
    /// Whether the connector says that it is done and does nothing. Default false.
    pub connector_lies: bool,
    /// Whether the connector takes every removal on with 202 and leaves it to be done later. Default false.
    pub connector_promises: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            operation_min_seconds: 2.0,
            operation_max_seconds: 5.0,
            requests_per_minute: 100,
            requests_per_ten_seconds: 20,
            operations_in_flight: 10,
            operations_in_flight_status: 429,
            did_licenses_in_body: Reaction::Reject,
            contact_center_in_put: Reaction::Ignore,
            inactive_user_edit: Permission::Allow,
            user_updates: UserUpdates::Implemented,
            memberships_in_put: Memberships::Apply,
            user_name_conflict: UserNameConflict::BadRequest,
            delete_unknown_user: DeleteUnknownUser::NotFound,
            failed_operations: FailedOperations::NotApplied,
            unknown_operations_apply: true,
            operations_accept_users_type: true,
            parameters_with_scroll_id: Reaction::Reject,
            phone_numbers_max_page_size: 1000,
            scroll_seconds: 300.0,
            token_seconds: 1799.0,
            realtime_refresh_seconds: 5.0,
            tenant_info_required: false,
            agent_status_enabled: true,
            quality_management_enabled: true,
            journal_bodies: true,
            connector_lies: false,
            connector_promises: false,
        }
    }
}

/// What becomes of something that the account does not want.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reaction {
    /// The request is refused with 400.
    Reject,
    /// The request is taken, without it.
    Ignore,
}

/// Whether something may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Permission {
    /// It may.
    Allow,
    /// It is refused with 400.
    Reject,
}

/// Whether users can be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UserUpdates {
    /// As documented.
    Implemented,
    /// 405.
    MethodNotAllowed,
    /// 501.
    NotImplemented,
    /// 404, although the user is there.
    NotFound,
}

/// What the memberships in a PUT of a user do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Memberships {
    /// The user leaves what is missing and joins what is new.
    Apply,
    /// Nothing.
    Ignore,
}

/// How a taken userName is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UserNameConflict {
    /// 400 at once.
    BadRequest,
    /// 202, and the operation fails.
    FailedOperation,
}

/// What a DELETE of a user who is not there gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeleteUnknownUser {
    /// 404.
    NotFound,
    /// 202, and the operation completes.
    Accepted,
}

/// What a failed operation has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FailedOperations {
    /// Nothing.
    NotApplied,
    /// A part: of a PUT `basicInfo` and `directoryInfo`, of a DELETE the end of the sessions. Member changes
    /// are atomic and never half done.
    PartlyApplied,
}
