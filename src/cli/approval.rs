//! `onhook approval`: the Approval of exactly the removals that wait now, to look at and to create. It only reads.

use std::fmt::Write as _;

use jiff::Timestamp;
use kube::api::ListParams;
use kube::{Api, ResourceExt};
use serde_json::json;

use crate::api::removals::{RemovalsState, WaitingRemovals};
use crate::api::{LABEL_WAITING, Span, Tenant, User};
use crate::controller::home_of;

use super::cluster::{Cluster, ClusterArguments};
use super::output::{named, say, yaml};
use super::{CliError, GROUP_VERSION};

/// Arguments of `onhook approval`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  # Look at what waits
  onhook approval acme --namespace acme-8x8

  # Approve exactly that, which takes the verb approve on the Tenant
  onhook approval acme -n acme-8x8 | kubectl create -f -

  # An Approval that is accepted for two hours
  onhook approval tenant/acme -n acme-8x8 --expires 2h")]
pub(super) struct Arguments {
    /// The Tenant, as `NAME` or `tenant/NAME`.
    #[arg(value_name = "TENANT")]
    tenant: String,
    /// How long it is accepted. Left out, a day from when it is created.
    #[arg(long, value_name = "TIME")]
    expires: Option<Span>,
    /// The namespace of the Tenant. Left out, that of the context.
    #[arg(short, long, value_name = "NAME", help_heading = "Cluster")]
    namespace: Option<String>,
    #[command(flatten)]
    cluster: ClusterArguments,
}

/// The line that approves what waits in a Tenant.
pub(super) fn command(namespace: &str, tenant: &str) -> String {
    format!("onhook approval {tenant} -n {namespace} | kubectl create -f -")
}

pub(super) async fn run(arguments: Arguments) -> Result<(), CliError> {
    let kinds = ["tenant", "tenants", "tenant.onhook.dev", "tenants.onhook.dev"];
    let name = named(&arguments.tenant, &kinds)?;
    let expires = expires(arguments.expires, Timestamp::now())?;
    let cluster = arguments.cluster.open().await?;
    let namespace = cluster.namespace(arguments.namespace.as_deref());
    let api = Api::<Tenant>::namespaced(cluster.client.clone(), namespace);
    let tenant = cluster.get_opt(&api, name).await?.ok_or_else(|| {
        CliError::NotFound(format!(
            "There is no Tenant named {name} in the namespace {namespace}: give its own with -n."
        ))
    })?;
    let status = tenant.status.as_ref().and_then(|status| status.removals.as_ref());
    let Some((state, waiting)) = status.and_then(|status| Some((status.state, status.waiting.as_ref()?)))
    else {
        return Err(CliError::NotFound(format!(
            "No removal of the Tenant {namespace}/{name} waits for an approval now."
        )));
    };
    let names = names(&cluster, &tenant, waiting).await?;
    let comment = comment(&tenant, state, waiting, &names);
    say(&(comment + &manifest(&tenant, waiting, expires)?))
}

fn expires(within: Option<Span>, now: Timestamp) -> Result<Option<Timestamp>, CliError> {
    let Some(within) = within else { return Ok(None) };
    if within.is_zero() {
        let text = "--expires must be some time: an Approval that has expired is accepted no more.";
        return Err(CliError::Usage(text.to_owned()));
    }
    let at = now.checked_add(within.as_duration());
    let at = at.and_then(|at| Timestamp::from_second(at.as_second()));
    at.map(Some)
        .map_err(|error| CliError::Usage(format!("--expires {within} is too long: {error}")))
}

/// Who waits. The Tenant names the first of them; the others are known by a label, to whoever may list them.
async fn names(
    cluster: &Cluster,
    tenant: &Tenant,
    waiting: &WaitingRemovals,
) -> Result<Vec<String>, CliError> {
    let of_tenant = || {
        let first = waiting.first.iter();
        let named =
            first.map(|one| format!("{} ({})", one.user, format!("{:?}", one.removal).to_lowercase()));
        named.collect::<Vec<_>>()
    };
    let count = usize::try_from(waiting.count).unwrap_or_default();
    if count <= waiting.first.len() {
        return Ok(of_tenant());
    }
    let label = format!("{LABEL_WAITING}={}", tenant.name_any());
    let labelled = ListParams::default().labels(&label);
    let users = match Api::<User>::all(cluster.client.clone()).list(&labelled).await {
        Ok(users) => users.items,
        Err(kube::Error::Api(status)) if status.is_forbidden() => return Ok(of_tenant()),
        Err(error) => return Err(cluster.failed(&error)),
    };
    let own = users
        .iter()
        .filter(|user| Some(home_of(user)) == tenant.namespace());
    let mut names: Vec<_> = own
        .map(|user| format!("{}/{}", user.namespace().unwrap_or_default(), user.name_any()))
        .collect();
    names.sort();
    // The labels are written one by one: a list that is not whole yet would mislead.
    Ok(if names.len() == count { names } else { of_tenant() })
}

