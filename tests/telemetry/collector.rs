//! A collector of OTLP that keeps what it is sent.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tokio::net::TcpListener;

/// What was sent, as it came.
#[derive(Clone, Default)]
pub struct Collector(Arc<Mutex<Vec<Bytes>>>);

impl Collector {
    /// A collector, and the address of it.
    pub async fn start() -> (Self, SocketAddr) {
        let collector = Self::default();
        let router = Router::new()
            .route("/v1/traces", post(Self::take))
            .with_state(collector.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        (collector, address)
    }

    async fn take(State(collector): State<Self>, body: Bytes) {
        collector.0.lock().unwrap().push(body);
    }

    /// All bytes of it, as far as they are text.
    pub fn text(&self) -> String {
        let bytes: Vec<_> = self.0.lock().unwrap().concat();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The spans in it.
    pub fn spans(&self) -> Vec<Span> {
        let requests = self.0.lock().unwrap().clone();
        let requests = requests.into_iter().map(ExportTraceServiceRequest::decode);
        let resources = requests.flat_map(|request| request.unwrap().resource_spans);
        let scopes = resources.flat_map(|resource| resource.scope_spans);
        scopes.flat_map(|scope| scope.spans).collect()
    }
}

/// An attribute of a span that is a text.
pub fn attribute(span: &Span, key: &str) -> Option<String> {
    let known = span.attributes.iter().find(|known| known.key == key)?;
    match known.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        other => panic!("{key} is no text: {other:?}"),
    }
}
