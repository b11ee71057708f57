//! Situations that are ripe for one write each, and from which any one change takes it away or not.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::fixtures::{GROUP, JANE, NUMBER, at, bare, full, groups, step, tenant, user};
use super::oracle;
use super::world::WITHIN;
use crate::api::tenant::TenantSpec;
use crate::api::user::{UserSpec, UserState};
use crate::api::user_status::{Held, StepName, StepState, UserStatus};
use crate::lifecycle::{
    Claim, Deletion, Dependant, DependantKind, Goal, NumberSight, Pace, Plan, Profile, ProfileSight,
    ProfileStatus, References, Sightings, Situation, order, plan,
};

/// A situation that owns what it is made of.
#[derive(Clone, Debug)]
pub struct Case {
    pub now: Timestamp,
    pub tenant: TenantSpec,
    pub user: UserSpec,
    pub deletion: Option<Deletion>,
    pub retry_intent: Option<String>,
    pub memory: UserStatus,
    pub dependants: Vec<Dependant>,
    pub protected: bool,
    pub suspended: bool,
    pub seen: Sightings,
}

/// The write that a case is ripe for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ripe {
    Deactivate,
    Activate,
    Leave,
    Licenses,
    Delete,
    /// A license of a user that stays.
    NamedLicense,
    /// The DELETE, for a deletion of the object.
    DeleteObject,
}

impl Ripe {
    pub const ALL: [Self; 7] = [
        Self::Deactivate,
        Self::Activate,
        Self::Leave,
        Self::Licenses,
        Self::Delete,
        Self::NamedLicense,
        Self::DeleteObject,
    ];

    /// How much of the order is done: everything before this step.
    fn done(self) -> usize {
        let next = match self {
            Self::Deactivate | Self::NamedLicense => StepName::Deactivate,
            Self::Activate => return 1,
            Self::Leave => StepName::RingGroups,
            Self::Licenses => StepName::Licenses,
            Self::Delete | Self::DeleteObject => StepName::Delete,
        };
        let mut order = order(Goal::Delete).iter();
        order.position(|&step| step == next).unwrap()
    }

    fn state(self) -> UserState {
        match self {
            Self::Activate | Self::NamedLicense | Self::DeleteObject => UserState::Active,
            Self::Deactivate | Self::Leave | Self::Licenses | Self::Delete => UserState::Deleted,
        }
    }

    fn profile(self) -> Profile {
        let mut profile = match self {
            Self::Delete | Self::DeleteObject => bare(JANE, super::fixtures::NAME, ProfileStatus::Inactive),
            _ => full(),
        };
        if self == Self::Licenses {
            profile.ring_groups.clear();
        }
        if self.done() > 0 {
            profile.status = ProfileStatus::Inactive;
        }
        profile
    }

    /// The case.
    pub fn case(self) -> Case {
        let done = order(Goal::Delete).iter().take(self.done());
        let memory = UserStatus {
            user_id: Some(JANE.to_owned()),
            steps: done
                .map(|&name| step(name, StepState::Done, at(-100_000)))
                .collect(),
            held: Some(Held {
                phone_numbers: vec![NUMBER.to_owned()],
                ..Held::default()
            }),
            ..UserStatus::default()
        };
        let deletion = Deletion {
            at: at(-50_000),
            cancelled: false,
        };
        let kind = DependantKind::License(super::fixtures::LICENSE.to_owned());
        let named = self == Self::NamedLicense;
        Case {
            now: at(0),
            tenant: tenant(),
            user: user(self.state()),
            deletion: (self == Self::DeleteObject).then_some(deletion),
            retry_intent: None,
            memory,
            dependants: named
                .then_some(Dependant {
                    kind,
                    remove: true,
                    known: true,
                })
                .into_iter()
                .collect(),
            protected: false,
            suspended: false,
            seen: self.seen(),
        }
    }

    /// Everything that a pass can see, so that no look is open.
    fn seen(self) -> Sightings {
        let number = match self {
            Self::Delete | Self::DeleteObject => NumberSight::Available,
            _ => NumberSight::Assigned,
        };
        let group = groups().remove(GROUP);
        Sightings {
            profile: ProfileSight::Seen(Box::new(self.profile())),
            groups: BTreeMap::from([(GROUP.to_owned(), group)]),
            queues: None,
            agents_by_email: None,
            agents: BTreeMap::new(),
            agent_status: BTreeMap::new(),
            connector: None,
            named_groups: BTreeMap::new(),
            sites: BTreeMap::new(),
            numbers: Some(BTreeMap::from([(NUMBER.to_owned(), number)])),
            numbers_of_others: Some(Vec::new()),
            references: Some(References::default()),
            inventory: None,
            operation: None,
            carrier_going: Some(false),
            assignments_going: Some(false),
            claim: Some(Claim::Mine { pins: true }),
            leave: Some(WITHIN),
        }
    }
}

impl Case {
    /// The plan, held against the invariants.
    pub fn plan(&self) -> Plan {
        let pace = Pace::default();
        let situation = Situation {
            now: self.now,
            pace: &pace,
            tenant: &self.tenant,
            user: &self.user,
            deletion: self.deletion,
            retry_intent: self.retry_intent.as_deref(),
            memory: &self.memory,
            dependants: &self.dependants,
            user_updates: true,
            protected: self.protected,
            suspended: self.suspended,
            seen: &self.seen,
        };
        let plan = plan(&situation);
        oracle::check(&situation, &plan);
        plan
    }

    /// The profile that was seen, where one was.
    pub fn profile(&mut self) -> Option<&mut Profile> {
        match &mut self.seen.profile {
            ProfileSight::Seen(profile) => Some(profile),
            _ => None,
        }
    }

    /// A step of an earlier pass.
    pub fn step(&mut self, name: StepName) -> Option<&mut crate::api::user_status::StepStatus> {
        self.memory.steps.iter_mut().find(|step| step.name == name)
    }
}
