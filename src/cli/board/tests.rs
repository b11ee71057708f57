//! What the page shows of whom.

use jiff::Timestamp;
use kube::core::DeserializeGuard;
use kube::runtime::watcher::Event;
use serde_json::{Value, json};

use crate::api::{Tenant, User};
use crate::cli::lane::Lane;

use super::card::{Card, Key};
use super::page::View;
use super::select::{Column, Filter, SHOWN, Title, columns};
use super::state::{Known, Scope};

const NOW: &str = "2026-07-01T12:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn object(name: &str, namespace: &str, status: &Value) -> Value {
    json!({
        "apiVersion": "onhook.dev/v1alpha1", "kind": "User",
        "metadata": {"name": name, "namespace": namespace, "generation": 1},
        "spec": {"tenantRef": {"name": "acme"}, "userName": format!("{name}@acme.example"), "state": "deleted"},
        "status": status,
    })
}

fn user(name: &str, status: &Value) -> User {
    serde_json::from_value(object(name, "people", status)).unwrap()
}

fn ready(status: &str, reason: &str) -> Value {
    json!({
        "observedGeneration": 1,
        "conditions": [{"type": "Ready", "status": status, "reason": reason, "message": "Words.", "lastTransitionTime": NOW}],
    })
}

fn blocker(reason: &str, to_do: &str) -> Value {
    json!({"reason": reason, "what": format!("What of {reason}."), "toDo": to_do, "since": NOW})
}

fn blocked(blockers: &[Value], queues: &[&str]) -> Value {
    let queue = |name: &&str| json!({"type": "ContactCenter", "id": name, "name": name});
    let queues: Vec<_> = queues.iter().map(queue).collect();
    let mut status = ready("False", "Blocked");
    status["blockers"] = blockers.into();
    status["observed"] = json!({"status": "INACTIVE", "queues": queues});
    status
}

fn in_queues(queues: &[&str]) -> Value {
    let queues_assigned = blocker("ContactCenterQueuesAssigned", "Clear Assigned.");
    blocked(
        &[
            queues_assigned,
            blocker("ContactCenterSupervisorUnconfirmed", "Clear the flag."),
        ],
        queues,
    )
}

fn held() -> Value {
    blocked(&[blocker("RemovalLimit", "Make an Approval.")], &[])
}

fn known(users: Vec<User>) -> Known {
    let mut known = Known::new(Scope::Namespace("people".to_owned()));
    known.take_user(Event::Init);
    for user in users {
        known.take_user(Event::InitApply(DeserializeGuard(Ok(user))));
    }
    known.take_user(Event::InitDone);
    known
}

fn column<'a>(known: &'a Known, lane: Lane, filter: &Filter) -> Column<'a> {
    let mut all = columns(known.cards.values(), filter).into_iter();
    all.find(|column| column.lane == lane).unwrap()
}

fn page(known: &Known, filter: &Filter) -> String {
    View {
        known,
        filter,
        now: now(),
    }
    .page()
    .into_string()
}

fn text(text: &str) -> Filter {
    Filter {
        text: text.to_owned(),
        ..Filter::default()
    }
}

#[test]
fn who_is_blocked_stands_in_the_list_of_each_queue_and_of_each_other_to_do() {
    let known = known(vec![
        user("jane", &in_queues(&["Sales", "Support"])),
        user("joe", &in_queues(&["Sales"])),
    ]);
    let column = column(&known, Lane::Blocked, &Filter::default());
    assert_eq!(column.count, 2);
    let lists = column.groups.iter().map(|group| {
        let names = group.cards.iter().map(|card| card.key.name.as_str());
        (group.title, names.collect::<Vec<_>>())
    });
    let title = |to_do, queue| Title::Task { to_do, queue };
    let expected = [
        (title("Clear Assigned.", Some("Sales")), vec!["jane", "joe"]),
        (title("Clear Assigned.", Some("Support")), vec!["jane"]),
        (title("Clear the flag.", None), vec!["jane", "joe"]),
    ];
    assert_eq!(lists.collect::<Vec<_>>(), expected);
    let page = page(&known, &Filter::default());
    assert!(page.contains("Queue <bdi>Sales</bdi>: Clear Assigned."));
    assert!(page.contains("1 more to-do(s)"));
}

