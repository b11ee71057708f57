//! Traces by OTLP, where an address is given: a trace a pass over a User, with a span for each call to 8x8.
//!
//! Only spans of Onhook itself are sent, and none of their log lines: what they carry is what their fields say.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::body::Bytes;
use axum::http::{Request, Response};
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

/// How long a collector may take to answer.
const ANSWER: Duration = Duration::from_secs(10);

/// The longest answer of a collector that is read.
const LONGEST_ANSWER: usize = 1024 * 1024;

/// Where spans go.
#[derive(Clone, Debug)]
pub struct Traces {
    provider: SdkTracerProvider,
}

/// Why there are no traces.
#[derive(Debug, thiserror::Error)]
pub enum TracesError {
    /// The address is none.
    #[error("the OTLP address cannot be used: {0}")]
    Address(#[from] ExporterBuildError),
    /// No client for HTTP.
    #[error("there is no client for HTTP: {0}")]
    Client(#[from] reqwest::Error),
}

impl Traces {
    /// Sends spans to an OTLP collector at this address, as binary protobuf over HTTP. To be called on the runtime that is to
    /// send them.
    pub fn to(address: &str, instance: &str) -> Result<Self, TracesError> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client {
            inner: reqwest::Client::builder()
                .timeout(ANSWER)
                .redirect(reqwest::redirect::Policy::none())
                .build()?,
            runtime: Handle::current(),
            failing: Arc::default(),
        };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_endpoint(format!("{}/v1/traces", address.trim_end_matches('/')))
            .build()?;
        let resource = Resource::builder()
            .with_service_name("onhook")
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .with_attribute(KeyValue::new("service.instance.id", instance.to_owned()))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource)
            .build();
        Ok(Self { provider })
    }

    /// Takes up the spans of Onhook.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer("onhook"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(filter_fn(|of| of.is_span() && of.target().starts_with("onhook")))
    }

    /// Sends what was not sent yet, and ends.
    pub async fn end(self) {
        // It waits for the client, which needs the runtime meanwhile.
        let ended = tokio::task::spawn_blocking(move || self.provider.shutdown_with_timeout(ANSWER)).await;
        if let Ok(Err(error)) = ended {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}

/// The project's client of HTTP. Spans are sent from a thread of their own, which has no runtime.
#[derive(Clone)]
struct Client {
    inner: reqwest::Client,
    runtime: Handle,
    failing: Arc<AtomicBool>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

impl Client {
    /// Says once that the collector does not take traces, and once that it does again.
    fn tell(&self, error: Option<&dyn fmt::Display>) {
        let failed = self.failing.swap(error.is_some(), Ordering::Relaxed);
        match error {
            Some(error) if !failed => tracing::warn!(%error, "traces are not sent, and are dropped"),
            None if failed => tracing::info!("traces are sent again"),
            _ => {}
        }
    }
}

async fn sent(client: &reqwest::Client, request: Request<Bytes>) -> reqwest::Result<Response<Bytes>> {
    let mut answer = client.execute(request.try_into()?).await?;
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = answer.status();
    *response.headers_mut() = std::mem::take(answer.headers_mut());
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await? {
        if body.len() + part.len() > LONGEST_ANSWER {
            break;
        }
        body.extend_from_slice(&part);
    }
    *response.body_mut() = body.into();
    Ok(response)
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.inner.clone();
        let sending = self.runtime.spawn(async move { sent(&client, request).await });
        // Its address may hold a password.
        let outcome = sending.await?.map_err(reqwest::Error::without_url);
        match &outcome {
            Ok(answer) if answer.status().is_success() => self.tell(None),
            Ok(answer) => self.tell(Some(&answer.status())),
            Err(error) => self.tell(Some(error)),
        }
        Ok(outcome?)
    }
}
