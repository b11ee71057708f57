use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const USER: &str = "hvOB1l3zDCaDAwp9tNLzZA";

fn full(raw: Value, did: &[&str]) -> FullUser {
    FullUser::read(USER, raw, did.iter().map(|&pattern| pattern.to_owned()).collect()).unwrap()
}

fn jane() -> Value {
    json!({
        "basicInfo": {"userId": USER, "userName": "jane.doe@acme.com", "status": "ACTIVE", "timezone": null, "new": [1, {"a": null}]},
        "directoryInfo": null,
        "serviceInfo": {
            "licenses": [
                {"id": "L1", "name": "X4-Standard-US", "grade": 3},
                {"id": "L2", "name": "DID-US"},
                {"id": "L3", "name": "Fax"},
            ],
            "extensions": [{"id": "E1", "licenseId": "L1"}, {"id": "E3", "licenseId": "L3"}, {"id": "E4"}],
            "kept": true,
        },
        "assignmentInfo": {"ringGroups": [{"id": "G1"}]},
        "futureInfo": {"x": 1},
    })
}

fn deactivate() -> DeactivateProof {
    DeactivateProof::for_test(USER)
}

fn all() -> LicenseProof {
    LicenseProof::for_test(USER, LicenseScope::All)
}

#[test]
fn setting_inactive_changes_the_status_alone() {
    let mut edit = full(jane(), &[]).edit();
    edit.set_inactive(&deactivate()).unwrap();
    let mut expected = jane();
    expected["basicInfo"]["status"] = json!("INACTIVE");
    assert_eq!(edit.body(), expected);
    let mut back = full(expected, &[]).edit();
    back.set_active(&ActivateProof::for_test(USER)).unwrap();
    assert_eq!(back.body()["basicInfo"]["status"], "ACTIVE");
}

#[test]
fn all_services_go_and_nothing_else() {
    let mut edit = full(jane(), &["DID*"]).edit();
    edit.remove_services(&all()).unwrap();
    let mut expected = jane();
    expected["serviceInfo"]["licenses"] = json!([]);
    expected["serviceInfo"]["extensions"] = json!([]);
    assert_eq!(edit.body(), expected);
}

#[test]
fn one_license_goes_with_its_extensions() {
    let mut edit = full(jane(), &["DID*"]).edit();
    edit.remove_services(&LicenseProof::for_test(
        USER,
        LicenseScope::Named("X4-Standard-US".to_owned()),
    ))
    .unwrap();
    let mut expected = jane();
    expected["serviceInfo"]["licenses"] = json!([{"id": "L3", "name": "Fax"}]);
    expected["serviceInfo"]["extensions"] = json!([{"id": "E3", "licenseId": "L3"}, {"id": "E4"}]);
    assert_eq!(edit.body(), expected);
}

#[test]
fn one_put_carries_both() {
    let mut edit = full(jane(), &[]).edit();
    edit.set_inactive(&deactivate()).unwrap();
    edit.remove_services(&all()).unwrap();
    assert_eq!(edit.body()["basicInfo"]["status"], "INACTIVE");
    assert_eq!(edit.body()["serviceInfo"]["licenses"], json!([]));
}

#[test]
fn reopening_changes_the_status_alone() {
    let mut raw = jane();
    raw["basicInfo"]["status"] = json!("INACTIVE");
    let mut edit = full(raw, &[]).edit();
    assert_eq!(
        edit.reopen(&ReactivateProof::for_test("other")),
        Err(EditError::OtherUser)
    );
    edit.reopen(&ReactivateProof::for_test(USER)).unwrap();
    assert_eq!(edit.body(), jane());
}

#[test]
fn what_is_contact_centers_is_sent_as_it_was_read() {
    let mut raw = jane();
    let service = &mut raw["serviceInfo"];
    let agent = json!({"id": "E8", "extensionType": "CC", "licenseId": "L8", "queues": {"new": 1}});
    let dedicated = json!({"id": "E9", "dedicatedAgent": true});
    service["extensions"]
        .as_array_mut()
        .unwrap()
        .extend([agent.clone(), dedicated.clone()]);
    let bound = json!({"id": "L8", "name": "Agent Seat"});
    let declared = json!({"name": "X8-US"});
    service["licenses"]
        .as_array_mut()
        .unwrap()
        .extend([bound.clone(), declared.clone()]);
    let mut edit = full(raw, &["DID*"]).edit();
    edit.remove_services(&all().keeping("X8-US")).unwrap();
    let body = edit.body();
    assert_eq!(body["serviceInfo"]["licenses"], json!([bound, declared]));
    assert_eq!(body["serviceInfo"]["extensions"], json!([agent, dedicated]));
}

