//! The account: what all its calls share.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use reqwest::header::HeaderValue;
use secrecy::ExposeSecret;
use serde_json::Value;

use super::{
    AccountConfig, CallError, ConfigError, Failure, Glance, LimitsConfig, WritePermit,
    agent_status::AgentStatus,
    gate::{Gate, Load, Turn},
    gather::Gather,
    http::{Answer, Base, Call, Http, Sent, secret_header},
    inventory::PageSize,
    realtime::RealTime,
    wire::{self, OperationStatus, media_type},
};

const OPERATION: Call = Call::read("operations.get", "/operations/{operationId}");

/// One 8x8 account. Clones share one gate, so make one per API key.
#[derive(Clone)]
pub struct Account {
    inner: Arc<Inner>,
    turn: Turn,
}

pub(super) struct Inner {
    pub http: Http,
    pub gate: Gate,
    pub did_licenses: Arc<[String]>,
    pub realtime: Option<RealTime>,
    pub agent_status: Option<AgentStatus>,
    pub page_size: PageSize,
    pub glances: Arc<Gather<Arc<Glance>>>,
    pub numbers: Arc<Gather<Arc<Vec<wire::PhoneNumber>>>>,
    /// By the ids of the ring groups.
    pub ring_groups: Mutex<HashMap<String, Arc<Gather<Option<wire::RingGroup>>>>>,
    pub look_interval: Duration,
    pub known_user: Mutex<Option<String>>,
    base: Base,
    key: HeaderValue,
}

/// A write that the account took on (202).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Its operation. `None` where the account named none: then only a read tells.
    pub operation_id: Option<String>,
}

impl Account {
    /// An account from its configuration. Sends nothing.
    pub fn new(config: AccountConfig) -> Result<Self, ConfigError> {
        check(&config.limits)?;
        let http = Http::new(config.timeout, config.metrics)?;
        let realtime = config
            .contact_center
            .map(|contact_center| {
                RealTime::new(contact_center, http.clone(), config.limits, config.started_warm)
            })
            .transpose()?;
        let agent_status = config
            .agent_status
            .map(|api| AgentStatus::new(api, http.clone(), config.limits, config.started_warm))
            .transpose()?;
        Ok(Self {
            turn: Turn::default(),
            inner: Arc::new(Inner {
                base: Base::new(&config.admin_url, "adminApi.url")?,
                key: secret_header(config.api_key.expose_secret(), "the API key")?,
                gate: Gate::new(config.limits, config.started_warm),
                did_licenses: config.did_licenses.into(),
                realtime,
                agent_status,
                page_size: PageSize::default(),
                glances: Arc::default(),
                numbers: Arc::default(),
                ring_groups: Mutex::default(),
                look_interval: config.look_interval,
                known_user: Mutex::default(),
                http,
            }),
        })
    }

    /// The same account, whose calls have this turn at the budget. A new one has that of the runs of leavers.
    pub fn with_turn(&self, turn: Turn) -> Self {
        Self {
            inner: self.inner.clone(),
            turn,
        }
    }

    /// Waits for a request of the budget and a slot for an operation. Take it before the intent is persisted, so that
    /// nothing waits between the intent and the call (invariant 7). Dropped unused it gives both back. Reads may be made
    /// while it is held; a second permit must not be.
    pub async fn reserve_write(&self) -> WritePermit {
        self.inner.gate.reserve(self.turn).await
    }

    /// An operation, or `None` where the account does not know it (any more). Frees its slot once it has ended.
    pub async fn operation(&self, operation_id: &str) -> Result<Option<wire::Operation>, CallError> {
        let Some(answer) = self
            .get_one(&OPERATION, operation_id, media_type::OPERATIONS)
            .await?
        else {
            self.release_operation(operation_id);
            return Ok(None);
        };
        let operation: wire::Operation =
            serde_json::from_value(answer).map_err(|_| OPERATION.failed(Failure::Unreadable))?;
        let gate = &self.inner.gate;
        match operation.status {
            Some(OperationStatus::Completed | OperationStatus::Failed) => gate.release(operation_id),
            Some(OperationStatus::Pending | OperationStatus::InProgress) => gate.still(operation_id),
            Some(OperationStatus::Unknown | OperationStatus::Other(_)) | None => gate.doubt(operation_id),
        }
        Ok(Some(operation))
    }

