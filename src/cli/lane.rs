//! Where a User stands, in one of a few words: what `onhook explain` begins with.

use kube::ResourceExt;
use serde::Serialize;

use crate::api::user_status::StepState;
use crate::api::{LABEL_WAITING, User};
use crate::lifecycle::waits_for_approval;

/// Where a User stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Lane {
    /// The operator has not looked at the object as it is now.
    Unseen,
    /// It waits for a set time.
    Waiting,
    /// Something stands in the way.
    Blocked,
    /// Only an edit of the object lets it go on.
    Stalled,
    /// It waits for an approval.
    Held,
    /// Work goes on.
    Running,
    /// It is where its spec asks for.
    Done,
}

impl Lane {
    /// Reads the lane from the status.
    pub fn of(user: &User) -> Self {
        let Some(status) = &user.status else {
            return Self::Unseen;
        };
        if status.observed_generation != user.metadata.generation {
            return Self::Unseen;
        }
        let is = |type_: &str| {
            let mut all = status.conditions.iter();
            all.any(|condition| condition.type_ == type_ && condition.status == "True")
        };
        let labelled = user.labels().contains_key(LABEL_WAITING);
        let mut blockers = status.blockers.iter();
        if labelled || blockers.any(|blocker| waits_for_approval(&blocker.reason)) {
            Self::Held
        } else if is(crate::api::status::STALLED) {
            Self::Stalled
        } else if !status.blockers.is_empty() {
            Self::Blocked
        } else if is(crate::api::status::READY) {
            let waits = |state| state == StepState::Waiting;
            if scheduled(user) || status.steps.iter().any(|step| waits(step.state)) {
                Self::Waiting
            } else {
                Self::Done
            }
        } else {
            Self::Running
        }
    }

    /// The lane in words that follow "is".
    pub fn words(self) -> &'static str {
        match self {
            Self::Unseen => "not looked at yet",
            Self::Waiting => "waiting for a set time",
            Self::Blocked => "blocked",
            Self::Stalled => "stalled",
            Self::Held => "held until it is approved",
            Self::Running => "being worked on",
            Self::Done => "done",
        }
    }
}

/// Whether the condition says that a time is waited for.
fn scheduled(user: &User) -> bool {
    let conditions = user.status.as_ref().map_or(&[][..], |status| &status.conditions);
    let mut all = conditions.iter();
    all.any(|condition| condition.type_ == crate::api::status::READY && condition.reason == "Scheduled")
}
