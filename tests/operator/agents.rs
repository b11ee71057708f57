//! Contact Center agents: found by their address, logged out when their call has ended, and never taken for another.

use onhook::simulator::AgentStatus;
use serde_json::json;

use super::scene::{Person, Scene};

async fn leaving(prefix: &str, more: &str, before: impl AsyncFnOnce(&Scene)) -> (Scene, String) {
    let scene = Scene::new(prefix).await;
    let user_id = scene
        .person(Person {
            contact_center_queues: 2,
            ..Person::named("leaver")
        })
        .await;
    before(&scene).await;
    scene.declare("leaver", "active", more).await;
    scene.stage.ready("leaver", "Active").await;
    scene.set_state("leaver", "deleted").await;
    (scene, user_id)
}

#[tokio::test]
async fn a_busy_agent_found_by_its_address_ends_its_call_and_is_logged_out() {
    let (scene, user_id) = leaving("agent-busy", "", async |scene| {
        scene.open_agent_apis().await;
        scene.agent_does("leaver", AgentStatus::ProcessTransact);
    })
    .await;
    let user = scene.stage.blocked("leaver", "AgentBusy").await;
    let agent = user.status.unwrap().agent_id.unwrap();
    assert!(scene.agent_id_of("leaver").await.contains(&agent));
    assert_eq!(scene.agent_status("leaver"), AgentStatus::ProcessTransact);
    scene.agent_does("leaver", AgentStatus::WaitTransact);
    scene.stage.blocked("leaver", "ContactCenterQueuesAssigned").await;
    assert_eq!(scene.agent_status("leaver"), AgentStatus::LoggedOut);
    scene.leave_contact_center_queues("leaver").await;
    scene.remove_contact_center_rights("leaver").await;
    let confirmed = json!({"spec": {"offboarding": {"confirmations": ["ContactCenterSupervisorRemoved"]}}});
    scene.stage.patch_user("leaver", confirmed).await;
    scene.remove_contact_center_license("leaver").await;
    // The agent went with its license, and which one it was is still known.
    let user = scene.stage.ready("leaver", "Deleted").await;
    assert_eq!(user.status.unwrap().agent_id.as_ref(), Some(&agent));
    assert!(scene.profile(&user_id).await.is_null());
}

#[tokio::test]
async fn a_wrong_agent_does_not_read_as_one_without_queues() {
    let (scene, _) = leaving("agent-wrong", "contactCenter: {agentId: ag-nobody}", async |_| {}).await;
    scene.stage.blocked("leaver", "ContactCenterAgentNotFound").await;
    let agent = scene.agent_id_of("leaver").await;
    let agent = agent
        .trim_start_matches("contactCenter: {agentId: ")
        .trim_end_matches('}');
    let right = json!({"spec": {"contactCenter": {"agentId": agent}}});
    scene.stage.patch_user("leaver", right).await;
    scene.stage.blocked("leaver", "ContactCenterQueuesAssigned").await;
    scene.not_blocked("leaver", "ContactCenterAgentNotFound").await;
}

#[tokio::test]
async fn an_account_that_lets_no_update_touch_contact_center_is_off_boarded_all_the_same() {
    let (scene, user_id) = leaving("agent-untouched", "", async |scene| {
        scene
            .change_settings(json!({"contactCenterInPut": "Reject"}))
            .await;
        scene.open_agent_apis().await;
    })
    .await;
    scene.stage.blocked("leaver", "ContactCenterQueuesAssigned").await;
    scene.profile_is(&user_id, "INACTIVE").await;
    scene.leave_contact_center_queues("leaver").await;
    scene.remove_contact_center_rights("leaver").await;
    let confirmed = json!({"spec": {"offboarding": {"confirmations": ["ContactCenterSupervisorRemoved"]}}});
    scene.stage.patch_user("leaver", confirmed).await;
    scene.remove_contact_center_license("leaver").await;
    scene.stage.ready("leaver", "Deleted").await;
    let journal = scene.journal().await;
    let mut puts = journal.entries().iter().filter(|entry| entry.method == "PUT");
    assert!(
        puts.all(|entry| entry.status != 400),
        "a PUT touched Contact Center"
    );
    scene.judge().await;
}
