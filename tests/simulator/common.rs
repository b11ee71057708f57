//! A caller of the embedded account that sends what it is told, right or wrong.

use std::time::{Duration, Instant};

use onhook::eightbyeight::wire::media_type;
use onhook::simulator::{Account, Config, Handle, NewUser, Settings, Simulator};
use reqwest::{Client, Method, header::HeaderMap};
use serde_json::Value;

/// A running account and a caller with the primary administrator's key.
pub struct Bench {
    pub simulator: Simulator,
    pub client: Client,
    pub key: String,
}

/// What a call was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    pub async fn of(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.unwrap();
        Self {
            status,
            headers,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn media(&self) -> &str {
        self.header("content-type")
    }

    /// Field and code of the first error.
    pub fn error(&self) -> (String, String) {
        let text = |name: &str| {
            self.body["errors"][0][name]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        (text("field"), text("code"))
    }
}

/// Limits so wide that they are not met.
pub fn wide() -> Settings {
    Settings {
        requests_per_minute: 1_000_000,
        requests_per_ten_seconds: 1_000_000,
        ..Settings::default()
    }
}

/// An account a thousand times as fast as life, with wide limits.
pub async fn bench(account: Account) -> Bench {
    start(Config {
        settings: wide(),
        ..Config::of(account).time_scale(1000.0)
    })
    .await
}

pub async fn start(config: Config) -> Bench {
    // Another test of this process may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let simulator = Simulator::start(config).await.unwrap();
    let key = simulator.keys().get("primary").to_owned();
    Bench {
        simulator,
        client: Client::new(),
        key,
    }
}

/// An account with one user, who has everything of 8x8 Work.
pub fn with_jane() -> (Account, String) {
    let mut account = Account::empty(7);
    let jane = account.add_user(jane());
    (account, jane)
}

pub fn jane() -> NewUser {
    NewUser {
        user_name: "jane@acme.example".to_owned(),
        license: Some("X4-Standard-US".to_owned()),
        number: Some("+15552000001".to_owned()),
        device: Some("ACTIVE".to_owned()),
        ring_groups: vec!["Reception".to_owned()],
        call_queues: vec!["Orders".to_owned()],
        ..NewUser::default()
    }
}

/// The media type of a path.
pub fn media(path: &str) -> &'static str {
    match path.trim_start_matches('/').split(['/', '?']).next() {
        Some("users") => media_type::USERS,
        Some("ring-groups") if path.ends_with("update-members") => media_type::UPDATE_MEMBERS,
        Some("ring-groups") => media_type::RING_GROUPS,
        Some("phone-numbers") => media_type::PHONE_NUMBERS,
        Some("sites") => media_type::SITES,
        _ => media_type::OPERATIONS,
    }
}

impl Bench {
    pub fn handle(&self) -> Handle {
        self.simulator.handle()
    }

    /// Sends a call with these headers and no others.
    pub async fn raw(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        self.try_raw(method, url, headers, body).await.unwrap()
    }

    pub async fn try_raw(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> reqwest::Result<Answer> {
        let mut request = self
            .client
            .request(Method::from_bytes(method.as_bytes()).unwrap(), url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.body(body.to_string());
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await?;
        Ok(Answer {
            status,
            headers,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        })
    }

    /// Sends a call to the Administration API as it should be.
    pub async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        self.call_as(&self.key, method, path, body).await
    }

    pub async fn call_as(&self, key: &str, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let url = format!("{}{path}", self.simulator.account_url());
        let mut headers = vec![("x-api-key", key), ("accept", media(path))];
        if body.is_some() {
            headers.push(("content-type", media(path)));
        }
        self.raw(method, &url, &headers, body).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None).await
    }

    pub async fn control(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let url = format!("{}{path}", self.simulator.control_url());
        self.raw(method, &url, &[("content-type", "application/json")], body)
            .await
    }

    /// Sends a write and waits until its operation has ended. Gives the operation.
    pub async fn done(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let accepted = self.call(method, path, body).await;
        assert_eq!(accepted.status, 202, "{method} {path}: {}", accepted.body);
        self.ended(&accepted.body).await
    }

    pub async fn ended(&self, operation: &Value) -> Value {
        let path = format!("/operations/{}", operation["operationId"].as_str().unwrap());
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let now = self.get(&path).await.body;
            if !matches!(now["status"].as_str(), Some("PENDING" | "IN_PROGRESS")) {
                return now;
            }
            assert!(Instant::now() < deadline, "the operation does not end: {now}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// A user as GET gives it, ready for a PUT: without its DID licenses.
    pub async fn user(&self, id: &str) -> Value {
        let mut user = self.get(&format!("/users/{id}")).await.body;
        if let Some(Value::Array(licenses)) = user.pointer_mut("/serviceInfo/licenses") {
            licenses.retain(|license| !license["name"].as_str().unwrap().starts_with("DID"));
        }
        user
    }

    /// Replaces a user and waits. Gives how the operation ended.
    pub async fn put(&self, id: &str, user: &Value) -> String {
        let operation = self.done("PUT", &format!("/users/{id}"), Some(user)).await;
        operation["status"].as_str().unwrap().to_owned()
    }
}
