//! Approvals, and what a Tenant says of its removals: counted again whenever one of them changed.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kube::ResourceExt;
use kube::runtime::reflector::ObjectRef;
use tokio_util::sync::CancellationToken;

use crate::api::approval::ApprovalStatus;
use crate::api::removals::{RemovalsState, RemovalsStatus, WaitingRemoval, WaitingRemovals};
use crate::api::{Approval, Reason, Tenant};
use crate::lifecycle::limit::{Ballot, Candidate, Decision, LONGEST_LIST, Verdict, decide, still_asked};
use crate::telemetry::Health;

use super::conditions::{self, conditions};
use super::context::Context;
use super::events::News;
use super::objects;
use super::problem::PassError;
use super::removals::{approvals_of, approver, judge, known};
use super::run::STUCK;

/// Changes that come together are counted together.
const TOGETHER: Duration = Duration::from_secs(1);

/// Approvals expire, and clocks go on, also where no object changes.
const AGAIN: Duration = Duration::from_secs(60);

/// How long an Approval that does not say so is accepted.
const EXPIRES: SignedDuration = SignedDuration::from_hours(24);

/// How many of the removals that wait are shown in the status of the Tenant.
const SHOWN: usize = 20;

/// An Approval changes what waits in its Tenant.
pub(super) async fn reconcile(
    ctx: Arc<Context>,
    approval: Arc<Approval>,
) -> Result<Option<Duration>, PassError> {
    let namespace = approval.namespace().unwrap_or_default();
    ctx.removals.touch(&namespace, &approval.spec.tenant_ref.name);
    Ok(None)
}

/// Counts the removals of every Tenant of which something changed, until `shutdown` is cancelled.
pub(super) async fn watch(ctx: Arc<Context>, health: Health, shutdown: CancellationToken) {
    ctx.stores.ready().await;
    let pulse = health.pulse("removals", STUCK);
    loop {
        pulse.beat();
        let woken = tokio::time::timeout(AGAIN, ctx.removals.woken());
        tokio::select! {
            () = shutdown.cancelled() => return,
            outcome = woken => if outcome.is_err() {
                for tenant in ctx.stores.tenants.state() {
                    ctx.removals.touch(&tenant.namespace().unwrap_or_default(), &tenant.name_any());
                }
            },
        }
        tokio::time::sleep(TOGETHER).await;
        for (namespace, name) in ctx.removals.take_touched() {
            pulse.beat();
            let Some(tenant) = ctx.stores.tenants.get(&ObjectRef::new(&name).within(&namespace)) else {
                continue;
            };
            if !ctx.leases.works(&tenant) {
                continue;
            }
            if let Err(error) = count(&ctx, &tenant).await {
                if !matches!(error, PassError::Changed) {
                    tracing::warn!(namespace, name, %error, "the removals of a Tenant were not counted");
                }
                ctx.removals.touch(&namespace, &name);
            }
        }
    }
}

/// Counts the removals of a Tenant, lets Approvals let them go, and says where they stand.
async fn count(ctx: &Context, tenant: &Tenant) -> Result<(), PassError> {
    let approvals = approvals_of(ctx, tenant);
    let (used, open): (Vec<_>, Vec<_>) = approvals.into_iter().partition(|approval| accepted(approval));
    if !used.is_empty() {
        let lists = used.iter().filter_map(|approval| approval.status.as_ref());
        let uids = lists.flat_map(|status| &status.users);
        let users = known(ctx, tenant, &uids.map(|item| item.uid.as_str()).collect());
        let candidates: Vec<_> = users.iter().map(|known| known.candidate()).collect();
        for approval in &used {
            withdraw(ctx, tenant, approval, &candidates).await?;
        }
    }
    let verdict = judge(ctx, tenant, None).await?;
    let now = Timestamp::now();
    for approval in &open {
        let others: Vec<_> = (open.iter())
            .filter(|other| other.uid() != approval.uid())
            .map(|other| ballot(other, now))
            .collect();
        let removals = &tenant.spec.removals;
        let decision = decide(&ballot(approval, now), &others, removals, &verdict, now);
        write(ctx, approval, decision, now).await?;
    }
    publish(ctx, tenant, &verdict).await
}

fn accepted(approval: &Approval) -> bool {
    approval
        .status
        .as_ref()
        .is_some_and(|status| status.accepted_at.is_some())
}

fn ballot(approval: &Approval, now: Timestamp) -> Ballot {
    let made = approval
        .metadata
        .creation_timestamp
        .as_ref()
        .map_or(now, |at| at.0);
    let expires = approval.spec.expires_at.or(made.checked_add(EXPIRES).ok());
    Ballot {
        digest: approval.spec.digest.clone(),
        approver: approver(approval).map(str::to_owned),
        expires: expires.unwrap_or(now),
    }
}

