//! Approvals: exactly the list they name, by as many people as the Tenant wants.

use super::*;
use crate::lifecycle::limit::{Accepted, Ballot, Decision, LONGEST_LIST, approved, decide, still_asked};

fn ballot(digest: &str, approver: &str) -> Ballot {
    Ballot {
        digest: digest.to_owned(),
        approver: (!approver.is_empty()).then(|| approver.to_owned()),
        expires: at(24 * HOUR),
    }
}

fn accept(stage: &mut Stage, approver: &str) -> Decision {
    let verdict = stage.judge();
    let ballot = ballot(&verdict.digest().unwrap(), approver);
    decide(&ballot, &[], &stage.tenant.removals, &verdict, stage.now)
}

#[test]
fn one_approval_lets_exactly_its_list_go() {
    let mut stage = Stage::new(500, UserState::Deleted);
    let Decision::Accepted(users) = accept(&mut stage, "bea") else {
        panic!("not accepted")
    };
    assert_eq!(users.len(), 500);
    let accepted = Accepted {
        approver: Some("bea"),
        users: &users,
    };
    stage.people.push(Person::new(500, UserState::Deleted));
    stage.approved = approved(&[accepted], &stage.tenant.removals, &stage.members());
    let verdict = stage.judge();
    assert!((0..500).all(|n| verdict.leave(&format!("uid-{n}")) == Leave::Approved));
    assert!(
        matches!(verdict.leave("uid-500"), Leave::Within { .. }),
        "another one is judged by the limit alone: {:?}",
        verdict.leave("uid-500")
    );
    assert_eq!(verdict.counted, 1);
}

#[test]
fn a_list_that_does_not_fit_into_one_approval_is_named_and_nothing_goes() {
    let mut stage = Stage::new(LONGEST_LIST + 1, UserState::Deleted);
    assert_eq!(accept(&mut stage, "bea"), Decision::TooLong);
    stage.people.pop();
    assert!(matches!(accept(&mut stage, "bea"), Decision::Accepted(_)));
}

#[test]
fn a_list_that_changed_in_any_way_needs_another_approval() {
    let changes: [fn(&mut Stage); 6] = [
        |stage| stage.people.push(Person::new(20, UserState::Deleted)),
        |stage| drop(stage.people.pop()),
        |stage| stage.set(3..4, UserState::Deactivated),
        |stage| stage.people[3].user.user_name = "another@acme.com".to_owned(),
        |stage| stage.people[3].user.user_id = Some("another".to_owned()),
        |stage| stage.people[3].uid = "created-again".to_owned(),
    ];
    for (n, change) in changes.into_iter().enumerate() {
        let mut stage = Stage::new(15, UserState::Deleted);
        let before = stage.judge().digest().unwrap();
        stage.people.reverse();
        assert_eq!(
            stage.judge().digest().as_ref(),
            Some(&before),
            "the order says nothing"
        );
        stage.people.reverse();
        change(&mut stage);
        let verdict = stage.judge();
        let decision = decide(
            &ballot(&before, "bea"),
            &[],
            &stage.tenant.removals,
            &verdict,
            at(0),
        );
        let current = verdict.digest();
        assert_eq!(decision, Decision::AnotherList { current }, "change {n}");
    }
}

#[test]
fn an_approval_expires_and_approves_nothing_where_nothing_waits() {
    let mut stage = Stage::new(15, UserState::Deleted);
    stage.wait(24 * HOUR);
    assert_eq!(accept(&mut stage, "bea"), Decision::Expired);
    let mut stage = Stage::new(5, UserState::Deleted);
    let verdict = stage.judge();
    let decision = decide(
        &ballot("sha256:0", "bea"),
        &[],
        &stage.tenant.removals,
        &verdict,
        at(0),
    );
    assert_eq!(decision, Decision::AnotherList { current: None });
}

