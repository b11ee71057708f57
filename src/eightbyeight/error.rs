//! What can go wrong in a call, and what that means for whoever made it.

use std::{fmt, time::Duration};

use jiff::Timestamp;

/// What a failed call means for its effect. The caller of a write needs nothing else to go on safely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was sent. No effect; the same call may be made again.
    NotSent,
    /// The account refused. No effect, and the same call would be refused again.
    Refused,
    /// No effect. The same call may succeed, after this time where it is known.
    Retry {
        /// How long to wait; `None` where the account did not say: back off.
        after: Option<Duration>,
    },
    /// A write may or may not have had its effect: read before anything else (invariant 7).
    Unknown,
}

/// A call that did not succeed. Neither Display nor Debug carry personal data, a path or a vendor's free text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallError {
    operation: &'static str,
    write: bool,
    failure: Failure,
    response_id: Option<String>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No connection came about, so nothing was sent.
    NotConnected(ConnectProblem),
    /// The client itself refused to send this.
    Local(LocalRefusal),
    /// 401, or a token endpoint that does not know the client.
    KeyRefused,
    /// 403: the key lacks the API product or the rights, or the customer is another.
    Forbidden(Vec<FieldError>),
    /// 400: the account calls the request invalid.
    Invalid(Vec<FieldError>),
    /// 404, written by the API.
    NotFound,
    /// 404 of something else, such as a proxy: it says nothing about what was asked for.
    WrongAddress,
    /// 409: something else changed the same thing.
    Conflict(Vec<FieldError>),
    /// 405 or 501: the account does not offer this call.
    NotImplemented(u16),
    /// 406, 415 or another 4xx.
    NotAccepted(u16, Vec<FieldError>),
    /// 3xx. Not followed: it could carry the key to another host.
    Redirected(u16),
    /// 429: the request budget of the key is used up. Nothing is sent until then.
    RateLimited {
        /// When the account is asked again.
        until: Timestamp,
        /// The same, from the answer on.
        after: Duration,
    },
    /// The client stopped waiting.
    TimedOut,
    /// 408, 424 or 5xx: the account does not say whether there was an effect.
    Upstream(u16, Vec<FieldError>),
    /// The connection broke after the request may have been sent.
    Broken,
    /// The answer is not what the documents say.
    Unreadable,
    /// The pages of a list do not fit together.
    ListBroken,
}

/// Why no connection came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectProblem {
    /// The host name has no address.
    Dns,
    /// The certificate of the server comes from a CA that is not trusted here.
    Untrusted,
    /// TLS could not be agreed.
    Tls,
    /// Nobody listens there, or nobody answers.
    Unreachable,
}

/// Why the client itself refused to send something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalRefusal {
    /// A userName that is empty or has a `*`, which the account would take as a wildcard (§3.5).
    Wildcard,
    /// An id that cannot be a part of a path.
    BadId,
    /// A phone number that is not E.164.
    BadNumber,
    /// A filter of more than 2,000 characters.
    FilterTooLong,
    /// A change of members that is empty, has more than 200 entries, or names a member not exactly once.
    BadMembers,
    /// The Tenant has no Contact Center.
    NoContactCenter,
    /// A value that cannot be written as JSON.
    NotJson,
}

/// One thing that the account calls wrong: its code and the field, never the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldError {
    /// Such as `VALIDATION_ERROR`.
    pub code: Option<String>,
    /// Such as `basicInfo.userName`.
    pub field: Option<String>,
}

impl CallError {
    pub(super) fn new(operation: &'static str, write: bool, failure: Failure) -> Self {
        Self {
            operation,
            write,
            failure,
            response_id: None,
        }
    }

    pub(super) fn with_response_id(mut self, id: Option<String>) -> Self {
        self.response_id = id;
        self
    }

    /// Name of the call, such as `users.replace`.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// What happened.
    pub fn failure(&self) -> &Failure {
        &self.failure
    }

    /// `X-Response-Id` of the answer, which 8x8's support asks for.
    pub fn response_id(&self) -> Option<&str> {
        self.response_id.as_deref()
    }

    /// What it means for the effect of the call (8x8-api.md §3.2).
    pub fn outcome(&self) -> Outcome {
        match &self.failure {
            Failure::NotConnected(_) => Outcome::NotSent,
            Failure::RateLimited { after, .. } => Outcome::Retry { after: Some(*after) },
            Failure::TimedOut | Failure::Upstream(..) | Failure::Broken | Failure::Unreadable
                if self.write =>
            {
                Outcome::Unknown
            }
            Failure::TimedOut | Failure::Upstream(..) | Failure::Broken | Failure::Unreadable => {
                Outcome::Retry { after: None }
            }
            Failure::ListBroken => Outcome::Retry { after: None },
            Failure::Local(_)
            | Failure::KeyRefused
            | Failure::Forbidden(_)
            | Failure::Invalid(_)
            | Failure::NotFound
            | Failure::WrongAddress
            | Failure::Conflict(_)
            | Failure::NotImplemented(_)
            | Failure::NotAccepted(..)
            | Failure::Redirected(_) => Outcome::Refused,
        }
    }

