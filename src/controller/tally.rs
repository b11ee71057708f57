//! How the Users of a Tenant stand, counted as they change: whoever asks walks over no User.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use jiff::Timestamp;

use crate::api::{User, UserStatus};

/// The step of a User about which no pass has said anything yet.
const NOT_BEGUN: &str = "None";
/// The step of a User that is as asked.
const DONE: &str = "Done";

/// What is counted of one User.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// The step at which it stands, if it leaves.
    step: Option<Box<str>>,
    /// Reasons of its blockers.
    reasons: Vec<Box<str>>,
    /// Since when its oldest blocker stands there, if it leaves.
    since: Option<Timestamp>,
}

impl Mark {
    /// What is counted of a User; `None` where that is nothing. Whoever is gone, or as asked, does not leave any more.
    pub fn of(user: &User, leaves: bool, at_rest: bool) -> Option<Box<Self>> {
        let status = user.status.as_ref();
        let blockers = status.map_or(&[][..], |status| &status.blockers);
        let ended = at_rest || status.is_some_and(|status| status.finished.is_some());
        let leaves = leaves && !ended;
        // `Done` is what was done before it was asked to leave.
        let step = |status: &UserStatus| {
            let step = status.step.as_deref().filter(|step| *step != DONE);
            step.map(Box::from)
        };
        let mark = Self {
            step: leaves.then(|| status.and_then(step).unwrap_or_else(|| NOT_BEGUN.into())),
            reasons: blockers
                .iter()
                .map(|known| known.reason.as_str().into())
                .collect(),
            since: blockers.iter().map(|known| known.since).min().filter(|_| leaves),
        };
        (mark.step.is_some() || !mark.reasons.is_empty()).then(|| Box::new(mark))
    }
}

/// How many Users stand where. What nobody has any more is not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Those that leave, by the step they stand at.
    pub steps: BTreeMap<Box<str>, usize>,
    /// Those that are blocked, by each reason.
    pub blocked: BTreeMap<Box<str>, usize>,
    since: BTreeMap<Timestamp, usize>,
}

impl Tally {
    /// Counts a User.
    pub fn count(&mut self, mark: &Mark) {
        if let Some(step) = &mark.step {
            *self.steps.entry(step.clone()).or_default() += 1;
        }
        for reason in &mark.reasons {
            *self.blocked.entry(reason.clone()).or_default() += 1;
        }
        if let Some(since) = mark.since {
            *self.since.entry(since).or_default() += 1;
        }
    }

    /// Counts a User no more.
    pub fn forget(&mut self, mark: &Mark) {
        if let Some(step) = &mark.step {
            one_less(self.steps.entry(step.clone()));
        }
        for reason in &mark.reasons {
            one_less(self.blocked.entry(reason.clone()));
        }
        if let Some(since) = mark.since {
            one_less(self.since.entry(since));
        }
    }

    /// Takes in another count.
    pub fn add(&mut self, other: &Self) {
        add_all(&mut self.steps, &other.steps);
        add_all(&mut self.blocked, &other.blocked);
        add_all(&mut self.since, &other.since);
    }

    /// Since when the leaver is blocked that is so for longest.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.since.keys().next().copied()
    }
}

fn one_less<K: Ord>(entry: Entry<'_, K, usize>) {
    if let Entry::Occupied(mut known) = entry {
        match known.get() {
            0 | 1 => drop(known.remove()),
            _ => *known.get_mut() -= 1,
        }
    }
}

fn add_all<K: Ord + Clone>(all: &mut BTreeMap<K, usize>, more: &BTreeMap<K, usize>) {
    for (key, count) in more {
        *all.entry(key.clone()).or_default() += count;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mark(step: Option<&str>, blockers: &[(&str, &str)]) -> Option<Box<Mark>> {
        let blockers = blockers
            .iter()
            .map(|(reason, since)| json!({"reason": reason, "what": "w", "toDo": "t", "since": since}));
        let user = json!({
            "apiVersion": "onhook.dev/v1alpha1", "kind": "User", "metadata": {"name": "jane"},
            "spec": {"tenantRef": {"name": "acme"}, "userName": "jane@acme.example", "state": "deleted"},
            "status": {"step": step, "blockers": blockers.collect::<Vec<_>>(), "conditions": [], "steps": []},
        });
        let user: User = serde_json::from_value(user).unwrap();
        Mark::of(&user, true, false)
    }

    #[test]
    fn what_nobody_has_any_more_is_gone() {
        let first = mark(Some("Licenses"), &[("LegalHold", "2026-01-02T00:00:00Z")]).unwrap();
        let second = mark(
            Some("Licenses"),
            &[
                ("LegalHold", "2026-01-03T00:00:00Z"),
                ("OutcomeUnknown", "2026-01-01T00:00:00Z"),
            ],
        )
        .unwrap();
        let mut tally = Tally::default();
        tally.count(&first);
        tally.count(&second);
        assert_eq!(tally.steps["Licenses"], 2);
        assert_eq!(
            (tally.blocked["LegalHold"], tally.blocked["OutcomeUnknown"]),
            (2, 1)
        );
        assert_eq!(tally.oldest(), Some("2026-01-01T00:00:00Z".parse().unwrap()));
        tally.forget(&second);
        assert_eq!(tally.oldest(), Some("2026-01-02T00:00:00Z".parse().unwrap()));
        assert_eq!(
            tally.blocked.keys().map(|reason| &**reason).collect::<Vec<_>>(),
            ["LegalHold"]
        );
        tally.forget(&first);
        assert_eq!(tally, Tally::default());
    }

    #[test]
    fn a_leaver_whom_nobody_has_looked_at_stands_nowhere_yet() {
        let mut tally = Tally::default();
        tally.count(&mark(None, &[]).unwrap());
        tally.count(&mark(Some(DONE), &[]).unwrap());
        assert_eq!(tally.steps[NOT_BEGUN], 2);
        assert_eq!(tally.oldest(), None);
    }
}