#[test]
fn whoever_was_changed_back_is_approved_no_more() {
    let mut stage = Stage::new(15, UserState::Deleted);
    let Decision::Accepted(users) = accept(&mut stage, "bea") else {
        panic!("not accepted")
    };
    stage.set(0..1, UserState::Active);
    stage.set(1..2, UserState::Deactivated);
    stage.people[2].memory.finished = Some(Finished {
        user_id: "u".to_owned(),
        at: at(0),
        outcome: Outcome::Deleted,
    });
    stage.people.pop();
    let candidates: Vec<_> = stage.people.iter().map(Person::candidate).collect();
    let left = still_asked(&stage.tenant, &users, &candidates);
    assert_eq!(left.len(), 12);
    assert!(
        !left
            .iter()
            .any(|item| ["uid-0", "uid-1", "uid-14"].contains(&item.uid.as_str()))
    );
}

#[test]
fn four_eyes_want_two_people_and_automation_or_nobody_is_none() {
    // Who asked, who approves, who else approves, and whether that is enough.
    let cases = [
        (Some("ada"), "bea", "", true),
        (Some("ada"), "ada", "", false),
        (Some("ada"), "ada", "bea", true),
        (Some("argocd"), "bea", "", false),
        (Some("argocd"), "bea", "cem", true),
        (Some("argocd"), "bea", "bea", false),
        (Some("argocd"), "bea", "argocd", false),
        (None, "bea", "", false),
        (None, "bea", "cem", true),
        (Some("ada"), "", "", false),
        (None, "", "", false),
    ];
    for (asked, approves, also, enough) in cases {
        let mut stage = Stage::new(15, UserState::Deleted);
        stage.tenant.removals.four_eyes = true;
        stage.tenant.removals.automation = vec!["argocd".to_owned()];
        for person in &mut stage.people {
            person.requested_by = asked;
        }
        let verdict = stage.judge();
        let digest = verdict.digest().unwrap();
        let others = [ballot(&digest, also)];
        let decision = decide(
            &ballot(&digest, approves),
            &others,
            &stage.tenant.removals,
            &verdict,
            at(0),
        );
        let accepted = matches!(decision, Decision::Accepted(_));
        assert_eq!(
            accepted, enough,
            "{asked:?} asked, {approves:?} and {also:?} approve"
        );
        if let Decision::Accepted(users) = decision {
            let alone = Accepted {
                approver: Some(approves),
                users: &users,
            };
            let second = Accepted {
                approver: (!also.is_empty()).then_some(also),
                users: &users,
            };
            let members = stage.members();
            let both = approved(&[alone.clone(), second], &stage.tenant.removals, &members);
            assert_eq!(both.len(), 15);
            let one = approved(&[alone], &stage.tenant.removals, &members);
            let stays = asked == Some("ada") && approves != "ada";
            assert_eq!(one.len(), if stays { 15 } else { 0 }, "one of two was withdrawn");
        }
    }
}

#[test]
fn an_approval_names_the_assignments_that_are_given_up() {
    let mut stage = Stage::new(1, UserState::Active);
    stage.tenant.removals.approval = ApprovalPolicy::Always;
    stage.people[0].gives_up = "Sales";
    let before = stage.judge().digest().unwrap();
    stage.people[0].gives_up = "Sales\nX8";
    assert_ne!(stage.judge().digest().unwrap(), before);
}

#[test]
fn nobody_is_taken_for_the_one_who_asked_for_the_end_of_an_assignment() {
    let mut stage = Stage::new(1, UserState::Active);
    stage.tenant.removals.approval = ApprovalPolicy::Always;
    stage.tenant.removals.four_eyes = true;
    stage.people[0].gives_up = "X8";
    assert_eq!(accept(&mut stage, "bea"), Decision::SecondPerson);
    stage.people[0].user.state = UserState::Deleted;
    assert!(
        matches!(accept(&mut stage, "bea"), Decision::Accepted(_)),
        "ada asked for this"
    );
}
