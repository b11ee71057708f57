//! What is in the account, and what it saw.

use std::collections::BTreeMap;

use onhook::simulator::{Account, AgentStatus, NewAgent, NewUser, Profile};
use onhook::testbed::judge::Journal;
use onhook::testbed::wait_until;
use serde_json::{Value, json};

use super::{Person, Scene, user_name};
use crate::support::DEADLINE;

impl Scene {
    fn change<T>(&self, change: impl FnOnce(&mut Account) -> T) -> T {
        self.simulator.handle().with_account(change)
    }

    /// Puts a person into the account, and gives the id of the profile.
    pub async fn person(&self, person: Person) -> String {
        let Person { name, .. } = &person;
        let number = {
            let mut numbers = self.numbers.lock().unwrap();
            let number = format!("+1555{:07}", 2_000_000 + numbers.len());
            numbers.insert(name.clone(), number.clone());
            number
        };
        let named = |kind: &str, count: usize| -> Vec<_> {
            (0..count).map(|n| format!("{name}-{kind}-{n}")).collect()
        };
        let own_ring_groups = named("ring", person.ring_groups);
        let agent = NewAgent {
            license: "X6-US".to_owned(),
            queues: named("cc", person.contact_center_queues),
            supervisor: true,
            ..NewAgent::default()
        };
        let new = NewUser {
            user_name: user_name(name),
            license: Some("X4-Standard-US".to_owned()),
            number: Some(number),
            device: person.device.then(|| "ACTIVE".to_owned()),
            ring_groups: [&own_ring_groups[..], person.shared_ring_group.as_slice()].concat(),
            call_queues: named("call", person.call_queues),
            cc: (person.contact_center_queues > 0).then_some(agent),
            scim_provider: person.scim_provider.clone(),
            ..NewUser::default()
        };
        let in_groups = person.ring_groups + person.call_queues > 0;
        let colleague = NewUser {
            user_name: user_name(&format!("{name}-colleague")),
            license: Some("X2-US".to_owned()),
            ring_groups: own_ring_groups,
            call_queues: new.call_queues.clone(),
            ..NewUser::default()
        };
        self.change(|account| {
            if in_groups && !person.alone {
                account.add_user(colleague);
            }
            account.add_user(new)
        })
    }

    /// Name of the site that people are at; one is made where there is none.
    pub async fn site(&self) -> String {
        self.change(|account| {
            if account.sites.is_empty() {
                account.add_site("Headquarters");
            }
            account.sites[0].name.clone().unwrap()
        })
    }

    /// Takes everybody out of the account, so that it lists nobody.
    pub fn hide_everybody(&self) -> BTreeMap<String, Profile> {
        self.change(|account| std::mem::take(&mut account.users))
    }

    /// Puts everybody back.
    pub fn show(&self, users: BTreeMap<String, Profile>) {
        self.change(|account| account.users = users);
    }

    /// Deletes a profile, as another administrator does.
    pub async fn delete_profile(&self, user_id: &str) {
        self.change(|account| account.users.remove(user_id)).unwrap();
    }

    /// Puts somebody else into the ring groups and call queues of a person, as another administrator does.
    pub async fn relieve(&self, name: &str, ring_groups: usize, call_queues: usize) {
        let named = |kind: &str, count: usize| (0..count).map(|n| format!("{name}-{kind}-{n}")).collect();
        let colleague = NewUser {
            user_name: user_name(&format!("{name}-relief-{ring_groups}-{call_queues}")),
            license: Some("X2-US".to_owned()),
            ring_groups: named("ring", ring_groups),
            call_queues: named("call", call_queues),
            ..NewUser::default()
        };
        self.change(|account| account.add_user(colleague));
    }

    /// Forwards the calls of a ring group, which nobody is in, to an extension or to nobody.
    pub async fn forward_ring_group(&self, name: &str, extension: Option<&str>) {
        let destination = extension.map(|to| json!({"type": "EXTENSION_NUMBER", "destination": to}));
        let rules = json!([{"condition": "NO_ANSWER", "enabled": true, "destinations": [destination]}]);
        self.change(|account| {
            let id = account.ring_group_named(name);
            let group = account.ring_groups.get_mut(&id).unwrap();
            let rules = if extension.is_some() { rules } else { Value::Null };
            group.extra.insert("forwardingRules".to_owned(), rules);
        });
    }

