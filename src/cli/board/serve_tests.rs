//! To whom the page is served.

use reqwest::{Client, Response, redirect};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::serve;
use super::state::{Known, Scope};
use super::ticket::Ticket;

fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().no_proxy().redirect(redirect::Policy::none());
    client.build().unwrap()
}

/// A page that is served, with nobody on it.
struct Served {
    ticket: Ticket,
    _board: watch::Sender<Known>,
}

impl Served {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ticket = Ticket::new(listener.local_addr().unwrap().port());
        let (board, seen) = watch::channel(Known::new(Scope::All));
        tokio::spawn(serve::serve(listener, ticket.clone(), seen));
        Self {
            ticket,
            _board: board,
        }
    }

    async fn get(&self, path: &str, cookie: &str) -> Response {
        let url = format!("http://127.0.0.1:{}{path}", self.ticket.port);
        let asked = client().get(url).header("cookie", cookie);
        asked.send().await.unwrap()
    }

    /// The cookie that the address of the page is changed for.
    async fn cookie(&self) -> String {
        let answer = client().get(self.ticket.address()).send().await.unwrap();
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }
}

#[tokio::test]
async fn only_this_machine_is_answered_and_only_get() {
    let served = Served::start().await;
    let (port, cookie) = (served.ticket.port, served.cookie().await);
    let ask = async |method: &str, host: String| {
        let method = method.parse().unwrap();
        let asked = client().request(method, format!("http://127.0.0.1:{port}/"));
        let asked = asked.header("host", host).header("cookie", &cookie);
        let answer = asked.send().await.unwrap();
        let policy = answer.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'self';") && policy.ends_with("frame-ancestors 'none'"));
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers()["referrer-policy"], "no-referrer");
        answer.status().as_u16()
    };
    for host in ["localhost", "LOCALHOST", "127.0.0.1", "[::1]"] {
        assert_eq!(ask("GET", format!("{host}:{port}")).await, 200, "{host}");
    }
    for host in [
        "evil.example",
        "localhost.evil.example",
        "0.0.0.0",
        "127.0.0.1.nip.io",
    ] {
        assert_eq!(ask("GET", format!("{host}:{port}")).await, 421, "{host}");
    }
    for host in [
        "localhost".to_owned(),
        format!("localhost:{}", port ^ 1),
        String::new(),
    ] {
        assert_eq!(ask("GET", host.clone()).await, 421, "{host}");
    }
    for method in ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] {
        assert_eq!(ask(method, format!("localhost:{port}")).await, 405, "{method}");
    }
}

#[tokio::test]
async fn nobody_is_shown_anything_without_the_address_that_was_printed() {
    let served = Served::start().await;
    let (cookie, other) = (served.cookie().await, Ticket::new(served.ticket.port));
    let token = cookie.split_once('=').unwrap().1;
    let others = other.address();
    let others = others.split_once("token=").unwrap().1;
    assert!(token.len() >= 43 && token != others);
    let name = format!("onhook-board-{}", served.ticket.port);
    let one_less = &cookie[..cookie.len() - 1];
    for (path, cookie) in [
        ("/", ""),
        ("/events", ""),
        ("/board.js", ""),
        ("/board.css", ""),
        ("/nothing", ""),
        ("/?token=", ""),
        (&format!("/?token={others}"), ""),
        (&format!("/events?token={token}"), ""),
        ("/", &format!("{name}=")),
        ("/", &format!("{name}={others}")),
        ("/", &format!("other={token}")),
        ("/", one_less),
    ] {
        let answer = served.get(path, cookie).await;
        assert_eq!(answer.status(), 401, "{path} with {cookie}");
        assert!(answer.headers().get("set-cookie").is_none());
        assert_eq!(answer.headers()["cache-control"], "no-store");
        let said = answer.text().await.unwrap();
        assert!(
            said.contains("Open the address that <code>onhook board</code> printed"),
            "{said}"
        );
    }
    for (path, clean) in [
        (format!("/?token={token}"), "/"),
        (
            format!("/?text=jane&token={token}&refresh=off"),
            "/?text=jane&refresh=off",
        ),
    ] {
        let answer = served.get(&path, "").await;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["location"]),
            (303, &clean.parse().unwrap())
        );
        let set = answer.headers()["set-cookie"].to_str().unwrap();
        assert_eq!(set, format!("{cookie}; Path=/; HttpOnly; SameSite=Strict"));
    }
    for cookies in [cookie.clone(), format!("theme=dark; {cookie}; other=1")] {
        assert_eq!(served.get("/", &cookies).await.status(), 200);
        assert_eq!(served.get("/board.js", &cookies).await.status(), 200);
    }
}
