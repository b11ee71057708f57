//! One rule a step: whether it is done, can be done now, or what stands in its way.

mod assign;
mod confirmations;
mod connector;
mod contact_center;
mod create;
mod declared_profile;
mod delete;
mod identity_provider;
mod licenses;
mod phone_numbers;
mod profile;
mod references;
mod remove_access;
mod ring_groups;
mod waits;

use jiff::Timestamp;

use crate::api::Reason;
use crate::api::user_status::{StepFailure, StepName, StepState, StepStatus};

use super::blockers::Obstacle;
use super::plan::Action;
use super::steps::Shown;
use super::{Goal, Look, Profile, ProfileStatus, Situation};

pub(super) use super::holdings::contact_center_sign;
pub(super) use create::create;
pub(super) use declared_profile::cautions;
pub(super) use licenses::named as named_license;
pub use phone_numbers::is_free;
pub(super) use profile::{deactivated, emergency_calls, observed, remember, shown};
pub(super) use remove_access::close_again;
pub(super) use ring_groups::leave as leave_ring_group;
pub use ring_groups::{Leaver, leave_together};

/// What a rule decides on.
#[derive(Clone, Copy)]
pub(super) struct Facts<'a> {
    pub s: &'a Situation<'a>,
    /// What is to become of the profile.
    pub goal: Goal,
    pub profile: &'a Profile,
    /// What is known of the steps before they are judged.
    steps: &'a [StepStatus],
    /// Whether the user was ever seen with a sign of Contact Center.
    pub contact_center_user: bool,
    /// Whether only what this pass saw counts, and nothing that an earlier pass found.
    strict: bool,
}

impl<'a> Facts<'a> {
    /// Facts for which an earlier pass' finding counts where it costs calls to look again.
    pub fn new(
        s: &'a Situation<'a>,
        goal: Goal,
        steps: &'a [StepStatus],
        contact_center_user: bool,
        profile: &'a Profile,
    ) -> Self {
        Self {
            s,
            goal,
            profile,
            steps,
            contact_center_user,
            strict: false,
        }
    }

    /// The same facts, for which only what this pass saw counts.
    pub fn strict(self) -> Self {
        Self { strict: true, ..self }
    }

    /// Whether an earlier pass found the step done, and that may count.
    fn done_before(&self, name: StepName) -> bool {
        !self.strict && self.step_done(name).is_some()
    }

    /// Since when the step is done, as far as earlier passes know.
    fn step_done(&self, name: StepName) -> Option<Timestamp> {
        let step = self.steps.iter().find(|step| step.name == name)?;
        (step.state == StepState::Done).then_some(step.since)
    }

    /// That the step may be tried: the account offers what it needs, and did not refuse it a short while ago.
    fn not_refused(&self, name: StepName) -> Result<(), Judgement> {
        let refused = super::settle::in_the_way(self.s, self.steps, name, self.profile);
        // That an inactive profile cannot be edited says nothing about an active one.
        match refused {
            Some(_) if name == StepName::Licenses && self.reopened() && self.s.user_updates => Ok(()),
            Some(obstacle) => Err(Judgement::Blocked(vec![obstacle])),
            None => Ok(()),
        }
    }

    /// Whether the step was sent in this run, with whatever outcome.
    fn tried(&self, name: StepName) -> bool {
        let tried = |step: &StepStatus| step.operation_id.is_some() || step.failure.is_some();
        self.steps.iter().any(|step| step.name == name && tried(step))
    }

    /// How the step was refused or failed last, without a success since.
    fn failure(&self, name: StepName) -> Option<&'a StepFailure> {
        self.steps.iter().find(|step| step.name == name)?.failure.as_ref()
    }

    /// That the account refused to take the licenses off because the profile is INACTIVE (rule D4).
    pub fn locked(&self) -> Option<&'a StepFailure> {
        self.failure(StepName::Licenses)
            .filter(|failure| failure.reason == Reason::InactiveUserLocked)
    }

    /// Whether the profile of a leaver, locked while it was INACTIVE, is ACTIVE so that its licenses can go (rule D7).
    pub fn reopened(&self) -> bool {
        self.goal == Goal::Delete && self.profile.status == ProfileStatus::Active && self.locked().is_some()
    }
}

