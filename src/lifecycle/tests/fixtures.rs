//! A tenant, a user and a profile that each test starts from and changes.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::api::QueueType;
use crate::api::tenant::TenantSpec;
use crate::api::user::{Confirmation, ContactCenterIdentity, UserSpec, UserState};
use crate::api::user_status::{ObservedQueue, StepName, StepState, StepStatus};
use crate::lifecycle::{Device, Extension, Group, GroupMember, HeldNumber, License, Profile, ProfileStatus};

pub const JANE: &str = "u-jane";
pub const NAME: &str = "jane.doe@acme.com";
pub const LICENSE: &str = "X4-Standard-US";
pub const NUMBER: &str = "+14085550100";
pub const GROUP: &str = "rg-support";
pub const AGENT: &str = "ag-jane";

/// The time at which every test begins, and so many seconds after it.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

pub fn seconds(count: i64) -> SignedDuration {
    SignedDuration::from_secs(count)
}

pub fn tenant() -> TenantSpec {
    serde_json::from_value(json!({
        "mode": "Enforce",
        "adminApi": {"url": "https://account.test", "apiKeySecretRef": {"name": "acme", "key": "apiKey"}},
        "administrators": {"primary": "it-admin@acme.com", "secondary": ["hr-admin@acme.com"]},
        "contactCenter": {"mode": "Managed", "credentialsSecretRef": {"name": "acme-cc"}},
        "inventory": {"interval": "1d"},
        "removals": {"deletionDelay": "15m", "protectedUsers": ["ceo@acme.com"]},
        "defaults": {"deletionPolicy": "Delete"},
    }))
    .unwrap()
}

pub fn user(state: UserState) -> UserSpec {
    serde_json::from_value(json!({"tenantRef": {"name": "acme"}, "userName": NAME, "state": state})).unwrap()
}

/// What makes a spec that of a Contact Center agent.
pub fn agent(user: &mut UserSpec) {
    user.contact_center = Some(ContactCenterIdentity {
        agent_id: Some(AGENT.to_owned()),
    });
}

pub fn confirm(user: &mut UserSpec, confirmation: Confirmation) {
    user.offboarding.confirmations.push(confirmation);
}

pub fn license(name: &str) -> License {
    License {
        name: name.to_owned(),
        did: name.starts_with("DID"),
        contact_center: name.starts_with("X8"),
    }
}

pub fn queue(kind: QueueType, id: &str) -> ObservedQueue {
    ObservedQueue {
        kind,
        id: id.to_owned(),
        name: format!("{id} name"),
    }
}

pub fn extension(id: &str, numbers: &[&str]) -> Extension {
    let number = |number: &&str| HeldNumber {
        number: (*number).to_owned(),
        porting: false,
    };
    Extension {
        id: id.to_owned(),
        number: Some("1042".to_owned()),
        contact_center: false,
        fax: false,
        numbers: numbers.iter().map(number).collect(),
        devices: vec![Device {
            model: "Poly Edge E350".to_owned(),
            active: true,
        }],
    }
}

/// A profile that holds nothing.
pub fn bare(user_id: &str, user_name: &str, status: ProfileStatus) -> Profile {
    Profile {
        user_id: user_id.to_owned(),
        user_name: user_name.to_owned(),
        primary_email: Some(user_name.to_owned()),
        status,
        created: Some(at(-1_000_000)),
        site: Some("Headquarters".to_owned()),
        ..Profile::default()
    }
}

/// A profile that holds one of everything outside Contact Center.
pub fn full() -> Profile {
    Profile {
        licenses: vec![license(LICENSE), license("DID-US")],
        extensions: vec![extension("x-jane", &[NUMBER])],
        ring_groups: vec![queue(QueueType::RingGroup, GROUP)],
        call_queues: vec![queue(QueueType::CallQueue, "cq-sales")],
        ..bare(JANE, NAME, ProfileStatus::Active)
    }
}

/// The ring group of the full profile, which somebody else is in as well.
pub fn groups() -> BTreeMap<String, Group> {
    let member = |user: &str, extension: &str| GroupMember {
        user_id: Some(user.to_owned()),
        extension_id: Some(extension.to_owned()),
    };
    let members = vec![member(JANE, "x-jane"), member("u-joe", "x-joe")];
    BTreeMap::from([(GROUP.to_owned(), Group { members })])
}

/// A step as an earlier pass left it.
pub fn step(name: StepName, state: StepState, since: Timestamp) -> StepStatus {
    StepStatus {
        name,
        state,
        since,
        operation_id: None,
        not_before: None,
        failure: None,
        asserted_by_connector: false,
        message: None,
    }
}
