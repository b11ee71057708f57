//! Whether the removals of an account go on.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::api::removals::{ApprovalPolicy, Removal, RemovalLimit, RemovalsState};
use crate::api::tenant::TenantSpec;

use super::{Hold, Ledger, Member, list_digest};

/// What a verdict is made from.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a> {
    /// The policy.
    pub tenant: &'a TenantSpec,
    /// All removals of the account.
    pub members: &'a [Member],
    /// Digests of the removals that an Approval let go.
    pub approved: &'a BTreeSet<String>,
    /// What was really begun.
    pub ledger: &'a Ledger,
    /// How many users the account has, as far as they were counted.
    pub users: Option<usize>,
    /// When the set grew last.
    pub grown: Option<Timestamp>,
    /// The time, of the clock that is behind where there are several: no limit is got around by a clock that is ahead.
    pub now: Timestamp,
}

/// What is to become of the removals of an account.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Whether they go on.
    pub state: RemovalsState,
    /// How many count against the limit.
    pub counted: usize,
    /// How many the limit allows.
    pub allowed: Option<usize>,
    /// Those that wait for an approval, as one list.
    pub waiting: Vec<Member>,
    /// The ledger as it is to be kept.
    pub ledger: Ledger,
    free: BTreeSet<String>,
    approved: BTreeSet<String>,
    quiet_from: Option<Timestamp>,
}

/// Whether one removal may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// It is within the limit.
    Within {
        /// Nothing that cannot be undone is written before.
        quiet_from: Option<Timestamp>,
        /// Whether there are so few removals, at most half of what the limit allows, that the first write may be one that
        /// cannot be undone.
        few: bool,
    },
    /// Somebody approved it.
    Approved,
    /// The set that it is in is held.
    Held,
    /// The Tenant wants an approval for it.
    ApprovalNeeded,
    /// The limit is a share of the account, whose users were not counted yet.
    AccountNotCounted,
    /// It is none of those that count: somebody protects the person, or it is not due.
    Uncounted,
}

/// Judges all removals of an account.
pub fn judge(account: &Account<'_>) -> Verdict {
    let removals = &account.tenant.removals;
    let approved = |member: &&Member| account.approved.contains(&member.digest);
    let needs = |member: &&Member| match removals.approval {
        ApprovalPolicy::Never => false,
        ApprovalPolicy::Deletions => member.removal == Removal::Delete,
        ApprovalPolicy::Always => true,
    };
    let (let_go, open): (Vec<_>, Vec<_>) = account.members.iter().partition(approved);
    let (by_policy, free): (Vec<_>, Vec<_>) = open.into_iter().partition(needs);
    let mut ledger = account.ledger.clone();
    let mut verdict = Verdict {
        state: RemovalsState::Within,
        counted: 0,
        allowed: None,
        waiting: by_policy.iter().copied().cloned().collect(),
        ledger: Ledger::default(),
        free: free.iter().map(|member| member.uid.clone()).collect(),
        approved: let_go.iter().map(|member| member.uid.clone()).collect(),
        quiet_from: None,
    };
    if !by_policy.is_empty() {
        verdict.state = RemovalsState::AwaitingApproval;
    }
    let asking = account.members.iter().map(|member| member.uid.as_str()).collect();
    let Some(limit) = &removals.limit else {
        // Without a limit nothing is counted, and nothing is kept for one that comes later.
        return verdict;
    };
    ledger.forget(&asking, limit.per, account.now);
    let users = ledger.size(account.users);
    verdict.counted = counted(&ledger, limit, &free, &verdict.approved, account.now);
    let uncounted = limit.percent.is_some() && users.is_none();
    verdict.allowed = allowed(limit, users);
    verdict.quiet_from = account
        .grown
        .and_then(|at| at.checked_add(limit.quiet_period.as_duration()).ok());
    let over = verdict.allowed.is_some_and(|allowed| verdict.counted > allowed);
    // Where nobody waits nothing is held: what was done gets old.
    let held = !free.is_empty() && (over || (uncounted && ledger.hold.is_some()));
    if held {
        let since = ledger.hold.as_ref().map_or(account.now, |hold| hold.since);
        // Who was not begun counts anyway, and who was begun long ago is held with the others and counts no more for it.
        let counts = |uid: &&String| {
            ledger.begun.contains_key(*uid)
                && (ledger.recent(uid, limit.per, account.now) || ledger.holds(uid))
        };
        let users = verdict.free.iter().filter(counts).cloned().collect();
        ledger.hold = Some(Hold { since, users });
        verdict.waiting.extend(free.into_iter().cloned());
        verdict.state = RemovalsState::Held;
    } else {
        ledger.hold = None;
        if uncounted && !free.is_empty() {
            verdict.state = RemovalsState::AccountNotCounted;
        }
    }
    verdict.waiting.sort_by(|a, b| a.object.cmp(&b.object));
    verdict.ledger = ledger;
    verdict
}

/// How many removals count: those that are asked for and were not begun long ago, and those that were begun within the
/// time of the limit, whatever became of them since. What is in a held set counts whenever it began.
fn counted(
    ledger: &Ledger,
    limit: &RemovalLimit,
    free: &[&Member],
    approved: &BTreeSet<String>,
    now: Timestamp,
) -> usize {
    let asked = free.iter().map(|member| member.uid.as_str()).filter(|uid| {
        !ledger.begun.contains_key(*uid) || ledger.recent(uid, limit.per, now) || ledger.holds(uid)
    });
    let begun = (ledger.begun.keys().map(String::as_str))
        .filter(|uid| ledger.recent(uid, limit.per, now) && !approved.contains(*uid));
    asked.chain(begun).collect::<BTreeSet<_>>().len()
}

/// More removals than this are not counted: what was begun has to fit into one object of Kubernetes.
const MOST_COUNTED: usize = 10_000;

/// How many removals a limit allows; the stricter of its numbers wins.
fn allowed(limit: &RemovalLimit, users: Option<usize>) -> Option<usize> {
    let number = |number: i32| usize::try_from(number).unwrap_or_default();
    let share = limit.percent.zip(users);
    let share = share.map(|(percent, users)| (users.saturating_mul(number(percent)) / 100).min(MOST_COUNTED));
    limit.users.map(number).into_iter().chain(share).min()
}

impl Verdict {
    /// Whether the removal of the User of this uid may go on.
    pub fn leave(&self, uid: &str) -> Leave {
        if self.approved.contains(uid) {
            return Leave::Approved;
        }
        let within = self.free.contains(uid);
        match self.state {
            _ if !within && self.waiting.iter().any(|member| member.uid == uid) => Leave::ApprovalNeeded,
            _ if !within => Leave::Uncounted,
            RemovalsState::Held => Leave::Held,
            RemovalsState::AccountNotCounted => Leave::AccountNotCounted,
            RemovalsState::Within | RemovalsState::AwaitingApproval => Leave::Within {
                quiet_from: self.quiet_from,
                few: (self.allowed).is_none_or(|allowed| self.counted.saturating_mul(2) <= allowed),
            },
        }
    }

    /// The digest of the list that waits for an approval; `None` where none does.
    pub fn digest(&self) -> Option<String> {
        (!self.waiting.is_empty()).then(|| list_digest(&self.waiting))
    }
}
