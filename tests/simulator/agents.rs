//! The Contact Center agent status API and the Quality Management users.

use onhook::simulator::{Account, AgentStatus, NewAgent, NewUser};
use serde_json::{Value, json};

use crate::common::{Answer, Bench, bench};

fn with_agents(count: usize) -> Account {
    let mut account = Account::empty(2);
    for number in 1..=count {
        account.add_user(NewUser {
            user_name: format!("agent-{number}@acme.example"),
            inactive: number == 2,
            cc: Some(NewAgent {
                license: "X8-US".to_owned(),
                ..NewAgent::default()
            }),
            ..NewUser::default()
        });
        let agent = format!("ag{}", 1000 + number);
        account
            .set_agent_status(&agent, AgentStatus::WaitTransact)
            .unwrap();
    }
    account
}

impl Bench {
    async fn agents(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let keys = self.simulator.keys();
        let (user, token) = (keys.contact_center_tenant.as_str(), keys.action_token.as_str());
        self.agents_as((user, token), method, &format!("/{user}/agentstatus{path}"), body)
            .await
    }

    async fn agents_as(
        &self,
        (user, token): (&str, &str),
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        let url = format!("{}/tenants{path}", self.simulator.agent_status_url());
        let request = self.client.request(method.parse().unwrap(), url);
        let request = request.basic_auth(user, Some(token));
        let request = body.into_iter().fold(request, |request, body| request.json(body));
        Answer::of(request.send().await.unwrap()).await
    }

    async fn quality(&self, headers: &[(&str, &str)], query: &str) -> Answer {
        let url = format!("{}/users{query}", self.simulator.quality_url());
        self.raw("GET", &url, headers, None).await
    }
}

#[tokio::test]
async fn agents_show_what_they_do() {
    let mut account = with_agents(2);
    account.contact_center.agents.get_mut("ag1002").unwrap().group_id = "140".to_owned();
    let bench = bench(account).await;
    let all = bench.agents("GET", "/agents", None).await;
    assert_eq!((all.status, all.media()), (200, "application/json"));
    let first = json!({
        "agent-id": "ag1001", "name": "Test Person", "agent-status": 4, "agent-sub-status": "none",
    });
    assert_eq!(all.body["data"][0], first);
    assert_eq!(bench.agents("GET", "/agents/ag1001", None).await.body, first);
    let group = bench.agents("GET", "/agents?groupId=140", None).await.body;
    assert_eq!(group["data"].as_array().unwrap().len(), 1);
    assert_eq!(group["data"][0]["agent-id"], "ag1002");
    assert_eq!(bench.agents("GET", "/agents/ag9", None).await.status, 404);
    assert_eq!(
        bench.agents("GET", "/agents?pageSize=many", None).await.status,
        400
    );
    assert_eq!(bench.agents("DELETE", "/agents/ag1001", None).await.status, 405);
}

#[tokio::test]
async fn an_agent_changes_by_the_documented_ways_only() {
    let bench = bench(with_agents(1)).await;
    let lunch = json!({
        "agent-status": 3, "status-code-list-id": 801, "status-code-item-id": 1725,
        "status-code-item-short-code": "Lunch",
    });
    let done = bench.agents("PUT", "/agents/ag1001", Some(&lunch)).await;
    assert_eq!((done.status, &done.body["change-status"]), (200, &json!(200)));
    let shown = bench.agents("GET", "/agents/ag1001", None).await.body;
    assert_eq!(
        (&shown["agent-status"], &shown["status-code-item-short-code"]),
        (&json!(3), &json!("Lunch"))
    );
    for status in [5, 4, 1] {
        let wanted = json!({"agent-status": status});
        assert_eq!(
            bench.agents("PUT", "/agents/ag1001", Some(&wanted)).await.status,
            200,
            "{status}"
        );
    }
    let back = bench
        .agents("PUT", "/agents/ag1001", Some(&json!({"agent-status": 4})))
        .await;
    assert_eq!(back.status, 400, "signing out has no way back");
    for bad in [
        json!({"agent-status": 7}),
        json!({"agent-status": 12}),
        json!({}),
        json!([]),
    ] {
        assert_eq!(
            bench.agents("PUT", "/agents/ag1001", Some(&bad)).await.status,
            400,
            "{bad}"
        );
    }
    let out = json!({"agent-status": 1});
    assert_eq!(bench.agents("PUT", "/agents/ag9", Some(&out)).await.status, 404);
}

