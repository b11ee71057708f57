//! The account of a rehearsal: what was read of it, and what the writes make of that.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::QueueType;
use crate::api::tenant::TenantSpec;
use crate::api::user_status::ObservedQueue;
use crate::lifecycle::change::{Change, NewProfile, ProfileChange, ServiceChange};
use crate::lifecycle::proof::{ConnectorRemoval, LicenseScope};
use crate::lifecycle::{
    Action, AgentSight, Claim, ConnectorTrouble, Extension, Group, GroupMember, HeldNumber, License, Look,
    NumberSight, OperationSight, Profile, ProfileSight, ProfileStatus, Sightings, pattern,
};

/// Id of a profile that is only being created.
const NEW: &str = "new-profile";

/// What is known of the account.
#[derive(Debug, Default)]
pub(super) struct Model {
    known: Sightings,
    /// Who has which name, as far as that was asked.
    named: BTreeMap<String, ProfileSight>,
    claims: BTreeMap<String, Claim>,
    /// The numbers that were asked for: one that is not among the known ones does not exist.
    asked: BTreeSet<String>,
    asked_holders: BTreeSet<String>,
}

impl Model {
    /// The profile, where it is there.
    pub fn profile(&self) -> Option<&Profile> {
        match &self.known.profile {
            ProfileSight::Seen(profile) => Some(profile),
            _ => None,
        }
    }

    /// Takes in what was read.
    pub fn learn(&mut self, look: &Look, seen: Sightings) {
        let known = &mut self.known;
        match look {
            Look::ProfileById(_) => known.profile = seen.profile,
            Look::ProfilesByName(name) => {
                if matches!(seen.profile, ProfileSight::Seen(_)) {
                    known.profile = seen.profile;
                } else {
                    self.named.insert(name.clone(), seen.profile);
                }
            }
            Look::Operation(_) => {}
            Look::RingGroup(_) => known.groups.extend(seen.groups),
            Look::RingGroupsNamed(_) => known.named_groups.extend(seen.named_groups),
            Look::SitesNamed(_) => known.sites.extend(seen.sites),
            Look::ContactCenterQueues(_) => known.queues = seen.queues,
            Look::AgentByEmail(_) => known.agents_by_email = seen.agents_by_email,
            Look::ContactCenterAgent(_) => known.agents.extend(seen.agents),
            Look::AgentStatus(_) => known.agent_status.extend(seen.agent_status),
            Look::Connector(_) => known.connector = seen.connector,
            Look::PhoneNumbers(numbers) => {
                self.asked.extend(numbers.iter().cloned());
                let all = known.numbers.get_or_insert_default();
                all.extend(seen.numbers.unwrap_or_default());
            }
            Look::NumberHolders(numbers) => {
                self.asked_holders.extend(numbers.iter().cloned());
                let all = known.numbers_of_others.get_or_insert_default();
                all.extend(seen.numbers_of_others.unwrap_or_default());
            }
            Look::References => known.references = seen.references,
            Look::Carriers => known.carrier_going = seen.carrier_going,
            Look::AssignmentCarriers => known.assignments_going = seen.assignments_going,
            Look::Claim(id) => {
                self.claims.extend(seen.claim.map(|claim| (id.clone(), claim)));
            }
            Look::Leave => known.leave = seen.leave,
        }
        if seen.inventory.is_some() {
            self.known.inventory = seen.inventory;
        }
    }

    /// Shows a pass what it asks for. `false` where that was not read yet.
    pub fn answer(&self, look: &Look, seen: &mut Sightings) -> bool {
        let known = &self.known;
        match look {
            Look::ProfileById(id) => {
                let same = match &known.profile {
                    ProfileSight::Seen(profile) => profile.user_id == *id,
                    ProfileSight::Gone(gone) => gone == id,
                    _ => false,
                };
                if same {
                    self.show(known.profile.clone(), seen);
                }
                same
            }
            Look::ProfilesByName(name) => {
                let own = self.profile().filter(|profile| profile.user_name == *name);
                let own = own.map(|profile| ProfileSight::Seen(Box::new(profile.clone())));
                let sight = own.or_else(|| self.named.get(name).cloned());
                let there = sight.is_some();
                self.show(sight.unwrap_or_default(), seen);
                there
            }
            Look::Operation(_) => {
                seen.operation = Some(OperationSight::Completed);
                true
            }
            Look::RingGroup(id) => copy(&known.groups, id, &mut seen.groups),
            Look::RingGroupsNamed(name) => copy(&known.named_groups, name, &mut seen.named_groups),
            Look::SitesNamed(name) => copy(&known.sites, name, &mut seen.sites),
            Look::ContactCenterQueues(_) => put(&known.queues, &mut seen.queues),
            Look::AgentByEmail(_) => put(&known.agents_by_email, &mut seen.agents_by_email),
            Look::ContactCenterAgent(agent) => copy(&known.agents, agent, &mut seen.agents),
            Look::AgentStatus(agent) => copy(&known.agent_status, agent, &mut seen.agent_status),
            Look::Connector(_) => put(&known.connector, &mut seen.connector),
            Look::PhoneNumbers(numbers) => self.numbers(numbers, seen),
            Look::NumberHolders(numbers) => {
                let there = numbers.iter().all(|number| self.asked_holders.contains(number));
                there && put(&known.numbers_of_others, &mut seen.numbers_of_others)
            }
            Look::References => put(&known.references, &mut seen.references),
            Look::Carriers => put(&known.carrier_going, &mut seen.carrier_going),
            Look::AssignmentCarriers => put(&known.assignments_going, &mut seen.assignments_going),
            Look::Claim(id) => put(&self.claims.get(id).cloned(), &mut seen.claim),
            Look::Leave => put(&known.leave, &mut seen.leave),
        }
    }

