//! The Quality Management API: which agent has which e-mail address (8x8-api.md §8.3).

use reqwest::header::HeaderValue;
use serde_json::Value;

use super::{
    Account, CallError, ConfigError, Failure, LocalRefusal, QualityConfig,
    http::{Base, Call},
    wire::QualityUser,
};

const USERS: Call = Call::read("quality.users", "/users");
/// Rows a page, the most there may be.
const PAGE: usize = 1000;
const MOST_PAGES: usize = 1000;

/// Where the API is, and the PBX that it is asked about.
pub(super) struct Quality {
    base: Base,
    pbx: HeaderValue,
}

impl Quality {
    pub(super) fn new(config: QualityConfig) -> Result<Self, ConfigError> {
        Ok(Self {
            base: Base::new(&config.url, "contactCenter.qualityManagement.url")?,
            pbx: HeaderValue::from_str(&config.pbx)
                .map_err(|_| ConfigError::Secret("contactCenter.qualityManagement.pbx"))?,
        })
    }
}

impl Account {
    /// All users of Quality Management, active or not.
    ///
    /// # Errors
    /// As every call; also where the Tenant names no Quality Management, or the pages are not sure to be all.
    pub async fn quality_users(&self) -> Result<Vec<QualityUser>, CallError> {
        let realtime = self.realtime(&USERS)?;
        let quality = realtime.quality.as_ref();
        let quality = quality.ok_or_else(|| USERS.failed(Failure::Local(LocalRefusal::NoContactCenter)))?;
        let mut users = Vec::new();
        for number in 1..=MOST_PAGES {
            let (page, size) = (number.to_string(), PAGE.to_string());
            let url = USERS.url(&quality.base, &[], &[("page", &page), ("size", &size)])?;
            let answer = realtime.read(&USERS, url, Some(("pbx", &quality.pbx))).await?;
            let mut answer = answer.json(&USERS)?;
            let named = has_next(&answer);
            let rows: Vec<QualityUser> = serde_json::from_value(answer["content"].take())
                .map_err(|_| USERS.failed(Failure::Unreadable))?;
            // A full page that says nothing of a next one may be followed by another.
            let more = named || rows.len() >= PAGE;
            users.extend(rows);
            if !more {
                return Ok(users);
            }
        }
        Err(USERS.failed(Failure::ListBroken))
    }
}

/// Whether the answer names a page after it.
fn has_next(answer: &Value) -> bool {
    let links = answer["links"].as_array().map_or(&[][..], Vec::as_slice);
    links.iter().any(|link| link["rel"] == "nextUrl")
}
