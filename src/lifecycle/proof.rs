//! Proofs that the preconditions of a write were observed.
//!
//! Only the rules of [`crate::lifecycle`] make them, the account client takes nothing else for a write that takes
//! something away, and none of them can be copied: the compiler refuses a DELETE from anywhere else.

use crate::api::queue_assignment::QueueType;
use crate::api::user_status::StepName;

use super::rules::Facts;
use super::{Goal, Profile, ProfileSight, ProfileStatus, Situation, holdings, identity};

/// That a profile may be set INACTIVE: the person is known, not protected, not held, and the removal is due.
#[derive(Debug)]
pub struct DeactivateProof {
    user_id: String,
    hides: bool,
    closes_again: bool,
}

/// That a profile may be set ACTIVE: its object was changed back to `active` after Onhook had deactivated it
/// (invariant 9).
#[derive(Debug)]
pub struct ActivateProof {
    user_id: String,
    shows: bool,
}

/// That licenses and extensions may be taken off a profile: its identity is pinned, and no port to one of its numbers is
/// open. That groups and queues were left before is the order's to hold.
#[derive(Debug)]
pub struct LicenseProof {
    user_id: String,
    scope: LicenseScope,
    kept: Vec<String>,
}

/// That the profile of a leaver may be set ACTIVE for a moment: 8x8 refused to take its licenses off while it is
/// INACTIVE, and the spec allows this way out (rules D4, D7, invariant 9).
#[derive(Debug)]
pub struct ReactivateProof {
    user_id: String,
}

/// Which licenses a [`LicenseProof`] speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LicenseScope {
    /// All of them, and all extensions.
    All,
    /// The one of this name, and the extensions that belong to it.
    Named(String),
}

/// That a user may be taken out of a ring group.
#[derive(Debug)]
pub struct LeaveGroupProof {
    user_id: String,
    group_id: String,
    may_empty: bool,
}

/// That a leaver's agent may be logged out of Contact Center (rule B9): the profile is pinned and is to be deleted.
#[derive(Debug)]
pub struct LogOutProof {
    user_id: String,
    agent_id: String,
}

/// That the connector may take one thing away from an agent in Contact Center: the profile is pinned and is to be
/// deleted, and the Tenant names a connector.
#[derive(Debug)]
pub struct ConnectorProof {
    user_id: String,
    agent_id: String,
    removal: ConnectorRemoval,
}

/// What a [`ConnectorProof`] speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectorRemoval {
    /// The assignment to the queue of this id (rules B1, B8).
    Queue(String),
    /// The supervisor flag and all supervised queues (rule B7).
    Supervisor,
    /// The administrator role (rule B2).
    Administrator,
    /// The Contact Center license and extension.
    License,
}

/// That a profile may be deleted: its identity is pinned, and a read in the same pass showed no license, no extension,
/// no queue, no ring group, no Contact Center administrator role and no open port (invariant 1).
#[derive(Debug)]
pub struct DeleteProof {
    user_id: String,
}

macro_rules! about_user {
    ($($proof:ident),+) => {
        $(impl $proof {
            /// Id of the profile that the proof speaks of, and of no other.
            pub fn user_id(&self) -> &str {
                &self.user_id
            }
        })+
    };
}
about_user!(
    DeactivateProof,
    ActivateProof,
    ReactivateProof,
    LicenseProof,
    LeaveGroupProof,
    LogOutProof,
    ConnectorProof,
    DeleteProof
);

impl DeactivateProof {
    pub(in crate::lifecycle) fn new(facts: &Facts<'_>) -> Self {
        Self {
            user_id: facts.profile.user_id.clone(),
            hides: facts.s.user.offboarding.hide_from_directory,
            closes_again: facts.reopened(),
        }
    }

    /// Whether it ends an access that was only opened for a moment, to take licenses off (rule D7).
    pub fn closes_again(&self) -> bool {
        self.closes_again
    }

    /// Whether the person is taken out of the company directory as well (rule D9).
    pub fn hides(&self) -> bool {
        self.hides
    }
}

