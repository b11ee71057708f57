//! Plays the run of each User, all of an account under one verdict about their removals.

use std::collections::BTreeSet;

use jiff::Timestamp;
use kube::ResourceExt;

use crate::api::removals::RemovalsState;
use crate::api::tenant::Mode;
use crate::api::{Tenant, User};
use crate::controller::{Web, is_protected, is_suspended};
use crate::lifecycle::limit::{Account, Candidate, Leave, Ledger, Verdict, judge, member};
use crate::lifecycle::rehearsal::{Cast, End, Outlook, Rehearsal, Turn};
use crate::lifecycle::{Pace, Profile, ProfileSight, Sightings};

use crate::cli::snapshot::Snapshot;

use super::before::{Against, tenant_of};
use super::cases::{Case, acting};
use super::manifests::{Key, Manifests};
use super::observe::{Around, Seen};
use super::report::{AccountReport, Approval, Ending, UserReport};

/// More looks than any run takes.
const MOST_LOOKS: usize = 200;

/// Everything that the Users of one account are foretold from.
pub(super) struct Stage<'a> {
    pub tenant: &'a Tenant,
    pub snapshot: &'a Snapshot,
    pub against: &'a Against,
    pub before: &'a Manifests,
    pub now: &'a Manifests,
    pub prune: bool,
    pub at: Timestamp,
}

/// What would become of the Users of one account.
pub(super) fn foretell(stage: &Stage<'_>, cases: &[&Case]) -> (AccountReport, Vec<UserReport>) {
    let tenant = acting(stage.tenant);
    let web = Web::of(
        stage.snapshot.users(),
        stage.snapshot.ring_groups().unwrap_or_default(),
        stage.snapshot.sites().unwrap_or_default(),
        stage.snapshot.numbers_being_ported().unwrap_or_default(),
    );
    let seen = Seen {
        tenant: &tenant,
        snapshot: stage.snapshot,
        web: &web,
    };
    let verdict = verdict(stage, &tenant, cases);
    let users: Vec<_> = (cases.iter())
        .map(|case| {
            let (leave, approval) = leave(&verdict, case);
            let (outlook, profile) = rehearse(stage, &seen, leave, case);
            let mut report = report(stage, case, outlook, approval);
            // Who is meant is told also where it is not pinned yet.
            report.user_id = report.user_id.or(profile.map(|profile| profile.user_id));
            report
        })
        .collect();
    (account(stage, &verdict, &users), users)
}

/// Whether the removals of the account go on, those of the plan and those that the cluster already has. Those that are
/// not due yet count as they will.
fn verdict(stage: &Stage<'_>, tenant: &Tenant, cases: &[&Case]) -> Verdict {
    let planned: BTreeSet<_> = cases.iter().map(|case| &case.key).collect();
    let mut members = Vec::new();
    let mut add = |key: &Key, uid: String, user: &User, deletion, at| {
        members.extend(member(
            &tenant.spec,
            &Candidate {
                uid: &uid,
                object: &format!("{}/{}", key.0, key.1),
                user: &user.spec,
                deletion,
                memory: &user.status.clone().unwrap_or_default(),
                gives_up: "",
                protected: is_protected(tenant, user),
                requested_by: None,
                asks: false,
            },
            at,
        ));
    };
    for case in cases {
        add(
            &case.key,
            case.uid(),
            &case.user,
            case.deletion(stage.at),
            Timestamp::MAX,
        );
    }
    for (key, user) in &stage.before.users {
        let same_account = tenant_of(user) == key_of(stage.tenant);
        if let Some(uid) = user.uid().filter(|_| same_account && !planned.contains(key)) {
            add(key, uid, user, None, stage.at);
        }
    }
    judge(&Account {
        tenant: &tenant.spec,
        members: &members,
        approved: &BTreeSet::new(),
        ledger: &Ledger::default(),
        users: Some(stage.snapshot.users().len()),
        grown: None,
        now: stage.at,
    })
}

fn key_of(tenant: &Tenant) -> Key {
    (tenant.namespace().unwrap_or_default(), tenant.name_any())
}

/// Whether the removal of a User would go on. One that needs an approval is told as if it had it.
fn leave(verdict: &Verdict, case: &Case) -> (Leave, Option<Approval>) {
    match verdict.leave(&case.uid()) {
        Leave::Held => (Leave::Approved, Some(Approval::Limit)),
        Leave::ApprovalNeeded => (Leave::Approved, Some(Approval::Policy)),
        leave => (leave, None),
    }
}

