//! To whom the page is shown: to who has the address that was printed, not to whoever is logged in to the same machine. The
//! address carries a token of this run; a browser that brings it is given a cookie for it and an address without it.

use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use maud::{DOCTYPE, html};
use rand::RngExt;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use super::page::named;

/// What opens the page of one run.
#[derive(Clone)]
pub(super) struct Ticket {
    token: SecretString,
    /// The page's, which is in the name of the cookie too: a browser keeps those of all ports of a host together.
    pub port: u16,
}

impl Ticket {
    /// A new one, which nobody can guess.
    pub fn new(port: u16) -> Self {
        let bytes: [u8; 32] = rand::rng().random();
        Self {
            token: URL_SAFE_NO_PAD.encode(bytes).into(),
            port,
        }
    }

    /// The address that opens the page.
    pub fn address(&self) -> String {
        format!(
            "http://127.0.0.1:{}/?token={}",
            self.port,
            self.token.expose_secret()
        )
    }

    /// Takes the token out of an address that has it: the cookie instead, and the same page.
    pub fn redeemed(&self, asked: &Uri) -> Option<Response> {
        let pairs = || asked.query().unwrap_or_default().split('&');
        let token = |pair: &str| pair.strip_prefix("token=").is_some_and(|text| self.is(text));
        if asked.path() != "/" || !pairs().any(token) {
            return None;
        }
        let others: Vec<_> = pairs().filter(|pair| !pair.starts_with("token=")).collect();
        let clean = match others.is_empty() {
            true => "/".to_owned(),
            false => format!("/?{}", others.join("&")),
        };
        let (name, token) = (self.cookie(), self.token.expose_secret());
        let cookie = format!("{name}={token}; Path=/; HttpOnly; SameSite=Strict");
        let headers = [(header::LOCATION, clean), (header::SET_COOKIE, cookie)];
        Some((StatusCode::SEE_OTHER, headers).into_response())
    }

    /// Whether a browser brings the cookie.
    pub fn is_with(&self, headers: &HeaderMap) -> bool {
        let begin = format!("{}=", self.cookie());
        let all = headers.get_all(header::COOKIE).iter();
        let mut cookies = all
            .filter_map(|cookies| cookies.to_str().ok())
            .flat_map(|cookies| cookies.split(';'));
        cookies.any(|cookie| {
            cookie
                .trim()
                .strip_prefix(&begin)
                .is_some_and(|text| self.is(text))
        })
    }

    fn cookie(&self) -> String {
        format!("onhook-board-{}", self.port)
    }

    /// Whether a text is the token. How long it takes to say no does not tell how much of it is right.
    fn is(&self, text: &str) -> bool {
        let token = self.token.expose_secret();
        let code = |text: &str| {
            let code = Hmac::<Sha256>::new_from_slice(token.as_bytes()).ok()?;
            Some(code.chain_update(text))
        };
        match (code(text), code(token)) {
            (Some(code), Some(right)) => code.verify(&right.finalize().into_bytes()).is_ok(),
            _ => false,
        }
    }
}

/// What is said to who has no ticket.
pub(super) fn refused() -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                (named("Not shown"))
            }
            body {
                main {
                    h1 { "Not shown" }
                    p {
                        "This page shows what whoever started it may see. Open the address that " code { "onhook board" }
                        " printed then: it ends with " code { "?token=…" } ", and is another one after each start."
                    }
                }
            }
        }
    };
    (
        StatusCode::UNAUTHORIZED,
        [(header::WWW_AUTHENTICATE, "Token")],
        page,
    )
        .into_response()
}
