use serde_json::json;

use super::*;
use crate::eightbyeight::{CallError, Outcome};

fn failure(status: u16) -> Failure {
    refused(
        StatusCode::from_u16(status).unwrap(),
        b"{}",
        Duration::from_secs(7),
    )
}

fn outcome(status: u16, write: bool) -> Outcome {
    CallError::new("test", write, failure(status)).outcome()
}

#[test]
fn refusals_have_no_effect_and_are_told_apart() {
    for status in [
        400, 401, 403, 404, 405, 406, 409, 410, 415, 422, 501, 301, 302, 303, 307, 308,
    ] {
        assert_eq!(outcome(status, true), Outcome::Refused, "{status}");
        assert_eq!(outcome(status, false), Outcome::Refused, "{status}");
    }
    assert_eq!(failure(401), Failure::KeyRefused);
    assert_eq!(failure(403), Failure::Forbidden(Vec::new()));
    assert_eq!(failure(400), Failure::Invalid(Vec::new()));
    assert_eq!(failure(409), Failure::Conflict(Vec::new()));
    assert_eq!(failure(405), Failure::NotImplemented(405));
    assert_eq!(failure(501), Failure::NotImplemented(501));
    assert_eq!(failure(302), Failure::Redirected(302));
}

#[test]
fn a_429_has_no_effect_and_says_when() {
    let after = Some(Duration::from_secs(7));
    assert_eq!(outcome(429, true), Outcome::Retry { after });
    assert_eq!(outcome(429, false), Outcome::Retry { after });
}

#[test]
fn what_leaves_a_write_open_is_unknown_and_only_a_read_is_repeated() {
    for status in [408, 424, 500, 502, 503, 504, 507, 599] {
        assert_eq!(outcome(status, true), Outcome::Unknown, "{status}");
        assert_eq!(outcome(status, false), Outcome::Retry { after: None }, "{status}");
    }
    for failure in [Failure::TimedOut, Failure::Broken, Failure::Unreadable] {
        assert_eq!(
            CallError::new("test", true, failure.clone()).outcome(),
            Outcome::Unknown
        );
        assert_eq!(
            CallError::new("test", false, failure).outcome(),
            Outcome::Retry { after: None }
        );
    }
    let unsent = Failure::NotConnected(ConnectProblem::Unreachable);
    assert_eq!(CallError::new("test", true, unsent).outcome(), Outcome::NotSent);
}

#[test]
fn only_a_404_of_the_api_says_that_something_is_not_there() {
    let not_found = |body: &[u8]| refused(StatusCode::NOT_FOUND, body, Duration::ZERO);
    assert_eq!(not_found(br#"{"status": 404}"#), Failure::NotFound);
    assert_eq!(
        not_found(br#"{"errors": [{"code": "NOT_FOUND"}]}"#),
        Failure::NotFound
    );
    for other in [
        &b"<html>404</html>"[..],
        b"",
        b"{}",
        b"[]",
        br#"{"message": "no Route matched"}"#,
    ] {
        assert_eq!(not_found(other), Failure::WrongAddress);
    }
}

#[test]
fn codes_and_fields_are_kept_and_free_text_is_not() {
    let body = json!({
        "status": 400,
        "detail": "jane.doe@acme.com is taken",
        "errors": [
            {"code": "VALIDATION_ERROR", "field": "basicInfo.userName", "message": "jane.doe@acme.com is taken"},
            {"code": "jane.doe@acme.com", "field": "+14085551234 Jane Doe"},
        ],
    });
    let failure = refused(
        StatusCode::BAD_REQUEST,
        body.to_string().as_bytes(),
        Duration::ZERO,
    );
    let error = CallError::new("users.replace", true, failure);
    assert_eq!(
        error.to_string(),
        "users.replace: 8x8 calls the request invalid (400, VALIDATION_ERROR on basicInfo.userName)"
    );
    let shown = format!("{error} {error:?}");
    assert!(
        !shown.contains("jane") && !shown.contains("Jane") && !shown.contains("1408"),
        "{shown}"
    );
}

#[test]
fn the_reset_is_measured_on_the_clock_of_the_server() {
    let mut headers = HeaderMap::new();
    headers.insert(DATE, "Thu, 01 Jan 2026 00:00:00 GMT".parse().unwrap());
    headers.insert("x-ratelimit-limit", "100".parse().unwrap());
    headers.insert("x-ratelimit-remaining", "42".parse().unwrap());
    headers.insert("x-ratelimit-reset", "1767225630".parse().unwrap());
    let expected = Seen {
        limit: Some(100),
        remaining: Some(42),
        reset_in: Some(Duration::from_secs(30)),
        limited: false,
    };
    assert_eq!(seen(StatusCode::OK, &headers), expected);
}

#[test]
fn a_reset_that_has_passed_or_is_nonsense_does_no_harm() {
    let mut headers = HeaderMap::new();
    headers.insert("x-ratelimit-reset", "17".parse().unwrap());
    assert_eq!(
        seen(StatusCode::TOO_MANY_REQUESTS, &headers).reset_in,
        Some(Duration::ZERO)
    );
    headers.insert("x-ratelimit-reset", "soon".parse().unwrap());
    assert_eq!(seen(StatusCode::TOO_MANY_REQUESTS, &headers).reset_in, None);
}
