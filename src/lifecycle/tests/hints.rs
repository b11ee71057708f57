//! What a row of the list hints about a write.

use jiff::{SignedDuration, Timestamp};

use crate::api::queue_assignment::QueueType;
use crate::api::user_status::{Intent, ObservedQueue, SetStatus, StepName};
use crate::lifecycle::{Hint, License, Pace, Profile, ProfileStatus, hint, is_hinted, is_late};

fn intent(step: StepName, sets_status: Option<SetStatus>) -> Intent {
    Intent {
        id: "i1".to_owned(),
        step,
        user_id: "u1".to_owned(),
        target: None,
        sets_status,
        at: Timestamp::UNIX_EPOCH,
        operation_id: Some("o1".to_owned()),
        completed_at: None,
    }
}

fn row(status: ProfileStatus, licenses: &[&str]) -> Profile {
    let license = |name: &&str| License {
        name: (*name).to_owned(),
        did: false,
        contact_center: false,
    };
    Profile {
        user_id: "u1".to_owned(),
        status,
        licenses: licenses.iter().map(license).collect(),
        ..Profile::default()
    }
}

#[test]
fn a_row_without_what_was_taken_hints_that_the_write_is_done() {
    let both = intent(StepName::Licenses, Some(SetStatus::Inactive));
    let before = row(ProfileStatus::Active, &["X4"]);
    let half = row(ProfileStatus::Inactive, &["X4"]);
    let after = row(ProfileStatus::Inactive, &[]);
    assert_eq!(hint(&both, Some(&before), true), Hint::NotYet);
    assert_eq!(hint(&both, Some(&half), true), Hint::NotYet);
    assert_eq!(hint(&both, Some(&after), true), Hint::Done);
    let deactivate = intent(StepName::Deactivate, None);
    assert_eq!(hint(&deactivate, Some(&before), true), Hint::NotYet);
    assert_eq!(hint(&deactivate, Some(&half), true), Hint::Done);
}

#[test]
fn a_row_without_the_ring_group_hints_that_it_was_left() {
    let leave = Intent {
        target: Some("rg1".to_owned()),
        ..intent(StepName::RingGroups, None)
    };
    let group = |id: &str| ObservedQueue {
        kind: QueueType::RingGroup,
        id: id.to_owned(),
        name: id.to_owned(),
    };
    let mut member = row(ProfileStatus::Inactive, &["X4"]);
    member.ring_groups = vec![group("rg1"), group("rg2")];
    assert_eq!(hint(&leave, Some(&member), true), Hint::NotYet);
    member.ring_groups.remove(0);
    assert_eq!(hint(&leave, Some(&member), true), Hint::Done);
    assert_eq!(hint(&leave, None, true), Hint::Silent);
}

#[test]
fn only_a_complete_answer_without_the_row_hints_that_the_profile_is_gone() {
    let delete = intent(StepName::Delete, None);
    let there = row(ProfileStatus::Inactive, &[]);
    assert_eq!(hint(&delete, Some(&there), true), Hint::NotYet);
    assert_eq!(hint(&delete, None, false), Hint::Silent);
    assert_eq!(hint(&delete, None, true), Hint::Done);
}

#[test]
fn a_missing_row_hints_nothing_about_a_profile_that_stays() {
    for step in [StepName::Deactivate, StepName::Licenses] {
        assert_eq!(hint(&intent(step, None), None, true), Hint::Silent);
    }
    assert!(!is_hinted(&intent(StepName::JoinRingGroups, None)));
}

#[test]
fn an_operation_that_takes_long_is_asked_about_by_itself() {
    let pace = Pace::default();
    let delete = intent(StepName::Delete, None);
    let at = |seconds| Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds);
    assert!(!is_late(&delete, &pace, at(11)));
    assert!(is_late(&delete, &pace, at(12)));
}
