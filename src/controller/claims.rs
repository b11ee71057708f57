//! Claims: which User object stands for which profile, kept outside the status of any object (invariants 2 and 5).
//!
//! A claim is a ConfigMap in the operator's namespace, named after the account and the profile. Creating it is atomic, so
//! there is one owner; it holds ids only, no personal data.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::api::{DeleteParams, Patch, PatchParams, PostParams, Preconditions};
use kube::{Api, ResourceExt};
use serde_json::json;

use crate::api::user::UserState;
use crate::api::{FIELD_MANAGER, Tenant, User};
use crate::lifecycle::{Claim, short_digest as short};

use super::context::Context;
use super::objects::Object;
use super::problem::PassError;

const LABEL: &str = "onhook.dev/claim";

/// Who claims the profile of this id.
pub(super) async fn read(
    ctx: &Context,
    tenant: &Tenant,
    user: &User,
    user_id: &str,
) -> Result<Claim, PassError> {
    let Some(claim) = api(ctx).get_opt(&name(tenant, user_id)).await? else {
        return Ok(Claim::Nobody);
    };
    let data = claim.data.unwrap_or_default();
    let field = |key: &str| data.get(key).map(String::as_str).unwrap_or_default();
    if Some(field("uid")) == user.uid().as_deref() {
        return Ok(Claim::Mine {
            pins: field("pins") == "true",
        });
    }
    let (namespace, name) = (field("namespace"), field("name"));
    Ok(match owner::<User>(ctx, namespace, name, field("uid")).await? {
        Some(owner) if is_leaving(&owner) => Claim::Leaving(format!("{namespace}/{name}")),
        Some(_) => Claim::Other(format!("{namespace}/{name}")),
        None => Claim::Nobody,
    })
}

/// The object that made a claim, if it is still there: the same one, not another of its name.
async fn owner<K: Object>(
    ctx: &Context,
    namespace: &str,
    name: &str,
    uid: &str,
) -> Result<Option<K>, PassError> {
    if namespace.is_empty() || name.is_empty() {
        return Ok(None);
    }
    let owner = Api::<K>::namespaced(ctx.client.clone(), namespace)
        .get_opt(name)
        .await?;
    Ok(owner.filter(|owner| owner.uid().as_deref() == Some(uid)))
}

/// What a claim says of the object that makes it.
fn made_by<K: Object>(object: &K) -> BTreeMap<String, String> {
    BTreeMap::from([
        ("namespace".to_owned(), object.namespace().unwrap_or_default()),
        ("name".to_owned(), object.name_any()),
        ("uid".to_owned(), object.uid().unwrap_or_default()),
    ])
}

/// Writes a claim whose owner, as `known` was read, is nobody or the one that writes it. [`PassError::Changed`] if somebody
/// else was first.
async fn put(
    ctx: &Context,
    name: &str,
    known: Option<&ConfigMap>,
    kind: &str,
    data: BTreeMap<String, String>,
) -> Result<(), PassError> {
    if let Some(known) = known {
        let patch = json!({ "metadata": { "resourceVersion": known.resource_version() }, "data": data });
        api(ctx)
            .patch(name, &PatchParams::default(), &Patch::Merge(patch))
            .await?;
        return Ok(());
    }
    let claim = ConfigMap {
        metadata: ObjectMeta {
            name: Some(name.to_owned()),
            labels: Some(BTreeMap::from([(LABEL.to_owned(), kind.to_owned())])),
            ..ObjectMeta::default()
        },
        data: Some(data),
        ..ConfigMap::default()
    };
    let params = PostParams {
        field_manager: Some(FIELD_MANAGER.to_owned()),
        ..PostParams::default()
    };
    api(ctx).create(&params, &claim).await?;
    Ok(())
}

/// Whether a User is on its way to the end of its profile, so that somebody else may wait for the userName.
fn is_leaving(user: &User) -> bool {
    user.spec.state == UserState::Deleted || user.metadata.deletion_timestamp.is_some()
}

