//! `onhook plan`: what a change of manifests would do to whom, before it is applied. It reads, and never writes to an account
//! or a cluster.

mod before;
mod cases;
mod foretell;
mod manifests;
mod observe;
mod pin;
mod report;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::ExitCode;

use jiff::Timestamp;

use crate::api::Tenant;

use super::CliError;
use super::account::AccountArguments;
use super::cluster::ClusterArguments;
use super::output::{self, Color, Form};
use super::snapshot::{self, Snapshot};

use before::Against;
use cases::Case;
use foretell::Stage;
use manifests::{Key, Manifests};
use report::Report;

const EXIT_STATUS: &str = "\
Exit status: 0 nothing would be done, 1 an error, 2 something changes, 3 something is taken from somebody, 4 something \
that is asked for would be refused, or held over the limit.";

const EXAMPLES: &str = "\
Examples:
  # What a folder would change in the cluster
  onhook plan --filename people

  # A pull request, without a cluster
  onhook plan -f people -n people --against origin/main --tenant-file tenant.yaml -o markdown

  # Everything that is declared, from an inventory that was read before
  onhook plan -f people --against account --inventory acme.json --all";

/// Arguments of `onhook plan`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_STATUS, after_long_help = format!("{EXIT_STATUS}\n\n{EXAMPLES}"))]
pub(super) struct Arguments {
    /// Manifests: files, folders with all below them, or - for the standard input.
    #[arg(short, long, required = true, value_name = "PATH")]
    filename: Vec<PathBuf>,
    /// What the change is held against: `cluster`, `account`, or a revision of Git such as origin/main.
    #[arg(long, default_value = "cluster", value_name = "cluster|account|REVISION")]
    against: Against,
    /// Tell also of Users that are declared as before.
    #[arg(long)]
    all: bool,
    /// Tell what deleting the objects would do that are not declared any more.
    #[arg(long)]
    prune: bool,
    /// Write spec.userId into the YAML of each User of which exactly one profile is meant.
    #[arg(long)]
    pin: bool,
    /// What `onhook import --inventory` wrote, instead of the account itself. One for each Tenant.
    #[arg(long, value_name = "FILE")]
    inventory: Vec<PathBuf>,
    /// The namespace of objects that name none. Left out, that of the context; without a kubeconfig, `default`.
    #[arg(short, long, value_name = "NAME", help_heading = "Cluster")]
    namespace: Option<String>,
    #[command(flatten)]
    cluster: ClusterArguments,
    #[command(flatten)]
    account: AccountArguments,
    /// How it is written.
    #[arg(
        short,
        long,
        value_parser = output::one_of([Form::Text, Form::Markdown, Form::Json, Form::Yaml]),
        default_value = "text"
    )]
    output: Form,
    /// Whether the text is painted.
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    color: Color,
}

/// A Tenant and what was read of its account.
struct Known {
    tenant: Tenant,
    snapshot: Snapshot,
}

pub(super) async fn run(arguments: Arguments) -> Result<ExitCode, CliError> {
    let paths = &arguments.filename;
    let namespace = &arguments
        .cluster
        .namespace(arguments.namespace.as_deref())
        .await?;
    let now = Manifests::read(paths, namespace)?;
    if now.users.is_empty() && !arguments.prune {
        return Err(CliError::Usage(
            "There is no User in the manifests: is -f the right folder?".to_owned(),
        ));
    }
    let against = &arguments.against;
    let before = before::read(against, paths, namespace, &now, &arguments.cluster).await?;
    let cases = cases::cases(
        &before,
        &now,
        arguments.all || *against == Against::Account,
        arguments.prune,
    );
    let tenants: BTreeSet<_> = cases.iter().map(|case| case.tenant.clone()).collect();
    let mut report = Report {
        against: against.to_string(),
        accounts: Vec::new(),
        users: Vec::new(),
        unchanged: now.users.len()
            - cases
                .iter()
                .filter(|case| now.users.contains_key(&case.key))
                .count(),
        gone: if arguments.prune {
            0
        } else {
            cases::gone(&before, &now)
        },
    };
    for tenant in &tenants {
        let known = known(&arguments, tenant, &before, &now).await?;
        let own: Vec<&Case> = cases.iter().filter(|case| case.tenant == *tenant).collect();
        let stage = Stage {
            tenant: &known.tenant,
            snapshot: &known.snapshot,
            against,
            before: &before,
            now: &now,
            prune: arguments.prune,
            at: Timestamp::now(),
        };
        let (account, users) = foretell::foretell(&stage, &own);
        report.accounts.push(account);
        report.users.extend(users);
    }
    report.users.sort_by(|one, other| one.user.cmp(&other.user));
    output::say(&written(&report, &arguments)?)?;
    if arguments.pin {
        pin_all(&report, &now)?;
    }
    Ok(ExitCode::from(report.severity() as u8))
}

