//! Writes whose outcome is not known yet (invariant 7): nothing is sent again before it was looked.

use jiff::{SignedDuration, Timestamp};

use crate::api::Reason;
use crate::api::user::DeletionPolicy;
use crate::api::user_status::{Intent, SetStatus, StepFailure, StepName, StepStatus, UserStatus};

use super::blockers::{self, Obstacle};
use super::change::ProfileChange;
use super::draft::Draft;
use super::plan::Halt;
use super::steps::{after, whole_second};
use super::{
    AgentSight, ConnectorSight, ConnectorTrouble, Look, OperationSight, Profile, ProfileSight, ProfileStatus,
    Situation, declared, holdings, rules,
};

/// After this time an intent whose outcome cannot be told is a blocker.
const UNKNOWN_AFTER: SignedDuration = SignedDuration::from_mins(10);

/// After this time a write that can be repeated without harm is sent again, if its effect is not seen. 8x8 calls an
/// operation of more than 60 s suspicious.
const REPEAT_AFTER: SignedDuration = SignedDuration::from_mins(2);

/// How long the effect of a completed operation may take to be seen.
const VISIBLE_WITHIN: SignedDuration = SignedDuration::from_mins(1);

/// The longest time between two looks at an operation.
const SLOWEST_LOOK: SignedDuration = SignedDuration::from_secs(15);

/// How the account refused a write or let it fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Short name, such as `NotAuthorized`.
    pub reason: Reason,
    /// What the account said, without personal data.
    pub what: String,
}

/// Time before the next try after so many failures one after the other: 10 s, doubled each time, half an hour at most.
pub fn backoff(times: i32) -> SignedDuration {
    let doublings = u32::try_from(times.saturating_sub(1)).unwrap_or(0).min(8);
    SignedDuration::from_secs((10 << doublings).min(1800))
}

/// Notes in a status that the connector did not take a removal: the intent is closed, because asking again does no harm, and
/// what it may have done all the same is looked at first.
pub fn connector_failed(status: &mut UserStatus, step: StepName, trouble: &ConnectorTrouble, now: Timestamp) {
    refused(status, step, blockers::connector_refusal(trouble), now);
}

/// Notes in a status that the account refused a step for certain: the intent is closed, and the step waits.
pub fn refused(status: &mut UserStatus, step: StepName, refusal: Refusal, now: Timestamp) {
    let intent = status.intent.take();
    let inactive = status.observed.as_ref().is_some_and(|observed| {
        observed.status == ProfileStatus::Inactive.as_str()
            && intent.is_none_or(|intent| intent.sets_status.is_none())
    });
    if let Some(step) = status.steps.iter_mut().find(|known| known.name == step) {
        let refusal = if inactive {
            of_inactive(step, refusal)
        } else {
            refusal
        };
        step.failure = Some(failure(step, refusal, now));
    }
}

/// A refusal to take licenses off an INACTIVE profile. 8x8 may give it as 400, or as a conflict that stays (rule D4).
fn of_inactive(step: &StepStatus, refusal: Refusal) -> Refusal {
    let before = failed_before(step);
    let locked = match refusal.reason {
        Reason::AccountRefused => true,
        Reason::AccountBusy => matches!(before, Some(Reason::AccountBusy | Reason::InactiveUserLocked)),
        _ => false,
    };
    if step.name != StepName::Licenses || !locked {
        return refusal;
    }
    Refusal {
        reason: Reason::InactiveUserLocked,
        ..refusal
    }
}

/// Why the step failed the last time.
fn failed_before(step: &StepStatus) -> Option<Reason> {
    Reason::named(&step.failure.as_ref()?.reason)
}

fn failure(step: &StepStatus, refusal: Refusal, now: Timestamp) -> StepFailure {
    let before = step.failure.as_ref();
    let times = before.map_or(0, |failure| failure.times).saturating_add(1);
    let retry_at = whole_second(after(now, backoff(times)));
    // A step that sends the userName as it was read cannot meet one that is taken: it is not accepted any more.
    let as_read = !matches!(step.name, StepName::Create | StepName::Rename);
    let reason = match refusal.reason {
        Reason::UserNameTaken if as_read => Reason::NameNotAccepted,
        reason => reason,
    };
    StepFailure {
        reason: reason.into(),
        what: refusal.what.chars().take(1000).collect(),
        times,
        retry_at,
    }
}

/// Whether a step is done by an update of the user (`PUT /users`), where it is done by API at all.
pub fn by_update(name: StepName) -> bool {
    matches!(
        name,
        StepName::Deactivate
            | StepName::Licenses
            | StepName::Activate
            | StepName::Rename
            | StepName::UpdateProfile
            | StepName::AssignLicenses
    )
}

