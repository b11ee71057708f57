//! An 8x8 account in memory: what the rules need of it, and what its writes do.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;

pub use super::write::{Fate, Write};

use super::fixtures::{AGENT, JANE, bare, extension, groups, license, queue, seconds};
use crate::api::user_status::ObservedQueue;
use crate::lifecycle::change::{Change, ProfileChange, ServiceChange};
use crate::lifecycle::{
    AgentSight, Claim, ConnectorSight, ConnectorTrouble, Extension, Group, GroupMember, Look, NumberSight,
    OperationSight, Profile, ProfileSight, ProfileStatus, References, Sightings,
};

struct Operation {
    fate: Fate,
    ends: Timestamp,
    /// What is still to be applied.
    write: Option<Write>,
}

/// What Quality Management says.
#[derive(Default)]
pub struct Quality(pub BTreeMap<String, Vec<String>>, pub Option<String>);

/// The account.
pub struct Account {
    pub profiles: BTreeMap<String, Profile>,
    pub groups: BTreeMap<String, Group>,
    /// Contact Center queues by agent.
    pub agents: BTreeMap<String, Vec<ObservedQueue>>,
    /// Agents by e-mail address in Quality Management, or why it cannot be read.
    pub quality: Quality,
    /// Agents that Contact Center does not list.
    pub unlisted: BTreeSet<String>,
    /// What agents do; the others are logged out.
    pub statuses: BTreeMap<String, AgentSight>,
    pub numbers: BTreeMap<String, NumberSight>,
    pub claims: BTreeMap<String, Claim>,
    /// What the connector says of Jane, beside her queues and license; or how it fails.
    pub connector: Result<ConnectorSight, ConnectorTrouble>,
    /// Whether the connector does not show the queues.
    pub connector_blind: bool,
    pub carrier_going: bool,
    /// What else depends on Jane, and what the last inventory showed of it.
    pub references: References,
    pub inventory: Option<References>,
    /// What the last change of status also does to the entry in the directory.
    pub shown: Option<bool>,
    /// Numbers that stay ASSIGNED whatever happens.
    pub sticky: bool,
    /// Every write that was sent, and what became of it.
    pub log: Vec<(Write, Fate)>,
    /// What becomes of the next writes; later ones complete.
    pub fates: VecDeque<Fate>,
    operations: BTreeMap<String, Operation>,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            profiles: BTreeMap::new(),
            groups: BTreeMap::new(),
            agents: BTreeMap::new(),
            quality: Quality::default(),
            unlisted: BTreeSet::new(),
            statuses: BTreeMap::new(),
            shown: None,
            numbers: BTreeMap::new(),
            claims: BTreeMap::new(),
            connector: Ok(ConnectorSight::default()),
            connector_blind: false,
            carrier_going: false,
            references: References::default(),
            inventory: None,
            sticky: false,
            log: Vec::new(),
            fates: VecDeque::new(),
            operations: BTreeMap::new(),
        }
    }
}

impl Account {
    pub fn with(profile: Profile) -> Self {
        let mut account = Self {
            groups: groups(),
            ..Self::default()
        };
        for number in profile.numbers() {
            account
                .numbers
                .insert(number.number.clone(), NumberSight::Assigned);
        }
        account.profiles.insert(profile.user_id.clone(), profile);
        account
    }

    pub fn writes(&self) -> Vec<Write> {
        self.log.iter().map(|(write, _)| write.clone()).collect()
    }

    pub fn jane(&mut self) -> &mut Profile {
        self.profiles.get_mut(JANE).unwrap()
    }

    pub fn queues(&mut self) -> &mut Vec<ObservedQueue> {
        self.agents.entry(AGENT.to_owned()).or_default()
    }

    /// Takes a write, and gives the id of its operation where the answer arrives.
    pub fn send(&mut self, write: Write, now: Timestamp) -> Option<String> {
        let fate = self.fates.pop_front().unwrap_or(Fate::Completes);
        self.log.push((write.clone(), fate));
        let id = format!("op-{}", self.log.len());
        let ends = now.checked_add(seconds(3)).unwrap();
        let write = fate.applies().then_some(write);
        self.operations
            .insert(id.clone(), Operation { fate, ends, write });
        fate.answers().then_some(id)
    }

