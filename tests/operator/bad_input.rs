//! Bad input: each gives a condition that a person understands, and nothing is sent to the account.

use super::support::{Stage, condition};

fn user(name: &str, tenant: &str) -> String {
    format!(
        r#"
apiVersion: onhook.dev/v1alpha1
kind: User
metadata: {{name: {name}}}
spec:
  tenantRef: {{name: {tenant}}}
  userName: {name}@acme.example
  state: deactivated
"#
    )
}

#[tokio::test]
async fn a_tenant_that_is_not_there() {
    let stage = Stage::new("no-tenant").await;
    stage.apply(&user("somebody", "missing")).await;
    let user = stage.blocked("somebody", "TenantNotFound").await;
    let status = user.status.unwrap();
    assert_eq!(
        condition(&status.conditions, "Ready"),
        Some(("False", "TenantNotFound"))
    );
    assert!(
        status.blockers[0]
            .what
            .contains(&format!("{}/missing", stage.namespace)),
        "{:?}",
        status.blockers
    );
}
