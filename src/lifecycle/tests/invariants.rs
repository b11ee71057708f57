//! The invariants of the design, one property each, over situations that are ripe for a write and then changed.
//!
//! Every plan, of these and of all other tests, is held against all of them (`oracle`); a property that needs more says
//! so itself. `ONHOOK_SCHEDULES` (`schedules`) makes these situations more in the same measure as the whole runs.

use proptest::prelude::*;
use proptest::sample::select;

use super::Change;
use super::account::Write;
use super::cases::{Case, Ripe};
use super::fixtures::at;
use super::mutations::{Mutation, clocks, held, identity, limits, mutations, policy};
use super::schedules::runner;
use crate::api::user::UserState;
use crate::api::user_status::{StepName, StepState};
use crate::lifecycle::{Look, Next, Plan, ProfileSight, Standing};

fn write(plan: &Plan) -> Option<Write> {
    match &plan.next {
        Next::Act(action) => Write::of(action),
        _ => None,
    }
}

fn deletes(plan: &Plan) -> bool {
    matches!(write(plan), Some(Write::Delete(_)))
}

/// Tries a property on any situation; the oracle is asked in all of them.
fn any_situation(ripe: Vec<Ripe>, property: impl Fn(&Case, &Plan)) {
    let strategy = (select(ripe), mutations(), clocks());
    let result = runner(1_500).run(
        &strategy,
        |(ripe, mutations, clock): (Ripe, Vec<Mutation>, i64)| {
            let mut case = ripe.case();
            case.now = at(clock);
            mutations.iter().for_each(|Mutation(_, change)| change(&mut case));
            property(&case, &case.plan());
            Ok(())
        },
    );
    result.unwrap_or_else(|error| panic!("{error}"));
}

/// A case that is ripe for this write, and is not any more after each single change.
fn each_alone(ripe: Ripe, changes: Vec<Change<Case>>) {
    assert!(write(&ripe.case().plan()).is_some(), "{ripe:?} is not ripe");
    for (name, change) in changes {
        let mut case = ripe.case();
        change(&mut case);
        let wanted = write(&ripe.case().plan());
        assert_ne!(write(&case.plan()), wanted, "{ripe:?} in spite of {name}");
    }
}

#[test]
fn every_ripe_case_is_ripe() {
    for ripe in Ripe::ALL {
        let written = write(&ripe.case().plan());
        let expected = match ripe {
            Ripe::Deactivate => matches!(written, Some(Write::Deactivate(_))),
            Ripe::Activate => matches!(written, Some(Write::Activate(_))),
            Ripe::Leave => matches!(written, Some(Write::Leave(..))),
            Ripe::Licenses => matches!(written, Some(Write::Licenses(_, None))),
            Ripe::NamedLicense => matches!(written, Some(Write::Licenses(_, Some(_)))),
            Ripe::Delete | Ripe::DeleteObject => matches!(written, Some(Write::Delete(_))),
        };
        assert!(expected, "{ripe:?}: {written:?}");
    }
}

#[test]
fn invariant_1_no_delete_while_anything_is_held() {
    each_alone(Ripe::Delete, held());
    each_alone(Ripe::DeleteObject, held());
    any_situation(vec![Ripe::Delete, Ripe::DeleteObject], |case, plan| {
        let unseen = !matches!(case.seen.profile, crate::lifecycle::ProfileSight::Seen(_));
        assert!(!(deletes(plan) && unseen));
    });
}

fn only_listed(case: &mut Case) {
    if let ProfileSight::Seen(profile) = std::mem::take(&mut case.seen.profile) {
        case.seen.profile = ProfileSight::Listed(profile);
    }
}

#[test]
fn what_depends_on_a_user_is_asked_for_with_the_whole_profile() {
    let mut case = Ripe::Licenses.case();
    (case.seen.references, case.seen.inventory) = (None, None);
    assert!(matches!(case.plan().next, Next::Look(Look::References)));
    // A look that a row of a list cannot answer would be asked for without end.
    only_listed(&mut case);
    assert!(matches!(case.plan().next, Next::Look(Look::ProfileById(_))));
}

#[test]
fn invariant_3_no_write_without_a_get_of_that_profile_in_the_same_pass() {
    for ripe in Ripe::ALL {
        each_alone(
            ripe,
            vec![("no GET", |case| case.seen.profile = Default::default())],
        );
    }
    // A row of a list is enough to leave a group, which is read by itself; nothing else is written from it.
    for ripe in Ripe::ALL.into_iter().filter(|ripe| *ripe != Ripe::Leave) {
        each_alone(ripe, vec![("only a row of a list", only_listed)]);
        let mut case = ripe.case();
        only_listed(&mut case);
        assert!(
            matches!(case.plan().next, Next::Look(Look::ProfileById(_))),
            "{ripe:?} does not ask for a GET"
        );
    }
    each_alone(
        Ripe::Leave,
        vec![("no GET of the group", |case| case.seen.groups.clear())],
    );
    any_situation(Ripe::ALL.to_vec(), |_, _| {});
}

