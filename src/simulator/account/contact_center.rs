//! 8x8 Contact Center: agents, their queues and their rights. No public API changes any of it, so these
//! methods are what a person does by hand.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Account, AgentStatus, Failure, StatusCode, services};
use crate::eightbyeight::wire::ExtensionType;

/// The agents, queues and administrators.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactCenter {
    /// The agents, by internal id.
    pub agents: BTreeMap<String, CcAgent>,
    /// The queues, by id.
    pub queues: BTreeMap<String, Queue>,
    /// `userId`s of the Contact Center administrators (rule B2). They need not be agents.
    pub administrators: BTreeSet<String>,
}

/// An agent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CcAgent {
    /// Internal id, such as `ag1001`.
    pub id: String,
    /// Display name, which is not unique.
    pub name: String,
    /// The user behind it, which no API tells.
    pub user_id: String,
    /// Id of the agent group.
    pub group_id: String,
    /// Name of the agent group.
    pub group_name: String,
    /// The queues that the agent is assigned to, by id (rules B1, B8).
    pub queues: BTreeMap<String, Assignment>,
    /// Whether the agent is a supervisor (rule B7).
    pub supervisor: bool,
    /// Ids of the queues that the agent supervises (rule B7).
    pub supervised_queues: BTreeSet<String>,
    /// What the agent does now (rule B9).
    #[serde(default)]
    pub status: AgentStatus,
    /// Why, as the Agent Status API was told.
    #[serde(default)]
    pub status_code: StatusCode,
}

/// The assignment of an agent to a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// Whether the agent gets work from it. An assignment that is not enabled is one all the same (rule B8).
    pub enabled: bool,
}

/// A Contact Center queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Queue {
    /// Id, a number.
    pub id: String,
    /// Name.
    pub name: String,
    /// Whether something happened in it today; where not, the read of all queues with their agents leaves it
    /// out.
    pub active_today: bool,
}

impl ContactCenter {
    /// The agent of a user.
    pub fn agent_of(&self, user_id: &str) -> Option<&CcAgent> {
        self.agents.values().find(|agent| agent.user_id == user_id)
    }

    /// Id of the queue of this name, which is made if it is missing.
    pub fn queue_named(&mut self, name: &str) -> String {
        if let Some(queue) = self.queues.values().find(|queue| queue.name == name) {
            return queue.id.clone();
        }
        let id = format!("{}", 101 + self.queues.len());
        self.queues.insert(
            id.clone(),
            Queue {
                id: id.clone(),
                name: name.to_owned(),
                active_today: true,
            },
        );
        id
    }

    /// What stands in the way of deleting a user (rules B1, B2, B7), empty where nothing does.
    pub fn blockers(&self, user_id: &str) -> Vec<String> {
        let mut blockers = Vec::new();
        if self.administrators.contains(user_id) {
            blockers.push("the user is a Contact Center administrator".to_owned());
        }
        let Some(agent) = self.agent_of(user_id) else {
            return blockers;
        };
        if !agent.queues.is_empty() {
            let queues: Vec<_> = agent.queues.keys().map(String::as_str).collect();
            blockers.push(format!(
                "agent {} is assigned to the queues {}",
                agent.id,
                queues.join(", ")
            ));
        }
        if agent.supervisor || !agent.supervised_queues.is_empty() {
            blockers.push(format!("agent {} has supervisor rights", agent.id));
        }
        blockers
    }

    pub(super) fn agent_mut(&mut self, agent_id: &str) -> Result<&mut CcAgent, Failure> {
        self.agents
            .get_mut(agent_id)
            .ok_or_else(|| Failure::not_found(format!("there is no agent {agent_id}")))
    }
}

/// What a person does in the Configuration Manager.
impl Account {
    /// Assigns an agent to a queue, enabled or not.
    ///
    /// # Errors
    /// There is no such agent or queue.
    pub fn assign_agent(&mut self, agent_id: &str, queue_id: &str, enabled: bool) -> Result<(), Failure> {
        if !self.contact_center.queues.contains_key(queue_id) {
            return Err(Failure::not_found(format!("there is no queue {queue_id}")));
        }
        self.contact_center
            .agent_mut(agent_id)?
            .queues
            .insert(queue_id.to_owned(), Assignment { enabled });
        Ok(())
    }