impl ActivateProof {
    pub(in crate::lifecycle) fn new(s: &Situation<'_>, profile: &Profile) -> Self {
        let held = s.memory.held.as_ref();
        Self {
            user_id: profile.user_id.clone(),
            shows: held.is_some_and(|held| held.hidden_from_directory),
        }
    }

    /// Whether the person comes back into the company directory, because Onhook had taken them out of it.
    pub fn shows(&self) -> bool {
        self.shows
    }
}

impl LicenseProof {
    /// The proof, where the profile is pinned and no port to one of its numbers is open (invariant 5, rule B10).
    pub(in crate::lifecycle) fn new(
        s: &Situation<'_>,
        profile: &Profile,
        scope: LicenseScope,
    ) -> Option<Self> {
        let allowed = identity::pinned(s, profile) && holdings::open_ports(s, profile) == 0;
        allowed.then(|| Self {
            user_id: profile.user_id.clone(),
            scope,
            kept: holdings::contact_center_licenses(profile),
        })
    }

    /// Names of the licenses that stay whatever the scope: no PUT may touch Contact Center (8x8-api.md §11, conflict
    /// 13).
    pub fn kept(&self) -> &[String] {
        &self.kept
    }

    /// Which licenses may go.
    pub fn scope(&self) -> &LicenseScope {
        &self.scope
    }
}

impl ReactivateProof {
    /// The proof, where the spec allows it, the profile is pinned and INACTIVE, and the account refused to edit it.
    pub(in crate::lifecycle) fn new(facts: &Facts<'_>) -> Option<Self> {
        let allowed = facts.s.user.offboarding.allow_reactivation
            && facts.goal == Goal::Delete
            && facts.profile.status == ProfileStatus::Inactive
            && facts.locked().is_some()
            && LicenseProof::new(facts.s, facts.profile, LicenseScope::All).is_some();
        allowed.then(|| Self {
            user_id: facts.profile.user_id.clone(),
        })
    }
}

impl LeaveGroupProof {
    pub(in crate::lifecycle) fn new(s: &Situation<'_>, profile: &Profile, group_id: &str) -> Self {
        Self {
            user_id: profile.user_id.clone(),
            group_id: group_id.to_owned(),
            may_empty: holdings::may_be_empty(s, QueueType::RingGroup),
        }
    }

    /// Id of the ring group that may be left.
    pub fn group_id(&self) -> &str {
        &self.group_id
    }

    /// Whether nobody has to stay in it (rule I4).
    pub fn may_empty(&self) -> bool {
        self.may_empty
    }
}

impl LogOutProof {
    /// The proof, where the profile is pinned, nothing knows the agent as somebody else (invariant 5), and the profile is to
    /// be deleted.
    pub(in crate::lifecycle) fn new(facts: &Facts<'_>, agent_id: String) -> Option<Self> {
        let own = holdings::of_another(facts.s, facts.profile, &agent_id).is_none();
        let allowed = facts.goal == Goal::Delete && identity::pinned(facts.s, facts.profile) && own;
        allowed.then(|| Self {
            user_id: facts.profile.user_id.clone(),
            agent_id,
        })
    }

    /// Id of the agent that may be logged out.
    pub fn agent_id(&self) -> &str {
        &self.agent_id
    }
}

impl ConnectorRemoval {
    /// The step that it belongs to.
    pub fn step(&self) -> StepName {
        match self {
            Self::Queue(_) => StepName::ContactCenterQueues,
            Self::Supervisor => StepName::ContactCenterSupervisor,
            Self::Administrator => StepName::ContactCenterAdmin,
            Self::License => StepName::ContactCenterLicense,
        }
    }

    /// How an intent names it: the id of the queue, or a word.
    pub fn target(&self) -> &str {
        match self {
            Self::Queue(id) => id,
            Self::Supervisor => "supervisor",
            Self::Administrator => "administrator",
            Self::License => "license",
        }
    }
}

