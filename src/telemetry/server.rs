//! `/metrics`, `/healthz`, `/readyz` and `/log-level`.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Health, LogLevel, Phase};

/// How many connections may wait to be taken up.
const BACKLOG: i32 = 1024;

/// What is served.
#[derive(Clone, Debug)]
pub struct Served {
    /// What is counted.
    pub registry: Arc<Registry>,
    /// Whether the operator does its work.
    pub health: Health,
    /// What is logged.
    pub level: LogLevel,
}

/// Listens at an address. `[::]` is both families, whatever the machine's default is, and IPv4 alone where there is no IPv6.
///
/// # Errors
/// Nobody may listen there, or somebody does.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    on_either_family(address, bind).and_then(TcpListener::from_std)
}

/// What `bind` gives for an address, or for that of IPv4 where the address is everywhere and the machine has no IPv6.
fn on_either_family<T>(address: SocketAddr, bind: impl Fn(SocketAddr) -> io::Result<T>) -> io::Result<T> {
    bind(address).or_else(|error| {
        let taken = error.kind() == io::ErrorKind::AddrInUse;
        if taken || address.ip() != IpAddr::V6(Ipv6Addr::UNSPECIFIED) {
            return Err(error);
        }
        bind((Ipv4Addr::UNSPECIFIED, address.port()).into())
    })
}

fn bind(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Serves metrics, health and the log level until `shutdown` is cancelled.
pub async fn serve(listener: TcpListener, served: Served, shutdown: CancellationToken) -> io::Result<()> {
    let service = router(served).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service)
        .with_graceful_shutdown(async move { shutdown.cancelled().await })
        .await
}

fn router(served: Served) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .route("/log-level", get(log_level).put(set_log_level))
        .with_state(served)
}

/// 200 as long as the operator lives. Another answer, or none, is a reason to start it anew.
async fn healthz(State(served): State<Served>) -> (StatusCode, String) {
    let dead = served.health.dead();
    if dead.is_empty() {
        return (StatusCode::OK, "ok".to_owned());
    }
    (
        StatusCode::SERVICE_UNAVAILABLE,
        format!("no sign of life: {}", dead.join(", ")),
    )
}

/// 200 from when everything was listed until the operator is asked to stop.
async fn readyz(State(served): State<Served>) -> impl IntoResponse {
    let phase = served.health.phase();
    let status = match phase {
        Phase::Ready => StatusCode::OK,
        Phase::Starting | Phase::Stopping => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, phase.as_str())
}

