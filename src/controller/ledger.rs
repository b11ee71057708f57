//! Where the ledger of an account's removals is kept: a ConfigMap in the operator's namespace, one per account.
//!
//! It is read for every removal and written by an update that fails on a newer version, so that neither a restart nor a
//! second replica begins to count anew.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use k8s_openapi::api::core::v1::ConfigMap;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::api::PostParams;
use kube::client::Body;
use kube::core::Request;
use kube::core::params::GetParams;
use kube::{Api, Resource};

use crate::api::{FIELD_MANAGER, Reason, Tenant};
use crate::lifecycle::limit::Ledger;

use super::claims;
use super::context::Context;
use super::problem::{PassError, Problem};

const LABEL: &str = "onhook.dev/ledger";
const KEY: &str = "ledger.json";

/// The ledger of an account as it was read.
#[derive(Clone)]
pub(super) struct Kept {
    pub ledger: Ledger,
    /// The API server's time when it was read.
    pub server_time: Timestamp,
    version: Option<String>,
}

impl Kept {
    /// The earlier of the two clocks: one that was put ahead makes nothing old.
    pub fn earlier(&self) -> Timestamp {
        self.server_time.min(Timestamp::now())
    }

    /// The later of the two clocks: what begins now is not old sooner because one of them lags.
    pub fn later(&self) -> Timestamp {
        self.server_time.max(Timestamp::now())
    }
}

/// Reads the ledger of the Tenant's account, and with it the API server's clock.
pub(super) async fn read(ctx: &Context, tenant: &Tenant) -> Result<Kept, PassError> {
    let namespace = &ctx.settings.namespace;
    let path = ConfigMap::url_path(&(), Some(namespace));
    let request = Request::new(path)
        .get(&name(tenant), &GetParams::default())
        .map_err(|_| unreadable(tenant))?;
    let answer = ctx.client.send(request.map(Body::from)).await?;
    let date = answer.headers().get("date").and_then(|date| date.to_str().ok());
    let server_time = date
        .and_then(|date| DateTimeParser::new().parse_timestamp(date).ok())
        .unwrap_or_else(Timestamp::now);
    let status = answer.status();
    if status == 404 {
        return Ok(Kept {
            ledger: Ledger::default(),
            server_time,
            version: None,
        });
    }
    let map = if status.is_success() {
        let body = answer.into_body().collect_bytes().await?;
        serde_json::from_slice(&body).map_err(|_| unreadable(tenant))?
    } else {
        api(ctx).get(&name(tenant)).await?
    };
    let text = map.data.as_ref().and_then(|data| data.get(KEY));
    // What cannot be read is not taken for nothing: that would begin to count anew.
    let ledger = text.and_then(|text| serde_json::from_str(text).ok());
    Ok(Kept {
        ledger: ledger.ok_or_else(|| unreadable(tenant))?,
        server_time,
        version: map.metadata.resource_version,
    })
}

/// Writes the ledger, if nobody else did since it was read: [`PassError::Changed`] otherwise.
pub(super) async fn write(
    ctx: &Context,
    tenant: &Tenant,
    kept: &Kept,
    ledger: &Ledger,
) -> Result<(), PassError> {
    let text = serde_json::to_string(ledger).map_err(|_| unreadable(tenant))?;
    let labels = BTreeMap::from([(LABEL.to_owned(), "removals".to_owned())]);
    let map = ConfigMap {
        metadata: ObjectMeta {
            name: Some(name(tenant)),
            labels: Some(labels),
            resource_version: kept.version.clone(),
            ..ObjectMeta::default()
        },
        data: Some(BTreeMap::from([(KEY.to_owned(), text)])),
        ..ConfigMap::default()
    };
    let params = PostParams {
        field_manager: Some(FIELD_MANAGER.to_owned()),
        ..PostParams::default()
    };
    match &kept.version {
        Some(_) => api(ctx).replace(&name(tenant), &params, &map).await?,
        None => api(ctx).create(&params, &map).await?,
    };
    Ok(())
}

fn api(ctx: &Context) -> Api<ConfigMap> {
    Api::namespaced(ctx.client.clone(), &ctx.settings.namespace)
}

fn name(tenant: &Tenant) -> String {
    format!("removals-{}", claims::account(tenant))
}

fn unreadable(tenant: &Tenant) -> Problem {
    let name = name(tenant);
    let what = format!(
        "The ConfigMap {name} in the operator's namespace, which says how many removals were begun, cannot be read."
    );
    let to_do = format!(
        "Restore the ConfigMap {name}. Deleting it makes the limit count anew, so look first at what was removed lately."
    );
    Problem::new(Reason::LedgerUnreadable, what, to_do)
}
