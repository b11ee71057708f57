use serde_json::{Value, json};

use super::*;

fn user(name: &str, tenant: &str, state: &str, status: Value) -> User {
    serde_json::from_value(json!({
        "apiVersion": "onhook.dev/v1alpha1", "kind": "User",
        "metadata": {
            "name": name, "namespace": "people", "uid": format!("uid-{name}"), "generation": 1,
            "finalizers": [FINALIZER_OFFBOARD],
        },
        "spec": {"tenantRef": {"name": tenant}, "userName": format!("{name}@acme.com"), "state": state},
        "status": status,
    }))
    .unwrap()
}

fn resting(name: &str, tenant: &str) -> User {
    let ready = json!({
        "type": "Ready", "status": "True", "reason": "Active", "message": "",
        "lastTransitionTime": "2026-11-01T00:00:00Z",
    });
    let status = json!({"observedGeneration": 1, "userId": format!("id-{name}"), "conditions": [ready]});
    user(name, tenant, "active", status)
}

fn tenant(name: &str) -> Tenant {
    serde_json::from_value(json!({
        "apiVersion": "onhook.dev/v1alpha1", "kind": "Tenant",
        "metadata": {"name": name, "namespace": "people"},
        "spec": {
            "adminApi": {"url": "https://account.test", "apiKeySecretRef": {"name": "acme", "key": "apiKey"}},
            "administrators": {"primary": "it-admin@acme.com"},
            "contactCenter": {"mode": "None"},
            "defaults": {"deletionPolicy": "Delete"},
        },
    }))
    .unwrap()
}

fn names(keys: Vec<Arc<Key>>) -> Vec<String> {
    let mut names: Vec<_> = keys.iter().map(|key| key.name.to_string()).collect();
    names.sort();
    names
}

#[test]
fn one_at_rest_is_packed_and_comes_back_as_it_was() {
    let people = People::default();
    let whole = resting("jane", "acme");
    people.take(Event::Apply(whole.clone()));
    let person = people.person(&Key::new("people", "jane")).unwrap();
    assert!(matches!(person.form, Form::Packed(_)) && person.held);
    assert_eq!(person.user_id.as_deref(), Some("id-jane"));
    assert_eq!(*person.user().unwrap(), whole);
}

#[test]
fn who_is_busy_is_found_without_those_at_rest() {
    let people = People::default();
    people.take(Event::Apply(resting("jane", "acme")));
    people.take(Event::Apply(user("joe", "acme", "active", Value::Null)));
    people.take(Event::Apply(user("ann", "acme", "deleted", Value::Null)));
    people.take(Event::Apply(user("bob", "other", "deleted", Value::Null)));
    let key = Key::new("people", "acme");
    assert_eq!(names(people.busy_keys_of(&key)), ["ann", "joe"]);
    assert_eq!(names(people.keys_of(&key)), ["ann", "jane", "joe"]);
    let leavers = people.busy_of(&tenant("acme"), |person| person.leaves);
    assert_eq!(leavers.len(), 1);
    // It came to rest, and is busy no more.
    people.take(Event::Apply(resting("joe", "acme")));
    assert_eq!(names(people.busy_keys_of(&key)), ["ann"]);
    assert_eq!(people.count_of(&tenant("acme")), 3);
}

#[test]
fn a_list_tells_who_is_gone_and_only_a_complete_one_does() {
    let people = People::default();
    for name in ["jane", "joe"] {
        people.take(Event::Apply(resting(name, "acme")));
    }
    people.take(Event::Init);
    let seen = people.take(Event::InitApply(resting("jane", "acme")));
    assert!(seen.seen.is_empty() && seen.gone.is_empty());
    assert_eq!(people.count_of(&tenant("acme")), 2);
    let change = people.take(Event::InitDone);
    assert_eq!(names(change.seen), ["jane"]);
    assert_eq!(&*change.gone[0].1, "uid-joe");
    assert_eq!(people.count_of(&tenant("acme")), 1);
    people.take(Event::Delete(resting("jane", "acme")));
    assert!(people.keys().is_empty());
}

#[test]
fn how_they_stand_is_counted_as_they_change_and_only_of_namespaces_that_are_asked_for() {
    let people = People::default();
    let steps = |tenant: &str, namespace: &str| {
        let tally = people.tally_of(&self::tenant(tenant), |own| own == namespace);
        let steps = tally.steps.into_iter();
        steps
            .map(|(step, count)| format!("{step} {count}"))
            .collect::<Vec<_>>()
    };
    let at = |name: &str, tenant: &str, step: &str| user(name, tenant, "deleted", json!({"step": step}));
    people.take(Event::Apply(at("jane", "acme", "Licenses")));
    people.take(Event::Apply(at("joe", "acme", "Licenses")));
    people.take(Event::Apply(resting("jim", "acme")));
    assert_eq!(steps("acme", "people"), ["Licenses 2"]);
    assert!(steps("acme", "elsewhere").is_empty() && steps("other", "people").is_empty());
    people.take(Event::Apply(at("jane", "acme", "Delete")));
    people.take(Event::Apply(at("joe", "other", "Licenses")));
    assert_eq!(steps("acme", "people"), ["Delete 1"]);
    assert_eq!(steps("other", "people"), ["Licenses 1"]);
    people.take(Event::Delete(at("jane", "acme", "Delete")));
    people.take(Event::Apply(resting("joe", "other")));
    assert!(steps("acme", "people").is_empty() && steps("other", "people").is_empty());
}
