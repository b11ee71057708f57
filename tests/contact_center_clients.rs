//! The clients of the Agent Status API and of Quality Management against the embedded account over real HTTP.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]
#![cfg(feature = "testbed")]

use onhook::eightbyeight::{
    Account, AccountConfig, AgentStatusConfig, ContactCenterConfig, Failure, QualityConfig,
};
use onhook::simulator::{self, AgentStatus, Config, NewAgent, NewUser, Simulator};
use secrecy::SecretString;

/// An account with so many agents, and how to reach it.
async fn scene(agents: usize) -> (Simulator, AccountConfig) {
    let mut account = simulator::Account::empty(2);
    for number in 1..=agents {
        account.add_user(NewUser {
            user_name: format!("agent-{number}@acme.example"),
            inactive: number == 2,
            cc: Some(NewAgent {
                license: "X8-US".to_owned(),
                ..NewAgent::default()
            }),
            ..NewUser::default()
        });
    }
    let simulator = Simulator::start(Config::of(account)).await.unwrap();
    let keys = simulator.keys();
    let contact_center = ContactCenterConfig {
        url: simulator.contact_center_url(),
        token_url: simulator.token_url(),
        key: SecretString::from(keys.contact_center_key),
        secret: SecretString::from(keys.contact_center_secret),
        tenant_info: None,
        quality: Some(QualityConfig {
            url: simulator.quality_url(),
            pbx: keys.pbx,
        }),
    };
    let agent_status = AgentStatusConfig {
        url: simulator.agent_status_url(),
        tenant_name: keys.contact_center_tenant,
        token: SecretString::from(keys.action_token),
    };
    let config = AccountConfig {
        contact_center: Some(contact_center),
        agent_status: Some(agent_status),
        ..AccountConfig::new(
            simulator.account_url(),
            SecretString::from(keys.api["primary"].clone()),
        )
    };
    (simulator, config)
}

#[tokio::test]
async fn quality_management_gives_every_page_and_also_who_is_inactive() {
    let (_simulator, config) = scene(1001).await;
    let users = Account::new(config).unwrap().quality_users().await.unwrap();
    assert_eq!(users.len(), 1001);
    let second = users
        .iter()
        .find(|user| user.email.as_deref() == Some("agent-2@acme.example"));
    assert_eq!(second.unwrap().agent_id.as_deref(), Some("ag1002"));
}

#[tokio::test]
async fn a_wrong_pbx_and_an_account_without_quality_management_are_errors() {
    let (_simulator, mut config) = scene(1).await;
    let forbidden = async |config: &AccountConfig| {
        let error = Account::new(config.clone())
            .unwrap()
            .quality_users()
            .await
            .unwrap_err();
        matches!(error.failure(), Failure::Forbidden(_))
    };
    let contact_center = config.contact_center.as_mut().unwrap();
    contact_center.quality.as_mut().unwrap().pbx = "another".to_owned();
    assert!(forbidden(&config).await);
    config.contact_center.as_mut().unwrap().quality = None;
    let error = Account::new(config).unwrap().quality_users().await.unwrap_err();
    assert!(matches!(error.failure(), Failure::Local(_)));
}

#[tokio::test]
async fn all_agents_are_listed_whether_they_are_in_a_queue_or_not() {
    let (_simulator, config) = scene(3).await;
    let agents = Account::new(config)
        .unwrap()
        .contact_center_agents()
        .await
        .unwrap();
    let ids: Vec<_> = agents.iter().map(|agent| agent.id.as_str()).collect();
    assert_eq!(ids, ["ag1001", "ag1002", "ag1003"]);
}

#[tokio::test]
async fn the_status_of_an_agent_is_what_it_does_and_none_where_there_is_no_agent() {
    let (simulator, config) = scene(1).await;
    let account = Account::new(config).unwrap();
    for (status, number) in [
        (AgentStatus::LoggedOut, 1),
        (AgentStatus::WaitTransact, 4),
        (AgentStatus::DirectCall, 10),
    ] {
        let handle = simulator.handle();
        handle
            .with_account(|account| account.set_agent_status("ag1001", status))
            .unwrap();
        assert_eq!(account.agent_status("ag1001").await.unwrap(), Some(number));
    }
    assert_eq!(account.agent_status("ag9").await.unwrap(), None);
}

#[tokio::test]
async fn a_wrong_token_is_told_from_an_unknown_agent() {
    let (_simulator, mut config) = scene(1).await;
    config.agent_status.as_mut().unwrap().token = SecretString::from("wrong");
    let read = Account::new(config).unwrap().agent_status("ag1001").await;
    assert_eq!(read.unwrap_err().failure(), &Failure::KeyRefused);
}
