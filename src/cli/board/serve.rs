//! The page over HTTP, on this machine alone: nothing but GET, under no other name than that of this machine, to nobody
//! without a ticket, and with nothing in it from elsewhere.

use std::collections::HashMap;
use std::convert::Infallible;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::sse::{Event, KeepAlive};
use axum::response::{IntoResponse, Response, Sse};
use axum::routing::get;
use futures::{Stream, stream};
use jiff::Timestamp;
use maud::Markup;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::sync::watch::Receiver;
use tokio::time::sleep;

use super::page::View;
use super::select::Filter;
use super::state::Known;
use super::ticket::{self, Ticket};

/// Time between two pushes to a browser.
const PAUSE: Duration = Duration::from_millis(500);

const HEADERS: [(header::HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (
        header::HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        header::HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
];

/// Serves the page. Ends only where that fails.
pub(super) async fn serve(
    listener: TcpListener,
    ticket: Ticket,
    board: Receiver<Known>,
) -> std::io::Result<()> {
    axum::serve(listener, router(ticket, board)).await
}

fn router(ticket: Ticket, board: Receiver<Known>) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/events", get(events))
        .route("/board.js", get(script))
        .route("/board.css", get(style))
        // Browsers ask for it by themselves.
        .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
        .with_state(board)
        .layer(middleware::from_fn_with_state(ticket, guard))
}

/// Refuses what a page of another site could have a browser ask, and who has no ticket, and locks down every answer.
async fn guard(State(ticket): State<Ticket>, request: Request, next: Next) -> Response {
    let refusal = refusal(ticket.port, request.method(), request.headers());
    let mut response = match refusal.or_else(|| ticket.redeemed(request.uri())) {
        Some(answer) => answer,
        None if ticket.is_with(request.headers()) => next.run(request).await,
        None => ticket::refused(),
    };
    for (name, value) in HEADERS {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

fn refusal(port: u16, method: &Method, headers: &HeaderMap) -> Option<Response> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next().and_then(|host| host.to_str().ok());
    if hosts.next().is_some() || !host.is_some_and(|host| is_here(host, port)) {
        let text = format!("This page is only at http://127.0.0.1:{port}/ and http://localhost:{port}/.\n");
        return Some((StatusCode::MISDIRECTED_REQUEST, text).into_response());
    }
    (method != Method::GET).then(|| {
        let text = "This page can only be read.\n";
        (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET")], text).into_response()
    })
}

/// Whether a Host header names this machine: a name that somebody else makes lead here is none of its own.
fn is_here(host: &str, port: u16) -> bool {
    let host = host.to_ascii_lowercase();
    let name = match host.strip_suffix(&format!(":{port}")) {
        Some(name) => name,
        None if port == 80 => &host,
        None => return false,
    };
    ["localhost", "127.0.0.1", "[::1]"].contains(&name)
}

async fn page(State(board): State<Receiver<Known>>, Query(filter): Query<Filter>) -> Markup {
    let known = board.borrow();
    View {
        known: &known,
        filter: &filter,
        now: Timestamp::now(),
    }
    .page()
}

async fn script() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")],
        include_str!("board.js"),
    )
}

async fn style() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8")],
        include_str!("board.css"),
    )
}

/// Pushes the parts that are not as the browser has them: all at first, then what changed, at most twice a second.
async fn events(
    State(board): State<Receiver<Known>>,
    Query(filter): Query<Filter>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let viewer = Viewer {
        board,
        filter,
        hashes: RandomState::new(),
        sent: HashMap::new(),
    };
    let events = stream::unfold(viewer, |mut viewer| async move {
        let event = viewer.next().await?;
        Some((Ok(event), viewer))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

/// One browser that watches.
struct Viewer {
    board: Receiver<Known>,
    filter: Filter,
    hashes: RandomState,
    /// What the browser has, by the id of the part.
    sent: HashMap<&'static str, u64>,
}

/// What is pushed.
#[derive(Serialize)]
struct Push {
    parts: HashMap<&'static str, String>,
    news: String,
}

impl Viewer {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if !self.sent.is_empty() {
                sleep(PAUSE).await;
                self.board.changed().await.ok()?;
            }
            let push = self.render();
            if !push.parts.is_empty() {
                return Event::default().event("board").json_data(push).ok();
            }
        }
    }

    fn render(&mut self) -> Push {
        let known = self.board.borrow_and_update();
        let view = View {
            known: &known,
            filter: &self.filter,
            now: Timestamp::now(),
        };
        let (parts, news) = view.parts();
        drop(known);
        let (hashes, sent) = (&self.hashes, &mut self.sent);
        let changed = parts.into_iter().filter(|(id, html)| {
            let hash = hashes.hash_one(html);
            sent.insert(id, hash) != Some(hash)
        });
        Push {
            parts: changed.collect(),
            news,
        }
    }
}