/// What of the account stands in the way of a step: it needs an update of the user and the account offers none, or it
/// was refused or failed a short while ago.
pub(super) fn in_the_way(
    s: &Situation<'_>,
    steps: &[StepStatus],
    name: StepName,
    profile: &Profile,
) -> Option<Obstacle> {
    if by_update(name) && !s.user_updates {
        return Some(blockers::manual_update(name, profile));
    }
    open_failure(s.now, steps, name)
}

/// What stands in the way of a step that was refused or failed a short while ago.
pub(super) fn open_failure(now: Timestamp, steps: &[StepStatus], name: StepName) -> Option<Obstacle> {
    let step = steps.iter().find(|step| step.name == name)?;
    let failure = step.failure.as_ref().filter(|failure| now < failure.retry_at)?;
    Some(blockers::refused(name, failure))
}

/// Whether an open intent is given up with its object: a person said Orphan, and the account could not be read for so
/// long that it may never be (lost credentials, an account that is gone).
pub(super) fn given_up(s: &Situation<'_>) -> bool {
    let orphan = s.user.deletion_policy == Some(DeletionPolicy::Orphan);
    orphan
        && s.memory
            .intent
            .as_ref()
            .is_some_and(|intent| age(s, intent) >= UNKNOWN_AFTER)
}

/// Settles the open intent, if there is one: it is closed in `draft`, or the pass ends here.
pub(super) fn open_intent(s: &Situation<'_>, draft: &mut Draft) -> Result<(), Halt> {
    let Some(intent) = &s.memory.intent else {
        return Ok(());
    };
    let operation = match &intent.operation_id {
        Some(id) if intent.completed_at.is_none() => Some(
            s.seen
                .operation
                .as_ref()
                .ok_or_else(|| Halt::Look(Look::Operation(id.clone())))?,
        ),
        _ => None,
    };
    match operation {
        Some(OperationSight::Running) if age(s, intent) < UNKNOWN_AFTER => {
            return Err(still_running(s, intent));
        }
        Some(OperationSight::Failed(refusal)) => {
            close_failed(s, draft, intent, refusal.clone());
            return Ok(());
        }
        Some(OperationSight::Running | OperationSight::Completed | OperationSight::Unknown) | None => {}
    }
    if effect_seen(s, intent)? {
        close(draft, intent);
        return Ok(());
    }
    if matches!(operation, Some(OperationSight::Completed)) || intent.completed_at.is_some() {
        return completed_without_effect(s, draft, intent);
    }
    unknown(s, draft, intent)
}

fn age(s: &Situation<'_>, intent: &Intent) -> SignedDuration {
    s.now.duration_since(intent.at)
}

fn close(draft: &mut Draft, intent: &Intent) {
    draft.intent = None;
    draft.took(intent);
    note_operation(draft, intent);
    draft.steps.edit(intent.step, |step| {
        step.operation_id = intent.operation_id.clone().or_else(|| Some(intent.id.clone()));
        // A profile that is ACTIVE for its licenses still has them: why it had to be is not forgotten.
        if intent.sets_status != Some(SetStatus::Active) {
            step.failure = None;
        }
    });
}

/// A write that also sets INACTIVE is one of the deactivation as well.
fn note_operation(draft: &mut Draft, intent: &Intent) {
    if intent.sets_status == Some(SetStatus::Inactive) {
        draft.steps.edit(StepName::Deactivate, |step| {
            step.operation_id = intent.operation_id.clone().or_else(|| Some(intent.id.clone()));
        });
    }
}

fn close_failed(s: &Situation<'_>, draft: &mut Draft, intent: &Intent, refusal: Refusal) {
    draft.intent = None;
    note_operation(draft, intent);
    draft.steps.edit(intent.step, |step| {
        step.operation_id.clone_from(&intent.operation_id);
        let refusal = failed_again(s, step, intent, refusal);
        step.failure = Some(failure(step, refusal, s.now));
    });
}

/// An operation that takes all licenses off an INACTIVE profile and fails again and again says no reason: where the spec
/// allows it, the way out of a refused edit is tried (rule D7).
fn failed_again(s: &Situation<'_>, step: &StepStatus, intent: &Intent, refusal: Refusal) -> Refusal {
    let again = matches!(
        failed_before(step),
        Some(Reason::OperationFailed | Reason::InactiveUserLocked)
    );
    let all = step.name == StepName::Licenses && intent.target.is_none() && intent.sets_status.is_none();
    let observed = s.memory.observed.as_ref();
    let inactive = observed.is_some_and(|observed| observed.status == ProfileStatus::Inactive.as_str());
    if !(again && all && inactive && s.user.offboarding.allow_reactivation) {
        return refusal;
    }
    Refusal {
        reason: Reason::InactiveUserLocked,
        ..refusal
    }
}