#[test]
fn invariant_4_no_removal_of_a_protected_user_an_administrator_or_under_legal_hold() {
    for ripe in Ripe::ALL.into_iter().filter(|ripe| *ripe != Ripe::Activate) {
        each_alone(ripe, policy());
    }
    for ripe in Ripe::ALL
        .into_iter()
        .filter(|ripe| !matches!(ripe, Ripe::Activate | Ripe::NamedLicense))
    {
        each_alone(ripe, limits());
    }
    any_situation(Ripe::ALL.to_vec(), |case, plan| {
        let held = case.user.offboarding.legal_hold;
        assert!(!held || matches!(write(plan), None | Some(Write::Activate(_))));
    });
}

#[test]
fn invariant_5_no_guess_about_who_is_meant() {
    for ripe in [
        Ripe::Licenses,
        Ripe::NamedLicense,
        Ripe::Delete,
        Ripe::DeleteObject,
    ] {
        each_alone(ripe, identity());
    }
    for ripe in [Ripe::Deactivate, Ripe::Activate, Ripe::Leave] {
        let pins = ["no claim", "a claim that does not pin"];
        each_alone(
            ripe,
            identity()
                .into_iter()
                .filter(|(name, _)| !pins.contains(name))
                .collect(),
        );
    }
    any_situation(Ripe::ALL.to_vec(), |_, _| {});
}

#[test]
fn invariant_6_absence_is_never_an_instruction() {
    any_situation(Ripe::ALL.to_vec(), |case, plan| {
        let asked = case.user.state != UserState::Active || case.deletion.is_some();
        let removes = matches!(write(plan), Some(Write::Deactivate(_) | Write::Delete(_)));
        assert!(asked || !removes, "{:?}", plan.next);
    });
    each_alone(
        Ripe::DeleteObject,
        vec![
            ("a carrier that goes", |case| case.seen.carrier_going = Some(true)),
            ("a carrier that nobody looked at", |case| {
                case.seen.carrier_going = None
            }),
            ("no deletion", |case| case.deletion = None),
            ("policy Orphan", |case| {
                case.user.deletion_policy = Some(crate::api::user::DeletionPolicy::Orphan);
            }),
            ("a deletion of just now", |case| {
                case.deletion = Some(crate::lifecycle::Deletion {
                    at: at(-10),
                    cancelled: false,
                });
            }),
        ],
    );
}

#[test]
fn invariant_7_nothing_is_sent_while_a_write_is_open() {
    any_situation(Ripe::ALL.to_vec(), |_, plan| {
        assert!(plan.status.intent.is_none() || write(plan).is_none());
    });
}

#[test]
fn invariant_7_a_delete_is_not_repeated_unless_a_person_says_so() {
    let strategy = (mutations(), clocks(), any::<bool>(), 0..100_000i64);
    let result = runner(1_500).run(&strategy, |(mutations, clock, operation, age)| {
        let mut case = Ripe::Delete.case();
        case.now = at(clock);
        mutations.iter().for_each(|Mutation(_, change)| change(&mut case));
        case.memory.intent = Some(crate::api::user_status::Intent {
            id: "intent-1".to_owned(),
            step: StepName::Delete,
            user_id: super::fixtures::JANE.to_owned(),
            target: None,
            sets_status: None,
            at: at(clock - age),
            operation_id: operation.then(|| "op-1".to_owned()),
            completed_at: None,
        });
        let plan = case.plan();
        assert!(!deletes(&plan) || case.retry_intent.as_deref() == Some("intent-1"));
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn invariant_9_access_is_not_given_back_by_accident() {
    each_alone(
        Ripe::Activate,
        vec![
            ("no memory of a deactivation", |case| case.memory.steps.clear()),
            ("a deactivation that was not done", |case| {
                if let Some(step) = case.step(StepName::Deactivate) {
                    step.state = StepState::Pending;
                }
            }),
            ("a deletion", |case| {
                case.deletion = Some(crate::lifecycle::Deletion {
                    at: at(-100_000),
                    cancelled: false,
                });
            }),
            ("state deactivated", |case| {
                case.user.state = UserState::Deactivated
            }),
            ("mode Observe", |case| {
                case.tenant.mode = crate::api::tenant::Mode::Observe
            }),
            ("a suspended Tenant", |case| case.tenant.suspend = true),
        ],
    );
    any_situation(vec![Ripe::Activate], |case, plan| {
        let activates = matches!(write(plan), Some(Write::Activate(_)));
        assert!(!activates || (case.user.state == UserState::Active && case.deletion.is_none()));
    });
}

#[test]
fn a_plan_is_the_same_for_the_same_situation_and_says_why_it_does_not_go_on() {
    any_situation(Ripe::ALL.to_vec(), |case, plan| {
        let again = case.plan();
        assert_eq!(
            (&plan.status, &plan.standing, plan.wake),
            (&again.status, &again.standing, again.wake)
        );
        let stuck = matches!(plan.standing, Standing::Blocked | Standing::Stalled);
        assert!(!stuck || plan.status.blocked_by.is_some());
    });
}
