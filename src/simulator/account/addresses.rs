//! Addresses, which sites and extensions refer to by their id.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Account, Failure};

/// An address.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// Id.
    pub id: String,
    /// When it was made.
    pub created_time: Timestamp,
    /// Its parts, such as `city`, as they were given.
    #[serde(flatten)]
    pub parts: Map<String, Value>,
}

/// The order in which the parts of an address are written.
const LINES: [&[&str]; 3] = [&["streetNumber", "streetName"], &["city", "state"], &["postal"]];

impl Account {
    /// Adds an address, or finds the one with the same parts. Gives its id.
    pub(crate) fn add_address(&mut self, mut parts: Map<String, Value>, at: Timestamp) -> String {
        for given_by_account in ["id", "createdTime", "origin", "displayForm", "addressUsage"] {
            parts.remove(given_by_account);
        }
        if let Some(there) = self.addresses.values().find(|there| there.parts == parts) {
            return there.id.clone();
        }
        let id = self.next_id("address");
        self.store_address(id.clone(), parts, at);
        id
    }

    pub(super) fn store_address(&mut self, id: String, parts: Map<String, Value>, created_time: Timestamp) {
        let address = Address {
            id: id.clone(),
            created_time,
            parts,
        };
        self.addresses.insert(id, address);
    }

    /// Deletes an address that nothing uses.
    ///
    /// # Errors
    /// 404 where it is gone, 400 where something uses it.
    pub(crate) fn delete_address(&mut self, id: &str) -> Result<(), Failure> {
        if !self.addresses.contains_key(id) {
            return Err(no_such_address());
        }
        let (sites, extensions) = self.address_usage(id);
        if sites + extensions > 0 {
            return Err(Failure::bad_request(format!("address {id} is in use")));
        }
        self.addresses.remove(id);
        Ok(())
    }

    /// An address as the API shows it.
    pub(crate) fn shown_address(&self, address: &Address) -> Value {
        let (sites, extensions) = self.address_usage(&address.id);
        let mut shown = json!(address);
        shown["displayForm"] = json!(address.display_form());
        shown["origin"] = json!("ADMIN_API");
        shown["addressUsage"] = json!({
            "customer": 0, "site": sites, "userPersonal": 0, "userExtension": extensions, "trunk": 0,
            "operatorConnect": 0, "license": 0,
        });
        shown
    }

    /// How many sites and how many extensions use an address.
    fn address_usage(&self, id: &str) -> (usize, usize) {
        let is_it = |address: Option<&Value>| address.is_some_and(|address| address["id"] == id);
        let sites = self.sites.iter().filter(|site| is_it(site.extra.get("address")));
        let extensions = self.users.values().flat_map(|profile| profile.user.extensions());
        let extensions = extensions.filter(|extension| is_it(extension.extra.get("emergencyAddress")));
        (sites.count(), extensions.count())
    }
}

impl Address {
    /// The address on one line.
    pub(crate) fn display_form(&self) -> String {
        let part = |name: &&str| self.parts.get(*name).and_then(Value::as_str);
        let lines = LINES.map(|names| names.iter().filter_map(part).collect::<Vec<_>>().join(" "));
        let lines: Vec<_> = lines.into_iter().filter(|line| !line.is_empty()).collect();
        lines.join(", ")
    }
}

/// The refusal for an address that is not there.
pub(crate) fn no_such_address() -> Failure {
    Failure::not_found("there is no such address")
}
