//! The removal limit and its approvals: sets of removals on a clock, with a ledger that outlives everything else.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::json;

use super::fixtures::{at, tenant, user};
use crate::api::removals::{ApprovalPolicy, Removal, RemovalsState};
use crate::api::tenant::TenantSpec;
use crate::api::user::{DeletionPolicy, UserSpec, UserState};
use crate::api::user_status::{Finished, Outcome, UserStatus};
use crate::lifecycle::Deletion;
use crate::lifecycle::limit::{Account, Candidate, Growth, Leave, Ledger, Member, Verdict, judge, member};

mod approvals;

const HOUR: i64 = 3600;

/// A person of the account.
struct Person {
    uid: String,
    object: String,
    user: UserSpec,
    deletion: Option<Deletion>,
    memory: UserStatus,
    gives_up: &'static str,
    protected: bool,
    requested_by: Option<&'static str>,
}

impl Person {
    fn new(n: usize, state: UserState) -> Self {
        let mut user = user(state);
        user.user_name = format!("person-{n}@acme.com");
        Self {
            uid: format!("uid-{n}"),
            object: format!("people/person-{n}"),
            user,
            deletion: None,
            memory: UserStatus::default(),
            gives_up: "",
            protected: false,
            requested_by: Some("ada"),
        }
    }

    fn candidate(&self) -> Candidate<'_> {
        Candidate {
            uid: &self.uid,
            object: &self.object,
            user: &self.user,
            deletion: self.deletion,
            memory: &self.memory,
            gives_up: self.gives_up,
            protected: self.protected,
            requested_by: self.requested_by,
            asks: false,
        }
    }
}

/// An account with its people, its policy, and what was kept.
struct Stage {
    tenant: TenantSpec,
    people: Vec<Person>,
    ledger: Ledger,
    growth: Growth,
    approved: BTreeSet<String>,
    users: Option<usize>,
    now: Timestamp,
}

impl Stage {
    /// So many leavers, under a limit of ten in an hour.
    fn new(leavers: usize, state: UserState) -> Self {
        let mut tenant = tenant();
        tenant.removals.limit = serde_json::from_value(json!({"users": 10, "per": "1h"})).ok();
        Self {
            tenant,
            people: (0..leavers).map(|n| Person::new(n, state)).collect(),
            ledger: Ledger::default(),
            growth: Growth::default(),
            approved: BTreeSet::new(),
            users: Some(1000),
            now: at(0),
        }
    }

    fn limit(&mut self, limit: serde_json::Value) {
        self.tenant.removals.limit = serde_json::from_value(limit).ok();
    }

    fn members(&self) -> Vec<Member> {
        let people = self.people.iter();
        people
            .filter_map(|person| member(&self.tenant, &person.candidate(), self.now))
            .collect()
    }

    fn judge(&mut self) -> Verdict {
        let members = self.members();
        let verdict = judge(&Account {
            tenant: &self.tenant,
            members: &members,
            approved: &self.approved,
            ledger: &self.ledger,
            users: self.users,
            grown: self.growth.of(&members, self.now),
            now: self.now,
        });
        self.ledger.clone_from(&verdict.ledger);
        verdict
    }

    /// Begins every removal that may begin, as reconcilers do that come one after the other. Gives how many did.
    fn begin_all(&mut self) -> usize {
        let before = self.ledger.begun.len();
        for n in 0..self.people.len() {
            let uid = self.people[n].uid.clone();
            if let Leave::Within { .. } = self.judge().leave(&uid)
                && !self.ledger.begun.contains_key(&uid)
            {
                self.ledger.begin(&uid, self.now, self.users);
            }
        }
        self.ledger.begun.len() - before
    }

    fn set(&mut self, people: std::ops::Range<usize>, state: UserState) {
        for person in &mut self.people[people] {
            person.user.state = state;
        }
    }

    /// Everything that only this process knew is gone.
    fn restart(&mut self) {
        self.growth = Growth::default();
        let text = serde_json::to_string(&self.ledger).unwrap();
        self.ledger = serde_json::from_str(&text).unwrap();
    }

    fn wait(&mut self, seconds: i64) {
        self.now = Timestamp::from_second(self.now.as_second() + seconds).unwrap();
    }
}

