//! What creating and deleting a user does, and what another administrator does behind everyone's back.

use jiff::Timestamp;

use super::{
    Account, Belongings, Failure, Profile, Tombstone,
    services::{Services, numbers_of},
};
use crate::eightbyeight::wire::{SiteRef, User, UserStatus};
use crate::simulator::settings::Settings;

impl Account {
    /// Creates a user under `user_id`, as it stands when the operation completes.
    ///
    /// # Errors
    /// The userName, a license, an extension number or a number is not free, or a group is not there. Then
    /// nobody is created.
    pub(crate) fn create_user(
        &mut self,
        user_id: &str,
        body: User,
        at: Timestamp,
        settings: &Settings,
    ) -> Result<(), Failure> {
        self.free_user_name(&body.basic_info.user_name, user_id)?;
        let mut blank = User::default();
        blank.basic_info.user_id = Some(user_id.to_owned());
        blank.basic_info.customer_id = Some(self.customer_id.clone());
        blank.basic_info.created_time = Some(at);
        blank.basic_info.site = body.basic_info.site.as_ref().map(|site| self.site_ref(site));
        let undo = self.undo(user_id, &body);
        let sessions = u32::from(body.basic_info.status != Some(UserStatus::Inactive));
        let profile = Profile {
            user: blank,
            sessions,
            belongings: Belongings::default(),
        };
        self.users.insert(user_id.to_owned(), profile);
        let result = self.replace_user(user_id, body, at, settings);
        if result.is_err() {
            self.restore(undo);
        }
        result
    }

    /// The site that a reference means, with all that a user shows of it.
    pub(crate) fn site_ref(&self, wanted: &SiteRef) -> SiteRef {
        let same = |site: &&crate::eightbyeight::wire::Site| match &wanted.id {
            Some(_) => site.id == wanted.id,
            None => site.name == wanted.name,
        };
        let Some(site) = self.sites.iter().find(same) else {
            return wanted.clone();
        };
        let pbx_name = site
            .extra
            .get("pbxName")
            .and_then(|name| name.as_str())
            .map(str::to_owned);
        SiteRef {
            id: site.id.clone(),
            name: site.name.clone(),
            pbx_name,
            ..SiteRef::default()
        }
    }

    /// Deletes a user (section C of the domain rules). One who still has a license leaves stuck numbers and a
    /// suspended license behind (rules B3, F8). Ring groups keep a member who is nobody any more: no document
    /// says that a deletion cleans them.
    ///
    /// # Errors
    /// The user is gone already, is the primary administrator (rule A5), or Contact Center still holds on to
    /// the user (rules B1, B2, B7).
    pub(crate) fn delete_user(&mut self, user_id: &str, at: Timestamp) -> Result<(), Failure> {
        if !self.users.contains_key(user_id) {
            return Err(Failure::not_found("there is no such user"));
        }
        if self.administrators.primary == user_id {
            return Err(Failure::forbidden("the primary administrator cannot be deleted"));
        }
        let blockers = self.contact_center.blockers(user_id);
        if !blockers.is_empty() {
            return Err(Failure::conflict(format!(
                "the user cannot be deleted: {}",
                blockers.join("; ")
            )));
        }
        let Some(profile) = self.users.remove(user_id) else {
            return Ok(());
        };
        let stuck_numbers = self.give_up_services(&profile.user);
        let had_agent = self
            .contact_center
            .agent_of(user_id)
            .map(|agent| agent.id.clone());
        if let Some(agent) = &had_agent {
            self.contact_center.agents.remove(agent);
        }
        self.tombstones
            .push(tombstone(user_id, &profile, at, stuck_numbers, had_agent));
        Ok(())
    }

    /// What a DELETE that failed half way may leave behind: a user whose sessions have ended.
    pub(crate) fn delete_user_partly(&mut self, user_id: &str) {
        if let Some(profile) = self.users.get_mut(user_id) {
            profile.sessions = 0;
        }
    }

