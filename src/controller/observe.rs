//! Looks: what the rules ask to be read, read.

use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::{Api, CustomResourceExt, ResourceExt};

use crate::api::User;
use crate::eightbyeight::{CallError, FullUser, UserRow};
use crate::lifecycle::{Look, ProfileSight, References, Sightings};

use super::accounts::OpenAccount;
use super::context::Context;
use super::pass::Pass;
use super::problem::PassError;
use super::references::{self, Parts};
use super::{agents, claims, connector, convert, removals};

/// Rows a page of the list of all users: the documented maximum.
pub(super) const PAGE_SIZE: u32 = 1000;

/// What a pass has seen, and the raw user that a PUT starts from.
#[derive(Default)]
pub(super) struct Seen {
    pub sightings: Sightings,
    pub full: Option<FullUser>,
}

/// Reads what the rules asked for.
pub(super) async fn look(pass: &Pass<'_>, look: Look, seen: &mut Seen) -> Result<(), PassError> {
    match look {
        Look::Carriers => {
            seen.sightings.carrier_going = Some(carrier_going(pass.ctx, &pass.user).await?);
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
            Ok(outcome?)
        }
    }
}

async fn look_at_account(
    pass: &Pass<'_>,
    account: &OpenAccount,
    look: Look,
    seen: &mut Seen,
) -> Result<(), CallError> {
    let client = &account.client;
    let sightings = &mut seen.sightings;
    match look {
        Look::ProfileById(user_id) => profile_by_id(pass, account, user_id, seen).await?,
        Look::ProfilesByName(user_name) => profiles_by_name(pass, account, &user_name, seen).await?,
        Look::Operation(id) => {
            sightings.operation = Some(convert::operation(client.operation(&id).await?.as_ref()))
        }
        Look::RingGroup(id) => {
            let group = client.ring_group(&id).await?;
            sightings.groups.insert(id, group.as_ref().map(convert::group));
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
            sightings.numbers = Some(convert::numbers(&client.phone_numbers(&numbers).await?));
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
                    Some(read_references(account, full, sightings.inventory.as_ref()).await?);
            }
        }
        Look::Carriers | Look::Claim(_) | Look::Connector(_) | Look::Leave => {}
    }
    Ok(())
}

/// What depends on a user, read as far as the last inventory does not show that nothing does.
async fn read_references(
    account: &OpenAccount,
    full: &FullUser,
    inventory: Option<&References>,
) -> Result<References, CallError> {
    let parts = Parts::of(full.user(), inventory);
    let web = references::read(&account.client, parts).await?;
    Ok(web.references(full.user()))
}

async fn profile_by_id(
    pass: &Pass<'_>,
    account: &OpenAccount,
    user_id: String,
    seen: &mut Seen,
) -> Result<(), CallError> {
    match account.client.get_user(&user_id).await? {
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
    let rows = account.client.users_named(name).await?;
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
    let client = ctx.client.clone();
    let namespace = user.namespace().unwrap_or_default();
    let namespace = Api::<Namespace>::all(client.clone()).get_opt(&namespace).await?;
    let crd = Api::<CustomResourceDefinition>::all(client)
        .get_opt(User::crd_name())
        .await?;
    let stays = namespace.is_some_and(|namespace| namespace.metadata.deletion_timestamp.is_none())
        && crd.is_some_and(|crd| crd.metadata.deletion_timestamp.is_none());
    Ok(!stays)
}