    /// Takes an agent out of a queue, or out of all.
    ///
    /// # Errors
    /// There is no such agent, or it is not in that queue.
    pub fn unassign_agent(&mut self, agent_id: &str, queue_id: Option<&str>) -> Result<(), Failure> {
        let agent = self.contact_center.agent_mut(agent_id)?;
        let Some(queue_id) = queue_id else {
            agent.queues.clear();
            return Ok(());
        };
        let gone = agent.queues.remove(queue_id);
        gone.map(|_| ())
            .ok_or_else(|| Failure::not_found(format!("{agent_id} is not in queue {queue_id}")))
    }

    /// Makes an agent, or a user who is not one, a Contact Center administrator.
    ///
    /// # Errors
    /// There is no such agent or user.
    pub fn give_admin_role(&mut self, agent_or_user_id: &str) -> Result<(), Failure> {
        let user_id = self.user_behind(agent_or_user_id)?;
        self.contact_center.administrators.insert(user_id);
        Ok(())
    }

    /// Takes the Contact Center admin role away from an agent, or from a user who is not one.
    ///
    /// # Errors
    /// There is no such agent or user.
    pub fn remove_admin_role(&mut self, agent_or_user_id: &str) -> Result<(), Failure> {
        let user_id = self.user_behind(agent_or_user_id)?;
        self.contact_center.administrators.remove(&user_id);
        Ok(())
    }

    fn user_behind(&self, agent_or_user_id: &str) -> Result<String, Failure> {
        match self.contact_center.agents.get(agent_or_user_id) {
            Some(agent) => Ok(agent.user_id.clone()),
            None if self.users.contains_key(agent_or_user_id) => Ok(agent_or_user_id.to_owned()),
            None => Err(Failure::not_found(format!(
                "there is no agent {agent_or_user_id}"
            ))),
        }
    }

    /// Takes supervisor flag and supervised queues away from an agent.
    ///
    /// # Errors
    /// There is no such agent.
    pub fn remove_supervisor(&mut self, agent_id: &str) -> Result<(), Failure> {
        let agent = self.contact_center.agent_mut(agent_id)?;
        agent.supervisor = false;
        agent.supervised_queues.clear();
        Ok(())
    }

    /// Whether a user holds a Contact Center license.
    pub fn holds_contact_center_license(&self, user_id: &str) -> bool {
        let service = self
            .users
            .get(user_id)
            .and_then(|profile| profile.user.service_info.as_ref());
        service.is_some_and(|service| service.licenses.iter().any(services::is_contact_center_license))
    }

    /// Takes Contact Center licenses and extensions away from the user of an agent; the agent goes with them.
    ///
    /// # Errors
    /// There is no such agent.
    pub fn remove_contact_center_license(&mut self, agent_id: &str) -> Result<(), Failure> {
        let user_id = self.contact_center.agent_mut(agent_id)?.user_id.clone();
        self.contact_center.agents.remove(agent_id);
        let Some(profile) = self.users.get_mut(&user_id) else {
            return Ok(());
        };
        let mut numbers = Vec::new();
        if let Some(service) = &mut profile.user.service_info {
            let (of_center, others): (Vec<_>, Vec<_>) = std::mem::take(&mut service.extensions)
                .into_iter()
                .partition(|extension| extension.extension_type == Some(ExtensionType::Cc));
            service
                .licenses
                .retain(|license| !services::is_contact_center(license, &of_center));
            service.extensions = others;
            numbers.extend(of_center.iter().flat_map(services::numbers_of));
        }
        profile.user.basic_info.last_updated_time =
            Some(crate::simulator::clock::millis(jiff::Timestamp::now()));
        for number in numbers {
            self.release_number(&number);
        }
        Ok(())
    }
}