    /// Whether it is certain that the call changed nothing.
    pub fn had_no_effect(&self) -> bool {
        self.outcome() != Outcome::Unknown
    }

    /// One word for metrics and logs.
    pub(super) fn label(&self) -> &'static str {
        match (&self.failure, self.outcome()) {
            (Failure::RateLimited { .. }, _) => "rate_limited",
            (Failure::NotImplemented(_), _) => "not_implemented",
            (Failure::NotFound, _) => "not_found",
            (_, Outcome::NotSent) => "not_sent",
            (_, Outcome::Refused) => "refused",
            (_, Outcome::Retry { .. }) => "retry",
            (_, Outcome::Unknown) => "unknown",
        }
    }
}

impl std::error::Error for CallError {}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.operation, self.failure)?;
        if self.outcome() == Outcome::Unknown {
            f.write_str(
                "; whether the change was made is unknown, so it is read before anything is sent again",
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotConnected(problem) => write!(f, "{problem}"),
            Self::Local(refusal) => write!(f, "not sent: {refusal}"),
            Self::KeyRefused => f.write_str(
                "8x8 refuses the key (401): put a valid key into the Secret; a new key takes a few minutes to work",
            ),
            Self::Forbidden(errors) => write!(
                f,
                "8x8 forbids this to the key (403{}): give the key the API products it needs, and check that it \
                 belongs to this account",
                Listed(errors)
            ),
            Self::Invalid(errors) => write!(f, "8x8 calls the request invalid (400{})", Listed(errors)),
            Self::NotFound => f.write_str("8x8 does not know what was asked for (404): check the address and the id"),
            Self::WrongAddress => {
                f.write_str("the address answers 404, but not as 8x8 does: check the address of the API")
            }
            Self::Conflict(errors) => write!(
                f,
                "something else changed the same thing at the same time (409{}): read it again",
                Listed(errors)
            ),
            Self::NotImplemented(status) => {
                write!(f, "8x8 does not offer this call for the account ({status}): ask 8x8 to enable it")
            }
            Self::NotAccepted(status, errors) => {
                write!(f, "8x8 does not accept the request ({status}{})", Listed(errors))
            }
            Self::Redirected(status) => write!(
                f,
                "the address answers with a redirect ({status}), which is not followed because it would show the key \
                 to another host: enter the final address"
            ),
            Self::RateLimited { .. } => {
                f.write_str("the request budget of the key is used up (429): nothing is sent until 8x8's reset")
            }
            Self::TimedOut => f.write_str("no answer in time"),
            Self::Upstream(status, errors) => write!(f, "8x8 has a problem of its own ({status}{})", Listed(errors)),
            Self::Broken => f.write_str("the connection broke before the answer was complete"),
            Self::Unreadable => f.write_str("the answer is not what 8x8 documents: check the address"),
            Self::ListBroken => f.write_str("the pages of the list do not fit together: it is read again later"),
        }
    }
}

impl fmt::Display for ConnectProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dns => {
                "not sent: the host name of the address has no IP address: check the address and DNS"
            }
            Self::Untrusted => {
                "not sent: no trusted TLS connection: the certificate comes from a CA that is not trusted here: put that \
                 CA into caBundle of the chart, for a command into the file that SSL_CERT_FILE names"
            }
            Self::Tls => "not sent: no trusted TLS connection: check the address and the certificates",
            Self::Unreachable => "not sent: the address cannot be reached: check the address and the network",
        })
    }
}

impl fmt::Display for LocalRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wildcard => "the userName is empty or has a *, which would match other people",
            Self::BadId => "the id cannot be one of 8x8",
            Self::BadNumber => "a phone number is not in E.164",
            Self::FilterTooLong => "the filter has more than 2,000 characters",
            Self::BadMembers => {
                "the change of members is empty, too long, or names a member not exactly once"
            }
            Self::NoContactCenter => "the Tenant has no Contact Center to ask",
            Self::NotJson => "the value cannot be written as JSON",
        })
    }
}

/// Codes and fields, as they follow a status.
struct Listed<'a>(&'a [FieldError]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for error in self.0 {
            match (&error.code, &error.field) {
                (Some(code), Some(field)) => write!(f, ", {code} on {field}")?,
                (Some(one), None) | (None, Some(one)) => write!(f, ", {one}")?,
                (None, None) => {}
            }
        }
        Ok(())
    }
}
