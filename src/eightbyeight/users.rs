//! Users (8x8-api.md §4).

use reqwest::Method;
use serde_json::Value;

use super::{
    Accepted, Account, CallError, Failure, FullUser, LocalRefusal, UserEdit, UserRow, WritePermit,
    http::Call,
    lists::Listing,
    wire::{self, media_type},
};
use crate::lifecycle::change::{CreateProof, NewProfile};
use crate::lifecycle::proof::DeleteProof;

pub(super) const LIST: Call = Call::read("users.list", "/users");
const GET: Call = Call::read("users.get", "/users/{userId}");
const CREATE: Call = Call::write("users.create", "/users", || Method::POST);
const REPLACE: Call = Call::write("users.replace", "/users/{userId}", || Method::PUT);
const DELETE: Call = Call::write("users.delete", "/users/{userId}", || Method::DELETE);

/// Rows a page of a search by name: one is expected.
const NAMED_PAGE: u32 = 100;

/// A list of users.
#[derive(Clone, Debug, Default)]
pub struct UserList {
    /// The rows, in the account's order.
    pub rows: Vec<UserRow>,
    /// Rows that could not be read. Whoever draws a conclusion from an absence needs this to be 0.
    pub unreadable: usize,
}

impl Account {
    /// One user, or `None` where the API says that there is none. A 404 that the API did not write is an error.
    pub async fn get_user(&self, user_id: &str) -> Result<Option<FullUser>, CallError> {
        let Some(raw) = self.get_one(&GET, user_id, media_type::USERS).await? else {
            return Ok(None);
        };
        let did_licenses = self.inner().did_licenses.clone();
        FullUser::read(user_id, raw, did_licenses)
            .map(Some)
            .ok_or_else(|| GET.failed(Failure::Unreadable))
    }

    /// All users that the account matches for a userName. It compares without case (§3.5): the caller compares for
    /// equality. Fails where a row cannot be read, because a second profile could be in it (invariant 5).
    pub async fn users_named(&self, user_name: &str) -> Result<Vec<UserRow>, CallError> {
        let quoted = quoted(user_name).ok_or_else(|| LIST.failed(Failure::Local(LocalRefusal::Wildcard)))?;
        let list = self
            .list_users(Some(&format!("basicInfo.userName=={quoted}")), NAMED_PAGE)
            .await?;
        if list.unreadable > 0 {
            return Err(LIST.failed(Failure::Unreadable));
        }
        Ok(list.rows)
    }

    /// All users that match an RSQL filter, over all pages of `page_size` rows (1 to 1,000).
    pub async fn list_users(&self, filter: Option<&str>, page_size: u32) -> Result<UserList, CallError> {
        let rows = self
            .scroll(&Listing::new(
                LIST,
                media_type::USERS,
                filter,
                page_size.clamp(1, 1000),
            )?)
            .await?;
        let mut list = UserList::default();
        for row in rows {
            match UserRow::read(row) {
                Some(row) => list.rows.push(row),
                None => list.unreadable += 1,
            }
        }
        Ok(list)
    }

    /// Replaces a user by its edited copy (PUT). What was read goes back with it, DID licenses aside (invariant 3).
    pub async fn replace_user(&self, permit: WritePermit, edit: UserEdit) -> Result<Accepted, CallError> {
        let body = json_body(&REPLACE, &edit.body())?;
        self.write(
            &REPLACE,
            permit,
            &[edit.user_id()],
            Some((media_type::USERS, body)),
            media_type::USERS,
        )
        .await
    }

    /// Deletes the user that the proof speaks of. It takes the proof, so that one proof deletes once.
    pub async fn delete_user(&self, permit: WritePermit, proof: DeleteProof) -> Result<Accepted, CallError> {
        self.write(&DELETE, permit, &[proof.user_id()], None, media_type::USERS)
            .await
    }

    /// Creates the profile of the proof: ACTIVE, without a license.
    pub async fn create_user(&self, permit: WritePermit, proof: CreateProof) -> Result<Accepted, CallError> {
        let user = serde_json::to_value(new_user(proof.profile()))
            .map_err(|_| CREATE.failed(Failure::Local(LocalRefusal::NotJson)))?;
        let body = json_body(&CREATE, &user)?;
        self.write(
            &CREATE,
            permit,
            &[],
            Some((media_type::USERS, body)),
            media_type::USERS,
        )
        .await
    }
}

fn new_user(profile: &NewProfile) -> wire::User {
    let site = wire::SiteRef {
        id: Some(profile.site_id.clone()),
        name: Some(profile.site.clone()),
        ..wire::SiteRef::default()
    };
    let basic_info = wire::BasicInfo {
        user_name: profile.user_name.clone(),
        first_name: Some(profile.first_name.clone()),
        last_name: Some(profile.last_name.clone()),
        primary_email: Some(profile.primary_email.clone()),
        status: Some(wire::UserStatus::Active),
        site: Some(site),
        ..wire::BasicInfo::default()
    };
    let shown = profile.display_in_directory;
    let directory_info = shown.map(|shown| wire::DirectoryInfo {
        display_in_directory: Some(shown),
        ..wire::DirectoryInfo::default()
    });
    let policy = profile.policy_profile.clone();
    let assignment_info = policy.map(|name| wire::AssignmentInfo {
        profile_policy: Some(wire::NamedRef {
            name: Some(name),
            ..wire::NamedRef::default()
        }),
        ..wire::AssignmentInfo::default()
    });
    wire::User {
        basic_info,
        directory_info,
        assignment_info,
        ..wire::User::default()
    }
}

pub(super) fn json_body(call: &Call, value: &Value) -> Result<Vec<u8>, CallError> {
    serde_json::to_vec(value).map_err(|_| call.failed(Failure::Local(LocalRefusal::NotJson)))
}

/// A userName as an RSQL value, or `None` where it would match others.
pub(super) fn quoted(user_name: &str) -> Option<String> {
    if user_name.is_empty() || user_name.contains('*') || user_name.chars().any(char::is_control) {
        return None;
    }
    Some(format!(
        "'{}'",
        user_name.replace('\\', r"\\").replace('\'', r"\'")
    ))
}
