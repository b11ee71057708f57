//! What a Tenant asks of its Users, as a digest: another one is a reason to look at all of them.
//!
//! Each event of each User asks for it, so that it is made once for each generation of a Tenant.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::{Mutex, PoisonError};

use kube::ResourceExt;

use crate::api::Tenant;

/// The digests of the Tenants, as they were seen last.
#[derive(Default)]
pub(super) struct Demands(Mutex<HashMap<String, Known>>);

struct Known {
    generation: Option<i64>,
    digest: u64,
}

impl Demands {
    /// The digest of a Tenant.
    pub fn of(&self, tenant: &Tenant) -> u64 {
        let (uid, generation) = (tenant.uid().unwrap_or_default(), tenant.metadata.generation);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match known.get(&uid) {
            Some(known) if known.generation == generation => known.digest,
            _ => {
                let digest = digest(tenant);
                known.insert(uid, Known { generation, digest });
                digest
            }
        }
    }

    /// Forgets a Tenant that is gone.
    pub fn forget(&self, tenant: &Tenant) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.remove(&tenant.uid().unwrap_or_default());
    }
}

/// How fast an account may be asked, and how often it is read, is not among it: ten thousand Users that rest are not read
/// one by one over that.
fn digest(tenant: &Tenant) -> u64 {
    let mut spec = serde_json::to_value(&tenant.spec).unwrap_or_default();
    if let Some(spec) = spec.as_object_mut() {
        spec.remove("inventory");
        if let Some(api) = spec.get_mut("adminApi").and_then(|api| api.as_object_mut()) {
            api.remove("limits");
        }
    }
    BuildHasherDefault::<DefaultHasher>::default().hash_one(spec.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(change: impl FnOnce(&mut serde_json::Value)) -> Tenant {
        let mut tenant = serde_json::json!({
            "apiVersion": "onhook.dev/v1alpha1", "kind": "Tenant", "metadata": {"name": "acme"},
            "spec": {
                "adminApi": {"url": "https://account.test", "apiKeySecretRef": {"name": "acme", "key": "apiKey"}},
                "administrators": {"primary": "it-admin@acme.com"},
                "contactCenter": {"mode": "None"},
                "defaults": {"deletionPolicy": "Delete"},
            },
        });
        change(&mut tenant["spec"]);
        serde_json::from_value(tenant).unwrap()
    }

    #[test]
    fn how_fast_and_how_often_an_account_is_read_asks_nothing_of_users_at_rest() {
        let before = digest(&tenant(|_| {}));
        let slower = tenant(|spec| spec["adminApi"]["limits"] = serde_json::json!({"requestsPerMinute": 50}));
        let rarer = tenant(|spec| spec["inventory"] = serde_json::json!({"interval": "1h"}));
        assert_eq!(digest(&slower), before);
        assert_eq!(digest(&rarer), before);
        let protects =
            tenant(|spec| spec["administrators"]["secondary"] = serde_json::json!(["hr@acme.com"]));
        assert_ne!(digest(&protects), before);
        let elsewhere = tenant(|spec| spec["adminApi"]["url"] = serde_json::json!("https://other.test"));
        assert_ne!(digest(&elsewhere), before);
    }

    #[test]
    fn a_digest_is_made_anew_for_another_generation_alone() {
        let demands = Demands::default();
        let of = |generation, suspend| {
            let mut tenant = tenant(|spec| spec["suspend"] = serde_json::json!(suspend));
            tenant.metadata.generation = Some(generation);
            tenant
        };
        let before = demands.of(&of(1, false));
        assert_eq!(demands.of(&of(1, true)), before, "the same generation");
        assert_ne!(demands.of(&of(2, true)), before);
        demands.forget(&of(2, true));
        assert_eq!(demands.of(&of(2, false)), before);
    }
}
