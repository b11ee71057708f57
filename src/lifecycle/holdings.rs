//! What a profile still holds. Rules and proofs ask the same questions here.

use crate::api::queue_assignment::QueueType;
use crate::api::tenant::RequiredConfirmation;
use crate::api::user::Confirmation;

use super::{DependantKind, Profile, Situation, protection};

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
