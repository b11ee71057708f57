//! Single changes to a situation, by anybody and of anything.

use proptest::prelude::*;
use proptest::sample::select;

use super::cases::Case;
use super::fixtures::{
    GROUP, JANE, LICENSE, NAME, NUMBER, agent, at, extension, license, queue, seconds, step,
};
use crate::api::QueueType;
use crate::api::Reason;
use crate::api::tenant::{ContactCenterMode, Mode};
use crate::api::user::{Confirmation, DeletionPolicy, UserState};
use crate::api::user_status::{Finished, Intent, Outcome, StepFailure, StepName, StepState};
use crate::lifecycle::limit::Leave;
use crate::lifecycle::{
    Claim, Deletion, Dependant, DependantKind, NumberSight, OperationSight, ProfileSight, ProfileStatus,
};

/// A change, by a name that a failing property shows.
#[derive(Clone)]
pub struct Mutation(pub &'static str, pub fn(&mut Case));

impl std::fmt::Debug for Mutation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

/// Up to six changes, one after the other.
pub fn mutations() -> impl Strategy<Value = Vec<Mutation>> {
    let all: Vec<Mutation> = held()
        .into_iter()
        .chain(identity())
        .chain(policy())
        .chain(limits())
        .chain(declared())
        .chain(looks())
        .chain(memory())
        .map(|(name, change)| Mutation(name, change))
        .collect();
    prop::collection::vec(select(all), 0..6)
}

/// Clocks around everything that a case waits for.
pub fn clocks() -> impl Strategy<Value = i64> {
    prop_oneof![Just(0), -60_000..-40_000i64, -700..700i64, Just(400_000)]
}

type Changes = Vec<(&'static str, fn(&mut Case))>;

/// What the profile holds: each of these alone forbids a DELETE.
pub fn held() -> Changes {
    vec![
        ("a license", |case| {
            edit(case, |profile| profile.licenses.push(license(LICENSE)))
        }),
        ("a license of a number", |case| {
            edit(case, |profile| profile.licenses.push(license("DID-US")))
        }),
        ("a license of Contact Center", |case| {
            edit(case, |profile| profile.licenses.push(license("X8-CC")));
        }),
        ("an extension", |case| {
            edit(case, |profile| {
                profile.extensions.push(extension("x-new", &[NUMBER]))
            });
        }),
        ("an open port", |case| {
            edit(case, |profile| {
                let mut extension = extension("x-port", &[NUMBER]);
                extension.numbers[0].porting = true;
                profile.extensions.push(extension);
            });
        }),
        ("a ring group", |case| {
            edit(case, |profile| {
                profile.ring_groups.push(queue(QueueType::RingGroup, GROUP))
            });
        }),
        ("a call queue", |case| {
            edit(case, |profile| {
                profile.call_queues.push(queue(QueueType::CallQueue, "cq-new"))
            });
        }),
        ("a queue of Contact Center", |case| {
            confirmed_agent(case);
            case.seen.queues = Some(vec![queue(QueueType::ContactCenter, "q-sales")]);
        }),
        ("queues of Contact Center that nobody looked at", |case| {
            confirmed_agent(case);
            case.seen.queues = None;
        }),
        ("a place among the admins of Contact Center", |case| {
            agent(&mut case.user);
            case.seen.queues = Some(Vec::new());
            case.user.offboarding.confirmations = vec![Confirmation::ContactCenterSupervisorRemoved];
            case.tenant.contact_center.administrators = vec![NAME.to_uppercase()];
        }),
        ("supervisor rights that nobody confirmed", |case| {
            agent(&mut case.user);
            case.seen.queues = Some(Vec::new());
            case.user.offboarding.confirmations = vec![Confirmation::ContactCenterAdminRemoved];
        }),
        ("a number that is porting", |case| {
            number(case, NumberSight::Porting)
        }),
        ("a number that is assigned", |case| {
            number(case, NumberSight::Assigned)
        }),
        ("an ACTIVE status", |case| {
            edit(case, |profile| profile.status = ProfileStatus::Active)
        }),
    ]
}

/// An agent for whom everything is done that a person has to do.
fn confirmed_agent(case: &mut Case) {
    agent(&mut case.user);
    case.seen.queues = Some(Vec::new());
    case.user.offboarding.confirmations = vec![
        Confirmation::ContactCenterAdminRemoved,
        Confirmation::ContactCenterSupervisorRemoved,
    ];
}

/// Who is meant: each of these alone forbids a DELETE of a User that only its claim pins.
pub fn identity() -> Changes {
    vec![
        ("no claim", |case| case.seen.claim = Some(Claim::Nobody)),
        ("a claim that does not pin", |case| {
            case.seen.claim = Some(Claim::Mine { pins: false })
        }),
        ("a claim of another", |case| {
            case.seen.claim = Some(Claim::Other("people/other".to_owned()))
        }),
        ("a claim that nobody looked at", |case| case.seen.claim = None),
        ("a pin on another profile", |case| {
            case.user.user_id = Some("u-other".to_owned())
        }),
        ("another userName", |case| {
            edit(case, |profile| profile.user_name = "joe@acme.com".to_owned())
        }),
        ("other capitals", |case| {
            edit(case, |profile| profile.user_name = NAME.to_uppercase())
        }),
        ("no profile of the name", |case| {
            case.seen.profile = ProfileSight::NoneByName { similar: true }
        }),
        ("two profiles of the name", |case| {
            case.seen.profile = ProfileSight::SeveralByName(2)
        }),
        ("a profile that is gone", |case| {
            case.seen.profile = ProfileSight::Gone(JANE.to_owned())
        }),
        ("a profile that nobody looked at", |case| {
            case.seen.profile = ProfileSight::NotLooked
        }),
    ]
}

/// Who may not be removed, or not now: each of these alone forbids every removal.
pub fn policy() -> Changes {
    vec![
        ("mode Observe", |case| case.tenant.mode = Mode::Observe),
        ("a suspended User", |case| case.suspended = true),
        ("a suspended Tenant", |case| case.tenant.suspend = true),
        ("the primary administrator", |case| {
            case.tenant.administrators.primary = NAME.to_uppercase()
        }),
        ("a secondary administrator", |case| {
            case.tenant.administrators.secondary.push(NAME.to_owned())
        }),
        ("a protected user", |case| {
            edit(case, |profile| {
                profile.primary_email = Some("chief@acme.com".to_owned())
            });
            case.tenant
                .removals
                .protected_users
                .push("Chief@acme.com".to_owned());
        }),
        ("a label that protects", |case| case.protected = true),
        ("a legal hold", |case| case.user.offboarding.legal_hold = true),
    ]
}

/// More removals than the Tenant allows, and approvals that nobody gave: each of these alone holds a whole removal.
pub fn limits() -> Changes {
    vec![
        ("a held set", |case| case.seen.leave = Some(Leave::Held)),
        ("an approval that nobody gave", |case| {
            case.seen.leave = Some(Leave::ApprovalNeeded)
        }),
        ("an account that nobody counted", |case| {
            case.seen.leave = Some(Leave::AccountNotCounted)
        }),
        ("a removal that does not count", |case| {
            case.seen.leave = Some(Leave::Uncounted)
        }),
        ("removals that nobody counted", |case| case.seen.leave = None),
    ]
}

fn declared() -> Changes {
    vec![
        ("state active", |case| case.user.state = UserState::Active),
        ("state deactivated", |case| {
            case.user.state = UserState::Deactivated
        }),
        ("state deleted", |case| case.user.state = UserState::Deleted),
        ("effectiveAt", |case| case.user.effective_at = Some(at(300))),
        ("grace", |case| {
            case.user.offboarding.license_grace_period = "2d".parse().ok()
        }),
        ("retention", |case| {
            case.user.offboarding.retention_period = "2d".parse().ok()
        }),
        ("a pin", |case| case.user.user_id = Some(JANE.to_owned())),
        ("an agent", |case| agent(&mut case.user)),
        ("all confirmations", |case| {
            case.user.offboarding.confirmations = vec![
                Confirmation::ContactCenterAdminRemoved,
                Confirmation::ContactCenterSupervisorRemoved,
            ];
        }),
        ("a deletion", |case| delete(case, false)),
        ("a cancelled deletion", |case| delete(case, true)),
        ("policy Delete", |case| {
            case.user.deletion_policy = Some(DeletionPolicy::Delete)
        }),
        ("policy Deactivate", |case| {
            case.user.deletion_policy = Some(DeletionPolicy::Deactivate)
        }),
        ("policy Orphan", |case| {
            case.user.deletion_policy = Some(DeletionPolicy::Orphan)
        }),
        ("mode None", |case| {
            case.tenant.contact_center.mode = ContactCenterMode::None
        }),
        ("a removed license", |case| {
            dependant(case, DependantKind::License(LICENSE.to_owned()))
        }),
        ("a removed ring group", |case| {
            dependant(
                case,
                DependantKind::Queue(QueueType::RingGroup, format!("{GROUP} name")),
            );
        }),
        ("a declared queue", |case| {
            dependant(
                case,
                DependantKind::Queue(QueueType::ContactCenter, "Sales".to_owned()),
            );
        }),
    ]
}

fn looks() -> Changes {
    vec![
        ("a group that nobody looked at", |case| case.seen.groups.clear()),
        ("a group that is gone", |case| {
            case.seen.groups.insert(GROUP.to_owned(), None);
        }),
        ("empty queues", |case| case.seen.queues = Some(Vec::new())),
        ("numbers that nobody looked at", |case| case.seen.numbers = None),
        ("holders that nobody looked at", |case| {
            case.seen.numbers_of_others = None
        }),
        ("a number of another", |case| {
            case.seen.numbers_of_others = Some(vec![NUMBER.to_owned()])
        }),
        ("a carrier that goes", |case| case.seen.carrier_going = Some(true)),
        ("a carrier that nobody looked at", |case| {
            case.seen.carrier_going = None
        }),
        ("an operation at work", |case| {
            case.seen.operation = Some(OperationSight::Running)
        }),
        ("a completed operation", |case| {
            case.seen.operation = Some(OperationSight::Completed)
        }),
        ("a failed operation", |case| {
            case.seen.operation = Some(OperationSight::Failed(crate::lifecycle::Refusal {
                reason: Reason::OperationFailed,
                what: "no".to_owned(),
            }))
        }),
        ("an unknown operation", |case| {
            case.seen.operation = Some(OperationSight::Unknown)
        }),
    ]
}

fn memory() -> Changes {
    vec![
        ("no memory", |case| case.memory = Default::default()),
        ("a tombstone", |case| {
            let end = Finished {
                user_id: JANE.to_owned(),
                at: at(-10),
                outcome: Outcome::Deleted,
            };
            case.memory.finished = Some(end);
        }),
        ("a user of Contact Center", |case| {
            case.memory.contact_center_user = true
        }),
        ("an open deactivation", |case| {
            intent(case, StepName::Deactivate, Some("op-1"), -5)
        }),
        ("an open activation", |case| {
            intent(case, StepName::Activate, Some("op-1"), -5)
        }),
        ("an open license removal", |case| {
            intent(case, StepName::Licenses, Some("op-1"), -200)
        }),
        ("an open delete", |case| {
            intent(case, StepName::Delete, Some("op-1"), -5)
        }),
        ("a delete without an answer", |case| {
            intent(case, StepName::Delete, None, -300)
        }),
        ("an old delete", |case| {
            intent(case, StepName::Delete, None, -3_000)
        }),
        ("a wish to send it again", |case| {
            case.retry_intent = Some("intent-1".to_owned())
        }),
        ("a wish of another", |case| {
            case.retry_intent = Some("intent-2".to_owned())
        }),
        ("a refused delete", |case| refuse(case, StepName::Delete)),
        ("a deactivation that was done", |case| {
            case.memory
                .steps
                .push(step(StepName::Deactivate, StepState::Done, at(-90_000)));
        }),
        ("a deactivation of just now", |case| {
            if let Some(step) = case.step(StepName::Deactivate) {
                step.since = at(-5);
            }
        }),
    ]
}

fn edit(case: &mut Case, change: impl FnOnce(&mut crate::lifecycle::Profile)) {
    if let Some(profile) = case.profile() {
        change(profile);
    }
}

fn number(case: &mut Case, sight: NumberSight) {
    if let Some(numbers) = &mut case.seen.numbers {
        numbers.insert(NUMBER.to_owned(), sight);
    }
}

fn delete(case: &mut Case, cancelled: bool) {
    let at = case.now.checked_sub(seconds(100)).unwrap();
    case.deletion = Some(Deletion { at, cancelled });
}

fn dependant(case: &mut Case, kind: DependantKind) {
    case.dependants.push(Dependant {
        kind,
        remove: true,
        known: true,
    });
}

fn intent(case: &mut Case, step: StepName, operation: Option<&str>, age: i64) {
    case.memory.intent = Some(Intent {
        id: "intent-1".to_owned(),
        step,
        user_id: JANE.to_owned(),
        target: None,
        sets_status: None,
        at: at(age),
        operation_id: operation.map(str::to_owned),
        completed_at: None,
    });
}

fn refuse(case: &mut Case, name: StepName) {
    let failure = StepFailure {
        reason: Reason::OperationFailed.into(),
        what: "no".to_owned(),
        times: 3,
        retry_at: at(40),
    };
    let mut refused = step(name, StepState::Blocked, at(-10));
    refused.failure = Some(failure);
    case.memory.steps.push(refused);
}
