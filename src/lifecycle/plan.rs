//! What a plan is: what to do now, and everything the status says.

use jiff::Timestamp;

use crate::api::Reason;
use crate::api::user_status::{Intent, Outcome, SetStatus, StepName, UserStatus};

use super::blockers::Obstacle;
use super::change::{Change, ChangeProof, CreateProof, JoinGroupProof};
use super::proof::{
    ActivateProof, ConnectorProof, DeactivateProof, DeleteProof, LeaveGroupProof, LicenseProof, LicenseScope,
    LogOutProof, ReactivateProof,
};
use super::{Goal, Look};

/// What to do now, and what to say.
#[derive(Debug)]
pub struct Plan {
    /// What is to become of the profile; `None` while it cannot be told yet.
    pub goal: Option<Goal>,
    /// What to do now.
    pub next: Next,
    /// How the object stands, for its conditions.
    pub standing: Standing,
    /// What the status keeps: steps, blockers, intent and what was held. Its conditions are left empty.
    pub status: UserStatus,
    /// When to look again at the latest, where a time is known.
    pub wake: Option<Timestamp>,
    /// Whether all that it rests on is what the list of users shows of the profile: before `wake`, only a change there is a
    /// reason to look.
    pub rests: bool,
}

/// What to do now.
#[derive(Debug)]
pub enum Next {
    /// Look at this, and plan again within the same pass.
    Look(Look),
    /// Do this.
    Act(Action),
    /// Nothing, until `wake` or until something changes.
    Wait,
    /// Let go of the object: nothing of it is held upstream, or it is to be left there.
    Release,
}

/// Something to be done. A write to the account carries the proof that it may be sent.
#[derive(Debug)]
pub enum Action {
    /// Claim the profile for this User object, in the operator's namespace.
    Claim {
        /// Id of the profile.
        user_id: String,
        /// Whether the claim says who is meant, because the object and the profile were seen active.
        pins: bool,
    },
    /// Set the profile INACTIVE.
    Deactivate(DeactivateProof),
    /// Set the profile ACTIVE.
    Activate(ActivateProof),
    /// Take the user out of a ring group.
    LeaveRingGroup {
        /// That it may.
        proof: LeaveGroupProof,
        /// Ids of the extensions by which the group knows the user.
        extension_ids: Vec<String>,
    },
    /// Create the profile.
    Create(CreateProof),
    /// Change what a profile that stays says or has.
    Change(ChangeProof),
    /// Put the user into a ring group.
    JoinRingGroup(JoinGroupProof),
    /// Take licenses and extensions off.
    RemoveLicenses(LicenseProof),
    /// Set the profile INACTIVE and take all licenses and extensions off, in one write.
    RemoveAccess {
        /// That it may be set INACTIVE.
        deactivate: DeactivateProof,
        /// That the licenses may go.
        licenses: LicenseProof,
    },
    /// Set the profile of a leaver ACTIVE for a moment, so that its licenses can be taken off (rule D7).
    Reactivate(ReactivateProof),
    /// Log the agent out of Contact Center.
    LogOutAgent(LogOutProof),
    /// Have the connector take one thing away in Contact Center.
    Connector(ConnectorProof),
    /// Delete the profile.
    Delete(DeleteProof),
}

impl Action {
    /// The step that the action carries out, where it writes to the account.
    pub fn step(&self) -> Option<StepName> {
        match self {
            Self::Claim { .. } => None,
            Self::Deactivate(_) => Some(StepName::Deactivate),
            Self::Activate(_) => Some(StepName::Activate),
            Self::LeaveRingGroup { .. } => Some(StepName::RingGroups),
            Self::Create(_) => Some(StepName::Create),
            Self::Change(proof) => Some(match proof.change() {
                Change::Rename(_) => StepName::Rename,
                Change::Profile(_) => StepName::UpdateProfile,
                Change::Services(_) => StepName::AssignLicenses,
            }),
            Self::JoinRingGroup(_) => Some(StepName::JoinRingGroups),
            Self::RemoveLicenses(_) | Self::RemoveAccess { .. } | Self::Reactivate(_) => {
                Some(StepName::Licenses)
            }
            Self::LogOutAgent(_) => Some(StepName::ContactCenterLogout),
            Self::Connector(proof) => Some(proof.removal().step()),
            Self::Delete(_) => Some(StepName::Delete),
        }
    }
}