fn still_running(s: &Situation<'_>, intent: &Intent) -> Halt {
    let time = (age(s, intent) / 2).clamp(s.pace.operation, SLOWEST_LOOK.max(s.pace.operation));
    Halt::Running {
        look_again: after(s.now, time),
        message: format!("{} is being carried out at 8x8.", intent.step),
    }
}

fn completed_without_effect(s: &Situation<'_>, draft: &mut Draft, intent: &Intent) -> Result<(), Halt> {
    let completed_at = *intent.completed_at.as_ref().unwrap_or(&s.now);
    if let Some(open) = &mut draft.intent {
        open.completed_at = Some(completed_at);
    }
    if s.now.duration_since(completed_at) < VISIBLE_WITHIN {
        return Err(Halt::Running {
            look_again: after(s.now, s.pace.operation * 2),
            message: format!(
                "{} is completed at 8x8, and its effect is not seen yet.",
                intent.step
            ),
        });
    }
    if intent.step == StepName::Delete {
        return unknown(s, draft, intent);
    }
    close_failed(s, draft, intent, not_effective(s, intent));
    Ok(())
}

fn not_effective(s: &Situation<'_>, intent: &Intent) -> Refusal {
    let obstacle = match (by_connector(intent), &s.seen.connector) {
        (true, Some(Err(trouble))) => return blockers::connector_refusal(trouble),
        (true, _) => blockers::connector_not_effective(intent.step),
        (false, _) => blockers::not_effective(&intent.step.to_string()),
    };
    Refusal {
        reason: obstacle.reason,
        what: obstacle.what,
    }
}

/// Nobody can tell what became of the write: it is looked at until its effect is seen. A write that does no harm twice
/// is sent again after a while; a DELETE only when a person says so.
fn unknown(s: &Situation<'_>, draft: &mut Draft, intent: &Intent) -> Result<(), Halt> {
    let age = age(s, intent);
    // Somebody who asks while the write may still be on its way cannot know that it never came.
    let asked = s.retry_intent == Some(intent.id.as_str()) && age >= s.pace.call;
    // What is still at work at 8x8 would be overtaken by itself.
    let at_work = matches!(s.seen.operation, Some(OperationSight::Running));
    let repeatable = intent.step != StepName::Delete && !at_work && age >= REPEAT_AFTER;
    if asked || repeatable {
        draft.intent = None;
        // INACTIVE alone comes next: it is what must not be lost over a license. A connector that takes everything on and does
        // nothing is named, and asked ever more slowly.
        if intent.sets_status == Some(SetStatus::Inactive) || by_connector(intent) {
            close_failed(s, draft, intent, not_effective(s, intent));
        }
        return Ok(());
    }
    if age >= UNKNOWN_AFTER {
        return Err(outcome_unknown(draft, intent));
    }
    let time = (age / 2).clamp(s.pace.operation, SLOWEST_LOOK.max(s.pace.operation));
    Err(Halt::Running {
        look_again: after(s.now, time),
        message: format!("{} was sent, and its outcome is being looked for.", intent.step),
    })
}

fn outcome_unknown(draft: &mut Draft, intent: &Intent) -> Halt {
    draft
        .obstacles
        .push(blockers::outcome_unknown(&intent.step.to_string(), &intent.id));
    Halt::Blocked(Vec::new())
}

/// Whether the account shows what the write was for.
fn effect_seen(s: &Situation<'_>, intent: &Intent) -> Result<bool, Halt> {
    match intent.step {
        StepName::Create => return created(s, intent),
        StepName::RingGroups => return Ok(!listed(s, intent)?),
        StepName::JoinRingGroups => return listed(s, intent),
        StepName::ContactCenterLogout => return logged_out(s, intent),
        StepName::ContactCenterQueues => return queue_left(s, intent),
        _ => {}
    }
    let profile = match &s.seen.profile {
        ProfileSight::NotLooked => return Err(Halt::Look(Look::ProfileById(intent.user_id.clone()))),
        ProfileSight::Gone(_) => return Ok(true),
        ProfileSight::NoneByName { .. } | ProfileSight::SeveralByName(_) => return Ok(false),
        ProfileSight::Listed(profile) if intent.step == StepName::Deactivate => profile,
        ProfileSight::Listed(profile) => return Err(Halt::Look(Look::ProfileById(profile.user_id.clone()))),
        ProfileSight::Seen(profile) => profile,
    };
    Ok(match intent.step {
        StepName::Deactivate => rules::deactivated(s, profile),
        StepName::Activate => profile.status == ProfileStatus::Active,
        StepName::Licenses => licenses_effect(profile, intent),
        StepName::Rename => intent.target.as_ref() == Some(&profile.user_name),
        StepName::UpdateProfile => declared::differences(s.user, profile).change == ProfileChange::default(),
        StepName::AssignLicenses => declared::missing_services(s, profile).is_none(),
        StepName::ContactCenterLicense => holdings::contact_center(profile).is_empty(),
        StepName::ContactCenterSupervisor => {
            holdings::supervisor_confirmed(s) || connector(s)?.is_some_and(|sight| !sight.supervisor)
        }
        StepName::ContactCenterAdmin => {
            holdings::admin_confirmed(s) || connector(s)?.is_some_and(|sight| !sight.administrator)
        }
        StepName::Delete
        | StepName::Create
        | StepName::JoinRingGroups
        | StepName::RingGroups
        | StepName::IdentityProvider
        | StepName::ContactCenterLogout
        | StepName::ContactCenterQueues
        | StepName::LicenseGracePeriod
        | StepName::PhoneNumbers
        | StepName::RetentionPeriod => false,
    })
}

