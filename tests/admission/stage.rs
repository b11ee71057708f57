//! A namespace with people in it: one who may write everything and has none of the verbs, and those who have them.

use std::process::Output;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use onhook::testbed::{Cluster, shared, wait_until};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

/// Long enough for a loaded machine; a test that passes never waits so long.
pub const DEADLINE: Duration = Duration::from_secs(60);
/// May write every resource of Onhook in the namespace and has `edit` there; none of the verbs.
pub const EVE: &str = "eve";
/// Has the ClusterRole onhook-administrator in the namespace.
pub const ADA: &str = "ada";
/// Another one of ADA's kind, where a test makes him so.
pub const BOB: &str = "bob";
/// Has the ClusterRole onhook-approver in the namespace.
pub const PIA: &str = "pia";
/// Has the ClusterRole onhook-viewer in the namespace.
pub const VIC: &str = "vic";
/// The operator.
pub const OPERATOR: &str = "system:serviceaccount:onhook-system:onhook";

/// Every write there is, and no verb of Onhook's own.
const WRITER: &str = "
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: onhook-test-writer}
rules:
  - apiGroups: [onhook.dev]
    resources: [users, tenants, licenseassignments, queueassignments, approvals, users/status, tenants/status,
      licenseassignments/status, queueassignments/status, approvals/status]
    verbs: [get, list, watch, create, update, patch, delete, deletecollection]
";

pub struct Stage<'a> {
    pub cluster: &'a Cluster,
    pub namespace: String,
}

/// What kubectl said, and whether it was let through.
#[derive(Debug)]
pub struct Answer {
    pub passed: bool,
    pub text: String,
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        let text = [output.stdout, output.stderr].concat();
        Self {
            passed: output.status.success(),
            text: String::from_utf8_lossy(&text).into_owned(),
        }
    }
}

impl Stage<'static> {
    /// A namespace on the shared cluster, once every policy is enforced there.
    pub async fn new(prefix: &str) -> Self {
        static READY: OnceCell<()> = OnceCell::const_new();
        let cluster = shared().await.unwrap_or_else(|error| panic!("{error}"));
        let ready = READY.get_or_init(|| async {
            cluster.install_operator_rbac().await.unwrap();
            let probe = Stage::on(cluster, "probe").await;
            probe.until_enforced().await;
            if probe.stamps().await {
                probe.until_stamped().await;
            }
        });
        ready.await;
        Stage::on(cluster, prefix).await
    }
}

impl Stage<'static> {
    /// The same, for a test of what the server writes. `None` where it is an older one that cannot.
    pub async fn stamping(prefix: &str) -> Option<Self> {
        let stage = Stage::new(prefix).await;
        if stage.stamps().await {
            return Some(stage);
        }
        eprintln!("SKIPPED: this server has no MutatingAdmissionPolicy");
        None
    }
}

impl<'a> Stage<'a> {
    pub async fn on(cluster: &'a Cluster, prefix: &str) -> Self {
        cluster.apply("default", WRITER).await.unwrap();
        let namespace = cluster.namespace(prefix).await.unwrap();
        let stage = Self { cluster, namespace };
        stage.bind(EVE, "onhook-test-writer").await;
        stage.bind(EVE, "edit").await;
        stage.bind(ADA, "onhook-administrator").await;
        stage.bind(PIA, "onhook-approver").await;
        stage.bind(VIC, "onhook-viewer").await;
        stage
    }

    /// Whether the server writes who asked.
    pub async fn stamps(&self) -> bool {
        self.cluster.can_stamp().await.unwrap()
    }

