use crate::api::Reason;
use serde_json::json;

use super::*;

fn failed_with(errors: serde_json::Value) -> Refusal {
    let operation = serde_json::from_value(json!({
        "operationId": "op_1", "status": "FAILED", "error": {"status": 400, "errors": errors},
    }))
    .unwrap();
    match super::operation(Some(&operation)) {
        OperationSight::Failed(refusal) => refusal,
        sight => panic!("{sight:?}"),
    }
}

#[test]
fn an_operation_that_fails_over_a_taken_name_says_so_and_shows_no_text() {
    let error =
        json!([{"code": "VALIDATION_ERROR", "field": "basicInfo.userName", "message": "jane.doe is in use"}]);
    let refusal = failed_with(error);
    assert_eq!(refusal.reason, Reason::UserNameTaken);
    assert_eq!(
        refusal.what,
        "8x8 reported the operation op_1 as failed: VALIDATION_ERROR on basicInfo.userName."
    );
}

#[test]
fn an_operation_that_fails_without_a_known_field_is_only_failed() {
    assert_eq!(failed_with(json!([])).reason, Reason::OperationFailed);
    let elsewhere = json!([{"code": "UNKNOWN", "field": "assignmentInfo"}]);
    assert_eq!(failed_with(elsewhere).reason, Reason::OperationFailed);
}

#[test]
fn an_identity_provider_and_a_fax_line_are_read_and_an_empty_provider_is_none() {
    let tenant = serde_json::from_value(json!({
        "adminApi": {"url": "https://account.test", "apiKeySecretRef": {"name": "acme", "key": "apiKey"}},
        "administrators": {"primary": "it-admin@acme.com"},
        "contactCenter": {"mode": "None"},
        "defaults": {"deletionPolicy": "Delete"},
    }))
    .unwrap();
    let read = |provider: &str, fax: serde_json::Value| {
        let user = serde_json::from_value(json!({
            "basicInfo": {"userId": "u-1", "userName": "jane", "scimProvider": provider},
            "serviceInfo": {"extensions": [{"id": "x-1", "analogFaxEnabled": fax}]},
        }))
        .unwrap();
        let profile = profile(&user, &tenant);
        (profile.scim_provider, profile.extensions[0].fax)
    };
    assert_eq!(read("okta", json!(true)), (Some("okta".to_owned()), true));
    assert_eq!(read("", json!(null)), (None, false));
}
