//! The clear names in records: they stand beside the chain only as long as the operator is told to keep them.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kube::api::{ListParams, Patch, PatchParams};
use kube::{Api, ResourceExt};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::api::OffboardingRecord;
use crate::records::names_end;

use super::context::Context;
use super::problem::PassError;

/// How often records are looked through, at most.
const OFTEN: Duration = Duration::from_secs(1);

/// How often records are looked through, at least.
const SELDOM: Duration = Duration::from_hours(1);

/// How many records one answer of the server holds.
const PAGE: u32 = 200;

/// Erases the names whose time is over, again and again, until `shutdown` is cancelled.
pub(super) async fn watch(ctx: Arc<Context>, shutdown: CancellationToken) {
    let kept = SignedDuration::try_from(ctx.settings.names_kept).unwrap_or(SignedDuration::MAX);
    let pause = (ctx.settings.names_kept / 10).clamp(OFTEN, SELDOM);
    loop {
        match erase(&ctx, kept, Timestamp::now()).await {
            Ok(0) => {}
            Ok(records) => tracing::info!(records, "the names in records were erased, as their time is over"),
            Err(error) => tracing::warn!(%error, "the names in records were not erased; it is tried again"),
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Erases the names in records that ended so long ago. Gives in how many. What is sealed stays as it is.
async fn erase(ctx: &Context, kept: SignedDuration, now: Timestamp) -> Result<usize, PassError> {
    let records = Api::<OffboardingRecord>::namespaced(ctx.client.clone(), &ctx.settings.namespace);
    let mut page = ListParams::default().limit(PAGE);
    let mut erased = 0;
    loop {
        let found = records.list(&page).await?;
        let over = |record: &&OffboardingRecord| names_end(&record.spec, kept).is_some_and(|end| end <= now);
        for record in found.items.iter().filter(over) {
            let version = record.resource_version();
            let patch = json!({ "metadata": { "resourceVersion": version }, "spec": { "person": null } });
            let name = record.name_any();
            records
                .patch(&name, &PatchParams::default(), &Patch::Merge(patch))
                .await?;
            erased += 1;
        }
        match found.metadata.continue_.filter(|token| !token.is_empty()) {
            Some(token) => page = page.continue_token(&token),
            None => return Ok(erased),
        }
    }
}
