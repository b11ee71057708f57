//! The connector over real HTTP, called by Onhook's own client and by a caller without a token.

use std::time::Duration;

use onhook::connector::{Connector, ConnectorError};
use onhook::lifecycle::{ConnectorSight, ConnectorTrouble};
use onhook::simulator::{Config, Seed};
use serde_json::{Value, json};

use crate::common::{Bench, start, wide};

async fn bench() -> Bench {
    start(Config {
        settings: wide(),
        ..Config::seeded(Seed::new(40, 3))
    })
    .await
}

fn client(bench: &Bench, token: &str) -> Connector {
    Connector::new(
        &bench.simulator.connector_url(),
        Some(token),
        Duration::from_millis(500),
    )
    .unwrap()
}

/// An agent with two queues, all rights and a license.
fn agent(bench: &Bench) -> String {
    bench.simulator.handle().with_account(|account| {
        let agents = account.contact_center.agents.values();
        let mut licensed = agents.filter(|agent| account.holds_contact_center_license(&agent.user_id));
        let id = licensed.next().unwrap().id.clone();
        for name in ["Sales", "Service"] {
            let queue = account.contact_center.queue_named(name);
            account.assign_agent(&id, &queue, false).unwrap();
        }
        account.give_admin_role(&id).unwrap();
        let agent = account.contact_center.agents.get_mut(&id).unwrap();
        agent.supervisor = true;
        id
    })
}

#[tokio::test]
async fn an_agent_is_shown_with_everything_it_holds() {
    let bench = bench().await;
    let id = agent(&bench);
    let token = bench.simulator.keys().connector_token;
    let seen = client(&bench, &token).agent(&id).await.unwrap();
    assert!(seen.queues.len() >= 2, "{seen:?}");
    assert!(seen.supervisor && seen.administrator && seen.license, "{seen:?}");
    assert_ne!(seen, ConnectorSight::default());
}

#[tokio::test]
async fn what_goes_wrong_has_a_name_and_no_secret() {
    let bench = bench().await;
    let token = bench.simulator.keys().connector_token;
    let good = client(&bench, &token);
    let of = async |connector: &Connector| connector.agent("nobody").await.unwrap_err();
    let unknown = of(&good).await;
    assert_eq!(unknown, ConnectorError::AgentUnknown);
    assert_eq!(unknown.trouble(), ConnectorTrouble::AgentUnknown);
    assert_eq!(of(&client(&bench, "wrong")).await, ConnectorError::Unauthorized);
    let gone = Connector::new("http://127.0.0.1:1", None, Duration::from_millis(500)).unwrap();
    assert_eq!(of(&gone).await, ConnectorError::Unreachable);
    let fault = |effect: Value| {
        let matching = json!({"path": "/connector/v1/agents/nobody"});
        let fault = json!({"match": matching, "effect": effect});
        bench
            .simulator
            .handle()
            .inject(serde_json::from_value(fault).unwrap());
    };
    fault(json!({"status": 503}));
    assert_eq!(of(&good).await, ConnectorError::Refused(503));
    fault(json!({"delay": "2s"}));
    assert_eq!(of(&good).await, ConnectorError::TimedOut);
    fault(json!({"reset": "before"}));
    assert_eq!(of(&good).await, ConnectorError::Unreachable);
    let shown = format!("{good:?}");
    assert!(!shown.contains(&token), "{shown}");
}
