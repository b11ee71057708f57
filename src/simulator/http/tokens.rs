//! OAuth for the Contact Center real-time reads: a token for a key and its secret.

use std::collections::HashMap;

use axum::http::header;
use serde_json::json;

use super::{
    call::{Call, Reply, pairs},
    media::JSON,
};
use crate::simulator::{clock::Moment, ids, world::World};

/// The tokens that were given, with when each ends.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    ends: HashMap<String, Moment>,
    given: u64,
}

impl Tokens {
    /// Whether the header `authorization` has a token that lives.
    pub(crate) fn know(&self, authorization: &str, now: Moment) -> bool {
        let Some((scheme, token)) = authorization.split_once(' ') else {
            return false;
        };
        scheme.eq_ignore_ascii_case("bearer") && self.ends.get(token.trim()).is_some_and(|end| *end > now)
    }

    fn give(&mut self, seed: u64, now: Moment, seconds: Moment) -> String {
        self.ends.retain(|_, end| *end > now);
        self.given += 1;
        let token = ids::secret(seed, "token", self.given);
        self.ends.insert(token.clone(), now + seconds);
        token
    }
}

/// Answers `POST /oauth/v2/token`.
pub(crate) fn token(world: &mut World, call: &Call) -> Reply {
    let refuse = |status, error: &str| Reply::new(status, JSON, json!({"error": error}));
    let form = pairs(&String::from_utf8_lossy(&call.body));
    if !call
        .header(header::CONTENT_TYPE)
        .to_lowercase()
        .starts_with("application/x-www-form-urlencoded")
    {
        return refuse(415, "invalid_request");
    }
    if !call.has_basic(&world.keys.client()) {
        return refuse(401, "invalid_client");
    }
    if !form
        .iter()
        .any(|(name, value)| name == "grant_type" && value == "client_credentials")
    {
        return refuse(400, "unsupported_grant_type");
    }
    let (now, seconds) = (world.clock.now(), world.settings.token_seconds);
    let token = world.tokens.give(world.account.seed, now, seconds);
    // Numbers come as texts.
    let mut body = json!({
        "access_token": token, "token_type": "BearerToken", "expires_in": format!("{}", seconds as u64),
        "status": "approved", "issued_at": format!("{}", world.clock.wall(now).as_millisecond()),
    });
    let mut reply = Reply::new(200, JSON, body.clone());
    body["access_token"] = json!("***");
    reply.journal = Some(body);
    reply
}
