//! Asynchronous operations: accepted at once, at work for some seconds of account time, and only then with an
//! effect.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    account::{Account, Failure},
    clock::{Clock, Moment},
    faults::Outcome,
    ids,
    settings::{FailedOperations, Settings},
};
use crate::eightbyeight::wire::{
    ErrorResponse, Operation, OperationStatus, RingGroup, Site, UpdateMembers, User,
};

/// What an operation changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Change {
    CreateUser(Box<User>),
    ReplaceUser(Box<User>),
    DeleteUser,
    CreateRingGroup(Box<RingGroup>),
    ReplaceRingGroup(Box<RingGroup>),
    DeleteRingGroup,
    UpdateMembers(Box<UpdateMembers>),
    CreateSite(Box<Site>),
    ReplaceSite(Box<Site>),
    DeleteSite,
    /// Nothing: a DELETE of what is gone already.
    Nothing,
}

/// An operation with what its caller is not told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Job {
    /// As `GET /operations/{operationId}` gives it.
    pub(crate) operation: Operation,
    /// Id of the user or ring group, also before a creation is complete.
    pub(crate) target: String,
    change: Change,
    fate: Option<Outcome>,
    starts: Moment,
    due: Moment,
    /// Label of the key that asked for it.
    by: Option<String>,
}

/// All operations since the account began, by id. 8x8 does not say how long an id stays; here it stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Operations {
    jobs: BTreeMap<String, Job>,
    /// Ids of those that have not ended, in the order in which they were accepted.
    open: Vec<String>,
    accepted: u64,
}

/// What is asked of [`Operations::accept`].
pub(crate) struct Request {
    pub(crate) target: String,
    pub(crate) change: Change,
    pub(crate) fate: Option<Outcome>,
    pub(crate) by: Option<String>,
}

impl Operations {
    /// How many are in flight.
    pub(crate) fn in_flight(&self) -> usize {
        self.open.len()
    }

    /// When the first of those in flight ends.
    pub(crate) fn first_end(&self) -> Option<Moment> {
        let ends = self
            .open
            .iter()
            .filter_map(|id| self.jobs.get(id))
            .map(|job| job.due);
        ends.min_by(f64::total_cmp)
    }

    /// Whether one on this ring group is in flight.
    pub(crate) fn busy(&self, target: &str) -> bool {
        self.open
            .iter()
            .filter_map(|id| self.jobs.get(id))
            .any(|job| job.target == target)
    }

    /// When all that are in flight on this target have ended.
    fn free_at(&self, target: &str) -> Option<Moment> {
        let jobs = self
            .open
            .iter()
            .filter_map(|id| self.jobs.get(id))
            .filter(|job| job.target == target);
        jobs.map(|job| job.due).max_by(f64::total_cmp)
    }

    /// The operation with this id. One that is lost is not found.
    pub(crate) fn get(&self, id: &str) -> Option<&Operation> {
        self.jobs
            .get(id)
            .filter(|job| job.fate != Some(Outcome::Lost))
            .map(|job| &job.operation)
    }

    /// All of them, as the control port shows them.
    pub(crate) fn list(&self) -> Vec<serde_json::Value> {
        let shown = |job: &Job| json!({"operation": job.operation, "target": job.target, "fate": job.fate, "by": job.by});
        self.jobs.values().map(shown).collect()
    }

    /// Accepts an operation and gives it as the 202 does.
    pub(crate) fn accept(
        &mut self,
        request: Request,
        account: &Account,
        clock: &Clock,
        settings: &Settings,
    ) -> Operation {
        let now = clock.now();
        self.accepted += 1;
        let (kind, action) = request.change.names();
        let id = format!(
            "op_{:06}_{}",
            self.accepted,
            &ids::id(account.seed, "operation", self.accepted)[..12]
        );
        let operation = Operation {
            operation_id: Some(id.clone()),
            status: Some(OperationStatus::Pending),
            customer_id: Some(account.customer_id.clone()),
            resource_type: Some(kind.to_owned()),
            resource_id: (action != "CREATE").then(|| request.target.clone()),
            operation_type: Some(action.to_owned()),
            created_time: Some(clock.wall(now)),
            ..Operation::default()
        };
        let length = length(account.seed, self.accepted, settings);
        // What is asked of one user or group is done in the order in which it was asked.
        let begin = self.free_at(&request.target).map_or(now, |free| free.max(now));
        let Request {
            target,
            change,
            fate,
            by,
        } = request;
        let job = Job {
            operation: operation.clone(),
            target,
            change,
            fate,
            starts: begin + length * 0.3,
            due: begin + length,
            by,
        };
        self.jobs.insert(id.clone(), job);
        self.open.push(id);
        operation
    }

