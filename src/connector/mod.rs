//! The client of the connector: a team's own automation for what no API of 8x8 takes away, behind the contract in
//! docs/connector.openapi.yaml.
//!
//! It is another server than 8x8: its calls use none of the account's budget. Nothing of an answer but what the contract
//! names is kept, and no error shows a text that came from it.

use std::fmt;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Client, Method, StatusCode, redirect};
use serde::Deserialize;

use crate::lifecycle::proof::{ConnectorProof, ConnectorRemoval};
use crate::lifecycle::{ConnectorSight, ConnectorTrouble};

/// Everything but what RFC 3986 calls unreserved is encoded.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The longest answer that is read, in bytes.
const LONGEST_ANSWER: usize = 1 << 20;

/// A connector of one Tenant.
pub struct Connector {
    http: Client,
    base: String,
}

/// Why a call on a connector has no usable answer. No text of the connector is in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectorError {
    /// It answered with a status that the contract has for a failure.
    #[error("it answered {0}")]
    Refused(u16),
    /// It does not know the token.
    #[error("it did not accept the token (401)")]
    Unauthorized,
    /// It knows no such agent.
    #[error("it knows no such agent (404)")]
    AgentUnknown,
    /// There is no connection to it, or the connection broke.
    #[error("it cannot be reached")]
    Unreachable,
    /// It did not answer in time.
    #[error("it did not answer in time")]
    TimedOut,
    /// It answered something that is not in the contract.
    #[error("its answer is not as the contract has it (docs/connector.openapi.yaml)")]
    Unreadable,
    /// The id cannot stand in a path; nothing was sent.
    #[error("an id cannot stand in a path, and nothing was sent")]
    BadId,
}

/// Why there is no client for a connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectorConfigError {
    /// The address is none.
    #[error("spec.contactCenter.connector.url is not an http or https address")]
    Url,
    /// The token cannot stand in a header.
    #[error("the token of spec.contactCenter.connector cannot stand in a header")]
    Token,
    /// The HTTP client cannot be made.
    #[error("no HTTP client can be made for spec.contactCenter.connector")]
    Client,
}

/// How a removal was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is done, the connector says (204).
    Done,
    /// It is being done (202).
    Accepted,
}

impl fmt::Debug for Connector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Connector")
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Agent {
    agent_id: String,
    email: Option<String>,
    queues: Vec<Queue>,
    supervisor: Supervisor,
    administrator: bool,
    license: bool,
}

#[derive(Deserialize)]
struct Supervisor {
    flag: bool,
    queues: Vec<Queue>,
}

#[derive(Deserialize)]
struct Queue {
    id: String,
}

impl ConnectorError {
    /// What the rules make of it.
    pub fn trouble(&self) -> ConnectorTrouble {
        match self {
            Self::AgentUnknown => ConnectorTrouble::AgentUnknown,
            other => ConnectorTrouble::Failing(other.to_string()),
        }
    }

    fn of(error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            Self::TimedOut
        } else {
            Self::Unreachable
        }
    }
}

impl Connector {
    /// A client for the connector at this address. `timeout`: for a whole call.
    ///
    /// # Errors
    /// The address or the token cannot be used.
    pub fn new(url: &str, token: Option<&str>, timeout: Duration) -> Result<Self, ConnectorConfigError> {
        let parsed = reqwest::Url::parse(url).map_err(|_| ConnectorConfigError::Url)?;
        let plain = matches!(parsed.scheme(), "http" | "https")
            && parsed.username().is_empty()
            && parsed.password().is_none()
            && parsed.query().is_none();
        if !plain {
            return Err(ConnectorConfigError::Url);
        }
        let mut headers = HeaderMap::new();
        if let Some(token) = token {
            let header = HeaderValue::from_str(&format!("Bearer {token}"));
            let mut header = header.map_err(|_| ConnectorConfigError::Token)?;
            header.set_sensitive(true);
            headers.insert(AUTHORIZATION, header);
        }
        let http = Client::builder()
            .default_headers(headers)
            .timeout(timeout)
            // A token goes nowhere but to the address in the Tenant.
            .redirect(redirect::Policy::none())
            .build()
            .map_err(|_| ConnectorConfigError::Client)?;
        let base = parsed.as_str().trim_end_matches('/').to_owned();
        Ok(Self { http, base })
    }

    /// What an agent holds in Contact Center, as the connector shows it.
    ///
    /// # Errors
    /// There is no usable answer.
    pub async fn agent(&self, agent_id: &str) -> Result<ConnectorSight, ConnectorError> {
        let body = self.call(Method::GET, &[agent_id]).await?.1;
        let agent: Agent = serde_json::from_slice(&body).map_err(|_| ConnectorError::Unreadable)?;
        if agent.agent_id != agent_id {
            return Err(ConnectorError::Unreadable);
        }
        Ok(ConnectorSight {
            email: agent.email.filter(|email| !email.trim().is_empty()),
            queues: agent.queues.into_iter().map(|queue| queue.id).collect(),
            supervisor: agent.supervisor.flag || !agent.supervisor.queues.is_empty(),
            administrator: agent.administrator,
            license: agent.license,
        })
    }

    /// Has one thing taken away. It may be asked for again at any time.
    ///
    /// # Errors
    /// It was refused, or nobody can tell what became of it.
    pub async fn remove(&self, proof: ConnectorProof) -> Result<Taken, ConnectorError> {
        let agent = proof.agent_id();
        let path: Vec<&str> = match proof.removal() {
            ConnectorRemoval::Queue(id) => vec![agent, "queues", id],
            ConnectorRemoval::Supervisor => vec![agent, "supervisor"],
            ConnectorRemoval::Administrator => vec![agent, "administrator"],
            ConnectorRemoval::License => vec![agent, "license"],
        };
        match self.call(Method::DELETE, &path).await?.0 {
            StatusCode::ACCEPTED => Ok(Taken::Accepted),
            StatusCode::NO_CONTENT => Ok(Taken::Done),
            _ => Err(ConnectorError::Unreadable),
        }
    }

    async fn call(&self, method: Method, path: &[&str]) -> Result<(StatusCode, Vec<u8>), ConnectorError> {
        let mut url = format!("{}/v1/agents", self.base);
        for part in path {
            url.push('/');
            url.push_str(&encoded(part)?);
        }
        let sent = self.http.request(method, url).send().await;
        let mut answer = sent.map_err(|error| ConnectorError::of(&error))?;
        let status = answer.status();
        match status.as_u16() {
            200..300 => {}
            401 => return Err(ConnectorError::Unauthorized),
            404 => return Err(ConnectorError::AgentUnknown),
            other => return Err(ConnectorError::Refused(other)),
        }
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|error| ConnectorError::of(&error))? {
            body.extend_from_slice(&part);
            if body.len() > LONGEST_ANSWER {
                return Err(ConnectorError::Unreadable);
            }
        }
        Ok((status, body))
    }
}

/// An id as a part of a path. Dots alone would climb to another path, also when encoded.
fn encoded(id: &str) -> Result<String, ConnectorError> {
    let usable = !matches!(id, "" | "." | "..") && id.len() <= 256 && !id.chars().any(char::is_control);
    usable
        .then(|| utf8_percent_encode(id, ENCODED).to_string())
        .ok_or(ConnectorError::BadId)
}
