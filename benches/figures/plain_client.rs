//! What the vendor's guide describes, written down plainly: one leaver after the other, each write followed by a poll
//! each second until its operation has ended. It waits for the reset when it gets a 429.

use std::time::{Duration, Instant};

use onhook::eightbyeight::wire::media_type;
use onhook::simulator::{Config, Simulator};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::Value;

use crate::Outcome;
use crate::people::Crowd;

/// What it came to.
pub struct Plain {
    /// Time of the account.
    pub took: Duration,
    /// Calls, refused ones included.
    pub calls: usize,
}

struct Guide {
    client: Client,
    url: String,
    key: String,
    scale: u32,
}

/// Removes the first few of an account.
///
/// # Errors
/// The account does not do what it should.
pub async fn run(crowd: Crowd, few: usize, scale: u32) -> Outcome<Plain> {
    let simulator = Simulator::start(Config::of(crowd.account).time_scale(f64::from(scale))).await?;
    let guide = Guide {
        client: Client::new(),
        url: simulator.account_url(),
        key: simulator.keys().get("primary").to_owned(),
        scale,
    };
    let begun = Instant::now();
    for person in crowd.people.iter().take(few) {
        guide.off_board(&person.id).await?;
    }
    let took = begun.elapsed() * scale;
    let calls = simulator.handle().journal().len();
    simulator.shutdown().await?;
    Ok(Plain { took, calls })
}

impl Guide {
    async fn off_board(&self, id: &str) -> Outcome<()> {
        let path = format!("/users/{id}");
        let mut user = self.user(&path).await?;
        user["basicInfo"]["status"] = "INACTIVE".into();
        self.done(Method::PUT, &path, Some(&user)).await?;
        let mut user = self.user(&path).await?;
        user["serviceInfo"]["licenses"] = Value::Array(Vec::new());
        user["serviceInfo"]["extensions"] = Value::Array(Vec::new());
        self.done(Method::PUT, &path, Some(&user)).await?;
        self.done(Method::DELETE, &path, None).await
    }

    /// The user, without the DID licenses that a PUT must not carry.
    async fn user(&self, path: &str) -> Outcome<Value> {
        let mut user = self.call(Method::GET, path, None).await?;
        if let Some(Value::Array(licenses)) = user.pointer_mut("/serviceInfo/licenses") {
            licenses.retain(|one| !one["name"].as_str().unwrap_or_default().starts_with("DID"));
        }
        Ok(user)
    }

    /// Writes, then polls each second.
    async fn done(&self, method: Method, path: &str, body: Option<&Value>) -> Outcome<()> {
        let operation = self.call(method, path, body).await?;
        let id = operation["operationId"]
            .as_str()
            .ok_or("an answer without an operationId")?;
        loop {
            tokio::time::sleep(Duration::from_secs(1) / self.scale).await;
            let now = self.call(Method::GET, &format!("/operations/{id}"), None).await?;
            match now["status"].as_str() {
                Some("PENDING" | "IN_PROGRESS") => {}
                Some("COMPLETED") => return Ok(()),
                other => return Err(format!("the operation of {path} ended {other:?}: {now}").into()),
            }
        }
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Outcome<Value> {
        loop {
            let media = match path.starts_with("/users") {
                true => media_type::USERS,
                false => media_type::OPERATIONS,
            };
            let mut request = self
                .client
                .request(method.clone(), format!("{}{path}", self.url))
                .header("x-api-key", &self.key)
                .header("accept", media);
            if let Some(body) = body {
                request = request.header("content-type", media).body(body.to_string());
            }
            let answer = request.send().await?;
            if answer.status() == StatusCode::TOO_MANY_REQUESTS {
                tokio::time::sleep(until_reset(&answer)).await;
                continue;
            }
            let status = answer.status();
            let said = answer.text().await?;
            if !status.is_success() {
                return Err(format!("{method} {path}: {status} {said}").into());
            }
            return Ok(serde_json::from_str(&said)?);
        }
    }
}

/// Until the second that the account names.
fn until_reset(answer: &Response) -> Duration {
    let header = answer.headers().get("x-ratelimit-reset");
    let second = header.and_then(|value| value.to_str().ok()?.parse::<i64>().ok());
    let now = jiff::Timestamp::now().as_millisecond();
    let wait = second.map_or(1000, |second| second * 1000 - now);
    Duration::from_millis(u64::try_from(wait).unwrap_or(0))
}
