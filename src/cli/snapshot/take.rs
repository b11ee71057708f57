//! Reads an account.

use std::time::Duration;

use kube::ResourceExt;

use crate::api::Tenant;
use crate::eightbyeight::wire::User;
use crate::eightbyeight::{AccountReader, CallError, Failure, Outcome};

use super::{ContactCenter, QueueOfAgents, Snapshot};
use crate::cli::CliError;
use crate::cli::account::OpenAccount;
use crate::cli::output;
use crate::cli::progress::Progress;

/// How often a read is tried that the account may answer later.
const TRIES: u32 = 4;
const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// What is read of an account beside its users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Parts {
    /// Nothing.
    Users,
    /// All that tells who is in what, and what depends on whom.
    All,
}

/// Reads an account. What of it cannot be read beside the users is said on the standard error and left out.
pub(in crate::cli) async fn take(account: &OpenAccount, parts: Parts) -> Result<Snapshot, CliError> {
    let OpenAccount { tenant, reader, .. } = account;
    let (users, unreadable) = users(reader, tenant)
        .await
        .map_err(|error| failed(tenant, &error))?;
    let mut snapshot = Snapshot::of_users(tenant, users, unreadable);
    if unreadable > 0 {
        output::tell(format_args!(
            "{unreadable} rows of the list of users could not be read, and are left out."
        ));
    }
    if parts == Parts::Users {
        return Ok(snapshot);
    }
    let groups = patiently(async || reader.ring_groups().await).await;
    snapshot.ring_groups = visible("Ring groups", groups).map_err(|error| failed(tenant, &error))?;
    let sites = patiently(async || reader.sites().await).await;
    snapshot.sites = visible("Sites", sites).map_err(|error| failed(tenant, &error))?;
    let numbers = patiently(async || reader.numbers_being_ported().await).await;
    snapshot.numbers_being_ported =
        visible("Numbers that are being ported", numbers).map_err(|error| failed(tenant, &error))?;
    if let Some(groups) = &mut snapshot.ring_groups {
        groups.sort_by(|one, other| one.id.cmp(&other.id));
    }
    if let Some(sites) = &mut snapshot.sites {
        sites.sort_by(|one, other| one.id.cmp(&other.id));
    }
    snapshot.contact_center = contact_center(account).await;
    Ok(snapshot)
}

fn failed(tenant: &Tenant, error: &CallError) -> CliError {
    CliError::Account(format!(
        "The account of the Tenant {} could not be read: {error}.",
        tenant.name_any()
    ))
}

/// All users, and how many rows could not be read. A list that broke off is begun anew.
async fn users(reader: &AccountReader, tenant: &Tenant) -> Result<(Vec<User>, usize), CallError> {
    let expected = tenant.status.as_ref().and_then(|status| status.users);
    let expected = expected.and_then(|users| usize::try_from(users).ok());
    patiently(async || {
        let mut progress = Progress::new("Reading users", expected);
        let mut users = Vec::new();
        let take = |row: crate::eightbyeight::UserRow| {
            users.push(row.user().clone());
            progress.at(users.len());
        };
        let unreadable = reader.each_user(take).await?;
        Ok((users, unreadable))
    })
    .await
}

/// Makes a read, and makes it again where the account may answer later: its budget is shared with the operator.
async fn patiently<T>(read: impl AsyncFn() -> Result<T, CallError>) -> Result<T, CallError> {
    let mut tries = 1;
    loop {
        let error = match read().await {
            Ok(found) => return Ok(found),
            Err(error) => error,
        };
        let wait = match error.outcome() {
            _ if error.is_expired_scroll() => Duration::ZERO,
            Outcome::Retry { after } => after.unwrap_or(Duration::from_secs(2) * tries),
            Outcome::NotSent | Outcome::Refused | Outcome::Unknown => return Err(error),
        };
        if tries >= TRIES || wait > LONGEST_WAIT {
            return Err(error);
        }
        output::tell(format_args!(
            "{error}. It is tried again in {} s.",
            wait.as_secs()
        ));
        tokio::time::sleep(wait).await;
        tries += 1;
    }
}

/// What the key may not see, or the account does not offer, is left out.
fn visible<T>(what: &str, read: Result<T, CallError>) -> Result<Option<T>, CallError> {
    match read {
        Ok(found) => Ok(Some(found)),
        Err(error)
            if matches!(
                error.failure(),
                Failure::Forbidden(_) | Failure::NotFound | Failure::NotImplemented(_)
            ) =>
        {
            output::tell(format_args!("{what} are left out: {error}."));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// The Contact Center, as far as it can be read. It is an API of its own, which must not keep the account from being
/// read.
async fn contact_center(account: &OpenAccount) -> Option<ContactCenter> {
    let center = &account.tenant.spec.contact_center;
    if center.mode == crate::api::tenant::ContactCenterMode::None {
        return None;
    }
    if let Some(why) = &account.no_contact_center {
        output::tell(format_args!("Contact Center queues are not listed: {why}"));
        return None;
    }
    let reader = &account.reader;
    let queues = match queues(reader).await {
        Ok(queues) => queues,
        Err(error) => {
            output::tell(format_args!("Contact Center queues are not listed: {error}."));
            return None;
        }
    };
    let quality_users = match &center.quality_management {
        None => None,
        Some(_) => match patiently(async || reader.quality_users().await).await {
            Ok(users) => Some(users),
            Err(error) => {
                output::tell(format_args!(
                    "Which agent has which e-mail address is not known: {error}."
                ));
                None
            }
        },
    };
    Some(ContactCenter {
        queues,
        quality_users,
    })
}

async fn queues(reader: &AccountReader) -> Result<Vec<QueueOfAgents>, CallError> {
    let mut all = patiently(async || reader.contact_center_queues().await).await?;
    all.sort_by(|one, other| one.id.cmp(&other.id));
    let mut progress = Progress::new("Reading Contact Center queues", Some(all.len()));
    let mut queues = Vec::new();
    for queue in all {
        let agents = patiently(async || reader.agents_of_queue(&queue.id).await).await?;
        queues.push(QueueOfAgents { queue, agents });
        progress.at(queues.len());
    }
    Ok(queues)
}
