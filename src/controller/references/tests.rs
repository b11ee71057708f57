//! Who depends on whom, from bodies as the account gives them.

use serde_json::{Value, json};

use super::*;

fn user(id: &str, site: &str, extension: &str, more: Value) -> User {
    let mut line = json!({"id": format!("x-{id}"), "extensionNumber": extension, "fqExtensionNumber": format!("77{extension}"),
        "phoneNumbers": [{"phoneNumber": format!("+1408555{extension}")}]});
    line.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    serde_json::from_value(json!({
        "basicInfo": {"userId": id, "userName": id, "primaryEmail": format!("{id}@acme.com"), "status": "ACTIVE",
            "site": {"name": site}},
        "serviceInfo": {"extensions": [line]},
        "assignmentInfo": {"ucCallQueues": []},
    }))
    .unwrap()
}

fn jane() -> User {
    user("jane", "HQ", "1042", json!({}))
}

fn queued(mut user: User, queue: &str) -> User {
    let assignments = user.assignment_info.get_or_insert_default();
    assignments
        .uc_call_queues
        .push(serde_json::from_value(json!({"id": queue, "name": format!("{queue} name")})).unwrap());
    user
}

fn web(users: &[User]) -> Web {
    let mut web = Web::default();
    users.iter().for_each(|user| web.add_user(user));
    web
}

fn group(name: &str, site: &str, more: Value) -> RingGroup {
    let mut group = json!({"id": name, "name": name, "site": {"name": site}});
    group
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    serde_json::from_value(group).unwrap()
}

fn forwards(kind: &str, to: &str, enabled: bool) -> Value {
    json!({"forwardingRules": [{"condition": "NO_ANSWER", "enabled": enabled,
        "destinations": [{"type": kind, "destination": to}]}]})
}

#[test]
fn a_call_queue_with_no_other_active_member_is_named() {
    let leaver = queued(jane(), "sales");
    let mut joe = queued(user("joe", "HQ", "1001", json!({})), "sales");
    let only = |web: &Web| web.references(&leaver).only_member_of;
    assert_eq!(only(&web(&[leaver.clone(), joe.clone()])), Vec::<String>::new());
    assert_eq!(only(&web(std::slice::from_ref(&leaver))), ["sales name"]);
    joe.basic_info.status = Some(UserStatus::Inactive);
    assert_eq!(only(&web(&[leaver.clone(), joe])), ["sales name"]);
    let crowd: Vec<_> = (0..5)
        .map(|n| {
            queued(
                user(&format!("u{n}"), "HQ", &format!("200{n}"), json!({})),
                "sales",
            )
        })
        .chain([leaver.clone()])
        .collect();
    assert_eq!(
        only(&web(&crowd)),
        Vec::<String>::new(),
        "also where two others were listed first"
    );
}

#[test]
fn ring_groups_that_forward_to_the_extension_are_named() {
    let mut web = Web::default();
    web.add_ring_groups(&[
        group("Front", "HQ", forwards("EXTENSION_NUMBER", "1042", true)),
        group("Off", "HQ", forwards("EXTENSION_NUMBER", "1042", false)),
        group("Attendant", "HQ", forwards("AUTO_ATTENDANT", "1042", true)),
        group("Elsewhere", "Branch", forwards("EXTENSION_NUMBER", "1042", true)),
        group(
            "Qualified",
            "Branch",
            forwards("EXTENSION_NUMBER", "771042", true),
        ),
        group(
            "None",
            "HQ",
            json!({"forwardingRules": null, "voicemailSettings": null}),
        ),
    ]);
    assert_eq!(web.references(&jane()).ring_groups, ["Qualified", "Front"]);
}

#[test]
fn a_ring_group_that_mails_voicemail_to_the_person_is_named() {
    let mail = |action: &str| json!({"voicemailSettings": {"notificationAction": action, "notificationEmail": "Jane@acme.com"}});
    let mut web = Web::default();
    web.add_ring_groups(&[
        group("Night", "Branch", mail("NOTIFY")),
        group("Quiet", "HQ", mail("DISABLE")),
    ]);
    assert_eq!(web.references(&jane()).ring_groups, ["Night"]);
    assert!(web.references(&user("joe", "HQ", "1001", json!({}))).is_empty());
}

#[test]
fn sites_that_lead_callers_to_the_extension_are_named() {
    let site = |name: &str, field: &str, to: &str| -> Site {
        serde_json::from_value(json!({"name": name, field: to})).unwrap()
    };
    let mut web = Web::default();
    web.add_sites(&[
        site(
            "Branch",
            "defaultVoicemailZeroOutDestinationExtensionId",
            "x-jane",
        ),
        site("HQ", "defaultVoicemailZeroOutDestinationExtensionNumber", "1042"),
        site(
            "Other",
            "defaultVoicemailZeroOutDestinationExtensionNumber",
            "1042",
        ),
    ]);
    assert_eq!(web.references(&jane()).sites, ["Branch", "HQ"]);
}

#[test]
fn users_whose_callers_are_led_to_the_extension_are_counted() {
    let to = |id: &str, site: &str, to: &str| user(id, site, id, json!({"voicemailZeroOutDestination": to}));
    let users = [
        to("2001", "HQ", "1042"),
        to("2002", "HQ", "1042"),
        to("2003", "Branch", "1042"),
        to("2004", "Branch", "+14085551042"),
        to("2005", "HQ", "1001"),
        user(
            "jane",
            "HQ",
            "1042",
            json!({"voicemailZeroOutDestination": "1042"}),
        ),
    ];
    assert_eq!(
        web(&users).references(&jane()).users,
        3,
        "two of the site, one by the number"
    );
}

#[test]
fn numbers_with_an_open_port_are_counted() {
    let number = |number: &str| -> PhoneNumber {
        serde_json::from_value(json!({"phoneNumber": number, "status": "PRE_PORTING"})).unwrap()
    };
    let mut web = Web::default();
    web.add_ports(vec![number("+14085551042"), number("+14085559999")]);
    assert_eq!(web.references(&jane()).ports, 1);
}

#[test]
fn only_what_an_inventory_showed_is_read_again() {
    let nothing = References::default();
    let parts = |users, ring_groups, sites, ports| Parts {
        users,
        ring_groups,
        sites,
        ports,
    };
    assert_eq!(Parts::of(&jane(), None), parts(true, true, true, true));
    assert_eq!(
        Parts::of(&jane(), Some(&nothing)),
        parts(false, false, false, false)
    );
    let queued = queued(jane(), "sales");
    assert_eq!(
        Parts::of(&queued, Some(&nothing)),
        parts(true, false, false, false)
    );
    let sites = References {
        sites: vec!["HQ".to_owned()],
        ..References::default()
    };
    assert_eq!(Parts::of(&jane(), Some(&sites)), parts(false, false, true, false));
}
