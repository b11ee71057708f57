//! What can go wrong with a call, and what that says about whether it had an effect.

use std::fmt;
use std::time::Duration;

use super::wire::ErrorResponse;

/// A call that did not give what it was made for. It carries no secret and no personal data: of the account's words only
/// codes and names of fields are kept.
#[derive(Clone, Debug)]
pub struct CallError {
    kind: CallErrorKind,
    operation: &'static str,
    status: Option<u16>,
    codes: Vec<String>,
    cause: &'static str,
    retry_after: Option<Duration>,
}

/// The kinds of failure that a caller treats differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallErrorKind {
    /// 401: the key is missing or invalid.
    KeyRefused,
    /// 403: the key has no right to this.
    Forbidden,
    /// 400 and its like: the request is not taken.
    Invalid,
    /// 404.
    NotFound,
    /// 409: something else is changing it.
    Conflict,
    /// 405 and 501: the account does not have this.
    NotImplemented,
    /// 429: nothing had an effect.
    RateLimited,
    /// The call did not reach the account.
    NotSent,
    /// Time-out, broken connection, 408, 424, 5xx or an answer that cannot be read.
    Failed,
}

/// Whether a write that failed had an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallOutcome {
    /// It had none, and may be sent as it is later.
    NotSent,
    /// It had none, and would be refused again.
    Refused,
    /// It cannot be told: look before anything is sent again.
    Unknown,
}

impl CallError {
    /// Which kind of failure it is.
    pub fn kind(&self) -> CallErrorKind {
        self.kind
    }

    /// Whether a write that failed so had an effect.
    pub fn outcome(&self) -> CallOutcome {
        match self.kind {
            CallErrorKind::NotSent | CallErrorKind::RateLimited => CallOutcome::NotSent,
            CallErrorKind::KeyRefused
            | CallErrorKind::Forbidden
            | CallErrorKind::Invalid
            | CallErrorKind::NotFound
            | CallErrorKind::Conflict
            | CallErrorKind::NotImplemented => CallOutcome::Refused,
            CallErrorKind::Failed => CallOutcome::Unknown,
        }
    }

    /// Not before this time another try is worth it, where the account said so.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    pub(super) fn not_sent(operation: &'static str, cause: &'static str) -> Self {
        Self::plain(CallErrorKind::NotSent, operation, cause)
    }

    pub(super) fn failed(operation: &'static str, cause: &'static str) -> Self {
        Self::plain(CallErrorKind::Failed, operation, cause)
    }

    pub(super) fn invalid(operation: &'static str, cause: &'static str) -> Self {
        Self::plain(CallErrorKind::Invalid, operation, cause)
    }

    fn plain(kind: CallErrorKind, operation: &'static str, cause: &'static str) -> Self {
        Self { kind, operation, status: None, codes: Vec::new(), cause, retry_after: None }
    }

    /// What an answer that refuses means.
    pub(super) fn answered(
        operation: &'static str,
        status: u16,
        body: Option<&ErrorResponse>,
        retry_after: Option<Duration>,
    ) -> Self {
        let (kind, cause) = match status {
            401 => (CallErrorKind::KeyRefused, "the key is missing or invalid"),
            403 => (CallErrorKind::Forbidden, "the key has no right to this"),
            404 => (CallErrorKind::NotFound, "it is not in the account"),
            405 | 501 => (CallErrorKind::NotImplemented, "the account does not offer this"),
            409 => (CallErrorKind::Conflict, "something else is changing it"),
            429 => (CallErrorKind::RateLimited, "the limit of the key is used up"),
            408 | 424 | 500.. => (CallErrorKind::Failed, "the account failed"),
            300..=399 => (CallErrorKind::Invalid, "the account points to another address, which is not followed"),
            _ => (CallErrorKind::Invalid, "the account does not take the request"),
        };
        let codes = body.map(codes).unwrap_or_default();
        Self { kind, operation, status: Some(status), codes, cause, retry_after }
    }

    /// Whether the account says so of this field of the request.
    pub(super) fn names_field(&self, field: &str) -> bool {
        self.codes.iter().any(|code| code.ends_with(&format!(" on {field}")))
    }
}

fn codes(body: &ErrorResponse) -> Vec<String> {
    let word = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "_.[]-".contains(c)) && text.len() <= 64;
    let items = body.errors.iter().map(|item| {
        let code = item.code.as_deref().filter(|code| word(code)).unwrap_or("UNKNOWN");
        let field = item.field.as_deref().filter(|field| word(field));
        field.map_or_else(|| code.to_owned(), |field| format!("{code} on {field}"))
    });
    items.take(8).collect()
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.operation, self.cause)?;
        if let Some(status) = self.status {
            write!(f, " (HTTP {status}")?;
            if !self.codes.is_empty() {
                write!(f, ", {}", self.codes.join(", "))?;
            }
            f.write_str(")")?;
        }
        f.write_str(".")
    }
}

impl std::error::Error for CallError {}
