//! One HTTP call: what is sent, what comes back, how it is counted.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{
    Method, Url,
    header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue},
    redirect,
};
use serde_json::Value;
use tokio::time::Instant;
use tracing::{Instrument, field::Empty};
use uuid::Uuid;

use super::{
    CallMetrics, ConfigError,
    answer::{refused, response_id, seen, sending_failed},
    error::{CallError, Failure, LocalRefusal},
    gate::Ticket,
};

/// The longest answer that is read, against an address that never stops.
const LONGEST_ANSWER: usize = 64 * 1024 * 1024;
/// Everything but what RFC 3986 calls unreserved is encoded, `+` above all: it would arrive as a space.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Name and kind of a call, as logs, metrics and errors show it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    /// Such as `users.replace`.
    pub operation: &'static str,
    /// Path with the ids left out.
    pub template: &'static str,
    pub method: fn() -> Method,
    /// Whether it may have an effect.
    pub write: bool,
}

impl Call {
    pub(super) const fn read(operation: &'static str, template: &'static str) -> Self {
        Self {
            operation,
            template,
            method: || Method::GET,
            write: false,
        }
    }

    pub(super) const fn write(
        operation: &'static str,
        template: &'static str,
        method: fn() -> Method,
    ) -> Self {
        Self {
            operation,
            template,
            method,
            write: true,
        }
    }

    pub(super) fn failed(&self, failure: Failure) -> CallError {
        CallError::new(self.operation, self.write, failure)
    }

    /// The address of the call: the template with its ids filled in.
    pub(super) fn url(&self, base: &Base, ids: &[&str], query: &[(&str, &str)]) -> Result<Url, CallError> {
        let mut ids = ids.iter();
        let mut url = base.0.clone();
        for part in self.template.split('/').skip(1) {
            url.push('/');
            if part.starts_with('{') {
                let id = ids.next().copied().unwrap_or_default();
                url.push_str(
                    &encoded_id(id).ok_or_else(|| self.failed(Failure::Local(LocalRefusal::BadId)))?,
                );
            } else {
                url.push_str(part);
            }
        }
        for (index, (name, value)) in query.iter().enumerate() {
            url.push(if index == 0 { '?' } else { '&' });
            url.push_str(name);
            url.push('=');
            url.extend(utf8_percent_encode(value, ENCODED));
        }
        Url::parse(&url).map_err(|_| self.failed(Failure::Local(LocalRefusal::BadId)))
    }
}

/// An id as a part of a path. Dots alone would climb to another path, also when encoded.
fn encoded_id(id: &str) -> Option<String> {
    let usable = !matches!(id, "" | "." | "..") && id.len() <= 256 && !id.chars().any(char::is_control);
    usable.then(|| utf8_percent_encode(id, ENCODED).to_string())
}

/// A base address without a slash at its end.
#[derive(Clone)]
pub(super) struct Base(String);