async fn metrics(State(served): State<Served>) -> impl IntoResponse {
    let mut text = String::new();
    match encode(&mut text, &served.registry) {
        Ok(()) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            (StatusCode::OK, [(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Why a request is not done.
type Refused = (StatusCode, String);

/// What is logged, in the words of `RUST_LOG`, for who is in the pod.
async fn log_level(
    State(served): State<Served>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Result<String, Refused> {
    from_within(peer, &headers)?;
    Ok(served.level.get() + "\n")
}

/// Changes what is logged until the process ends.
async fn set_log_level(
    State(served): State<Served>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    words: String,
) -> Result<String, Refused> {
    from_within(peer, &headers)?;
    let set = served.level.set(&words);
    set.map_err(|error| (StatusCode::BAD_REQUEST, format!("{error}\n")))?;
    let level = served.level.get();
    tracing::warn!(level, "what is logged was changed");
    Ok(level + "\n")
}

/// That a request comes from within the pod: `kubectl port-forward` and `kubectl exec` do. A mesh's proxy passes on what
/// comes over the network from 127.0.0.6, or says for whom it asks.
fn from_within(peer: SocketAddr, headers: &HeaderMap) -> Result<(), Refused> {
    let peer = peer.ip().to_canonical();
    let local = peer == IpAddr::V4(Ipv4Addr::LOCALHOST) || peer.is_ipv6() && peer.is_loopback();
    let passed_on = ["forwarded", "x-forwarded-for", "via"];
    let passed_on = passed_on.iter().any(|name| headers.contains_key(*name));
    if local && !passed_on {
        return Ok(());
    }
    let words = "The log level is only shown and changed from within the pod: kubectl port-forward.\n";
    Err((StatusCode::FORBIDDEN, words.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::logs::tests::level;

    fn served() -> (impl tracing::Subscriber, Served) {
        let (subscriber, level) = level("info");
        let served = Served {
            registry: Arc::default(),
            health: Health::default(),
            level,
        };
        (subscriber, served)
    }

    async fn put(
        served: &Served,
        peer: &str,
        headers: &HeaderMap,
        words: &str,
    ) -> Result<String, StatusCode> {
        let peer = ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 40_000));
        let shown = log_level(State(served.clone()), peer, headers.clone()).await;
        let set = set_log_level(State(served.clone()), peer, headers.clone(), words.to_owned()).await;
        let refused = |(status, _): &Refused| *status == StatusCode::FORBIDDEN;
        let both = shown.as_ref().is_err_and(refused) == set.as_ref().is_err_and(refused);
        assert!(both, "who may not change it is not shown it");
        set.map_err(|(status, _)| status)
    }

    #[tokio::test]
    async fn the_log_level_is_changed_from_within_the_pod_only() {
        let (_subscriber, served) = served();
        let none = HeaderMap::new();
        for local in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(
                put(&served, local, &none, "debug").await,
                Ok("debug\n".to_owned())
            );
        }
        for other in ["10.0.0.7", "127.0.0.6", "::ffff:10.0.0.7", "fe80::1", "0.0.0.0"] {
            assert_eq!(
                put(&served, other, &none, "trace").await,
                Err(StatusCode::FORBIDDEN),
                "{other}"
            );
        }
        for header in ["forwarded", "x-forwarded-for", "via"] {
            let passed_on = HeaderMap::from_iter([(header.parse().unwrap(), "10.0.0.7".parse().unwrap())]);
            let refused = put(&served, "127.0.0.1", &passed_on, "trace").await;
            assert_eq!(refused, Err(StatusCode::FORBIDDEN), "{header}");
        }
        let bad = put(&served, "127.0.0.1", &none, "loud").await;
        assert_eq!(bad, Err(StatusCode::BAD_REQUEST));
        assert_eq!(served.level.get(), "debug");
    }

    /// The status of `/log-level` at an address of this machine.
    async fn answers(port: u16, at: &str) -> u16 {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let answer = reqwest::get(format!("http://{at}:{port}/log-level"));
        answer.await.unwrap().status().as_u16()
    }

    #[tokio::test]
    async fn everywhere_is_both_families_and_a_client_of_either_is_within_where_it_is_local() {
        let (_subscriber, served) = served();
        let listener = listen("[::]:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let end = CancellationToken::new();
        let serving = tokio::spawn(serve(listener, served, end.clone()));
        assert_eq!(answers(address.port(), "127.0.0.1").await, 200);
        // Another address of this machine's loopback, as a mesh's proxy has it: it comes as ::ffff:127.0.0.6.
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.6:0".parse().unwrap()).unwrap();
        let mut proxy = socket
            .connect((Ipv4Addr::LOCALHOST, address.port()).into())
            .await
            .unwrap();
        let request = b"GET /log-level HTTP/1.1\r\nHost: onhook\r\nConnection: close\r\n\r\n";
        tokio::io::AsyncWriteExt::write_all(&mut proxy, request)
            .await
            .unwrap();
        let mut answer = String::new();
        tokio::io::AsyncReadExt::read_to_string(&mut proxy, &mut answer)
            .await
            .unwrap();
        assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
        let has_ipv6 = std::net::TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok();
        assert_eq!(address.is_ipv6(), has_ipv6);
        if has_ipv6 {
            assert_eq!(answers(address.port(), "[::1]").await, 200);
        }
        end.cancel();
        serving.await.unwrap().unwrap();
    }

    #[test]
    fn a_machine_without_ipv6_is_listened_on_by_ipv4_and_a_port_that_is_taken_is_an_error() {
        let ipv4_only = |address: SocketAddr| match address {
            SocketAddr::V6(_) => Err(io::ErrorKind::Unsupported.into()),
            SocketAddr::V4(_) => Ok(address),
        };
        let bound = |address: &str| on_either_family(address.parse().unwrap(), ipv4_only);
        assert_eq!(bound("[::]:8080").unwrap(), "0.0.0.0:8080".parse().unwrap());
        assert!(
            bound("[::1]:8080").is_err(),
            "who asks for one address gets no other"
        );
        let taken = |_| Err::<SocketAddr, _>(io::Error::from(io::ErrorKind::AddrInUse));
        let error = on_either_family("[::]:8080".parse().unwrap(), taken).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    }

    #[tokio::test]
    async fn it_lives_until_a_loop_ends_and_is_ready_between_start_and_stop() {
        let (_subscriber, served) = served();
        let health = served.health.clone();
        let ready = async || {
            let answer = readyz(State(served.clone())).await.into_response();
            answer.status().as_u16()
        };
        let lives = async || {
            let (status, words) = healthz(State(served.clone())).await;
            (status.as_u16(), words)
        };
        let ok = || (200, "ok".to_owned());
        assert_eq!((ready().await, lives().await), (503, ok()));
        health.set_ready();
        assert_eq!((ready().await, lives().await), (200, ok()));
        drop(health.pulse("watch of User", std::time::Duration::MAX));
        assert_eq!(lives().await, (503, "no sign of life: watch of User".to_owned()));
        health.set_stopping();
        assert_eq!((ready().await, lives().await), (503, ok()));
    }
}
