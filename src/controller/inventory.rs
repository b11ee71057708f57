//! The inventory of an account: one list of all its users an interval, which tells what changed.
//!
//! A row wakes a User at rest, whose pass then reads the profile by a GET; it never becomes a write, and never satisfies a
//! precondition. A list that breaks off, or has a row that cannot be read, tells of nobody that they are gone; and of whom
//! a complete one tells that, only a look follows.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use kube::ResourceExt;

use crate::api::{Reason, Tenant};
use crate::eightbyeight::wire::UserStatus;
use crate::eightbyeight::{Account, CallError, Lane, Turn, UserRow};
use crate::lifecycle::{Profile, as_it_was};

use super::accounts::Inventory;
use super::context::Context;
use super::people::{Key, Person};
use super::problem::{PassError, Problem};
use super::references::{self, Parts, Web};
use super::{claims, convert};

/// What an inventory found out about the account as a whole.
pub(super) struct Taken {
    /// Id of the customer.
    pub customer_id: Option<String>,
    /// Rows a page, where the account refuses the page size that is asked for first.
    pub small_pages: Option<u32>,
}

/// Reads all users of the account, keeps what is asked of all of them, and wakes whose rows changed.
pub(super) async fn take(ctx: &Context, tenant: &Tenant) -> Result<Taken, PassError> {
    let (account, _) = ctx.account(tenant).await?;
    account.usable()?;
    let roll = roll(ctx, tenant);
    let client = account.client.with_turn(turn(tenant));
    let mut read = read(ctx, tenant, &client, &roll).await;
    if matches!(&read, Err(error) if error.is_expired_scroll()) {
        read = self::read(ctx, tenant, &client, &roll).await;
    }
    match &read {
        Ok(_) => account.answered(),
        Err(error) => account.failed(error),
    }
    let found = read?;
    // The key itself belongs to an administrator, so an empty list is none.
    if found.users == 0 {
        let what = "The account gave a list of its users without anybody in it.";
        let to_do = "It is read again by itself. Look at the account in the Admin Console, and at the key.";
        return Err(Problem::new(Reason::AccountEmpty, what, to_do).into());
    }
    another_account(tenant, found.customer_id.as_deref())?;
    if let Some(customer_id) = &found.customer_id
        && let Some(owner) = claims::claim_account(ctx, tenant, customer_id).await?
    {
        let what = format!("The Tenant {owner} stands for the same account of 8x8 already.");
        let to_do =
            format!("Delete one of the two Tenants. Users that refer to this one are to refer to {owner}.");
        return Err(Problem::new(Reason::AccountClaimed, what, to_do).into());
    }
    if found.unreadable == 0 {
        let missing = roll.iter().filter(|(id, _)| !found.seen.contains(*id));
        let tenant = tenant.uid().unwrap_or_default();
        for (_, (key, person)) in missing.filter(|(id, _)| ctx.faces.missed(&tenant, id)) {
            ctx.wake(key, &person.uid);
        }
    }
    account.client.set_known_user(found.known);
    account.set_inventory(Inventory {
        licenses: found.licenses,
        users: found.users,
        web: web(&client, found.web).await,
    });
    let size = account.client.user_page_size();
    Ok(Taken {
        customer_id: found.customer_id,
        small_pages: (size < 1000).then_some(size),
    })
}

/// Nothing is written before an account was read as its Tenant is declared: then it goes before everything that waits for
/// that, the end of somebody's access among it.
fn turn(tenant: &Tenant) -> Turn {
    match super::tenant::writable(tenant) {
        Ok(()) => Turn::of(Lane::Upkeep),
        Err(_) => Turn::of(Lane::Access),
    }
}

/// That the account is the one it was: a key of another customer shows other people under the same address.
fn another_account(tenant: &Tenant, found: Option<&str>) -> Result<(), PassError> {
    let status = tenant.status.as_ref();
    let status = status.filter(|status| status.observed_generation == tenant.metadata.generation);
    let known = status.and_then(|status| status.customer_id.as_deref());
    match (known, found) {
        (Some(known), Some(found)) if known != found => {
            let what = format!(
                "The key opens the account of the customer {found}, and the Tenant stands for {known}."
            );
            let to_do = "Put the key of that account into the Secret. Another account is another Tenant.";
            Err(Problem::new(Reason::AnotherAccount, what, to_do).into())
        }
        _ => Ok(()),
    }
}