#[test]
fn ten_thousand_leavers_are_counted_and_few_are_shown() {
    let many = (0..10_000).map(|n| {
        let queue = if n < 5 { "Rare" } else { "Sales" };
        user(&format!("leaver-{n}"), &in_queues(&[queue]))
    });
    let known = known(many.collect());
    let all = column(&known, Lane::Blocked, &Filter::default());
    let shown: usize = all.groups.iter().map(|group| group.cards.len()).sum();
    assert_eq!((all.count, shown), (10_000, SHOWN));
    // A long list leaves room for a short one.
    let rare = &all.groups[0];
    assert_eq!((rare.count, rare.cards.len()), (5, 5));
    let page = page(&known, &Filter::default());
    assert!(page.len() < 400_000, "{}", page.len());
    assert!(page.contains("of 9995: filter to see others."));
    // The filter looks at all, not only at those that are shown.
    let one = column(&known, Lane::Blocked, &text("leaver-9876"));
    assert_eq!(one.count, 1);
}

#[test]
fn a_filter_finds_by_namespace_tenant_and_every_word() {
    let mut other = object("joe", "elsewhere", &ready("False", "Running"));
    other["spec"]["tenantRef"] = json!({"name": "globex", "namespace": "tenants"});
    let known = known(vec![
        user("jane", &in_queues(&["Sales"])),
        serde_json::from_value(other).unwrap(),
    ]);
    let found = |filter: &Filter| {
        let found = known.cards.values().filter(|card| filter.finds(card));
        let names: Vec<_> = found.map(|card| card.key.name.clone()).collect();
        names.join(" ")
    };
    let namespace = |namespace: &str| Filter {
        namespace: namespace.to_owned(),
        ..Filter::default()
    };
    let tenant = |tenant: &str| Filter {
        tenant: tenant.to_owned(),
        ..Filter::default()
    };
    assert_eq!(found(&Filter::default()), "joe jane");
    assert_eq!(found(&namespace("people")), "jane");
    assert_eq!(found(&tenant("tenants/globex")), "joe");
    assert_eq!(found(&tenant("people/acme")), "jane");
    assert_eq!(found(&text("SALES jane@acme")), "jane");
    assert_eq!(found(&text("sales joe")), "");
    // A choice that finds nobody stays chosen.
    let page = page(&known, &tenant("people/gone"));
    assert!(page.contains(r#"value="people/gone" selected"#));
}

#[test]
fn nothing_that_is_shown_is_markup() {
    let evil = "<img src=x onerror=alert(1)>\"'";
    let mut object = object("jane", "people", &in_queues(&[evil]));
    object["spec"]["userName"] = evil.into();
    object["spec"]["tenantRef"]["name"] = evil.into();
    object["status"]["step"] = evil.into();
    object["status"]["blockers"][0]["what"] = evil.into();
    object["status"]["blockers"][0]["toDo"] = evil.into();
    let known = known(vec![serde_json::from_value(object).unwrap()]);
    let page = page(&known, &text(evil));
    assert!(!page.contains("<img") && page.contains("&lt;img src=x"));
    assert!(!page.contains("(1)>\"'"), "an attribute can be left");
}

#[test]
fn a_held_set_shows_its_digest_and_how_many_it_is() {
    let mut known = known(vec![user("jane", &held()), user("joe", &held())]);
    let shown = |known: &Known| page(known, &Filter::default());
    assert!(shown(&known).contains("that status.removals.waiting of the Tenant acme shows"));
    let digest = "sha256:0123456789abcdef0123456789abcdef";
    let tenant = json!({
        "apiVersion": "onhook.dev/v1alpha1", "kind": "Tenant", "metadata": {"name": "acme", "namespace": "people"},
        "spec": {
            "adminApi": {"apiKeySecretRef": {"name": "key", "key": "apiKey"}}, "administrators": {"primary": "a@acme.example"},
            "contactCenter": {"mode": "None"}, "defaults": {"deletionPolicy": "Delete"},
        },
        "status": {"removals": {"state": "Held", "counted": 2, "waiting": {"count": 2, "digest": digest, "first": []}}},
    });
    let tenant: Tenant = serde_json::from_value(tenant).unwrap();
    let event = || Event::Apply(DeserializeGuard(Ok(tenant.clone())));
    assert!(known.take_tenant("*", event()));
    assert!(!known.take_tenant("*", event()), "nothing changed");
    let page = shown(&known);
    assert!(page.contains(&format!(
        "an Approval of the digest {digest} of the Tenant acme, which lets 2 removals go."
    )));
    known.take_tenant("*", Event::Init);
    known.take_tenant("*", Event::InitDone);
    assert!(
        !shown(&known).contains(digest),
        "a Tenant that is gone is forgotten"
    );
}

#[test]
fn only_who_leaves_is_kept_and_who_comes_back_goes_off_the_page() {
    let stays = |state: &str| {
        let mut object = object("jane", "people", &ready("True", "Active"));
        object["spec"]["state"] = state.into();
        DeserializeGuard(Ok(serde_json::from_value(object).unwrap()))
    };
    let mut known = known(vec![user("joe", &ready("True", "Deleted"))]);
    assert!(!known.take_user(Event::Apply(stays("active"))));
    assert_eq!(known.cards.len(), 1);
    assert!(known.take_user(Event::Apply(stays("deactivated"))));
    assert!(
        !known.take_user(Event::Apply(stays("deactivated"))),
        "nothing changed"
    );
    assert_eq!(known.cards.len(), 2);
    assert!(known.take_user(Event::Apply(stays("active"))));
    known.take_user(Event::Init);
    assert_eq!(
        known.cards.len(),
        1,
        "a new list takes nobody away before it is whole"
    );
    known.take_user(Event::InitDone);
    assert!(known.cards.is_empty());
}

#[test]
fn what_cannot_be_read_is_said() {
    let mut known = Known::new(Scope::All);
    assert!(page(&known, &Filter::default()).contains("The cluster is being read."));
    known.users_problem = Some("You may not.".to_owned());
    for namespace in ["a", "b"] {
        let problem = "You may not list and watch Tenants.".to_owned();
        known.tenants_problems.insert(namespace.to_owned(), problem);
    }
    let bad = json!({"apiVersion": "onhook.dev/v1alpha1", "kind": "User", "metadata": {"name": "bad", "namespace": "a"}, "spec": {}});
    known.take_user(Event::Init);
    let bad = serde_json::from_value::<DeserializeGuard<User>>(bad).unwrap();
    assert_eq!(known.notices().len(), 2);
    assert!(known.take_user(Event::InitApply(bad)), "Users can be read again");
    known.take_user(Event::InitDone);
    let notices = known.notices();
    assert!(
        notices[0].contains("where the Tenant is in: a, b."),
        "{notices:?}"
    );
    assert!(
        notices[1].contains("1 User(s) cannot be read") && notices[1].contains("a/bad"),
        "{notices:?}"
    );
}

#[test]
fn a_card_says_when_it_goes_on_and_since_when_it_stands() {
    let mut status = ready("True", "Scheduled");
    status["step"] = "RetentionPeriod".into();
    status["steps"] = json!([{
        "name": "RetentionPeriod", "state": "Waiting", "since": "2026-06-28T12:00:00Z", "notBefore": "2026-07-01T15:30:00Z",
    }]);
    let known = known(vec![user("jane", &status)]);
    let page = page(&known, &Filter::default());
    for words in [
        "By itself <time",
        ">in 3 h</time>",
        ">3 d ago</time>",
        "2026-07-01 15:30 UTC",
        "RetentionPeriod",
        "to be deleted",
    ] {
        assert!(page.contains(words), "{words}");
    }
    let card = Card::of(&user("jane", &status));
    let key = Key {
        namespace: "people".to_owned(),
        name: "jane".to_owned(),
    };
    assert_eq!((card.lane, card.key), (Lane::Waiting, key));
}
