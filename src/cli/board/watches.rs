//! The watches of Users and Tenants, with the rights of the viewer.

use std::collections::BTreeSet;

use futures::{Stream, StreamExt};
use kube::core::DeserializeGuard;
use kube::runtime::watcher::{Config, Error, Event};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client};
use tokio::sync::watch::Sender;
use tokio::task::JoinSet;

use crate::api::{Tenant, User};

use super::state::{EVERYWHERE, Known, Scope};

/// Keeps what is known up to date. Does not end.
pub(super) async fn all(client: Client, board: Sender<Known>) {
    tokio::join!(users(client.clone(), &board), tenants(client, &board));
}

async fn users(client: Client, board: &Sender<Known>) {
    let scope = board.borrow().scope.clone();
    let api = match &scope {
        Scope::All => Api::<DeserializeGuard<User>>::all(client),
        Scope::Namespace(name) => Api::namespaced(client, name),
    };
    let mut events = Box::pin(watcher(api, Config::default()).default_backoff());
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => drop(board.send_if_modified(|known| known.take_user(event))),
            Err(error) if is_routine(&error) => {}
            Err(error) => {
                let words = problem(&error, "Users", &format!("in {scope}"));
                board.send_if_modified(|known| known.users_problem.replace(words.clone()) != Some(words));
            }
        }
    }
}

/// Watches all Tenants, or, where the viewer may not, those of each namespace that leavers name.
async fn tenants(client: Client, board: &Sender<Known>) {
    let everywhere = watched(Api::all(client.clone()));
    follow(everywhere, EVERYWHERE, board, true).await;
    let mut seen = board.subscribe();
    let mut watches = JoinSet::new();
    let mut begun = BTreeSet::new();
    loop {
        let homes: BTreeSet<_> = {
            let known = seen.borrow_and_update();
            known
                .cards
                .values()
                .map(|card| card.tenant.namespace.clone())
                .collect()
        };
        for home in homes {
            if begun.insert(home.clone()) {
                let events = watched(Api::namespaced(client.clone(), &home));
                let board = board.clone();
                watches.spawn(async move { follow(events, &home, &board, false).await });
            }
        }
        if seen.changed().await.is_err() {
            return;
        }
    }
}

fn watched(
    api: Api<DeserializeGuard<Tenant>>,
) -> impl Stream<Item = watcher::Result<Event<DeserializeGuard<Tenant>>>> + Send {
    watcher(api, Config::default()).default_backoff()
}

/// Takes in what a watch says. Where `until_refused`, it ends once the server refuses it.
async fn follow(
    events: impl Stream<Item = watcher::Result<Event<DeserializeGuard<Tenant>>>> + Send,
    namespace: &str,
    board: &Sender<Known>,
    until_refused: bool,
) {
    let mut events = Box::pin(events);
    let place = match namespace {
        EVERYWHERE => "in all namespaces",
        _ => "there",
    };
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => drop(board.send_if_modified(|known| known.take_tenant(namespace, event))),
            Err(error) if until_refused && code(&error) == Some(403) => {
                board.send_modify(|known| known.forget(namespace));
                return;
            }
            Err(error) if is_routine(&error) => {}
            Err(error) => {
                let words = problem(&error, "Tenants", place);
                board.send_if_modified(|known| {
                    let before = known.tenants_problems.insert(namespace.to_owned(), words.clone());
                    before != Some(words)
                });
            }
        }
    }
}

/// Whether it only says that the watch begins anew.
fn is_routine(error: &Error) -> bool {
    matches!(error, Error::WatchError(status) if status.code == 410)
}

fn code(error: &Error) -> Option<u16> {
    match error {
        Error::InitialListFailed(kube::Error::Api(status))
        | Error::WatchStartFailed(kube::Error::Api(status))
        | Error::WatchError(status) => Some(status.code),
        _ => None,
    }
}

/// What is wrong, and what to do, in words.
fn problem(error: &Error, what: &str, place: &str) -> String {
    let kind = what.to_lowercase();
    match code(error) {
        Some(403) => format!(
            "You may not list and watch {what} {place} (403). Ask for a role with get, list and watch of {kind} in \
             onhook.dev; it is tried again by itself."
        ),
        Some(401) => {
            "The API server does not know you (401). Sign in again, and start onhook board anew.".to_owned()
        }
        Some(404) => {
            format!(
                "The API server has no {what} (404). Install the CRDs of Onhook; it is tried again by itself."
            )
        }
        _ => format!(
            "{what} {place} cannot be read: {}. It is tried again by itself; check the kubeconfig.",
            cause(error)
        ),
    }
}

/// What lies at the bottom of an error: what is above it only says what was being done.
fn cause(error: &Error) -> String {
    let mut deepest: &dyn std::error::Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}