#[tokio::test]
async fn a_busy_agent_is_signed_out_only_after_the_interaction() {
    let bench = bench(with_agents(1)).await;
    let out = json!({"agent-status": 1});
    for busy in 6..=11 {
        let status = bench
            .control(
                "PUT",
                "/contact-center/agents/ag1001/status",
                Some(&json!({"status": busy})),
            )
            .await;
        assert_eq!(status.status, 204);
        let refused = bench.agents("PUT", "/agents/ag1001", Some(&out)).await;
        assert_eq!(refused.status, 400, "{busy}");
        assert_eq!(
            bench.agents("GET", "/agents/ag1001", None).await.body["agent-status"],
            busy
        );
    }
    let ended = bench
        .control("DELETE", "/contact-center/agents/ag1001/interaction", None)
        .await;
    assert_eq!(ended.status, 204);
    assert_eq!(
        bench.agents("GET", "/agents/ag1001", None).await.body["agent-status"],
        4
    );
    assert_eq!(
        bench.agents("PUT", "/agents/ag1001", Some(&out)).await.status,
        200
    );
    assert_eq!(
        bench.agents("GET", "/agents/ag1001", None).await.body["agent-status"],
        1
    );
    for (path, body) in [
        ("status", Some(json!({"status": 12}))),
        ("status", Some(json!({"status": "busy"}))),
    ] {
        let path = format!("/contact-center/agents/ag1001/{path}");
        assert_eq!(bench.control("PUT", &path, body.as_ref()).await.status, 422);
    }
    let nobody = bench
        .control("DELETE", "/contact-center/agents/ag9/interaction", None)
        .await;
    assert_eq!(nobody.status, 404);
}

#[tokio::test]
async fn many_agents_change_each_for_itself() {
    let bench = bench(with_agents(2)).await;
    bench.handle().with_account(|account| {
        account
            .set_agent_status("ag1002", AgentStatus::ProcessTransact)
            .unwrap();
    });
    let change = |id: &str| json!({"agent-id": id, "agent-status": 1});
    for method in ["POST", "PUT"] {
        let body = json!({"agents": [change("ag1001"), change("ag1002"), change("ag9")]});
        let answer = bench.agents(method, "/agents/bulk", Some(&body)).await;
        assert_eq!(answer.status, 207, "{method}");
        let codes: Vec<_> = answer.body["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| {
                (
                    row["agent-id"].as_str().unwrap(),
                    row["change-status"].as_i64().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            codes,
            [("ag1001", 200), ("ag1002", 400), ("ag9", 404)],
            "{method}"
        );
    }
    let many: Vec<_> = (0..101).map(|number| change(&format!("ag{number}"))).collect();
    let many = bench
        .agents("POST", "/agents/bulk", Some(&json!({"agents": many})))
        .await;
    assert_eq!(many.status, 400, "a hundred at most");
    let nameless = json!({"agents": [{"agent-status": 1}]});
    assert_eq!(
        bench.agents("POST", "/agents/bulk", Some(&nameless)).await.status,
        400
    );
}

#[tokio::test]
async fn agents_are_shown_to_their_own_tenant_only() {
    let bench = bench(with_agents(1)).await;
    let keys = bench.simulator.keys();
    let right = (keys.contact_center_tenant.as_str(), keys.action_token.as_str());
    let path = format!("/{}/agentstatus/agents", right.0);
    for wrong in [(right.0, "guess"), ("other", right.1)] {
        let answer = bench.agents_as(wrong, "GET", &path, None).await;
        assert_eq!((answer.status, &answer.body["status"]), (401, &json!(401)));
    }
    let other = bench
        .agents_as(right, "GET", "/other/agentstatus/agents", None)
        .await;
    assert_eq!(
        (other.status, other.body["title"].as_str()),
        (403, Some("Forbidden"))
    );
    let off = json!({"agentStatusEnabled": false});
    bench.control("PUT", "/settings", Some(&off)).await;
    assert_eq!(
        bench.agents_as(right, "GET", &path, None).await.status,
        403,
        "8x8 has not enabled it"
    );
    let journal = serde_json::to_string(&bench.handle().journal()).unwrap();
    assert!(!journal.contains(right.1));
}

#[tokio::test]
async fn quality_management_tells_the_agent_of_an_address() {
    let bench = bench(with_agents(3)).await;
    let (bearer, pbx) = (bench.bearer().await, bench.simulator.keys().pbx);
    let headers = [("authorization", bearer.as_str()), ("pbx", pbx.as_str())];
    let all = bench.quality(&headers, "").await;
    assert_eq!((all.status, &all.body["pageResultSize"]), (200, &json!(3)));
    let first = &all.body["content"][0];
    assert_eq!(
        (&first["agentId"], &first["email"]),
        (&json!("ag1001"), &json!("agent-1@acme.example"))
    );
    assert_eq!(
        (&first["active"], &first["locked"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(all.body["content"][1]["active"], false);
    let active = bench
        .quality(&headers, "?activeUsers=true&size=1&page=2")
        .await
        .body;
    assert_eq!(
        (
            &active["content"][0]["agentId"],
            active["links"].as_array().unwrap().len()
        ),
        (&json!("ag1003"), 1)
    );
    assert_eq!(active["links"][0]["rel"], "prevUrl");
    assert_eq!(bench.quality(&headers, "?page=0").await.status, 400);
    assert_eq!(bench.quality(&headers[..1], "").await.status, 400, "without pbx");
    assert_eq!(bench.quality(&headers[1..], "").await.status, 401);
    let foreign = [headers[0], ("pbx", "other01")];
    assert_eq!(bench.quality(&foreign, "").await.status, 403);
    bench
        .handle()
        .with_settings(|settings| settings.quality_management_enabled = false);
    assert_eq!(bench.quality(&headers, "").await.status, 403);
}