impl ConnectorProof {
    /// The proof, where the profile is pinned and is to be deleted, the agent is known and nobody else's, and there is a connector. With a
    /// license go extension and numbers: no port to one of them may be open (rule B10).
    pub(in crate::lifecycle) fn new(facts: &Facts<'_>, removal: ConnectorRemoval) -> Option<Self> {
        let agent = holdings::connected_agent(facts.s)?;
        let own = holdings::of_another(facts.s, facts.profile, agent).is_none();
        let ports = removal == ConnectorRemoval::License && holdings::open_ports(facts.s, facts.profile) > 0;
        let allowed = facts.goal == Goal::Delete && own && identity::pinned(facts.s, facts.profile) && !ports;
        allowed.then(|| Self {
            user_id: facts.profile.user_id.clone(),
            agent_id: agent.to_owned(),
            removal,
        })
    }

    /// Id of the agent that something is taken from.
    pub fn agent_id(&self) -> &str {
        &self.agent_id
    }

    /// What is taken away.
    pub fn removal(&self) -> &ConnectorRemoval {
        &self.removal
    }
}

impl DeleteProof {
    /// The proof, where what this pass saw shows nothing that must be gone (invariant 1) and the profile is pinned
    /// (invariant 5).
    pub(in crate::lifecycle) fn new(facts: &Facts<'_>) -> Option<Self> {
        let profile = facts.profile;
        let nothing_held = profile.licenses.is_empty()
            && profile.extensions.is_empty()
            && profile.ring_groups.is_empty()
            && profile.call_queues.is_empty()
            && holdings::open_ports(facts.s, profile) == 0;
        let contact_center_clear = !facts.contact_center_user
            || (holdings::assigned_queues(facts.s).is_some_and(|queues| queues.is_empty())
                && holdings::agent_proven(facts.s)
                && holdings::supervisor_cleared(facts.s)
                && holdings::admin_cleared(facts.s, profile));
        // A row of a list satisfies no precondition.
        let read = matches!(facts.s.seen.profile, ProfileSight::Seen(_));
        let allowed = read && nothing_held && contact_center_clear && identity::pinned(facts.s, profile);
        allowed.then(|| Self {
            user_id: profile.user_id.clone(),
        })
    }
}

/// Proofs of nothing, for the tests of what takes them.
#[cfg(test)]
mod for_test {
    use super::{
        ActivateProof, DeactivateProof, DeleteProof, LeaveGroupProof, LicenseProof, LicenseScope,
        LogOutProof, ReactivateProof,
    };

    macro_rules! of_user {
        ($($proof:ident),+) => {
            $(impl $proof {
                pub(crate) fn for_test(user_id: &str) -> Self {
                    Self { user_id: user_id.to_owned() }
                }
            })+
        };
    }
    of_user!(ReactivateProof, DeleteProof);

    impl DeactivateProof {
        pub(crate) fn for_test(user_id: &str) -> Self {
            Self {
                user_id: user_id.to_owned(),
                hides: false,
                closes_again: false,
            }
        }

        pub(crate) fn hiding(self) -> Self {
            Self { hides: true, ..self }
        }
    }

    impl ActivateProof {
        pub(crate) fn for_test(user_id: &str) -> Self {
            Self {
                user_id: user_id.to_owned(),
                shows: false,
            }
        }

        pub(crate) fn showing(self) -> Self {
            Self { shows: true, ..self }
        }
    }

    impl LicenseProof {
        pub(crate) fn for_test(user_id: &str, scope: LicenseScope) -> Self {
            Self {
                user_id: user_id.to_owned(),
                scope,
                kept: Vec::new(),
            }
        }

        pub(crate) fn keeping(mut self, name: &str) -> Self {
            self.kept.push(name.to_owned());
            self
        }
    }

    impl LogOutProof {
        pub(crate) fn for_test(user_id: &str, agent_id: &str) -> Self {
            Self {
                user_id: user_id.to_owned(),
                agent_id: agent_id.to_owned(),
            }
        }
    }

    impl LeaveGroupProof {
        pub(crate) fn for_test(user_id: &str, group_id: &str) -> Self {
            Self {
                user_id: user_id.to_owned(),
                group_id: group_id.to_owned(),
                may_empty: false,
            }
        }

        pub(crate) fn emptying(self) -> Self {
            Self {
                may_empty: true,
                ..self
            }
        }
    }
}