    /// Applies what is due.
    pub fn tick(&mut self, now: Timestamp) {
        let mut due = Vec::new();
        for operation in self
            .operations
            .values_mut()
            .filter(|operation| operation.ends <= now)
        {
            due.extend(operation.write.take());
        }
        for write in due {
            self.apply(&write);
        }
    }

    pub fn apply(&mut self, write: &Write) {
        if let Write::Create(name) = write {
            if !self.profiles.values().any(|profile| profile.user_name == *name) {
                let id = format!("u-created-{}", self.log.len());
                self.profiles
                    .insert(id.clone(), bare(&id, name, ProfileStatus::Active));
            }
            return;
        }
        if let Write::Change(user_id, Change::Services(services)) = write {
            self.give(user_id, services);
            return;
        }
        let Some(profile) = self.profiles.get_mut(write.user_id()) else {
            return;
        };
        match write {
            Write::Deactivate(_) => {
                profile.status = ProfileStatus::Inactive;
                profile.display_in_directory = self.shown.or(profile.display_in_directory);
            }
            Write::Activate(_) | Write::Reactivate(_) => {
                profile.status = ProfileStatus::Active;
                profile.display_in_directory = self.shown.or(profile.display_in_directory);
            }
            Write::RemoveAccess(user_id) => {
                profile.status = ProfileStatus::Inactive;
                self.strip(user_id);
            }
            Write::Leave(user_id, group_id) => {
                profile.ring_groups.retain(|group| group.id != *group_id);
                let own = |id: &String| profile.extensions.iter().any(|extension| extension.id == *id);
                if let Some(group) = self.groups.get_mut(group_id) {
                    group.members.retain(|member| match &member.user_id {
                        Some(member) => member != user_id,
                        None => !member.extension_id.as_ref().is_some_and(own),
                    });
                }
            }
            Write::Connector(_, removal) => self.connector_removes(removal),
            Write::Licenses(_, None) => self.strip(write.user_id()),
            Write::Licenses(_, Some(name)) => {
                profile
                    .licenses
                    .retain(|license| license.name != *name || license.contact_center);
            }
            Write::Delete(user_id) => {
                self.profiles.remove(user_id);
            }
            Write::Change(_, Change::Rename(name)) => profile.user_name.clone_from(name),
            Write::Change(_, Change::Profile(change)) => set(profile, change),
            Write::Join(user_id, group_id) => {
                if let Some(group) = self.groups.get_mut(group_id) {
                    profile
                        .ring_groups
                        .push(queue(crate::api::QueueType::RingGroup, group_id));
                    group.members.push(GroupMember {
                        user_id: Some(user_id.clone()),
                        extension_id: profile.extensions.first().map(|one| one.id.clone()),
                    });
                }
            }
            Write::LogOut(_, agent) => {
                self.statuses.remove(agent);
            }
            Write::Create(_) | Write::Change(_, Change::Services(_)) => {}
        }
    }

    /// What a PUT without licenses and extensions does: what belongs to Contact Center stays (8x8-api.md §8), numbers are
    /// free with their licenses, and the call queues are left (rule F5).
    fn strip(&mut self, user_id: &str) {
        let Some(profile) = self.profiles.get_mut(user_id) else {
            return;
        };
        for number in profile.numbers().filter(|_| !self.sticky) {
            self.numbers.insert(number.number.clone(), NumberSight::Available);
        }
        profile.licenses.retain(|license| license.contact_center);
        profile.extensions.retain(|extension| extension.contact_center);
        profile.call_queues.clear();
    }

    /// Adds licenses, extensions and numbers. A number that is not free makes it all fail.
    fn give(&mut self, user_id: &str, services: &ServiceChange) {
        let numbers = services
            .extensions
            .iter()
            .flat_map(|extension| &extension.phone_numbers);
        if numbers
            .clone()
            .any(|number| self.numbers.get(number) != Some(&NumberSight::Available))
        {
            return;
        }
        for number in numbers {
            self.numbers.insert(number.clone(), NumberSight::Assigned);
        }
        let Some(profile) = self.profiles.get_mut(user_id) else {
            return;
        };
        profile
            .licenses
            .extend(services.licenses.iter().map(|name| license(name)));
        for (at, new) in services.extensions.iter().enumerate() {
            let numbers: Vec<_> = new.phone_numbers.iter().map(String::as_str).collect();
            profile.extensions.push(Extension {
                number: Some(new.number.clone()),
                // A phone is activated at the phone, by its user.
                devices: Vec::new(),
                ..extension(&format!("x-given-{at}"), &numbers)
            });
        }
    }