fn held(verdict: &Verdict) -> bool {
    verdict.state == RemovalsState::Held
}

#[test]
fn a_set_within_the_limit_goes_and_one_over_it_is_held_whole() {
    for state in [UserState::Deactivated, UserState::Deleted] {
        let mut stage = Stage::new(10, state);
        assert_eq!(stage.begin_all(), 10);
        let mut stage = Stage::new(11, state);
        assert_eq!(stage.begin_all(), 0);
        let verdict = stage.judge();
        assert!(held(&verdict));
        assert_eq!((verdict.waiting.len(), verdict.counted), (11, 11));
        for person in &stage.people {
            assert_eq!(verdict.leave(&person.uid), Leave::Held);
        }
    }
}

#[test]
fn a_set_that_comes_in_one_by_one_begins_as_many_as_the_limit_allows_and_then_is_held_with_them() {
    let mut stage = Stage::new(0, UserState::Deleted);
    let mut begun = 0;
    for n in 0..40 {
        stage.people.push(Person::new(n, UserState::Deleted));
        begun += stage.begin_all();
    }
    assert_eq!(begun, 10);
    let verdict = stage.judge();
    assert_eq!(verdict.waiting.len(), 40, "those that began are held too");
    assert_eq!(verdict.leave("uid-0"), Leave::Held);
}

#[test]
fn time_alone_never_lets_a_held_set_go_and_neither_does_a_restart_or_a_clock() {
    let mut stage = Stage::new(8, UserState::Deleted);
    stage.begin_all();
    stage
        .people
        .extend((8..11).map(|n| Person::new(n, UserState::Deleted)));
    assert!(held(&stage.judge()));
    for seconds in [HOUR, 24 * HOUR, -48 * HOUR, 400 * 24 * HOUR] {
        stage.wait(seconds);
        stage.restart();
        let verdict = stage.judge();
        assert!(held(&verdict), "after {seconds} s");
        assert_eq!(verdict.waiting.len(), 11);
    }
    // What was begun counts as long as the set is held, also if it is taken back.
    stage.set(0..1, UserState::Active);
    assert!(held(&stage.judge()));
    stage.set(8..9, UserState::Active);
    assert!(!held(&stage.judge()), "somebody took one back");
}

#[test]
fn what_was_done_counts_whatever_became_of_it_until_the_time_of_the_limit_is_over() {
    let mut stage = Stage::new(11, UserState::Active);
    for n in 0..10 {
        stage.set(n..n + 1, UserState::Deactivated);
        assert_eq!(stage.begin_all(), 1, "one by one, in ten commits");
        stage.set(n..n + 1, UserState::Active);
        stage.restart();
    }
    stage.set(10..11, UserState::Deactivated);
    assert!(held(&stage.judge()), "the eleventh in an hour");
    let mut later = Stage::new(11, UserState::Active);
    later.ledger.begun = (0..10).map(|n| (format!("uid-{n}"), at(0))).collect();
    later.set(10..11, UserState::Deactivated);
    later.wait(HOUR);
    assert!(!held(&later.judge()), "and the first of the next");
    assert!(later.ledger.begun.is_empty(), "what is old is forgotten");
}

#[test]
fn a_leaver_who_began_long_ago_does_not_count_and_is_held_with_a_set_that_is() {
    let mut stage = Stage::new(5, UserState::Deleted);
    stage.begin_all();
    stage.wait(2 * HOUR);
    stage
        .people
        .extend((5..15).map(|n| Person::new(n, UserState::Deleted)));
    let verdict = stage.judge();
    assert_eq!((verdict.counted, verdict.state), (10, RemovalsState::Within));
    stage.people.push(Person::new(15, UserState::Deleted));
    for _ in 0..2 {
        let verdict = stage.judge();
        assert_eq!(verdict.leave("uid-0"), Leave::Held);
        assert_eq!(
            verdict.counted, 11,
            "it is held with them and counts no more for it"
        );
    }
    stage.set(5..16, UserState::Active);
    assert!(!held(&stage.judge()), "the wrong marks were taken back");
}

