//! What an [`Account`](super::Account) is made from.

use std::{sync::Arc, time::Duration};

use secrecy::SecretString;

use super::metrics::CallMetrics;

/// The account, its key and its limits: what a Tenant and its Secrets say.
#[derive(Clone, Debug)]
pub struct AccountConfig {
    /// Base address of the Administration API, such as `https://api.8x8.com/admin-provisioning`.
    pub admin_url: String,
    /// The API key, sent as `x-api-key`.
    pub api_key: SecretString,
    /// The limits of the key (8x8-api.md §3.3).
    pub limits: LimitsConfig,
    /// Names of DID licenses, which a PUT must not carry (G-U). `*` stands for any text.
    pub did_licenses: Vec<String>,
    /// The Contact Center real-time API, where the account has one.
    pub contact_center: Option<ContactCenterConfig>,
    /// The Contact Center Agent Status API, where 8x8 enabled it.
    pub agent_status: Option<AgentStatusConfig>,
    /// Time that one call may take, from connecting to the last byte of its answer.
    pub timeout: Duration,
    /// Whether an earlier process may have used the budget just now.
    pub started_warm: bool,
    /// Time between two reads that many share, where the budget is not short. 8x8 asks for 1 to 2 s between two looks.
    pub look_interval: Duration,
    /// Where calls are counted. Share one among all accounts.
    pub metrics: Option<Arc<CallMetrics>>,
}

impl AccountConfig {
    /// Time that one call may take where nothing else is said.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(20);

    /// An account with the documented limits, `DID*` as DID licenses, no Contact Center and a cold start.
    pub fn new(admin_url: impl Into<String>, api_key: SecretString) -> Self {
        Self {
            admin_url: admin_url.into(),
            api_key,
            limits: LimitsConfig::default(),
            did_licenses: vec!["DID*".to_owned()],
            contact_center: None,
            agent_status: None,
            timeout: Self::DEFAULT_TIMEOUT,
            started_warm: false,
            look_interval: Duration::from_secs(2),
            metrics: None,
        }
    }
}

/// The limits of a key (8x8-api.md §3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitsConfig {
    /// Requests in any [`minute`](Self::minute), polls included.
    pub requests_per_minute: u32,
    /// Length of the long window: a minute, except on an account whose time runs faster.
    pub minute: Duration,
    /// Requests in any [`burst_per`](Self::burst_per).
    pub burst_requests: u32,
    /// Length of the short window.
    pub burst_per: Duration,
    /// Asynchronous operations in flight.
    pub concurrent_operations: u32,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            requests_per_minute: 100,
            minute: Duration::from_secs(60),
            burst_requests: 20,
            burst_per: Duration::from_secs(10),
            concurrent_operations: 10,
        }
    }
}

/// The Contact Center real-time metrics API (8x8-api.md §8.2).
#[derive(Clone, Debug)]
pub struct ContactCenterConfig {
    /// Base address; the region is in it.
    pub url: String,
    /// Address that gives OAuth tokens.
    pub token_url: String,
    /// Key of the OAuth client.
    pub key: SecretString,
    /// Secret of the OAuth client.
    pub secret: SecretString,
    /// What `X-Tenant-Info` must say, for a customer with several Contact Center tenants.
    pub tenant_info: Option<String>,
    /// The Quality Management API, where the account has one.
    pub quality: Option<QualityConfig>,
}

/// The Quality Management API (8x8-api.md §8.3), opened by the OAuth client of the real-time API.
#[derive(Clone, Debug)]
pub struct QualityConfig {
    /// Base address; the region is in it.
    pub url: String,
    /// What the header `pbx` must say.
    pub pbx: String,
}

/// The Contact Center Agent Status API (8x8-api.md §8.4).
#[derive(Clone, Debug)]
pub struct AgentStatusConfig {
    /// Base address; the platform is in it.
    pub url: String,
    /// Name of the Contact Center tenant.
    pub tenant_name: String,
    /// The Action Request Token.
    pub token: SecretString,
}

/// Why no account can be made from a configuration. Each but the last needs an edit of the Tenant or its Secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// An address is not one.
    #[error("{0} is not an http(s) address without user, query and fragment: correct it")]
    Url(&'static str),
    /// A secret cannot be sent in a header.
    #[error(
        "{0} is empty or has characters that no HTTP header can carry: check the Secret for line ends and spaces"
    )]
    Secret(&'static str),
    /// A limit is zero.
    #[error("{0} is zero, so that nothing could ever be sent: give it at least 1")]
    Limit(&'static str),
    /// The HTTP client could not be made: there is no CA certificate.
    #[error(
        "no CA certificate can be read here, so that no server could be trusted: name those to trust in caBundle of the \
         chart, for a command in the file of SSL_CERT_FILE"
    )]
    NoCertificates,
}
