//! What replacing a user does: `PUT /users/{userId}` takes the body for the whole user.

use jiff::Timestamp;

use super::{Account, Failure, Profile, services::Services};
use crate::eightbyeight::wire::{AssignmentInfo, Extension, License, User, UserStatus};
use crate::simulator::settings::{Memberships, Settings};

impl Account {
    /// Replaces a user by the body of a PUT, as it stands when the operation completes. What may not change
    /// stays: ids, times, SCIM provider, site, Contact Center license and extension.
    ///
    /// # Errors
    /// The user is gone, the userName, a license, an extension number or a number is not free, or a group is
    /// not there. Then nothing has changed.
    pub(crate) fn replace_user(
        &mut self,
        user_id: &str,
        body: User,
        at: Timestamp,
        settings: &Settings,
    ) -> Result<(), Failure> {
        let undo = self.undo(user_id, &body);
        let result = self.try_replace_user(user_id, body, at, settings);
        if result.is_err() {
            self.restore(undo);
        }
        result
    }

    fn try_replace_user(
        &mut self,
        user_id: &str,
        body: User,
        at: Timestamp,
        settings: &Settings,
    ) -> Result<(), Failure> {
        let old = self
            .users
            .get(user_id)
            .ok_or_else(|| Failure::not_found("there is no such user"))?
            .clone();
        self.free_user_name(&body.basic_info.user_name, user_id)?;
        let mut user = old.user.clone();
        apply_basics(&mut user, &body);
        self.put(user_id, user);
        self.apply_services(user_id, &old, &body)?;
        if settings.memberships_in_put == Memberships::Apply {
            self.apply_memberships(user_id, body.assignment_info.unwrap_or_default())?;
        }
        self.touch(user_id, at);
        self.end_sessions_of_inactive(user_id);
        Ok(())
    }

    /// What a PUT that failed half way may leave behind: `basicInfo` and `directoryInfo` of the body.
    pub(crate) fn replace_user_partly(&mut self, user_id: &str, body: &User, at: Timestamp) {
        let Some(profile) = self.users.get_mut(user_id) else {
            return;
        };
        let (services, assignments) = (
            profile.user.service_info.clone(),
            profile.user.assignment_info.clone(),
        );
        apply_basics(&mut profile.user, body);
        profile.user.service_info = services;
        profile.user.assignment_info = assignments;
        self.touch(user_id, at);
        self.end_sessions_of_inactive(user_id);
    }

    /// Licenses and extensions of 8x8 Work become those of the body; what goes with a license goes (rules F1,
    /// F4, F5).
    pub(super) fn apply_services(
        &mut self,
        user_id: &str,
        old: &Profile,
        body: &User,
    ) -> Result<(), Failure> {
        let (before, wanted) = (Services::of(&old.user), Services::of(body));
        let kept = |license: &&License| wanted.licenses.iter().any(|there| same_license(license, there));
        let removed: Vec<_> = before
            .licenses
            .iter()
            .filter(|license| !kept(license))
            .cloned()
            .collect();
        let mut after = Services {
            cc_licenses: before.cc_licenses.clone(),
            ..Services::default()
        };
        after.licenses = self.resolve_licenses(&before.licenses, wanted.licenses)?;
        after.extensions = wanted.extensions;
        // An extension goes with its license, also where the body still has it.
        after
            .extensions
            .retain(|extension| !removed.iter().any(|license| belongs(extension, license)));
        after.cc_extensions = with_directory_flags(before.cc_extensions.clone(), &wanted.cc_extensions);
        self.complete_extensions(user_id, &before, &after.licenses, &mut after.extensions)?;
        self.move_numbers(user_id, &before, &after)?;
        let lost_license = !removed.is_empty()
            && (after.licenses.is_empty()
                || removed
                    .iter()
                    .any(|license| before.extensions.iter().any(|one| belongs(one, license))));
        let lost_extension = !before.extensions.is_empty() && after.extensions.is_empty();
        let extra = body
            .service_info
            .as_ref()
            .map(|service| service.extra.clone())
            .unwrap_or_default();
        let nothing =
            body.service_info.is_none() && after.cc_licenses.is_empty() && after.cc_extensions.is_empty();
        let customer = self.customer_id.clone();
        if let Some(profile) = self.users.get_mut(user_id) {
            profile.user.service_info = (!nothing).then(|| after.assemble(&customer, extra));
        }
        if lost_license {
            self.destroy_with_license(user_id);
        } else if lost_extension {
            self.leave_everything(user_id);
        }
        Ok(())
    }