impl Action {
    /// Whether it takes something away from somebody, so that the limit counts it. What was opened for a moment is closed
    /// whatever the limit says.
    pub fn takes(&self) -> bool {
        match self {
            Self::Deactivate(proof) => !proof.closes_again(),
            Self::LeaveRingGroup { .. }
            | Self::RemoveLicenses(_)
            | Self::RemoveAccess { .. }
            | Self::LogOutAgent(_)
            | Self::Connector(_)
            | Self::Delete(_) => true,
            Self::Claim { .. }
            | Self::Activate(_)
            | Self::Create(_)
            | Self::Change(_)
            | Self::JoinRingGroup(_)
            | Self::Reactivate(_) => false,
        }
    }
}

impl Action {
    /// The intent of the write, of this id (invariant 7). A claim writes nothing to the account.
    pub fn intent(&self, id: String, now: Timestamp) -> Option<Intent> {
        let sets_status = match self {
            Self::Reactivate(_) => Some(SetStatus::Active),
            Self::RemoveAccess { .. } => Some(SetStatus::Inactive),
            _ => None,
        };
        let (user_id, target) = match self {
            Self::Claim { .. } => return None,
            Self::Create(proof) => ("", Some(proof.profile().user_name.clone())),
            Self::Change(proof) => (
                proof.user_id(),
                match proof.change() {
                    Change::Rename(user_name) => Some(user_name.clone()),
                    Change::Profile(_) | Change::Services(_) => None,
                },
            ),
            Self::JoinRingGroup(proof) => (proof.user_id(), Some(proof.group_id().to_owned())),
            Self::Deactivate(proof) => (proof.user_id(), None),
            Self::Activate(proof) => (proof.user_id(), None),
            Self::LeaveRingGroup { proof, .. } => (proof.user_id(), Some(proof.group_id().to_owned())),
            Self::RemoveLicenses(proof) => (
                proof.user_id(),
                match proof.scope() {
                    LicenseScope::All => None,
                    LicenseScope::Named(name) => Some(name.clone()),
                },
            ),
            Self::RemoveAccess { deactivate, .. } => (deactivate.user_id(), None),
            Self::Reactivate(proof) => (proof.user_id(), None),
            Self::LogOutAgent(proof) => (proof.user_id(), Some(proof.agent_id().to_owned())),
            Self::Connector(proof) => (proof.user_id(), Some(proof.removal().target().to_owned())),
            Self::Delete(proof) => (proof.user_id(), None),
        };
        Some(Intent {
            id,
            step: self.step()?,
            user_id: user_id.to_owned(),
            target,
            sets_status,
            at: now,
            operation_id: None,
            completed_at: None,
        })
    }
}

/// How an object stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is where its spec asks for.
    Ready {
        /// Reason of the condition.
        reason: Reason,
        /// The same in words.
        message: String,
    },
    /// It rightly waits for a set time.
    Scheduled {
        /// What it waits for.
        message: String,
    },
    /// Work goes on.
    Running {
        /// What is being done.
        message: String,
    },
    /// Something stands in the way that may go away without an edit of this object.
    Blocked,
    /// Only an edit of this object lets the work go on.
    Stalled,
}

/// Where the rules came to an end.
#[derive(Debug)]
pub(super) enum Halt {
    Look(Look),
    Act(Action),
    Blocked(Vec<Obstacle>),
    Stalled(Obstacle),
    Scheduled { until: Timestamp, message: String },
    Running { look_again: Timestamp, message: String },
    Finished(Outcome),
    Ready { reason: Reason, message: String },
    Release,
}
