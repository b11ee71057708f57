//! What was read of an account, and the file that keeps it, so that a plan can be made without the account.

mod take;

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;
use kube::ResourceExt;
use serde::{Deserialize, Serialize};

use crate::api::Tenant;
use crate::eightbyeight::wire::{Agent, CcQueue, PhoneNumber, QualityUser, RingGroup, Site, User};

use super::{CliError, files};

pub(super) use take::{Parts, take};

/// The form of the file. One of another form is refused.
const VERSION: u32 = 1;

/// What was read of an account, at one time and for one Tenant.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Snapshot {
    version: u32,
    read_at: Timestamp,
    tenant: TenantName,
    users: Vec<User>,
    unreadable_users: usize,
    /// `None` in each of these: not asked for, or not to be seen with the key.
    ring_groups: Option<Vec<RingGroup>>,
    sites: Option<Vec<Site>>,
    numbers_being_ported: Option<Vec<PhoneNumber>>,
    contact_center: Option<ContactCenter>,
}

/// The Tenant that an account was read for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct TenantName {
    name: String,
    namespace: Option<String>,
}

/// What was read of a Contact Center.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ContactCenter {
    /// The queues, each with its agents.
    pub queues: Vec<QueueOfAgents>,
    /// Who has which agent; `None` where the Tenant names no Quality Management, or it could not be read.
    pub quality_users: Option<Vec<QualityUser>>,
}

/// A Contact Center queue with its agents.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct QueueOfAgents {
    /// The queue.
    pub queue: CcQueue,
    /// Its agents, enabled or not.
    pub agents: Vec<Agent>,
}

impl Snapshot {
    /// Of users alone: each once, in an order that does not depend on that of the account.
    fn of_users(tenant: &Tenant, mut users: Vec<User>, unreadable_users: usize) -> Self {
        let mut seen = BTreeSet::new();
        users.retain(|user| user.user_id().is_empty() || seen.insert(user.user_id().to_owned()));
        let order = |user: &User| {
            (
                user.basic_info.user_name.to_lowercase(),
                user.user_id().to_owned(),
            )
        };
        users.sort_by_cached_key(order);
        Self {
            version: VERSION,
            read_at: Timestamp::now(),
            tenant: TenantName {
                name: tenant.name_any(),
                namespace: tenant.namespace(),
            },
            users,
            unreadable_users,
            ring_groups: None,
            sites: None,
            numbers_being_ported: None,
            contact_center: None,
        }
    }

    /// Reads the file that [`write`](Self::write) wrote.
    pub(crate) fn read(path: &Path) -> Result<Self, CliError> {
        let text = std::fs::read_to_string(path).map_err(|source| CliError::file(path, source))?;
        let unreadable = |what: String| {
            CliError::Usage(format!(
                "{} is no inventory of an account: {what}. `onhook import --inventory FILE` writes one.",
                path.display()
            ))
        };
        #[derive(Deserialize)]
        struct Form {
            version: u32,
        }
        let form: Form = serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
        if form.version != VERSION {
            return Err(unreadable(format!(
                "it has the form {}, and this version of onhook reads the form {VERSION}",
                form.version
            )));
        }
        serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))
    }

    /// Writes it into a file that only its owner may read: it is about people.
    pub(crate) fn write(&self, path: &Path) -> Result<(), CliError> {
        let text = serde_json::to_string(self).map_err(|error| CliError::Output(error.to_string()))?;
        files::replace_privately(path, &(text + "\n"))
    }

    /// When it was read.
    pub(crate) fn read_at(&self) -> Timestamp {
        self.read_at
    }

    /// Whether it was read for this Tenant. A namespace that is not known on either side does not count.
    pub(crate) fn is_of(&self, tenant: &Tenant) -> bool {
        let namespace = tenant.namespace();
        let elsewhere = self.tenant.namespace.as_ref().zip(namespace.as_ref());
        self.tenant.name == tenant.name_any() && elsewhere.is_none_or(|(known, own)| known == own)
    }

    /// The Tenant it was read for, for people.
    pub(crate) fn tenant(&self) -> String {
        let namespace = self
            .tenant
            .namespace
            .iter()
            .map(|namespace| format!("{namespace}/"));
        namespace.collect::<String>() + &self.tenant.name
    }

    /// All users, by userName ignoring case, then by id.
    pub(crate) fn users(&self) -> &[User] {
        &self.users
    }

    /// Rows of users that could not be read. Where there are any, nobody may be taken for gone.
    pub(crate) fn unreadable_users(&self) -> usize {
        self.unreadable_users
    }

    /// All ring groups; `None` where the key may not see them.
    pub(crate) fn ring_groups(&self) -> Option<&[RingGroup]> {
        self.ring_groups.as_deref()
    }

    /// All sites; `None` where the key may not see them.
    pub(crate) fn sites(&self) -> Option<&[Site]> {
        self.sites.as_deref()
    }

    /// The numbers that a port is open for; `None` where the key may not see them.
    pub(crate) fn numbers_being_ported(&self) -> Option<&[PhoneNumber]> {
        self.numbers_being_ported.as_deref()
    }

    /// The Contact Center; `None` where there is none, or it could not be read.
    pub(crate) fn contact_center(&self) -> Option<&ContactCenter> {
        self.contact_center.as_ref()
    }
}

