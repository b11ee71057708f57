//! What the page shows of one leaver: read from the object once, and kept instead of it.

use std::fmt;

use jiff::Timestamp;
use kube::ResourceExt;

use crate::api::user_status::Blocker;
use crate::api::{QueueType, User, UserState};
use crate::cli::explain::explain;
use crate::cli::lane::Lane;
use crate::controller::{home_of, is_suspended};

/// The blocker that a person takes away queue by queue.
const QUEUES_ASSIGNED: &str = "ContactCenterQueuesAssigned";

/// An object by namespace and name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub namespace: String,
    pub name: String,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// Something that a person has to do for a leaver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Task {
    pub reason: String,
    pub what: String,
    pub to_do: String,
    pub since: Timestamp,
    /// The Contact Center queues that it is about, by name.
    pub queues: Vec<String>,
}

/// One leaver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Card {
    pub key: Key,
    pub user_name: String,
    pub tenant: Key,
    pub state: UserState,
    pub lane: Lane,
    pub step: Option<String>,
    pub since: Option<Timestamp>,
    pub reason: Option<String>,
    pub why: Option<String>,
    pub tasks: Vec<Task>,
    /// How it goes on, without the time.
    pub goes_on: String,
    /// The time at which it goes on by itself, where one is known.
    pub at: Option<Timestamp>,
    /// Whether an annotation stops every write for it.
    pub suspended: bool,
    /// What a search looks in, in small letters.
    pub found_by: String,
}

/// The name of a User.
pub(super) fn key_of(user: &impl ResourceExt) -> Key {
    Key {
        namespace: user.namespace().unwrap_or_default(),
        name: user.name_any(),
    }
}

impl Card {
    /// Reads it from the object.
    pub fn of(user: &User) -> Self {
        let said = explain(user, None);
        let key = key_of(user);
        let mut card = Self {
            tenant: Key {
                namespace: home_of(user),
                name: user.spec.tenant_ref.name.clone(),
            },
            key,
            user_name: said.user_name,
            state: said.state,
            lane: said.lane,
            step: said.step,
            since: said.since,
            reason: ready_reason(user),
            why: said.message.filter(|_| said.blockers.is_empty()),
            tasks: said
                .blockers
                .into_iter()
                .map(|blocker| task(user, blocker))
                .collect(),
            goes_on: said.goes_on,
            at: said.at,
            suspended: is_suspended(user),
            found_by: String::new(),
        };
        card.found_by = card.text().to_lowercase();
        card
    }

    fn text(&self) -> String {
        let mut words = vec![
            self.key.to_string(),
            self.user_name.clone(),
            self.tenant.to_string(),
        ];
        words.extend(
            [&self.step, &self.reason, &self.why]
                .into_iter()
                .flatten()
                .cloned(),
        );
        for task in &self.tasks {
            words.extend([task.reason.clone(), task.what.clone(), task.to_do.clone()]);
            words.extend(task.queues.iter().cloned());
        }
        words.join("\n")
    }
}

fn ready_reason(user: &User) -> Option<String> {
    let mut conditions = user.status.as_ref()?.conditions.iter();
    let ready = conditions.find(|condition| condition.type_ == crate::api::status::READY)?;
    Some(ready.reason.clone())
}

fn task(user: &User, blocker: Blocker) -> Task {
    Task {
        queues: queues(user, &blocker.reason),
        reason: blocker.reason,
        what: blocker.what,
        to_do: blocker.to_do,
        since: blocker.since,
    }
}

/// The queues that somebody has to take the agent out of: there is one list of agents for each at 8x8.
fn queues(user: &User, reason: &str) -> Vec<String> {
    let observed = user.status.as_ref().and_then(|status| status.observed.as_ref());
    let observed = observed.filter(|_| reason == QUEUES_ASSIGNED);
    let all = observed.map_or(&[][..], |observed| &observed.queues);
    let mine = all.iter().filter(|queue| queue.kind == QueueType::ContactCenter);
    let name = |queue: &crate::api::user_status::ObservedQueue| match queue.name.is_empty() {
        true => queue.id.clone(),
        false => queue.name.clone(),
    };
    let mut names: Vec<_> = mine.map(name).collect();
    names.sort();
    names.dedup();
    names
}
