//! What keeps a pass from its end, in words for a status.

use std::time::Duration;

use crate::eightbyeight::{CallError, CallErrorKind};

/// Something outside the rules that keeps a pass from its end: a reference, a Secret, the account, or Kubernetes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// Short name, such as `SecretNotFound`.
    pub reason: &'static str,
    /// What happened, to which object. No secret and no personal data.
    pub what: String,
    /// What to do.
    pub to_do: String,
    /// Not before this time it is worth another try.
    pub retry_after: Option<Duration>,
}

impl Problem {
    pub fn new(reason: &'static str, what: impl Into<String>, to_do: impl Into<String>) -> Self {
        Self {
            reason,
            what: what.into(),
            to_do: to_do.into(),
            retry_after: None,
        }
    }
}

/// Why a pass ended early.
#[derive(Debug, thiserror::Error)]
pub(super) enum PassError {
    /// Something for the status.
    #[error("{}: {}", .0.reason, .0.what)]
    Problem(Problem),
    /// The object, or one that it was planned from, was changed in the meantime: the pass starts anew.
    #[error("the object was changed during the pass")]
    Changed,
    /// The Kubernetes API server did not do what it was asked.
    #[error("Kubernetes: {0}")]
    Kube(#[source] kube::Error),
}

impl From<Problem> for PassError {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<kube::Error> for PassError {
    fn from(error: kube::Error) -> Self {
        match &error {
            kube::Error::Api(status) if status.code == 409 => Self::Changed,
            _ => Self::Kube(error),
        }
    }
}

impl From<CallError> for PassError {
    fn from(error: CallError) -> Self {
        Self::Problem(account_problem(&error))
    }
}

/// What a failed call on the account means for whoever made it.
pub(super) fn account_problem(error: &CallError) -> Problem {
    let (reason, to_do) = match error.kind() {
        CallErrorKind::KeyRefused => (
            "KeyRefused",
            "Put a valid API key into the Secret that the Tenant refers to. It is read again by itself.",
        ),
        CallErrorKind::Forbidden => (
            "NotAuthorized",
            "Use a key of a primary or secondary administrator that has the user, ring group, number and operation products.",
        ),
        CallErrorKind::NotSent => (
            "AccountUnreachable",
            "Check the address in the Tenant and the network between the operator and 8x8.",
        ),
        CallErrorKind::RateLimited => (
            "AccountThrottled",
            "Nothing: it goes on when the account's limit is reset.",
        ),
        CallErrorKind::Invalid
        | CallErrorKind::NotFound
        | CallErrorKind::Conflict
        | CallErrorKind::NotImplemented => (
            "AccountRefused",
            "It is tried again by itself. If it stays, look at what the account says.",
        ),
        CallErrorKind::Failed => (
            "AccountFailing",
            "Nothing: it is tried again by itself, ever more slowly.",
        ),
    };
    Problem {
        reason,
        what: error.to_string(),
        to_do: to_do.to_owned(),
        retry_after: error.retry_after(),
    }
}
