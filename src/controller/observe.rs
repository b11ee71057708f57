//! Looks: what the rules ask to be read, read.

use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::{Api, CustomResourceExt, ResourceExt};

use crate::api::user_status::{Intent, StepName};
use crate::api::{LicenseAssignment, QueueAssignment, Reason, Tenant, User};
use crate::eightbyeight::{Account, CallError, FullUser, UserRow};
use crate::lifecycle::{
    Hint, Look, OperationSight, Profile, ProfileSight, References, Sightings, hint, is_free, is_fresh,
    is_hinted, is_late,
};

use super::accounts::OpenAccount;
use super::context::Context;
use super::pass::Pass;
use super::problem::{PassError, Problem};
use super::references::{self, Parts};
use super::{agents, claims, connector, convert, objects, removals};

/// Rows a page of the list of all users: the documented maximum.
pub(super) const PAGE_SIZE: u32 = 1000;

/// What a pass has seen, and the raw user that a PUT starts from.
#[derive(Default)]
pub(super) struct Seen {
    pub sightings: Sightings,
    pub full: Option<FullUser>,
    /// Whether a profile was not found in an account that was not read as a whole yet with the key that is used.
    unread: bool,
}

/// Reads what the rules asked for.
pub(super) async fn look(pass: &Pass<'_>, look: Look, seen: &mut Seen) -> Result<(), PassError> {
    match look {
        Look::Carriers => {
            seen.sightings.carrier_going = Some(carrier_going(pass.ctx, &pass.user).await?);
            Ok(())
        }
        Look::AssignmentCarriers => {
            seen.sightings.assignments_going = Some(assignments_going(pass.ctx, &pass.user).await?);
            Ok(())
        }
        Look::Claim(user_id) => {
            seen.sightings.claim = Some(claims::read(pass.ctx, pass.tenant, &pass.user, &user_id).await?);
            Ok(())
        }
        Look::Leave => {
            let uid = pass.user.uid().unwrap_or_default();
            let verdict = removals::judge(pass.ctx, pass.tenant, Some(&pass.user)).await?;
            seen.sightings.leave = Some(verdict.leave(&uid));
            Ok(())
        }
        Look::Connector(agent) => {
            let account = pass.account().await?;
            seen.sightings.connector = Some(connector::look(&account, &agent).await);
            Ok(())
        }
        Look::ProfileById(_)
        | Look::ProfilesByName(_)
        | Look::Operation(_)
        | Look::RingGroup(_)
        | Look::RingGroupsNamed(_)
        | Look::SitesNamed(_)
        | Look::ContactCenterQueues(_)
        | Look::AgentByEmail(_)
        | Look::ContactCenterAgent(_)
        | Look::AgentStatus(_)
        | Look::PhoneNumbers(_)
        | Look::NumberHolders(_)
        | Look::References => {
            let account = pass.account().await?;
            account.usable()?;
            let outcome = look_at_account(pass, &account, look, seen).await;
            match &outcome {
                Ok(()) => account.answered(),
                Err(error) => account.failed(error),
            }
            outcome?;
            if std::mem::take(&mut seen.unread) {
                return Err(not_read_yet(pass.tenant));
            }
            Ok(())
        }
    }
}

/// Nobody is taken for gone before the account is known to be the one that it was.
fn not_read_yet(tenant: &Tenant) -> PassError {
    let name = objects::full_name(tenant);
    let what = format!(
        "The profile is not found, and the account of the Tenant {name} was not read as a whole yet with its key as it is now."
    );
    let to_do = "It goes on by itself. See the conditions of the Tenant if it does not.";
    Problem {
        retry_after: Some(Duration::from_secs(1)),
        ..Problem::new(Reason::AccountNotRead, what, to_do)
    }
    .into()
}

