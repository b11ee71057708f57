//! The story: four people are declared active, then they leave, each in another way.

use std::time::{Duration, Instant};

use kube::{Api, ResourceExt};
use serde_json::json;

use crate::api::User;
use crate::api::user_status::UserStatus;
use crate::testbed::wait_until;

use super::DemoError;
use super::checks;
use super::stage::{NAMESPACE, Stage};
use super::timeline::{follow, say};

/// Everything is over long before; a demo that hangs ends here.
const DEADLINE: Duration = Duration::from_secs(180);

/// The four who leave: folders of `examples/` and names of the Users in them.
pub(super) const LEAVERS: [&str; 4] = ["deactivate", "delete", "contact-center", "kubectl-delete"];

/// Tells the story, and checks its end on the account itself.
pub(super) async fn tell(stage: &Stage, start: Instant) -> Result<(), DemoError> {
    let before = stage.account.state().await?;
    let timeline = tokio::spawn(follow(stage.client.clone(), NAMESPACE.to_owned(), start));
    let outcome = leave(stage, start).await;
    timeline.abort();
    outcome?;
    let after = stage.account.state().await?;
    checks::run(stage, &before, &after).await
}

async fn leave(stage: &Stage, start: Instant) -> Result<(), DemoError> {
    say(
        start,
        "",
        "four people are declared active, so that each profile is claimed",
    );
    for story in LEAVERS {
        stage.apply(&format!("{story}/active.yaml")).await?;
    }
    for story in LEAVERS {
        wait(stage, story, "active", |status| is_ready(status, "Active")).await?;
    }
    checks::assigned(&stage.client).await?;
    say(
        start,
        "",
        "their states change in Git: one deactivated, two deleted",
    );
    for story in &LEAVERS[..3] {
        stage.apply(&format!("{story}/leaving.yaml")).await?;
    }
    say(start, "", "$ kubectl delete user kubectl-delete");
    stage
        .cluster
        .kubectl(&[
            "--namespace",
            NAMESPACE,
            "delete",
            "users.onhook.dev",
            "kubectl-delete",
            "--wait=false",
        ])
        .await?;
    tokio::try_join!(
        wait(stage, "deactivate", "deactivated", |status| is_ready(
            status,
            "Deactivated"
        )),
        wait(stage, "delete", "deleted", |status| is_ready(status, "Deleted")),
        contact_center(stage, start),
        gone(stage, start, "kubectl-delete"),
    )?;
    Ok(())
}

/// The Contact Center agent: what no API does, the demo does as a person would.
async fn contact_center(stage: &Stage, start: Instant) -> Result<(), DemoError> {
    let name = "contact-center";
    wait(stage, name, "blocked", |status| {
        blocked(status, "ContactCenterQueuesAssigned")
    })
    .await?;
    let users: Api<User> = Api::namespaced(stage.client.clone(), NAMESPACE);
    let user = users.get(name).await?;
    let agent = user
        .spec
        .contact_center
        .and_then(|identity| identity.agent_id)
        .unwrap_or_default();
    say(
        start,
        name,
        "a person opens Configuration Manager → Agents → Edit → Queues, and clears Assigned",
    );
    stage.account.leave_queues(&agent).await?;
    wait(stage, name, "out of the queues", |status| {
        !blocked(status, "ContactCenterQueuesAssigned")
    })
    .await?;
    say(
        start,
        name,
        "a person takes the administrator and supervisor rights away, and confirms it in Git",
    );
    stage.account.remove_rights(&agent).await?;
    stage.apply(&format!("{name}/confirmed.yaml")).await?;
    wait(stage, name, "confirmed", |status| {
        !blocked(status, "ContactCenterAdminUnconfirmed")
    })
    .await?;
    say(
        start,
        name,
        "a person removes the Contact Center license in the Admin Console",
    );
    stage.account.remove_contact_center_license(&agent).await?;
    wait(stage, name, "deleted", |status| is_ready(status, "Deleted")).await
}

/// The finalizer holds the object until the account has nothing of it.
async fn gone(stage: &Stage, start: Instant, name: &str) -> Result<(), DemoError> {
    let users: Api<User> = Api::namespaced(stage.client.clone(), NAMESPACE);
    let held = wait_until("the finalizer to hold the object", DEADLINE, async || match users
        .get_opt(name)
        .await
    {
        Ok(Some(user)) if user.metadata.deletion_timestamp.is_some() => Ok(user.finalizers().join(", ")),
        Ok(_) => Err("it is not being deleted".to_owned()),
        Err(error) => Err(error.to_string()),
    });
    say(
        start,
        name,
        &format!("is being deleted, and held by {}", held.await?),
    );
    wait_until("the object to go", DEADLINE, async || {
        match users.get_opt(name).await {
            Ok(None) => Ok(()),
            Ok(Some(user)) => Err(user.status.and_then(|status| status.step).unwrap_or_default()),
            Err(error) => Err(error.to_string()),
        }
    })
    .await
    .map_err(DemoError::from)
}

async fn wait(
    stage: &Stage,
    name: &str,
    what: &str,
    is: impl Fn(&UserStatus) -> bool,
) -> Result<(), DemoError> {
    let users: Api<User> = Api::namespaced(stage.client.clone(), NAMESPACE);
    let what = format!("the User {name} to be {what}");
    wait_until(&what, DEADLINE, async || match users.get(name).await {
        Ok(user) => {
            let current = user.metadata.generation;
            let status = user.status.unwrap_or_default();
            if status.observed_generation == current && is(&status) {
                Ok(())
            } else {
                Err(json!(status).to_string())
            }
        }
        Err(error) => Err(error.to_string()),
    })
    .await
    .map_err(DemoError::from)
}

fn is_ready(status: &UserStatus, reason: &str) -> bool {
    let ready = status
        .conditions
        .iter()
        .find(|condition| condition.type_ == "Ready");
    ready.is_some_and(|ready| ready.status == "True" && ready.reason == reason)
}

fn blocked(status: &UserStatus, reason: &str) -> bool {
    status.blockers.iter().any(|blocker| blocker.reason == reason)
}
