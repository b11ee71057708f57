//! What a client of an account is made from.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use secrecy::SecretString;

use super::CallMetrics;

/// What a client of an account is made from.
pub struct AccountConfig {
    /// Base address of the Administration API.
    pub admin_url: String,
    /// API key.
    pub api_key: SecretString,
    /// The limits to hold.
    pub limits: LimitsConfig,
    /// Names of licenses that a PUT must not carry; `*` stands for any text.
    pub did_licenses: Vec<String>,
    /// The Contact Center, where the account has one.
    pub contact_center: Option<ContactCenterConfig>,
    /// The longest a call may take.
    pub timeout: Duration,
    /// Whether an earlier process may have used the budget a moment ago.
    pub started_warm: bool,
    /// Where calls are counted.
    pub metrics: Option<Arc<CallMetrics>>,
}

/// The limits of an API key (8x8's Administration API essentials).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitsConfig {
    /// Requests in any 60 seconds.
    pub requests_per_minute: u32,
    /// Requests in any burst window.
    pub burst_requests: u32,
    /// Length of a burst window.
    pub burst_per: Duration,
    /// Asynchronous operations in flight.
    pub concurrent_operations: u32,
}

impl Default for LimitsConfig {
    /// The documented limits: 100 a minute, 20 in 10 s, 10 operations.
    fn default() -> Self {
        Self {
            requests_per_minute: 100,
            burst_requests: 20,
            burst_per: Duration::from_secs(10),
            concurrent_operations: 10,
        }
    }
}

/// The Contact Center of an account.
pub struct ContactCenterConfig {
    /// Base address of the real-time metrics API.
    pub url: String,
    /// Address that gives OAuth tokens.
    pub token_url: String,
    /// Key of the OAuth client.
    pub key: SecretString,
    /// Secret of the OAuth client.
    pub secret: SecretString,
    /// What `X-Tenant-Info` must say, for a customer with several Contact Center tenants.
    pub tenant_info: Option<String>,
}

/// A configuration that no client can be made from.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// An address is none.
    #[error("{field} is not an http or https address")]
    Address {
        /// Which one.
        field: &'static str,
    },
    /// A secret has a character that no header may carry.
    #[error("{field} has a character that cannot be sent")]
    Secret {
        /// Which one.
        field: &'static str,
    },
    /// The HTTP client cannot be made.
    #[error("the HTTP client cannot be made: {0}")]
    Client(#[source] reqwest::Error),
}

/// An address without its trailing slash, so that paths can be put behind it.
pub(super) fn base(text: &str, field: &'static str) -> Result<String, ConfigError> {
    let url = Url::parse(text).map_err(|_| ConfigError::Address { field })?;
    let usable = matches!(url.scheme(), "http" | "https") && url.has_host() && url.query().is_none();
    usable.then(|| text.trim_end_matches('/').to_owned()).ok_or(ConfigError::Address { field })
}