/// Whether the agent, read again, is logged out.
fn logged_out(s: &Situation<'_>, intent: &Intent) -> Result<bool, Halt> {
    let Some(agent) = &intent.target else {
        return Ok(false);
    };
    match s.seen.agent_status.get(agent) {
        None => Err(Halt::Look(Look::AgentStatus(agent.clone()))),
        Some(sight) => Ok(*sight == AgentSight::LoggedOut),
    }
}

/// Whether a profile shows what was done to its licenses and extensions.
pub(super) fn licenses_effect(profile: &Profile, intent: &Intent) -> bool {
    let none_left = || profile.extensions.is_empty() && profile.licenses.iter().all(|license| license.did);
    match (intent.sets_status, &intent.target) {
        (Some(SetStatus::Active), _) => profile.status == ProfileStatus::Active,
        (Some(SetStatus::Inactive), _) => profile.status == ProfileStatus::Inactive && none_left(),
        (None, Some(name)) => !profile.licenses.iter().any(|license| license.name == *name),
        (None, None) => none_left(),
    }
}

/// Whether a write of this intent goes to the connector.
fn by_connector(intent: &Intent) -> bool {
    matches!(
        intent.step,
        StepName::ContactCenterQueues
            | StepName::ContactCenterSupervisor
            | StepName::ContactCenterAdmin
            | StepName::ContactCenterLicense
    )
}

/// The connector's word on the agent, looked at first. `None` where it gives none.
fn connector<'a>(s: &Situation<'a>) -> Result<Option<&'a ConnectorSight>, Halt> {
    match (holdings::connected_agent(s), &s.seen.connector) {
        (Some(agent), None) => Err(Halt::Look(Look::Connector(agent.to_owned()))),
        (Some(_), Some(Ok(sight))) => Ok(Some(sight)),
        _ => Ok(None),
    }
}

/// Whether the queue is left: the connector does not show it any more, and the real-time API does not either.
fn queue_left(s: &Situation<'_>, intent: &Intent) -> Result<bool, Halt> {
    let Some(id) = &intent.target else {
        return Ok(false);
    };
    if connector(s)?.is_some_and(|sight| sight.queues.contains(id)) {
        return Ok(false);
    }
    match (&s.seen.queues, holdings::known_agent(s)) {
        (Some(queues), _) => Ok(!queues.iter().any(|queue| queue.id == *id)),
        (None, Some(agent)) => Err(Halt::Look(Look::ContactCenterQueues(agent.to_owned()))),
        (None, None) => Ok(false),
    }
}

/// Whether a profile has the name that one was created with: names are unique at 8x8 (rule J2).
fn created(s: &Situation<'_>, intent: &Intent) -> Result<bool, Halt> {
    match (&s.seen.profile, &intent.target) {
        (ProfileSight::NotLooked, Some(name)) => Err(Halt::Look(Look::ProfilesByName(name.clone()))),
        (ProfileSight::Seen(_) | ProfileSight::SeveralByName(_), _) => Ok(true),
        _ => Ok(false),
    }
}

/// Whether the ring group, read again, lists the user. One that is gone lists nobody.
fn listed(s: &Situation<'_>, intent: &Intent) -> Result<bool, Halt> {
    let Some(id) = &intent.target else {
        return Ok(false);
    };
    match s.seen.groups.get(id) {
        None => Err(Halt::Look(Look::RingGroup(id.clone()))),
        Some(group) => Ok(group.as_ref().is_some_and(|group| group.lists(&intent.user_id))),
    }
}
