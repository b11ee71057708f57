//! Those whom the documents speak of: somebody in every state that a page is about.

use std::time::Duration;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::api::ListParams;
use kube::{Api, Client, ResourceExt};
use onhook::api::{Tenant, User};
use onhook::simulator::{Account, NewUser, Seed, Simulator};
use onhook::testbed::wait_until;

/// Long enough for a loaded machine.
pub const DEADLINE: Duration = Duration::from_secs(120);

/// The userName of who is deleted without an answer.
pub const UNANSWERED: &str = "unanswered@acme.example";

/// The account of the examples, with those whom the documents name.
pub fn account() -> Account {
    let mut account = Seed::new(200, 1).account();
    for (name, inactive) in [
        ("admin@acme.example", false),
        ("jane.doe@acme.example", false),
        (UNANSWERED, false),
        ("john.roe@acme.example", true),
    ] {
        account.add_user(NewUser {
            user_name: name.to_owned(),
            license: Some("X4-Standard-US".to_owned()),
            inactive,
            ..NewUser::default()
        });
    }
    account
}

/// A manifest with the addresses and keys of the embedded account in the place of 8x8's.
pub fn in_place(text: &str, account: &Simulator) -> String {
    let keys = account.keys();
    let own = format!("adminApi:\n    url: {}\n", account.account_url());
    text.replace("    url: https://api.8x8.com/admin-provisioning\n", "")
        .replace("adminApi:\n", &own)
        .replace(
            "https://api.8x8.com/analytics/cc/v5/realtime-metrics",
            &account.contact_center_url(),
        )
        .replace("https://api.8x8.com/oauth/v2/token", &account.token_url())
        .replace("replace-me-with-a-client-key", &keys.contact_center_key)
        .replace("replace-me-with-a-client-secret", &keys.contact_center_secret)
}

/// The values of the chart onhook-tenant, of an account that is enforced and whose limit is five.
pub fn values(account: &Simulator) -> String {
    let text = "\
access:
  administrators: [{kind: Group, name: telephony}]
  approvers: [{kind: Group, name: human-resources}]
spec:
  mode: Enforce
  allowedNamespaces: {matchNames: [people]}
  adminApi:
    apiKeySecretRef: {name: acme-8x8, key: apiKey}
  administrators: {primary: admin@acme.example}
  contactCenter:
    mode: Managed
    url: https://api.8x8.com/analytics/cc/v5/realtime-metrics
    tokenUrl: https://api.8x8.com/oauth/v2/token
    credentialsSecretRef: {name: acme-8x8-cc}
  removals: {limit: {users: 5, per: 1h, quietPeriod: 5s}, deletionDelay: 3s}
  defaults: {deletionPolicy: Delete}
";
    in_place(text, account)
}

/// Manifests of people who are declared active by their userNames.
pub fn declared(people: &[(String, String)]) -> String {
    let one = |(name, user_name): &(String, String)| {
        format!(
            "apiVersion: onhook.dev/v1alpha1\nkind: User\nmetadata: {{name: {name}, namespace: people}}\nspec:\n  \
             tenantRef: {{name: acme, namespace: acme-8x8}}\n  userName: {user_name}\n  state: active\n"
        )
    };
    people.iter().map(one).collect::<Vec<_>>().join("---\n")
}

/// What people who may read records have.
pub const RIGHTS: &str = "
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: platform}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: platform}]
---
apiVersion: v1
kind: Namespace
metadata: {name: onhook-system}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: auditors, namespace: onhook-system}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: onhook-viewer}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: auditors}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: record-key, namespace: onhook-system}
rules: [{apiGroups: [''], resources: [secrets], resourceNames: [onhook-record-key], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: record-key, namespace: onhook-system}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: record-key}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: auditors}]
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: servicemonitors.monitoring.coreos.com}
spec:
  group: monitoring.coreos.com
  scope: Namespaced
  names: {plural: servicemonitors, singular: servicemonitor, kind: ServiceMonitor, listKind: ServiceMonitorList}
  versions:
    - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
";

/// The cluster as its objects say it.
pub struct Stands {
    pub client: Client,
}

impl Stands {
    /// The User of this name, wherever it is.
    pub async fn user(&self, name: &str) -> Option<User> {
        let all = Api::<User>::all(self.client.clone());
        let named = ListParams::default().fields(&format!("metadata.name={name}"));
        // Nobody has one before the CRDs are there.
        all.list(&named).await.ok()?.items.pop()
    }

    /// Waits until a User says this of itself.
    pub async fn until_user(&self, name: &str, what: &str, is: impl Fn(&User) -> bool) -> User {
        let what = format!("the User {name} to be {what}");
        let looked = wait_until(&what, DEADLINE, async || match self.user(name).await {
            Some(user) if is(&user) => Ok(user),
            user => Err(format!("{:?}", user.and_then(|user| user.status))),
        });
        looked.await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Waits until the Ready condition of a User has this reason, and the User was looked at.
    pub async fn until(&self, name: &str, reason: &str) {
        let is = |user: &User| {
            let status = user.status.as_ref();
            status.is_some_and(|status| {
                status.observed_generation == user.metadata.generation && ready(&status.conditions) == reason
            })
        };
        self.until_user(name, reason, is).await;
    }

    /// Waits until the Tenant says this of itself.
    pub async fn until_tenant(&self, what: &str, is: impl Fn(&Tenant) -> bool) {
        let all = Api::<Tenant>::all(self.client.clone());
        let what = format!("the Tenant to {what}");
        let looked = wait_until(&what, DEADLINE, async || {
            let tenants = all.list(&ListParams::default()).await.unwrap().items;
            let tenant = tenants.into_iter().find(|tenant| tenant.name_any() == "acme");
            match tenant {
                Some(tenant) if is(&tenant) => Ok(()),
                tenant => Err(format!("{:?}", tenant.and_then(|tenant| tenant.status))),
            }
        });
        looked.await.unwrap_or_else(|error| panic!("{error}"));
    }

    /// How many removals of the Tenant wait for an Approval.
    pub async fn waiting(&self) -> i32 {
        let all = Api::<Tenant>::all(self.client.clone());
        let tenants = all.list(&ListParams::default()).await.unwrap().items;
        let tenant = tenants.iter().find(|tenant| tenant.name_any() == "acme");
        tenant.map_or(0, waiting)
    }

    pub async fn until_tenant_ready(&self) {
        let is = |tenant: &Tenant| {
            let status = tenant.status.as_ref();
            status.is_some_and(|status| status.conditions.iter().any(is_ready))
        };
        self.until_tenant("be Ready", is).await;
    }
}

/// How many removals wait for an Approval, as the Tenant says it.
pub fn waiting(tenant: &Tenant) -> i32 {
    let removals = tenant.status.as_ref().and_then(|status| status.removals.as_ref());
    let waiting = removals.and_then(|removals| removals.waiting.as_ref());
    waiting.map_or(0, |waiting| waiting.count)
}

fn is_ready(condition: &Condition) -> bool {
    condition.type_ == "Ready" && condition.status == "True"
}

fn ready(conditions: &[Condition]) -> &str {
    let ready = conditions.iter().find(|condition| condition.type_ == "Ready");
    ready.map_or("", |ready| &ready.reason)
}
