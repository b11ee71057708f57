//! A phone number of the account.

use serde::{Deserialize, Serialize};

use super::{Extra, open_enum};

/// A number as the Phone Number API gives it. It does not tell who holds the number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PhoneNumber {
    /// The number in E.164.
    pub phone_number: String,
    /// Country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// `LOCAL` or `TOLL_FREE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// `PORTING` or `CLAIMED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Whether it is free (rule G1).
    pub status: PhoneNumberStatus,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

open_enum! {
    /// The states of a number.
    PhoneNumberStatus {
        /// To be ported.
        PrePorting = "PRE_PORTING",
        /// Being ported.
        Porting = "PORTING",
        /// Free.
        Available = "AVAILABLE",
        /// Held by somebody or something.
        Assigned = "ASSIGNED",
    }
}
