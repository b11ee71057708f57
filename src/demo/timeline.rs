//! The timeline: what changes in the Users' statuses, as it changes.

use std::collections::BTreeMap;
use std::time::Instant;

use futures::StreamExt;
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client, ResourceExt};

use crate::api::User;
use crate::api::user_status::{StepState, StepStatus, UserStatus};

/// Prints a line of the timeline.
pub(super) fn say(start: Instant, who: &str, what: &str) {
    println!("{:6.1} s  {who:<15} {what}", start.elapsed().as_secs_f64());
}

/// Prints what changes in the Users of a namespace, until it is dropped.
pub(super) async fn follow(client: Client, namespace: String, start: Instant) {
    let users: Api<User> = Api::namespaced(client, &namespace);
    let mut changes = watcher(users, watcher::Config::default())
        .default_backoff()
        .boxed();
    let mut known: BTreeMap<String, UserStatus> = BTreeMap::new();
    while let Some(event) = changes.next().await {
        match event {
            Ok(watcher::Event::Apply(user) | watcher::Event::InitApply(user)) => {
                let status = user.status.clone().unwrap_or_default();
                let before = known.insert(user.name_any(), status.clone()).unwrap_or_default();
                for line in lines(&before, &status) {
                    say(start, &user.name_any(), &line);
                }
            }
            Ok(watcher::Event::Delete(user)) => {
                known.remove(&user.name_any());
                say(start, &user.name_any(), "the object is gone");
            }
            Ok(watcher::Event::Init | watcher::Event::InitDone) | Err(_) => {}
        }
    }
}

/// What changed between two statuses, in lines for a person.
fn lines(before: &UserStatus, after: &UserStatus) -> Vec<String> {
    let mut lines = Vec::new();
    if before.user_id.is_none()
        && let Some(user_id) = &after.user_id
    {
        lines.push(format!("found in the account as {user_id}"));
    }
    lines.extend(after.steps.iter().filter_map(|step| step_line(before, step)));
    for blocker in &after.blockers {
        if !before.blockers.iter().any(|known| known.reason == blocker.reason) {
            lines.push(format!("⚠ {}: {}", blocker.reason, blocker.what));
            lines.push(format!("  → {}", blocker.to_do));
        }
    }
    for blocker in &before.blockers {
        if !after.blockers.iter().any(|known| known.reason == blocker.reason) {
            lines.push(format!("✓ {} is no longer in the way", blocker.reason));
        }
    }
    if let (None, Some(calls)) = (&before.emergency_calls, &after.emergency_calls) {
        lines.push(calls.message.clone());
    }
    if let (None, Some(finished)) = (&before.finished, &after.finished) {
        lines.push(format!("★ {:?}, verified", finished.outcome));
    }
    lines
}

fn step_line(before: &UserStatus, step: &StepStatus) -> Option<String> {
    let known = before.steps.iter().find(|known| known.name == step.name);
    if known.map(|known| known.state) == Some(step.state) {
        return None;
    }
    let message = step.message.as_deref().unwrap_or_default();
    match step.state {
        StepState::Running => Some(format!("… {}", step.name)),
        StepState::Waiting => Some(format!("… {}: {message}", step.name)),
        StepState::Done => Some(format!("✓ {}", step.name)),
        StepState::Pending | StepState::Blocked | StepState::Skipped => None,
    }
}