    fn show(&self, profile: ProfileSight, seen: &mut Sightings) {
        seen.profile = profile;
        seen.inventory.clone_from(&self.known.inventory);
    }

    fn numbers(&self, numbers: &[String], seen: &mut Sightings) -> bool {
        let there = numbers.iter().all(|number| self.asked.contains(number));
        if there {
            let all = self.known.numbers.iter().flatten();
            let wanted = all.filter(|(number, _)| numbers.contains(number));
            seen.numbers = Some(wanted.map(|(number, sight)| (number.clone(), *sight)).collect());
        }
        there
    }

    /// What a write makes of the account, where it is carried out as asked.
    pub fn apply(&mut self, action: &Action, tenant: &TenantSpec) {
        match action {
            Action::Claim { user_id, pins } => {
                self.claims.insert(user_id.clone(), Claim::Mine { pins: *pins });
            }
            Action::Create(proof) => self.create(proof.profile()),
            Action::Delete(proof) => self.known.profile = ProfileSight::Gone(proof.user_id().to_owned()),
            Action::LogOutAgent(proof) => {
                let statuses = &mut self.known.agent_status;
                statuses.insert(proof.agent_id().to_owned(), AgentSight::LoggedOut);
            }
            Action::Connector(proof) => self.connector(proof.removal()),
            Action::Deactivate(proof) => self.set(ProfileStatus::Inactive, proof.hides().then_some(false)),
            Action::Activate(proof) => self.set(ProfileStatus::Active, proof.shows().then_some(true)),
            Action::Reactivate(_) => self.set(ProfileStatus::Active, None),
            Action::RemoveAccess { deactivate, .. } => {
                self.set(ProfileStatus::Inactive, deactivate.hides().then_some(false));
                self.strip();
            }
            Action::RemoveLicenses(proof) => match proof.scope() {
                LicenseScope::All => self.strip(),
                LicenseScope::Named(name) => self.edit(|profile| {
                    let goes = |license: &License| license.name == *name && !license.contact_center;
                    profile.licenses.retain(|license| !goes(license));
                }),
            },
            Action::LeaveRingGroup { proof, .. } => self.leave(proof.group_id()),
            Action::JoinRingGroup(proof) => self.join(proof.group_id(), proof.extension_id()),
            Action::Change(proof) => match proof.change() {
                Change::Rename(name) => self.edit(|profile| profile.user_name.clone_from(name)),
                Change::Profile(change) => self.edit(|profile| update(profile, change)),
                Change::Services(services) => self.give(services, tenant),
            },
        }
    }

    fn edit(&mut self, change: impl FnOnce(&mut Profile)) {
        if let ProfileSight::Seen(profile) = &mut self.known.profile {
            change(profile);
        }
    }

    fn set(&mut self, status: ProfileStatus, shown: Option<bool>) {
        self.edit(|profile| {
            profile.status = status;
            profile.display_in_directory = shown.or(profile.display_in_directory);
        });
    }

    fn create(&mut self, new: &NewProfile) {
        self.known.profile = ProfileSight::Seen(Box::new(Profile {
            user_id: NEW.to_owned(),
            user_name: new.user_name.clone(),
            first_name: Some(new.first_name.clone()),
            last_name: Some(new.last_name.clone()),
            primary_email: Some(new.primary_email.clone()),
            site: Some(new.site.clone()),
            policy_profile: new.policy_profile.clone(),
            display_in_directory: new.display_in_directory,
            ..Profile::default()
        }));
    }

    /// Licenses and extensions go but for those of Contact Center, numbers become free, and with the license the call
    /// queues are left (rules B3, F4, F5).
    fn strip(&mut self) {
        let Self { known, asked, .. } = self;
        let ProfileSight::Seen(profile) = &mut known.profile else {
            return;
        };
        let numbers = known.numbers.get_or_insert_default();
        for held in profile.numbers() {
            asked.insert(held.number.clone());
            numbers.insert(held.number.clone(), NumberSight::Available);
        }
        profile.licenses.retain(|license| license.contact_center);
        profile.extensions.retain(|extension| extension.contact_center);
        profile.call_queues.clear();
    }

