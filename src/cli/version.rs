//! `onhook version`: which version this is, and which one runs in the cluster.

use serde::Serialize;

use super::CliError;
use super::cluster::{ClusterArguments, OperatorArguments};
use super::deployment::{Sought, place, seek, version};
use super::output::{Form, one_of, say, structured};

/// The version of this binary.
pub(super) const OWN: &str = env!("CARGO_PKG_VERSION");

/// Arguments of `onhook version`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  # This binary, and the operator of the cluster
  onhook version

  # This binary alone, without a cluster
  onhook version --client --output json")]
pub(super) struct Arguments {
    /// Only the version of this binary. No cluster is asked.
    #[arg(long)]
    client: bool,
    /// As data instead of words.
    #[arg(short, long, value_parser = one_of([Form::Json, Form::Yaml]))]
    output: Option<Form>,
    #[command(flatten)]
    operator: OperatorArguments,
    #[command(flatten)]
    cluster: ClusterArguments,
}

/// What there is to say.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Versions {
    client_version: Version,
    #[serde(skip_serializing_if = "Option::is_none")]
    server_version: Option<Version>,
    /// Why there is no version of a server, where one was looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    server_unknown: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    version: String,
    /// The Deployment, `namespace/name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    deployment: Option<String>,
}

pub(super) async fn run(arguments: Arguments) -> Result<(), CliError> {
    let mut versions = Versions {
        client_version: Version {
            version: OWN.to_owned(),
            deployment: None,
        },
        server_version: None,
        server_unknown: None,
    };
    let asked = match arguments.client {
        true => Ok(()),
        false => ask(&arguments, &mut versions).await,
    };
    // What is known is said also where the cluster cannot be asked.
    say(&match arguments.output {
        Some(form) => structured(form, &versions)?,
        None => text(&versions),
    })?;
    asked
}

async fn ask(arguments: &Arguments, versions: &mut Versions) -> Result<(), CliError> {
    let cluster = arguments.cluster.open().await?;
    match seek(&cluster, &arguments.operator.namespace).await? {
        Sought::Found(deployment) => match version(&deployment) {
            Some(version) => {
                versions.server_version = Some(Version {
                    version: version.to_owned(),
                    deployment: Some(place(&deployment)),
                });
            }
            None => {
                let place = place(&deployment);
                versions.server_unknown = Some(format!("the Deployment {place} has no label that says it"));
            }
        },
        Sought::Nowhere => {
            let text = "the cluster has no Deployment of the operator, which may run outside of it";
            versions.server_unknown = Some(text.to_owned());
        }
        Sought::Forbidden => {
            let namespace = &arguments.operator.namespace;
            versions.server_unknown = Some(format!(
                "you may not list Deployments in the namespace {namespace}"
            ));
        }
    }
    Ok(())
}

fn text(versions: &Versions) -> String {
    let mut text = format!("Client Version: {}\n", versions.client_version.version);
    if let Some(server) = &versions.server_version {
        let place = server.deployment.as_deref().unwrap_or_default();
        text += &format!("Server Version: {} (Deployment {place})\n", server.version);
    }
    if let Some(why) = &versions.server_unknown {
        text += &format!("Server Version: unknown: {why}\n");
    }
    text
}
