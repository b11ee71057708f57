//! `onhook import`: the people of an account as YAML for Git, or as a list.

mod allowed;
mod documents;
mod folder;
mod listing;
mod names;
mod only;
mod people;
mod summary;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use kube::ResourceExt;

use crate::api::Tenant;
use crate::api::user::TenantRef;
use crate::controller::profile;
use crate::lifecycle::Profile;

use super::CliError;
use super::account::AccountArguments;
use super::cluster::ClusterArguments;
use super::output::{self, Form};
use super::snapshot::{Parts, Snapshot, take};

use documents::{Names, Person, Place};
use folder::{By, Folder, Put};
use only::Only;
use summary::Summary;

/// Arguments of `onhook import`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  # List the people of an account
  onhook import --tenant acme-8x8/acme

  # Write them as YAML for Git, one file each
  onhook import --tenant-file tenant.yaml --api-key-file key --to people --namespace people

  # Keep what was read, for plans without the account
  onhook import --tenant acme-8x8/acme --inventory acme.json")]
pub(super) struct Arguments {
    #[command(flatten)]
    account: AccountArguments,
    #[command(flatten)]
    cluster: ClusterArguments,
    /// The namespace that the Users are for. Left out, they name none, and what applies them says it. A Tenant in the
    /// cluster is looked for there as well.
    #[arg(short, long, value_name = "NAME", help_heading = "Cluster")]
    namespace: Option<String>,
    /// Write the people into this folder, as YAML. What an earlier import wrote there is brought up to date; what was
    /// edited by hand stays.
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
    /// One file for each user, or one for each site.
    #[arg(long, value_enum, default_value_t = By::User, requires = "to")]
    by: By,
    /// Only who is active, inactive, site=NAME, license=PATTERN or user=PATTERN; * stands for any text. Given several
    /// times, all of it must hold.
    #[arg(long, value_name = "WHICH")]
    only: Vec<Only>,
    /// Keep what was read of the account in this file: `onhook plan` can work from it without the account.
    #[arg(long, value_name = "FILE")]
    inventory: Option<PathBuf>,
    /// List the people in another form than a table.
    #[arg(short, long, value_parser = output::one_of([Form::Json, Form::Yaml, Form::Name]), conflicts_with = "to")]
    output: Option<Form>,
}

pub(super) async fn run(arguments: Arguments) -> Result<(), CliError> {
    let namespace = arguments.namespace.as_deref();
    let account = arguments.account.open(&arguments.cluster, namespace).await?;
    let whole = arguments.to.is_some() || arguments.inventory.is_some();
    let parts = if whole { Parts::All } else { Parts::Users };
    let snapshot = take(&account, parts).await?;
    if let Some(path) = &arguments.inventory {
        snapshot.write(path)?;
        output::tell(format_args!(
            "What was read of the account is in {}.",
            path.display()
        ));
    }
    match &arguments.to {
        Some(folder) => {
            let summary = write(&arguments, folder, &account.tenant, &snapshot)?;
            output::tell(summary.to_string().trim_end());
        }
        None if arguments.lists() => output::say(&list(&arguments, &account.tenant, &snapshot)?)?,
        None => {}
    }
    Ok(())
}

impl Arguments {
    /// Whether people are listed: an inventory alone needs no list.
    fn lists(&self) -> bool {
        self.inventory.is_none() || self.output.is_some() || !self.only.is_empty()
    }

    fn selects(&self, profile: &Profile) -> bool {
        self.only.iter().all(|only| only.holds(profile))
    }
}

fn profiles(tenant: &Tenant, snapshot: &Snapshot) -> Vec<Profile> {
    let users = snapshot.users().iter();
    users.map(|user| profile(user, &tenant.spec)).collect()
}

fn list(arguments: &Arguments, tenant: &Tenant, snapshot: &Snapshot) -> Result<String, CliError> {
    let profiles = profiles(tenant, snapshot);
    let names = names::of_users(&profiles, &HashMap::new());
    let selected: Vec<_> = profiles
        .iter()
        .filter(|profile| arguments.selects(profile))
        .collect();
    listing::list(&selected, &names, arguments.output)
}

/// Writes the people into a folder. Names are given over the whole account, so that none depends on who is selected.
fn write(
    arguments: &Arguments,
    folder: &Path,
    tenant: &Tenant,
    snapshot: &Snapshot,
) -> Result<Summary, CliError> {
    let profiles = profiles(tenant, snapshot);
    let mut folder = Folder::read(folder)?;
    let known = folder.names();
    let names = names::of_users(&profiles, &known);
    let people = people::people(&profiles, &names, snapshot);
    let dependants = Names::of(&people);
    let place = place(arguments, tenant);
    let mut summary = Summary::default();
    let selected = profiles.iter().filter(|profile| arguments.selects(profile));
    summary.undeclared(selected.filter(|profile| !documents::can_be_declared(profile)));
    for person in people.iter().filter(|person| arguments.selects(&person.profile)) {
        let written = documents::write(person, &place, &dependants)?;
        let file = file(arguments.by, person);
        let put = folder.put(&person.profile.user_id, &person.name, file, &written.text);
        summary.person(person, put, &written.left_out);
    }
    if snapshot.unreadable_users() == 0 {
        let there: HashSet<_> = profiles.iter().map(|profile| profile.user_id.as_str()).collect();
        summary.gone = folder.gone(&place.tenant, &there);
    }
    summary.files = folder.write()?;
    Ok(summary)
}

fn place(arguments: &Arguments, tenant: &Tenant) -> Place {
    let namespace = arguments.namespace.clone();
    let of_tenant = tenant.namespace().filter(|own| Some(own) != namespace.as_ref());
    Place {
        namespace,
        tenant: TenantRef {
            name: tenant.name_any(),
            namespace: of_tenant,
        },
    }
}

fn file(by: By, person: &Person) -> String {
    match by {
        By::User => by.file(&person.name),
        By::Site => {
            let site = person.profile.site.as_deref().unwrap_or_default();
            match names::label(site).as_str() {
                "" if site.is_empty() => by.file("without-site"),
                "" => by.file(&format!("site-{}", names::digest(site, 8))),
                label => by.file(label),
            }
        }
    }
}
