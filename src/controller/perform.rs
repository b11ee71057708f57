//! One write to the account: the intent is persisted before it, and what the account said after it (invariant 7).

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use kube::ResourceExt;

use crate::api::Reason;
use crate::api::user_status::{Intent, StepName};
use crate::eightbyeight::{Accepted, CallError, FullUser, Outcome, UserEdit, WritePermit};
use crate::lifecycle::{Action, Next, Plan, Refusal, by_update, refused};

use super::accounts::OpenAccount;
use super::observe::Seen;
use super::pass::{Pass, later};
use super::problem::{PassError, Problem, reason};
use super::{locks, updates};

/// Sends the write that a plan asks for. The permit was taken before, so that nothing waits between intent and call.
pub(super) async fn perform(
    pass: &mut Pass<'_>,
    plan: Plan,
    seen: Seen,
    permit: Option<WritePermit>,
) -> Result<Timestamp, PassError> {
    let (action, plan) = split(plan);
    let Some(action) = action else {
        return Ok(later(Duration::ZERO));
    };
    let account = pass.account().await?;
    account.usable()?;
    let Some(intent) = intent(&action, Timestamp::now()) else {
        return Ok(later(Duration::ZERO));
    };
    let uid = pass.user.uid().unwrap_or_default();
    let (mut wanted, free) = (locks::of(&intent), locks::own_groups(&seen));
    wanted.extend(locks::others_in_group(&intent, &seen));
    if !account.locks.lock(&uid, wanted, &free) {
        return Ok(later(pass.ctx.settings.look_interval()));
    }
    pass.may_write()?;
    pass.reserve(action.takes()).await?;
    pass.intend(plan, &intent).await?;
    tracing::info!(step = %intent.step, user_id = intent.user_id, intent = intent.id, "write is sent to the account");
    let outcome = send(&account, permit, action, seen).await;
    settle(pass, &account, intent, outcome).await
}

pub(super) fn split(mut plan: Plan) -> (Option<Action>, Plan) {
    match std::mem::replace(&mut plan.next, Next::Wait) {
        Next::Act(action) => (Some(action), plan),
        Next::Look(_) | Next::Wait | Next::Release => (None, plan),
    }
}

/// The intent of a write, with a name of its own.
pub(super) fn intent(action: &Action, now: Timestamp) -> Option<Intent> {
    action.intent(format!("i{}", now.as_microsecond()), now)
}

/// How a write ended that could not even be put together: it was not sent.
pub(super) enum Unsent {
    /// The profile is not the one that the proof speaks of, or was not read in this pass.
    Mismatch,
}

async fn send(
    account: &OpenAccount,
    permit: Option<WritePermit>,
    action: Action,
    seen: Seen,
) -> Result<Result<Accepted, CallError>, Unsent> {
    let client = &account.client;
    let (action, permit) = match (action, permit) {
        (Action::LogOutAgent(proof), _) => {
            let done = client.log_out_agent(proof).await;
            return Ok(done.map(|()| Accepted { operation_id: None }));
        }
        (action, Some(permit)) => (action, permit),
        (_, None) => return Err(Unsent::Mismatch),
    };
    let edit = |seen: Seen| seen.full.map(FullUser::edit).ok_or(Unsent::Mismatch);
    let put = async |permit, edit: UserEdit| Ok(client.replace_user(permit, edit).await);
    match action {
        Action::Claim { .. }
        | Action::LogOutAgent(_)
        | Action::Connector(_)
        | Action::LeaveRingGroup { .. } => Err(Unsent::Mismatch),
        Action::Deactivate(proof) => {
            let mut edit = edit(seen)?;
            edit.set_inactive(&proof).map_err(|_| Unsent::Mismatch)?;
            put(permit, edit).await
        }
        Action::Activate(proof) => {
            let mut edit = edit(seen)?;
            edit.set_active(&proof).map_err(|_| Unsent::Mismatch)?;
            put(permit, edit).await
        }
        Action::Create(proof) => Ok(client.create_user(permit, proof).await),
        Action::Change(proof) => {
            let mut edit = edit(seen)?;
            edit.change(&proof).map_err(|_| Unsent::Mismatch)?;
            put(permit, edit).await
        }
        Action::JoinRingGroup(proof) => Ok(client.join_ring_group(permit, proof).await),
        Action::RemoveLicenses(proof) => {
            let mut edit = edit(seen)?;
            edit.remove_services(&proof).map_err(|_| Unsent::Mismatch)?;
            put(permit, edit).await
        }
        Action::RemoveAccess { deactivate, licenses } => {
            let mut edit = edit(seen)?;
            edit.set_inactive(&deactivate).map_err(|_| Unsent::Mismatch)?;
            edit.remove_services(&licenses).map_err(|_| Unsent::Mismatch)?;
            put(permit, edit).await
        }
        Action::Reactivate(proof) => {
            let mut edit = edit(seen)?;
            edit.reopen(&proof).map_err(|_| Unsent::Mismatch)?;
            put(permit, edit).await
        }
        Action::Delete(proof) => Ok(client.delete_user(permit, proof).await),
    }
}

/// Persists what became of the write.
pub(super) async fn settle(
    pass: &mut Pass<'_>,
    account: &Arc<OpenAccount>,
    intent: Intent,
    outcome: Result<Result<Accepted, CallError>, Unsent>,
) -> Result<Timestamp, PassError> {
    let mut status = pass.user.status.clone().unwrap_or_default();
    let soon = later(pass.ctx.settings.look_interval());
    let error = match outcome {
        Ok(Ok(accepted)) => {
            account.answered();
            if by_update(intent.step) {
                updates::found(pass.ctx, pass.tenant, account, true);
            }
            status.intent = Some(Intent {
                operation_id: accepted.operation_id,
                ..intent
            });
            pass.write_outcome(status).await?;
            return Ok(soon);
        }
        Ok(Err(error)) => error,
        Err(Unsent::Mismatch) => {
            pass.unsent().await?;
            let what = "The profile that was read is not the one that the write was for; nothing was sent.";
            return Err(Problem::new(
                Reason::ProfileMismatch,
                what,
                "Report this with the status of the object.",
            )
            .into());
        }
    };
    if intent.step == StepName::ContactCenterLogout {
        // It is another API: its failure says nothing about the account, and the agent is read again either way.
        if error.outcome() != Outcome::Unknown {
            refused(&mut status, intent.step, refusal(&error), Timestamp::now());
            pass.write_outcome(status).await?;
        }
        return Ok(soon);
    }
    if let Some(refusal) = updates::not_offered(account, &intent.user_id, &error).await {
        updates::found(pass.ctx, pass.tenant, account, false);
        refused(&mut status, intent.step, refusal, Timestamp::now());
        pass.write_outcome(status).await?;
        return Ok(soon);
    }
    account.failed(&error);
    match error.outcome() {
        Outcome::NotSent | Outcome::Retry { .. } => {
            pass.unsent().await?;
            Err(error.into())
        }
        Outcome::Refused => {
            refused(&mut status, intent.step, refusal(&error), Timestamp::now());
            pass.write_outcome(status).await?;
            Ok(soon)
        }
        Outcome::Unknown => Ok(soon),
    }
}

fn refusal(error: &CallError) -> Refusal {
    Refusal {
        reason: reason(error),
        what: format!("{error}."),
    }
}
