//! Users at rest: the account is as they ask for it, so that only a change is a reason to look.

use crate::api::queue_assignment::QueueType;
use crate::api::status::READY;
use crate::api::user::UserState;
use crate::api::{FINALIZER_OFFBOARD, Tenant, User};
use crate::lifecycle::{Dependant, DependantKind};

use super::context::Context;
use super::{objects, user};

/// Whether the object itself says that nothing is to be done for it: it is where its spec asks for, and waits for nothing.
pub(super) fn at_rest(user: &User) -> bool {
    let Some(status) = &user.status else {
        return false;
    };
    let ready = |known: &&k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition| known.type_ == READY;
    let ready = status.conditions.iter().find(ready);
    let ready = ready.is_some_and(|known| known.status == "True" && known.reason != "Scheduled");
    let ended = user.spec.state == UserState::Deleted;
    ready
        && user.metadata.deletion_timestamp.is_none()
        && objects::has_finalizer(user, FINALIZER_OFFBOARD)
        && status.observed_generation == user.metadata.generation
        && status.intent.is_none()
        && status.record.is_none()
        && status.blockers.is_empty()
        && ended == status.finished.is_some()
        // What was left behind is looked at again.
        && (!ended || status.warnings.is_empty())
}

/// Whether a User that this process sees for the first time goes on resting: an earlier one left it at rest, and nothing
/// of what it then knew has changed.
pub(super) fn goes_on(ctx: &Context, user: &User) -> bool {
    let asks = |dependant: &Dependant| {
        let of_contact_center = matches!(dependant.kind, DependantKind::Queue(QueueType::ContactCenter, _));
        !of_contact_center && user::matters(user, dependant)
    };
    at_rest(user)
        && user::usable_tenant(ctx, user).is_ok_and(|tenant| was_settled(&tenant))
        && !user::dependants_of(ctx, user)
            .iter()
            .any(|(_, dependant)| asks(dependant))
}

/// Whether all Users at rest were looked at under the Tenant as it is now.
fn was_settled(tenant: &Tenant) -> bool {
    let settled = tenant
        .status
        .as_ref()
        .and_then(|status| status.settled_generation);
    settled.is_some() && settled == tenant.metadata.generation
}

/// The generation that the Tenant may say all its Users at rest were looked at under, if that is new.
pub(super) fn settled(ctx: &Context, tenant: &Tenant) -> Option<i64> {
    if was_settled(tenant) {
        return None;
    }
    let generation = tenant.metadata.generation;
    let resting = ctx.stores.people.of(tenant, |person| person.at_rest);
    let under = |uid: &str| ctx.due.is_under(uid, generation);
    let all = resting.iter().all(|(_, person)| under(&person.uid));
    all.then_some(generation).flatten()
}
