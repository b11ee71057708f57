//! Users, as a GET gave them, as a list shows them, and as a PUT changes them (invariant 3).

use serde::Deserialize as _;
use serde_json::Value;

use crate::lifecycle::pattern;
use crate::lifecycle::proof::{ActivateProof, DeactivateProof, LicenseProof, LicenseScope};

use super::wire;

/// A user as `GET /users/{userId}` gave it, with everything that this version does not know.
#[derive(Clone)]
pub struct FullUser {
    raw: Value,
    user: wire::User,
}

impl FullUser {
    pub(super) fn read(body: &[u8]) -> Result<Self, serde_json::Error> {
        let raw: Value = serde_json::from_slice(body)?;
        let user = wire::User::deserialize(&raw)?;
        Ok(Self { raw, user })
    }

    /// What this version knows of it.
    pub fn user(&self) -> &wire::User {
        &self.user
    }
}

/// A user as a list shows it. It may lack fields, so no PUT can be made from it.
#[derive(Clone)]
pub struct UserRow(pub(super) wire::User);

impl UserRow {
    /// What the list shows of it.
    pub fn user(&self) -> &wire::User {
        &self.0
    }
}

/// A change of a user, for `PUT /users/{userId}`: what the GET gave, but for what was changed here and for the licenses
/// that a PUT must not carry (rule F7).
pub struct UserEdit {
    raw: Value,
    user_id: String,
}

/// A proof speaks of another user than the one it was used on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the proof is for another user than the one that was read")]
pub struct WrongUser;

impl UserEdit {
    pub(super) fn new(full: FullUser, did_licenses: &[String]) -> Self {
        let user_id = full.user.user_id().to_owned();
        let mut raw = full.raw;
        let did = |license: &Value| {
            license["name"].as_str().is_some_and(|name| pattern::matches_any(did_licenses, name))
        };
        if let Some(licenses) = list(&mut raw, "licenses") {
            licenses.retain(|license| !did(license));
        }
        Self { raw, user_id }
    }

    /// Sets the profile INACTIVE.
    ///
    /// # Errors
    /// The proof is for another user.
    pub fn set_inactive(&mut self, proof: &DeactivateProof) -> Result<(), WrongUser> {
        self.about(proof.user_id())?;
        self.raw["basicInfo"]["status"] = Value::from("INACTIVE");
        Ok(())
    }

    /// Sets the profile ACTIVE.
    ///
    /// # Errors
    /// The proof is for another user.
    pub fn set_active(&mut self, proof: &ActivateProof) -> Result<(), WrongUser> {
        self.about(proof.user_id())?;
        self.raw["basicInfo"]["status"] = Value::from("ACTIVE");
        Ok(())
    }

    /// Takes off the licenses that the proof speaks of, and the extensions that belong to them.
    ///
    /// # Errors
    /// The proof is for another user.
    pub fn remove_services(&mut self, proof: &LicenseProof) -> Result<(), WrongUser> {
        self.about(proof.user_id())?;
        match proof.scope() {
            LicenseScope::All => {
                for section in ["licenses", "extensions"] {
                    if let Some(list) = list(&mut self.raw, section) {
                        list.clear();
                    }
                }
            }
            LicenseScope::Named(name) => self.remove_license(name),
        }
        Ok(())
    }

    fn remove_license(&mut self, name: &str) {
        let mut ids = Vec::new();
        if let Some(licenses) = list(&mut self.raw, "licenses") {
            let named = |license: &Value| license["name"].as_str() == Some(name);
            ids.extend(licenses.iter().filter(|l| named(l)).filter_map(|l| l["id"].as_str().map(str::to_owned)));
            licenses.retain(|license| !named(license));
        }
        if let Some(extensions) = list(&mut self.raw, "extensions") {
            let belongs = |extension: &Value| {
                extension["licenseId"].as_str().is_some_and(|id| ids.iter().any(|known| known == id))
            };
            extensions.retain(|extension| !belongs(extension));
        }
    }

    fn about(&self, user_id: &str) -> Result<(), WrongUser> {
        if self.user_id.is_empty() || self.user_id != user_id { Err(WrongUser) } else { Ok(()) }
    }

    /// Id of the user that is changed.
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    pub(super) fn body(&self) -> Vec<u8> {
        self.raw.to_string().into_bytes()
    }
}

/// A list of `serviceInfo`.
fn list<'a>(raw: &'a mut Value, name: &str) -> Option<&'a mut Vec<Value>> {
    raw.get_mut("serviceInfo")?.get_mut(name)?.as_array_mut()
}

