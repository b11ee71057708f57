//! One HTTP call: headers, time-out, limits, count, and what its answer means.

use std::sync::{Arc, Once};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};

use super::gate::{Gate, Ticket};
use super::wire::ErrorResponse;
use super::{CallError, CallMetrics, ConfigError};

/// What is to be called.
pub(super) struct Call<'a> {
    /// Name of the operation, for counts and errors. No path: that may say whom it is about.
    pub operation: &'static str,
    pub method: Method,
    pub url: String,
    pub query: &'a [(&'a str, &'a str)],
    pub accept: Option<&'static str>,
    pub headers: HeaderMap,
    pub body: Option<(&'static str, Vec<u8>)>,
}

/// Makes calls, counts them, and keeps their limits.
#[derive(Clone)]
pub(super) struct Caller {
    client: Client,
    pub gate: Arc<Gate>,
    timeout: Duration,
    metrics: Option<Arc<CallMetrics>>,
}

impl Caller {
    pub fn new(gate: Arc<Gate>, timeout: Duration, metrics: Option<Arc<CallMetrics>>) -> Result<Self, ConfigError> {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            // Somebody else in the process may have chosen one before, which is as good.
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let client = Client::builder()
            .connect_timeout(timeout.min(Duration::from_secs(10)))
            .timeout(timeout)
            // A redirect would carry the key to wherever it points.
            .redirect(reqwest::redirect::Policy::none())
            // A call that is sent again behind our back is a second write.
            .retry(reqwest::retry::never())
            .user_agent(concat!("onhook/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(ConfigError::Client)?;
        Ok(Self { client, gate, timeout, metrics })
    }

    /// Waits for the gate and makes a call.
    pub async fn call(&self, call: Call<'_>) -> Result<Vec<u8>, CallError> {
        let ticket = self.gate.request().await;
        self.call_with(ticket, call).await
    }

    /// Makes a call for which the gate was passed already.
    pub async fn call_with(&self, mut ticket: Ticket, call: Call<'_>) -> Result<Vec<u8>, CallError> {
        let operation = call.operation;
        let request = self.request(&call);
        ticket.send();
        let started = Instant::now();
        let outcome = match tokio::time::timeout(self.timeout, self.answer(operation, request)).await {
            Ok(outcome) => outcome,
            Err(_) => Err((CallError::failed(operation, "the account did not answer in time"), "timeout".to_owned())),
        };
        drop(ticket);
        let said = match &outcome {
            Ok((status, _)) => status.as_str().to_owned(),
            Err((_, said)) => said.clone(),
        };
        let seconds = started.elapsed().as_secs_f64();
        tracing::debug!(operation, outcome = said, seconds, "call on the account");
        if let Some(metrics) = &self.metrics {
            metrics.count(operation, said, seconds);
        }
        outcome.map(|(_, body)| body).map_err(|(error, _)| error)
    }

    fn request(&self, call: &Call<'_>) -> RequestBuilder {
        let mut request = self.client.request(call.method.clone(), &call.url).query(call.query);
        request = request.headers(call.headers.clone()).header("x-request-id", uuid::Uuid::new_v4().to_string());
        if let Some(accept) = call.accept {
            request = request.header(ACCEPT, accept);
        }
        if let Some((kind, body)) = &call.body {
            request = request.header(CONTENT_TYPE, *kind).body(body.clone());
        }
        request
    }

    async fn answer(
        &self,
        operation: &'static str,
        request: RequestBuilder,
    ) -> Result<(StatusCode, Vec<u8>), (CallError, String)> {
        let response = request.send().await.map_err(|error| unanswered(operation, &error))?;
        let status = response.status();
        let reset = self.heed(&response);
        let body = response
            .bytes()
            .await
            .map_err(|_| (CallError::failed(operation, "the answer broke off"), "broken".to_owned()))?;
        if status.is_success() {
            return Ok((status, body.to_vec()));
        }
        let error: Option<ErrorResponse> = serde_json::from_slice(&body).ok();
        let wait = (status == StatusCode::TOO_MANY_REQUESTS).then(|| self.gate.close(reset));
        Err((CallError::answered(operation, status.as_u16(), error.as_ref(), wait), status.as_str().to_owned()))
    }

    /// Heeds the rate limit headers. Gives the time until the limit is reset.
    fn heed(&self, response: &Response) -> Option<Duration> {
        let number = |name: &'static str| -> Option<i64> {
            response.headers().get(HeaderName::from_static(name))?.to_str().ok()?.trim().parse().ok()
        };
        let reset = number("x-ratelimit-reset").and_then(|second| Timestamp::from_second(second).ok());
        let rest = reset.map(|reset| Duration::try_from(reset.duration_since(Timestamp::now())).unwrap_or_default());
        if let (Some(remaining), Some(rest)) = (number("x-ratelimit-remaining"), rest) {
            self.gate.heed(remaining, rest);
        }
        rest
    }
}

fn unanswered(operation: &'static str, error: &reqwest::Error) -> (CallError, String) {
    if error.is_connect() || error.is_builder() {
        (CallError::not_sent(operation, "the account cannot be reached"), "unreachable".to_owned())
    } else if error.is_timeout() {
        (CallError::failed(operation, "the account did not answer in time"), "timeout".to_owned())
    } else {
        (CallError::failed(operation, "the connection broke"), "broken".to_owned())
    }
}

/// A header value that is never shown.
pub(super) fn secret_header(text: &str, field: &'static str) -> Result<HeaderValue, ConfigError> {
    let mut value = HeaderValue::from_str(text).map_err(|_| ConfigError::Secret { field })?;
    value.set_sensitive(true);
    Ok(value)
}
