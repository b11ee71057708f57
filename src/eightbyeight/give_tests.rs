//! Writes that give something: what goes over the wire.

use secrecy::SecretString;
use serde_json::{Value, json};

use super::{
    Account, AccountConfig,
    edit::{EditError, FullUser, UserEdit},
    stub::{Asked, Reply, Stub},
};
use crate::lifecycle::change::{
    Change, ChangeProof, CreateProof, JoinGroupProof, NewExtension, NewProfile, ProfileChange, ServiceChange,
};

async fn start() -> (Stub, Account) {
    let accepted = Reply::new(202, json!({"operationId": "op_1", "status": "PENDING"}));
    let stub = Stub::start([accepted]).await;
    let account = Account::new(AccountConfig::new(&stub.url, SecretString::from("eght_key"))).unwrap();
    (stub, account)
}

fn only(stub: &Stub) -> Asked {
    let asked = stub.asked();
    assert_eq!(asked.len(), 1);
    asked[0].clone()
}

fn jane() -> Value {
    json!({
        "basicInfo": {"userId": "U1", "userName": "jane.doe@acme.com", "firstName": "Jane", "later": 1},
        "serviceInfo": {
            "licenses": [{"id": "L1", "name": "X4"}],
            "extensions": [
                {"id": "E1", "extensionNumber": "1042", "extensionType": "UC"},
                {"id": "E2", "extensionNumber": "2042", "extensionType": "CC", "displayInDirectory": true},
            ],
        },
    })
}

fn changed(user: Value, change: Change) -> Value {
    let mut edit = edit(user);
    edit.change(&ChangeProof::for_test("U1", change)).unwrap();
    edit.body()
}

fn edit(user: Value) -> UserEdit {
    FullUser::read("U1", user, ["DID*".to_owned()].into())
        .unwrap()
        .edit()
}

#[tokio::test]
async fn a_created_profile_is_active_at_its_site_and_has_no_license() {
    let (stub, account) = start().await;
    let profile = NewProfile {
        user_name: "jane.doe@acme.com".to_owned(),
        first_name: "Jane".to_owned(),
        last_name: "Doe".to_owned(),
        primary_email: "jane.doe@acme.com".to_owned(),
        site_id: "S1".to_owned(),
        site: "Headquarters".to_owned(),
        policy_profile: Some("Standard".to_owned()),
        display_in_directory: None,
    };
    let permit = account.reserve_write().await;
    let accepted = account.create_user(permit, CreateProof::for_test(profile)).await;
    assert_eq!(accepted.unwrap().operation_id.as_deref(), Some("op_1"));
    let post = only(&stub);
    assert_eq!(
        (post.method.as_str(), post.target.as_str()),
        ("POST", "/base/users")
    );
    assert_eq!(post.header("content-type"), Some("application/vnd.users.v1+json"));
    let body = post.json();
    assert_eq!(body["basicInfo"]["status"], "ACTIVE");
    assert_eq!(
        body["basicInfo"]["site"],
        json!({"id": "S1", "name": "Headquarters"})
    );
    assert_eq!(
        body["assignmentInfo"]["profilePolicy"],
        json!({"name": "Standard"})
    );
    assert_eq!(
        (&body["serviceInfo"], &body["directoryInfo"]),
        (&Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn a_user_joins_a_ring_group_by_its_extension() {
    let (stub, account) = start().await;
    let permit = account.reserve_write().await;
    let proof = JoinGroupProof::for_test("U1", "G1", "E1");
    account.join_ring_group(permit, proof).await.unwrap();
    let post = only(&stub);
    assert_eq!(post.target, "/base/ring-groups/G1/update-members");
    assert_eq!(post.json(), json!({"add": [{"extensionId": "E1"}]}));
}

#[test]
fn a_rename_changes_the_user_name_and_nothing_else() {
    let mut expected = jane();
    expected["basicInfo"]["userName"] = json!("jane.roe@acme.com");
    assert_eq!(
        changed(jane(), Change::Rename("jane.roe@acme.com".to_owned())),
        expected
    );
}

#[test]
fn declared_values_are_set_and_the_others_stay() {
    let change = ProfileChange {
        last_name: Some("Roe".to_owned()),
        display_in_directory: Some(false),
        policy_profile: Some("Standard".to_owned()),
        extension: Some(("E1".to_owned(), "1077".to_owned())),
        ..ProfileChange::default()
    };
    let mut expected = jane();
    expected["basicInfo"]["lastName"] = json!("Roe");
    expected["directoryInfo"] = json!({"displayInDirectory": false});
    expected["assignmentInfo"] = json!({"profilePolicy": {"name": "Standard"}});
    let extension = &mut expected["serviceInfo"]["extensions"][0];
    (extension["displayInDirectory"], extension["extensionNumber"]) = (json!(false), json!("1077"));
    assert_eq!(changed(jane(), Change::Profile(Box::new(change))), expected);
}

#[test]
fn services_are_added_beside_what_is_there() {
    let services = ServiceChange {
        licenses: vec!["X2".to_owned()],
        extensions: vec![NewExtension {
            number: "1099".to_owned(),
            phone_numbers: vec!["+14085550001".to_owned()],
        }],
    };
    let added = json!({
        "extensionNumber": "1099", "extensionType": "UC", "primaryPhoneNumber": "+14085550001",
        "phoneNumbers": [{"phoneNumber": "+14085550001", "primary": true}],
    });
    let full = changed(jane(), Change::Services(services.clone()));
    assert_eq!(
        full["serviceInfo"]["licenses"],
        json!([{"id": "L1", "name": "X4"}, {"name": "X2"}])
    );
    assert_eq!(full["serviceInfo"]["extensions"][2], added);
    let mut bare = jane();
    bare["serviceInfo"] = Value::Null;
    let bare = changed(bare, Change::Services(services));
    assert_eq!(
        bare["serviceInfo"],
        json!({"licenses": [{"name": "X2"}], "extensions": [added]})
    );
}

#[test]
fn a_change_for_somebody_else_changes_nothing() {
    let mut edit = edit(jane());
    let proof = ChangeProof::for_test("U2", Change::Rename("jane.roe@acme.com".to_owned()));
    assert_eq!(edit.change(&proof), Err(EditError::OtherUser));
    assert_eq!(edit.body(), jane());
}
