//! Agents of Contact Center, and their queues.

use onhook::simulator::{Account, AgentStatus, NewAgent, NewUser};
use serde_json::json;

use super::bench;
use crate::common::Answer;

#[tokio::test]
async fn an_agent_is_found_by_address_signed_out_and_looked_for_in_every_queue() {
    let mut account = Account::empty(7);
    account.add_user(NewUser {
        user_name: "agent@acme.example".to_owned(),
        cc: Some(NewAgent {
            license: "X8-US".to_owned(),
            queues: vec!["Sales".to_owned(), "Night".to_owned()],
            ..NewAgent::default()
        }),
        ..NewUser::default()
    });
    account
        .set_agent_status("ag1001", AgentStatus::WaitTransact)
        .unwrap();
    let bench = bench(account).await;
    let keys = bench.simulator.keys();
    let token = bench
        .client
        .post(bench.simulator.token_url())
        .basic_auth(&keys.contact_center_key, Some(&keys.contact_center_secret))
        .header("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
        .body("grant_type=client_credentials");
    let token = Answer::of(token.send().await.unwrap()).await.body;
    let bearer = format!("Bearer {}", token["access_token"].as_str().unwrap());
    let headers = [
        ("Authorization", bearer.as_str()),
        ("pbx", keys.pbx.as_str()),
        ("Content-Type", "application/json"),
    ];

    let url = format!(
        "{}/users?page=1&size=30&activeUsers=true",
        bench.simulator.quality_url()
    );
    let users = bench.raw("GET", &url, &headers, None).await.body;
    let user = users["content"]
        .as_array()
        .unwrap()
        .iter()
        .find(|user| user["email"] == "agent@acme.example");
    let agent = user.unwrap()["agentId"].as_str().unwrap();

    let url = format!(
        "{}/tenants/{}/agentstatus/agents/{agent}",
        bench.simulator.agent_status_url(),
        keys.contact_center_tenant
    );
    let out = bench
        .client
        .put(&url)
        .basic_auth(&keys.contact_center_tenant, Some(&keys.action_token));
    let out = out.json(&json!({"agent-status": 1})).send().await.unwrap();
    assert_eq!(Answer::of(out).await.body["change-status"], 200);

    let base = bench.simulator.contact_center_url();
    let mut found = Vec::new();
    let queues = bench
        .raw("GET", &format!("{base}/queues?summary=true"), &headers, None)
        .await;
    assert_eq!(queues.header("X-Total-Pages"), "1");
    for queue in queues.body.as_array().unwrap() {
        let id = queue["id"].as_str().unwrap();
        let url = format!("{base}/queues/{id}/agents?summary=true&size=1000");
        let agents = bench.raw("GET", &url, &headers, None).await.body;
        if agents
            .as_array()
            .unwrap()
            .iter()
            .any(|there| there["id"] == agent)
        {
            found.push(queue["name"].as_str().unwrap().to_owned());
        }
    }
    found.sort();
    assert_eq!(found, ["Night", "Sales"]);
}
