//! The Contact Center real-time metrics API: which agents a queue has (8x8-api.md §8.2).

use std::time::Duration;

use reqwest::{Method, Url, header::HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::{sync::Mutex, time::Instant};

use super::{
    Account, CallError, ConfigError, ContactCenterConfig, Failure, LimitsConfig, LocalRefusal,
    gate::{Gate, Turn},
    http::{Answer, Base, Call, Http, Sent, basic_header, secret_header},
    quality::Quality,
    wire::{Agent, CcQueue, Token},
};

const QUEUES: Call = Call::read("contact_center.queues", "/queues");
const ALL_AGENTS: Call = Call::read("contact_center.agents", "/agents");
const AGENTS: Call = Call::read("contact_center.queue_agents", "/queues/{queueId}/agents");
/// A read for the budget and for errors, though it is a POST.
const TOKEN: Call = Call {
    operation: "contact_center.token",
    template: "",
    method: || Method::POST,
    write: false,
};

/// Rows a page, the most there may be.
const PAGE: usize = 1000;
const MOST_PAGES: usize = 1000;
/// How long a token lives where the answer does not say: less than the documented 1,799 s.
const TOKEN_LIFE: Duration = Duration::from_secs(600);
const JSON: &str = "application/json";

/// The real-time API of an account. Its limits are not documented, so it gets the numbers of the Administration API.
pub(super) struct RealTime {
    http: Http,
    gate: Gate,
    base: Base,
    token_url: Base,
    client: HeaderValue,
    tenant_info: Option<HeaderValue>,
    token: Mutex<Option<Held>>,
    pub(super) quality: Option<Quality>,
}

/// A token and when to get another one.
#[derive(Clone)]
struct Held {
    bearer: HeaderValue,
    until: Instant,
}

impl Account {
    /// All Contact Center queues.
    pub async fn contact_center_queues(&self) -> Result<Vec<CcQueue>, CallError> {
        let rows = self.realtime(&QUEUES)?.all(&QUEUES, &[]).await?;
        let queues: Result<_, _> = rows.into_iter().map(serde_json::from_value).collect();
        queues.map_err(|_| QUEUES.failed(Failure::Unreadable))
    }

    /// All Contact Center agents.
    pub async fn contact_center_agents(&self) -> Result<Vec<Agent>, CallError> {
        let rows = self.realtime(&ALL_AGENTS)?.all(&ALL_AGENTS, &[]).await?;
        let agents: Result<_, _> = rows.into_iter().map(serde_json::from_value).collect();
        agents.map_err(|_| ALL_AGENTS.failed(Failure::Unreadable))
    }

    /// All agents of a Contact Center queue. An agent counts as assigned, enabled or not.
    pub async fn agents_of_queue(&self, queue_id: &str) -> Result<Vec<Agent>, CallError> {
        let rows = self.realtime(&AGENTS)?.all(&AGENTS, &[queue_id]).await?;
        let agents: Result<_, _> = rows.into_iter().map(serde_json::from_value).collect();
        agents.map_err(|_| AGENTS.failed(Failure::Unreadable))
    }

    pub(super) fn realtime(&self, call: &Call) -> Result<&RealTime, CallError> {
        let realtime = self.inner().realtime.as_ref();
        realtime.ok_or_else(|| call.failed(Failure::Local(LocalRefusal::NoContactCenter)))
    }
}

impl RealTime {
    pub(super) fn new(
        config: ContactCenterConfig,
        http: Http,
        limits: LimitsConfig,
        warm: bool,
    ) -> Result<Self, ConfigError> {
        let tenant_info = config
            .tenant_info
            .map(|info| {
                HeaderValue::from_str(&info).map_err(|_| ConfigError::Secret("contactCenter.tenantInfo"))
            })
            .transpose()?;
        Ok(Self {
            http,
            gate: Gate::new(limits, warm),
            base: Base::new(&config.url, "contactCenter.url")?,
            token_url: Base::new(&config.token_url, "contactCenter.tokenUrl")?,
            client: basic(&config.key, &config.secret)?,
            tenant_info,
            token: Mutex::new(None),
            quality: config.quality.map(Quality::new).transpose()?,
        })
    }

    /// All rows of all pages.
    async fn all(&self, call: &Call, ids: &[&str]) -> Result<Vec<Value>, CallError> {
        let mut rows: Vec<Value> = Vec::new();
        for number in 0..MOST_PAGES {
            let answer = self.page(call, ids, number).await?;
            let Value::Array(mut page) = answer.json(call)? else {
                return Err(call.failed(Failure::Unreadable));
            };
            let full = page.len() >= PAGE;
            rows.append(&mut page);
            match number_in(&answer, "x-total-pages") {
                Some(pages) if number + 1 < pages => {}
                // A full page without a count may be followed by another: what is not sure to be all is no answer.
                None if full => break,
                _ if number_in(&answer, "x-total-elements").is_some_and(|all| rows.len() < all) => break,
                _ => return Ok(rows),
            }
        }
        Err(call.failed(Failure::ListBroken))
    }

    async fn page(&self, call: &Call, ids: &[&str], number: usize) -> Result<Answer, CallError> {
        let (page, size) = (number.to_string(), PAGE.to_string());
        let query = [("summary", "true"), ("page", &*page), ("size", &*size)];
        let about = self.tenant_info.as_ref().map(|info| ("x-tenant-info", info));
        self.read(call, call.url(&self.base, ids, &query)?, about).await
    }

    /// One read with the token, and once more with a new one where the old one was refused. `about` is a header that
    /// says what it is asked about.
    pub(super) async fn read(
        &self,
        call: &Call,
        url: Url,
        about: Option<(&'static str, &HeaderValue)>,
    ) -> Result<Answer, CallError> {
        let bearer = self.token(None).await?;
        match self.send(call, url.clone(), about, &bearer).await {
            Err(error) if *error.failure() == Failure::KeyRefused => {
                let bearer = self.token(Some(&bearer)).await?;
                self.send(call, url, about, &bearer).await
            }
            result => result,
        }
    }

    async fn send(
        &self,
        call: &Call,
        url: Url,
        about: Option<(&'static str, &HeaderValue)>,
        bearer: &HeaderValue,
    ) -> Result<Answer, CallError> {
        let mut sent = Sent::new(url).accept(JSON).header("authorization", bearer);
        if let Some((name, value)) = about {
            sent = sent.header(name, value);
        }
        let ticket = self.gate.enter(Turn::default()).await;
        self.http.send(call, ticket, sent).await
    }

    /// The token, from the account where there is none, it is about to end, or it is the refused one.
    async fn token(&self, refused: Option<&HeaderValue>) -> Result<HeaderValue, CallError> {
        let mut held = self.token.lock().await;
        let good = held
            .as_ref()
            .filter(|held| held.until > Instant::now() && Some(&held.bearer) != refused);
        if let Some(good) = good {
            return Ok(good.bearer.clone());
        }
        *held = None;
        let new = self.new_token().await?;
        *held = Some(new.clone());
        Ok(new.bearer)
    }

    async fn new_token(&self) -> Result<Held, CallError> {
        let unreadable = || TOKEN.failed(Failure::Unreadable);
        let url = TOKEN.url(&self.token_url, &[], &[])?;
        let sent = Sent::new(url)
            .accept(JSON)
            .header("authorization", &self.client)
            .body(
                "application/x-www-form-urlencoded",
                b"grant_type=client_credentials".to_vec(),
            );
        let ticket = self.gate.enter(Turn::default()).await;
        let answer = self
            .http
            .send(&TOKEN, ticket, sent)
            .await
            .map_err(client_refused)?;
        let token: Token = serde_json::from_slice(&answer.body).map_err(|_| unreadable())?;
        let bearer = format!("Bearer {}", token.access_token.expose_secret());
        let life = token.expires_in.map_or(TOKEN_LIFE, Duration::from_secs);
        Ok(Held {
            bearer: secret_header(&bearer, "the token").map_err(|_| unreadable())?,
            until: Instant::now() + life.saturating_sub((life / 2).min(Duration::from_secs(60))),
        })
    }
}

/// OAuth says 400 for a client that it does not know.
fn client_refused(error: CallError) -> CallError {
    match error.failure() {
        Failure::Invalid(_) => TOKEN.failed(Failure::KeyRefused),
        _ => error,
    }
}

fn number_in(answer: &Answer, header: &str) -> Option<usize> {
    answer.headers.get(header)?.to_str().ok()?.trim().parse().ok()
}

fn basic(key: &SecretString, secret: &SecretString) -> Result<HeaderValue, ConfigError> {
    basic_header(
        key.expose_secret(),
        secret.expose_secret(),
        "the Contact Center key or secret",
    )
}

#[cfg(test)]
mod tests {
    use super::basic;

    #[test]
    fn the_client_stands_in_the_header_as_the_rfc_has_it() {
        for (key, secret, encoded) in [
            ("f", "o", "Basic Zjpv"),
            ("fo", "o", "Basic Zm86bw=="),
            ("Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
        ] {
            let header = basic(&key.to_owned().into(), &secret.to_owned().into()).unwrap();
            assert_eq!(header.to_str().unwrap(), encoded);
        }
    }
}