    /// Frees numbers and licenses of a deleted user, or leaves them stuck. Gives the stuck numbers.
    fn give_up_services(&mut self, user: &User) -> Vec<String> {
        let services = Services::of(user);
        let licensed = !services.licenses.is_empty() || !services.cc_licenses.is_empty();
        for license in services.licenses.iter().chain(&services.cc_licenses) {
            if let Some(pool) = license.name.as_ref().and_then(|name| self.licenses.get_mut(name)) {
                pool.suspended += 1;
            }
        }
        let numbers: Vec<_> = user.extensions().iter().flat_map(numbers_of).collect();
        for number in &numbers {
            if licensed {
                self.strand_number(number);
            } else {
                self.release_number(number);
            }
        }
        if licensed { numbers } else { Vec::new() }
    }

    /// Puts a user as given, without any check: what a test, or another administrator, did. Numbers, ring
    /// groups and call queues follow where they can. A user without a `userId` gets one. Gives the `userId`.
    pub fn put_raw(&mut self, mut user: User) -> String {
        let user_id = match user.user_id() {
            "" => self.next_id("user"),
            id => id.to_owned(),
        };
        user.basic_info.user_id = Some(user_id.clone());
        user.basic_info
            .customer_id
            .get_or_insert_with(|| self.customer_id.clone());
        let old = self.users.get(&user_id).cloned().unwrap_or_default();
        let (before, after) = (Services::of(&old.user), Services::of(&user));
        for number in before
            .numbers()
            .iter()
            .filter(|number| !after.numbers().contains(number))
        {
            self.release_number(number);
        }
        for number in after
            .numbers()
            .iter()
            .filter(|number| !before.numbers().contains(number))
        {
            self.add_number(number);
            // Held by somebody else already: the test wants it so.
            let _ = self.claim_number(number, &user_id);
        }
        let wanted = user.assignment_info.take();
        let (had, has) = (old.user.assignment_info.clone(), wanted.is_some());
        user.assignment_info = had;
        self.users.insert(user_id.clone(), Profile { user, ..old });
        if self
            .apply_memberships(&user_id, wanted.clone().unwrap_or_default())
            .is_err()
            || !has
        {
            self.show_assignments(&user_id, wanted);
        }
        self.end_sessions_of_inactive(&user_id);
        user_id
    }

    fn show_assignments(&mut self, user_id: &str, wanted: Option<crate::eightbyeight::wire::AssignmentInfo>) {
        if let Some(profile) = self.users.get_mut(user_id) {
            profile.user.assignment_info = wanted;
        }
    }
}

fn tombstone(
    user_id: &str,
    profile: &Profile,
    at: Timestamp,
    stuck_numbers: Vec<String>,
    agent: Option<String>,
) -> Tombstone {
    let (basic, had) = (&profile.user.basic_info, &profile.belongings);
    let name = [&basic.first_name, &basic.last_name].map(|part| part.clone().unwrap_or_default());
    let mut destroyed = vec![
        format!("voicemails: {}", had.voicemails),
        format!("faxes: {}", had.faxes),
        format!("chat and SMS messages: {}", had.messages),
        format!("meetings: {}", had.meetings),
        format!("call history in the PBX: {}", had.call_history),
    ];
    let devices = profile
        .user
        .extensions()
        .iter()
        .flat_map(|extension| &extension.devices);
    destroyed
        .extend(devices.map(|device| format!("device inactive: {}", device.id.as_deref().unwrap_or("?"))));
    destroyed.extend(agent.map(|agent| format!("Contact Center recordings and chats of agent {agent}")));
    let kept = vec![
        format!("call recordings: {}", had.recordings),
        "analytics and chat audit".to_owned(),
    ];
    Tombstone {
        user_id: user_id.to_owned(),
        user_name: basic.user_name.clone(),
        display_name: name.join(" ").trim().to_owned(),
        deleted_time: at,
        destroyed,
        kept,
        stuck_numbers,
    }
}
