//! Conditions in the way of kstatus: `Ready`, and `Reconciling` and `Stalled` only while they are true.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};

use crate::api::status::{READY, RECONCILING, STALLED};
use crate::api::{Reason, Tenant};

/// How an object stands, before it becomes conditions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Whether it is what its spec asks for.
    pub ready: bool,
    /// What else is true of it.
    pub flag: Flag,
    /// Why.
    pub reason: Reason,
    /// The same in words.
    pub message: String,
}

/// What is true of an object beside `Ready`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flag {
    /// Nothing.
    Settled,
    /// Work goes on, or waits for somebody.
    Reconciling,
    /// Only an edit of this object lets the work go on.
    Stalled,
}

impl Verdict {
    pub fn ready(reason: Reason, message: impl Into<String>) -> Self {
        Self {
            ready: true,
            flag: Flag::Settled,
            reason,
            message: message.into(),
        }
    }

    pub fn reconciling(reason: Reason, message: impl Into<String>) -> Self {
        Self {
            ready: false,
            flag: Flag::Reconciling,
            reason,
            message: message.into(),
        }
    }

    pub fn stalled(reason: Reason, message: impl Into<String>) -> Self {
        Self {
            ready: false,
            flag: Flag::Stalled,
            reason,
            message: message.into(),
        }
    }
}

/// Whether the account of a Tenant answered when it was looked at last.
pub(super) fn is_ready(tenant: &Tenant) -> bool {
    let conditions = tenant
        .status
        .as_ref()
        .map_or(&[][..], |status| &status.conditions);
    conditions
        .iter()
        .any(|condition| condition.type_ == READY && condition.status == "True")
}

/// The conditions that a verdict stands for. A transition time moves only when the status of its condition does.
pub(super) fn conditions(
    verdict: &Verdict,
    generation: Option<i64>,
    before: &[Condition],
    now: Timestamp,
) -> Vec<Condition> {
    let mut conditions = vec![condition(READY, verdict.ready, verdict, generation, before, now)];
    match verdict.flag {
        Flag::Settled => {}
        Flag::Reconciling => conditions.push(condition(RECONCILING, true, verdict, generation, before, now)),
        Flag::Stalled => conditions.push(condition(STALLED, true, verdict, generation, before, now)),
    }
    conditions
}

/// One condition.
pub(super) fn condition(
    kind: &str,
    status: bool,
    verdict: &Verdict,
    generation: Option<i64>,
    before: &[Condition],
    now: Timestamp,
) -> Condition {
    let status = if status { "True" } else { "False" };
    let known = before
        .iter()
        .find(|known| known.type_ == kind && known.status == status);
    let since = Timestamp::from_second(now.as_second()).unwrap_or(now);
    Condition {
        type_: kind.to_owned(),
        status: status.to_owned(),
        reason: verdict.reason.into(),
        message: verdict.message.chars().take(4096).collect(),
        observed_generation: generation,
        last_transition_time: known.map_or(Time(since), |known| known.last_transition_time.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transition_time_moves_only_with_the_status() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let blocked = Verdict::reconciling(Reason::Blocked, "a");
        let first = conditions(&blocked, Some(1), &[], at(100));
        let second = conditions(
            &Verdict::reconciling(Reason::Progressing, "b"),
            Some(2),
            &first,
            at(200),
        );
        assert!(
            second
                .iter()
                .all(|condition| condition.last_transition_time.0 == at(100))
        );
        assert!(
            second.iter().all(
                |condition| condition.reason == "Progressing" && condition.observed_generation == Some(2)
            )
        );
        let third = conditions(&Verdict::ready(Reason::Active, "c"), Some(2), &second, at(300));
        let [ready] = third.as_slice() else {
            panic!("{third:?}")
        };
        assert_eq!(
            (ready.status.as_str(), ready.last_transition_time.0),
            ("True", at(300))
        );
    }
}
