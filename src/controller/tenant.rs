//! The reconciler of a Tenant: whether its account can be reached with its keys, and how it stands.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use kube::ResourceExt;
use tracing::Instrument;

use crate::api::tenant::{Mode, TenantStatus};
use crate::api::{FINALIZER_IN_USE, Reason, Tenant};

use super::conditions::{Verdict, conditions, is_ready};
use super::context::Context;
use super::due::Basis;
use super::hold::{self, Held};
use super::problem::{PassError, Problem};
use super::{inventory, objects, rest, updates};

/// How often a Tenant looks after its Secrets.
const MINDED: Duration = Duration::from_secs(20);

/// How often a Tenant that is being deleted looks whether anybody still needs it.
const SOON: Duration = Duration::from_secs(2);

const IN_USE: &str = "The Tenant is being deleted, and stays until no User needs it any more. Delete the Users, or set \
                      deletionPolicy of those that are deleted to Orphan. It waits for";

/// That the account of a Tenant was read as it is declared now, and no other Tenant stands for it: nothing is written
/// before.
pub(super) fn writable(tenant: &Tenant) -> Result<(), Problem> {
    let status = tenant.status.as_ref();
    let conditions = status.map_or(&[][..], |status| &status.conditions);
    if let Some(claimed) = conditions
        .iter()
        .find(|known| known.reason == Reason::AccountClaimed)
    {
        let to_do = "See the conditions of the Tenant.";
        return Err(Problem::new(
            Reason::AccountClaimed,
            claimed.message.clone(),
            to_do,
        ));
    }
    if was_read(tenant) {
        return Ok(());
    }
    let what = "The account was not read as a whole yet since the Tenant was created or changed.";
    let to_do = "It goes on by itself. See the conditions of the Tenant if it does not.";
    Err(Problem {
        retry_after: Some(Duration::from_secs(1)),
        ..Problem::new(Reason::AccountNotRead, what, to_do)
    })
}

/// Whether the account was read as it is declared now. It has its customer's id from then on, by which the operator's own
/// objects are named.
fn was_read(tenant: &Tenant) -> bool {
    tenant.status.as_ref().is_some_and(|status| {
        status.observed_generation == tenant.metadata.generation
            && (status.customer_id.is_some() || is_ready(tenant))
    })
}

/// Whether profiles of the account are claimed for Users; before it was read, nobody can tell whose account it is.
pub(super) fn claimable(tenant: &Tenant) -> Result<bool, Problem> {
    match writable(tenant) {
        Err(problem) if problem.reason == Reason::AccountClaimed => Err(problem),
        writable => Ok(writable.is_ok()),
    }
}

/// Looks at the account as a whole. Gives the time after which it is to be looked at again.
pub(super) async fn reconcile(ctx: Arc<Context>, tenant: Arc<Tenant>) -> Result<Option<Duration>, PassError> {
    if !ctx.leases.works(&tenant) {
        return Ok(None);
    }
    let uid = tenant.uid().unwrap_or_default();
    let waiting = match hold::mind(&ctx, &tenant).await? {
        Held::No => {
            ctx.accounts.close(&uid);
            return Ok(None);
        }
        Held::Waiting(users) => Some(users),
        Held::Stays => None,
    };
    look(&ctx, &tenant, &uid, waiting)
        .await
        .map(|wait| Some(wait.min(MINDED)))
}

/// Looks at the account, if that is due. A Tenant that is being deleted says for whom it waits.
async fn look(
    ctx: &Context,
    tenant: &Tenant,
    uid: &str,
    waiting: Option<String>,
) -> Result<Duration, PassError> {
    ctx.removals
        .touch(&tenant.namespace().unwrap_or_default(), &tenant.name_any());
    let generation = tenant.metadata.generation;
    let basis = Basis {
        fixed: u64::try_from(generation.unwrap_or_default()).unwrap_or_default(),
        tenant: generation,
        ..Basis::default()
    };
    settle(ctx, tenant).await?;
    if let Some(wait) = ctx.due.wait(uid, basis, Timestamp::now()).left() {
        let Some(users) = &waiting else {
            return Ok(wait);
        };
        write(ctx, tenant, &in_use(users), None).await?;
        return Ok(SOON);
    }
    ctx.due.begin(uid);
    let (namespace, name) = (&tenant.metadata.namespace, &tenant.metadata.name);
    let span = tracing::debug_span!(parent: None, "inventory", namespace, name, uid);
    let read = read(ctx, tenant, waiting.as_ref()).instrument(span);
    if let Err(error) = read.await {
        // Also where only the status could not be written: what it was to say must not wait for the next interval.
        ctx.due.wake(uid);
        return match error {
            PassError::Problem(problem) => retry(problem),
            error => Err(error),
        };
    }
    let interval =
        Duration::try_from(tenant.spec.inventory.interval.as_duration()).unwrap_or(Duration::from_mins(10));
    ctx.due.set(uid, basis, super::pass::later(interval).into());
    let again = if waiting.is_some() { SOON } else { interval };
    Ok(again.max(Duration::from_secs(1)))
}

