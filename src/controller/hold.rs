//! Tenant and Secrets are held while Users need them: a removal that was asked for is finished with credentials that are
//! still there, also when the whole namespace goes.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::core::v1::{Namespace, Secret};
use kube::api::{Patch, PatchParams};
use kube::{Api, ResourceExt};
use serde_json::json;

use crate::api::tenant::TenantSpec;
use crate::api::{FINALIZER_IN_USE, Reason, Tenant};

use super::context::Context;
use super::objects::{self, Meta};
use super::problem::{PassError, Problem};

/// How long a Secret that is deleted is held while its Tenant stays. What deletes both deletes the Tenant within this
/// time; who deletes the Secret alone wants to replace it.
const REPLACED_AFTER: SignedDuration = SignedDuration::from_secs(10);

/// How many of the Users that a Tenant waits for are named.
const NAMED: usize = 5;

/// Holds the Tenant for a User that is about to be held itself. A Tenant that is being deleted takes no new User.
pub(super) async fn tenant(ctx: &Context, tenant: &Tenant) -> Result<(), PassError> {
    if tenant.metadata.deletion_timestamp.is_some() {
        let what = format!("The Tenant {} is being deleted.", tenant.name_any());
        let to_do = "Make the User refer to another Tenant, or create the Tenant again once it is gone.";
        return Err(Problem::new(Reason::TenantGoing, what, to_do).into());
    }
    if !objects::has_finalizer(tenant, FINALIZER_IN_USE) {
        objects::add_finalizer(&ctx.client, tenant, FINALIZER_IN_USE, Meta::default()).await?;
    }
    Ok(())
}

/// What a Tenant is held for.
pub(super) enum Held {
    /// Nothing: it was let go of, with its Secrets.
    No,
    /// It is deleted, and waits for these Users.
    Waiting(String),
    /// It stays.
    Stays,
}

/// Holds the Secrets of a Tenant that Users need, and lets go of those of one that nobody does.
pub(super) async fn mind(ctx: &Context, tenant: &Tenant) -> Result<Held, PassError> {
    let needing = ctx.stores.people.of(tenant, |person| person.held);
    let deleted = tenant.metadata.deletion_timestamp.is_some();
    let held = objects::has_finalizer(tenant, FINALIZER_IN_USE);
    let named = named(&tenant.spec);
    let before = tenant.status.as_ref().map(|status| status.held_secrets.clone());
    for name in before.iter().flatten().filter(|name| !named.contains(*name)) {
        release(ctx, tenant, name).await?;
    }
    if !needing.is_empty() && !deleted && !held {
        objects::add_finalizer(&ctx.client, tenant, FINALIZER_IN_USE, Meta::default()).await?;
    } else if needing.is_empty() && (deleted || held) {
        for name in &named {
            release(ctx, tenant, name).await?;
        }
        if held {
            objects::remove_finalizer(&ctx.client, tenant, FINALIZER_IN_USE).await?;
        }
    } else if held {
        for name in &named {
            hold(ctx, tenant, name, deleted).await?;
        }
    }
    Ok(match (deleted, needing.is_empty()) {
        (false, _) => Held::Stays,
        (true, true) => Held::No,
        (true, false) => {
            let names = needing.iter();
            let names = names.map(|(key, _)| format!("{}/{}", key.namespace, key.name));
            let mut names: Vec<_> = names.collect();
            names.sort();
            let more = names.len().saturating_sub(NAMED);
            names.truncate(NAMED);
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            Held::Waiting(format!("{}{more}", names.join(", ")))
        }
    })
}

/// Names of the Secrets that a Tenant refers to.
pub(super) fn named(spec: &TenantSpec) -> BTreeSet<String> {
    let contact_center = &spec.contact_center;
    let agent_status = contact_center
        .agent_status
        .as_ref()
        .map(|api| &api.token_secret_ref.name);
    let connector = contact_center.connector.as_ref();
    let token = connector.and_then(|connector| connector.token_secret_ref.as_ref());
    let client = contact_center.credentials_secret_ref.as_ref();
    [Some(&spec.admin_api.api_key_secret_ref.name), agent_status]
        .into_iter()
        .chain([token.map(|token| &token.name), client.map(|client| &client.name)])
        .flatten()
        .cloned()
        .collect()
}

/// Holds a Secret. One that was deleted alone is let go of, so that it can be replaced.
async fn hold(ctx: &Context, tenant: &Tenant, name: &str, leaving: bool) -> Result<(), PassError> {
    let Some(secret) = read(ctx, tenant, name).await? else {
        return Ok(());
    };
    let held = secret.finalizers().iter().any(|known| known == FINALIZER_IN_USE);
    match &secret.metadata.deletion_timestamp {
        None if !held => patch(ctx, tenant, &secret, true).await,
        Some(at) if held && !leaving => {
            let since = Timestamp::now().duration_since(at.0);
            if since > REPLACED_AFTER && !namespace_going(ctx, tenant).await? {
                return patch(ctx, tenant, &secret, false).await;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

async fn release(ctx: &Context, tenant: &Tenant, name: &str) -> Result<(), PassError> {
    let others = ctx.stores.tenants.state();
    let shared = others.iter().any(|other| {
        other.namespace() == tenant.namespace()
            && other.uid() != tenant.uid()
            && objects::has_finalizer(&**other, FINALIZER_IN_USE)
            && named(&other.spec).contains(name)
    });
    if shared {
        return Ok(());
    }
    let Some(secret) = read(ctx, tenant, name).await? else {
        return Ok(());
    };
    if secret.finalizers().iter().any(|known| known == FINALIZER_IN_USE) {
        patch(ctx, tenant, &secret, false).await?;
    }
    Ok(())
}

fn secrets(ctx: &Context, tenant: &Tenant) -> Api<Secret> {
    Api::namespaced(ctx.client.clone(), &tenant.namespace().unwrap_or_default())
}

async fn read(ctx: &Context, tenant: &Tenant, name: &str) -> Result<Option<Secret>, PassError> {
    Ok(secrets(ctx, tenant).get_opt(name).await?)
}

async fn patch(ctx: &Context, tenant: &Tenant, secret: &Secret, held: bool) -> Result<(), PassError> {
    let mut finalizers = secret.finalizers().to_vec();
    finalizers.retain(|known| known != FINALIZER_IN_USE);
    if held {
        finalizers.push(FINALIZER_IN_USE.to_owned());
    }
    let version = secret.resource_version();
    let patch = json!({ "metadata": { "finalizers": finalizers, "resourceVersion": version } });
    let name = secret.name_any();
    let params = PatchParams::default();
    match secrets(ctx, tenant)
        .patch_metadata(&name, &params, &Patch::Merge(patch))
        .await
    {
        Ok(_) => Ok(()),
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn namespace_going(ctx: &Context, tenant: &Tenant) -> Result<bool, PassError> {
    let namespaces = Api::<Namespace>::all(ctx.client.clone());
    let namespace = namespaces
        .get_opt(&tenant.namespace().unwrap_or_default())
        .await?;
    Ok(namespace.is_none_or(|namespace| namespace.metadata.deletion_timestamp.is_some()))
}
