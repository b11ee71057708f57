//! A scene: an embedded account, a Tenant for it, and people in both.

use std::collections::BTreeMap;
use std::sync::Mutex;

use onhook::api::user_status::StepName;
use onhook::simulator::{Account, Config, NewAgent, NewUser, Seed, Simulator};
use onhook::testbed::judge::Journal;
use onhook::testbed::wait_until;
use serde_json::{Value, json};

use super::support::{DEADLINE, Stage, condition};

/// A person to put into the account. What is left out, every person has: a license, an extension and a number.
#[derive(Clone, Debug, Default)]
pub struct Person {
    pub name: String,
    pub device: bool,
    pub ring_groups: usize,
    pub call_queues: usize,
    pub contact_center_queues: usize,
}

impl Person {
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            device: true,
            ..Self::default()
        }
    }
}

/// An account and a Tenant for it.
pub struct Scene {
    pub stage: Stage,
    simulator: Simulator,
    /// Namespace of the Tenant and its Secrets.
    home: String,
    numbers: Mutex<BTreeMap<String, String>>,
}

fn user_name(name: &str) -> String {
    format!("{name}@acme.example")
}

impl Scene {
    /// A scene whose Tenant is in the namespace of its Users.
    pub async fn new(prefix: &str) -> Self {
        Self::set(Stage::new(prefix).await, "0s", false).await
    }

    /// A scene on a stage where whoever asks runs the operator.
    pub async fn on(stage: Stage) -> Self {
        Self::set(stage, "0s", false).await
    }

    /// A scene whose Tenant is in a namespace of its own.
    pub async fn in_own_namespace(prefix: &str) -> Self {
        Self::set(Stage::new(prefix).await, "0s", true).await
    }

    pub async fn with_deletion_delay(prefix: &str, delay: &str) -> Self {
        Self::set(Stage::new(prefix).await, delay, false).await
    }

    async fn set(stage: Stage, deletion_delay: &str, own: bool) -> Self {
        let home = if own {
            stage.cluster.namespace("home").await.unwrap()
        } else {
            stage.namespace.clone()
        };
        let config = Config::seeded(Seed::new(20, 8)).time_scale(20.0);
        let simulator = Simulator::start(config).await.unwrap();
        let scene = Self {
            stage,
            simulator,
            home,
            numbers: Mutex::default(),
        };
        scene.put_secret("apiKey").await;
        scene.put_client().await;
        scene.apply_home(&scene.tenant(deletion_delay)).await;
        scene
    }

    /// The limits are as many times the documented ones as the account is faster.
    fn tenant(&self, deletion_delay: &str) -> String {
        format!(
            "
apiVersion: onhook.dev/v1alpha1
kind: Tenant
metadata: {{name: acme}}
spec:
  mode: Enforce
  allowedNamespaces: {{matchNames: [{users}]}}
  adminApi:
    url: {admin}
    apiKeySecretRef: {{name: acme-8x8, key: apiKey}}
    limits: {{requestsPerMinute: 1900, burst: {{requests: 19, per: 1s}}, concurrentOperations: 10}}
  administrators: {{primary: admin@acme.example}}
  contactCenter:
    mode: Managed
    url: {realtime}
    tokenUrl: {token}
    credentialsSecretRef: {{name: acme-8x8-cc}}
    administrators: [agent@acme.example]
  removals: {{deletionDelay: {deletion_delay}, protectedUsers: [chief@acme.example]}}
  defaults: {{deletionPolicy: Delete}}
",
            users = if self.home == self.stage.namespace {
                "nowhere"
            } else {
                &self.stage.namespace
            },
            admin = self.simulator.account_url(),
            realtime = self.simulator.contact_center_url(),
            token = self.simulator.token_url(),
        )
    }

    async fn apply_home(&self, manifest: &str) {
        self.stage
            .cluster
            .apply(&self.home, manifest)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
    }

    /// Puts the key of the primary administrator under a key of the Secret.
    pub async fn put_secret(&self, under: &str) {
        self.put_key_under(under, &self.key("primary")).await;
    }

