//! What an HTTP answer, or the lack of one, means (8x8-api.md §3.2).

use std::{error::Error as _, time::Duration};

use jiff::Timestamp;
use reqwest::{
    StatusCode,
    header::{DATE, HeaderMap},
};
use serde_json::Value;
use uuid::Uuid;

use super::{
    error::{ConnectProblem, Failure, FieldError, LocalRefusal},
    gate::Seen,
};

/// What an error of the HTTP client means. Only one of connecting is sure to have sent nothing.
pub(super) fn sending_failed(error: &reqwest::Error) -> Failure {
    if error.is_connect() {
        return Failure::NotConnected(connect_problem(error));
    }
    if error.is_builder() {
        return Failure::Local(LocalRefusal::BadId);
    }
    if error.is_timeout() {
        Failure::TimedOut
    } else {
        Failure::Broken
    }
}

fn connect_problem(error: &reqwest::Error) -> ConnectProblem {
    if error.is_dns() {
        return ConnectProblem::Dns;
    }
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(error) = of_tls(cause) {
            return tls_problem(error);
        }
        source = cause.source();
    }
    ConnectProblem::Unreachable
}

/// I/O errors do not give what they wrap as their source, and wrap one another.
fn of_tls<'a>(cause: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    let wrapped = || cause.downcast_ref::<std::io::Error>()?.get_ref();
    cause
        .downcast_ref()
        .or_else(|| wrapped().and_then(|inner| of_tls(inner)))
}

fn tls_problem(error: &rustls::Error) -> ConnectProblem {
    match error {
        rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer) => {
            ConnectProblem::Untrusted
        }
        _ => ConnectProblem::Tls,
    }
}

/// What a status other than 2xx means (8x8-api.md §3.2).
pub(super) fn refused(status: StatusCode, body: &[u8], closed: Duration) -> Failure {
    let errors = || field_errors(body);
    match status.as_u16() {
        400 => Failure::Invalid(errors()),
        401 => Failure::KeyRefused,
        403 => Failure::Forbidden(errors()),
        404 if !is_documented_404(body) => Failure::WrongAddress,
        404 => Failure::NotFound,
        409 => Failure::Conflict(errors()),
        code @ (405 | 501) => Failure::NotImplemented(code),
        429 => Failure::RateLimited {
            until: Timestamp::now() + closed,
            after: closed,
        },
        code @ (408 | 424) => Failure::Upstream(code, errors()),
        code @ 300..=399 => Failure::Redirected(code),
        code @ 400..=499 => Failure::NotAccepted(code, errors()),
        code => Failure::Upstream(code, errors()),
    }
}

/// A 404 that the API wrote. Any other, of a proxy or a wrong address, says nothing about a user.
fn is_documented_404(body: &[u8]) -> bool {
    let Ok(Value::Object(body)) = serde_json::from_slice(body) else {
        return false;
    };
    let says_not_found = |error: &Value| error["code"] == "NOT_FOUND";
    body.get("status").is_some_and(|status| *status == 404)
        || body
            .get("errors")
            .and_then(Value::as_array)
            .is_some_and(|errors| errors.iter().any(says_not_found))
}

/// Codes and fields of an error body. Anything that does not look like one is left out: it could be personal data.
fn field_errors(body: &[u8]) -> Vec<FieldError> {
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return Vec::new();
    };
    let errors = body["errors"].as_array().map_or(&[][..], Vec::as_slice);
    let read = |error: &Value| FieldError {
        code: plain(&error["code"], |c| {
            c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'
        }),
        field: plain(&error["field"], |c| {
            c.is_ascii_alphanumeric() || "._[]-".contains(c)
        }),
    };
    errors
        .iter()
        .take(8)
        .map(read)
        .filter(|error| *error != FieldError::default())
        .collect()
}

fn plain(value: &Value, allowed: impl Fn(char) -> bool) -> Option<String> {
    let text = value.as_str()?;
    (!text.is_empty() && text.len() <= 64 && text.chars().all(allowed)).then(|| text.to_owned())
}

/// `X-Response-Id`, where it is the UUID that it should be.
pub(super) fn response_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get("x-response-id")?.to_str().ok()?;
    Uuid::parse_str(id).ok().map(|id| id.to_string())
}

/// What an answer says about the budget (§3.3).
pub(super) fn seen(status: StatusCode, headers: &HeaderMap) -> Seen {
    let number = |name| headers.get(name)?.to_str().ok()?.trim().parse::<i64>().ok();
    let count = |name| number(name).map(|n| u32::try_from(n.max(0)).unwrap_or(u32::MAX));
    Seen {
        limit: count("x-ratelimit-limit"),
        remaining: count("x-ratelimit-remaining"),
        reset_in: number("x-ratelimit-reset").and_then(|reset| seconds_until(reset, headers)),
        limited: status == StatusCode::TOO_MANY_REQUESTS,
    }
}

/// The reset is a time of the server's clock, so the server's own Date is what it is compared with.
fn seconds_until(reset: i64, headers: &HeaderMap) -> Option<Duration> {
    let date = headers.get(DATE).and_then(|date| date.to_str().ok());
    let date = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok());
    let now = date.map_or_else(Timestamp::now, |date| date.timestamp());
    Some(Duration::from_secs(
        u64::try_from(reset.saturating_sub(now.as_second()).max(0)).ok()?,
    ))
}

#[cfg(test)]
mod tests;