    /// Leads callers who leave a voicemail of the first site to an extension or nowhere.
    pub async fn zero_out_site(&self, extension: Option<&str>) {
        let field = "defaultVoicemailZeroOutDestinationExtensionNumber".to_owned();
        self.change(|account| account.sites[0].extra.insert(field, json!(extension)));
    }

    /// Another administrator, or the carrier, changes what a person's number is.
    pub async fn set_number_status(&self, name: &str, status: &str) {
        let number = self.number_of(name);
        let path = format!("/phone-numbers/{number}/status");
        self.control("PUT", &path, Some(json!({"status": status}))).await;
    }

    /// Puts people into one ring group.
    pub async fn share_ring_group(&self, user_ids: &[String]) {
        self.change(|account| {
            let group = account.ring_group_named("shared");
            for user_id in user_ids {
                account.join_ring_group(&group, user_id).unwrap();
            }
        });
    }

    /// Puts a second profile with the same userName into the account, as no API would let one.
    pub async fn second_profile_named(&self, name: &str) {
        let new = NewUser {
            user_name: user_name(name),
            ..NewUser::default()
        };
        self.change(|account| account.add_user(new));
    }

    /// The user as the account would give it, or null.
    pub async fn profile(&self, user_id: &str) -> Value {
        self.change(|account| {
            account.profile(user_id).map_or(Value::Null, |profile| {
                serde_json::to_value(&profile.user).unwrap()
            })
        })
    }

    /// Waits until the account shows a profile so.
    pub async fn profile_is(&self, user_id: &str, status: &str) {
        wait_until(&format!("the profile to be {status}"), DEADLINE, async || {
            let profile = self.profile(user_id).await;
            let there = profile["basicInfo"]["status"] == status;
            if there { Ok(()) } else { Err(profile.to_string()) }
        })
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    }

    /// Another administrator changes a profile.
    pub async fn change_profile(&self, user_id: &str, patch: Value) {
        self.control("PATCH", &format!("/users/{user_id}"), Some(patch))
            .await;
    }

    pub fn number_of(&self, name: &str) -> String {
        self.numbers.lock().unwrap()[name].clone()
    }

    pub async fn number_status(&self, number: &str) -> String {
        self.change(|account| {
            account
                .number_status(number)
                .map_or_else(String::new, |status| status.as_str().to_owned())
        })
    }

    fn agent_id(&self, name: &str) -> String {
        self.change(|account| {
            let user_id = account.find(&user_name(name)).remove(0);
            account.contact_center.agent_of(&user_id).unwrap().id.clone()
        })
    }

    pub async fn agent_id_of(&self, name: &str) -> String {
        format!("contactCenter: {{agentId: {}}}", self.agent_id(name))
    }

