//! A stage for one measurement: a control plane, an account with its limits, a Tenant for it, and the operator.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures::{StreamExt, TryStreamExt, stream};
use kube::Client;
use kube::api::{Api, Patch, PatchParams, PostParams};
use onhook::api::{Tenant, User};
use onhook::simulator::{Account, Config, Entry, Handle, Settings, Simulator};
use onhook::testbed::{Cluster, Options as ClusterOptions, wait_until};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::Outcome;
use crate::operator::Operator;

/// Where Users and Tenant are.
pub const NAMESPACE: &str = "people";
/// How many creations and changes are sent at the same time.
const IN_FLIGHT: usize = 32;
/// Longer than any run of a size that is asked for.
const PATIENCE: Duration = Duration::from_secs(4 * 3600);

/// An account that was not called for so long is quiet.
const QUIET: Duration = Duration::from_secs(5);
const QUIET_WITHIN: Duration = Duration::from_secs(600);

/// Limits that are not met, for what comes before a measurement.
const WIDE: usize = 100_000;

/// Everything that a measurement stands on.
pub struct Stage {
    /// The cluster.
    pub cluster: Cluster,
    /// Its administrator.
    pub client: Client,
    /// The account.
    pub simulator: Simulator,
    scale: u32,
}

impl Stage {
    /// Starts a control plane and an account, which has no limits until [`Self::begin`], and declares the Tenant.
    /// `interval` is that of the inventory, in time of the account.
    ///
    /// # Errors
    /// One of them cannot be started.
    pub async fn start(account: Account, scale: u32, interval: Duration) -> Outcome<Self> {
        let options = ClusterOptions {
            audit: true,
            ..ClusterOptions::default()
        };
        let cluster = Cluster::start(options).await?;
        cluster.install_operator_rbac().await?;
        let client = cluster.client().await?;
        let config = Config {
            settings: Settings {
                requests_per_minute: WIDE,
                requests_per_ten_seconds: WIDE,
                ..Settings::default()
            },
            ..Config::of(account).time_scale(f64::from(scale))
        };
        let simulator = Simulator::start(config).await?;
        let stage = Self {
            cluster,
            client,
            simulator,
            scale,
        };
        let namespace = format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {NAMESPACE}}}\n");
        stage.cluster.apply("default", &namespace).await?;
        stage.cluster.apply(NAMESPACE, &stage.tenant(interval)).await?;
        Ok(stage)
    }

    fn tenant(&self, interval: Duration) -> String {
        let key = self.simulator.keys().get("primary").to_owned();
        let interval = interval / self.scale;
        let wide = json!({"requestsPerMinute": WIDE, "burst": {"requests": WIDE, "per": "1s"}});
        let spec = json!({
            "mode": "Enforce",
            "allowedNamespaces": {"matchNames": ["nowhere"]},
            "adminApi": {
                "url": self.simulator.account_url(),
                "apiKeySecretRef": {"name": "acme-8x8", "key": "apiKey"},
                "limits": wide,
            },
            "administrators": {"primary": "admin@acme.example"},
            "contactCenter": {"mode": "None"},
            "inventory": {"interval": format!("{}s", interval.as_secs().max(1))},
            "removals": {
                "deletionDelay": "0s",
                "limit": {"users": 10_000, "per": "1h", "quietPeriod": "1s"},
            },
            "defaults": {"deletionPolicy": "Delete"},
        });
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: acme-8x8}}\nstringData: {{apiKey: {key}}}\n---\n\
             apiVersion: onhook.dev/v1alpha1\nkind: Tenant\nmetadata: {{name: acme}}\nspec: {spec}\n"
        )
    }

    /// From now on the documented limits hold, in the Tenant and then in the account, each in its own time.
    ///
    /// # Errors
    /// The Tenant cannot be changed, or is not ready again.
    pub async fn begin(&self) -> Outcome<()> {
        let limits = limits();
        let patch = json!({"spec": {"adminApi": {"limits": limits}}});
        let tenants: Api<Tenant> = self.api();
        tenants
            .patch("acme", &PatchParams::default(), &Patch::Merge(patch))
            .await?;
        self.tenant_is_ready().await?;
        // Until what was sent without limits has left the windows of the account: the operator keeps to the limits by then.
        tokio::time::sleep(self.wall(Duration::from_secs(61))).await;
        let documented = Settings::default();
        self.handle().with_settings(|settings| {
            settings.requests_per_minute = documented.requests_per_minute;
            settings.requests_per_ten_seconds = documented.requests_per_ten_seconds;
        });
        Ok(())
    }

    /// Waits until the account was read as the Tenant is declared now.
    ///
    /// # Errors
    /// It is not read in time.
    pub async fn tenant_is_ready(&self) -> Outcome<()> {
        let tenants: Api<Tenant> = self.api();
        wait_until("the Tenant to be ready", Duration::from_secs(300), async || {
            let tenant = tenants.get("acme").await.map_err(|error| error.to_string())?;
            let status = tenant.status.unwrap_or_default();
            let ready = status
                .conditions
                .iter()
                .any(|one| one.type_ == "Ready" && one.status == "True");
            match ready && status.observed_generation == tenant.metadata.generation {
                true => Ok(()),
                false => Err(format!("{:?}", status.conditions)),
            }
        })
        .await?;
        Ok(())
    }

    /// Starts the operator.
    ///
    /// # Errors
    /// It does not get ready.
    pub async fn operator(&self, name: &str) -> Outcome<Operator> {
        Operator::start(&self.cluster, name, self.scale).await
    }

    /// The account, directly.
    pub fn handle(&self) -> Handle {
        self.simulator.handle()
    }

    /// Objects of a kind.
    pub fn api<K>(&self) -> Api<K>
    where
        K: kube::Resource<DynamicType = (), Scope = kube::core::NamespaceResourceScope>,
    {
        Api::namespaced(self.client.clone(), NAMESPACE)
    }

    /// Wall time of a time of the account.
    pub fn wall(&self, account: Duration) -> Duration {
        account / self.scale
    }

    /// Time of the account that passes in wall time.
    pub fn account_time(&self, wall: Duration) -> Duration {
        wall * self.scale
    }

    /// Declares Users of these profiles, many at the same time.
    ///
    /// # Errors
    /// The server refuses one.
    pub async fn declare(&self, people: &[Person], state: &str) -> Outcome<()> {
        self.declare_with(people, state, &json!({})).await
    }

    /// The same with `spec.offboarding`.
    ///
    /// # Errors
    /// The server refuses one.
    pub async fn declare_with(&self, people: &[Person], state: &str, offboarding: &Value) -> Outcome<()> {
        let manifest = |person: &Person| {
            let mut spec = json!({
                "tenantRef": {"name": "acme"}, "userName": person.user_name(), "state": state,
            });
            if offboarding.as_object().is_some_and(|map| !map.is_empty()) {
                spec["offboarding"] = offboarding.clone();
            }
            object("User", &person.name, &spec)
        };
        self.create::<User>(people.iter().map(manifest).collect()).await
    }

    /// Creates objects, many at the same time.
    ///
    /// # Errors
    /// The server refuses one.
    pub async fn create<K>(&self, manifests: Vec<Value>) -> Outcome<()>
    where
        K: kube::Resource<DynamicType = (), Scope = kube::core::NamespaceResourceScope>
            + DeserializeOwned
            + serde::Serialize
            + Clone
            + std::fmt::Debug,
    {
        let (api, all) = (self.api::<K>(), manifests.len());
        let created = stream::iter(manifests)
            .map(|manifest| {
                let api = api.clone();
                async move {
                    let object: K = serde_json::from_value(manifest)?;
                    api.create(&PostParams::default(), &object).await?;
                    Ok::<_, Box<dyn std::error::Error>>(())
                }
            })
            .buffer_unordered(IN_FLIGHT);
        let counted = created.enumerate().map(|(done, result)| {
            if (done + 1) % 10_000 == 0 {
                eprintln!("bench: {} of {all} objects declared", done + 1);
            }
            result
        });
        counted.try_collect::<()>().await
    }

    /// Changes the state of Users, many at the same time.
    ///
    /// # Errors
    /// The server refuses one.
    pub async fn set_state(&self, people: &[Person], state: &str) -> Outcome<()> {
        let users: Api<User> = self.api();
        let patch = Patch::Merge(json!({"spec": {"state": state}}));
        stream::iter(people)
            .map(|person| {
                let (users, patch) = (users.clone(), patch.clone());
                async move { users.patch(&person.name, &PatchParams::default(), &patch).await }
            })
            .buffer_unordered(IN_FLIGHT)
            .try_for_each(async |_| Ok(()))
            .await?;
        Ok(())
    }

    /// Waits until so many Users are as asked, with progress on the screen.
    ///
    /// # Errors
    /// They never are.
    pub async fn until(&self, what: &str, many: usize, is: impl Fn(&User) -> bool) -> Outcome<()> {
        let users: Api<User> = self.api();
        let pause = Duration::from_millis(match many {
            0..200 => 500,
            200..2000 => 2_000,
            _ => 10_000,
        });
        let end = tokio::time::Instant::now() + PATIENCE;
        let mut told = tokio::time::Instant::now();
        loop {
            let now = users.list(&Default::default()).await?;
            let count = now.items.iter().filter(|user| is(user)).count();
            if count >= many {
                return Ok(());
            }
            if told.elapsed() > Duration::from_secs(15) {
                eprintln!("bench: {count} of {many} are {what}");
                told = tokio::time::Instant::now();
            }
            if tokio::time::Instant::now() > end {
                return Err(format!("only {count} of {many} are {what}").into());
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// Waits until so many Users are known to be active, as they are declared.
    ///
    /// # Errors
    /// They never are.
    pub async fn adopted(&self, many: usize) -> Outcome<()> {
        self.until("adopted", many, is_ready).await?;
        self.quiet().await
    }

    /// Waits until no call was made for a while: what was declared late is looked at as well.
    async fn quiet(&self) -> Outcome<()> {
        let end = Instant::now() + QUIET_WITHIN;
        let mut last = self.last_call();
        loop {
            tokio::time::sleep(QUIET).await;
            match std::mem::replace(&mut last, self.last_call()) {
                before if before == last => return Ok(()),
                _ if Instant::now() > end => return Err("the account is called again and again".into()),
                _ => {}
            }
        }
    }

    /// The number of the last call so far.
    pub fn last_call(&self) -> u64 {
        self.handle().journal_after(0).last().map_or(0, |entry| entry.seq)
    }

    /// The calls since then.
    pub fn calls_since(&self, seq: u64) -> Vec<Entry> {
        self.handle().journal_after(seq)
    }

    /// Writes of the operator to the cluster since a place in the audit log, without Leases: how many of which kind.
    ///
    /// # Errors
    /// The audit log cannot be read.
    pub fn kube_writes_since(&self, place: usize) -> Outcome<BTreeMap<String, usize>> {
        let log = self.audit_log()?;
        let mut writes = BTreeMap::new();
        for kind in log
            .get(place..)
            .unwrap_or(&log)
            .lines()
            .filter_map(write_of_operator)
        {
            *writes.entry(kind).or_default() += 1;
        }
        Ok(writes)
    }

    /// The present end of the audit log.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn audit_end(&self) -> Outcome<usize> {
        Ok(self.audit_log()?.len())
    }

    fn audit_log(&self) -> Outcome<String> {
        Ok(std::fs::read_to_string(self.cluster.scratch().join("audit.log"))?)
    }
}

/// The documented limits.
fn limits() -> Value {
    json!({"requestsPerMinute": 100, "burst": {"requests": 20, "per": "10s"}})
}

/// The kind of a write that a line of the audit log tells of, if the operator made it and it was done.
fn write_of_operator(line: &str) -> Option<String> {
    let event = serde_json::from_str::<Value>(line).ok()?;
    let of_operator = event["user"]["username"]
        .as_str()
        .is_some_and(|name| name.ends_with(":onhook-system:onhook"));
    let verb = event["verb"].as_str().unwrap_or_default();
    let write = matches!(
        verb,
        "create" | "update" | "patch" | "delete" | "deletecollection"
    );
    let done = event["responseStatus"]["code"]
        .as_u64()
        .is_some_and(|code| code < 300);
    let resource = event["objectRef"]["resource"].as_str().unwrap_or_default();
    let part = event["objectRef"]["subresource"].as_str();
    let of = part.map_or(resource.to_owned(), |part| format!("{resource}/{part}"));
    (of_operator && write && done && resource != "leases").then(|| format!("{verb} {of}"))
}

/// A manifest of `onhook.dev`.
pub fn object(kind: &str, name: &str, spec: &Value) -> Value {
    json!({
        "apiVersion": "onhook.dev/v1alpha1", "kind": kind,
        "metadata": {"name": name, "namespace": NAMESPACE}, "spec": spec,
    })
}

/// Whether a User is Ready as it is declared now.
pub fn is_ready(user: &User) -> bool {
    user.status.as_ref().is_some_and(|status| {
        let ready = |one: &k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition| {
            one.type_ == "Ready" && one.status == "True"
        };
        status.observed_generation == user.metadata.generation && status.conditions.iter().any(ready)
    })
}

/// Whether the run of a User came to its end.
pub fn has_ended(user: &User) -> bool {
    user.status
        .as_ref()
        .is_some_and(|status| status.finished.is_some())
}

/// A person of the account.
#[derive(Clone, Debug)]
pub struct Person {
    /// Name of the User object.
    pub name: String,
    /// Id of the profile.
    pub id: String,
}

impl Person {
    /// The login name.
    pub fn user_name(&self) -> String {
        format!("{}@acme.example", self.name)
    }
}
