//! The web pages: every control of them, over HTTP as a browser sends it.

use onhook::simulator::{Account, NewAgent, NewUser};
use reqwest::StatusCode;

use crate::common::{Bench, bench};

const JANE: &str = "jane.doe@acme.example";

/// An agent with two queues, supervisor and administrator of Contact Center, and a colleague.
fn account() -> (Account, String, String) {
    let mut account = Account::empty(7);
    account.add_user(NewUser {
        user_name: "it@acme.example".to_owned(),
        ..NewUser::default()
    });
    let primary = account.find("it@acme.example").remove(0);
    account.administrators.primary = primary;
    let jane = account.add_user(NewUser {
        user_name: JANE.to_owned(),
        license: Some("X4-Standard-US".to_owned()),
        number: Some("+15552000001".to_owned()),
        ring_groups: vec!["Support".to_owned()],
        cc: Some(NewAgent {
            license: "X6-US".to_owned(),
            queues: vec!["Sales".to_owned(), "Service".to_owned()],
            supervisor: true,
            supervised_queues: vec!["Sales".to_owned()],
            admin: true,
        }),
        ..NewUser::default()
    });
    let agent = account.contact_center.agent_of(&jane).unwrap().id.clone();
    (account, jane, agent)
}

async fn start() -> (Bench, String, String) {
    let (account, jane, agent) = account();
    (bench(account).await, jane, agent)
}

fn url(bench: &Bench, path: &str) -> String {
    format!("{}{path}", bench.simulator.control_url().trim_end_matches('/'))
}

