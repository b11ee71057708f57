//! What is declared.

use serde_json::{Value, json};

use super::{Person, Scene, user_name};

impl Scene {
    pub async fn declare(&self, name: &str, state: &str, more: &str) {
        self.declare_as(name, name, state, more).await;
    }

    pub async fn declare_as(&self, object: &str, person: &str, state: &str, more: &str) {
        self.stage
            .apply(&self.manifest(object, person, state, "acme", &self.home, more))
            .await;
    }

    /// Declares an object under another person's name.
    pub async fn rename_declared(&self, object: &str, person: &str) {
        self.stage
            .patch_user(object, json!({"spec": {"userName": user_name(person)}}))
            .await;
    }

    pub async fn declare_for_tenant(&self, name: &str, tenant: &str) {
        self.stage
            .apply(&self.manifest(name, name, "deactivated", tenant, &self.home, ""))
            .await;
    }

    pub async fn declare_for_tenant_in(&self, name: &str, tenant: &str, namespace: &str) {
        self.stage
            .apply(&self.manifest(name, name, "deactivated", tenant, namespace, ""))
            .await;
    }

    fn manifest(
        &self,
        object: &str,
        person: &str,
        state: &str,
        tenant: &str,
        home: &str,
        more: &str,
    ) -> String {
        format!(
            "
apiVersion: onhook.dev/v1alpha1
kind: User
metadata: {{name: {object}}}
spec:
  tenantRef: {{name: {tenant}, namespace: {home}}}
  userName: {}
  state: {state}
  {more}
",
            user_name(person)
        )
    }

    pub async fn set_state(&self, name: &str, state: &str) {
        self.stage
            .patch_user(name, json!({"spec": {"state": state}}))
            .await;
    }

    /// Changes the states of several Users at once.
    pub async fn set_states(&self, names: &[&str], state: &str) {
        let manifests: Vec<_> = names
            .iter()
            .map(|name| self.manifest(name, name, state, "acme", &self.home, ""))
            .collect();
        self.stage.apply(&manifests.join("---")).await;
    }

    /// People of these names, declared `active` and seen to be. Gives their ids.
    pub async fn known(&self, names: &[impl AsRef<str>]) -> Vec<String> {
        let names: Vec<_> = names.iter().map(AsRef::as_ref).collect();
        let mut ids = Vec::new();
        for name in &names {
            ids.push(self.person(Person::named(name)).await);
        }
        self.set_states(&names, "active").await;
        for name in &names {
            self.stage.ready(name, "Active").await;
        }
        ids
    }

    /// A license, a ring group and a call queue of a person.
    pub async fn declare_dependants(&self, name: &str) {
        self.declare_license(name, "X4-Standard-US").await;
        for (suffix, kind, queue) in [
            ("group", "RingGroup", format!("{name}-ring-0")),
            ("queue", "CallQueue", format!("{name}-call-0")),
        ] {
            self.declare_queue(name, &format!("{name}-{suffix}"), kind, &queue, "Orphan")
                .await;
        }
    }

    pub async fn declare_license(&self, name: &str, license: &str) {
        let spec = format!("{{userRef: {{name: {name}}}, license: {{name: {license}}}}}");
        self.declare_dependant("LicenseAssignment", &format!("{name}-license"), &spec)
            .await;
    }

    /// A ring group of a person, by its number.
    pub async fn declare_group(&self, name: &str, number: usize, policy: &str) {
        let object = format!("{name}-group-{number}");
        self.declare_queue(name, &object, "RingGroup", &self.group_of(name, number), policy)
            .await;
    }

    pub fn group_of(&self, name: &str, number: usize) -> String {
        format!("{name}-ring-{number}")
    }

    pub async fn declare_queue(&self, user: &str, object: &str, kind: &str, queue: &str, policy: &str) {
        let spec = format!(
            "{{userRef: {{name: {user}}}, queue: {{type: {kind}, name: {queue}}}, deletionPolicy: {policy}}}"
        );
        self.declare_dependant("QueueAssignment", object, &spec).await;
    }

    async fn declare_dependant(&self, kind: &str, object: &str, spec: &str) {
        let head = format!("apiVersion: onhook.dev/v1alpha1\nkind: {kind}\nmetadata: {{name: {object}}}");
        self.stage.apply(&format!("{head}\nspec: {spec}\n")).await;
    }

    pub async fn patch_tenant(&self, patch: Value) {
        let arguments = [
            "--namespace",
            &self.home,
            "patch",
            "tenant",
            "acme",
            "--type=merge",
            "--patch",
        ];
        let patch = patch.to_string();
        let output = self
            .stage
            .cluster
            .kubectl(&[&arguments[..], &[patch.as_str()]].concat())
            .await
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
