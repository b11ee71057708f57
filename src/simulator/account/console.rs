//! What a person does in the Admin Console: with its confirmations, and with what it refuses.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Account, Failure, services, validate};
use crate::eightbyeight::wire::{License, User, UserStatus};
use crate::simulator::settings::Settings;

/// What is saved under Users → Edit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ConsoleEdit {
    /// The new userName.
    pub user_name: String,
    /// Ids of the licenses that an X was set at.
    pub licenses: BTreeSet<String>,
    /// Ids of the ring groups and call queues that are left.
    pub leave: BTreeSet<String>,
}

impl Account {
    /// Deactivates or activates a user (rules D1, D8). A deactivation ends the sessions (rule D2).
    ///
    /// # Errors
    /// There is no such user, or it is the primary administrator (rules A5, A8).
    pub(crate) fn console_set_status(
        &mut self,
        user_id: &str,
        status: UserStatus,
        at: Timestamp,
    ) -> Result<(), Failure> {
        if status != UserStatus::Active && self.administrators.primary == user_id {
            return Err(Failure::forbidden(
                "the primary administrator cannot be deactivated",
            ));
        }
        let profile = self.users.get_mut(user_id).ok_or_else(no_user)?;
        profile.user.basic_info.status = Some(status);
        self.touch(user_id, at);
        self.end_sessions_of_inactive(user_id);
        Ok(())
    }

    /// Saves what was changed under Users → Edit.
    ///
    /// # Errors
    /// The user is INACTIVE (rule D4), the userName is the identity provider's (rule L6), not well formed or in use (rules
    /// J2, J6). Then nothing is changed.
    pub(crate) fn console_edit(
        &mut self,
        user_id: &str,
        edit: &ConsoleEdit,
        at: Timestamp,
    ) -> Result<(), Failure> {
        let profile = self.users.get(user_id).ok_or_else(no_user)?;
        if !profile.is_active() {
            return Err(Failure::conflict(
                "a deactivated user cannot be edited: activate or delete the user",
            ));
        }
        let mut user = profile.user.clone();
        if user.basic_info.user_name != edit.user_name {
            if user.basic_info.scim_provider.is_some() {
                let message = "is managed by the identity provider";
                return Err(Failure::invalid("basicInfo.userName", message));
            }
            user.basic_info.user_name.clone_from(&edit.user_name);
            if !(3..=70).contains(&edit.user_name.chars().count()) {
                return Err(Failure::invalid(
                    "basicInfo.userName",
                    "must have 3 to 70 characters",
                ));
            }
            validate::texts(&user)?;
            self.free_user_name(&edit.user_name, user_id)?;
        }
        let center = self.without_licenses(&mut user, &edit.licenses);
        let anything = |license: &License| license.id.as_ref().is_some_and(|id| edit.licenses.contains(id));
        let before = self.users.get(user_id).map(|profile| profile.user.clone());
        let before = before.unwrap_or_default();
        if before.licenses().iter().any(anything) || before.basic_info != user.basic_info {
            self.replace_user(user_id, user, at, &Settings::default())?;
        }
        if center && let Some(agent) = self.contact_center.agent_of(user_id) {
            let agent = agent.id.clone();
            self.remove_contact_center_license(&agent)?;
        }
        for id in &edit.leave {
            self.leave_ring_group(id, user_id);
            self.leave_call_queue(id, user_id);
        }
        Ok(())
    }

    /// Takes licenses of 8x8 Work and their extensions off a copy of a user. Whether one of Contact Center is to go too.
    fn without_licenses(&self, user: &mut User, licenses: &BTreeSet<String>) -> bool {
        let Some(service) = &mut user.service_info else {
            return false;
        };
        let goes = |id: &Option<String>| id.as_ref().is_some_and(|id| licenses.contains(id));
        let center = service
            .licenses
            .iter()
            .any(|license| goes(&license.id) && services::is_contact_center(license, &service.extensions));
        service.licenses.retain(|license| !goes(&license.id));
        service
            .extensions
            .retain(|extension| !goes(&extension.license_id));
        service
            .licenses
            .retain(|license| !services::is_did_license(license));
        center
    }

    /// Resets a user to default settings: greetings and preferences go, voicemail messages and call records stay on the
    /// extension (rules E1, E2).
    ///
    /// # Errors
    /// There is no such user, or it is INACTIVE (rules D4, E3).
    pub(crate) fn console_reset(&mut self, user_id: &str, at: Timestamp) -> Result<(), Failure> {
        let profile = self.users.get_mut(user_id).ok_or_else(no_user)?;
        if !profile.is_active() {
            return Err(Failure::conflict(
                "a deactivated user cannot be reset: activate the user first",
            ));
        }
        profile.belongings.greetings = 0;
        self.touch(user_id, at);
        Ok(())
    }

    /// Saves the Supervisor tab of an agent (rule B7). Without the flag there are no supervised queues.
    ///
    /// # Errors
    /// There is no such agent or queue.
    pub(crate) fn set_supervisor(
        &mut self,
        agent_id: &str,
        supervisor: bool,
        queues: BTreeSet<String>,
    ) -> Result<(), Failure> {
        if let Some(queue) = queues
            .iter()
            .find(|id| !self.contact_center.queues.contains_key(*id))
        {
            return Err(Failure::not_found(format!("there is no queue {queue}")));
        }
        let agent = self.contact_center.agents.get_mut(agent_id);
        let agent = agent.ok_or_else(|| Failure::not_found(format!("there is no agent {agent_id}")))?;
        agent.supervisor = supervisor;
        agent.supervised_queues = if supervisor { queues } else { BTreeSet::new() };
        Ok(())
    }
}

fn no_user() -> Failure {
    Failure::not_found("there is no such user")
}