fn written(report: &Report, arguments: &Arguments) -> Result<String, CliError> {
    match arguments.output {
        Form::Text => Ok(text::terminal(report, text::Paint(arguments.color.paints()))),
        Form::Markdown => Ok(text::markdown(report)),
        form => output::structured(form, report),
    }
}

/// The Tenant as it will be, and what is known of its account: from an inventory, or read now.
async fn known(
    arguments: &Arguments,
    key: &Key,
    before: &Manifests,
    now: &Manifests,
) -> Result<Known, CliError> {
    let (namespace, name) = key;
    let declared = now.tenants.get(key).or_else(|| before.tenants.get(key));
    if !arguments.inventory.is_empty() {
        let tenant = match declared {
            Some(tenant) => tenant.clone(),
            None => {
                arguments
                    .account
                    .tenant(&arguments.cluster, Some(namespace))
                    .await?
            }
        };
        let mut others = Vec::new();
        for path in &arguments.inventory {
            let snapshot = Snapshot::read(path)?;
            if snapshot.is_of(&tenant) {
                return Ok(Known { tenant, snapshot });
            }
            others.push(snapshot.tenant());
        }
        return Err(CliError::Usage(format!(
            "None of the inventories is of the Tenant {namespace}/{name}, but of {}: write one with onhook import \
             --tenant {namespace}/{name} --inventory FILE",
            others.join(", ")
        )));
    }
    let account = match arguments.account.is_given() {
        true => arguments.account.clone(),
        false => arguments.account.of_cluster(key),
    };
    let mut open = account.open(&arguments.cluster, Some(namespace)).await?;
    let opened = (&open.tenant.metadata.namespace, &open.tenant.metadata.name);
    let same =
        opened.1.as_deref() == Some(name) && opened.0.as_ref().is_none_or(|opened| opened == namespace);
    if !same {
        return Err(CliError::Usage(format!(
            "Users refer to the Tenant {namespace}/{name}, and another one is named: plan one Tenant at a time, or give \
             --inventory for each."
        )));
    }
    if let Some(why) = &open.no_contact_center {
        output::tell(format_args!(
            "Contact Center is not read: {why} Its queues count as assigned."
        ));
    }
    let snapshot = snapshot::take(&open, snapshot::Parts::All).await?;
    if let Some(declared) = declared {
        // The plan is held to the policy that is declared.
        open.tenant.spec = declared.spec.clone();
    }
    Ok(Known {
        tenant: open.tenant,
        snapshot,
    })
}

/// Pins every User of which one profile is meant and that is not pinned yet.
fn pin_all(report: &Report, now: &Manifests) -> Result<(), CliError> {
    let by_name: BTreeMap<String, &Key> = (now.users.keys())
        .map(|key| (format!("{}/{}", key.0, key.1), key))
        .collect();
    for user in &report.users {
        let Some(key) = by_name.get(&user.user) else {
            continue;
        };
        let pinned = now
            .users
            .get(*key)
            .is_some_and(|user| user.spec.user_id.is_some());
        let (Some(user_id), Some(place), false) = (&user.user_id, now.places.get(*key), pinned) else {
            continue;
        };
        pin::pin(place, &key.1, &user.user_name, user_id)?;
        output::tell(format_args!(
            "{}: {} is pinned to {user_id}",
            place.display(),
            user.user
        ));
    }
    Ok(())
}