/// Claims the profile for a User object. [`PassError::Changed`] if somebody else was first.
pub(super) async fn make(
    ctx: &Context,
    tenant: &Tenant,
    user: &User,
    user_id: &str,
    pins: bool,
) -> Result<Claim, PassError> {
    let name = name(tenant, user_id);
    let mut data = made_by(user);
    data.insert("userId".to_owned(), user_id.to_owned());
    data.insert("pins".to_owned(), pins.to_string());
    // The owner of one that is there is gone, or is this object: `read` said so.
    let known = api(ctx).get_opt(&name).await?;
    put(ctx, &name, known.as_ref(), "profile", data).await?;
    Ok(Claim::Mine { pins })
}

/// Claims the account of a customer for a Tenant. Gives the Tenant that has it already, `namespace/name`: one account has
/// one budget, one limit and one policy, so two Tenants must not work on it.
pub(super) async fn claim_account(
    ctx: &Context,
    tenant: &Tenant,
    customer_id: &str,
) -> Result<Option<String>, PassError> {
    let key = format!("account-{}", short(customer_id));
    let data = made_by(tenant);
    let claim = api(ctx).get_opt(&key).await?;
    if let Some(known) = claim.as_ref().and_then(|claim| claim.data.as_ref()) {
        if *known == data {
            return Ok(None);
        }
        let field = |key: &str| known.get(key).map(String::as_str).unwrap_or_default();
        let (namespace, name) = (field("namespace"), field("name"));
        let owner = owner::<Tenant>(ctx, namespace, name, field("uid")).await?;
        if owner.is_some_and(|owner| owns(&owner, customer_id)) {
            return Ok(Some(format!("{namespace}/{name}")));
        }
    }
    put(ctx, &key, claim.as_ref(), "account", data).await?;
    Ok(None)
}

/// Whether a Tenant still stands for the customer: its address may have been changed to another account since.
fn owns(tenant: &Tenant, customer_id: &str) -> bool {
    let known = tenant
        .status
        .as_ref()
        .and_then(|status| status.customer_id.as_deref());
    known.is_none_or(|known| known == customer_id)
}

/// Lets go of the claim on the profile of this id, if this object has it.
pub(super) async fn release(
    ctx: &Context,
    tenant: &Tenant,
    user: &User,
    user_id: &str,
) -> Result<(), PassError> {
    let name = name(tenant, user_id);
    let Some(claim) = api(ctx).get_opt(&name).await? else {
        return Ok(());
    };
    let owner = claim.data.as_ref().and_then(|data| data.get("uid"));
    if owner != user.uid().as_ref() {
        return Ok(());
    }
    let preconditions = Preconditions {
        uid: claim.uid(),
        resource_version: claim.resource_version(),
    };
    let params = DeleteParams {
        preconditions: Some(preconditions),
        ..DeleteParams::default()
    };
    match api(ctx).delete(&name, &params).await {
        Ok(_) => Ok(()),
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn api(ctx: &Context) -> Api<ConfigMap> {
    Api::namespaced(ctx.client.clone(), &ctx.settings.namespace)
}

/// The address of a Tenant's account, which it is known by before anything of it was read.
pub(super) fn address(tenant: &Tenant) -> String {
    let address = tenant.spec.admin_api.url.trim_end_matches('/');
    address.to_ascii_lowercase()
}

fn name(tenant: &Tenant, user_id: &str) -> String {
    format!("claim-{}", short(&format!("{}\n{user_id}", account(tenant))))
}

/// What stands for the account of a Tenant in the names of the operator's own objects: the id of the customer, or the
/// address while no user of the account was seen.
pub(super) fn account(tenant: &Tenant) -> String {
    let customer = tenant
        .status
        .as_ref()
        .and_then(|status| status.customer_id.as_ref());
    short(customer.unwrap_or(&tenant.spec.admin_api.url))
}
