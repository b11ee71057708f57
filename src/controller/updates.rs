//! Whether users of an account can be updated by PUT: 8x8's documents contradict each other (8x8-api.md §11, conflict 1),
//! so it is found out by the first update, once a Tenant, and kept in its status.

use jiff::{SignedDuration, Timestamp};

use crate::api::tenant::{UserUpdates, UserUpdatesStatus};
use crate::api::{Reason, Tenant};
use crate::eightbyeight::{CallError, Failure};
use crate::lifecycle::Refusal;

use super::accounts::OpenAccount;
use super::context::Context;

/// After this time without updates the next step that needs one tries again.
const TRY_AGAIN: SignedDuration = SignedDuration::from_hours(24);

/// Whether a step may try to update a user.
pub(super) fn available(ctx: &Context, tenant: &Tenant, now: Timestamp) -> bool {
    by_setting(tenant, known(ctx, tenant), now)
}

fn by_setting(tenant: &Tenant, found: Option<UserUpdatesStatus>, now: Timestamp) -> bool {
    match tenant.spec.admin_api.user_updates {
        UserUpdates::Enabled => true,
        UserUpdates::Disabled => false,
        UserUpdates::Auto => found.is_none_or(|found| found.available || stale(&found, tenant, now)),
    }
}

/// What is known: what this process found out, or an earlier one left in the status.
pub(super) fn known(ctx: &Context, tenant: &Tenant) -> Option<UserUpdatesStatus> {
    let here = ctx.accounts.opened(tenant).and_then(|account| account.updates());
    here.or_else(|| tenant.status.as_ref()?.user_updates)
}

fn stale(found: &UserUpdatesStatus, tenant: &Tenant, now: Timestamp) -> bool {
    tenant.metadata.generation != Some(found.generation) || now.duration_since(found.since) >= TRY_AGAIN
}

/// Keeps what a write showed. That updates are not offered is written into the Tenant's status at once, so that the
/// next leaver costs no PUT, also after a restart.
pub(super) fn found(ctx: &Context, tenant: &Tenant, account: &OpenAccount, available: bool) {
    let generation = tenant.metadata.generation.unwrap_or_default();
    let same = |known: UserUpdatesStatus| known.available && known.generation == generation;
    if tenant.spec.admin_api.user_updates != UserUpdates::Auto
        || (available && known(ctx, tenant).is_some_and(same))
    {
        return;
    }
    let now = Timestamp::now();
    account.set_updates(UserUpdatesStatus {
        available,
        since: Timestamp::from_second(now.as_second()).unwrap_or(now),
        generation,
    });
    if !available {
        ctx.doubt(tenant);
    }
}

/// The refusal of an update, where it says that the account offers none: 405, 501, or 404 of a user whom the GET before
/// it had found, and the one after it finds again.
pub(super) async fn not_offered(account: &OpenAccount, user_id: &str, error: &CallError) -> Option<Refusal> {
    if error.operation() != "users.replace" {
        return None;
    }
    let not_offered = match error.failure() {
        Failure::NotImplemented(_) => true,
        Failure::NotFound | Failure::WrongAddress => {
            matches!(account.client.get_user(user_id).await, Ok(Some(_)))
        }
        _ => false,
    };
    not_offered.then(|| Refusal {
        reason: Reason::UserUpdatesUnavailable,
        what: "users.replace: 8x8 does not offer updates of users for this account.".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tenant(updates: &str, generation: i64) -> Tenant {
        let tenant = json!({
            "apiVersion": "onhook.dev/v1alpha1", "kind": "Tenant",
            "metadata": {"name": "acme", "generation": generation},
            "spec": {
                "adminApi": {
                    "url": "https://account.test",
                    "apiKeySecretRef": {"name": "acme", "key": "apiKey"},
                    "userUpdates": updates,
                },
                "administrators": {"primary": "it-admin@acme.com"},
                "contactCenter": {"mode": "None"},
                "defaults": {"deletionPolicy": "Delete"},
            },
        });
        serde_json::from_value(tenant).unwrap()
    }

    fn found(available: bool) -> Option<UserUpdatesStatus> {
        Some(UserUpdatesStatus {
            available,
            since: Timestamp::UNIX_EPOCH,
            generation: 1,
        })
    }

    fn after(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    #[test]
    fn what_was_found_out_counts_for_a_day_and_for_one_spec() {
        let auto = tenant("Auto", 1);
        assert!(by_setting(&auto, None, after(1)));
        assert!(by_setting(&auto, found(true), after(1)));
        assert!(!by_setting(&auto, found(false), after(23)));
        assert!(
            by_setting(&auto, found(false), after(24)),
            "tried again after a day"
        );
        assert!(
            by_setting(&tenant("Auto", 2), found(false), after(1)),
            "tried again under another spec"
        );
    }

    #[test]
    fn the_tenant_has_the_last_word() {
        assert!(by_setting(&tenant("Enabled", 1), found(false), after(1)));
        assert!(!by_setting(&tenant("Disabled", 1), found(true), after(1)));
    }
}
