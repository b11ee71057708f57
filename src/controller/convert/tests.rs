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
    assert_eq!(refusal.reason, "UserNameTaken");
    assert_eq!(
        refusal.what,
        "8x8 reported the operation op_1 as failed: VALIDATION_ERROR on basicInfo.userName."
    );
}

#[test]
fn an_operation_that_fails_without_a_known_field_is_only_failed() {
    assert_eq!(failed_with(json!([])).reason, "OperationFailed");
    let elsewhere = json!([{"code": "UNKNOWN", "field": "assignmentInfo"}]);
    assert_eq!(failed_with(elsewhere).reason, "OperationFailed");
}
