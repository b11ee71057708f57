//! A page of a list.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::Extra;

/// One page of a list of `T`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "T: DeserializeOwned"))]
pub struct Page<T> {
    /// The rows.
    #[serde(default = "Vec::new")]
    pub data: Vec<T>,
    /// Where the page stands in the list.
    #[serde(default)]
    pub pagination: Pagination,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Where a page stands in its list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pagination {
    /// Rows a page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_size: Option<i64>,
    /// Number of this page, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_number: Option<i64>,
    /// Whether there is another page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_more: Option<bool>,
    /// The filter of the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// The order of the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// What to send as `scrollId`, alone, for the next page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_scroll_id: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}