    /// Voicemail, greetings and call history, memberships (rules F1, F5).
    fn destroy_with_license(&mut self, user_id: &str) {
        self.leave_everything(user_id);
        if let Some(profile) = self.users.get_mut(user_id) {
            let belongings = &mut profile.belongings;
            (
                belongings.voicemails,
                belongings.greetings,
                belongings.call_history,
            ) = (0, 0, 0);
        }
    }

    /// Completes licenses that are new, and checks that there is one to give (rule F9).
    fn resolve_licenses(
        &mut self,
        before: &[License],
        wanted: Vec<License>,
    ) -> Result<Vec<License>, Failure> {
        let mut resolved = Vec::with_capacity(wanted.len());
        for mut license in wanted {
            if let Some(there) = before.iter().find(|there| same_license(there, &license)) {
                resolved.push(License {
                    extra: license.extra,
                    ..there.clone()
                });
                continue;
            }
            let name = license.name.clone().unwrap_or_default();
            if !self.license_free(&name) {
                return Err(Failure::invalid(
                    "serviceInfo.licenses",
                    format!("no license {name:?} is free"),
                ));
            }
            license.id = license.id.or_else(|| Some(self.next_id("license")));
            resolved.push(license);
        }
        Ok(resolved)
    }

    /// Gives new extensions what the account gives them, and checks that their numbers are free (rule G6).
    fn complete_extensions(
        &mut self,
        user_id: &str,
        before: &Services,
        licenses: &[License],
        extensions: &mut [Extension],
    ) -> Result<(), Failure> {
        for extension in extensions {
            if extension.id.is_none() {
                extension.id = Some(self.next_id("extension"));
            }
            if extension.license_id.is_none() {
                extension.license_id = licenses.first().and_then(|license| license.id.clone());
            }
            let number = extension.extension_number.clone();
            let new = number.is_some()
                && !before
                    .extensions
                    .iter()
                    .any(|there| there.extension_number == number);
            if new && self.extension_number_taken(user_id, number.as_deref()) {
                return Err(Failure::conflict("the extension number is taken"));
            }
        }
        Ok(())
    }

    /// Extension numbers are unique within a site, across users and ring groups (rule G6).
    fn extension_number_taken(&self, user_id: &str, number: Option<&str>) -> bool {
        let site = |user: &User| user.basic_info.site.as_ref().and_then(|site| site.id.clone());
        let here = self.users.get(user_id).and_then(|profile| site(&profile.user));
        let others = self
            .users
            .iter()
            .filter(|(id, profile)| *id != user_id && site(&profile.user) == here);
        let mut extensions = others.flat_map(|(_, profile)| profile.user.extensions());
        extensions.any(|extension| extension.extension_number.as_deref() == number)
            || self
                .ring_groups
                .values()
                .any(|group| group.extension_number.as_deref() == number)
    }

    fn move_numbers(&mut self, user_id: &str, before: &Services, after: &Services) -> Result<(), Failure> {
        let (old, new) = (before.numbers(), after.numbers());
        old.iter()
            .filter(|number| !new.contains(number))
            .for_each(|number| self.release_number(number));
        new.iter()
            .filter(|number| !old.contains(number))
            .try_for_each(|number| self.claim_number(number, user_id))
    }