/// The Users at rest, by the id of their profile.
type Roll = HashMap<Box<str>, (Arc<Key>, Arc<Person>)>;

fn roll(ctx: &Context, tenant: &Tenant) -> Roll {
    let resting = ctx.stores.people.of(tenant, |person| ctx.due.rests(&person.uid));
    let resting = resting.into_iter();
    resting
        .filter_map(|found| Some((found.1.user_id.clone()?, found)))
        .collect()
}

/// What a list of all users shows.
#[derive(Default)]
struct Found {
    users: usize,
    unreadable: usize,
    customer_id: Option<String>,
    /// userName of somebody who is there: the primary administrator, or else the first who is ACTIVE.
    known: Option<String>,
    licenses: BTreeSet<String>,
    web: Web,
    /// Ids of the profiles at which a User rests.
    seen: HashSet<Box<str>>,
}

async fn read(ctx: &Context, tenant: &Tenant, account: &Account, roll: &Roll) -> Result<Found, CallError> {
    let mut found = Found::default();
    let uid = tenant.uid().unwrap_or_default();
    found.unreadable = account
        .each_user(|row| {
            found.take(&row, &tenant.spec.administrators.primary);
            if let Some((key, person)) = roll.get(row.user().user_id()) {
                found.seen.insert(row.user().user_id().into());
                if changed(ctx, &uid, person, &convert::profile(row.user(), &tenant.spec)) {
                    ctx.wake(key, &person.uid);
                }
            }
        })
        .await?;
    Ok(found)
}

/// Whether a row shows something that was not seen of the profile before.
fn changed(ctx: &Context, tenant: &str, person: &Person, row: &Profile) -> bool {
    let as_its_status_says = || {
        let user = person.user();
        user.is_some_and(|user| {
            let status = user.status.as_ref();
            status.is_some_and(|status| as_it_was(&user.spec, status, row))
        })
    };
    ctx.faces.listed(tenant, row, as_its_status_says)
}

impl Found {
    fn take(&mut self, row: &UserRow, administrator: &str) {
        self.users += 1;
        let user = row.user();
        let active = user.basic_info.status == Some(UserStatus::Active);
        if user.basic_info.user_name == administrator || (self.known.is_none() && active) {
            self.known = Some(user.basic_info.user_name.clone());
        }
        if self.customer_id.is_none() {
            self.customer_id.clone_from(&user.basic_info.customer_id);
        }
        for name in user.licenses().iter().filter_map(|license| license.name.as_ref()) {
            if !self.licenses.contains(name) {
                self.licenses.insert(name.clone());
            }
        }
        self.web.add_user(user);
    }
}

/// Who depends on whom in the account. Where that cannot be read, each removal looks for itself.
async fn web(account: &Account, mut web: Web) -> Option<Web> {
    let parts = Parts {
        users: false,
        ring_groups: true,
        sites: true,
        ports: true,
    };
    match references::read_others(account, parts, &mut web).await {
        Ok(()) => Some(web),
        Err(error) => {
            tracing::debug!(%error, "what users depend on could not be read");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tenant(generation: i64, observed: i64, customer_id: Option<&str>) -> Tenant {
        let tenant = json!({
            "apiVersion": "onhook.dev/v1alpha1", "kind": "Tenant",
            "metadata": {"name": "acme", "generation": generation},
            "spec": {
                "adminApi": {"url": "https://account.test", "apiKeySecretRef": {"name": "acme", "key": "apiKey"}},
                "administrators": {"primary": "it-admin@acme.com"},
                "contactCenter": {"mode": "None"},
                "defaults": {"deletionPolicy": "Delete"},
            },
            "status": {"observedGeneration": observed, "customerId": customer_id, "conditions": []},
        });
        serde_json::from_value(tenant).unwrap()
    }

    #[test]
    fn a_key_of_another_customer_is_named_until_the_tenant_says_otherwise() {
        let same = tenant(1, 1, Some("C1"));
        assert!(another_account(&same, Some("C1")).is_ok());
        assert!(another_account(&same, None).is_ok());
        let problem = another_account(&same, Some("C2")).unwrap_err();
        assert!(matches!(problem, PassError::Problem(problem) if problem.reason == Reason::AnotherAccount));
        assert!(another_account(&tenant(1, 1, None), Some("C2")).is_ok());
        assert!(
            another_account(&tenant(2, 1, Some("C1")), Some("C2")).is_ok(),
            "its address was changed"
        );
    }
}