fn comment(tenant: &Tenant, state: RemovalsState, waiting: &WaitingRemovals, names: &[String]) -> String {
    let place = format!("{}/{}", tenant.namespace().unwrap_or_default(), tenant.name_any());
    let why = match state {
        RemovalsState::Held => "held over the limit",
        RemovalsState::AwaitingApproval | RemovalsState::Within | RemovalsState::AccountNotCounted => {
            "waiting for an approval"
        }
    };
    let since = (waiting.held_since).map_or(String::new(), |since| format!(" since {since:.0}"));
    let mut text = format!(
        "# Removals of the Tenant {place}, {why}{since}: {}\n",
        waiting.count
    );
    for name in names {
        let _ = writeln!(text, "#   {name}");
    }
    let count = usize::try_from(waiting.count).unwrap_or_default();
    if let Some(more) = count.checked_sub(names.len()).filter(|more| *more > 0) {
        let label = format!("{LABEL_WAITING}={}", tenant.name_any());
        let _ = writeln!(
            text,
            "#   and {more} more: kubectl get users --all-namespaces --selector {label}"
        );
    }
    text.push_str("# A list that changes in any way has another digest, which this does not approve.\n");
    text
}

fn manifest(
    tenant: &Tenant,
    waiting: &WaitingRemovals,
    expires: Option<Timestamp>,
) -> Result<String, CliError> {
    let name = tenant.name_any();
    let mut spec = json!({"tenantRef": {"name": name}, "digest": waiting.digest});
    if let Some(expires) = expires {
        spec["expiresAt"] = json!(expires);
    }
    yaml(&json!({
        "apiVersion": GROUP_VERSION, "kind": "Approval",
        "metadata": {"generateName": format!("{name}-"), "namespace": tenant.namespace()},
        "spec": spec,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Approval;

    fn waiting(count: usize) -> WaitingRemovals {
        let one = |n| json!({"user": format!("people/user-{n}"), "removal": "Delete"});
        let first: Vec<_> = (0..count.min(20)).map(one).collect();
        let digest = format!("sha256:{}", "0".repeat(32));
        let value =
            json!({"count": count, "digest": digest, "heldSince": "2026-06-01T10:00:00Z", "first": first});
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn what_is_printed_is_an_approval_with_its_names_in_a_comment() {
        let tenant = crate::cli::snapshot::tests::tenant();
        let expires = expires(
            Some(Span::from_seconds(7_200)),
            "2026-06-01T10:00:00.5Z".parse().unwrap(),
        )
        .unwrap();
        let text = manifest(&tenant, &waiting(2), expires).unwrap();
        let approval: Approval = serde_saphyr::from_str(&text).unwrap();
        assert_eq!(approval.spec.tenant_ref.name, "acme");
        assert_eq!(approval.spec.digest, waiting(2).digest);
        assert_eq!(
            approval.spec.expires_at.unwrap().to_string(),
            "2026-06-01T12:00:00Z"
        );
        assert_eq!(approval.metadata.namespace.as_deref(), Some("acme-8x8"));
        let none = manifest(&tenant, &waiting(2), None).unwrap();
        assert!(!none.contains("expiresAt"), "{none}");
    }

    #[test]
    fn who_is_not_named_is_counted() {
        let tenant = crate::cli::snapshot::tests::tenant();
        let names = ["people/user-0".to_owned()];
        let said = comment(&tenant, RemovalsState::Held, &waiting(30), &names);
        assert!(
            said.contains("acme-8x8/acme, held over the limit since 2026-06-01T10:00:00Z: 30"),
            "{said}"
        );
        assert!(
            said.contains("and 29 more") && said.contains("onhook.dev/waiting=acme"),
            "{said}"
        );
        assert!(said.lines().all(|line| line.starts_with('#')), "{said}");
    }

    #[test]
    fn an_approval_that_never_holds_is_refused() {
        let now = Timestamp::UNIX_EPOCH;
        assert!(expires(Some(Span::ZERO), now).is_err());
        assert_eq!(expires(None, now).unwrap(), None);
    }
}