    fn leave(&mut self, group_id: &str) {
        let Self { known, .. } = self;
        let ProfileSight::Seen(profile) = &mut known.profile else {
            return;
        };
        profile.ring_groups.retain(|group| group.id != group_id);
        let own = |id: &String| profile.extensions.iter().any(|extension| extension.id == *id);
        if let Some(Some(group)) = known.groups.get_mut(group_id) {
            group.members.retain(|member| match &member.user_id {
                Some(member) => *member != profile.user_id,
                None => !member.extension_id.as_ref().is_some_and(own),
            });
        }
    }

    fn join(&mut self, group_id: &str, extension_id: &str) {
        let named = self.known.named_groups.iter();
        let name = named.filter(|(_, ids)| ids.iter().any(|id| id == group_id));
        let name = name.map(|(name, _)| name.clone()).next();
        let mut user_id = None;
        self.edit(|profile| {
            user_id = Some(profile.user_id.clone());
            profile.ring_groups.push(ObservedQueue {
                kind: QueueType::RingGroup,
                id: group_id.to_owned(),
                name: name.unwrap_or_else(|| group_id.to_owned()),
            });
        });
        let group = self.known.groups.entry(group_id.to_owned()).or_default();
        group
            .get_or_insert_with(Group::default)
            .members
            .push(GroupMember {
                user_id,
                extension_id: Some(extension_id.to_owned()),
            });
    }

    /// Adds licenses, extensions and numbers. 8x8 refuses all of it where a number is not free.
    fn give(&mut self, services: &ServiceChange, tenant: &TenantSpec) {
        let wanted = services.extensions.iter();
        let wanted: Vec<_> = wanted.flat_map(|extension| &extension.phone_numbers).collect();
        let numbers = self.known.numbers.get_or_insert_default();
        if wanted
            .iter()
            .any(|number| numbers.get(*number) != Some(&NumberSight::Available))
        {
            return;
        }
        for number in wanted {
            numbers.insert(number.clone(), NumberSight::Assigned);
        }
        let license = |name: &String| License {
            name: name.clone(),
            did: pattern::matches_any(&tenant.admin_api.did_licenses, name),
            contact_center: pattern::matches_any(&tenant.contact_center.licenses, name),
        };
        self.edit(|profile| {
            profile.licenses.extend(services.licenses.iter().map(license));
            for (n, new) in services.extensions.iter().enumerate() {
                let numbers = new.phone_numbers.iter().map(|number| HeldNumber {
                    number: number.clone(),
                    porting: false,
                });
                profile.extensions.push(Extension {
                    id: format!("new-extension-{n}"),
                    number: Some(new.number.clone()),
                    numbers: numbers.collect(),
                    ..Extension::default()
                });
            }
        });
    }

    fn connector(&mut self, removal: &ConnectorRemoval) {
        match (removal, &mut self.known.connector) {
            (ConnectorRemoval::Queue(id), connector) => {
                if let Some(Ok(sight)) = connector {
                    sight.queues.retain(|queue| queue != id);
                }
                if let Some(queues) = &mut self.known.queues {
                    queues.retain(|queue| queue.id != *id);
                }
            }
            (ConnectorRemoval::Supervisor, Some(Ok(sight))) => sight.supervisor = false,
            (ConnectorRemoval::Administrator, Some(Ok(sight))) => sight.administrator = false,
            (ConnectorRemoval::License, connector) => {
                // The agent goes with it.
                *connector = Some(Err(ConnectorTrouble::AgentUnknown));
                self.edit(|profile| profile.licenses.retain(|license| !license.contact_center));
            }
            _ => {}
        }
    }
}

/// Copies what is known of one thing. `false` where nothing is.
fn copy<T: Clone>(from: &BTreeMap<String, T>, key: &String, to: &mut BTreeMap<String, T>) -> bool {
    let known = from.get(key);
    to.extend(known.map(|value| (key.clone(), value.clone())));
    known.is_some()
}

/// Copies what is known. `false` where nothing is.
fn put<T: Clone>(from: &Option<T>, to: &mut Option<T>) -> bool {
    to.clone_from(from);
    from.is_some()
}

fn update(profile: &mut Profile, change: &ProfileChange) {
    let put = |there: &mut Option<String>, new: &Option<String>| {
        if new.is_some() {
            there.clone_from(new);
        }
    };
    put(&mut profile.first_name, &change.first_name);
    put(&mut profile.last_name, &change.last_name);
    put(&mut profile.primary_email, &change.primary_email);
    put(&mut profile.policy_profile, &change.policy_profile);
    profile.display_in_directory = change.display_in_directory.or(profile.display_in_directory);
    if let Some((id, number)) = &change.extension {
        let mut all = profile.extensions.iter_mut();
        if let Some(extension) = all.find(|extension| extension.id == *id) {
            extension.number = Some(number.clone());
        }
    }
}
