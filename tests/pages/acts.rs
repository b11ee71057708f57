//! What happens between the pages: what their prose tells, and whom they are about.

use kube::Api;
use kube::api::{Patch, PatchParams};
use onhook::api::user_status::StepName;
use onhook::api::{Tenant, User};
use onhook::simulator::{Effect, Fault};
use onhook::testbed::{OPERATOR_NAMESPACE, OPERATOR_SERVICE_ACCOUNT, wait_until};
use serde_json::json;

use super::cast::{self, in_place, waiting};
use super::process::Operator;
use super::reading::{self, Item};
use super::stage::Stage;

/// The page that somebody reads first, with its manifests, up to a leaver who is only reported.
pub async fn start(stage: &Stage, operator: &mut Operator) {
    let mut runs = false;
    for item in reading::items("docs/start.md") {
        match item {
            Item::Command(command) => stage.run(&command).await,
            Item::Manifest { section, text } => begun(stage, &section, &text).await,
        }
        let mut played = stage.played.lock().unwrap().clone().into_iter();
        if !runs && played.any(|(text, _)| text.starts_with("helm install")) {
            stage.cluster.until_stamped().await.unwrap();
            operator.start_with(&["--time-scale", "20"]).await;
            runs = true;
        }
    }
    assert_eq!(stage.writes(), 0, "it was only to be observed");
    // From here on the account is what the page on operations makes of it.
    stage
        .patch("jane-doe", r#"{"spec":{"deletionPolicy":"Orphan"}}"#)
        .await;
    stage
        .player
        .prepared("kubectl -n people delete user jane-doe")
        .await;
    stage
        .player
        .prepared("kubectl -n acme-8x8 delete tenant acme")
        .await;
}

/// Applies a manifest of the first page, and does what its prose says next.
async fn begun(stage: &Stage, section: &str, text: &str) {
    stage.apply(&in_place(text, &stage.account)).await;
    if section != "The first leaver" {
        return stage.stands.until_tenant_ready().await;
    }
    stage.stands.until("jane-doe", "Active").await;
    stage.patch("jane-doe", r#"{"spec":{"state":"deleted"}}"#).await;
    stage.stands.until("jane-doe", "TenantObserves").await;
}

/// The page on operations up to the account, with what is not on a cluster without nodes and without a controller of
/// Deployments: the operator's pod.
pub async fn install(stage: &Stage) {
    let template = stage
        .player
        .prepared("kubectl -n onhook-system get deployment onhook -o jsonpath='{.spec.template}'")
        .await;
    let mut pod: serde_json::Value = serde_json::from_str(&template).unwrap();
    pod["apiVersion"] = "v1".into();
    pod["kind"] = "Pod".into();
    pod["metadata"]["name"] = "onhook-0".into();
    pod["spec"]["nodeName"] = "no-node".into();
    stage.file("pod.json", &pod.to_string());
    stage
        .player
        .prepared("kubectl -n onhook-system create -f pod.json")
        .await;
    let keys = stage.account.keys();
    let client = format!(
        "kubectl -n acme-8x8 create secret generic acme-8x8-cc --from-literal=key={} --from-literal=secret={}",
        keys.contact_center_key, keys.contact_center_secret
    );
    stage.player.prepared(&client).await;
    stage
        .play("docs/operations.md", |section| section == "Install")
        .await;
    stage.stands.until_tenant_ready().await;
}

/// Somebody in every state: finished with a record, blocked, waiting, without an answer, and eight who are held.
pub async fn cast(stage: &Stage) {
    let people = [
        ("jane-doe".to_owned(), "jane.doe@acme.example".to_owned()),
        ("unanswered".to_owned(), cast::UNANSWERED.to_owned()),
    ];
    stage.apply(&cast::declared(&people)).await;
    for example in ["delete", "contact-center", "planned-leaver", "mass-leave"] {
        let active = format!("kubectl apply -f examples/{example}/active.yaml");
        stage.player.prepared(&active).await;
    }
    for name in [
        "jane-doe",
        "unanswered",
        "delete",
        "contact-center",
        "planned-leaver",
        "mass-109",
    ] {
        stage.stands.until(name, "Active").await;
    }
    no_answer(stage).await;
    for example in ["delete", "contact-center", "planned-leaver"] {
        let leaving = format!("kubectl apply -f examples/{example}/leaving.yaml");
        stage.player.prepared(&leaving).await;
    }
    stage.stands.until("unanswered", "OutcomeUnknown").await;
    stage.stands.until("delete", "Deleted").await;
    stage
        .stands
        .until("contact-center", "ContactCenterQueuesAssigned")
        .await;
    stage.stands.until("planned-leaver", "Scheduled").await;
    stage
        .player
        .prepared("kubectl apply -f examples/mass-leave/leaving.yaml")
        .await;
    let all = |tenant: &Tenant| waiting(tenant) == 11;
    stage
        .stands
        .until_tenant("hold all who are not gone yet", all)
        .await;
}

/// A DELETE that was refused by a gateway, so that nobody knows, ten minutes ago.
async fn no_answer(stage: &Stage) {
    let handle = stage.account.handle();
    let id = handle.with_account(|account| account.find(cast::UNANSWERED).remove(0));
    handle.inject(Fault::new(
        "DELETE",
        &format!("*/users/{id}*"),
        Effect::Status(503),
    ));
    stage.patch("unanswered", r#"{"spec":{"state":"deleted"}}"#).await;
    let sent = |user: &User| {
        let intent = user.status.as_ref().and_then(|status| status.intent.as_ref());
        intent.is_some_and(|intent| intent.step == StepName::Delete)
    };
    stage
        .stands
        .until_user("unanswered", "sent its DELETE", sent)
        .await;
    wait_until("the DELETE to be refused", cast::DEADLINE, async || match handle
        .journal()
        .iter()
        .any(|entry| entry.method == "DELETE")
    {
        true => Ok(()),
        false => Err("it was not sent"),
    })
    .await
    .unwrap();
    // Ten minutes are waited for, and nobody but the operator may write when it was.
    let at = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(11);
    let operator = format!("system:serviceaccount:{OPERATOR_NAMESPACE}:{OPERATOR_SERVICE_ACCOUNT}");
    let client = stage.cluster.client_for(&operator, &[]).await.unwrap();
    let aged = Patch::Merge(json!({"status": {"intent": {"at": at}}}));
    let users = Api::<User>::namespaced(client, "people");
    users
        .patch_status("unanswered", &PatchParams::default(), &aged)
        .await
        .unwrap();
}

/// What the pages on records and on plans find in the folder: an export with its key and log, and a repository of people.
pub async fn files(stage: &Stage, operator: &Operator) {
    stage.file("onhook.log", &operator.wrote());
    for command in [
        "onhook records export --format jsonl > records.jsonl",
        "kubectl -n onhook-system get secret onhook-record-key -o go-template='{{range .data}}{{.}}{{end}}' | base64 -d > record.key",
        "kubectl -n acme-8x8 get tenant acme -o yaml > tenant.yaml",
        "onhook import --tenant acme-8x8/acme --inventory acme.json",
    ] {
        stage.player.prepared(command).await;
    }
}

/// A repository whose pull request deactivates one.
pub async fn pull_request(stage: &Stage) {
    for command in [
        "git init --quiet . && git add people && git -c user.name=test -c user.email=test@acme.example commit --quiet -m people",
        "git update-ref refs/remotes/origin/main HEAD",
        "sed -i 's/state: active/state: deactivated/' people/users/user-0050.yaml",
    ] {
        stage.player.prepared(command).await;
    }
}