/// Takes off an accepted list whoever was changed back.
async fn withdraw(
    ctx: &Context,
    tenant: &Tenant,
    approval: &Approval,
    candidates: &[Candidate<'_>],
) -> Result<(), PassError> {
    let Some(status) = &approval.status else {
        return Ok(());
    };
    let users = still_asked(&tenant.spec, &status.users, candidates);
    if users == status.users {
        return Ok(());
    }
    let status = ApprovalStatus {
        users,
        ..status.clone()
    };
    objects::apply_status(&ctx.client, approval, &status).await?;
    Ok(())
}

/// Says what became of an Approval, if that is new.
async fn write(
    ctx: &Context,
    approval: &Approval,
    decision: Decision,
    now: Timestamp,
) -> Result<(), PassError> {
    let before = approval.status.clone().unwrap_or_default();
    let generation = approval.metadata.generation;
    let verdict = said(&decision);
    let users = match decision {
        Decision::Accepted(users) => users,
        Decision::AnotherList { .. } | Decision::SecondPerson | Decision::Expired | Decision::TooLong => {
            Vec::new()
        }
    };
    let status = ApprovalStatus {
        observed_generation: generation,
        conditions: conditions(&verdict, generation, &before.conditions, now),
        accepted_at: verdict.ready.then_some(now),
        users,
    };
    if approval.status.as_ref() == Some(&status) {
        return Ok(());
    }
    objects::apply_status(&ctx.client, approval, &status).await?;
    if verdict.ready {
        tracing::info!(
            namespace = approval.namespace(),
            name = approval.name_any(),
            digest = approval.spec.digest,
            count = status.users.len(),
            "an approval lets a list of removals go"
        );
    }
    let news = if verdict.ready {
        News::normal
    } else {
        News::warning
    };
    ctx.events
        .publish(approval, vec![news(verdict.reason, "Approve", verdict.message)]);
    Ok(())
}

fn said(decision: &Decision) -> conditions::Verdict {
    match decision {
        Decision::Accepted(users) => conditions::Verdict::ready(
            Reason::Accepted,
            format!(
                "The list of {} removals is let go. Deleting this Approval takes back what was not done yet.",
                users.len()
            ),
        ),
        Decision::AnotherList {
            current: Some(current),
        } => conditions::Verdict::reconciling(
            Reason::AnotherList,
            format!(
                "Another list than the one that this Approval names waits: {current}. Look at status.removals.waiting of the \
                 Tenant, and make an Approval with that digest."
            ),
        ),
        Decision::AnotherList { current: None } => conditions::Verdict::reconciling(
            Reason::NothingWaits,
            "No removal of the Tenant waits for an approval now.",
        ),
        Decision::SecondPerson => conditions::Verdict::reconciling(
            Reason::SecondPersonNeeded,
            "The Tenant wants two people (removals.fourEyes): who asked and who approves, or two who approve. Have somebody \
             else make an Approval with the same digest. An identity in removals.automation counts as nobody, and neither \
             does a request that no server stamped (onhook.dev/requested-by).",
        ),
        Decision::Expired => conditions::Verdict::stalled(
            Reason::Expired,
            "It was not accepted before it expired. Make another one.",
        ),
        Decision::TooLong => conditions::Verdict::reconciling(
            Reason::ListTooLong,
            format!(
                "More than {LONGEST_LIST} removals wait, and one Approval lets no more go. Set the state of some Users back, \
                 approve the rest, and ask for them afterwards."
            ),
        ),
    }
}

/// Says in the Tenant where its removals stand.
async fn publish(ctx: &Context, tenant: &Tenant, verdict: &Verdict) -> Result<(), PassError> {
    let status = status(verdict);
    let before = tenant.status.as_ref().and_then(|status| status.removals.as_ref());
    if before == Some(&status) {
        return Ok(());
    }
    let held = |status: &RemovalsStatus| status.state == RemovalsState::Held;
    let said = serde_json::json!({ "removals": &status });
    objects::apply_status_part(&ctx.client, tenant, "onhook-removals", &said).await?;
    let news = match &status.waiting {
        Some(waiting) if held(&status) && !before.is_some_and(held) => {
            let note = format!(
                "{} removals are asked for, and the limit allows {}. All {} are held, digest {}.",
                status.counted,
                status.allowed.unwrap_or_default(),
                waiting.count,
                waiting.digest
            );
            vec![News::warning(Reason::RemovalsHeld, "Count", note)]
        }
        _ if !held(&status) && before.is_some_and(held) => {
            let note = "No set of removals is held any more.";
            vec![News::normal(Reason::RemovalsLetGo, "Count", note)]
        }
        _ => Vec::new(),
    };
    ctx.events.publish(tenant, news);
    Ok(())
}

fn status(verdict: &Verdict) -> RemovalsStatus {
    let number = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let waiting = verdict.digest().map(|digest| WaitingRemovals {
        count: number(verdict.waiting.len()),
        digest,
        held_since: (verdict.ledger.hold.as_ref()).map(|hold| hold.since),
        first: (verdict.waiting.iter().take(SHOWN))
            .map(|member| WaitingRemoval {
                user: member.object.clone(),
                removal: member.removal,
            })
            .collect(),
    });
    RemovalsStatus {
        state: verdict.state,
        counted: number(verdict.counted),
        allowed: verdict.allowed.map(number),
        waiting,
    }
}