    /// Gives somebody a ClusterRole in the namespace.
    pub async fn bind(&self, user: &str, role: &str) {
        let name = format!("{}-{role}", user.replace(':', "-"));
        let kind = "rbac.authorization.k8s.io";
        let binding = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": name},
            "roleRef": {"apiGroup": kind, "kind": "ClusterRole", "name": role},
            "subjects": [{"apiGroup": kind, "kind": "User", "name": user}],
        });
        self.cluster
            .apply(&self.namespace, &binding.to_string())
            .await
            .unwrap();
    }

    /// Runs kubectl as somebody.
    pub async fn run(&self, user: &str, args: &[&str]) -> Answer {
        let (user, namespace) = (format!("--as={user}"), format!("--namespace={}", self.namespace));
        let all = [&[user.as_str(), namespace.as_str()], args].concat();
        self.cluster.kubectl(&all).await.unwrap().into()
    }

    /// Runs a kubectl command on an object as somebody.
    pub async fn send(&self, user: &str, args: &[&str], object: &Value) -> Answer {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let name = format!("object-{}.json", NUMBER.fetch_add(1, Ordering::Relaxed));
        let path = self.cluster.scratch().join(name);
        std::fs::write(&path, object.to_string()).unwrap();
        let file = path.to_string_lossy().into_owned();
        let answer = self.run(user, &[args, &["-f", &file]].concat()).await;
        std::fs::remove_file(path).unwrap();
        answer
    }

    pub async fn create(&self, user: &str, object: &Value) -> Answer {
        self.send(user, &["create"], object).await
    }

    /// Changes an object, such as `user/jane`.
    pub async fn patch(&self, user: &str, object: &str, patch: &Value) -> Answer {
        let patch = patch.to_string();
        self.run(user, &["patch", object, "--type=merge", "--patch", &patch])
            .await
    }

    pub async fn patch_status(&self, user: &str, object: &str, status: &Value) -> Answer {
        let patch = json!({ "status": status }).to_string();
        let args = [
            "patch",
            object,
            "--subresource=status",
            "--type=merge",
            "--patch",
            &patch,
        ];
        self.run(user, &args).await
    }

    /// The object as it is.
    pub async fn get(&self, object: &str) -> Value {
        self.get_as(ADA, object).await
    }

    /// The object as it is, asked for by somebody.
    pub async fn get_as(&self, user: &str, object: &str) -> Value {
        let answer = self.run(user, &["get", object, "--output=json"]).await;
        serde_json::from_str(&answer.text).unwrap_or_else(|error| panic!("{error}: {answer:?}"))
    }

    pub async fn annotation(&self, object: &str, key: &str) -> Value {
        self.get(object).await["metadata"]["annotations"][key].clone()
    }

    /// Waits until an object is gone.
    pub async fn until_gone(&self, object: &str) {
        let what = format!("{object} to be gone");
        let gone = wait_until(&what, DEADLINE, async || {
            let answer = self.run(ADA, &["get", object]).await;
            if answer.text.contains("NotFound") {
                Ok(())
            } else {
                Err(answer.text)
            }
        });
        gone.await.unwrap_or_else(|error| panic!("{error}"));
    }

    /// A person declared as active, with more in the object.
    pub async fn declare(&self, name: &str, more: Value) {
        self.create(ADA, &user(name, "active", more)).await.passes();
    }

    /// Every validating policy has refused what it is to refuse.
    pub async fn until_enforced(&self) {
        self.declare("probe", json!({})).await;
        for object in [
            user("other", "deleted", json!({})),
            license("other", "probe", "Delete"),
            tenant("https://evil.example/api"),
            approval("acme"),
        ] {
            self.until_denied(async || self.send(EVE, &["create", "--dry-run=server"], &object).await)
                .await;
        }
        // All of them dry runs: what was let through before a policy was there must not be in the way of the next try.
        let patch = async |user, patch: Value, more: &[&str]| {
            let patch = patch.to_string();
            let args = [
                "patch",
                "user/probe",
                "--type=merge",
                "--dry-run=server",
                "--patch",
                &patch,
            ];
            self.run(user, &[&args, more].concat()).await
        };
        let forged = json!({"metadata": {"annotations": {"onhook.dev/requested-by": "somebody"}}});
        self.until_denied(async || patch(ADA, forged.clone(), &[]).await)
            .await;
        let status = json!({"status": {"userId": "somebody"}});
        self.until_denied(async || patch(EVE, status.clone(), &["--subresource=status"]).await)
            .await;
        let crd = ["delete", "crd", "users.onhook.dev", "--dry-run=server"];
        self.until_denied(async || self.cluster.kubectl(&crd).await.unwrap().into())
            .await;
    }

    async fn until_denied(&self, mut probe: impl AsyncFnMut() -> Answer) {
        let denied = wait_until("a policy to be enforced", DEADLINE, async || {
            let answer = probe().await;
            let denied = answer.text.contains("denied request");
            if denied && !answer.passed {
                Ok(())
            } else {
                Err(answer.text)
            }
        });
        denied.await.unwrap_or_else(|error| panic!("{error}"));
    }

    async fn until_stamped(&self) {
        for object in [user("stamped", "active", json!({})), approval("acme")] {
            let stamped = wait_until("a stamp", DEADLINE, async || {
                let args = ["create", "--dry-run=server", "--output=json"];
                let answer = self.send(ADA, &args, &object).await;
                let stamps = [
                    "onhook.dev/requested-by\": \"ada",
                    "onhook.dev/approved-by\": \"ada",
                ];
                let found = stamps.iter().any(|stamp| answer.text.contains(stamp));
                if found { Ok(()) } else { Err(answer.text) }
            });
            stamped.await.unwrap_or_else(|error| panic!("{error}"));
        }
    }
}