    pub async fn put_key(&self, key: &str) {
        self.put_key_under("apiKey", key).await;
    }

    async fn put_key_under(&self, under: &str, key: &str) {
        let data = format!("stringData: {{{under}: {key}}}");
        self.apply_home(&format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: acme-8x8}}\n{data}\n"
        ))
        .await;
    }

    async fn put_client(&self) {
        let (key, secret) = self.client();
        let data = format!("stringData: {{key: {key}, secret: {secret}}}");
        self.apply_home(&format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: acme-8x8-cc}}\n{data}\n"
        ))
        .await;
    }

    /// An API key of the account by its label.
    pub fn key(&self, label: &str) -> String {
        self.simulator.keys().api[label].clone()
    }

    fn client(&self) -> (String, String) {
        let keys = self.simulator.keys();
        (keys.contact_center_key, keys.contact_center_secret)
    }

    // What is in the account.

    fn change<T>(&self, change: impl FnOnce(&mut Account) -> T) -> T {
        self.simulator.handle().with_account(change)
    }

    /// Puts a person into the account, and gives the id of the profile.
    pub async fn person(&self, person: Person) -> String {
        let Person { name, .. } = &person;
        let number = {
            let mut numbers = self.numbers.lock().unwrap();
            let number = format!("+1555{:07}", 2_000_000 + numbers.len());
            numbers.insert(name.clone(), number.clone());
            number
        };
        let named = |kind: &str, count: usize| (0..count).map(|n| format!("{name}-{kind}-{n}")).collect();
        let agent = NewAgent {
            license: "X6-US".to_owned(),
            queues: named("cc", person.contact_center_queues),
            supervisor: true,
            ..NewAgent::default()
        };
        let new = NewUser {
            user_name: user_name(name),
            license: Some("X4-Standard-US".to_owned()),
            number: Some(number),
            device: person.device.then(|| "ACTIVE".to_owned()),
            ring_groups: named("ring", person.ring_groups),
            call_queues: named("call", person.call_queues),
            cc: (person.contact_center_queues > 0).then_some(agent),
            ..NewUser::default()
        };
        self.change(|account| account.add_user(new))
    }

    /// Puts a second profile with the same userName into the account, as no API would let one.
    pub async fn second_profile_named(&self, name: &str) {
        let new = NewUser {
            user_name: user_name(name),
            ..NewUser::default()
        };
        self.change(|account| account.add_user(new));
    }

    /// The user as the account would give it, or null.
    pub async fn profile(&self, user_id: &str) -> Value {
        self.change(|account| {
            account.profile(user_id).map_or(Value::Null, |profile| {
                serde_json::to_value(&profile.user).unwrap()
            })
        })
    }

    /// Another administrator changes a profile.
    pub async fn change_profile(&self, user_id: &str, patch: Value) {
        self.control("PATCH", &format!("/users/{user_id}"), Some(patch))
            .await;
    }

    pub fn number_of(&self, name: &str) -> String {
        self.numbers.lock().unwrap()[name].clone()
    }

    pub async fn number_status(&self, number: &str) -> String {
        self.change(|account| {
            account
                .number_status(number)
                .map_or_else(String::new, |status| status.as_str().to_owned())
        })
    }

    fn agent_id(&self, name: &str) -> String {
        self.change(|account| {
            let user_id = account.find(&user_name(name)).remove(0);
            account.contact_center.agent_of(&user_id).unwrap().id.clone()
        })
    }

    pub async fn agent_id_of(&self, name: &str) -> String {
        format!("contactCenter: {{agentId: {}}}", self.agent_id(name))
    }

    pub async fn make_contact_center_admin(&self, name: &str) {
        self.change(|account| {
            let user_id = account.find(&user_name(name)).remove(0);
            account.contact_center.administrators.insert(user_id);
        });
    }

    pub async fn leave_contact_center_queues(&self, name: &str) {
        let agent = self.agent_id(name);
        self.control("DELETE", &format!("/contact-center/agents/{agent}/queues"), None)
            .await;
    }

    pub async fn remove_contact_center_rights(&self, name: &str) {
        let agent = self.agent_id(name);
        self.control(
            "DELETE",
            &format!("/contact-center/agents/{agent}/admin-role"),
            None,
        )
        .await;
        self.control(
            "DELETE",
            &format!("/contact-center/agents/{agent}/supervisor"),
            None,
        )
        .await;
    }

    pub async fn remove_contact_center_license(&self, name: &str) {
        let agent = self.agent_id(name);
        self.control("DELETE", &format!("/contact-center/agents/{agent}/license"), None)
            .await;
    }

    /// The next call of this method on a path that begins so meets a fault.
    pub async fn fault(&self, method: &str, path: &str, effect: Value) {
        let fault = json!({"match": {"method": method, "path": format!("{path}*")}, "effect": effect});
        self.control("POST", "/faults", Some(fault)).await;
    }

    async fn control(&self, method: &str, path: &str, body: Option<Value>) -> String {
        // Another test may have chosen a provider before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let url = format!("{}{path}", self.simulator.control_url());
        let request = reqwest::Client::new().request(method.parse().unwrap(), url);
        let request = if let Some(body) = &body {
            request.json(body)
        } else {
            request
        };
        let response = request.send().await.unwrap();
        let status = response.status();
        let said = response.text().await.unwrap();
        assert!(status.is_success(), "{method} {path}: {status} {said}");
        said
    }

    // What the account saw.

    pub async fn journal(&self) -> Journal {
        let entries = self.simulator.handle().journal();
        let lines: Vec<_> = entries
            .iter()
            .map(|entry| serde_json::to_string(entry).unwrap())
            .collect();
        Journal::read(&lines.join("\n")).unwrap()
    }

    pub async fn journal_lists_no(&self, method: &str) -> bool {
        !self
            .journal()
            .await
            .entries()
            .iter()
            .any(|entry| entry.method == method)
    }

    /// That nothing in the journal breaks a rule.
    pub async fn judge(&self) {
        let agents = self.change(|account| {
            let agents = account.contact_center.agents.values();
            agents
                .map(|agent| (agent.user_id.clone(), agent.id.clone()))
                .collect()
        });
        let faults = self.journal().await.faults(&agents);
        assert!(faults.is_empty(), "{faults:#?}");
    }

    /// Waits until the profile was read so many times more.
    pub async fn looked_at(&self, user_id: &str, times: usize) {
        let about = format!("/users/{user_id}");
        let count = async || {
            let journal = self.journal().await;
            journal
                .entries()
                .iter()
                .filter(|entry| entry.method == "GET" && entry.path.ends_with(&about))
                .count()
        };
        let before = count().await;
        wait_until("the profile to be read again", DEADLINE, async || {
            let now = count().await;
            if now >= before + times {
                Ok(())
            } else {
                Err(format!("{} times", now - before))
            }
        })
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    }

    /// Waits until the operator has seen everything that was changed so far: it takes objects in the order in which they
    /// come, so a marker that comes later is seen later.
    pub async fn settled(&self) {
        for round in 0..3 {
            let name = format!("marker-{round}");
            self.declare(&name, "active", "").await;
            self.stage.blocked(&name, "ProfileNotFound").await;
        }
    }

    // What is declared.

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

    async fn declare_queue(&self, user: &str, object: &str, kind: &str, queue: &str, policy: &str) {
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

    // What is seen on the cluster.

    pub async fn tenant_is(&self, kind: &str, status: &str, reason: &str) {
        let tenants: kube::Api<onhook::api::Tenant> =
            kube::Api::namespaced(self.stage.client.clone(), &self.home);
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

    /// Runs kubectl in the namespace of the Users, and gives what it says.
    pub async fn kubectl(&self, arguments: &[&str]) -> String {
        let (done, said) = self.run_kubectl(arguments).await;
        assert!(done, "kubectl {arguments:?}: {said}");
        said
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