async fn get(bench: &Bench, path: &str) -> String {
    let answer = bench.client.get(url(bench, path)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.text().await.unwrap()
}

/// Sends a form, and gives the page that it leads to.
async fn post(bench: &Bench, path: &str, form: &[(&str, &str)]) -> String {
    let answer = bench
        .client
        .post(url(bench, path))
        .form(form)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.text().await.unwrap()
}

fn jane_now(bench: &Bench, id: &str) -> onhook::simulator::Profile {
    bench
        .handle()
        .with_account(|account| account.profile(id).unwrap().clone())
}

#[tokio::test]
async fn the_list_shows_users_finds_them_and_turns_its_pages() {
    let (mut account, jane, _) = account();
    for number in 0..60 {
        account.add_user(NewUser {
            user_name: format!("user-{number:04}@acme.example"),
            ..NewUser::default()
        });
    }
    let bench = bench(account).await;
    let first = get(&bench, "/admin-console/users").await;
    assert!(first.contains("62 user(s), page 1 of 2") && first.contains("Next page"));
    let found = get(&bench, "/admin-console/users?search=JANE").await;
    assert!(found.contains(&format!("/admin-console/users/{jane}")) && found.contains("1 user(s)"));
    for text in ["X4-Standard-US", "+15552000001", "Support", "ACTIVE"] {
        assert!(found.contains(text), "{text}");
    }
}

#[tokio::test]
async fn a_users_page_has_everything_on_it() {
    let (bench, jane, agent) = start().await;
    let page = get(&bench, &format!("/admin-console/users/{jane}")).await;
    for text in [
        JANE,
        "X6-US",
        "+15552000001",
        "Support",
        &agent,
        "Voicemail messages",
        "Emergency calls",
    ] {
        assert!(page.contains(text), "{text}");
    }
}

#[tokio::test]
async fn what_people_are_called_is_text_and_never_markup() {
    let (bench, jane, _) = start().await;
    bench.handle().with_account(|account| {
        let profile = account.profile_mut(&jane).unwrap();
        profile.user.basic_info.first_name = Some("<script>alert(1)</script>".to_owned());
    });
    let page = get(&bench, "/admin-console/users").await;
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script>"));
}

#[tokio::test]
async fn a_user_is_deactivated_and_activated_after_continue() {
    let (bench, jane, _) = start().await;
    let path = format!("/admin-console/users/{jane}");
    let question = get(&bench, &format!("{path}/deactivate")).await;
    assert!(question.contains("Continue") && jane_now(&bench, &jane).is_active());
    let page = post(&bench, &format!("{path}/deactivate"), &[]).await;
    assert!(page.contains("User(s) saved successfully!") && page.contains("suspended"));
    assert!(!jane_now(&bench, &jane).is_active() && jane_now(&bench, &jane).sessions == 0);
    post(&bench, &format!("{path}/activate"), &[]).await;
    assert!(jane_now(&bench, &jane).is_active());
}

#[tokio::test]
async fn a_deactivated_user_is_neither_edited_nor_reset() {
    let (bench, jane, _) = start().await;
    let path = format!("/admin-console/users/{jane}");
    post(&bench, &format!("{path}/deactivate"), &[]).await;
    let form = get(&bench, &format!("{path}/edit")).await;
    assert!(form.contains("cannot be edited") && !form.contains("name=\"userName\""));
    let refused = post(
        &bench,
        &format!("{path}/edit"),
        &[("userName", "other@acme.example")],
    )
    .await;
    assert!(refused.contains("activate or delete"));
    let refused = post(&bench, &format!("{path}/reset"), &[]).await;
    assert!(refused.contains("cannot be reset"));
    assert_eq!(jane_now(&bench, &jane).user.basic_info.user_name, JANE);
}

#[tokio::test]
async fn a_user_name_is_changed_and_one_in_use_refused() {
    let (bench, jane, _) = start().await;
    let path = format!("/admin-console/users/{jane}/edit");
    let refused = post(&bench, &path, &[("userName", "it@acme.example")]).await;
    assert!(refused.contains("in use"));
    let saved = post(&bench, &path, &[("userName", "jane.roe@acme.example")]).await;
    assert!(saved.contains("User(s) saved successfully!"));
    let now = jane_now(&bench, &jane).user;
    assert_eq!(now.basic_info.user_name, "jane.roe@acme.example");
    assert_eq!(now.licenses().len(), 3, "nothing else has changed");
}

#[tokio::test]
async fn a_license_goes_after_x_continue_and_save() {
    let (bench, jane, _) = start().await;
    let path = format!("/admin-console/users/{jane}/edit");
    let named = |name: &str| {
        let licenses = jane_now(&bench, &jane).user.licenses().to_vec();
        let mut found = licenses
            .into_iter()
            .filter(|license| license.name.as_deref() == Some(name));
        found.next().and_then(|license| license.id)
    };
    let (work, center) = (named("X4-Standard-US").unwrap(), named("X6-US").unwrap());
    let question = get(&bench, &format!("{path}/remove/{work}")).await;
    assert!(question.contains("Voicemail") && question.contains("Continue"));
    let form = get(&bench, &format!("{path}?remove={work}")).await;
    assert!(form.contains("is removed when you save") && named("X4-Standard-US").is_some());
    let fields = [
        ("userName", JANE),
        ("remove", work.as_str()),
        ("remove", center.as_str()),
    ];
    post(&bench, &path, &fields).await;
    let now = jane_now(&bench, &jane);
    assert!(now.user.licenses().is_empty() && now.user.extensions().is_empty());
    let status = bench
        .handle()
        .with_account(|account| account.number_status("+15552000001").cloned());
    assert_eq!(status.unwrap().as_str(), "AVAILABLE");
}

#[tokio::test]
async fn a_ring_group_is_left() {
    let (bench, jane, _) = start().await;
    let group = jane_now(&bench, &jane).user.ring_groups()[0].id.clone();
    let path = format!("/admin-console/users/{jane}/edit");
    post(&bench, &path, &[("userName", JANE), ("leave", &group)]).await;
    assert!(jane_now(&bench, &jane).user.ring_groups().is_empty());
}

#[tokio::test]
async fn who_is_in_contact_center_is_not_deleted_and_the_queues_are_listed() {
    let (bench, jane, _) = start().await;
    let page = post(&bench, &format!("/admin-console/users/{jane}/delete"), &[]).await;
    for text in ["cannot be deleted", "administrator", "queues", "supervisor"] {
        assert!(page.contains(text), "{text}");
    }
    jane_now(&bench, &jane);
}

#[tokio::test]
async fn the_primary_administrator_is_neither_deleted_nor_deactivated() {
    let (bench, ..) = start().await;
    let primary = bench
        .handle()
        .with_account(|account| account.administrators.primary.clone());
    for action in ["delete", "deactivate"] {
        let page = post(&bench, &format!("/admin-console/users/{primary}/{action}"), &[]).await;
        assert!(page.contains("primary administrator cannot be"), "{action}");
    }
    assert!(jane_now(&bench, &primary).is_active());
}

#[tokio::test]
async fn queues_are_assigned_and_enabled_apart() {
    let (bench, _, agent) = start().await;
    let queues = |bench: &Bench| {
        bench
            .handle()
            .with_account(|account| account.contact_center.agents[&agent].queues.clone())
    };
    let sales = bench
        .handle()
        .with_account(|account| account.contact_center.queue_named("Sales"));
    let path = format!("/configuration-manager/agents/{agent}/queues");
    let page = post(&bench, &path, &[("assigned", &sales)]).await;
    assert!(page.contains("Agent saved successfully!"));
    assert!(!queues(&bench)[&sales].enabled && queues(&bench).len() == 1);
    post(&bench, &path, &[("enabled", &sales)]).await;
    assert!(queues(&bench).is_empty(), "enabled alone assigns nobody");
}

#[tokio::test]
async fn the_supervisor_tab_has_its_own_flag_and_queues() {
    let (bench, _, agent) = start().await;
    let path = format!("/configuration-manager/agents/{agent}/supervisor");
    assert!(get(&bench, &path).await.contains("This user is supervisor"));
    post(&bench, &path, &[]).await;
    let now = bench
        .handle()
        .with_account(|account| account.contact_center.agents[&agent].clone());
    assert!(!now.supervisor && now.supervised_queues.is_empty() && now.queues.len() == 2);
}

#[tokio::test]
async fn the_administrator_role_is_taken_away_under_security_roles() {
    let (bench, jane, _) = start().await;
    let page = get(&bench, "/configuration-manager/security/roles").await;
    assert!(page.contains("1 administrator(s)"));
    let path = format!("/configuration-manager/security/roles/{jane}/remove");
    assert!(get(&bench, &path).await.contains("Continue"));
    let page = post(&bench, &path, &[]).await;
    assert!(page.contains("0 administrator(s)"));
}

#[tokio::test]
async fn a_form_of_another_site_does_nothing() {
    let (bench, jane, _) = start().await;
    let path = format!("/admin-console/users/{jane}/deactivate");
    let sent = bench
        .client
        .post(url(&bench, &path))
        .header("origin", "https://evil.example");
    assert_eq!(sent.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    assert!(jane_now(&bench, &jane).is_active());
    let own = url(&bench, "");
    let sent = bench.client.post(url(&bench, &path)).header("origin", own);
    assert_eq!(sent.send().await.unwrap().status(), StatusCode::OK);
    assert!(!jane_now(&bench, &jane).is_active());
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    let (bench, ..) = start().await;
    for path in [
        "/admin-console/users/nobody",
        "/configuration-manager/agents/ag0",
        "/admin-console/users/nobody/delete",
    ] {
        let answer = bench.client.get(url(&bench, path)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_page_runs_no_script_and_is_framed_by_nobody() {
    let (account, _) = crate::common::with_jane();
    let bench = crate::common::bench(account).await;
    let start = bench.simulator.pages_url();
    assert_eq!(bench.simulator.summary()["pagesUrl"], start);
    for path in ["", "admin-console/users", "configuration-manager/agents"] {
        let answer = bench.client.get(format!("{start}{path}")).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}");
        let policy = answer.headers()["content-security-policy"].to_str().unwrap();
        for rule in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(rule), "{path}: {rule}");
        }
    }
}
