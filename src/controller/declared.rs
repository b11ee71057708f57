//! What a User object says by itself, read in one place.

use kube::ResourceExt;

use crate::api::user::UserState;
use crate::api::{ANNOTATION_SUSPEND, User};

/// The namespace of the Tenant that a User refers to.
pub(crate) fn home_of(user: &User) -> String {
    let named = user.spec.tenant_ref.namespace.clone();
    named.or_else(|| user.namespace()).unwrap_or_default()
}

/// Whether the person is to lose something: a state other than `active`, or the object being deleted.
pub(crate) fn leaves(user: &User) -> bool {
    user.spec.state != UserState::Active || user.metadata.deletion_timestamp.is_some()
}

/// Whether every write for the User is stopped (`onhook.dev/suspend`).
pub(crate) fn is_suspended(user: &User) -> bool {
    let says = user.annotations().get(ANNOTATION_SUSPEND);
    says.map(String::as_str) == Some("true")
}