#[test]
fn did_licenses_are_never_sent() {
    let body = full(jane(), &["DID*"]).edit().body();
    let mut expected = jane();
    expected["serviceInfo"]["licenses"]
        .as_array_mut()
        .unwrap()
        .remove(1);
    assert_eq!(body, expected);
}

#[test]
fn a_proof_about_another_user_changes_nothing() {
    let mut edit = full(jane(), &[]).edit();
    assert_eq!(
        edit.set_inactive(&DeactivateProof::for_test("other")),
        Err(EditError::OtherUser)
    );
    let other = LicenseProof::for_test("other", LicenseScope::All);
    assert_eq!(edit.remove_services(&other), Err(EditError::OtherUser));
    assert_eq!(
        edit.set_active(&ActivateProof::for_test("other")),
        Err(EditError::OtherUser)
    );
    assert_eq!(edit.body(), jane());
}

#[test]
fn the_body_of_another_user_is_no_user() {
    assert!(FullUser::read("other", jane(), [].into()).is_none());
}

#[test]
fn debug_shows_the_id_and_no_more() {
    let user = full(jane(), &[]);
    let row = UserRow::read(jane()).unwrap();
    let shown = format!("{user:?} {row:?} {:?}", user.clone().edit());
    assert!(shown.contains(USER));
    assert!(!shown.contains("jane"), "{shown}");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z*' ü]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("x[a-z]{1,5}", inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

/// A user as the account may send it: known fields where they are known, anything else beside them.
fn any_user() -> impl Strategy<Value = Value> {
    let licenses = prop::collection::vec((0usize..4, any_json()), 0..5);
    let extensions = prop::collection::vec((prop::option::of(0usize..4), any_json()), 0..5);
    (licenses, extensions, any_json(), any_json(), any_json()).prop_map(|(licenses, extensions, a, b, c)| {
        let names = ["X4", "DID-1", "Fax", "X2"];
        let license = |(n, extra): (usize, Value)| json!({"id": format!("L{n}"), "name": names[n], "xtra": extra});
        let extension = |(n, extra): (Option<usize>, Value)| json!({"licenseId": n.map(|n| format!("L{n}")), "xtra": extra});
        json!({
            "basicInfo": {"userId": USER, "userName": "a@b", "status": "ACTIVE", "xtra": a},
            "serviceInfo": {
                "licenses": licenses.into_iter().map(license).collect::<Vec<_>>(),
                "extensions": extensions.into_iter().map(extension).collect::<Vec<_>>(),
                "xtra": b,
            },
            "assignmentInfo": null,
            "xtra": c,
        })
    })
}

/// Where two values differ, as JSON pointers.
fn differences(a: &Value, b: &Value, at: &str, found: &mut BTreeSet<String>) {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys()) {
                let at = format!("{at}/{key}");
                match (a.get(key), b.get(key)) {
                    (Some(a), Some(b)) => differences(a, b, &at, found),
                    _ => drop(found.insert(at)),
                }
            }
        }
        _ if a != b => drop(found.insert(at.to_owned())),
        _ => {}
    }
}

// Invariant 3: what no change names goes back as it came.
proptest! {
    #[test]
    fn an_edit_loses_nothing_it_does_not_name(raw in any_user(), off in any::<bool>(), named in prop::option::of(0usize..4)) {
        let mut edit = full(raw.clone(), &["DID*"]).edit();
        let mut allowed = BTreeSet::from(["/serviceInfo/licenses".to_owned()]);
        if off {
            edit.set_inactive(&deactivate()).unwrap();
            allowed.insert("/basicInfo/status".to_owned());
        }
        let name = named.map(|n| ["X4", "DID-1", "Fax", "X2"][n]);
        if let Some(name) = name {
            edit.remove_services(&LicenseProof::for_test(USER, LicenseScope::Named(name.to_owned()))).unwrap();
            allowed.insert("/serviceInfo/extensions".to_owned());
        }
        let body = edit.body();
        let mut found = BTreeSet::new();
        differences(&raw, &body, "", &mut found);
        prop_assert!(found.is_subset(&allowed), "{found:?}");
        let kept: Vec<&Value> = raw["serviceInfo"]["licenses"].as_array().unwrap().iter()
            .filter(|license| !license["name"].as_str().unwrap().starts_with("DID"))
            .filter(|license| name.is_none_or(|name| license["name"] != name))
            .collect();
        prop_assert_eq!(body["serviceInfo"]["licenses"].as_array().unwrap().iter().collect::<Vec<_>>(), kept);
    }
}