    /// Answers what a pass asks for.
    pub fn look(&mut self, look: &Look, seen: &mut Sightings, now: Timestamp) {
        self.tick(now);
        match look {
            Look::ProfileById(id) => {
                seen.profile = self.by_id(id);
                seen.inventory.clone_from(&self.inventory);
            }
            Look::ProfilesByName(name) => {
                seen.profile = self.by_name(name);
                seen.inventory.clone_from(&self.inventory);
            }
            Look::References => seen.references = Some(self.references.clone()),
            Look::Operation(id) => seen.operation = Some(self.operation(id, now)),
            Look::RingGroup(id) => {
                seen.groups.insert(id.clone(), self.groups.get(id).cloned());
            }
            Look::RingGroupsNamed(name) => {
                let ids = self.groups.keys().filter(|id| format!("{id} name") == *name);
                seen.named_groups.insert(name.clone(), ids.cloned().collect());
            }
            Look::SitesNamed(name) => {
                let id = (name == "Headquarters").then(|| "site-hq".to_owned());
                seen.sites.insert(name.clone(), id.into_iter().collect());
            }
            Look::ContactCenterQueues(agent) => {
                seen.queues = Some(self.agents.get(agent).cloned().unwrap_or_default());
            }
            Look::AgentByEmail(email) => {
                let agents = self.quality.0.get(email).cloned().unwrap_or_default();
                seen.agents_by_email = Some(self.quality.1.clone().map_or(Ok(agents), Err));
            }
            Look::ContactCenterAgent(agent) => {
                let listed = !self.unlisted.contains(agent);
                seen.agents.insert(agent.clone(), listed);
            }
            Look::AgentStatus(agent) => {
                let status = self.statuses.get(agent).cloned();
                let status = status.unwrap_or(AgentSight::LoggedOut);
                seen.agent_status.insert(agent.clone(), status);
            }
            Look::PhoneNumbers(numbers) => {
                let known = numbers
                    .iter()
                    .filter_map(|n| Some((n.clone(), *self.numbers.get(n)?)));
                seen.numbers = Some(known.collect());
            }
            Look::NumberHolders(numbers) => {
                let others = self.profiles.values().filter(|profile| profile.user_id != JANE);
                let held: Vec<_> = others
                    .flat_map(Profile::numbers)
                    .map(|held| held.number.clone())
                    .collect();
                seen.numbers_of_others = Some(numbers.iter().filter(|n| held.contains(n)).cloned().collect());
            }
            Look::Connector(agent) => seen.connector = Some(self.connector_shows(agent)),
            Look::Leave => unreachable!("the world knows it"),
            Look::Carriers => seen.carrier_going = Some(self.carrier_going),
            Look::AssignmentCarriers => seen.assignments_going = Some(self.carrier_going),
            Look::Claim(id) => seen.claim = Some(self.claims.get(id).cloned().unwrap_or(Claim::Nobody)),
        }
    }

    fn by_id(&self, id: &str) -> ProfileSight {
        let found = self.profiles.get(id).cloned().map(Box::new);
        found.map_or_else(|| ProfileSight::Gone(id.to_owned()), ProfileSight::Seen)
    }

    fn by_name(&self, name: &str) -> ProfileSight {
        let named: Vec<_> = self
            .profiles
            .values()
            .filter(|profile| profile.user_name == name)
            .collect();
        match named.as_slice() {
            [] => ProfileSight::NoneByName {
                similar: self
                    .profiles
                    .values()
                    .any(|profile| profile.user_name.eq_ignore_ascii_case(name)),
            },
            [profile] => ProfileSight::Seen(Box::new((*profile).clone())),
            several => ProfileSight::SeveralByName(several.len()),
        }
    }

    fn operation(&self, id: &str, now: Timestamp) -> OperationSight {
        match self.operations.get(id) {
            None => OperationSight::Unknown,
            Some(operation) if now < operation.ends => OperationSight::Running,
            Some(operation) => operation.fate.sight(),
        }
    }
}

fn set(profile: &mut Profile, change: &ProfileChange) {
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
        if let Some(extension) = all.find(|one| one.id == *id) {
            extension.number = Some(number.clone());
        }
    }
}
