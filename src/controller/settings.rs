//! How the operator runs.

use std::time::Duration;

/// How the operator runs. Read once at the start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The operator's own namespace. Claims are kept there, and it takes no Users from it.
    pub namespace: String,
    /// What tells this replica from others, and stays over a restart in the same place: the name of its pod. No two that
    /// run have the same.
    pub identity: String,
    /// Time between a write to the account and the first look at its operation. 8x8 asks for 1 to 2 s.
    pub operation_interval: Duration,
    /// Time between two looks at something that a person has to do.
    pub manual_interval: Duration,
    /// The longest a call on the account may take.
    pub call_timeout: Duration,
    /// The longest a pass over one object may take.
    pub pass_timeout: Duration,
    /// How many passes over Users of one Tenant may run at the same time.
    pub passes_per_tenant: usize,
    /// How long after its end a record keeps the names of those whom it is about.
    pub names_kept: Duration,
    /// How many times as fast as the wall clock the account's time runs. An account of 8x8 runs at 1.
    pub time_scale: u32,
}

impl Settings {
    /// Time between a write and the first look at its operation, on the wall clock.
    pub fn look_interval(&self) -> Duration {
        self.operation_interval / self.time_scale
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            namespace: "onhook-system".to_owned(),
            identity: uuid::Uuid::new_v4().to_string(),
            operation_interval: Duration::from_secs(2),
            manual_interval: Duration::from_secs(60),
            call_timeout: Duration::from_secs(20),
            pass_timeout: Duration::from_mins(5),
            passes_per_tenant: 8,
            names_kept: Duration::from_hours(90 * 24),
            time_scale: 1,
        }
    }
}
