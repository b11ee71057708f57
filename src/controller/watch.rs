//! Watches that survive an object which this version cannot read: it is logged by its name and passed over, and the
//! others go on. One watch a kind, of objects without what nobody asks for.

use std::future;

use futures::{Stream, StreamExt, TryStreamExt};
use kube::core::DeserializeGuard;
use kube::runtime::reflector::{ObjectRef, Store, store};
use kube::runtime::watcher::{Config, Event};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client, ResourceExt};

use crate::telemetry::Health;

use super::objects::Object;
use super::run::STUCK;

/// What GitOps tools and `kubectl` write beside an object: as long as the object itself, and nobody asks for it here.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The one watch over all objects of a kind that can be read. `known` gives one as it was seen last.
pub(super) fn events<K: Object, Known>(
    client: Client,
    health: &Health,
    known: Known,
) -> impl Stream<Item = watcher::Result<Event<K>>> + Send + use<K, Known>
where
    Known: Fn(&str, &str) -> Option<K> + Send + 'static,
{
    let objects = Api::<DeserializeGuard<K>>::all(client);
    // A server that streams lists holds no list in its memory, and neither does who reads it. One that does not is asked
    // for pages.
    let streamed = watcher(objects.clone(), Config::default().streaming_lists());
    let streamed = streamed.take_while(|event| future::ready(!is_refused(event)));
    let paged = watcher(objects, Config::default());
    let events = readable(streamed.chain(paged), known).map_ok(|event| event.modify(prune));
    let name = format!("watch of {}", K::kind(&()));
    health.pulse(name, STUCK).of(events)
}

/// Whether the server says that it does not stream lists.
fn is_refused<K>(event: &watcher::Result<Event<K>>) -> bool {
    matches!(event, Err(watcher::Error::WatchStartFailed(kube::Error::Api(status))) if matches!(status.code, 400 | 422))
}

/// Takes off what nobody asks for. What must be told from it is read with the object itself.
fn prune<K: Object>(object: &mut K) {
    object.meta_mut().managed_fields = None;
    object.annotations_mut().remove(LAST_APPLIED);
}

/// The same, kept in a store of its own.
pub(super) fn stored<K: Object>(
    client: &Client,
    health: &Health,
) -> (
    Store<K>,
    impl Stream<Item = watcher::Result<Event<K>>> + Send + use<K>,
) {
    let (reader, writer) = store();
    let known = of_store(reader.clone());
    (reader, events(client.clone(), health, known).reflect(writer))
}

fn of_store<K: Object>(store: Store<K>) -> impl Fn(&str, &str) -> Option<K> + Send {
    move |namespace, name| {
        let known = store.get(&ObjectRef::new(name).within(namespace))?;
        Some((*known).clone())
    }
}

/// The events about objects that can be read. One that cannot be read any more is taken for gone: what it said before,
/// of a Tenant that it may write, is not to be acted on.
fn readable<K: Object>(
    events: impl Stream<Item = watcher::Result<Event<DeserializeGuard<K>>>> + Send,
    known: impl Fn(&str, &str) -> Option<K> + Send,
) -> impl Stream<Item = watcher::Result<Event<K>>> + Send {
    events.try_filter_map(move |event| {
        let gone = |object: &DeserializeGuard<K>| {
            known(&object.namespace().unwrap_or_default(), &object.name_any()).map(Event::Delete)
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
        let outcomes: Vec<_> = reflector(writer, readable(events, of_store(reader.clone())))
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

    #[test]
    fn what_nobody_asks_for_is_not_kept() {
        let DeserializeGuard(Ok(mut user)) = user("jane", "active") else {
            panic!("it can be read")
        };
        let kept = user.clone();
        user.annotations_mut()
            .insert(LAST_APPLIED.to_owned(), "{}".to_owned());
        user.managed_fields_mut().push(Default::default());
        prune(&mut user);
        user.metadata.annotations = None;
        assert_eq!(user, kept);
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
