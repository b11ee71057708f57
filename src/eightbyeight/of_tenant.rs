//! From a Tenant and what its Secrets hold to the configuration of its account.

use std::time::Duration;

use secrecy::SecretString;

use super::{AccountConfig, AgentStatusConfig, ContactCenterConfig, LimitsConfig, QualityConfig};
use crate::api::tenant::{AdminApi, ContactCenter, ContactCenterMode, Limits, TenantSpec};

/// What the Secrets of a Tenant hold.
#[derive(Clone, Debug)]
pub struct AccountKeys {
    /// The API key.
    pub api_key: SecretString,
    /// Key and secret of the OAuth client of Contact Center, where they are at hand.
    pub contact_center: Option<(SecretString, SecretString)>,
    /// The Action Request Token of the Agent Status API, where it is at hand.
    pub agent_status: Option<SecretString>,
}

impl AccountKeys {
    /// The API key alone.
    pub fn new(api_key: SecretString) -> Self {
        Self {
            api_key,
            contact_center: None,
            agent_status: None,
        }
    }
}

impl AccountConfig {
    /// What a Tenant says of its account. A part whose key is not at hand is left out.
    pub fn of_tenant(tenant: &TenantSpec, keys: AccountKeys) -> Self {
        let AdminApi {
            url,
            limits,
            did_licenses,
            ..
        } = &tenant.admin_api;
        let center = &tenant.contact_center;
        let managed = center.mode == ContactCenterMode::Managed;
        let client = keys.contact_center.filter(|_| managed);
        let token = keys.agent_status.filter(|_| managed);
        Self {
            limits: self::limits(limits),
            did_licenses: did_licenses.clone(),
            contact_center: client.map(|(key, secret)| contact_center(center, key, secret)),
            agent_status: token.and_then(|token| agent_status(center, token)),
            ..Self::new(url, keys.api_key)
        }
    }
}

fn limits(limits: &Limits) -> LimitsConfig {
    let default = LimitsConfig::default();
    LimitsConfig {
        requests_per_minute: unsigned(limits.requests_per_minute),
        burst_requests: unsigned(limits.burst.requests),
        burst_per: Duration::try_from(limits.burst.per.as_duration()).unwrap_or(default.burst_per),
        concurrent_operations: unsigned(limits.concurrent_operations),
        ..default
    }
}

fn contact_center(center: &ContactCenter, key: SecretString, secret: SecretString) -> ContactCenterConfig {
    let quality = center.quality_management.as_ref().map(|api| QualityConfig {
        url: api.url.clone(),
        pbx: api.pbx.clone(),
    });
    ContactCenterConfig {
        url: center.url.clone(),
        token_url: center.token_url.clone(),
        key,
        secret,
        tenant_info: center.tenant_info.clone(),
        quality,
    }
}

fn agent_status(center: &ContactCenter, token: SecretString) -> Option<AgentStatusConfig> {
    let api = center.agent_status.as_ref()?;
    Some(AgentStatusConfig {
        url: api.url.clone(),
        tenant_name: api.tenant_name.clone(),
        token,
    })
}

fn unsigned(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn config(contact_center: Value, client: bool) -> AccountConfig {
        let tenant: TenantSpec = serde_json::from_value(json!({
            "adminApi": {
                "url": "https://account.test", "apiKeySecretRef": {"name": "acme", "key": "apiKey"},
                "limits": {"requestsPerMinute": 50, "burst": {"requests": 5, "per": "20s"}},
                "didLicenses": ["Number*"],
            },
            "administrators": {"primary": "it-admin@acme.com"},
            "contactCenter": contact_center,
            "defaults": {"deletionPolicy": "Delete"},
        }))
        .unwrap();
        let keys = AccountKeys {
            contact_center: client.then(|| ("key".into(), "secret".into())),
            agent_status: Some("token".into()),
            ..AccountKeys::new("api-key".into())
        };
        AccountConfig::of_tenant(&tenant, keys)
    }

    #[test]
    fn an_account_is_what_its_tenant_says() {
        let config = config(json!({"mode": "None"}), true);
        assert_eq!(config.admin_url, "https://account.test");
        assert_eq!(config.did_licenses, ["Number*"]);
        let LimitsConfig {
            requests_per_minute,
            burst_requests,
            burst_per,
            ..
        } = config.limits;
        let expected = (50, 5, Duration::from_secs(20));
        assert_eq!((requests_per_minute, burst_requests, burst_per), expected);
        assert!(config.contact_center.is_none() && config.agent_status.is_none());
    }

    #[test]
    fn a_part_whose_key_is_not_at_hand_is_left_out() {
        let center = json!({
            "mode": "Managed", "credentialsSecretRef": {"name": "cc"}, "tenantInfo": "acme01",
            "qualityManagement": {"url": "https://quality.test", "pbx": "acme"},
            "agentStatus": {"url": "https://status.test", "tenantName": "acme", "tokenSecretRef": {"name": "t", "key": "k"}},
        });
        let without = config(center.clone(), false);
        assert!(without.contact_center.is_none());
        let with = config(center, true).contact_center.unwrap();
        assert_eq!(with.tenant_info.as_deref(), Some("acme01"));
        assert_eq!(with.quality.unwrap().pbx, "acme");
        assert_eq!(without.agent_status.unwrap().tenant_name, "acme");
    }
}