impl Base {
    pub(super) fn new(url: &str, what: &'static str) -> Result<Self, ConfigError> {
        let parsed = Url::parse(url).map_err(|_| ConfigError::Url(what))?;
        let plain = matches!(parsed.scheme(), "http" | "https")
            && parsed.has_host()
            && parsed.username().is_empty()
            && parsed.password().is_none()
            && parsed.query().is_none()
            && parsed.fragment().is_none();
        if !plain {
            return Err(ConfigError::Url(what));
        }
        Ok(Self(parsed.as_str().trim_end_matches('/').to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A header from a secret, which is never shown.
pub(super) fn secret_header(text: &str, what: &'static str) -> Result<HeaderValue, ConfigError> {
    if text.is_empty() {
        return Err(ConfigError::Secret(what));
    }
    let mut value = HeaderValue::from_str(text).map_err(|_| ConfigError::Secret(what))?;
    value.set_sensitive(true);
    Ok(value)
}

/// The header of Basic authentication, which is never shown.
pub(super) fn basic_header(user: &str, secret: &str, what: &'static str) -> Result<HeaderValue, ConfigError> {
    if user.is_empty() || secret.is_empty() {
        return Err(ConfigError::Secret(what));
    }
    let pair = STANDARD.encode(format!("{user}:{secret}"));
    secret_header(&format!("Basic {pair}"), what)
}

/// What is sent.
pub(super) struct Sent {
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Option<Vec<u8>>,
}

impl Sent {
    pub(super) fn new(url: Url) -> Self {
        Self {
            url,
            headers: HeaderMap::new(),
            body: None,
        }
    }

    pub(super) fn header(mut self, name: &'static str, value: &HeaderValue) -> Self {
        self.headers.insert(name, value.clone());
        self
    }

    pub(super) fn accept(mut self, media_type: &'static str) -> Self {
        self.headers.insert(ACCEPT, HeaderValue::from_static(media_type));
        self
    }

    pub(super) fn body(mut self, media_type: &'static str, body: Vec<u8>) -> Self {
        self.headers
            .insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        self.body = Some(body);
        self
    }
}

/// What came back with a 2xx.
pub(super) struct Answer {
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub(super) fn json(&self, call: &Call) -> Result<Value, CallError> {
        serde_json::from_slice(&self.body).map_err(|_| call.failed(Failure::Unreadable))
    }
}

/// The HTTP client of an account.
#[derive(Clone)]
pub(super) struct Http {
    client: reqwest::Client,
    metrics: Option<Arc<CallMetrics>>,
}

impl Http {
    pub(super) fn new(timeout: Duration, metrics: Option<Arc<CallMetrics>>) -> Result<Self, ConfigError> {
        // Whichever part of the process comes first has installed it; they all want the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(timeout)
            .connect_timeout((timeout / 2).min(Duration::from_secs(5)))
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .user_agent(concat!("onhook/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| ConfigError::NoCertificates)?;
        Ok(Self { client, metrics })
    }

    /// Makes one call with a ticket of the gate; counts it and notes it.
    pub(super) async fn send(&self, call: &Call, ticket: Ticket, sent: Sent) -> Result<Answer, CallError> {
        let began = Instant::now();
        let span = tracing::debug_span!(
            "call",
            otel.name = call.operation,
            otel.kind = "client",
            otel.status_code = Empty,
            operation = call.operation,
            outcome = Empty,
        );
        let exchange = self.exchange(call, ticket, sent).instrument(span.clone());
        let result = exchange.await;
        let took = began.elapsed();
        let outcome = match &result {
            Ok(_) => "ok",
            Err(error) => error.label(),
        };
        span.record("outcome", outcome);
        if result.is_err() {
            span.record("otel.status_code", "ERROR");
        }
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let response_id = result.as_ref().err().and_then(CallError::response_id);
        tracing::debug!(
            operation = call.operation,
            path = call.template,
            outcome,
            millis,
            response_id,
            "called 8x8"
        );
        if let Some(metrics) = &self.metrics {
            metrics.observe(call.operation, outcome, took);
        }
        result
    }

    async fn exchange(&self, call: &Call, ticket: Ticket, sent: Sent) -> Result<Answer, CallError> {
        let mut request = self
            .client
            .request((call.method)(), sent.url)
            .headers(sent.headers);
        request = request.header("X-Request-Id", Uuid::new_v4().to_string());
        if let Some(body) = sent.body {
            request = request.body(body);
        }
        let mut response = request
            .send()
            .await
            .map_err(|error| call.failed(sending_failed(&error)))?;
        let status = response.status();
        let headers = response.headers().clone();
        let closed = ticket.answered(seen(status, &headers));
        let mut body = Vec::new();
        let read = loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() <= LONGEST_ANSWER => {
                    body.extend_from_slice(&chunk)
                }
                Ok(Some(_)) => break Err(Failure::Unreadable),
                Ok(None) => break Ok(()),
                Err(error) if error.is_timeout() => break Err(Failure::TimedOut),
                Err(_) => break Err(Failure::Broken),
            }
        };
        if status.is_success() {
            return read
                .map(|()| Answer { headers, body })
                .map_err(|failure| call.failed(failure));
        }
        // The status alone says what happened; a body that broke only makes it less precise.
        let failure = refused(status, &body, closed);
        Err(call.failed(failure).with_response_id(response_id(&headers)))
    }
}
