//! The chain holds, and every change of it shows.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{ChainError, RecordKey, ended, events, facts, is_due, names_end, opens, stands_in};
use crate::api::offboarding_record::{EntryKind, Noted, OffboardingRecordSpec, RecordEntry, RecordedPerson};
use crate::api::user_status::UserStatus;

fn key() -> RecordKey {
    RecordKey::new(vec![7; 32])
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn chain() -> Vec<RecordEntry> {
    let mut entries = Vec::new();
    let drafts = [
        (
            EntryKind::Opened,
            facts([("goal", "Delete".to_owned()), ("user", key().hash("jane"))]),
        ),
        (
            EntryKind::Intended,
            facts([("step", "Deactivate".to_owned()), ("intent", "i1".to_owned())]),
        ),
        (EntryKind::Accepted, facts([("operation", "o1".to_owned())])),
        (
            EntryKind::Refused,
            facts([("reason", "AccountRefused".to_owned())]),
        ),
        (EntryKind::Verified, facts([("step", "Deactivate".to_owned())])),
        (EntryKind::Ended, facts([("outcome", "Deleted".to_owned())])),
    ];
    for (n, (kind, facts)) in drafts.into_iter().enumerate() {
        let at = at(n as i64);
        key().append(&mut entries, Noted { at, kind, facts });
    }
    entries
}

#[test]
fn a_chain_holds_with_its_key_and_with_no_other() {
    let entries = chain();
    assert_eq!(key().verify(&entries, Some("Deleted")), Ok(()));
    assert_eq!(key().verify(&entries, None), Err(ChainError::Outcome(6)));
    assert_eq!(key().verify(&[], None), Err(ChainError::Empty));
    assert!(
        RecordKey::new(vec![8; 32])
            .verify(&entries, Some("Deleted"))
            .is_err()
    );
    assert_ne!(key().hash("jane"), RecordKey::new(vec![8; 32]).hash("jane"));
}

#[test]
fn any_change_of_any_entry_shows_and_names_it() {
    let changes: [fn(&mut RecordEntry); 6] = [
        |entry| entry.at = at(1_000),
        |entry| entry.seq += 1,
        |entry| entry.kind = EntryKind::Opened,
        |entry| drop(entry.facts.insert("user".to_owned(), "another".to_owned())),
        |entry| drop(entry.facts.pop_first()),
        |entry| entry.seal = "0".repeat(64),
    ];
    for n in 0..chain().len() {
        for (which, change) in changes.into_iter().enumerate() {
            let mut entries = chain();
            change(&mut entries[n]);
            if entries == chain() {
                continue;
            }
            let (seq, kind, at) = (entries[n].seq, entries[n].kind, entries[n].at);
            let expected = Err(ChainError::Broken { seq, kind, at });
            assert_eq!(
                key().verify(&entries, Some("Deleted")),
                expected,
                "entry {n}, change {which}"
            );
        }
    }
}

#[test]
fn an_entry_that_is_taken_out_or_put_elsewhere_shows() {
    for n in 0..chain().len() - 1 {
        let mut entries = chain();
        entries.remove(n);
        assert!(key().verify(&entries, Some("Deleted")).is_err());
        let mut entries = chain();
        entries.swap(n, n + 1);
        assert!(key().verify(&entries, Some("Deleted")).is_err());
    }
    // Taken off the end it shows by the outcome, or by the seal that was logged.
    let mut entries = chain();
    entries.pop();
    assert_eq!(
        key().verify(&entries, Some("Deleted")),
        Err(ChainError::Outcome(5))
    );
}

/// A record that was opened by `ann`, with what is foreseen.
fn record() -> OffboardingRecordSpec {
    let person = RecordedPerson {
        user: "people/jane".to_owned(),
        user_name: "jane@acme.example".to_owned(),
        requested_by: "ann".to_owned(),
        losses: vec!["Lost: voicemail".to_owned()],
        ..RecordedPerson::default()
    };
    let opened = facts([
        ("goal", "Deactivate".to_owned()),
        ("userUid", "uid-of-jane".to_owned()),
        ("user", key().hash(&person.user)),
        ("userName", key().hash(&person.user_name)),
        ("requestedBy", key().hash(&person.requested_by)),
        ("approvedBy", key().hashes(&person.approved_by)),
        ("losses", key().hashes(&person.losses)),
    ]);
    let mut record = OffboardingRecordSpec {
        user_uid: "uid-of-jane".to_owned(),
        person: Some(person),
        outcome: None,
        entries: Vec::new(),
    };
    let (at, kind, facts) = (at(0), EntryKind::Opened, opened);
    key().append(&mut record.entries, Noted { at, kind, facts });
    record
}

/// What is asked for changes: by whom, and who approved.
fn amend(record: &mut OffboardingRecordSpec, goal: &str, by: &str, approved_by: &[&str]) {
    let person = RecordedPerson {
        requested_by: by.to_owned(),
        approved_by: approved_by.iter().map(|name| (*name).to_owned()).collect(),
        ..RecordedPerson::default()
    };
    key().amend(record, goal, person, at(1));
}

#[test]
fn what_is_asked_for_later_by_whom_and_who_approved_is_noted_once() {
    let mut record = record();
    amend(&mut record, "Deactivate", "ann", &[]);
    assert_eq!(record.entries.len(), 1, "nothing changed");
    amend(&mut record, "Delete", "bob", &["pia"]);
    amend(&mut record, "Delete", "bob", &["pia"]);
    amend(&mut record, "Delete", "bob", &[]);
    assert_eq!(record.entries.len(), 2, "noted once, and an approval stays");
    amend(&mut record, "Assignments", "ann", &["pia", "pat"]);
    let goals: Vec<_> = record
        .entries
        .iter()
        .map(|entry| entry.facts["goal"].as_str())
        .collect();
    assert_eq!(
        goals,
        ["Deactivate", "Delete", "Active"],
        "somebody who is to stay after all"
    );
    let person = record.person.clone().unwrap();
    assert_eq!(person.requested_by, "ann");
    assert_eq!(person.later_requested_by, ["bob"]);
    assert_eq!(person.approved_by, ["pia", "pat"]);
    assert_eq!(key().verify_record("uid-of-jane-1", &record), Ok(()));
}

#[test]
fn what_stands_beside_a_chain_and_was_changed_is_named() {
    fn person(record: &mut OffboardingRecordSpec) -> &mut RecordedPerson {
        record.person.as_mut().unwrap()
    }
    let mut good = record();
    amend(&mut good, "Delete", "bob", &["pia"]);
    let name = "uid-of-jane-1";
    type Edit = fn(&mut OffboardingRecordSpec);
    let edits: [(&str, i32, Edit); 9] = [
        ("userUid", 1, |record| record.user_uid = "uid".to_owned()),
        ("the User", 1, |record| {
            person(record).user = "people/joe".to_owned()
        }),
        ("userName", 1, |record| {
            person(record).user_name = "joe@acme.example".to_owned()
        }),
        ("who asked", 1, |record| {
            person(record).requested_by = "eve".to_owned()
        }),
        ("what was foreseen", 1, |record| person(record).losses.clear()),
        ("who approved", 2, |record| {
            person(record).approved_by = vec!["eve".to_owned()]
        }),
        ("who approved", 2, |record| person(record).approved_by.clear()),
        ("who asked later", 2, |record| {
            person(record).later_requested_by.clear()
        }),
        ("who asked later", 2, |record| {
            person(record).later_requested_by.push("eve".to_owned())
        }),
    ];
    for (what, seq, edit) in edits {
        let mut record = good.clone();
        edit(&mut record);
        let expected = Err(ChainError::Beside { what, seq });
        assert_eq!(key().verify_record(name, &record), expected);
    }
    let renamed = key().verify_record("uid-of-joe-1", &good);
    let what = "the name of the record";
    assert_eq!(renamed, Err(ChainError::Beside { what, seq: 1 }));
    good.person = None;
    assert_eq!(key().verify_record(name, &good), Ok(()), "names may be erased");
}

#[test]
fn no_two_lists_of_facts_have_one_seal() {
    let one = facts([("a", "bc".to_owned())]);
    let other = facts([("ab", "c".to_owned())]);
    let mut chains = [Vec::new(), Vec::new()];
    for (entries, facts) in chains.iter_mut().zip([one, other]) {
        let (at, kind) = (at(0), EntryKind::Verified);
        key().append(entries, Noted { at, kind, facts });
    }
    assert_ne!(chains[0][0].seal, chains[1][0].seal);
}

fn status(value: serde_json::Value) -> UserStatus {
    serde_json::from_value(value).unwrap()
}

#[test]
fn every_write_is_noted_before_it_and_with_what_became_of_it_and_once() {
    let step = |state: &str, more: serde_json::Value| {
        let mut step = json!({"name": "Deactivate", "state": state, "since": "2026-01-01T00:00:00Z"});
        step.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        step
    };
    let intent = json!({"id": "i1", "step": "Deactivate", "userId": "u", "at": "2026-01-01T00:00:00Z"});
    let mut accepted = intent.clone();
    accepted["operationId"] = json!("o1");
    let walk = [
        status(json!({})),
        status(json!({"steps": [step("Running", json!({}))], "intent": intent})),
        status(json!({"steps": [step("Running", json!({}))], "intent": accepted})),
        status(json!({"steps": [step("Done", json!({"operationId": "o1"}))]})),
    ];
    let kinds: Vec<_> = walk
        .windows(2)
        .flat_map(|pair| events(&pair[0], &pair[1], at(0)))
        .map(|noted| noted.kind)
        .collect();
    assert_eq!(
        kinds,
        [EntryKind::Intended, EntryKind::Accepted, EntryKind::Verified]
    );
    assert!(opens(&walk[0], &walk[1]) && !opens(&walk[1], &walk[2]));
    assert!(events(&walk[1], &walk[1], at(0)).is_empty());
    // The process ended between the record and the status: it is not noted twice.
    let mut entries = Vec::new();
    let again = [1, 2].map(|second| events(&walk[0], &walk[1], at(second)));
    // What waited in the status has its time as its name.
    let waited = [&walk[2]; 2].map(|before| events(before, &walk[3], at(3)));
    for noted in again.into_iter().chain(waited).flatten() {
        if !stands_in(&noted, &entries) {
            key().append(&mut entries, noted);
        }
    }
    assert_eq!(entries.len(), 2);
    let failure =
        json!({"reason": "AccountRefused", "what": "no", "times": 1, "retryAt": "2026-01-01T00:00:00Z"});
    let refused = status(json!({"steps": [step("Blocked", json!({"failure": failure}))]}));
    assert_eq!(events(&walk[1], &refused, at(0))[0].kind, EntryKind::Refused);
}

#[test]
fn what_was_noted_waits_while_one_write_follows_the_other_and_not_before_a_delete_nor_where_the_run_stops() {
    let write = |id: &str, step: &str| {
        let intent = json!({"id": id, "step": step, "userId": "u", "at": "2026-01-01T00:00:00Z"});
        status(json!({"record": "r-1", "intent": intent}))
    };
    let (licenses, delete) = (write("i2", "Licenses"), write("i3", "Delete"));
    let stopped = status(json!({"record": "r-1"}));
    let first = UserStatus {
        record: None,
        ..write("i1", "Deactivate")
    };
    assert!(is_due(&status(json!({})), &first), "the record is opened");
    assert!(!is_due(&write("i1", "Deactivate"), &licenses));
    assert!(is_due(&licenses, &delete));
    assert!(!is_due(&delete, &delete), "it was accepted");
    assert!(is_due(&licenses, &stopped));
    assert!(
        is_due(&stopped, &licenses),
        "who approved it meanwhile is said before"
    );
    let mut asked_anew = licenses.clone();
    asked_anew.observed_generation = Some(2);
    assert!(is_due(&licenses, &asked_anew));
    let mut blocked = licenses.clone();
    let blocker =
        json!({"reason": "OutcomeUnknown", "what": "", "toDo": "", "since": "2026-01-01T00:00:00Z"});
    blocked.blockers = vec![serde_json::from_value(blocker).unwrap()];
    assert!(is_due(&licenses, &blocked), "nobody knows how it ended");
    assert!(is_due(&blocked, &licenses));
    let mut full = licenses.clone();
    full.unrecorded = vec![events(&stopped, &licenses, at(0)).remove(0); 32];
    assert!(is_due(&licenses, &full));
}

#[test]
fn the_end_of_a_run_is_told_by_its_status() {
    let ready = |status_: &str, reason: &str| {
        status(json!({"conditions": [{
            "type": "Ready", "status": status_, "reason": reason, "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z",
        }]}))
    };
    assert_eq!(ended(&ready("True", "Deactivated")), Some("Deactivated"));
    assert_eq!(ended(&ready("True", "Active")), Some("Active"));
    assert_eq!(ended(&ready("True", "Scheduled")), None);
    assert_eq!(ended(&ready("False", "Active")), None);
    let finished = json!({"finished": {"userId": "u", "at": "2026-01-01T00:00:00Z", "outcome": "Deleted"}});
    assert_eq!(ended(&status(finished)), Some("Deleted"));
}

#[test]
fn names_are_erased_so_long_after_the_end_and_never_while_a_record_is_open() {
    let kept = SignedDuration::from_secs(100);
    let mut record = OffboardingRecordSpec {
        user_uid: "u".to_owned(),
        person: Some(RecordedPerson::default()),
        outcome: Some("Deleted".to_owned()),
        entries: chain(),
    };
    assert_eq!(names_end(&record, kept), Some(at(105)));
    assert_eq!(names_end(&record, SignedDuration::MAX), None);
    record.entries.pop();
    assert_eq!(names_end(&record, kept), None);
    record.entries = chain();
    record.person = None;
    assert_eq!(names_end(&record, kept), None);
}
