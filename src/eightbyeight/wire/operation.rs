//! An asynchronous operation.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ErrorResponse, Extra, open_enum};

/// What a POST, PUT or DELETE started, as `GET /operations/{operationId}` gives it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// Id, such as `op_…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation_id: Option<String>,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<OperationStatus>,
    /// Id of the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<String>,
    /// `USER`, `RING_GROUP` or `SITE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    /// Id of what it works on; missing until a creation is complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<String>,
    /// `CREATE`, `UPDATE`, `DELETE`, `UPDATE_MEMBERS`, or what else the account says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation_type: Option<String>,
    /// When it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_time: Option<Timestamp>,
    /// When it ended, well or badly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_time: Option<Timestamp>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorResponse>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

open_enum! {
    /// Where an operation stands.
    OperationStatus {
        /// Accepted.
        Pending = "PENDING",
        /// At work.
        InProgress = "IN_PROGRESS",
        /// Ended well.
        Completed = "COMPLETED",
        /// Ended badly.
        Failed = "FAILED",
        /// The account cannot tell.
        Unknown = "UNKNOWN",
    }
}
