//! What a profile still holds. Rules and proofs ask the same questions here.

use crate::api::queue_assignment::QueueType;
use crate::api::tenant::RequiredConfirmation;
use crate::api::user::Confirmation;

use super::blockers::{self, Obstacle};
use super::{DependantKind, Look, Profile, Situation, protection};

/// How many numbers of the profile have an open port, as the profile shows it or as the account's list of open ports does
/// (rule B10).
pub(super) fn open_ports(s: &Situation<'_>, profile: &Profile) -> usize {
    let shown = profile.numbers().filter(|number| number.porting).count();
    let listed = s.seen.references.as_ref().or(s.seen.inventory.as_ref());
    shown.max(listed.map_or(0, |references| references.ports))
}

/// What the profile holds of Contact Center, by name: licenses and extensions.
pub(super) fn contact_center(profile: &Profile) -> Vec<String> {
    let licenses = profile
        .licenses
        .iter()
        .filter(|license| license.contact_center)
        .map(|license| format!("license {}", license.name));
    let extensions = profile
        .extensions
        .iter()
        .filter(|extension| extension.contact_center);
    let extensions = extensions.map(|extension| {
        format!(
            "extension {}",
            extension.number.as_deref().unwrap_or("without number")
        )
    });
    licenses.chain(extensions).collect()
}

/// Names of the Contact Center licenses of the profile.
pub(super) fn contact_center_licenses(profile: &Profile) -> Vec<String> {
    let licenses = profile.licenses.iter().filter(|license| license.contact_center);
    licenses.map(|license| license.name.clone()).collect()
}

/// Whether anything says that the user is in Contact Center: what the profile holds, a declared agent id, a declared
/// assignment to a queue, or a place among the Contact Center administrators.
pub(super) fn contact_center_sign(s: &Situation<'_>, profile: &Profile) -> bool {
    let declared_agent = s
        .user
        .contact_center
        .as_ref()
        .is_some_and(|identity| identity.agent_id.is_some());
    let declared_queue = s
        .dependants
        .iter()
        .any(|dependant| matches!(dependant.kind, DependantKind::Queue(QueueType::ContactCenter, _)));
    declared_agent
        || declared_queue
        || !contact_center(profile).is_empty()
        || protection::contact_center_administrator(s, profile)
}

/// Which Contact Center agent a profile is.
pub(super) enum Agent {
    /// The agent of this id.
    Known(String),
    /// This must be looked at first.
    Look(Look),
    /// It cannot be told.
    Blocked(Obstacle),
}

/// Which agent the profile is: the declared one, or the one whose e-mail address in Quality Management is that of the
/// profile. Never by name, which is not unique (8x8-api.md §8.3).
pub(super) fn agent(s: &Situation<'_>, profile: &Profile) -> Agent {
    let declared = s
        .user
        .contact_center
        .as_ref()
        .and_then(|identity| identity.agent_id.as_ref());
    if let Some(agent) = declared.or(s.memory.agent_id.as_ref()) {
        return Agent::Known(agent.clone());
    }
    let email = profile.primary_email.as_ref().filter(|email| !email.is_empty());
    let (Some(_), Some(email)) = (&s.tenant.contact_center.quality_management, email) else {
        return Agent::Blocked(blockers::agent_unknown());
    };
    match &s.seen.agents_by_email {
        None => Agent::Look(Look::AgentByEmail(email.clone())),
        Some(Err(what)) => Agent::Blocked(blockers::quality_management_unavailable(what)),
        Some(Ok(agents)) => match agents.as_slice() {
            [agent] => Agent::Known(agent.clone()),
            several => Agent::Blocked(blockers::agent_ambiguous(several)),
        },
    }
}

/// The one agent that Quality Management showed in this pass for the e-mail address of the profile.
pub(super) fn agent_by_email<'a>(s: &Situation<'a>) -> Option<&'a str> {
    match s.seen.agents_by_email.as_ref()?.as_ref().ok()?.as_slice() {
        [agent] => Some(agent),
        _ => None,
    }
}

/// Whether a person asserted it.
fn confirmed(s: &Situation<'_>, confirmation: Confirmation) -> bool {
    s.user.offboarding.confirmations.contains(&confirmation)
}

/// Whether the supervisor rights in Contact Center are gone, as far as a person asserted it: no API shows them (rule
/// B7).
pub(super) fn supervisor_cleared(s: &Situation<'_>) -> bool {
    confirmed(s, Confirmation::ContactCenterSupervisorRemoved)
}

/// Whether the Contact Center administrator role is gone: the user is not listed as one, or a person asserted it
/// (rule B2).
pub(super) fn admin_cleared(s: &Situation<'_>, profile: &Profile) -> bool {
    !protection::contact_center_administrator(s, profile)
        || confirmed(s, Confirmation::ContactCenterAdminRemoved)
}

/// Whether the identity provider has let go of the person, as far as somebody asserted it (rule L9).
pub(super) fn identity_provider_cleared(s: &Situation<'_>) -> bool {
    confirmed(s, Confirmation::IdentityProviderUnassigned)
}

/// Whether a ring group or a call queue may be left without a member, as somebody asserted it (rule I4).
pub(super) fn may_be_empty(s: &Situation<'_>, kind: QueueType) -> bool {
    match kind {
        QueueType::RingGroup => confirmed(s, Confirmation::RingGroupMayBeEmpty),
        QueueType::CallQueue => confirmed(s, Confirmation::CallQueueMayBeEmpty),
        QueueType::ContactCenter => false,
    }
}

/// Whether what leads to the extension may lead to nowhere, as somebody asserted it (rule I5).
pub(super) fn references_accepted(s: &Situation<'_>) -> bool {
    confirmed(s, Confirmation::ReferencesAccepted)
}

/// Whether the Tenant requires a confirmation that nobody gave yet.
pub(super) fn missing(s: &Situation<'_>, required: RequiredConfirmation) -> bool {
    let asserted = match required {
        RequiredConfirmation::VoicemailExported => Confirmation::VoicemailExported,
        RequiredConfirmation::ExtensionReset => Confirmation::ExtensionReset,
        RequiredConfirmation::EmergencyDevicesRemoved => Confirmation::EmergencyDevicesRemoved,
    };
    s.tenant.removals.required_confirmations.contains(&required) && !confirmed(s, asserted)
}