/// Reads the account as a whole, and says how it stands. A problem that was said is an error all the same.
async fn read(ctx: &Context, tenant: &Tenant, waiting: Option<&String>) -> Result<(), PassError> {
    // It waits for its turn as well, and a stop does not wait for that.
    let taken = tokio::select! {
        taken = inventory::take(ctx, tenant) => taken,
        () = ctx.interrupts.stopped() => return Err(PassError::Changed),
    };
    match taken {
        Ok(taken) => {
            let verdict = match waiting {
                None => Verdict::ready(Reason::Available, standing(ctx, tenant, &taken)),
                Some(users) => in_use(users),
            };
            write(ctx, tenant, &verdict, taken.customer_id).await
        }
        Err(PassError::Problem(problem)) => {
            let words = format!("{} {}", problem.what, problem.to_do);
            let reason = problem.reason;
            let verdict = if problem.reason == Reason::AccountClaimed {
                Verdict::stalled(reason, words)
            } else {
                Verdict::reconciling(reason, words)
            };
            write(ctx, tenant, &verdict, None).await?;
            Err(problem.into())
        }
        Err(error) => Err(error),
    }
}

fn in_use(users: &str) -> Verdict {
    Verdict::reconciling(Reason::InUse, format!("{IN_USE} {users}."))
}

/// What a Tenant says whose account answers.
fn standing(ctx: &Context, tenant: &Tenant, taken: &inventory::Taken) -> String {
    let mut message = match tenant.spec.mode {
        Mode::Enforce => "The account answers.".to_owned(),
        Mode::Observe => "The account answers. In mode Observe nothing is written to it.".to_owned(),
    };
    if !updates::available(ctx, tenant, Timestamp::now()) {
        message.push_str(
            " Users are not updated by API (adminApi.userUpdates): deactivations and licenses are manual steps.",
        );
    }
    if let Some(rows) = taken.small_pages {
        message.push_str(&format!(
            " It refuses pages of 1,000 users: an inventory takes a call for each {rows} users."
        ));
    }
    message
}

fn retry(problem: Problem) -> Result<Duration, PassError> {
    match problem.retry_after {
        Some(wait) => Ok(wait.max(Duration::from_millis(200))),
        None => Err(problem.into()),
    }
}

/// Says under which generation of the Tenant all its Users at rest were looked at, once they were.
async fn settle(ctx: &Context, tenant: &Tenant) -> Result<(), PassError> {
    let Some(generation) = rest::settled(ctx, tenant) else {
        return Ok(());
    };
    let said = serde_json::json!({ "settledGeneration": generation });
    objects::apply_status_part(&ctx.client, tenant, "onhook-settled", &said).await
}

async fn write(
    ctx: &Context,
    tenant: &Tenant,
    verdict: &Verdict,
    customer_id: Option<String>,
) -> Result<(), PassError> {
    let before = tenant.status.clone().unwrap_or_default();
    // Another address may be another account, until it was read.
    let same =
        before.observed_generation == tenant.metadata.generation && verdict.reason != Reason::AccountClaimed;
    let still_known = before.customer_id.clone().filter(|_| same);
    let status = TenantStatus {
        observed_generation: tenant.metadata.generation,
        conditions: conditions(
            verdict,
            tenant.metadata.generation,
            &before.conditions,
            Timestamp::now(),
        ),
        customer_id: customer_id.or(still_known),
        users: i32::try_from(ctx.stores.people.count_of(tenant)).ok(),
        user_updates: updates::known(ctx, tenant),
        held_secrets: if objects::has_finalizer(tenant, FINALIZER_IN_USE) {
            hold::named(&tenant.spec).into_iter().collect()
        } else {
            Vec::new()
        },
        // Other field managers' (`approvals`, `settle`).
        removals: None,
        settled_generation: None,
    };
    let own = tenant.status.clone().map(|status| TenantStatus {
        removals: None,
        settled_generation: None,
        ..status
    });
    if own.as_ref() != Some(&status) {
        objects::apply_status(&ctx.client, tenant, &status).await?;
    }
    Ok(())
}
