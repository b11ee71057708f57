//! The Contact Center Agent Status API: whether an agent is logged in, and logging it out (8x8-api.md §8.4).

use reqwest::{Method, header::HeaderValue};
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::lifecycle::proof::LogOutProof;

use super::{
    Account, AgentStatusConfig, CallError, ConfigError, Failure, LimitsConfig, LocalRefusal,
    gate::{Gate, Turn},
    http::{Answer, Base, Call, Http, Sent, basic_header},
};

const READ: Call = Call::read(
    "agent_status.get",
    "/tenants/{tenantId}/agentstatus/agents/{agentId}",
);
const LOG_OUT: Call = Call::write(
    "agent_status.log_out",
    "/tenants/{tenantId}/agentstatus/agents/{agentId}",
    || Method::PUT,
);
const JSON: &str = "application/json";
/// The status LOGGED_OUT.
const LOGGED_OUT: u64 = 1;

/// The API. Its limits are not documented, so it gets a budget of its own with the numbers of the Administration API.
pub(super) struct AgentStatus {
    http: Http,
    gate: Gate,
    base: Base,
    tenant: String,
    authorization: HeaderValue,
}

impl AgentStatus {
    pub(super) fn new(
        config: AgentStatusConfig,
        http: Http,
        limits: LimitsConfig,
        warm: bool,
    ) -> Result<Self, ConfigError> {
        let authorization = basic_header(
            &config.tenant_name,
            config.token.expose_secret(),
            "the Action Request Token",
        )?;
        Ok(Self {
            http,
            gate: Gate::new(limits, warm),
            base: Base::new(&config.url, "contactCenter.agentStatus.url")?,
            tenant: config.tenant_name,
            authorization,
        })
    }

    async fn send(&self, call: &Call, agent_id: &str, body: Option<Vec<u8>>) -> Result<Answer, CallError> {
        let url = call.url(&self.base, &[&self.tenant, agent_id], &[])?;
        let mut sent = Sent::new(url)
            .accept(JSON)
            .header("authorization", &self.authorization);
        if let Some(body) = body {
            sent = sent.body(JSON, body);
        }
        let ticket = self.gate.enter(Turn::default()).await;
        self.http.send(call, ticket, sent).await
    }
}

impl Account {
    /// The number of an agent's status, 0 to 11; `None` where there is no such agent.
    ///
    /// # Errors
    /// As every call; 403 where 8x8 has not enabled the API for the account.
    pub async fn agent_status(&self, agent_id: &str) -> Result<Option<u64>, CallError> {
        let answer = match self.status_api(&READ)?.send(&READ, agent_id, None).await {
            Ok(answer) => answer.json(&READ)?,
            Err(error) if *error.failure() == Failure::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let status = answer.get("agent-status").and_then(Value::as_u64);
        status.map(Some).ok_or_else(|| READ.failed(Failure::Unreadable))
    }

    /// Logs an agent out. Only a read shows whether it is.
    ///
    /// # Errors
    /// As every call; 400 where an interaction is open by now.
    pub async fn log_out_agent(&self, proof: LogOutProof) -> Result<(), CallError> {
        let body = serde_json::json!({"agent-status": LOGGED_OUT}).to_string();
        let api = self.status_api(&LOG_OUT)?;
        api.send(&LOG_OUT, proof.agent_id(), Some(body.into_bytes()))
            .await?;
        Ok(())
    }

    fn status_api(&self, call: &Call) -> Result<&AgentStatus, CallError> {
        let api = self.inner().agent_status.as_ref();
        api.ok_or_else(|| call.failed(Failure::Local(LocalRefusal::NoContactCenter)))
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use serde_json::{Value, json};

    use crate::eightbyeight::stub::{Reply, Stub};
    use crate::eightbyeight::{Account, AccountConfig, AgentStatusConfig, Outcome};
    use crate::lifecycle::proof::LogOutProof;

    #[tokio::test]
    async fn an_agent_is_logged_out_by_one_put_with_the_token_and_nothing_else() {
        let refused = Reply::new(400, json!({"status": 400, "title": "Bad Request"}));
        let stub = Stub::start([Reply::new(200, json!({"change-status": 200})), refused]).await;
        let api = AgentStatusConfig {
            url: stub.url.clone(),
            tenant_name: "Aladdin".to_owned(),
            token: SecretString::from("open sesame"),
        };
        let account = Account::new(AccountConfig {
            agent_status: Some(api),
            ..AccountConfig::new(&stub.url, SecretString::from("eght_key"))
        })
        .unwrap();
        let proof = || LogOutProof::for_test("U1", "ag/1");
        account.log_out_agent(proof()).await.unwrap();
        let asked = stub.asked().remove(0);
        assert_eq!(
            (asked.method.as_str(), asked.target.as_str()),
            ("PUT", "/base/tenants/Aladdin/agentstatus/agents/ag%2F1")
        );
        assert_eq!(
            asked.header("authorization"),
            Some("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
        );
        assert!(asked.header("x-api-key").is_none(), "the key of the other API");
        let body: Value = serde_json::from_slice(&asked.body).unwrap();
        assert_eq!(body, json!({"agent-status": 1}));
        let error = account.log_out_agent(proof()).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Refused);
    }
}
