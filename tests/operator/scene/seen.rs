//! What is seen on the cluster.

use onhook::api::user_status::StepName;
use onhook::testbed::wait_until;
use serde_json::{Value, json};

use super::Scene;
use crate::support::{DEADLINE, condition};

impl Scene {
    pub async fn tenant_is(&self, kind: &str, status: &str, reason: &str) {
        self.tenant_in(&self.home, kind, status, reason).await;
    }

    /// Waits until a condition of the Tenant in a namespace is as asked.
    pub async fn tenant_in(&self, namespace: &str, kind: &str, status: &str, reason: &str) {
        let tenants: kube::Api<onhook::api::Tenant> =
            kube::Api::namespaced(self.stage.client.clone(), namespace);
        wait_until(
            &format!("{kind} of the Tenant to be {status}, {reason}"),
            DEADLINE,
            async || {
                let found = tenants.get("acme").await.map_err(|error| error.to_string())?;
                let conditions = found.status.map(|status| status.conditions).unwrap_or_default();
                if condition(&conditions, kind) == Some((status, reason)) {
                    Ok(())
                } else {
                    Err(format!("{conditions:?}"))
                }
            },
        )
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    }

    /// Waits until a condition of a LicenseAssignment or QueueAssignment is as asked.
    pub async fn dependant_is(&self, name: &str, kind: &str, status: &str, reason: &str) {
        let (licenses, queues) = (self.stage.licenses(), self.stage.queues());
        wait_until(
            &format!("{kind} of {name} to be {status}, {reason}"),
            DEADLINE,
            async || {
                let license = licenses.get_opt(name).await.map_err(|error| error.to_string())?;
                let queue = queues.get_opt(name).await.map_err(|error| error.to_string())?;
                let found = license
                    .and_then(|item| item.status)
                    .or_else(|| queue.and_then(|item| item.status));
                let conditions = found.map(|status| status.conditions).unwrap_or_default();
                if condition(&conditions, kind) == Some((status, reason)) {
                    Ok(())
                } else {
                    Err(format!("{conditions:?}"))
                }
            },
        )
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    }

    /// Waits until no dependant of a User is there any more.
    pub async fn dependants_gone(&self, name: &str) {
        let (licenses, queues) = (self.stage.licenses(), self.stage.queues());
        wait_until(&format!("the dependants of {name} to go"), DEADLINE, async || {
            let licenses = licenses
                .list(&Default::default())
                .await
                .map_err(|error| error.to_string())?;
            let queues = queues
                .list(&Default::default())
                .await
                .map_err(|error| error.to_string())?;
            let left = licenses
                .items
                .iter()
                .filter(|item| item.spec.user_ref.name == name)
                .count()
                + queues
                    .items
                    .iter()
                    .filter(|item| item.spec.user_ref.name == name)
                    .count();
            if left == 0 {
                Ok(())
            } else {
                Err(format!("{left} left"))
            }
        })
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    }

    pub async fn not_blocked(&self, name: &str, reason: &str) {
        self.stage
            .user(name, &format!("no longer blocked by {reason}"), |user| {
                user.status.as_ref().is_some_and(|status| {
                    status.observed_generation == user.metadata.generation
                        && !status.blockers.iter().any(|blocker| blocker.reason == reason)
                })
            })
            .await;
    }

    /// Waits for an event about an object.
    pub async fn event(&self, name: &str, note: &str) {
        wait_until(&format!("an event of {name}: {note}"), DEADLINE, async || {
            let events = self
                .kubectl(&["get", "events.events.k8s.io", "--output", "json"])
                .await;
            let events: Value = serde_json::from_str(&events).map_err(|error| error.to_string())?;
            let mut items = events["items"].as_array().into_iter().flatten();
            let found = items.any(|event| event["regarding"]["name"] == name && event["note"] == note);
            if found { Ok(()) } else { Err(events.to_string()) }
        })
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    }

    async fn operator_client(&self) -> kube::Client {
        let kubeconfig = self.stage.cluster.operator_kubeconfig().await.unwrap();
        let kubeconfig = kube::config::Kubeconfig::read_from(kubeconfig).unwrap();
        let options = Default::default();
        let config = kube::Config::from_custom_kubeconfig(kubeconfig, &options);
        kube::Client::try_from(config.await.unwrap()).unwrap()
    }

