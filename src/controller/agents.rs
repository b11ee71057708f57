//! Looks at Contact Center agents.

use crate::eightbyeight::{Account, CallError, Failure};
use crate::lifecycle::{AgentSight, Sightings};

use super::accounts::OpenAccount;

/// The agents of an e-mail address. The whole address counts, in whatever upper and lower case. A read that fails is
/// seen as that: the account itself may be well.
pub(super) async fn by_email(client: &Account, email: &str, sightings: &mut Sightings) {
    let users = client.quality_users().await.map_err(|error| error.to_string());
    sightings.agents_by_email = Some(users.map(|users| {
        let same = users.into_iter().filter(
            |user| matches!(&user.email, Some(known) if known.to_lowercase() == email.to_lowercase()),
        );
        let mut agents: Vec<_> = same
            .filter_map(|user| user.agent_id.filter(|id| !id.is_empty()))
            .collect();
        agents.sort();
        agents.dedup();
        agents
    }));
}

/// Whether Contact Center lists an agent.
pub(super) async fn listed(
    client: &Account,
    agent: String,
    sightings: &mut Sightings,
) -> Result<(), CallError> {
    let agents = client.contact_center_agents().await?;
    let listed = agents.iter().any(|known| known.id == agent);
    sightings.agents.insert(agent, listed);
    Ok(())
}

/// What an agent does now. It is an API of its own, whose failure says nothing about the account.
pub(super) async fn status(account: &OpenAccount, agent: String, sightings: &mut Sightings) {
    let sight = match &account.agent_status_trouble {
        Some(what) => AgentSight::Unavailable(what.clone()),
        None => sight(account.client.agent_status(&agent).await),
    };
    sightings.agent_status.insert(agent, sight);
}

/// What a status means for a log-out: only 3, 4 and 5 lead to LOGGED_OUT (8x8-api.md §8.4).
fn sight(status: Result<Option<u64>, CallError>) -> AgentSight {
    match status {
        Ok(None) => AgentSight::Unknown,
        Ok(Some(0 | 1)) => AgentSight::LoggedOut,
        Ok(Some(2)) => AgentSight::LoggingIn,
        Ok(Some(3..=5)) => AgentSight::Idle,
        Ok(Some(6..=11)) => AgentSight::Busy,
        Ok(Some(other)) => AgentSight::Unavailable(format!("{other} is not a status that 8x8 documents")),
        Err(error) if matches!(error.failure(), Failure::Forbidden(_)) => AgentSight::NotEnabled,
        Err(error) => AgentSight::Unavailable(error.to_string()),
    }
}
