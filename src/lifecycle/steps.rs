//! The steps of a run as the status keeps them.

use jiff::{SignedDuration, Timestamp};

use crate::api::user_status::{StepName, StepState, StepStatus};

/// The steps of earlier passes, and how they change in this one.
#[derive(Clone, Debug)]
pub(super) struct Steps {
    now: Timestamp,
    /// What is known of steps that may not be shown.
    known: Vec<StepStatus>,
    steps: Vec<StepStatus>,
}

impl Steps {
    /// The steps as earlier passes left them.
    pub fn new(now: Timestamp, known: &[StepStatus]) -> Self {
        Self {
            now,
            known: Vec::new(),
            steps: known.to_vec(),
        }
    }

    /// Shows exactly the steps of an order. What was known of them is kept, and a new one is pending.
    pub fn follow(&mut self, order: &[StepName]) {
        self.known.append(&mut self.steps);
        for &name in order {
            self.push(name);
        }
    }

    fn push(&mut self, name: StepName) {
        let known = self.known.iter().find(|step| step.name == name).cloned();
        self.steps.push(known.unwrap_or(StepStatus {
            name,
            state: StepState::Pending,
            since: whole_second(self.now),
            operation_id: None,
            not_before: None,
            failure: None,
            asserted_by_connector: false,
            message: None,
        }));
    }

    /// Sets where a step stands. `since` moves only when the state does.
    pub fn mark(&mut self, name: StepName, shown: impl Into<Shown>) {
        let shown = shown.into();
        if !self.steps.iter().any(|step| step.name == name) {
            self.push(name);
        }
        let now = whole_second(self.now);
        for step in self.steps.iter_mut().filter(|step| step.name == name) {
            if step.state != shown.state {
                step.state = shown.state;
                step.since = now;
            }
            if matches!(shown.state, StepState::Done | StepState::Skipped) {
                step.failure = None;
            }
            step.message.clone_from(&shown.message);
            step.not_before = shown.not_before;
            step.asserted_by_connector = shown.asserted;
        }
    }

    /// A step by its name.
    pub fn get(&self, name: StepName) -> Option<&StepStatus> {
        self.steps.iter().find(|step| step.name == name)
    }

    /// Whether a write of the step was sent to the account, in this run or the last one.
    pub fn was_sent(&self, name: StepName) -> bool {
        let mut all = self.known.iter().chain(&self.steps);
        all.any(|step| step.name == name && step.operation_id.is_some())
    }

    /// Changes a step by its name.
    pub fn edit(&mut self, name: StepName, change: impl FnOnce(&mut StepStatus)) {
        if !self.steps.iter().any(|step| step.name == name) {
            self.push(name);
        }
        if let Some(step) = self.steps.iter_mut().find(|step| step.name == name) {
            change(step);
        }
    }

    /// The steps in their order.
    pub fn as_slice(&self) -> &[StepStatus] {
        &self.steps
    }

    /// The steps in their order, and everything else that was known.
    pub fn everything_known(&self) -> Vec<StepStatus> {
        self.steps.iter().chain(&self.known).cloned().collect()
    }

    /// The steps in their order.
    pub fn into_vec(self) -> Vec<StepStatus> {
        self.steps
    }
}

/// How the status shows a step.
pub(super) struct Shown {
    /// Where it stands.
    pub state: StepState,
    /// What there is to say about it.
    pub message: Option<String>,
    /// It does not run before this time.
    pub not_before: Option<Timestamp>,
    /// Whether nothing but the connector says so.
    pub asserted: bool,
}

impl From<StepState> for Shown {
    fn from(state: StepState) -> Self {
        Self {
            state,
            message: None,
            not_before: None,
            asserted: false,
        }
    }
}

impl Shown {
    /// The same, and what there is to say about it.
    pub fn with(self, message: impl Into<String>) -> Self {
        Self {
            message: Some(message.into()),
            ..self
        }
    }

    /// The same, and not before this time.
    pub fn until(self, not_before: Timestamp) -> Self {
        Self {
            not_before: Some(not_before),
            ..self
        }
    }

    /// The same, as nothing but the connector says.
    pub fn asserted(self) -> Self {
        Self {
            asserted: true,
            ..self
        }
    }
}

/// A time without its part of a second, as statuses show it.
pub(super) fn whole_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

/// `now` and so long after it.
pub(super) fn after(now: Timestamp, time: SignedDuration) -> Timestamp {
    now.checked_add(time).unwrap_or(Timestamp::MAX)
}