async fn look_at_account(
    pass: &Pass<'_>,
    account: &OpenAccount,
    look: Look,
    seen: &mut Seen,
) -> Result<(), CallError> {
    let client = &pass.client(account);
    let sightings = &mut seen.sightings;
    match look {
        Look::ProfileById(user_id) => profile_by_id(pass, account, user_id, seen).await?,
        Look::ProfilesByName(user_name) => profiles_by_name(pass, account, &user_name, seen).await?,
        Look::Operation(id) => operation(pass, account, &id, sightings).await?,
        Look::RingGroup(id) => {
            let own = pass.known_user_id().unwrap_or_default();
            // Who leaves it leaves as it is read then.
            let known = account.leaving.known(&id, own, is_leaving(pass, &id));
            let group = match known {
                Some(group) => Some(group),
                None => {
                    let read = client
                        .ring_group_together(&id)
                        .await?
                        .as_ref()
                        .map(convert::group);
                    read.inspect(|group| account.leaving.note(&id, group))
                }
            };
            sightings.groups.insert(id, group);
        }
        Look::RingGroupsNamed(name) => {
            let groups = client.ring_groups().await?.into_iter();
            let groups = groups.filter(|group| group.name == name);
            let ids = groups.map(|group| group.id).collect();
            sightings.named_groups.insert(name, ids);
        }
        Look::SitesNamed(name) => {
            let sites = client.sites().await?.into_iter();
            let sites = sites.filter(|site| site.name.as_deref() == Some(&name));
            sightings
                .sites
                .insert(name.clone(), sites.filter_map(|site| site.id).collect());
        }
        Look::ContactCenterQueues(agent) => {
            let mut assigned = Vec::new();
            for queue in client.contact_center_queues().await? {
                let agents = client.agents_of_queue(&queue.id).await?;
                if agents.iter().any(|known| known.id == agent) {
                    assigned.push(convert::contact_center_queue(&queue));
                }
            }
            sightings.queues = Some(assigned);
        }
        Look::AgentByEmail(email) => agents::by_email(client, &email, sightings).await,
        Look::ContactCenterAgent(agent) => agents::listed(client, agent, sightings).await?,
        Look::AgentStatus(agent) => agents::status(account, agent, sightings).await,
        Look::PhoneNumbers(numbers) => {
            let found = client.phone_numbers_together(&numbers).await?;
            sightings.numbers = Some(convert::numbers(&found));
        }
        Look::NumberHolders(numbers) => {
            let users = client.list_users(None, PAGE_SIZE).await?.rows;
            let others = users
                .iter()
                .map(UserRow::user)
                .filter(|user| Some(user.user_id()) != pass.known_user_id());
            let held = others
                .flat_map(|user| user.extensions())
                .flat_map(|extension| &extension.phone_numbers);
            let held = held.filter_map(|number| number.phone_number.clone());
            sightings.numbers_of_others = Some(held.filter(|number| numbers.contains(number)).collect());
        }
        Look::References => {
            if let Some(full) = &seen.full {
                sightings.references =
                    Some(read_references(client, full, sightings.inventory.as_ref()).await?);
            }
        }
        Look::Carriers | Look::AssignmentCarriers | Look::Claim(_) | Look::Connector(_) | Look::Leave => {}
    }
    Ok(())
}

/// Whether a write that takes the user out of a ring group was sent.
fn is_leaving(pass: &Pass<'_>, group_id: &str) -> bool {
    let status = pass.user.status.as_ref();
    let intent = status.and_then(|status| status.intent.as_ref());
    intent.is_some_and(|intent| {
        intent.step == StepName::RingGroups && intent.target.as_deref() == Some(group_id)
    })
}

