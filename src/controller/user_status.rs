//! The status of a User: from a plan or a problem, written only when it says something new.

use jiff::Timestamp;

use crate::api::user_status::{Blocker, Outcome, StepName, StepState, UserStatus};
use crate::api::{Reason, User};
use crate::lifecycle::{Goal, Plan, Standing};

use super::conditions::{Verdict, conditions};
use super::context::Context;
use super::events::News;
use super::objects;
use super::problem::{PassError, Problem};

/// The event of a verified deletion, in the words of the Admin Console (rule B5).
const DELETED: &str = "User(s) deleted successfully!";

/// The event of a verified rename, in the words of the Admin Console (rule J4).
const SAVED: &str = "User(s) saved successfully!";

/// The status that a plan asks for.
pub(super) fn of_plan(user: &User, plan: Plan, now: Timestamp) -> UserStatus {
    let verdict = verdict(&plan);
    let mut status = plan.status;
    let before = user.status.as_ref().map_or(&[][..], |status| &status.conditions);
    status.observed_generation = user.metadata.generation;
    status.conditions = conditions(&verdict, user.metadata.generation, before, now);
    status
}

fn verdict(plan: &Plan) -> Verdict {
    let first = || Reason::named(&plan.status.blockers.first()?.reason);
    let words = || {
        let blockers = &plan.status.blockers;
        blockers
            .iter()
            .map(|blocker| format!("{} {}", blocker.what, blocker.to_do))
            .collect::<Vec<_>>()
            .join(" ")
    };
    match &plan.standing {
        Standing::Ready { reason, message } => Verdict::ready(*reason, message),
        Standing::Scheduled { message } => Verdict::ready(Reason::Scheduled, message),
        Standing::Running { message } => Verdict::reconciling(Reason::Progressing, message),
        Standing::Blocked => Verdict::reconciling(first().unwrap_or(Reason::Blocked), words()),
        Standing::Stalled => Verdict::stalled(first().unwrap_or(Reason::Stalled), words()),
    }
}

/// The status of before, with a problem that kept the pass from its end.
pub(super) fn with_problem(user: &User, problem: &Problem, now: Timestamp) -> UserStatus {
    let mut status = user.status.clone().unwrap_or_default();
    let known = status
        .blockers
        .iter()
        .find(|blocker| blocker.reason == problem.reason);
    let since = known.map_or(
        Timestamp::from_second(now.as_second()).unwrap_or(now),
        |blocker| blocker.since,
    );
    let verdict = Verdict::reconciling(problem.reason, format!("{} {}", problem.what, problem.to_do));
    status.conditions = conditions(&verdict, user.metadata.generation, &status.conditions, now);
    status.observed_generation = user.metadata.generation;
    status.blocked_by = Some(problem.reason.into());
    status.blockers = vec![Blocker {
        reason: problem.reason.into(),
        what: problem.what.chars().take(1000).collect(),
        to_do: problem.to_do.clone(),
        since,
    }];
    status
}

/// Writes a status, if it says something new, and tells what changed. `None` if there was nothing to write.
pub(super) async fn write(ctx: &Context, user: &User, status: UserStatus) -> Result<Option<User>, PassError> {
    let before = user.status.clone().unwrap_or_default();
    if user.status.is_some() && before == status {
        return Ok(None);
    }
    let news = news(&before, &status);
    let mut written: User = objects::apply_status(&ctx.client, user, &status).await?;
    // What was written is what was meant: a pass goes on with it even where the server gave less back.
    written.status = Some(status);
    ctx.events.publish(&written, news);
    Ok(Some(written))
}

/// What a person should hear of between two statuses.
fn news(before: &UserStatus, after: &UserStatus) -> Vec<News> {
    let mut news = Vec::new();
    if let (None, Some(finished)) = (&before.finished, &after.finished) {
        news.push(match finished.outcome {
            Outcome::Deleted => News::normal(Reason::Deleted, "Delete", DELETED),
            Outcome::AlreadyGone => {
                News::normal(Reason::AlreadyGone, "Delete", "The profile was gone already.")
            }
        });
    }
    for step in after
        .steps
        .iter()
        .filter(|step| step.state == StepState::Done && step.operation_id.is_some())
    {
        let was_done = before
            .steps
            .iter()
            .any(|known| known.name == step.name && known.state == StepState::Done);
        // Of the run of a leaver that goes on at once, the end is told.
        let goes_on = after.intent.is_some() && takes(step.name);
        if let Some((reason, note)) = done(step.name).filter(|_| !was_done && !goes_on) {
            news.push(News::normal(reason, "Verify", note));
        }
    }
    for blocker in &after.blockers {
        let known = before.blockers.iter().any(|known| known.reason == blocker.reason);
        if let Some(reason) = Reason::named(&blocker.reason).filter(|_| !known) {
            let note = format!("{} {}", blocker.what, blocker.to_do);
            news.push(News::warning(reason, "Reconcile", note));
        }
    }
    for warning in &after.warnings {
        let known = before.warnings.iter().any(|known| known.reason == warning.reason);
        if let Some(reason) = Reason::named(&warning.reason).filter(|_| !known) {
            let to_do = warning.to_do.as_deref().unwrap_or_default();
            let note = format!("{} {to_do}", warning.what);
            news.push(News::warning(reason, "Reconcile", note.trim_end()));
        }
    }
    news
}

/// Whether a step of leaving is one that others follow.
fn takes(step: StepName) -> bool {
    matches!(
        step,
        StepName::Deactivate | StepName::RingGroups | StepName::Licenses
    )
}

fn done(step: StepName) -> Option<(Reason, &'static str)> {
    match step {
        StepName::Deactivate => Some((Reason::Deactivated, "The profile is INACTIVE.")),
        StepName::Create => Some((Reason::Created, "The profile is created.")),
        StepName::Rename => Some((Reason::Renamed, SAVED)),
        StepName::UpdateProfile => Some((Reason::ProfileUpdated, "The profile says what is declared.")),
        StepName::AssignLicenses => {
            Some((Reason::LicensesAssigned, "Every declared license is on the user."))
        }
        StepName::JoinRingGroups => Some((Reason::RingGroupsJoined, "Every declared ring group is joined.")),
        StepName::Activate => Some((Reason::Activated, "The profile is ACTIVE again.")),
        StepName::ContactCenterLogout => Some((
            Reason::AgentLoggedOut,
            "The agent is logged out of Contact Center.",
        )),
        StepName::RingGroups => Some((Reason::RingGroupsLeft, "Every ring group was left.")),
        StepName::Licenses => Some((
            Reason::LicensesRemoved,
            "Every license and extension was taken off.",
        )),
        StepName::IdentityProvider
        | StepName::ContactCenterQueues
        | StepName::ContactCenterSupervisor
        | StepName::ContactCenterAdmin
        | StepName::ContactCenterLicense
        | StepName::LicenseGracePeriod
        | StepName::PhoneNumbers
        | StepName::RetentionPeriod
        | StepName::Delete => None,
    }
}

/// What to tell when an object is let go of.
pub(super) fn released(user: &User, plan: &Plan) -> News {
    let finished = user.status.as_ref().and_then(|status| status.finished.as_ref());
    let note = match (finished, plan.goal) {
        (Some(_), _) => "The object is let go of: its profile is gone.",
        (None, Some(Goal::Deactivate)) => "The object is let go of: its profile is INACTIVE.",
        (None, _) => "The object is let go of, and the account left as it is.",
    };
    News::normal(Reason::Released, "Release", note)
}