#[test]
fn nothing_is_held_where_nobody_waits_and_what_was_done_gets_old() {
    let mut stage = Stage::new(10, UserState::Deactivated);
    stage.begin_all();
    for person in &mut stage.people {
        person.memory.steps = serde_json::from_value(json!([
            {"name": "Deactivate", "state": "Done", "since": "2026-01-01T00:00:00Z"}
        ]))
        .unwrap();
    }
    stage.limit(json!({"users": 5, "per": "1h"}));
    assert!(!held(&stage.judge()), "ten were done, and nobody waits");
    stage.people.push(Person::new(10, UserState::Deleted));
    assert!(held(&stage.judge()), "the next within the hour");
    stage.people.pop();
    stage.judge();
    stage.wait(HOUR);
    stage.people.push(Person::new(10, UserState::Deleted));
    assert!(!held(&stage.judge()), "the first of the next hour");
}

#[test]
fn a_share_of_the_account_does_not_shrink_by_those_that_it_let_go() {
    let mut stage = Stage::new(2, UserState::Deleted);
    stage.limit(json!({"percent": 10, "per": "1h"}));
    stage.users = Some(20);
    assert_eq!(stage.begin_all(), 2);
    stage.people.remove(0);
    stage.users = Some(19);
    stage.restart();
    let verdict = stage.judge();
    assert_eq!((verdict.counted, verdict.allowed), (2, Some(2)));
    assert!(!held(&verdict));
    stage.people.clear();
    stage.wait(HOUR);
    assert_eq!(stage.judge().allowed, Some(1), "the account as it is now");
}

#[test]
fn whoever_was_seen_to_mean_nobody_counts_against_no_limit() {
    for reason in ["IdentityNotPinned", "ProfileNotFound", "ProfileClaimed"] {
        let mut stage = Stage::new(11, UserState::Deleted);
        assert!(held(&stage.judge()));
        stage.people[0].memory.blockers = serde_json::from_value(json!([
            {"reason": reason, "what": "", "toDo": "", "since": "2026-01-01T00:00:00Z"}
        ]))
        .unwrap();
        assert!(!held(&stage.judge()), "{reason}");
    }
}

#[test]
fn the_stricter_of_count_and_share_wins_and_an_account_that_was_not_counted_waits() {
    let cases = [
        (json!({"users": 10, "percent": 50, "per": "1h"}), 10),
        (json!({"users": 100, "percent": 5, "per": "1h"}), 5),
        (json!({"percent": 5, "per": "1h"}), 5),
        (json!({"percent": 0, "per": "1h"}), 0),
    ];
    for (limit, allowed) in cases {
        let mut stage = Stage::new(allowed, UserState::Deleted);
        stage.users = Some(119);
        stage.limit(limit.clone());
        if allowed > 0 && limit["percent"] == 5 {
            assert_eq!(stage.judge().allowed, Some(5), "rounded down");
        }
        assert!(!held(&stage.judge()));
        stage.people.push(Person::new(allowed, UserState::Deleted));
        assert!(held(&stage.judge()));
    }
    let mut stage = Stage::new(1, UserState::Deleted);
    stage.limit(json!({"percent": 5, "per": "1h"}));
    stage.users = None;
    let verdict = stage.judge();
    assert_eq!(verdict.leave("uid-0"), Leave::AccountNotCounted);
    assert!(
        stage.ledger.hold.is_none(),
        "what is not known holds nothing for good"
    );
    stage.users = Some(1000);
    assert!(matches!(stage.judge().leave("uid-0"), Leave::Within { .. }));
}

#[test]
fn what_is_kept_of_a_hold_fits_into_one_object_however_many_are_marked() {
    let mut stage = Stage::new(8, UserState::Deleted);
    stage.begin_all();
    stage
        .people
        .extend((8..3000).map(|n| Person::new(n, UserState::Deleted)));
    let verdict = stage.judge();
    assert_eq!((verdict.counted, verdict.waiting.len()), (3000, 3000));
    assert!(serde_json::to_string(&stage.ledger).unwrap().len() < 1000);
    stage.limit(json!({"percent": 100, "per": "1h"}));
    stage.users = Some(100_000);
    assert_eq!(stage.judge().allowed, Some(10_000));
}

