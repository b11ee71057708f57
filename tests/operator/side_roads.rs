//! The side roads: what is said before it is lost, the identity provider, and the last member.

use onhook::api::user_status::{Fate, StepName};
use serde_json::json;

use super::scene::{Person, Scene};

#[tokio::test]
async fn losses_are_in_the_status_before_the_first_write_and_after_the_last() {
    let scene = Scene::new("losses").await;
    let user_id = scene
        .person(Person {
            ring_groups: 1,
            ..Person::named("leaver")
        })
        .await;
    scene.declare("leaver", "active", "").await;
    scene.stage.ready("leaver", "Active").await;
    scene.patch_tenant(json!({"spec": {"mode": "Observe"}})).await;
    scene.set_state("leaver", "deleted").await;
    let user = scene.stage.blocked("leaver", "TenantObserves").await;
    assert_eq!(scene.profile(&user_id).await["basicInfo"]["status"], "ACTIVE");
    let before = user.status.unwrap().losses;
    let of = |fate: Fate, naming: &str| {
        let found = before
            .iter()
            .find(|loss| loss.fate == fate && loss.what.contains(naming));
        found.unwrap_or_else(|| panic!("no {fate:?} names {naming}: {before:?}"))
    };
    assert_eq!(of(Fate::Destroyed, "Voicemail").step, Some(StepName::Licenses));
    assert_eq!(of(Fate::Destroyed, "chat and SMS").step, Some(StepName::Delete));
    assert_eq!(of(Fate::Freed, "X4-Standard-US").rules, ["F3"]);
    assert_eq!(of(Fate::Kept, "call recordings").step, None);
    let model = scene.profile(&user_id).await["serviceInfo"]["extensions"][0]["devices"][0]["model"].clone();
    of(Fate::Inactivated, model.as_str().unwrap());
    let text = serde_json::to_string(&before).unwrap();
    assert!(
        !text.contains(&scene.number_of("leaver")) && !text.contains("@acme.example"),
        "{text}"
    );
    scene.patch_tenant(json!({"spec": {"mode": "Enforce"}})).await;
    let user = scene.stage.ready("leaver", "Deleted").await;
    assert_eq!(user.status.unwrap().losses, before);
    scene.judge().await;
}

#[tokio::test]
async fn a_profile_of_an_identity_provider_loses_access_at_once_and_waits_for_the_rest() {
    let scene = Scene::new("scim").await;
    let user_id = scene
        .person(Person {
            scim_provider: Some("okta".to_owned()),
            ..Person::named("leaver")
        })
        .await;
    scene.declare("leaver", "active", "").await;
    scene.stage.ready("leaver", "Active").await;
    scene.set_state("leaver", "deleted").await;
    let user = scene.stage.blocked("leaver", "IdentityProviderAssigned").await;
    assert!(user.status.unwrap().blockers[0].what.contains("okta"));
    let inactive = async || scene.profile(&user_id).await["basicInfo"]["status"] == "INACTIVE";
    assert!(inactive().await);
    // The next sync of the provider gives access back, and Onhook takes it away again.
    let active = json!({"basicInfo": {"status": "ACTIVE"}});
    scene.change_profile(&user_id, active).await;
    scene.stage.annotate("leaver", "acme.example/sync", "1").await;
    scene.profile_is(&user_id, "INACTIVE").await;
    let confirmed = json!({"spec": {"offboarding": {"confirmations": ["IdentityProviderUnassigned"]}}});
    scene.stage.patch_user("leaver", confirmed).await;
    scene.stage.ready("leaver", "Deleted").await;
    assert!(scene.profile(&user_id).await.is_null());
    scene.judge().await;
}

#[tokio::test]
async fn the_last_member_waits_until_somebody_else_joins() {
    let scene = Scene::new("last-member").await;
    scene
        .person(Person {
            ring_groups: 1,
            call_queues: 1,
            alone: true,
            ..Person::named("leaver")
        })
        .await;
    scene.declare("leaver", "active", "").await;
    scene.stage.ready("leaver", "Active").await;
    scene.set_state("leaver", "deleted").await;
    scene.stage.blocked("leaver", "LastRingGroupMember").await;
    scene.relieve("leaver", 1, 0).await;
    scene.stage.annotate("leaver", "acme.example/look", "1").await;
    scene.stage.blocked("leaver", "LastCallQueueMember").await;
    scene.relieve("leaver", 0, 1).await;
    scene.stage.annotate("leaver", "acme.example/look", "2").await;
    scene.stage.ready("leaver", "Deleted").await;
    scene.judge().await;
}

#[tokio::test]
async fn what_leads_to_the_leaver_is_listed_before_the_license_goes_and_clears_by_itself() {
    let scene = Scene::new("references").await;
    let user_id = scene.person(Person::named("leaver")).await;
    let profile = scene.profile(&user_id).await;
    let extension = profile["serviceInfo"]["extensions"][0]["extensionNumber"]
        .as_str()
        .unwrap()
        .to_owned();
    scene.forward_ring_group("Front desk", Some(&extension)).await;
    scene.zero_out_site(Some(&extension)).await;
    scene.set_number_status("leaver", "PRE_PORTING").await;
    scene.declare("leaver", "active", "").await;
    scene.stage.ready("leaver", "Active").await;
    let often = json!({"spec": {"inventory": {"interval": "1s"}}});
    scene.patch_tenant(often).await;
    scene.inventory_read().await;
    scene.set_state("leaver", "deleted").await;
    let blockers = (scene
        .stage
        .blocked("leaver", "NumberPortOpen")
        .await
        .status
        .unwrap())
    .blockers;
    let referenced = blockers
        .iter()
        .find(|blocker| blocker.reason == "ExtensionReferenced");
    let what = &referenced
        .expect("all that stands in the way is told at once")
        .what;
    assert!(what.contains("Front desk") && what.contains("site(s)"), "{what}");
    scene.set_number_status("leaver", "ASSIGNED").await;
    scene.not_blocked("leaver", "NumberPortOpen").await;
    scene.stage.blocked("leaver", "ExtensionReferenced").await;
    assert!(
        !scene.profile(&user_id).await["serviceInfo"]["licenses"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    scene.forward_ring_group("Front desk", None).await;
    scene.zero_out_site(None).await;
    scene.stage.ready("leaver", "Deleted").await;
    scene.judge().await;
}