/// Reads the numbers whose step is next before the profile is read: they come with those of others, which takes a while.
/// `false` where the profile is not worth its GET yet, because the license went a moment ago and they are still to become
/// free.
pub(super) async fn numbers_first(pass: &Pass<'_>, seen: &mut Seen) -> Result<bool, PassError> {
    let status = pass.user.status.as_ref();
    let intent = status.and_then(|status| status.intent.as_ref());
    let held = status.and_then(|status| status.held.as_ref());
    let numbers = held.map_or(&[][..], |held| &held.phone_numbers);
    let ended = matches!(seen.sightings.operation, Some(OperationSight::Completed));
    let is_next = match intent {
        Some(intent) => intent.step == StepName::Licenses && intent.target.is_none() && ended,
        None => {
            let step = status.and_then(|status| status.step.as_deref());
            step.is_some_and(|step| step == StepName::PhoneNumbers.to_string())
        }
    };
    if numbers.is_empty() || !is_next {
        return Ok(true);
    }
    let account = pass.account().await?;
    let operation = intent.and_then(|intent| intent.operation_id.as_deref());
    if let Some(free) = operation.and_then(|id| account.ended.free(id)) {
        seen.sightings.numbers = Some(free);
        return Ok(true);
    }
    look(pass, Look::PhoneNumbers(numbers.to_vec()), seen).await?;
    let known = seen.sightings.numbers.as_ref();
    let free = known.filter(|known| numbers.iter().all(|number| is_free(number, known)));
    if let (Some(id), Some(free)) = (operation, free) {
        account.ended.note_free(id, free.clone());
    }
    let is_young = intent.is_some_and(|intent| is_fresh(intent, &pass.ctx.pace, Timestamp::now()));
    Ok(free.is_some() || !is_young)
}

/// Where the operation of an open intent stands: by the row of its user, which one read shows for all who wait, or by
/// itself where no row tells, or where it takes long.
async fn operation(
    pass: &Pass<'_>,
    account: &OpenAccount,
    id: &str,
    sightings: &mut Sightings,
) -> Result<(), CallError> {
    let status = pass.user.status.as_ref();
    let intent = status.and_then(|status| status.intent.as_ref());
    if account.ended.has(id) {
        sightings.operation = Some(OperationSight::Completed);
        return Ok(());
    }
    if let Some(intent) = intent.filter(|intent| is_hinted(intent)) {
        let (hint, row) = glance(pass, account, intent).await;
        match hint {
            Hint::Done => {
                account.client.release_operation(id);
                sightings.operation = Some(OperationSight::Completed);
                match (intent.step, row) {
                    (StepName::Delete, _) => sightings.profile = ProfileSight::Gone(intent.user_id.clone()),
                    // The row shows it, and a pass that only waits from here on needs no more.
                    (StepName::Deactivate, Some((profile, inventory))) => {
                        sightings.profile = ProfileSight::Listed(profile);
                        sightings.inventory = inventory;
                    }
                    _ => account.ended.note(id),
                }
                return Ok(());
            }
            Hint::NotYet | Hint::Silent if !is_late(intent, &pass.ctx.pace, Timestamp::now()) => {
                sightings.operation = Some(OperationSight::Running);
                return Ok(());
            }
            Hint::NotYet | Hint::Silent => {}
        }
    }
    let read = pass.client(account).operation(id).await?;
    let sight = convert::operation(read.as_ref());
    if let (OperationSight::Failed(_), Some(intent)) = (&sight, intent)
        && let (StepName::RingGroups, Some(group_id)) = (intent.step, &intent.target)
    {
        account.leaving.failed(group_id, id);
    }
    sightings.operation = Some(sight);
    Ok(())
}

/// A profile as a row showed it, and what depended on it at the last inventory.
type Row = (Box<Profile>, Option<References>);

/// What the list of users hints about an intent, and the row that does. A list that fails hints nothing: the operation is
/// then asked for.
async fn glance(pass: &Pass<'_>, account: &OpenAccount, intent: &Intent) -> (Hint, Option<Row>) {
    let known = pass.user.status.as_ref();
    let known = known.and_then(|status| status.user_name.as_deref());
    let name = known.unwrap_or(&pass.user.spec.user_name);
    match account.client.glance(name).await {
        Ok(seen) => {
            let row = seen.row(&intent.user_id).map(UserRow::user);
            let profile = row.map(|row| convert::profile(row, &pass.tenant.spec));
            let hint = hint(intent, profile.as_ref(), seen.is_complete());
            let references = row.and_then(|row| account.references(row));
            (hint, profile.map(|profile| (Box::new(profile), references)))
        }
        Err(error) => {
            tracing::debug!(%error, "the list of users hints nothing");
            (Hint::Silent, None)
        }
    }
}

