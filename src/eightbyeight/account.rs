//! The Administration API of an account.

use std::collections::HashSet;
use std::sync::Arc;

use reqwest::Method;
use reqwest::header::HeaderMap;
use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;

use crate::lifecycle::proof::{DeleteProof, LeaveGroupProof};

use super::config::{AccountConfig, ConfigError, base};
use super::gate::{Gate, Slot, Ticket};
use super::http::{Call, Caller, secret_header};
use super::realtime::RealTime;
use super::users::{FullUser, UserEdit, UserRow};
use super::wire::media_type::{OPERATIONS, PHONE_NUMBERS, RING_GROUPS, SITES, UPDATE_MEMBERS, USERS};
use super::wire::{self, OperationStatus, Page};
use super::{CallError, CallErrorKind, CallOutcome};

/// Rows a page of users and ring groups; the documented maximum.
const PAGE_SIZE: &str = "1000";

/// Rows a page of numbers: 8x8's documents disagree between 100 and 1000.
const NUMBER_PAGE_SIZE: &str = "100";

/// Numbers that one filter names, so that it stays under the documented 2000 characters.
const NUMBERS_A_FILTER: usize = 40;

/// How many pages a list may have. It ends a list that would never end otherwise.
const PAGES: usize = 10_000;

/// An 8x8 account. Clones share one budget.
#[derive(Clone)]
pub struct Account {
    caller: Caller,
    base: String,
    headers: HeaderMap,
    did_licenses: Arc<[String]>,
    real_time: Option<RealTime>,
}

/// A write that may be sent at once: a request and a place among the operations in flight.
#[derive(Debug)]
pub struct WritePermit {
    ticket: Ticket,
    slot: Slot,
}

/// What the account said to a write that it accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Id of the operation that carries it out, where the account gave one.
    pub operation_id: Option<String>,
}

impl Account {
    /// A client of the account.
    ///
    /// # Errors
    /// An address is none, or a secret cannot be sent.
    pub fn new(config: AccountConfig) -> Result<Self, ConfigError> {
        let gate = Gate::new(config.limits, config.started_warm);
        let caller = Caller::new(gate, config.timeout, config.metrics.clone())?;
        let key = secret_header(config.api_key.expose_secret(), "the API key")?;
        let real_time = match config.contact_center {
            Some(contact_center) => {
                let gate = Gate::new(config.limits, false);
                Some(RealTime::new(contact_center, Caller::new(gate, config.timeout, config.metrics)?)?)
            }
            None => None,
        };
        Ok(Self {
            caller,
            base: base(&config.admin_url, "the address of the Administration API")?,
            headers: HeaderMap::from_iter([(reqwest::header::HeaderName::from_static("x-api-key"), key)]),
            did_licenses: config.did_licenses.into(),
            real_time,
        })
    }

    fn get<'a>(&self, operation: &'static str, path: String, accept: &'static str) -> Call<'a> {
        self.request(operation, Method::GET, path, Some(accept), None)
    }