    /// Joins what is new and leaves what is missing. A user whose license has just gone joins nothing.
    pub(super) fn apply_memberships(&mut self, user_id: &str, wanted: AssignmentInfo) -> Result<(), Failure> {
        let (groups, queues) = self.memberships(user_id);
        let has_extension = |profile: &Profile| !Services::of(&profile.user).extensions.is_empty();
        let can_join = self.users.get(user_id).is_some_and(has_extension);
        for group in groups
            .iter()
            .filter(|id| !wanted.ring_groups.iter().any(|there| there.id == **id))
        {
            self.leave_ring_group(group, user_id);
        }
        for queue in queues
            .iter()
            .filter(|id| !wanted.uc_call_queues.iter().any(|there| there.id == **id))
        {
            self.leave_call_queue(queue, user_id);
        }
        if can_join {
            for group in wanted
                .ring_groups
                .iter()
                .filter(|group| !groups.contains(&group.id))
            {
                self.join_ring_group(&group.id, user_id)?;
            }
            for queue in &wanted.uc_call_queues {
                self.join_call_queue(
                    &queue.id,
                    user_id,
                    queue.member_type.as_deref().unwrap_or("PRIMARY"),
                )?;
            }
        }
        let Some(profile) = self.users.get_mut(user_id) else {
            return Ok(());
        };
        let assignments = profile.user.assignment_info.get_or_insert_default();
        assignments.profile_policy = wanted.profile_policy;
        // One user group a user; the last one wins (rule I9).
        assignments.user_groups = wanted.user_groups.into_iter().next_back().into_iter().collect();
        assignments.extra = wanted.extra;
        Ok(())
    }

    /// Refuses a userName that another profile has (rule J2).
    pub(crate) fn free_user_name(&self, user_name: &str, user_id: &str) -> Result<(), Failure> {
        let taken = self.find(user_name).iter().any(|there| there != user_id);
        if taken {
            Err(Failure::invalid(
                "basicInfo.userName",
                "this userName is in use already",
            ))
        } else {
            Ok(())
        }
    }

    pub(super) fn touch(&mut self, user_id: &str, at: Timestamp) {
        if let Some(profile) = self.users.get_mut(user_id) {
            profile.user.basic_info.last_updated_time = Some(at);
        }
    }

    /// A deactivation signs the user out everywhere (rule D2).
    pub(super) fn end_sessions_of_inactive(&mut self, user_id: &str) {
        if let Some(profile) = self.users.get_mut(user_id)
            && !profile.is_active()
        {
            profile.sessions = 0;
        }
    }

    fn put(&mut self, user_id: &str, user: User) {
        if let Some(profile) = self.users.get_mut(user_id) {
            profile.user = user;
        }
    }
}

/// `basicInfo`, `directoryInfo` and unknown fields of the body, with what is read-only or immutable from
/// `user`.
fn apply_basics(user: &mut User, body: &User) {
    let old = std::mem::take(&mut user.basic_info);
    user.basic_info = body.basic_info.clone();
    let basic = &mut user.basic_info;
    basic.user_id = old.user_id;
    basic.customer_id = old.customer_id;
    basic.created_time = old.created_time;
    basic.last_updated_time = old.last_updated_time;
    basic.scim_provider = old.scim_provider;
    basic.site = old.site;
    basic.status = Some(basic.status.take().unwrap_or(UserStatus::Active));
    user.directory_info = body.directory_info.clone();
    user.extra = body.extra.clone();
}

fn same_license(one: &License, other: &License) -> bool {
    if one.id.is_some() && other.id.is_some() {
        one.id == other.id
    } else {
        one.name == other.name
    }
}

fn belongs(extension: &Extension, license: &License) -> bool {
    extension.license_id.is_some() && extension.license_id == license.id
}

/// The one thing of a Contact Center extension that a PUT changes.
fn with_directory_flags(mut stored: Vec<Extension>, body: &[Extension]) -> Vec<Extension> {
    for extension in &mut stored {
        if let Some(wanted) = body.iter().find(|there| there.id == extension.id) {
            extension.display_in_directory = wanted.display_in_directory;
        }
    }
    stored
}