impl Answer {
    #[track_caller]
    pub fn passes(&self) {
        assert!(self.passed, "{}", self.text);
    }

    /// It was refused, in these words.
    #[track_caller]
    pub fn refused(&self, words: &[&str]) {
        assert!(!self.passed, "it was let through, and should not: {}", self.text);
        for word in words {
            assert!(self.text.contains(word), "{word:?} is not in: {}", self.text);
        }
    }

    /// It was refused for want of the verb `offboard` on a User, and says who has it.
    #[track_caller]
    pub fn lacks_offboard(&self, by: &str, user: &str, what: &str) {
        let verb = format!("{by} lacks the verb offboard on users.onhook.dev \"{user}\"");
        self.refused(&[&verb, what, "The ClusterRole onhook-administrator has it"]);
    }
}

/// Puts `more` into `base`, level by level.
pub fn merged(mut base: Value, more: Value) -> Value {
    match (&mut base, more) {
        (Value::Object(fields), Value::Object(more)) => {
            for (key, value) in more {
                let before = fields.remove(&key).unwrap_or(Value::Null);
                fields.insert(key, merged(before, value));
            }
            base
        }
        (_, more) => more,
    }
}

/// A person; `more` is merged over the object.
pub fn user(name: &str, state: &str, more: Value) -> Value {
    let base = json!({
        "apiVersion": "onhook.dev/v1alpha1", "kind": "User", "metadata": {"name": name},
        "spec": {"tenantRef": {"name": "acme"}, "userName": format!("{name}@acme.example"), "state": state},
    });
    merged(base, more)
}

pub fn license(name: &str, user: &str, policy: &str) -> Value {
    json!({
        "apiVersion": "onhook.dev/v1alpha1", "kind": "LicenseAssignment", "metadata": {"name": name},
        "spec": {"userRef": {"name": user}, "license": {"name": "X4-Standard-US"}, "deletionPolicy": policy},
    })
}

pub fn queue(name: &str, user: &str, policy: &str) -> Value {
    json!({
        "apiVersion": "onhook.dev/v1alpha1", "kind": "QueueAssignment", "metadata": {"name": name},
        "spec": {"userRef": {"name": user}, "queue": {"type": "RingGroup", "name": "Front desk"},
            "deletionPolicy": policy},
    })
}

pub fn tenant(url: &str) -> Value {
    json!({
        "apiVersion": "onhook.dev/v1alpha1", "kind": "Tenant", "metadata": {"name": "acme"},
        "spec": {
            "adminApi": {"url": url, "apiKeySecretRef": {"name": "acme-8x8", "key": "apiKey"}},
            "administrators": {"primary": "admin@acme.example"},
            "contactCenter": {"mode": "None"},
            "defaults": {"deletionPolicy": "Delete"},
        },
    })
}

pub fn approval(tenant: &str) -> Value {
    json!({
        "apiVersion": "onhook.dev/v1alpha1", "kind": "Approval", "metadata": {"name": "leavers"},
        "spec": {"tenantRef": {"name": tenant}, "digest": "sha256:0123456789abcdef0123456789abcdef"},
    })
}

pub fn owned_by(uid: &str, kind: &str, name: &str) -> Value {
    let version = if kind == "User" {
        "onhook.dev/v1alpha1"
    } else {
        "v1"
    };
    json!({"metadata": {"ownerReferences": [{"apiVersion": version, "kind": kind, "name": name, "uid": uid}]}})
}