    /// Lets the Tenant use the Quality Management and Agent Status APIs of the account.
    pub async fn open_agent_apis(&self) {
        let keys = self.simulator.keys();
        self.apply_home(&format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: acme-agents}}\nstringData: {{token: {}}}\n",
            keys.action_token
        ))
        .await;
        let agent_status = json!({
            "url": self.simulator.agent_status_url(), "tenantName": keys.contact_center_tenant,
            "tokenSecretRef": {"name": "acme-agents", "key": "token"},
        });
        let quality = json!({"url": self.simulator.quality_url(), "pbx": keys.pbx});
        let apis = json!({"agentStatus": agent_status, "qualityManagement": quality});
        self.patch_tenant(json!({"spec": {"contactCenter": apis}})).await;
    }

    /// The agent takes or ends an interaction, or goes.
    pub fn agent_does(&self, name: &str, status: AgentStatus) {
        let agent = self.agent_id(name);
        self.change(|account| account.set_agent_status(&agent, status))
            .unwrap();
    }

    /// What the agent does now.
    pub fn agent_status(&self, name: &str) -> AgentStatus {
        let agent = self.agent_id(name);
        self.change(|account| account.contact_center.agents[&agent].status)
    }

    pub async fn make_contact_center_admin(&self, name: &str) {
        self.change(|account| {
            let user_id = account.find(&user_name(name)).remove(0);
            account.contact_center.administrators.insert(user_id);
        });
    }

    pub async fn leave_contact_center_queues(&self, name: &str) {
        let agent = self.agent_id(name);
        self.control("DELETE", &format!("/contact-center/agents/{agent}/queues"), None)
            .await;
    }

    pub async fn remove_contact_center_rights(&self, name: &str) {
        let agent = self.agent_id(name);
        self.control(
            "DELETE",
            &format!("/contact-center/agents/{agent}/admin-role"),
            None,
        )
        .await;
        self.control(
            "DELETE",
            &format!("/contact-center/agents/{agent}/supervisor"),
            None,
        )
        .await;
    }

    pub async fn remove_contact_center_license(&self, name: &str) {
        let agent = self.agent_id(name);
        self.control("DELETE", &format!("/contact-center/agents/{agent}/license"), None)
            .await;
    }

    /// The next call of this method on a path that begins so meets a fault.
    pub async fn fault(&self, method: &str, path: &str, effect: Value) {
        let fault = json!({"match": {"method": method, "path": format!("{path}*")}, "effect": effect});
        self.control("POST", "/faults", Some(fault)).await;
    }

    /// Changes how the account behaves where the documents leave a choice.
    pub async fn change_settings(&self, settings: Value) {
        self.control("PUT", "/settings", Some(settings)).await;
    }

    async fn control(&self, method: &str, path: &str, body: Option<Value>) -> String {
        // Another test may have chosen a provider before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let url = format!("{}{path}", self.simulator.control_url());
        let request = reqwest::Client::new().request(method.parse().unwrap(), url);
        let request = if let Some(body) = &body {
            request.json(body)
        } else {
            request
        };
        let response = request.send().await.unwrap();
        let status = response.status();
        let said = response.text().await.unwrap();
        assert!(status.is_success(), "{method} {path}: {status} {said}");
        said
    }

    // What the account saw.

    pub async fn journal(&self) -> Journal {
        let entries = self.simulator.handle().journal();
        let lines: Vec<_> = entries
            .iter()
            .map(|entry| serde_json::to_string(entry).unwrap())
            .collect();
        Journal::read(&lines.join("\n")).unwrap()
    }

    pub async fn journal_lists_no(&self, method: &str) -> bool {
        !self
            .journal()
            .await
            .entries()
            .iter()
            .any(|entry| entry.method == method)
    }

    /// Waits until an inventory was read that began after now: numbers are the last that each one reads, and the first
    /// may have begun before.
    pub async fn inventory_read(&self) {
        let read = async || {
            let journal = self.journal().await;
            let lists = journal
                .entries()
                .iter()
                .filter(|entry| entry.path.contains("/phone-numbers"));
            lists.count()
        };
        let before = read().await;
        wait_until("an inventory to be read", DEADLINE, async || match read().await {
            now if now >= before + 2 => Ok(()),
            now => Err(format!("{} since", now - before)),
        })
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    }

    /// That nothing in the journal breaks a rule.
    pub async fn judge(&self) {
        let agents = self.change(|account| {
            let agents = account.contact_center.agents.values();
            agents
                .map(|agent| (agent.user_id.clone(), agent.id.clone()))
                .collect()
        });
        let faults = self.journal().await.faults(&agents);
        assert!(faults.is_empty(), "{faults:#?}");
    }

    /// Waits until the profile was read so many times more.
    pub async fn looked_at(&self, user_id: &str, times: usize) {
        let about = format!("/users/{user_id}");
        let count = async || {
            let journal = self.journal().await;
            journal
                .entries()
                .iter()
                .filter(|entry| entry.method == "GET" && entry.path.ends_with(&about))
                .count()
        };
        let before = count().await;
        wait_until("the profile to be read again", DEADLINE, async || {
            let now = count().await;
            if now >= before + times {
                Ok(())
            } else {
                Err(format!("{} times", now - before))
            }
        })
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    }

    /// Waits until the operator has seen everything that was changed so far: it takes objects in the order in which they
    /// come, so a marker that comes later is seen later.
    pub async fn settled(&self) {
        for round in 0..3 {
            let name = format!("marker-{round}");
            self.declare(&name, "active", "").await;
            self.stage.blocked(&name, "ProfileNotFound").await;
        }
    }
}