/// What depends on a user, read as far as the last inventory does not show that nothing does.
async fn read_references(
    client: &Account,
    full: &FullUser,
    inventory: Option<&References>,
) -> Result<References, CallError> {
    let parts = Parts::of(full.user(), inventory);
    let web = references::read(client, parts).await?;
    Ok(web.references(full.user()))
}

async fn profile_by_id(
    pass: &Pass<'_>,
    account: &OpenAccount,
    user_id: String,
    seen: &mut Seen,
) -> Result<(), CallError> {
    match pass.client(account).get_user(&user_id).await? {
        // A key of another customer would show nobody of this one.
        None if account.users().is_none() => seen.unread = true,
        None => seen.sightings.profile = ProfileSight::Gone(user_id),
        Some(full) => {
            let profile = convert::profile(full.user(), &pass.tenant.spec);
            seen.sightings.profile = ProfileSight::Seen(Box::new(profile));
            seen.sightings.inventory = account.references(full.user());
            seen.full = Some(full);
        }
    }
    Ok(())
}

/// Finds who is meant by a name. The account compares without regard to upper and lower case and knows wildcards, so
/// only an equal name counts (invariant 5), and the one found is read again by its id (invariant 3).
async fn profiles_by_name(
    pass: &Pass<'_>,
    account: &OpenAccount,
    name: &str,
    seen: &mut Seen,
) -> Result<(), CallError> {
    let rows = pass.client(account).users_named(name).await?;
    let equal: Vec<_> = rows
        .iter()
        .map(UserRow::user)
        .filter(|user| user.basic_info.user_name == name)
        .collect();
    match equal.as_slice() {
        [] => {
            let similar = rows
                .iter()
                .any(|row| row.user().basic_info.user_name.eq_ignore_ascii_case(name));
            seen.sightings.profile = ProfileSight::NoneByName { similar };
            Ok(())
        }
        [only] => profile_by_id(pass, account, only.user_id().to_owned(), seen).await,
        several => {
            seen.sightings.profile = ProfileSight::SeveralByName(several.len());
            Ok(())
        }
    }
}

/// Whether the Namespace of the User, or the CRD of all Users, is being deleted. Read live: it decides whether a
/// deletion is an instruction (invariant 6).
pub(super) async fn carrier_going(ctx: &Context, user: &User) -> Result<bool, PassError> {
    let namespace = user.namespace().unwrap_or_default();
    Ok(namespace_going(ctx, &namespace).await? || crd_going(ctx, User::crd_name()).await?)
}

/// The same for the assignments of a User, which go with their own CRDs as well.
async fn assignments_going(ctx: &Context, user: &User) -> Result<bool, PassError> {
    Ok(carrier_going(ctx, user).await?
        || crd_going(ctx, LicenseAssignment::crd_name()).await?
        || crd_going(ctx, QueueAssignment::crd_name()).await?)
}

/// Whether a Namespace is being deleted, or is gone.
pub(super) async fn namespace_going(ctx: &Context, name: &str) -> Result<bool, PassError> {
    let namespace = Api::<Namespace>::all(ctx.client.clone()).get_opt(name).await?;
    Ok(namespace.is_none_or(|namespace| namespace.metadata.deletion_timestamp.is_some()))
}

/// Whether a CRD is being deleted, or is gone.
pub(super) async fn crd_going(ctx: &Context, name: &str) -> Result<bool, PassError> {
    let crds = Api::<CustomResourceDefinition>::all(ctx.client.clone());
    let crd = crds.get_opt(name).await?;
    Ok(crd.is_none_or(|crd| crd.metadata.deletion_timestamp.is_some()))
}
