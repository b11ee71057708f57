//! Watches that survive an object which this version cannot read: it is logged by its name and passed over, and the
//! others go on.

use std::future;

use futures::{Stream, TryStreamExt};
use kube::core::DeserializeGuard;
use kube::runtime::reflector::{ObjectRef, Store, store};
use kube::runtime::watcher::{Config, Event};
use kube::runtime::{Controller, WatchStreamExt, watcher};
use kube::{Api, Client, ResourceExt};

use super::objects::Object;

/// A controller over all objects of a kind that can be read.
pub(super) fn controller<K: Object>(client: &Client) -> Controller<K> {
    let (reader, writer) = store();
    let objects = Api::<DeserializeGuard<K>>::all(client.clone());
    let events = readable(watcher(objects, Config::default()), reader.clone());
    Controller::for_stream(events.reflect(writer).applied_objects(), reader)
}

/// The events about objects that can be read. One that cannot be read any more is taken for gone: what it said before,
/// of a Tenant that it may write, is not to be acted on.
fn readable<K: Object>(
    events: impl Stream<Item = watcher::Result<Event<DeserializeGuard<K>>>> + Send,
    known: Store<K>,
) -> impl Stream<Item = watcher::Result<Event<K>>> + Send {
    events.try_filter_map(move |event| {
        let gone = |object: &DeserializeGuard<K>| {
            let name =
                ObjectRef::<K>::new(&object.name_any()).within(&object.namespace().unwrap_or_default());
            known.get(&name).map(|known| Event::Delete((*known).clone()))
        };
        let event = match event {
            Event::Apply(DeserializeGuard(Ok(object))) => Some(Event::Apply(object)),
            Event::Delete(DeserializeGuard(Ok(object))) => Some(Event::Delete(object)),
            Event::InitApply(DeserializeGuard(Ok(object))) => Some(Event::InitApply(object)),
            Event::Init => Some(Event::Init),
            Event::InitDone => Some(Event::InitDone),
            Event::Apply(object) => {
                passed_over(&object);
                gone(&object)
            }
            Event::InitApply(object) => {
                passed_over(&object);
                None
            }
            Event::Delete(object) => gone(&object),
        };
        future::ready(Ok(event))
    })
}

/// The error's text is not logged: it may show a part of the object.
fn passed_over<K: Object>(object: &DeserializeGuard<K>) {
    let (kind, name) = (K::kind(&()), object.name_any());
    let namespace = object.namespace().unwrap_or_default();
    tracing::error!(
        %kind,
        namespace,
        name,
        "this version cannot read the object and passes it over; compare it with the schema of its CRD"
    );
}

#[cfg(test)]
mod tests {
    use futures::{StreamExt, stream};
    use kube::runtime::reflector::reflector;
    use serde_json::{Value, json};

    use super::*;
    use crate::api::User;

    fn user(name: &str, state: &str) -> DeserializeGuard<User> {
        let object: Value = json!({
            "apiVersion": "onhook.dev/v1alpha1", "kind": "User",
            "metadata": {"name": name, "namespace": "people", "uid": name},
            "spec": {"tenantRef": {"name": "acme"}, "userName": name, "state": state},
        });
        serde_json::from_value(object).unwrap()
    }

    /// The names of the Users that are known after these events.
    async fn known_after(events: Vec<Event<DeserializeGuard<User>>>) -> Vec<String> {
        let (reader, writer) = store();
        let events = stream::iter(events.into_iter().map(Ok));
        let outcomes: Vec<_> = reflector(writer, readable(events, reader.clone()))
            .collect()
            .await;
        assert!(outcomes.iter().all(Result::is_ok));
        let mut names: Vec<_> = reader.state().iter().map(|user| user.name_any()).collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn an_object_that_cannot_be_read_is_passed_over_and_the_others_are_not() {
        let events = vec![
            Event::Init,
            Event::InitApply(user("jane", "deleted")),
            Event::InitApply(user("bad", "vanished")),
            Event::InitApply(user("joe", "active")),
            Event::InitDone,
            Event::Apply(user("worse", "vanished")),
            Event::Apply(user("jim", "active")),
            Event::Delete(user("worse", "vanished")),
        ];
        assert_eq!(known_after(events).await, ["jane", "jim", "joe"]);
    }

    #[tokio::test]
    async fn what_cannot_be_read_any_more_is_not_acted_on_as_it_was() {
        let begin = || {
            vec![
                Event::Init,
                Event::InitApply(user("jane", "deleted")),
                Event::InitApply(user("joe", "active")),
                Event::InitDone,
            ]
        };
        for last in [
            Event::Apply(user("jane", "vanished")),
            Event::Delete(user("jane", "vanished")),
        ] {
            let mut events = begin();
            events.push(last);
            assert_eq!(known_after(events).await, ["joe"]);
        }
    }
}
