//! The Contact Center real-time metrics API: which agents are assigned to which queues. It only reads.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::account::{read, segment};
use super::config::{ConfigError, ContactCenterConfig, base};
use super::http::{Call, Caller, secret_header};
use super::{CallError, CallErrorKind, wire};

/// Rows a page; the documented maximum. The default would be 10 for the agents of a queue.
const PAGE_SIZE: usize = 1000;

/// How many pages a list may have.
const PAGES: usize = 1000;

/// A token is not used in the last of its time.
const TOKEN_MARGIN: Duration = Duration::from_secs(60);

/// The time a token lives if the account does not say.
const TOKEN_LIFE: Duration = Duration::from_secs(300);

/// The real-time API of an account.
#[derive(Clone)]
pub(super) struct RealTime {
    caller: Caller,
    base: String,
    token_url: String,
    client: HeaderValue,
    headers: HeaderMap,
    token: Arc<Mutex<Option<(HeaderValue, Instant)>>>,
}

impl RealTime {
    pub fn new(config: ContactCenterConfig, caller: Caller) -> Result<Self, ConfigError> {
        let pair = format!("{}:{}", config.key.expose_secret(), config.secret.expose_secret());
        let mut headers = HeaderMap::new();
        if let Some(info) = &config.tenant_info {
            headers.insert(HeaderName::from_static("x-tenant-info"), secret_header(info, "tenantInfo")?);
        }
        Ok(Self {
            caller,
            base: base(&config.url, "the address of the real-time API")?,
            token_url: base(&config.token_url, "the address of the token endpoint")?,
            client: secret_header(&format!("Basic {}", base64(pair.as_bytes())), "the Contact Center credentials")?,
            headers,
            token: Arc::default(),
        })
    }

    pub async fn queues(&self) -> Result<Vec<wire::CcQueue>, CallError> {
        self.list("ListContactCenterQueues", "/queues".to_owned()).await
    }

    pub async fn agents_of_queue(&self, queue_id: &str) -> Result<Vec<wire::Agent>, CallError> {
        self.list("ListAgentsOfQueue", format!("/queues/{}/agents", segment(queue_id))).await
    }

    /// Reads a list to its end: a page that is not full is the last one. A page past the end would be refused.
    async fn list<T: DeserializeOwned>(&self, operation: &'static str, path: String) -> Result<Vec<T>, CallError> {
        let mut rows = Vec::new();
        for page in 0..PAGES {
            let body = match self.page(operation, &path, page).await {
                // A last page that happens to be full: the one after it does not exist.
                Err(error) if page > 0 && error.kind() == CallErrorKind::Invalid => return Ok(rows),
                outcome => outcome?,
            };
            let some: Vec<T> = read(operation, &body)?;
            let last = some.len() < PAGE_SIZE;
            rows.extend(some);
            if last {
                return Ok(rows);
            }
        }
        Err(CallError::failed(operation, "the list does not end"))
    }

    async fn page(&self, operation: &'static str, path: &str, page: usize) -> Result<Vec<u8>, CallError> {
        match self.page_with(operation, path, page, self.token().await?).await {
            Err(error) if error.kind() == CallErrorKind::KeyRefused => {
                *self.token.lock().await = None;
                self.page_with(operation, path, page, self.token().await?).await
            }
            outcome => outcome,
        }
    }

    async fn page_with(
        &self,
        operation: &'static str,
        path: &str,
        page: usize,
        token: HeaderValue,
    ) -> Result<Vec<u8>, CallError> {
        let (page, size) = (page.to_string(), PAGE_SIZE.to_string());
        let query = [("summary", "true"), ("page", page.as_str()), ("size", size.as_str())];
        let mut headers = self.headers.clone();
        headers.insert(AUTHORIZATION, token);
        let url = format!("{}{path}", self.base);
        let call =
            Call { operation, method: Method::GET, url, query: &query, accept: Some("application/json"), headers, body: None };
        self.caller.call(call).await
    }

    /// A token, the same one as long as it lives.
    async fn token(&self) -> Result<HeaderValue, CallError> {
        let operation = "GetToken";
        let mut known = self.token.lock().await;
        if let Some((token, _)) = known.as_ref().filter(|(_, until)| Instant::now() < *until) {
            return Ok(token.clone());
        }
        let call = Call {
            operation,
            method: Method::POST,
            url: self.token_url.clone(),
            query: &[],
            accept: Some("application/json"),
            headers: HeaderMap::from_iter([(AUTHORIZATION, self.client.clone())]),
            body: Some(("application/x-www-form-urlencoded", b"grant_type=client_credentials".to_vec())),
        };
        let token: wire::Token = read(operation, &self.caller.call(call).await?)?;
        let header = secret_header(&format!("Bearer {}", token.access_token.expose_secret()), "the token")
            .map_err(|_| CallError::failed(operation, "the answer cannot be read"))?;
        let life = token.expires_in.map_or(TOKEN_LIFE, Duration::from_secs);
        *known = Some((header.clone(), Instant::now() + life.saturating_sub(TOKEN_MARGIN)));
        Ok(header)
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
