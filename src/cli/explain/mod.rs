//! `onhook explain`: where a leaver stands, why, since when, what a person must do, and when it goes on.

mod text;

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::{Api, ResourceExt};
use serde::Serialize;

use crate::api::status::READY;
use crate::api::user_status::{Blocker, Loss, StepState, StepStatus, UserStatus, Warning};
use crate::api::{ANNOTATION_REQUESTED_BY, ANNOTATION_SUSPEND, Tenant, User, UserState};

use crate::controller::{home_of, is_suspended, leaves};

use super::cluster::{Cluster, ClusterArguments, NamespaceArguments};
use super::lane::Lane;
use super::output::{Form, named, one_of};
use super::{CliError, approval, output};

/// Arguments of `onhook explain`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  # All who leave in a namespace
  onhook explain --namespace people

  # One of them
  onhook explain user/jane-doe -n people

  # Everybody, one line each
  onhook explain -A -o wide")]
pub(super) struct Arguments {
    #[command(flatten)]
    cluster: ClusterArguments,
    #[command(flatten)]
    namespace: NamespaceArguments,
    /// The Users, as `user/NAME` or `NAME`. Left out, all who leave.
    #[arg(value_name = "user/NAME")]
    users: Vec<String>,
    /// In another form than words.
    #[arg(short, long, value_parser = one_of([Form::Json, Form::Yaml, Form::Name, Form::Wide]))]
    output: Option<Form>,
}

/// What there is to say about one User.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Explanation {
    /// The object, `namespace/name`.
    pub user: String,
    pub user_name: String,
    pub state: UserState,
    pub lane: Lane,
    /// Since when it stands there.
    pub since: Option<Timestamp>,
    /// The step that it stands at.
    pub step: Option<String>,
    /// Why, in the words of the condition.
    pub message: Option<String>,
    /// What stands in the way, each with what to do.
    pub blockers: Vec<Blocker>,
    /// How it goes on, without the time.
    pub goes_on: String,
    /// The command that makes what lets it go on, where there is one.
    pub command: Option<String>,
    /// The time at which it goes on by itself, where one is known.
    pub at: Option<Timestamp>,
    /// Who asked, where the server stamped it.
    pub requested_by: Option<String>,
    pub steps: Vec<StepStatus>,
    pub losses: Vec<Loss>,
    pub warnings: Vec<Warning>,
    /// Name of the record that is open.
    pub record: Option<String>,
}

pub(super) async fn run(arguments: Arguments) -> Result<(), CliError> {
    let cluster = arguments.cluster.open().await?;
    let users = users(&cluster, &arguments).await?;
    let now = Timestamp::now();
    let mut said = Vec::new();
    for user in &users {
        let tenant = tenant_of(&cluster, user).await?;
        said.push(explain(user, tenant.as_ref()));
    }
    output::say(&match arguments.output {
        Some(Form::Name) => text::names(&users),
        Some(Form::Wide) => text::lines(&said, now),
        Some(form) => output::structured(form, &said)?,
        None if said.is_empty() => "Nobody leaves.\n".to_owned(),
        None => text::of_all(&said, now),
    })
}

/// The Users that are asked for, or all who leave.
async fn users(cluster: &Cluster, arguments: &Arguments) -> Result<Vec<User>, CliError> {
    let namespaces = &arguments.namespace;
    let namespace = cluster.namespace(namespaces.namespace.as_deref());
    let api = match namespaces.all_namespaces {
        true => Api::<User>::all(cluster.client.clone()),
        false => Api::<User>::namespaced(cluster.client.clone(), namespace),
    };
    if arguments.users.is_empty() {
        let mut all = cluster.list(&api).await?;
        all.retain(leaves);
        return Ok(all);
    }
    if namespaces.all_namespaces {
        let text = "A User is named in one namespace: give --namespace instead of --all-namespaces.";
        return Err(CliError::Usage(text.to_owned()));
    }
    let mut found = Vec::new();
    for asked in &arguments.users {
        let name = named(
            asked,
            &["user", "users", "ohu", "user.onhook.dev", "users.onhook.dev"],
        )?;
        let user = cluster.get_opt(&api, name).await?;
        found.push(user.ok_or_else(|| {
            CliError::NotFound(format!(
                "There is no User named {name} in the namespace {namespace}. Its record may tell more: onhook records \
                 list"
            ))
        })?);
    }
    Ok(found)
}

/// The Tenant of a User, as far as whoever asks may read it: it only tells more of what an approval must name.
async fn tenant_of(cluster: &Cluster, user: &User) -> Result<Option<Tenant>, CliError> {
    if Lane::of(user) != Lane::Held {
        return Ok(None);
    }
    let api = Api::<Tenant>::namespaced(cluster.client.clone(), &home_of(user));
    match api.get_opt(&user.spec.tenant_ref.name).await {
        Err(kube::Error::Api(status)) if status.is_forbidden() => Ok(None),
        read => read.map_err(|error| cluster.failed(&error)),
    }
}