fn rehearse(
    stage: &Stage<'_>,
    seen: &Seen<'_>,
    leave: Leave,
    case: &Case,
) -> (Option<Outlook>, Option<Profile>) {
    let dependants = case.dependants(stage.before, stage.now, stage.prune, seen);
    let pace = Pace::default();
    let mut rehearsal = Rehearsal::new(Cast {
        now: stage.at,
        pace: &pace,
        tenant: &seen.tenant.spec,
        user: &case.user.spec,
        deletion: case.deletion(stage.at),
        memory: case.memory(),
        dependants: &dependants,
        user_updates: true,
        suspended: is_suspended(&case.user),
        protected: is_protected(seen.tenant, &case.user),
    });
    let around = Around {
        claim: case.claim(stage.against),
        leave,
    };
    let mut own: Option<Profile> = None;
    for _ in 0..MOST_LOOKS {
        match rehearsal.go_on() {
            Turn::Ended(outlook) => return (Some(*outlook), own),
            Turn::Look(look) => {
                let answer: Sightings = seen.look(&look, own.as_ref(), &around);
                if let ProfileSight::Seen(profile) = &answer.profile {
                    own = Some((**profile).clone());
                }
                rehearsal.learn(&look, answer);
            }
        }
    }
    (None, own)
}

fn report(
    stage: &Stage<'_>,
    case: &Case,
    outlook: Option<Outlook>,
    approval: Option<Approval>,
) -> UserReport {
    let (namespace, name) = &case.key;
    let mut report = UserReport {
        user: format!("{namespace}/{name}"),
        tenant: format!("{}/{}", case.tenant.0, case.tenant.1),
        user_name: case.user.spec.user_name.clone(),
        user_id: None,
        changed: case.changed,
        from: case.before.as_ref().map(|user| user.spec.state),
        to: case.user.spec.state,
        deeds: Vec::new(),
        ending: Ending::Unclear,
        approval,
        says: String::new(),
        blockers: Vec::new(),
        losses: Vec::new(),
        warnings: Vec::new(),
        calls: 0,
        ends_at: None,
    };
    let Some(outlook) = outlook else {
        "The run does not come to an end in memory: report this.".clone_into(&mut report.says);
        return report;
    };
    report.ending = match &outlook.end {
        End::Ready(..) | End::Released => Ending::Ready,
        End::Blocked => Ending::Blocked,
        End::Stalled => Ending::Refused,
        End::Endless => Ending::Unclear,
    };
    report.says = match outlook.end {
        End::Ready(_, message) => message,
        End::Released => "The object is let go of.".to_owned(),
        End::Blocked | End::Stalled => String::new(),
        End::Endless => "It does not come to an end.".to_owned(),
    };
    report.user_id.clone_from(&outlook.status.user_id);
    let done = report.ending == Ending::Ready && !outlook.deeds.is_empty();
    report.ends_at = done.then(|| stage.at.checked_add(outlook.takes).ok()).flatten();
    report.calls = if outlook.deeds.is_empty() {
        0
    } else {
        outlook.calls
    };
    report.deeds = outlook.deeds;
    report.blockers = outlook.blockers;
    // Who is refused loses nothing.
    if report.ending != Ending::Refused {
        report.losses = outlook.status.losses;
    }
    report.warnings = outlook.status.warnings;
    report
}

fn account(stage: &Stage<'_>, verdict: &Verdict, users: &[UserReport]) -> AccountReport {
    let calls = users.iter().map(|user| u64::from(user.calls)).sum();
    let limits = &stage.tenant.spec.admin_api.limits;
    let per_minute = u64::try_from(limits.requests_per_minute).unwrap_or(1).max(1);
    AccountReport {
        tenant: format!("{}/{}", key_of(stage.tenant).0, key_of(stage.tenant).1),
        read_at: stage.snapshot.read_at(),
        users: stage.snapshot.users().len(),
        unreadable: stage.snapshot.unreadable_users(),
        observes: stage.tenant.spec.mode == Mode::Observe,
        suspended: stage.tenant.spec.suspend,
        removals: verdict.counted,
        allowed: verdict.allowed,
        held: verdict.state == RemovalsState::Held,
        calls,
        budget_minutes: calls.div_ceil(per_minute),
    }
}
