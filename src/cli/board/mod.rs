//! `onhook board`: all who leave, as lanes on a web page of this machine; live, read-only, with the viewer's own rights.

mod card;
mod page;
mod select;
mod serve;
#[cfg(test)]
mod serve_tests;
mod state;
#[cfg(test)]
mod tests;
mod ticket;
mod watches;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::CliError;
use super::cluster::{ClusterArguments, NamespaceArguments};
use super::output::say;
use state::{Known, Scope};
use ticket::Ticket;

/// Arguments of `onhook board`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  # Everybody who leaves
  onhook board --all-namespaces

  # Those of one namespace, on a port that stays
  onhook board -n people --port 8888")]
pub(super) struct Arguments {
    #[command(flatten)]
    cluster: ClusterArguments,
    #[command(flatten)]
    namespace: NamespaceArguments,
    /// File with a bearer token to ask the API server with, instead of whom the kubeconfig names. It is read again as it
    /// changes.
    #[arg(long, value_name = "FILE", help_heading = "Cluster")]
    token_file: Option<PathBuf>,
    /// Port on 127.0.0.1. Left out, a free one.
    #[arg(long, value_name = "PORT", default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// Print the address of the page and nothing else. Whoever has it sees what you may see: it carries a token that is
    /// another one at each start.
    #[arg(long)]
    open_url_only: bool,
}

pub(super) async fn run(arguments: Arguments) -> Result<(), CliError> {
    let cluster = arguments.cluster.open_as(arguments.token_file.as_deref()).await?;
    let scope = match arguments.namespace.all_namespaces {
        true => Scope::All,
        false => {
            let asked = arguments.namespace.namespace.as_deref();
            Scope::Namespace(cluster.namespace(asked).to_owned())
        }
    };
    let listener = listen(arguments.port).await?;
    let address = listener.local_addr().map_err(unusable)?;
    let ticket = Ticket::new(address.port());
    greet(&ticket.address(), &scope, arguments.open_url_only)?;
    let (board, seen) = watch::channel(Known::new(scope));
    tokio::select! {
        () = watches::all(cluster.client, board) => Ok(()),
        served = serve::serve(listener, ticket, seen) => served.map_err(unusable),
        stopped = until_stopped() => stopped,
    }
}

/// Only this machine is listened to.
async fn listen(port: u16) -> Result<TcpListener, CliError> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(address).await.map_err(|error| {
        CliError::Start(format!(
            "The port {port} of 127.0.0.1 cannot be used: {error}. Leave --port out for a free one."
        ))
    })
}

fn greet(url: &str, scope: &Scope, url_only: bool) -> Result<(), CliError> {
    match url_only {
        true => say(&format!("{url}\n")),
        false => say(&format!(
            "{url} shows who leaves in {scope}, as far as you may read it, to whoever has this address. Ctrl-C ends it.\n"
        )),
    }
}

/// The connections of browsers that watch never end by themselves, so nothing is waited for.
async fn until_stopped() -> Result<(), CliError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(unusable)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(unusable)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

fn unusable(error: std::io::Error) -> CliError {
    CliError::Start(format!("The page cannot be served: {error}"))
}
