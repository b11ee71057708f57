//! What a plan says, as data.

use jiff::Timestamp;
use serde::Serialize;

use crate::api::user::UserState;
use crate::api::user_status::{Blocker, Fate, Loss, Warning};
use crate::lifecycle::rehearsal::Deed;

use super::cases::Changed;

/// What a change would do.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    /// What the change is held against.
    pub against: String,
    pub accounts: Vec<AccountReport>,
    pub users: Vec<UserReport>,
    /// Users that are declared as before.
    pub unchanged: usize,
    /// Users that were declared before and are not any more. Nothing happens to them unless their objects are deleted.
    pub gone: usize,
}

/// One account.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountReport {
    /// The Tenant, `namespace/name`.
    pub tenant: String,
    /// When the account was read.
    pub read_at: Timestamp,
    pub users: usize,
    /// Users that could not be read.
    pub unreadable: usize,
    /// Whether the Tenant is in the mode Observe, so that nothing is written.
    pub observes: bool,
    pub suspended: bool,
    /// Removals that would count against the limit.
    pub removals: usize,
    pub allowed: Option<usize>,
    /// Whether they would be held for an approval.
    pub held: bool,
    /// Calls for all Users of the plan. The operator shares reads, so it takes fewer.
    pub calls: u64,
    /// Minutes of the account's budget that these are.
    pub budget_minutes: u64,
}

/// One User.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserReport {
    /// The object, `namespace/name`.
    pub user: String,
    pub tenant: String,
    pub user_name: String,
    /// Id of the profile that is meant, where one is.
    pub user_id: Option<String>,
    pub changed: Changed,
    pub from: Option<UserState>,
    pub to: UserState,
    /// What would be done, in order.
    pub deeds: Vec<Deed>,
    pub ending: Ending,
    /// What it would need an approval for. All else is told as if it were approved.
    pub approval: Option<Approval>,
    /// The end in words.
    pub says: String,
    pub blockers: Vec<Blocker>,
    pub losses: Vec<Loss>,
    pub warnings: Vec<Warning>,
    /// Calls for this User alone.
    pub calls: u32,
    /// When it would be done, if nothing holds it up.
    pub ends_at: Option<Timestamp>,
}

/// How the run of a User would end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Ending {
    /// Where its spec asks for.
    Ready,
    /// At something that a person has to do.
    Blocked,
    /// It cannot go on without an edit of the object.
    Refused,
    /// It cannot be told.
    Unclear,
}

/// Why a removal needs an approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Approval {
    /// The Tenant wants one for it.
    Policy,
    /// It is in a set over the limit.
    Limit,
}

/// How bad a plan is: the exit status of the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Severity {
    /// Nothing would be written.
    Nothing = 0,
    /// Something would be written, and nothing taken away.
    Changes = 2,
    /// Something would be taken away.
    Destructive = 3,
    /// Something that is asked for would be refused or held.
    Refused = 4,
}

impl Report {
    /// The worst of all Users.
    pub fn severity(&self) -> Severity {
        let all = self.users.iter().map(UserReport::severity);
        all.max().unwrap_or(Severity::Nothing)
    }
}

impl UserReport {
    pub fn severity(&self) -> Severity {
        if self.approval == Some(Approval::Limit) {
            return Severity::Refused;
        }
        match self.ending {
            Ending::Refused | Ending::Unclear => Severity::Refused,
            Ending::Ready | Ending::Blocked if self.deeds.iter().any(|deed| deed.takes) => {
                Severity::Destructive
            }
            Ending::Ready | Ending::Blocked if !self.deeds.is_empty() => Severity::Changes,
            Ending::Blocked if self.to != UserState::Active => Severity::Destructive,
            Ending::Ready | Ending::Blocked => Severity::Nothing,
        }
    }

    /// The states, from and to.
    pub fn change(&self) -> String {
        let word = |state: UserState| format!("{state:?}").to_lowercase();
        match (self.changed, self.from) {
            (Changed::Pruned, _) => format!("{}, and the object is deleted", word(self.to)),
            (_, Some(from)) if from != self.to => format!("{} → {}", word(from), word(self.to)),
            (Changed::New, None) => format!("new, {}", word(self.to)),
            _ => word(self.to),
        }
    }

    /// What of this fate the person has.
    pub fn losses_of(&self, fate: Fate) -> impl Iterator<Item = &Loss> {
        self.losses.iter().filter(move |loss| loss.fate == fate)
    }
}