impl ContactCenter {
    /// The agent of an e-mail address, where Quality Management knows exactly one.
    pub(crate) fn agent_of(&self, email: &str) -> Option<&str> {
        let ids = self.agents_of(email)?;
        ids.first().copied().filter(|_| ids.len() == 1)
    }

    /// All agents of an e-mail address; `None` where Quality Management was not read.
    pub(crate) fn agents_of(&self, email: &str) -> Option<BTreeSet<&str>> {
        let email = email.to_lowercase();
        let same = |known: &String| known.to_lowercase() == email;
        let users = self.quality_users.as_ref()?.iter();
        let users = users.filter(|user| user.email.as_ref().is_some_and(same));
        let ids = users.filter_map(|user| user.agent_id.as_deref());
        Some(ids.filter(|id| !id.is_empty()).collect())
    }

    /// The queues of an agent.
    pub(crate) fn assigned(&self, agent: &str) -> impl Iterator<Item = &CcQueue> {
        let queues = self.queues.iter();
        let its = queues.filter(move |queue| queue.agents.iter().any(|known| known.id == agent));
        its.map(|queue| &queue.queue)
    }

    /// Names of the queues of an agent.
    pub(crate) fn queues_of(&self, agent: &str) -> impl Iterator<Item = &str> {
        self.assigned(agent).map(|queue| match queue.name.as_str() {
            "" => queue.id.as_str(),
            name => name,
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;

    /// A Tenant for tests.
    pub(in crate::cli) fn tenant() -> Tenant {
        serde_json::from_value(json!({
            "apiVersion": "onhook.dev/v1alpha1", "kind": "Tenant",
            "metadata": {"name": "acme", "namespace": "acme-8x8"},
            "spec": {
                "adminApi": {"url": "https://account.test", "apiKeySecretRef": {"name": "acme", "key": "apiKey"}},
                "administrators": {"primary": "it-admin@acme.com"},
                "contactCenter": {"mode": "None"},
                "defaults": {"deletionPolicy": "Delete"},
            },
        }))
        .unwrap()
    }

    /// Rows as an account gives them.
    pub(in crate::cli) fn of_rows(rows: serde_json::Value) -> Snapshot {
        Snapshot::of_users(&tenant(), serde_json::from_value(rows).unwrap(), 0)
    }

    #[test]
    fn each_user_is_there_once_in_an_order_of_its_own() {
        let row = |name: &str, id: &str| json!({"basicInfo": {"userName": name, "userId": id}});
        let found = of_rows(json!([
            row("b@x.y", "1"),
            row("A@x.y", "3"),
            row("a@x.y", "2"),
            row("b@x.y", "1")
        ]));
        let ids: Vec<_> = found.users().iter().map(User::user_id).collect();
        assert_eq!(ids, ["2", "3", "1"]);
    }

    #[test]
    fn a_file_gives_back_what_was_written_to_the_last_field() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("inventory.json");
        let row = json!({
            "basicInfo": {"userName": "a@x.y", "userId": "1", "shoeSize": 43},
            "serviceInfo": {"licenses": [{"name": "X2-US", "color": "blue"}], "extensions": null},
        });
        let written = of_rows(json!([row]));
        written.write(&path).unwrap();
        let read = Snapshot::read(&path).unwrap();
        assert_eq!(read.users(), written.users());
        assert_eq!(read.users()[0].basic_info.extra["shoeSize"], 43);
        assert_eq!(read.read_at(), written.read_at());
        assert!(read.is_of(&tenant()));
        assert_eq!(read.tenant(), "acme-8x8/acme");
    }

    #[test]
    fn a_file_of_another_form_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("inventory.json");
        std::fs::write(&path, "{\"version\": 2}").unwrap();
        let error = Snapshot::read(&path).unwrap_err().to_string();
        assert!(error.contains("the form 2"), "{error}");
        std::fs::write(&path, "[]").unwrap();
        assert!(
            Snapshot::read(&path)
                .unwrap_err()
                .to_string()
                .contains("is no inventory")
        );
    }

    #[test]
    fn an_agent_is_known_by_an_address_that_leads_to_one() {
        let user = |email: &str, agent: &str| json!({"email": email, "agentId": agent});
        let users = [
            user("A@x.y", "ag1"),
            user("a@x.y", "ag1"),
            user("b@x.y", "ag2"),
            user("b@x.y", "ag3"),
        ];
        let center = ContactCenter {
            queues: vec![QueueOfAgents {
                queue: serde_json::from_value(json!({"id": "q1", "name": "Sales"})).unwrap(),
                agents: vec![serde_json::from_value(json!({"id": "ag1"})).unwrap()],
            }],
            quality_users: serde_json::from_value(json!(users)).unwrap(),
        };
        assert_eq!(center.agent_of("a@X.y"), Some("ag1"));
        assert_eq!(center.agent_of("b@x.y"), None);
        assert_eq!(center.queues_of("ag1").collect::<Vec<_>>(), ["Sales"]);
        assert_eq!(center.queues_of("ag2").count(), 0);
    }
}
