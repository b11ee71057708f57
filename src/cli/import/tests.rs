use serde_json::{Value, json};

use super::*;
use crate::api::{LicenseAssignment, QueueAssignment, QueueType, User, UserState};
use crate::cli::snapshot::tests::{of_rows, tenant};

fn row(id: &str, user_name: &str) -> Value {
    json!({"basicInfo": {"userId": id, "userName": user_name, "status": "ACTIVE"}})
}

/// The documents of the one person in a row.
fn documents(rows: Value) -> (Vec<Value>, documents::Written) {
    let tenant = tenant();
    let snapshot = of_rows(rows);
    let profiles = profiles(&tenant, &snapshot);
    let names = names::of_users(&profiles, &HashMap::new());
    let people = people::people(&profiles, &names, &snapshot);
    let place = Place {
        namespace: Some("people".to_owned()),
        tenant: TenantRef {
            name: "acme".to_owned(),
            namespace: Some("acme-8x8".to_owned()),
        },
    };
    let written = documents::write(&people[0], &place, &Names::of(&people)).unwrap();
    (serde_saphyr::from_multiple(&written.text).unwrap(), written)
}

#[test]
fn a_person_is_a_user_with_what_it_holds() {
    let mut jane = row("hv1", "jane.doe@acme.com");
    jane["basicInfo"]["status"] = json!("INACTIVE");
    jane["basicInfo"]["firstName"] = json!("Jane");
    jane["serviceInfo"] = json!({
        "licenses": [{"name": "X4-Standard-US"}, {"name": "DID-US"}, {"name": "X4-Standard-US"}],
        "extensions": [{"id": "e1", "extensionNumber": "0123", "extensionType": "UC"}],
    });
    jane["assignmentInfo"] = json!({
        "profilePolicy": {"name": "Standard"},
        "ringGroups": [{"id": "g1", "name": "Sales"}],
        "ucCallQueues": [{"id": "q1", "name": "Sales"}],
    });
    let (found, written) = documents(json!([jane]));
    assert!(written.left_out.is_empty());
    let user: User = serde_json::from_value(found[0].clone()).unwrap();
    assert_eq!(user.name_any(), "jane-doe");
    assert_eq!(user.namespace().as_deref(), Some("people"));
    assert_eq!(user.spec.state, UserState::Deactivated);
    assert_eq!(user.spec.user_id.as_deref(), Some("hv1"));
    let profile = user.spec.profile.unwrap();
    assert_eq!(profile.extension.as_deref(), Some("0123"));
    assert_eq!(profile.first_name.as_deref(), Some("Jane"));
    assert_eq!(profile.policy_profile.as_deref(), Some("Standard"));
    let license: LicenseAssignment = serde_json::from_value(found[1].clone()).unwrap();
    assert_eq!(license.name_any(), "jane-doe-x4-standard-us");
    assert_eq!(license.spec.user_ref.name, "jane-doe");
    let call: QueueAssignment = serde_json::from_value(found[2].clone()).unwrap();
    assert_eq!(call.name_any(), "jane-doe-call-queue-sales");
    assert_eq!(call.spec.queue.kind, QueueType::CallQueue);
    let ring: QueueAssignment = serde_json::from_value(found[3].clone()).unwrap();
    assert_eq!(ring.name_any(), "jane-doe-ring-group-sales");
    assert_eq!(found.len(), 4);
}

#[test]
fn what_a_custom_resource_cannot_hold_is_left_out_and_told() {
    let mut zoe = row("hv1", "zoe@acme.com");
    zoe["basicInfo"]["firstName"] = json!("Zoë");
    zoe["basicInfo"]["lastName"] = json!("");
    zoe["serviceInfo"] = json!({
        "licenses": [{"name": "X".repeat(129)}],
        "extensions": [{"extensionNumber": "1"}, {"extensionNumber": "2"}],
    });
    let (found, written) = documents(json!([zoe]));
    assert_eq!(written.left_out, ["firstName", "licenses"]);
    assert_eq!(found.len(), 1);
    assert!(found[0]["spec"].get("profile").is_none(), "nothing is left of it");
}

#[test]
fn texts_that_look_like_something_else_stay_texts() {
    for text in [
        "yes",
        "no",
        "on",
        "null",
        "~",
        "true",
        "1042",
        "0123",
        "0x1F",
        "1e3",
        "1_000",
        "12:30:45",
        "2026-11-27",
        "2026-11-27T10:00:00Z",
        ".5",
        "a: b",
        "a #b",
        "- a",
        "[a]",
        "{a}",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
        "`a",
        "'a'",
        "\"a\"",
        "|",
        ">",
        "?",
        "a:",
        "x'y\\z",
        "=",
        "<<",
        " lead",
        "trail ",
        "Zürich",
        "\u{1f600}",
    ] {
        let mut user = row("1042", "0123");
        user["basicInfo"]["site"] = json!({"name": text});
        user["assignmentInfo"] = json!({"ringGroups": [{"id": "1", "name": text}]});
        let (found, _) = documents(json!([user]));
        assert_eq!(found[0]["spec"]["profile"]["site"], text);
        assert_eq!(found[0]["spec"]["userId"], "1042");
        assert_eq!(found[0]["spec"]["userName"], "0123");
        assert_eq!(found[1]["spec"]["queue"]["name"], text);
    }
    let long = "word ".repeat(25) + "end";
    let mut user = row("1", "jane@acme.com");
    user["basicInfo"]["site"] = json!({"name": &long[..128]});
    assert_eq!(
        documents(json!([user])).0[0]["spec"]["profile"]["site"],
        &long[..128]
    );
}

#[test]
fn who_has_the_same_name_but_for_case_is_said_to() {
    let (found, written) = documents(json!([row("2", "Jane@acme.com"), row("1", "jane@acme.com")]));
    assert_eq!(found.len(), 1);
    assert!(
        written.text.starts_with("# The userName is also that of jane-"),
        "{}",
        written.text
    );
}

#[test]
fn a_status_that_nobody_knows_is_no_reason_to_deactivate() {
    let mut jane = row("1", "jane@acme.com");
    jane["basicInfo"]["status"] = json!("PAUSED\nstate: deleted");
    let (found, written) = documents(json!([jane]));
    assert_eq!(found[0]["spec"]["state"], "active");
    assert!(
        written
            .text
            .contains("# 8x8 shows the status PAUSEDstate: deleted, which")
    );
}

#[test]
fn a_profile_without_an_id_is_nobody_that_can_be_pinned() {
    let tenant = tenant();
    let snapshot = of_rows(json!([{"basicInfo": {"userName": "jane@acme.com"}}, row("1", "two words")]));
    let profiles = profiles(&tenant, &snapshot);
    let names = names::of_users(&profiles, &HashMap::new());
    assert!(people::people(&profiles, &names, &snapshot).is_empty());
}
