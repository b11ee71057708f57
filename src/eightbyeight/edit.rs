//! A user as it was read, and the changes that may be made to it.

use std::{fmt, sync::Arc};

use serde_json::{Map, Value, json};

use super::wire;
use crate::lifecycle::pattern;
use crate::lifecycle::proof::{ActivateProof, DeactivateProof, LicenseProof, LicenseScope, ReactivateProof};

/// One user as `GET /users/{userId}` gave it, to the last field. Only [`Account::get_user`] makes one.
///
/// [`Account::get_user`]: super::Account::get_user
#[derive(Clone)]
pub struct FullUser {
    raw: Value,
    user: wire::User,
    user_id: String,
    did_licenses: Arc<[String]>,
}

impl FullUser {
    /// `None` where the body is not that of this user.
    pub(super) fn read(user_id: &str, raw: Value, did_licenses: Arc<[String]>) -> Option<Self> {
        let user: wire::User = serde_json::from_value(raw.clone()).ok()?;
        if user.basic_info.user_id.as_deref().is_some_and(|id| id != user_id) {
            return None;
        }
        Some(Self {
            raw,
            user,
            user_id: user_id.to_owned(),
            did_licenses,
        })
    }

    /// Id of the profile.
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// What it says, typed.
    pub fn user(&self) -> &wire::User {
        &self.user
    }

    /// What it says, as it came.
    pub fn raw(&self) -> &Value {
        &self.raw
    }

    /// Begins a change of this user.
    pub fn edit(self) -> UserEdit {
        UserEdit {
            raw: self.raw,
            user_id: self.user_id,
            did_licenses: self.did_licenses,
        }
    }
}

impl fmt::Debug for FullUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FullUser")
            .field("user_id", &self.user_id)
            .finish_non_exhaustive()
    }
}

/// A user as a list shows it. It may be incomplete, so it wakes and hints and is never written back (invariant 3).
#[derive(Clone)]
pub struct UserRow {
    user: wire::User,
}

impl UserRow {
    pub(super) fn read(raw: Value) -> Option<Self> {
        serde_json::from_value(raw).ok().map(|user| Self { user })
    }

    /// What the row says.
    pub fn user(&self) -> &wire::User {
        &self.user
    }
}

impl fmt::Debug for UserRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserRow")
            .field("user_id", &self.user.user_id())
            .finish_non_exhaustive()
    }
}

/// A change of one user, to be sent as a whole by [`Account::replace_user`]. What no method names stays as it was read.
///
/// [`Account::replace_user`]: super::Account::replace_user
pub struct UserEdit {
    raw: Value,
    user_id: String,
    did_licenses: Arc<[String]>,
}

/// Why a change was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The proof speaks of another profile.
    #[error("the proof speaks of another profile, so nothing was changed")]
    OtherUser,
}

impl UserEdit {
    /// Id of the profile.
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// Sets `basicInfo.status` to `INACTIVE`, and nothing else.
    pub fn set_inactive(&mut self, proof: &DeactivateProof) -> Result<(), EditError> {
        self.set_status(proof.user_id(), wire::UserStatus::Inactive)
    }

    /// Sets `basicInfo.status` to `ACTIVE`, and nothing else.
    pub fn set_active(&mut self, proof: &ActivateProof) -> Result<(), EditError> {
        self.set_status(proof.user_id(), wire::UserStatus::Active)
    }

    /// Sets `basicInfo.status` of a leaver to `ACTIVE` for a moment, and nothing else (rule D7).
    pub fn reopen(&mut self, proof: &ReactivateProof) -> Result<(), EditError> {
        self.set_status(proof.user_id(), wire::UserStatus::Active)
    }

    fn set_status(&mut self, proven: &str, status: wire::UserStatus) -> Result<(), EditError> {
        self.check(proven)?;
        if let Some(basic) = self.section("basicInfo") {
            basic.insert("status".to_owned(), json!(status));
        }
        Ok(())
    }

    /// Takes licenses off: all of them and all extensions, or the named one and the extensions with its `licenseId`.
    /// Contact Center extensions, their licenses and those that the proof keeps stay as they were read (8x8-api.md §11,
    /// conflict 13).
    pub fn remove_services(&mut self, proof: &LicenseProof) -> Result<(), EditError> {
        self.check(proof.user_id())?;
        if let Some(service) = self.section("serviceInfo") {
            let named = match proof.scope() {
                LicenseScope::All => None,
                LicenseScope::Named(name) => Some(name.as_str()),
            };
            for list in ["licenses", "extensions"] {
                if named.is_none() && !service.get(list).is_some_and(Value::is_array) {
                    // A list that is left out could be one that stays as it is.
                    service.insert(list.to_owned(), json!([]));
                }
            }
            remove_services(service, named, proof.kept());
        }
        Ok(())
    }

    /// What is sent: everything but the DID licenses, which a PUT must not carry (G-U; 8x8-api.md §4.2).
    pub(super) fn body(&self) -> Value {
        let mut body = self.raw.clone();
        leave_out_did(&mut body, &self.did_licenses);
        body
    }

    fn check(&self, proven: &str) -> Result<(), EditError> {
        if proven == self.user_id {
            Ok(())
        } else {
            Err(EditError::OtherUser)
        }
    }

    fn section(&mut self, name: &str) -> Option<&mut Map<String, Value>> {
        self.raw.get_mut(name).and_then(Value::as_object_mut)
    }
}

impl fmt::Debug for UserEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserEdit")
            .field("user_id", &self.user_id)
            .finish_non_exhaustive()
    }
}

/// Leaves the DID licenses out of a user that is to be sent.
pub(super) fn leave_out_did(user: &mut Value, patterns: &[String]) {
    let licenses = user
        .get_mut("serviceInfo")
        .and_then(|service| service.get_mut("licenses"));
    if let Some(licenses) = licenses.and_then(Value::as_array_mut) {
        let is_did = |license: &Value| {
            license["name"]
                .as_str()
                .is_some_and(|name| pattern::matches_any(patterns, name))
        };
        licenses.retain(|license| !is_did(license));
    }
}

/// Takes off the license of this name with its extensions, or all of both, but for what is Contact Center's.
fn remove_services(service: &mut Map<String, Value>, named: Option<&str>, kept: &[String]) {
    let of_contact_center =
        |extension: &Value| extension["extensionType"] == "CC" || extension["dedicatedAgent"] == true;
    let extensions = service.get("extensions").and_then(Value::as_array);
    let bound: Vec<_> = (extensions.into_iter().flatten())
        .filter(|extension| of_contact_center(extension))
        .filter_map(|extension| extension["licenseId"].as_str().map(str::to_owned))
        .collect();
    let mut gone = Vec::new();
    retain(service, "licenses", |license| {
        let id = license["id"].as_str();
        let stays = kept.iter().any(|name| license["name"] == **name)
            || id.is_some_and(|id| bound.iter().any(|bound| bound == id));
        let goes = !stays && named.is_none_or(|name| license["name"] == name);
        gone.extend(id.filter(|_| goes).map(str::to_owned));
        !goes
    });
    retain(service, "extensions", |extension| {
        let goes = named.is_none() || gone.iter().any(|id| extension["licenseId"] == **id);
        of_contact_center(extension) || !goes
    });
}

fn retain(service: &mut Map<String, Value>, list: &str, stays: impl FnMut(&Value) -> bool) {
    if let Some(items) = service.get_mut(list).and_then(Value::as_array_mut) {
        items.retain(stays);
    }
}

mod change;
#[cfg(test)]
mod tests;