    fn request<'a>(
        &self,
        operation: &'static str,
        method: Method,
        path: String,
        accept: Option<&'static str>,
        body: Option<(&'static str, Vec<u8>)>,
    ) -> Call<'a> {
        let url = format!("{}{path}", self.base);
        Call { operation, method, url, query: &[], accept, headers: self.headers.clone(), body }
    }

    /// The user of this id, or `None` if there is none.
    ///
    /// # Errors
    /// The account cannot be asked, or does not say.
    pub async fn get_user(&self, user_id: &str) -> Result<Option<FullUser>, CallError> {
        let operation = "GetUser";
        let call = self.get(operation, format!("/users/{}", segment(user_id)), USERS);
        let Some(body) = found(self.caller.call(call).await)? else { return Ok(None) };
        let full = FullUser::read(&body).map_err(|_| CallError::failed(operation, "the answer cannot be read"))?;
        if full.user().user_id() == user_id {
            Ok(Some(full))
        } else {
            Err(CallError::failed(operation, "the account gave another user than the one asked for"))
        }
    }

    /// The users whose userName the account matches with this one. It compares without regard to upper and lower case:
    /// the caller compares for equality (invariant 5).
    ///
    /// # Errors
    /// The name has a character that could match more than itself, or the account cannot be asked.
    pub async fn users_named(&self, user_name: &str) -> Result<Vec<UserRow>, CallError> {
        if !user_name.chars().all(|c| c.is_ascii_alphanumeric() || ".@-_/".contains(c)) {
            return Err(CallError::invalid("ListUsers", "the userName has a character that 8x8 does not allow"));
        }
        self.list_users(Some(&format!("basicInfo.userName=='{user_name}'"))).await
    }

    /// All users, or those that a filter matches.
    ///
    /// # Errors
    /// The account cannot be asked, or a page is missing: a part of the list is never given for the whole.
    pub async fn list_users(&self, filter: Option<&str>) -> Result<Vec<UserRow>, CallError> {
        let first = [("pageSize", PAGE_SIZE)].into_iter().chain(filter.map(|filter| ("filter", filter)));
        let rows = self.list("ListUsers", "/users", USERS, &first.collect::<Vec<_>>()).await?;
        Ok(rows.into_iter().map(UserRow).collect())
    }

    /// All ring groups.
    ///
    /// # Errors
    /// The account cannot be asked, or a page is missing.
    pub async fn ring_groups(&self) -> Result<Vec<wire::RingGroup>, CallError> {
        self.list("ListRingGroups", "/ring-groups", RING_GROUPS, &[("pageSize", PAGE_SIZE)]).await
    }

    /// The ring group of this id, or `None` if there is none.
    ///
    /// # Errors
    /// The account cannot be asked, or does not say.
    pub async fn ring_group(&self, group_id: &str) -> Result<Option<wire::RingGroup>, CallError> {
        let operation = "GetRingGroup";
        let call = self.get(operation, format!("/ring-groups/{}", segment(group_id)), RING_GROUPS);
        found(self.caller.call(call).await)?.map(|body| read(operation, &body)).transpose()
    }

    /// What the account says of these numbers, given in E.164. A number that it does not know is left out.
    ///
    /// # Errors
    /// A number is not E.164, or the account cannot be asked.
    pub async fn phone_numbers(&self, numbers: &[String]) -> Result<Vec<wire::PhoneNumber>, CallError> {
        let operation = "ListPhoneNumbers";
        let e164 = |number: &String| {
            number.strip_prefix('+').is_some_and(|digits| !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()))
        };
        if !numbers.iter().all(e164) {
            return Err(CallError::invalid(operation, "a number is not in E.164"));
        }
        let mut found = Vec::new();
        for some in numbers.chunks(NUMBERS_A_FILTER) {
            let terms: Vec<_> = some.iter().map(|number| format!("phoneNumber=='{number}'")).collect();
            let first = [("pageSize", NUMBER_PAGE_SIZE), ("filter", &terms.join(","))];
            let rows: Vec<wire::PhoneNumber> = self.list(operation, "/phone-numbers", PHONE_NUMBERS, &first).await?;
            found.extend(rows.into_iter().filter(|row| some.contains(&row.phone_number)));
        }
        Ok(found)
    }

    /// All sites.
    ///
    /// # Errors
    /// The account cannot be asked, or a page is missing.
    pub async fn sites(&self) -> Result<Vec<wire::Site>, CallError> {
        let operation = "ListSites";
        let mut sites = Vec::new();
        for number in 0..PAGES {
            let number = number.to_string();
            let query = [("pageNumber", number.as_str()), ("pageSize", NUMBER_PAGE_SIZE)];
            let call = Call { query: &query, ..self.get(operation, "/sites".to_owned(), SITES) };
            let page: Page<wire::Site> = read(operation, &self.caller.call(call).await?)?;
            let more = page.pagination.has_more == Some(true) && !page.data.is_empty();
            sites.extend(page.data);
            if !more {
                return Ok(sites);
            }
        }
        Err(CallError::failed(operation, "the list does not end"))
    }

    /// The operation of this id, or `None` if the account does not know it. One that ended frees its place.
    ///
    /// # Errors
    /// The account cannot be asked, or does not say.
    pub async fn operation(&self, operation_id: &str) -> Result<Option<wire::Operation>, CallError> {
        let name = "GetOperation";
        let call = self.get(name, format!("/operations/{}", segment(operation_id)), OPERATIONS);
        let operation: Option<wire::Operation> =
            found(self.caller.call(call).await)?.map(|body| read(name, &body)).transpose()?;
        let runs = |operation: &wire::Operation| {
            matches!(operation.status, Some(OperationStatus::Pending | OperationStatus::InProgress))
        };
        if !operation.as_ref().is_some_and(runs) {
            self.caller.gate.release(operation_id);
        }
        Ok(operation)
    }

    /// Counts an operation that an earlier process started as in flight, until it is seen to have ended.
    pub fn hold_operation(&self, operation_id: &str) {
        self.caller.gate.hold(operation_id);
    }

    /// Waits until a write may be sent. Take it before anything about the write is persisted: what follows it does not
    /// wait any more.
    pub async fn reserve_write(&self) -> WritePermit {
        let slot = self.caller.gate.slot().await;
        let ticket = self.caller.gate.request().await;
        WritePermit { ticket, slot }
    }

    /// Begins a change of a user that a GET gave.
    pub fn edit(&self, full: FullUser) -> UserEdit {
        UserEdit::new(full, &self.did_licenses)
    }

    /// Replaces a user: `PUT /users/{userId}`.
    ///
    /// # Errors
    /// See [`CallError::outcome`].
    pub async fn replace_user(&self, permit: WritePermit, edit: UserEdit) -> Result<Accepted, CallError> {
        let path = format!("/users/{}", segment(edit.user_id()));
        self.write(permit, self.request("ReplaceUser", Method::PUT, path, Some(USERS), Some((USERS, edit.body())))).await
    }

    /// Creates a user: `POST /users`.
    ///
    /// # Errors
    /// See [`CallError::outcome`].
    pub async fn create_user(&self, permit: WritePermit, user: &wire::User) -> Result<Accepted, CallError> {
        let operation = "CreateUser";
        let body = serde_json::to_vec(user).map_err(|_| CallError::not_sent(operation, "the user cannot be written"))?;
        let call = self.request(operation, Method::POST, "/users".to_owned(), Some(USERS), Some((USERS, body)));
        self.write(permit, call).await
    }

    /// Deletes a user: `DELETE /users/{userId}`. Nothing but a proof can be sent.
    ///
    /// # Errors
    /// See [`CallError::outcome`].
    pub async fn delete_user(&self, permit: WritePermit, proof: DeleteProof) -> Result<Accepted, CallError> {
        let path = format!("/users/{}", segment(proof.user_id()));
        self.write(permit, self.request("DeleteUser", Method::DELETE, path, Some(USERS), None)).await
    }

    /// Takes members out of a ring group: `POST /ring-groups/{ringGroupId}/update-members`.
    ///
    /// # Errors
    /// See [`CallError::outcome`].
    pub async fn leave_ring_group(
        &self,
        permit: WritePermit,
        proof: LeaveGroupProof,
        members: Vec<wire::MemberRef>,
    ) -> Result<Accepted, CallError> {
        let operation = "UpdateRingGroupMembers";
        let update = wire::UpdateMembers { remove: members, ..wire::UpdateMembers::default() };
        let body =
            serde_json::to_vec(&update).map_err(|_| CallError::not_sent(operation, "the change cannot be written"))?;
        let path = format!("/ring-groups/{}/update-members", segment(proof.group_id()));
        let call = self.request(operation, Method::POST, path, Some(RING_GROUPS), Some((UPDATE_MEMBERS, body)));
        self.write(permit, call).await
    }

    /// Sends a write. Its place among the operations goes over to the operation it started.
    async fn write(&self, permit: WritePermit, call: Call<'_>) -> Result<Accepted, CallError> {
        let WritePermit { ticket, slot } = permit;
        match self.caller.call_with(ticket, call).await {
            Ok(body) => {
                let operation: Option<wire::Operation> = serde_json::from_slice(&body).ok();
                let operation_id = operation.and_then(|operation| operation.operation_id);
                slot.bind(operation_id.as_deref());
                Ok(Accepted { operation_id })
            }
            Err(error) => {
                if error.outcome() == CallOutcome::Unknown {
                    slot.unknown();
                }
                Err(error)
            }
        }
    }

    /// All Contact Center queues of the account.
    ///
    /// # Errors
    /// The account has no Contact Center in its configuration, or cannot be asked.
    pub async fn contact_center_queues(&self) -> Result<Vec<wire::CcQueue>, CallError> {
        self.real_time()?.queues().await
    }

    /// All agents assigned to a Contact Center queue.
    ///
    /// # Errors
    /// The account has no Contact Center in its configuration, or cannot be asked.
    pub async fn agents_of_queue(&self, queue_id: &str) -> Result<Vec<wire::Agent>, CallError> {
        self.real_time()?.agents_of_queue(queue_id).await
    }

    fn real_time(&self) -> Result<&RealTime, CallError> {
        let missing = || CallError::not_sent("ContactCenter", "no Contact Center is configured");
        self.real_time.as_ref().ok_or_else(missing)
    }

    /// Reads a list to its end. A scroll that expired is begun anew once.
    async fn list<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        path: &str,
        accept: &'static str,
        first: &[(&str, &str)],
    ) -> Result<Vec<T>, CallError> {
        match self.scroll(operation, path, accept, first).await {
            Err(error) if error.kind() == CallErrorKind::Invalid && error.names_field("scrollId") => {
                self.scroll(operation, path, accept, first).await
            }
            outcome => outcome,
        }
    }

    async fn scroll<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        path: &str,
        accept: &'static str,
        first: &[(&str, &str)],
    ) -> Result<Vec<T>, CallError> {
        let mut rows = Vec::new();
        let mut seen = HashSet::new();
        let mut scroll_id: Option<String> = None;
        for _ in 0..PAGES {
            // With a scrollId the account takes no other parameter.
            let next = scroll_id.as_deref().map(|id| [("scrollId", id)]);
            let query = next.as_ref().map_or(first, |next| &next[..]);
            let call = Call { query, ..self.get(operation, path.to_owned(), accept) };
            let page: Page<T> = read(operation, &self.caller.call(call).await?)?;
            rows.extend(page.data);
            if page.pagination.has_more != Some(true) {
                return Ok(rows);
            }
            scroll_id = page.pagination.next_scroll_id;
            match &scroll_id {
                // Some accounts may use one id for all pages, but then a page must bring something.
                Some(id) if seen.insert((id.clone(), rows.len())) => {}
                Some(_) => return Err(CallError::failed(operation, "the list does not go on")),
                None => return Err(CallError::failed(operation, "the list has more, and does not say how to get it")),
            }
        }
        Err(CallError::failed(operation, "the list does not end"))
    }
}

/// A call that found nothing is no failure.
fn found(outcome: Result<Vec<u8>, CallError>) -> Result<Option<Vec<u8>>, CallError> {
    match outcome {
        Ok(body) => Ok(Some(body)),
        Err(error) if error.kind() == CallErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads an answer.
pub(super) fn read<T: DeserializeOwned>(operation: &'static str, body: &[u8]) -> Result<T, CallError> {
    serde_json::from_slice(body).map_err(|_| CallError::failed(operation, "the answer cannot be read"))
}

/// One segment of a path: everything that could be more than one is encoded.
pub(super) fn segment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