/// What there is to say about a User. The Tenant tells more where it waits for an approval.
pub(super) fn explain(user: &User, tenant: Option<&Tenant>) -> Explanation {
    let nothing = UserStatus::default();
    let status = user.status.as_ref().unwrap_or(&nothing);
    let lane = Lane::of(user);
    let ready = ready(status);
    let waits = lane == Lane::Waiting && !is_suspended(user);
    let at = (goes_on_at(status).or(user.spec.effective_at)).filter(|_| waits);
    Explanation {
        user: format!("{}/{}", user.namespace().unwrap_or_default(), user.name_any()),
        user_name: user.spec.user_name.clone(),
        state: user.spec.state,
        lane,
        since: since(user, status),
        step: status.step.clone().filter(|step| step != "Done"),
        message: ready.map(|condition| condition.message.clone()),
        blockers: status.blockers.clone(),
        goes_on: goes_on(user, lane, at.is_some(), tenant),
        command: (lane == Lane::Held).then(|| approval::command(&home_of(user), &user.spec.tenant_ref.name)),
        at,
        requested_by: user.annotations().get(ANNOTATION_REQUESTED_BY).cloned(),
        steps: status.steps.clone(),
        losses: status.losses.clone(),
        warnings: status.warnings.clone(),
        record: status.record.clone(),
    }
}

/// Since when the User stands where it stands: its oldest blocker, else its step, else its condition.
fn since(user: &User, status: &UserStatus) -> Option<Timestamp> {
    let blocked = status.blockers.iter().map(|blocker| blocker.since).min();
    let step = |step: &&StepStatus| Some(step.name.to_string()) == status.step;
    let step = status.steps.iter().find(step).map(|step| step.since);
    let ready = ready(status).map(|condition| condition.last_transition_time.0);
    let created = || user.metadata.creation_timestamp.as_ref().map(|time| time.0);
    blocked.or(step).or(ready).or_else(created)
}

fn ready(status: &UserStatus) -> Option<&Condition> {
    let mut all = status.conditions.iter();
    all.find(|condition| condition.type_ == READY)
}

/// The earliest time that a step waits for.
fn goes_on_at(status: &UserStatus) -> Option<Timestamp> {
    let waits = |step: &&StepStatus| step.state == StepState::Waiting;
    let waiting = status.steps.iter().filter(waits);
    waiting.filter_map(|step| step.not_before).min()
}

/// How it goes on, in a sentence. Where a time is known it is to stand behind it.
fn goes_on(user: &User, lane: Lane, timed: bool, tenant: Option<&Tenant>) -> String {
    if is_suspended(user) {
        return format!("Once the annotation {ANNOTATION_SUSPEND} is taken off: it stops every write.");
    }
    match lane {
        Lane::Unseen => {
            "Once the operator has looked at it, within seconds. If it does not: is it running?".to_owned()
        }
        Lane::Waiting if timed => "By itself".to_owned(),
        Lane::Waiting => "By itself, at the set time.".to_owned(),
        Lane::Blocked => "By itself, soon after what stands in the way is gone.".to_owned(),
        Lane::Stalled => "Only after this object is edited.".to_owned(),
        Lane::Held => let_go(&user.spec.tenant_ref.name, tenant),
        Lane::Running => "By itself: it is being worked on.".to_owned(),
        Lane::Done => "Nothing follows.".to_owned(),
    }
}

/// What lets the held removals of a Tenant go, with the digest where the Tenant shows it.
pub(super) fn let_go(name: &str, tenant: Option<&Tenant>) -> String {
    let status = tenant.and_then(|tenant| tenant.status.as_ref());
    let removals = status.and_then(|status| status.removals.as_ref());
    let Some(waiting) = removals.and_then(|removals| removals.waiting.as_ref()) else {
        return format!(
            "Once somebody with the verb approve makes an Approval of the digest that status.removals.waiting of the \
             Tenant {name} shows."
        );
    };
    format!(
        "Once somebody with the verb approve makes an Approval of the digest {} of the Tenant {name}, which lets {} \
         removals go.",
        waiting.digest, waiting.count
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn waiting(annotations: serde_json::Value) -> User {
        serde_json::from_value(json!({
            "apiVersion": "onhook.dev/v1alpha1", "kind": "User",
            "metadata": {"name": "jane", "namespace": "people", "annotations": annotations},
            "spec": {
                "tenantRef": {"name": "acme"}, "userName": "jane@acme.example", "state": "deleted",
                "effectiveAt": "2026-07-01T15:30:00Z",
            },
            "status": {"conditions": [{
                "type": "Ready", "status": "True", "reason": "Scheduled", "message": "",
                "lastTransitionTime": "2026-06-28T12:00:00Z",
            }]},
        }))
        .unwrap()
    }

    #[test]
    fn the_time_at_which_it_goes_on_stands_in_a_field_of_its_own() {
        let said = explain(&waiting(json!({})), None);
        assert_eq!(said.goes_on, "By itself");
        assert_eq!(said.at, Some("2026-07-01T15:30:00Z".parse().unwrap()));
        let text = text::of_all(&[said], Timestamp::UNIX_EPOCH);
        assert!(text.contains("By itself, at 2026-07-01T15:30:00Z.\n"), "{text}");
    }

    #[test]
    fn who_is_suspended_goes_on_at_no_time() {
        let said = explain(&waiting(json!({ANNOTATION_SUSPEND: "true"})), None);
        assert_eq!(said.at, None);
        assert!(said.goes_on.contains(ANNOTATION_SUSPEND), "{}", said.goes_on);
    }
}
