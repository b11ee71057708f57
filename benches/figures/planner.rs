//! How many plans one core makes in a second.

use std::hint::black_box;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use onhook::api::tenant::TenantSpec;
use onhook::api::user::UserSpec;
use onhook::api::user_status::UserStatus;
use onhook::lifecycle::limit::Leave;
use onhook::lifecycle::{
    Claim, Extension, HeldNumber, License, Pace, Profile, ProfileSight, ProfileStatus, References, Sightings,
    Situation, plan,
};
use serde_json::json;

use crate::{Figures, Outcome};

const USERS: usize = 1000;
const MEASURED_FOR: Duration = Duration::from_secs(5);

/// One user as a pass sees it.
struct Case {
    user: UserSpec,
    memory: UserStatus,
    seen: Sightings,
}

/// Plans for 1,000 different users, one after the other, on one core.
pub fn measure() -> Outcome<Figures> {
    let tenant: TenantSpec = serde_json::from_value(json!({
        "mode": "Enforce",
        "adminApi": {"url": "https://account.test", "apiKeySecretRef": {"name": "acme", "key": "apiKey"}},
        "administrators": {"primary": "admin@acme.example"},
        "contactCenter": {"mode": "None"},
        "removals": {"deletionDelay": "15m"},
        "defaults": {"deletionPolicy": "Delete"},
    }))?;
    let now = Timestamp::from_second(1_800_000_000)?;
    let cases = (0..USERS)
        .map(|index| case(index, now))
        .collect::<Outcome<Vec<_>>>()?;
    let pace = Pace::default();
    let round = || {
        for case in &cases {
            black_box(plan(black_box(&Situation {
                now,
                pace: &pace,
                tenant: &tenant,
                user: &case.user,
                deletion: None,
                retry_intent: None,
                memory: &case.memory,
                dependants: &[],
                user_updates: true,
                suspended: false,
                protected: false,
                seen: &case.seen,
            })));
        }
    };
    round();
    let begun = Instant::now();
    let mut plans = 0;
    while begun.elapsed() < MEASURED_FOR {
        round();
        plans += USERS;
    }
    let rate = plans as f64 / begun.elapsed().as_secs_f64();
    Ok(Figures::from([("plans_per_second", rate)]))
}

/// A fifth each: at rest, at the first look, about to lose access, about to be deleted, and a cut of access.
fn case(index: usize, now: Timestamp) -> Outcome<Case> {
    let (id, name) = (format!("u-{index}"), format!("user-{index}@acme.example"));
    let state = ["active", "deleted", "deleted", "deleted", "deactivated"][index % 5];
    let user = json!({"tenantRef": {"name": "acme"}, "userName": name, "userId": id, "state": state});
    let profile = profile(index, &id, &name, index % 5 == 3);
    let sight = match index % 5 {
        1 => ProfileSight::NotLooked,
        _ => ProfileSight::Seen(Box::new(profile)),
    };
    Ok(Case {
        user: serde_json::from_value(user)?,
        memory: UserStatus {
            user_id: Some(id),
            ..UserStatus::default()
        },
        seen: Sightings {
            profile: sight,
            claim: Some(Claim::Mine { pins: true }),
            leave: Some(Leave::Within {
                quiet_from: Some(now),
                few: true,
            }),
            references: Some(References::default()),
            inventory: Some(References::default()),
            numbers: Some(Default::default()),
            ..Sightings::default()
        },
    })
}

fn profile(index: usize, id: &str, name: &str, bare: bool) -> Profile {
    let number = HeldNumber {
        number: format!("+1555{:07}", 2_000_000 + index),
        porting: false,
    };
    let extension = Extension {
        id: format!("x-{index}"),
        number: Some(format!("{}", 1000 + index)),
        numbers: vec![number],
        ..Extension::default()
    };
    let license = |name: &str| License {
        name: name.to_owned(),
        did: name.starts_with("DID"),
        contact_center: false,
    };
    Profile {
        user_id: id.to_owned(),
        user_name: name.to_owned(),
        primary_email: Some(name.to_owned()),
        site: Some(format!("Site {}", index % 7)),
        status: if bare {
            ProfileStatus::Inactive
        } else {
            ProfileStatus::Active
        },
        licenses: if bare {
            Vec::new()
        } else {
            vec![license("X4-Standard-US"), license("DID-US")]
        },
        extensions: if bare { Vec::new() } else { vec![extension] },
        ..Profile::default()
    }
}