    /// Lets everything happen that is due, in the order in which it is due. Whether anything did.
    pub(crate) fn settle(&mut self, account: &mut Account, clock: &Clock, settings: &Settings) -> bool {
        let now = clock.now();
        let jobs = &mut self.jobs;
        let mut due: Vec<_> = self
            .open
            .iter()
            .filter_map(|id| jobs.get(id))
            .filter(|job| job.due <= now)
            .collect();
        due.sort_by(|one, other| one.due.total_cmp(&other.due));
        let due: Vec<_> = due
            .iter()
            .filter_map(|job| job.operation.operation_id.clone())
            .collect();
        for id in &due {
            if let Some(job) = jobs.get_mut(id) {
                job.end(account, clock, settings);
            }
        }
        self.open.retain(|id| !due.contains(id));
        let mut changed = !due.is_empty();
        for job in self
            .open
            .iter()
            .filter_map(|id| jobs.get(id).map(|_| id.clone()))
            .collect::<Vec<_>>()
        {
            let Some(job) = jobs.get_mut(&job) else { continue };
            if job.starts <= now && job.operation.status == Some(OperationStatus::Pending) {
                job.operation.status = Some(OperationStatus::InProgress);
                changed = true;
            }
        }
        changed
    }
}

impl Change {
    /// `resourceType` and `operationType`.
    fn names(&self) -> (&'static str, &'static str) {
        match self {
            Self::CreateUser(_) => ("USER", "CREATE"),
            Self::ReplaceUser(_) => ("USER", "UPDATE"),
            Self::DeleteUser | Self::Nothing => ("USER", "DELETE"),
            Self::CreateRingGroup(_) => ("RING_GROUP", "CREATE"),
            Self::ReplaceRingGroup(_) => ("RING_GROUP", "UPDATE"),
            Self::DeleteRingGroup => ("RING_GROUP", "DELETE"),
            Self::UpdateMembers(_) => ("RING_GROUP", "UPDATE_MEMBERS"),
            Self::CreateSite(_) => ("SITE", "CREATE"),
            Self::ReplaceSite(_) => ("SITE", "UPDATE"),
            Self::DeleteSite => ("SITE", "DELETE"),
        }
    }
}

impl Job {
    fn end(&mut self, account: &mut Account, clock: &Clock, settings: &Settings) {
        let at = clock.wall(self.due);
        self.operation.completed_time = Some(at);
        let result = match self.fate {
            Some(Outcome::Failed) => {
                self.apply_partly(account, at, settings);
                let message = "the operation could not be completed";
                Err(Failure::new(500, "Internal error", "UNKNOWN", "", message))
            }
            Some(Outcome::Unknown) if !settings.unknown_operations_apply => Ok(()),
            _ => self.apply(account, at, settings),
        };
        let known = self.fate != Some(Outcome::Unknown);
        self.operation.status = Some(match &result {
            _ if !known => OperationStatus::Unknown,
            Ok(()) => OperationStatus::Completed,
            Err(_) => OperationStatus::Failed,
        });
        if let (Err(failure), true) = (result, known) {
            self.operation.error = Some(ErrorResponse {
                time: Some(at),
                ..failure.response()
            });
            return;
        }
        self.operation.resource_id = Some(self.target.clone());
    }

    fn apply(&self, account: &mut Account, at: jiff::Timestamp, settings: &Settings) -> Result<(), Failure> {
        match self.change.clone() {
            Change::CreateUser(user) => account.create_user(&self.target, *user, at, settings),
            Change::ReplaceUser(user) => account.replace_user(&self.target, *user, at, settings),
            Change::DeleteUser => account.delete_user(&self.target, at),
            Change::CreateRingGroup(group) => account.create_ring_group(&self.target, *group),
            Change::ReplaceRingGroup(group) => account.replace_ring_group(&self.target, *group),
            Change::UpdateMembers(change) => account.update_members(&self.target, &change),
            Change::DeleteRingGroup => {
                account.delete_ring_group(&self.target);
                Ok(())
            }
            Change::CreateSite(site) => {
                account.create_site(&self.target, *site);
                Ok(())
            }
            Change::ReplaceSite(site) => account.replace_site(&self.target, *site),
            Change::DeleteSite => account.delete_site(&self.target),
            Change::Nothing => Ok(()),
        }
    }

    fn apply_partly(&self, account: &mut Account, at: jiff::Timestamp, settings: &Settings) {
        if settings.failed_operations == FailedOperations::NotApplied {
            return;
        }
        match &self.change {
            Change::ReplaceUser(user) => account.replace_user_partly(&self.target, user, at),
            Change::DeleteUser => account.delete_user_partly(&self.target),
            _ => {}
        }
    }
}

/// How long an operation takes: between the two bounds, by seed and number.
fn length(seed: u64, number: u64, settings: &Settings) -> Moment {
    let share = f64::from(ids::digest(seed, "operation-length", number)[0]) / 255.0;
    let (least, most) = (
        settings.operation_min_seconds.max(0.0),
        settings.operation_max_seconds,
    );
    least + (most - least).max(0.0) * share
}
