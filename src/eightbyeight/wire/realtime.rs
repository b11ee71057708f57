//! What the Contact Center real-time metrics API and its token endpoint give.

use serde::{Deserialize, Deserializer, Serialize};

use super::Extra;

/// The answer of the OAuth token endpoint.
#[derive(Clone, Deserialize)]
pub struct Token {
    /// The token.
    pub access_token: secrecy::SecretString,
    /// Seconds it lives; 8x8 gives it as a text.
    #[serde(default, deserialize_with = "seconds")]
    pub expires_in: Option<u64>,
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(u64),
        Text(String),
    }
    Ok(match Option::<Either>::deserialize(deserializer)? {
        Some(Either::Number(number)) => Some(number),
        Some(Either::Text(text)) => text.trim().parse().ok(),
        None => None,
    })
}

/// A Contact Center queue as `GET /queues?summary=true` gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CcQueue {
    /// Id of the queue.
    pub id: String,
    /// Name of the queue.
    #[serde(default)]
    pub name: String,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A user of Quality Management as `GET /users` gives it: the one public join of an e-mail address and an agent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QualityUser {
    /// Internal id of the agent.
    #[serde(default)]
    pub agent_id: Option<String>,
    /// E-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A Contact Center agent as `GET /queues/{queueId}/agents?summary=true` gives it. It has no e-mail address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Agent {
    /// Internal id of the agent.
    pub id: String,
    /// Display name, which is not unique.
    #[serde(default)]
    pub name: String,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}