/// What a rule says about its step.
pub(super) enum Judgement {
    /// It was verified in the account.
    Done,
    /// It is done by the word of the connector alone, which the step says.
    Asserted,
    /// It does not apply to this user, and why.
    Skipped(&'static str),
    /// Something stands in its way.
    Blocked(Vec<Obstacle>),
    /// This must be looked at before it can be judged.
    Look(Look),
    /// It can be done now.
    Act(Action),
    /// It waits for a set time.
    Until { until: Timestamp, message: String },
    /// It is to be looked at again soon.
    Again { at: Timestamp, message: String },
    /// Everything before the DELETE is done as far as is known, and is to be confirmed.
    Confirm,
    /// It is not its turn.
    Later,
}

impl Judgement {
    /// What judgements of several things come to: the first that can be looked at or done, or else all that stands in the
    /// way. Those behind the first are not judged.
    pub fn of_all(judgements: impl Iterator<Item = Self>) -> Self {
        let mut obstacles = Vec::new();
        for judgement in judgements {
            match judgement {
                Self::Done => {}
                Self::Blocked(found) => obstacles.extend(found),
                judgement => return judgement,
            }
        }
        if obstacles.is_empty() {
            Self::Done
        } else {
            Self::Blocked(obstacles)
        }
    }

    /// What the judgement is worth while an earlier step is blocked: it only tells what else will stand in the way.
    pub fn foresight(self) -> Self {
        match self {
            Self::Look(_) | Self::Act(_) | Self::Until { .. } | Self::Again { .. } | Self::Confirm => {
                Self::Later
            }
            judgement @ (Self::Done | Self::Asserted | Self::Skipped(_) | Self::Blocked(_) | Self::Later) => {
                judgement
            }
        }
    }

    /// How the status shows it.
    pub fn shown(&self) -> Shown {
        match self {
            Self::Done => StepState::Done.into(),
            Self::Asserted => Shown::from(StepState::Done)
                .with("The connector says so; no API of 8x8 shows it.")
                .asserted(),
            Self::Skipped(why) => Shown::from(StepState::Skipped).with(*why),
            Self::Blocked(_) => StepState::Blocked.into(),
            Self::Act(_) => StepState::Running.into(),
            Self::Until { until, message } => Shown::from(StepState::Waiting).with(message).until(*until),
            Self::Again { message, .. } => Shown::from(StepState::Running).with(message),
            Self::Look(_) | Self::Confirm | Self::Later => StepState::Pending.into(),
        }
    }
}

/// Judges a step.
pub(super) fn judge(name: StepName, facts: &Facts<'_>) -> Judgement {
    match name {
        StepName::Create => Judgement::Skipped("The profile is there."),
        StepName::Activate => Judgement::Skipped("The profile is ACTIVE."),
        StepName::Rename => declared_profile::rename(facts),
        StepName::UpdateProfile => declared_profile::update(facts),
        StepName::AssignLicenses => assign::licenses(facts),
        StepName::JoinRingGroups => assign::ring_groups(facts),
        StepName::Deactivate => profile::deactivate(facts),
        StepName::IdentityProvider => identity_provider::unassigned(facts),
        StepName::ContactCenterLogout => contact_center::logout(facts),
        StepName::ContactCenterQueues => contact_center::queues(facts),
        StepName::ContactCenterSupervisor => contact_center::supervisor(facts),
        StepName::ContactCenterAdmin => contact_center::admin(facts),
        StepName::ContactCenterLicense => contact_center::license(facts),
        StepName::RingGroups => ring_groups::all(facts),
        StepName::LicenseGracePeriod => waits::license_grace(facts),
        StepName::Licenses => licenses::all(facts),
        StepName::PhoneNumbers => phone_numbers::freed(facts),
        StepName::RetentionPeriod => waits::retention(facts),
        StepName::Delete => delete::delete(facts),
    }
}
