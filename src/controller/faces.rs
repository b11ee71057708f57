//! What was seen last of the profile of each User at rest, so that a row of the list of users tells whether it is worth a
//! look.
//!
//! Digests only: a row never satisfies a precondition and never becomes a write. It wakes a User, whose pass reads the
//! profile by a GET.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::lifecycle::Profile;

/// The faces of the profiles that Users rest on.
#[derive(Default)]
pub(super) struct Faces {
    known: Mutex<HashMap<u64, Face>>,
    keys: RandomState,
}

/// One profile, by digests of what was seen of it.
#[derive(Default)]
struct Face {
    /// What the last GET showed.
    read: Option<u64>,
    /// What the last list showed. A list may show less than a GET does, and later.
    listed: Option<u64>,
    /// Whether the last complete list was without it.
    missing: bool,
}

impl Faces {
    /// Notes what a GET showed. What lists showed before says nothing any more if that is new.
    pub fn read(&self, tenant: &str, profile: &Profile) {
        let digest = digest(profile);
        let mut known = self.known();
        let face = known.entry(self.key(tenant, &profile.user_id)).or_default();
        if face.read != Some(digest) {
            *face = Face {
                read: Some(digest),
                ..Face::default()
            };
        }
    }

    /// Takes in a row. Gives whether it shows something that neither the last GET nor the last list did. Of a profile that
    /// this process has not seen, `as_it_was` says whether it is as the status of its User tells.
    pub fn listed(&self, tenant: &str, row: &Profile, as_it_was: impl FnOnce() -> bool) -> bool {
        let digest = digest(row);
        let mut known = self.known();
        let face = known.entry(self.key(tenant, &row.user_id)).or_default();
        let first = face.read.is_none() && face.listed.is_none();
        face.missing = false;
        if first && as_it_was() {
            face.read = Some(digest);
        }
        let new = face.read != Some(digest) && face.listed != Some(digest);
        face.listed = Some(digest);
        new
    }

    /// Notes that a complete list was without a profile. Gives whether that is new.
    pub fn missed(&self, tenant: &str, user_id: &str) -> bool {
        let mut known = self.known();
        let face = known.entry(self.key(tenant, user_id)).or_default();
        !std::mem::replace(&mut face.missing, true)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<u64, Face>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn key(&self, tenant: &str, user_id: &str) -> u64 {
        self.keys.hash_one((tenant, user_id))
    }
}

fn digest(profile: &Profile) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(profile)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: &str = "t";

    fn profile(first_name: &str) -> Profile {
        Profile {
            user_id: "u".to_owned(),
            first_name: Some(first_name.to_owned()),
            ..Profile::default()
        }
    }

    fn listed(faces: &Faces, name: &str) -> bool {
        faces.listed(TENANT, &profile(name), || false)
    }

    #[test]
    fn a_row_that_shows_what_the_last_get_did_wakes_nobody() {
        let faces = Faces::default();
        faces.read(TENANT, &profile("Jane"));
        assert!(!listed(&faces, "Jane") && !listed(&faces, "Jane"));
    }

    #[test]
    fn a_row_that_shows_something_new_wakes_once() {
        let faces = Faces::default();
        faces.read(TENANT, &profile("Jane"));
        assert!(listed(&faces, "Janet") && !listed(&faces, "Janet"));
        assert!(!listed(&faces, "Jane"), "as the GET showed it");
    }

    #[test]
    fn a_list_that_shows_less_than_a_get_does_wakes_once_and_not_each_time() {
        let faces = Faces::default();
        faces.read(TENANT, &profile("Jane"));
        assert!(listed(&faces, ""));
        faces.read(TENANT, &profile("Jane"));
        assert!(!listed(&faces, ""));
    }

    #[test]
    fn what_changed_and_changed_back_is_seen_both_times() {
        let faces = Faces::default();
        faces.read(TENANT, &profile("Jane"));
        assert!(!listed(&faces, "Jane"));
        faces.read(TENANT, &profile("Janet"));
        assert!(
            listed(&faces, "Jane"),
            "a look in between had seen something else"
        );
    }

    #[test]
    fn after_a_restart_a_row_that_shows_what_the_status_says_wakes_nobody() {
        let faces = Faces::default();
        assert!(!faces.listed(TENANT, &profile("Jane"), || true));
        assert!(listed(&faces, "Janet"));
        let faces = Faces::default();
        assert!(faces.listed(TENANT, &profile("Jane"), || false));
    }

    #[test]
    fn a_missing_row_wakes_once_until_it_is_back() {
        let faces = Faces::default();
        faces.read(TENANT, &profile("Jane"));
        assert!(faces.missed(TENANT, "u") && !faces.missed(TENANT, "u"));
        assert!(!listed(&faces, "Jane"));
        assert!(faces.missed(TENANT, "u"));
        assert!(faces.missed("another account", "u"));
    }
}
