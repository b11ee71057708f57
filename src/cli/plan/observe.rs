//! Looks of a rehearsal, answered from what was read of the account.

use std::collections::BTreeMap;

use crate::api::Tenant;
use crate::api::queue_assignment::QueueType;
use crate::api::user_status::ObservedQueue;
use crate::controller::{Web, convert};
use crate::eightbyeight::wire;
use crate::lifecycle::limit::Leave;
use crate::lifecycle::{
    AgentSight, Claim, ConnectorSight, Group, GroupMember, Look, NumberSight, Profile, ProfileSight,
    Sightings,
};

use crate::cli::snapshot::Snapshot;

/// Stands for queues that were not read: what cannot be seen counts as present (invariant 1).
const NOT_READ: &str = "(Contact Center was not read)";

/// One account, as a plan sees it.
pub(super) struct Seen<'a> {
    pub tenant: &'a Tenant,
    pub snapshot: &'a Snapshot,
    pub web: &'a Web,
}

/// What is not in the account.
pub(super) struct Around {
    pub claim: Claim,
    pub leave: Leave,
}

impl Seen<'_> {
    /// The answer to a look.
    pub fn look(&self, look: &Look, own: Option<&Profile>, around: &Around) -> Sightings {
        let mut seen = Sightings::default();
        match look {
            Look::ProfileById(id) => {
                let found = self.users().find(|user| user.user_id() == id);
                seen.profile =
                    found.map_or_else(|| ProfileSight::Gone(id.clone()), |user| self.profile(user));
                seen.inventory = found.map(|user| self.web.references(user));
            }
            Look::ProfilesByName(name) => self.by_name(name, &mut seen),
            Look::References => {
                let user = own.and_then(|own| self.users().find(|user| user.user_id() == own.user_id));
                seen.references = Some(user.map(|user| self.web.references(user)).unwrap_or_default());
            }
            Look::RingGroup(id) => {
                seen.groups.insert(id.clone(), self.group(id));
            }
            Look::RingGroupsNamed(name) => {
                let groups = self.snapshot.ring_groups().unwrap_or_default().iter();
                let ids = groups
                    .filter(|group| group.name == *name)
                    .map(|group| group.id.clone());
                seen.named_groups.insert(name.clone(), ids.collect());
            }
            Look::SitesNamed(name) => {
                let sites = self.snapshot.sites().unwrap_or_default().iter();
                let same = sites.filter(|site| site.name.as_ref() == Some(name));
                let ids = same.filter_map(|site| site.id.clone()).collect();
                seen.sites.insert(name.clone(), ids);
            }
            Look::ContactCenterQueues(agent) => seen.queues = Some(self.queues_of(agent)),
            Look::AgentByEmail(email) => seen.agents_by_email = Some(self.agents_of(email)),
            Look::ContactCenterAgent(agent) => {
                seen.agents.insert(agent.clone(), true);
            }
            Look::AgentStatus(agent) => {
                seen.agent_status.insert(agent.clone(), AgentSight::LoggedOut);
            }
            Look::Connector(agent) => seen.connector = Some(Ok(self.connector(agent, own))),
            Look::PhoneNumbers(numbers) => seen.numbers = Some(self.numbers(numbers)),
            Look::NumberHolders(numbers) => {
                let own = own.map(|own| own.user_id.as_str());
                let others = self.users().filter(|user| Some(user.user_id()) != own);
                let held: Vec<_> = others.flat_map(numbers_of).collect();
                let held = numbers.iter().filter(|number| held.contains(&number.as_str()));
                seen.numbers_of_others = Some(held.cloned().collect());
            }
            Look::Operation(_) => {}
            Look::Carriers => seen.carrier_going = Some(false),
            Look::AssignmentCarriers => seen.assignments_going = Some(false),
            Look::Claim(_) => seen.claim = Some(around.claim.clone()),
            Look::Leave => seen.leave = Some(around.leave),
        }
        seen
    }

    fn users(&self) -> impl Iterator<Item = &wire::User> {
        self.snapshot.users().iter()
    }

    fn profile(&self, user: &wire::User) -> ProfileSight {
        ProfileSight::Seen(Box::new(convert::profile(user, &self.tenant.spec)))
    }

    /// Who has exactly this name (invariant 5).
    fn by_name(&self, name: &str, seen: &mut Sightings) {
        let named = |user: &&wire::User| user.basic_info.user_name == name;
        let found: Vec<_> = self.users().filter(named).collect();
        seen.profile = match found.as_slice() {
            [] => {
                let other = |user: &wire::User| user.basic_info.user_name.eq_ignore_ascii_case(name);
                ProfileSight::NoneByName {
                    similar: self.users().any(other),
                }
            }
            [user] => {
                seen.inventory = Some(self.web.references(user));
                self.profile(user)
            }
            several => ProfileSight::SeveralByName(several.len()),
        };
    }

    /// A ring group. Where the list does not name its members, the users who say that they are in it are taken for them.
    fn group(&self, id: &str) -> Option<Group> {
        let groups = self.snapshot.ring_groups().unwrap_or_default();
        let listed = groups.iter().find(|group| group.id == id).map(convert::group);
        if listed.as_ref().is_some_and(|group| !group.members.is_empty()) {
            return listed;
        }
        let inside = |user: &&wire::User| user.ring_groups().iter().any(|group| group.id == id);
        let members = self.users().filter(inside).map(|user| GroupMember {
            user_id: Some(user.user_id().to_owned()),
            extension_id: user
                .extensions()
                .first()
                .and_then(|extension| extension.id.clone()),
        });
        let members: Vec<_> = members.collect();
        (listed.is_some() || !members.is_empty()).then_some(Group { members })
    }

    fn queues_of(&self, agent: &str) -> Vec<ObservedQueue> {
        let Some(center) = self.snapshot.contact_center() else {
            return vec![ObservedQueue {
                kind: QueueType::ContactCenter,
                id: NOT_READ.to_owned(),
                name: NOT_READ.to_owned(),
            }];
        };
        center
            .assigned(agent)
            .map(convert::contact_center_queue)
            .collect()
    }

    fn agents_of(&self, email: &str) -> Result<Vec<String>, String> {
        let center = self.snapshot.contact_center();
        let agents = center.and_then(|center| center.agents_of(email));
        let agents = agents.ok_or_else(|| "it was not read".to_owned())?;
        Ok(agents.into_iter().map(str::to_owned).collect())
    }

    /// What the connector most likely shows: a plan does not ask it.
    fn connector(&self, agent: &str, own: Option<&Profile>) -> ConnectorSight {
        let queues = self.queues_of(agent);
        let licenses = own.map_or(&[][..], |own| &own.licenses);
        let administrators = &self.tenant.spec.contact_center.administrators;
        ConnectorSight {
            email: None,
            queues: queues.into_iter().map(|queue| queue.id).collect(),
            supervisor: false,
            administrator: own.is_some_and(|own| {
                administrators
                    .iter()
                    .any(|name| name.eq_ignore_ascii_case(&own.user_name))
            }),
            license: licenses.iter().any(|license| license.contact_center),
        }
    }

    fn numbers(&self, wanted: &[String]) -> BTreeMap<String, NumberSight> {
        let porting = self.snapshot.numbers_being_ported().unwrap_or_default();
        let is_porting = |number: &str| porting.iter().any(|port| port.phone_number == number);
        let held = |number: &str| self.users().flat_map(numbers_of).any(|held| held == number);
        let sight = |number: &String| match () {
            () if is_porting(number) => NumberSight::Porting,
            () if held(number) => NumberSight::Assigned,
            () => NumberSight::Available,
        };
        wanted
            .iter()
            .map(|number| (number.clone(), sight(number)))
            .collect()
    }

    /// Whether the account has a license of this name, so that it may be given.
    pub fn knows_license(&self, name: &str) -> bool {
        let listed = &self.tenant.spec.admin_api.licenses;
        let mut held = self.users().flat_map(wire::User::licenses);
        listed.iter().any(|known| known == name) || held.any(|license| license.name.as_deref() == Some(name))
    }
}

fn numbers_of(user: &wire::User) -> impl Iterator<Item = &str> {
    let all = user
        .extensions()
        .iter()
        .flat_map(|extension| &extension.phone_numbers);
    all.filter_map(|number| number.phone_number.as_deref())
}
