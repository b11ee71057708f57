//! Calls on a Tenant's connector: an agent is looked at, and one thing is taken away at a time. It is another server, so
//! neither its calls nor its failures touch the account's budget.

use std::time::Duration;

use jiff::Timestamp;
use kube::ResourceExt;

use crate::api::user_status::Intent;
use crate::connector::{Connector, ConnectorError, Taken};
use crate::lifecycle::{Action, ConnectorSight, ConnectorTrouble, Plan, connector_failed};

use super::accounts::OpenAccount;
use super::pass::{Pass, later};
use super::problem::PassError;
use super::{locks, perform};

/// What the connector says of an agent. That it fails is an answer as well: a person may do the step.
pub(super) async fn look(account: &OpenAccount, agent: &str) -> Result<ConnectorSight, ConnectorTrouble> {
    connector(account)?
        .agent(agent)
        .await
        .map_err(|error| error.trouble())
}

/// Has the connector take away what a plan asks for. The intent is persisted before it (invariant 7).
pub(super) async fn perform(pass: &mut Pass<'_>, plan: Plan) -> Result<Timestamp, PassError> {
    let (Some(action), plan) = perform::split(plan) else {
        return Ok(later(Duration::ZERO));
    };
    let account = pass.account().await?;
    let Some(intent) = perform::intent(&action, Timestamp::now()) else {
        return Ok(later(Duration::ZERO));
    };
    pass.may_write()?;
    pass.reserve(action.takes()).await?;
    let Action::Connector(proof) = action else {
        return Ok(later(Duration::ZERO));
    };
    let soon = pass.ctx.settings.look_interval();
    let uid = pass.user.uid().unwrap_or_default();
    if !account.locks.lock(&uid, locks::of(&intent), &[]) {
        return Ok(later(soon));
    }
    pass.intend(plan, &intent).await?;
    tracing::info!(step = %intent.step, user_id = intent.user_id, intent = intent.id, "removal is asked of the connector");
    let outcome = match connector(&account) {
        Ok(connector) => connector.remove(proof).await.map_err(|error| error.trouble()),
        Err(trouble) => Err(trouble),
    };
    let mut status = pass.user.status.clone().unwrap_or_default();
    match outcome {
        Ok(Taken::Done) => {
            status.intent = Some(Intent {
                completed_at: Some(Timestamp::now()),
                ..intent
            });
        }
        Ok(Taken::Accepted) => {}
        Err(trouble) => connector_failed(&mut status, intent.step, &trouble, Timestamp::now()),
    }
    pass.write_outcome(status).await?;
    Ok(later(soon))
}

fn connector(account: &OpenAccount) -> Result<&Connector, ConnectorTrouble> {
    match &account.connector {
        Some(Ok(connector)) => Ok(connector),
        Some(Err(what)) => Err(ConnectorTrouble::Failing(what.clone())),
        // The Tenant was changed within the pass, and names none any more.
        None => Err(ConnectorError::Unreachable.trouble()),
    }
}