    /// A kind in the operator's own namespace, with the operator's rights.
    pub async fn as_operator<K>(&self) -> kube::Api<K>
    where
        K: kube::Resource<DynamicType = (), Scope = kube::core::NamespaceResourceScope>,
    {
        kube::Api::namespaced(self.operator_client().await, onhook::testbed::OPERATOR_NAMESPACE)
    }

    /// Writes how a User finished, as an operator of another version may: nobody else writes a status.
    pub async fn operator_finishes(&self, name: &str, finished: Value) {
        self.operator_writes_status(name, json!({ "finished": finished }))
            .await;
    }

    /// Writes a part of the status of a User, as a restore from a backup does.
    pub async fn operator_writes_status(&self, name: &str, status: Value) {
        let client = self.operator_client().await;
        let kind = kube::core::ApiResource::erase::<onhook::api::User>(&());
        let users: kube::Api<kube::core::DynamicObject> =
            kube::Api::namespaced_with(client, &self.stage.namespace, &kind);
        let patch = kube::api::Patch::Merge(json!({ "status": status }));
        let written = users.patch_status(name, &Default::default(), &patch).await;
        written.unwrap_or_else(|error| panic!("{error}"));
    }

    /// Runs kubectl in the namespace of the Users, and gives what it says.
    pub async fn kubectl(&self, arguments: &[&str]) -> String {
        let (done, said) = self.run_kubectl(arguments).await;
        assert!(done, "kubectl {arguments:?}: {said}");
        said
    }

    /// Runs `onhook records` on the cluster: whether it ended well, and what it said.
    pub async fn records(&self, arguments: &[&str]) -> (bool, String) {
        let (code, out, err) = self.onhook(&[&["records"], arguments].concat()).await;
        (code == 0, out + &err)
    }

    /// Runs a command of onhook on the cluster: its exit status, and what it wrote to both outputs.
    pub async fn onhook(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_onhook"))
            .args(arguments)
            .env("KUBECONFIG", self.stage.cluster.kubeconfig_path())
            .output()
            .await
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        (
            output.status.code().unwrap_or(-1),
            text(output.stdout),
            text(output.stderr),
        )
    }

    pub async fn kubectl_refused(&self, arguments: &[&str]) -> String {
        let (done, said) = self.run_kubectl(arguments).await;
        assert!(!done, "kubectl {arguments:?} was taken: {said}");
        said
    }

    async fn run_kubectl(&self, arguments: &[&str]) -> (bool, String) {
        let arguments = [&["--namespace", &self.stage.namespace][..], arguments].concat();
        let output = self.stage.cluster.kubectl(&arguments).await.unwrap();
        let said = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
        (
            output.status.success(),
            String::from_utf8_lossy(&said).into_owned(),
        )
    }

    /// A person looks at the account: a DELETE that was about to be sent when the operator was killed, and that never
    /// came, may be sent again (invariant 7).
    pub async fn allow_deletes_that_never_came(&self) {
        for user in self.stage.users().list(&Default::default()).await.unwrap().items {
            let Some(intent) = user.status.and_then(|status| status.intent) else {
                continue;
            };
            let lost = intent.step == StepName::Delete && intent.operation_id.is_none();
            if lost && self.journal().await.deletes(&intent.user_id) == 0 {
                let annotations = json!({"onhook.dev/retry-intent": intent.id});
                let name = user.metadata.name.unwrap();
                self.stage
                    .patch_user(&name, json!({"metadata": {"annotations": annotations}}))
                    .await;
            }
        }
    }

    /// Where the Users stand that have not ended.
    pub async fn unfinished(&self) -> Vec<String> {
        let users = self.stage.users().list(&Default::default()).await.unwrap().items;
        let line = |user: onhook::api::User| {
            let status = user.status.unwrap_or_default();
            let open = status.finished.is_none();
            open.then(|| {
                format!(
                    "{:?}: {:?}, {:?}, {:?}",
                    user.metadata.name, status.step, status.blocked_by, status.intent
                )
            })
        };
        users.into_iter().filter_map(line).collect()
    }

    /// Keys, names, addresses and numbers that no log and no event may hold.
    pub async fn secrets_and_personal_data(&self) -> Vec<String> {
        let (client_key, client_secret) = self.client();
        let mut all = vec![
            self.key("primary"),
            client_key,
            client_secret,
            "@acme.example".to_owned(),
        ];
        all.extend(self.numbers.lock().unwrap().values().cloned());
        all
    }
}
