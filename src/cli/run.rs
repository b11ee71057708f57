//! `onhook run`: the operator.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::registry::Registry;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::api::Span;
use crate::controller::{self, Metrics, Settings};
use crate::telemetry::{self, Health, LogFormat, Served, Traces};

use super::CliError;
use super::cluster::ClusterArguments;

/// Arguments of `onhook run`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  # In a pod, as the chart runs it
  onhook run --namespace onhook-system

  # On this machine, as the user of a kubeconfig, with traces
  onhook run --metrics-address 127.0.0.1:8080 --otlp-endpoint http://127.0.0.1:4318")]
pub(super) struct Arguments {
    /// The operator's own namespace, where it keeps its claims.
    #[arg(long, env = "ONHOOK_NAMESPACE", default_value = "onhook-system")]
    namespace: String,
    /// What tells this replica from others: the name of its pod. Left out, one that no other has, which makes a restart wait
    /// for the Leases of the process before it.
    #[arg(long, env = "ONHOOK_IDENTITY")]
    identity: Option<String>,
    /// Address of /metrics, /healthz, /readyz and, from within the pod, /log-level. [::] is IPv6 and IPv4, and IPv4 alone on
    /// a machine without IPv6.
    #[arg(long, env = "ONHOOK_METRICS_ADDRESS", default_value = "[::]:8080")]
    metrics_address: SocketAddr,
    /// How logs are written.
    #[arg(long, env = "ONHOOK_LOG_FORMAT", value_enum, default_value_t)]
    log_format: LogFormat,
    /// Address of an OTLP collector, such as http://collector:4318, which gets a trace of each pass over a User. Left out,
    /// there are no traces.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    otlp_endpoint: Option<String>,
    /// Time between a write to the account and the first look at its operation.
    #[arg(long, env = "ONHOOK_OPERATION_INTERVAL", default_value = "2s")]
    operation_interval: Span,
    /// Time between two looks at something that a person has to do.
    #[arg(long, env = "ONHOOK_MANUAL_INTERVAL", default_value = "1m")]
    manual_interval: Span,
    /// The longest a call on the account may take.
    #[arg(long, env = "ONHOOK_CALL_TIMEOUT", default_value = "20s")]
    call_timeout: Span,
    /// How many Users of one Tenant are worked on at the same time.
    #[arg(long, env = "ONHOOK_PASSES_PER_TENANT", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..))]
    passes_per_tenant: u16,
    /// How long after its end an OffboardingRecord keeps the names of those whom it is about.
    #[arg(long, env = "ONHOOK_RECORD_NAMES_KEPT", default_value = "90d")]
    record_names_kept: Span,
    /// How many times as fast as the wall clock the account's time runs: its limits and the looks at its operations are so
    /// much faster. For the embedded account; one of 8x8 runs at 1.
    #[arg(long, hide = true, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    time_scale: u32,
}

pub(super) async fn run(arguments: Arguments) -> Result<(), CliError> {
    let settings = settings(&arguments);
    let traces = traces(&arguments, &settings.identity)?;
    let level = telemetry::init(arguments.log_format, traces.as_ref())
        .map_err(|error| CliError::Start(error.to_string()))?;
    let (shutdown, health) = (CancellationToken::new(), Health::default());
    stop_on_signal(&shutdown, &health)?;
    let client = ClusterArguments::default().open().await?.client;
    let metrics = Metrics::default();
    let mut registry = Registry::default();
    metrics.register(&mut registry);
    let served = Served {
        registry: Arc::new(registry),
        health: health.clone(),
        level,
    };
    // It is asked for its health until the passes that run are finished.
    let ended = CancellationToken::new();
    let address = arguments.metrics_address;
    let listener = telemetry::listen(address)
        .map_err(|error| CliError::Start(format!("the metrics address {address} cannot be used: {error}")))?;
    let metrics_address = listener.local_addr().ok().map(tracing::field::display);
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        namespace = arguments.namespace,
        metrics_address,
        "onhook starts"
    );
    let served = tokio::spawn(telemetry::serve(listener, served, ended.clone()));
    controller::run(client, settings, metrics, health, shutdown).await;
    ended.cancel();
    let _ = served.await;
    tracing::info!("onhook has stopped");
    if let Some(traces) = traces {
        traces.end().await;
    }
    Ok(())
}

/// Where traces go, if they are to go anywhere.
fn traces(arguments: &Arguments, instance: &str) -> Result<Option<Traces>, CliError> {
    let address = arguments.otlp_endpoint.as_deref();
    let address = address.filter(|address| !address.is_empty());
    let traces = address.map(|address| Traces::to(address, instance)).transpose();
    traces.map_err(|error| CliError::Start(error.to_string()))
}

fn settings(arguments: &Arguments) -> Settings {
    let time = |span: Span| Duration::try_from(span.as_duration()).unwrap_or_default();
    let default = Settings::default();
    Settings {
        namespace: arguments.namespace.clone(),
        identity: arguments.identity.clone().unwrap_or(default.identity),
        operation_interval: time(arguments.operation_interval),
        manual_interval: time(arguments.manual_interval),
        call_timeout: time(arguments.call_timeout),
        passes_per_tenant: usize::from(arguments.passes_per_tenant),
        names_kept: time(arguments.record_names_kept),
        time_scale: arguments.time_scale,
        ..default
    }
}

/// SIGTERM and SIGINT end the watch; the passes that run then are finished.
fn stop_on_signal(shutdown: &CancellationToken, health: &Health) -> Result<(), CliError> {
    let listen =
        |kind| signal(kind).map_err(|error| CliError::Start(format!("signals cannot be handled: {error}")));
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    let (shutdown, health) = (shutdown.clone(), health.clone());
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("a signal to stop was received; running passes are finished");
        health.set_stopping();
        shutdown.cancel();
    });
    Ok(())
}