    /// An operation known from an earlier process counts as in flight, also above the limit, until it is seen to have
    /// ended or for ten minutes.
    pub fn hold_operation(&self, operation_id: &str) {
        self.inner.gate.hold(operation_id);
    }

    /// A write of an earlier process whose operation nobody knows counts as in flight for a minute.
    pub fn hold_unknown(&self) {
        self.inner.gate.hold_unknown();
    }

    /// An operation is known to have ended: its slot is free.
    pub fn release_operation(&self, operation_id: &str) {
        self.inner.gate.release(operation_id);
    }

    /// Operation slots in use: reserved, being sent, at work, or of unknown outcome.
    pub fn operations_in_flight(&self) -> usize {
        self.inner.gate.slots_in_use()
    }

    /// How much of the key's budget is used, and who waits for it.
    pub fn load(&self) -> Load {
        self.inner.gate.load()
    }

    pub(super) fn inner(&self) -> &Inner {
        &self.inner
    }

    /// One read. `query` is encoded.
    pub(super) async fn get(
        &self,
        call: &Call,
        ids: &[&str],
        query: &[(&str, &str)],
        accept: &'static str,
    ) -> Result<Value, CallError> {
        self.answer(call, ids, query, accept).await?.json(call)
    }

    /// The same as the text that came.
    pub(super) async fn get_text(
        &self,
        call: &Call,
        ids: &[&str],
        query: &[(&str, &str)],
        accept: &'static str,
    ) -> Result<Vec<u8>, CallError> {
        Ok(self.answer(call, ids, query, accept).await?.body)
    }

    async fn answer(
        &self,
        call: &Call,
        ids: &[&str],
        query: &[(&str, &str)],
        accept: &'static str,
    ) -> Result<Answer, CallError> {
        let inner = &self.inner;
        let url = call.url(&inner.base, ids, query)?;
        let ticket = inner.gate.enter(self.turn).await;
        let sent = Sent::new(url).header("x-api-key", &inner.key).accept(accept);
        inner.http.send(call, ticket, sent).await
    }

    /// One read of one thing, `None` where the API says that there is none.
    pub(super) async fn get_one(
        &self,
        call: &Call,
        id: &str,
        accept: &'static str,
    ) -> Result<Option<Value>, CallError> {
        match self.get(call, &[id], &[], accept).await {
            Ok(value) => Ok(Some(value)),
            Err(error) if *error.failure() == Failure::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// One write.
    pub(super) async fn write(
        &self,
        call: &Call,
        permit: WritePermit,
        ids: &[&str],
        body: Option<(&'static str, Vec<u8>)>,
        accept: &'static str,
    ) -> Result<Accepted, CallError> {
        let inner = &self.inner;
        let url = call.url(&inner.base, ids, &[])?;
        let mut sent = Sent::new(url).header("x-api-key", &inner.key).accept(accept);
        if let Some((media_type, body)) = body {
            sent = sent.body(media_type, body);
        }
        let (ticket, slot) = permit.send();
        let result = inner
            .http
            .send(call, ticket, sent)
            .await
            .and_then(|answer| accepted(call, &answer));
        match &result {
            Ok(accepted) => slot.accepted(accepted.operation_id.as_deref()),
            Err(error) if error.had_no_effect() => slot.no_effect(),
            Err(_) => slot.accepted(None),
        }
        result
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("admin_url", &self.inner.base.as_str())
            .finish_non_exhaustive()
    }
}

/// A 2xx without a body is a success without an operation; one that is not JSON may be anything.
fn accepted(call: &Call, answer: &Answer) -> Result<Accepted, CallError> {
    if answer.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Accepted { operation_id: None });
    }
    let operation: wire::Operation =
        serde_json::from_slice(&answer.body).map_err(|_| call.failed(Failure::Unreadable))?;
    Ok(Accepted {
        operation_id: operation.operation_id.filter(|id| !id.is_empty()),
    })
}

fn check(limits: &LimitsConfig) -> Result<(), ConfigError> {
    let limits = [
        ("requestsPerMinute", limits.requests_per_minute == 0),
        ("burst.requests", limits.burst_requests == 0),
        ("burst.per", limits.burst_per.is_zero()),
        ("concurrentOperations", limits.concurrent_operations == 0),
    ];
    match limits.into_iter().find(|(_, zero)| *zero) {
        Some((name, _)) => Err(ConfigError::Limit(name)),
        None => Ok(()),
    }
}