#[test]
fn whoever_is_protected_under_legal_hold_not_due_or_done_counts_against_no_limit() {
    let changes: [fn(&mut Person); 8] = [
        |person| person.protected = true,
        |person| person.user.user_name = "Chief@acme.com".to_owned(),
        |person| person.user.user_name = "it-admin@acme.com".to_owned(),
        |person| person.user.offboarding.legal_hold = true,
        |person| person.user.effective_at = Some(at(1)),
        |person| {
            person.memory.finished = Some(Finished {
                user_id: "u".to_owned(),
                at: at(0),
                outcome: Outcome::Deleted,
            });
        },
        |person| person.user.state = UserState::Active,
        |person| {
            person.user.deletion_policy = Some(DeletionPolicy::Orphan);
            person.deletion = Some(Deletion {
                at: at(-100_000),
                cancelled: false,
            });
        },
    ];
    for (n, change) in changes.into_iter().enumerate() {
        let mut stage = Stage::new(11, UserState::Deleted);
        stage.tenant.removals.protected_users = vec!["chief@acme.com".to_owned()];
        stage.tenant.administrators.primary = "it-admin@acme.com".to_owned();
        change(&mut stage.people[0]);
        let verdict = stage.judge();
        assert!(!held(&verdict), "change {n}");
        assert_eq!(verdict.leave("uid-0"), Leave::Uncounted, "change {n}");
    }
}

#[test]
fn deleted_objects_and_assignments_count_as_removals() {
    let mut stage = Stage::new(11, UserState::Active);
    for person in &mut stage.people[..6] {
        person.gives_up = "X4";
    }
    for person in &mut stage.people[6..] {
        person.deletion = Some(Deletion {
            at: at(-100_000),
            cancelled: false,
        });
    }
    let verdict = stage.judge();
    assert!(held(&verdict));
    let removals: BTreeSet<_> = verdict.waiting.iter().map(|member| member.removal).collect();
    assert_eq!(removals, BTreeSet::from([Removal::Assignments, Removal::Delete]));
    stage.people[6].deletion = Some(Deletion {
        at: at(-100_000),
        cancelled: true,
    });
    assert!(!held(&stage.judge()), "one was cancelled");
}

#[test]
fn the_set_has_to_be_quiet_before_anything_that_cannot_be_undone() {
    let mut stage = Stage::new(1, UserState::Deleted);
    let quiet_from = |stage: &mut Stage| match stage.judge().leave("uid-0") {
        Leave::Within { quiet_from, few } => (quiet_from, few),
        other => panic!("{other:?}"),
    };
    assert_eq!(quiet_from(&mut stage), (Some(at(60)), true));
    stage.wait(50);
    assert_eq!(quiet_from(&mut stage), (Some(at(60)), true), "nothing came in");
    stage
        .people
        .extend((1..6).map(|n| Person::new(n, UserState::Deleted)));
    assert_eq!(
        quiet_from(&mut stage),
        (Some(at(110)), false),
        "more than half of the limit"
    );
    stage.restart();
    stage.wait(50);
    assert_eq!(
        quiet_from(&mut stage).0,
        Some(at(160)),
        "a new process counts once more"
    );
    stage.tenant.removals.limit = None;
    assert_eq!(quiet_from(&mut stage), (None, true));
}

#[test]
fn what_the_tenant_wants_approved_waits_within_the_limit_too() {
    for (policy, deletes, deactivates) in [
        (ApprovalPolicy::Never, false, false),
        (ApprovalPolicy::Deletions, true, false),
        (ApprovalPolicy::Always, true, true),
    ] {
        let mut stage = Stage::new(4, UserState::Deleted);
        stage.set(2..4, UserState::Deactivated);
        stage.tenant.removals.approval = policy;
        let verdict = stage.judge();
        let waits = |uid| verdict.leave(uid) == Leave::ApprovalNeeded;
        assert_eq!(
            (waits("uid-0"), waits("uid-3")),
            (deletes, deactivates),
            "{policy:?}"
        );
        let expected = 2 * usize::from(deletes) + 2 * usize::from(deactivates);
        assert_eq!(verdict.waiting.len(), expected);
        assert_eq!(verdict.state == RemovalsState::AwaitingApproval, deletes);
    }
}
