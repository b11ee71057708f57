//! What a profile still holds. Rules and proofs ask the same questions here.

use crate::api::queue_assignment::QueueType;
use crate::api::removals::RequiredConfirmation;
use crate::api::tenant::ContactCenterMode;
use crate::api::user::Confirmation;
use crate::api::user_status::{ObservedQueue, StepName, StepState, StepStatus};

use super::blockers::{self, Obstacle};
use super::{ConnectorSight, ConnectorTrouble, DependantKind, Look, Profile, Situation, protection};

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
    let declared_agent = declared_agent(s).is_some();
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
    if let Some(agent) = declared_agent(s).or(s.memory.agent_id.as_deref()) {
        return Agent::Known(agent.to_owned());
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

/// What says that the agent is somebody else: the declared one is not the one of the profile's e-mail address in Quality
/// Management, or the connector knows it by another address (invariant 5). Where neither knows anything, the declaration
/// counts.
pub(super) fn of_another(s: &Situation<'_>, profile: &Profile, agent: &str) -> Option<Obstacle> {
    let same = |address: &str, known: &str| address.to_lowercase() == known.trim().to_lowercase();
    let of_profile = |known: &str| {
        let email = profile.primary_email.as_deref();
        same(&profile.user_name, known) || email.is_some_and(|email| same(email, known))
    };
    let by_email = match &s.seen.agents_by_email {
        Some(Ok(agents)) if !agents.is_empty() => !agents.iter().any(|known| known == agent),
        _ => false,
    };
    let connector = s
        .seen
        .connector
        .as_ref()
        .filter(|_| connected_agent(s) == Some(agent));
    let sight = connector.and_then(|connector| connector.as_ref().ok());
    let by_connector = sight
        .and_then(|sight| sight.email.as_deref())
        .is_some_and(|email| !of_profile(email));
    match (by_email, by_connector) {
        (true, _) => Some(blockers::agent_of_another(agent, "Quality Management")),
        (false, true) => Some(blockers::agent_of_another(agent, "The connector")),
        (false, false) => None,
    }
}

/// What there is to look at before [`of_another`] can tell; `None` where everything that may know was asked.
pub(super) fn unasked_about(s: &Situation<'_>, profile: &Profile, agent: &str) -> Option<Look> {
    let email = profile.primary_email.as_ref().filter(|email| !email.is_empty());
    let quality = s.tenant.contact_center.quality_management.is_some() && declared_agent(s).is_some();
    if let Some(email) = email.filter(|_| quality && s.seen.agents_by_email.is_none()) {
        return Some(Look::AgentByEmail(email.clone()));
    }
    let connected = connected_agent(s).is_some() && s.seen.connector.is_none();
    connected.then(|| Look::Connector(agent.to_owned()))
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

/// The Contact Center agent that the user is, as far as it is known without another look.
pub(super) fn known_agent<'a>(s: &Situation<'a>) -> Option<&'a str> {
    let kept = || s.memory.agent_id.as_deref();
    declared_agent(s).or_else(kept).or_else(|| agent_by_email(s))
}

fn declared_agent<'a>(s: &Situation<'a>) -> Option<&'a str> {
    s.user.contact_center.as_ref()?.agent_id.as_deref()
}

/// The agent, where Contact Center listed it in this pass.
pub(super) fn listed_agent(s: &Situation<'_>) -> Option<String> {
    let listed = |agent: &&str| s.seen.agents.get(*agent) == Some(&true);
    known_agent(s).filter(listed).map(str::to_owned)
}

/// Whether an agent that is in no queue is known to be the right one: Contact Center listed it in this run, or a person
/// asserted that it is gone. A wrong id is in no queue either (rules B1, F11).
pub(super) fn agent_proven(s: &Situation<'_>) -> bool {
    let known = known_agent(s);
    let before = known.is_some() && known == s.memory.listed_agent_id.as_deref();
    before || listed_agent(s).is_some() || confirmed(s, Confirmation::ContactCenterAgentRemoved)
}

/// The agent, where the Tenant names a connector that can be asked about it.
pub(super) fn connected_agent<'a>(s: &Situation<'a>) -> Option<&'a str> {
    let contact_center = &s.tenant.contact_center;
    let connected = contact_center.mode == ContactCenterMode::Managed && contact_center.connector.is_some();
    known_agent(s).filter(|_| connected)
}

/// The Contact Center queues of the agent: those of the complete real-time read of this pass, and what only the connector
/// shows (invariant 1: what one of the two sees is there); `None` before that read.
pub(super) fn assigned_queues(s: &Situation<'_>) -> Option<Vec<ObservedQueue>> {
    let mut queues = s.seen.queues.clone()?;
    let connector = s.seen.connector.as_ref().filter(|_| connected_agent(s).is_some());
    let shown = connector.and_then(|connector| connector.as_ref().ok());
    for id in shown.iter().flat_map(|sight| &sight.queues) {
        if !queues.iter().any(|queue| queue.id == *id) {
            queues.push(ObservedQueue {
                kind: QueueType::ContactCenter,
                id: id.clone(),
                name: id.clone(),
            });
        }
    }
    Some(queues)
}

/// Whether an earlier pass found the step done by the word of the connector.
pub(super) fn asserted_before(s: &Situation<'_>, name: StepName) -> bool {
    let asserted = |step: &StepStatus| step.state == StepState::Done && step.asserted_by_connector;
    s.memory
        .steps
        .iter()
        .any(|step| step.name == name && asserted(step))
}

/// Whether the connector says, in this pass, that the agent does not have it; `None` where it was not asked or says
/// nothing. An agent that is gone after the connector had shown that it has none, has none: it goes with its license.
fn shown_without(s: &Situation<'_>, name: StepName, has: impl Fn(&ConnectorSight) -> bool) -> Option<bool> {
    connected_agent(s)?;
    match s.seen.connector.as_ref()? {
        Ok(sight) => Some(!has(sight)),
        Err(ConnectorTrouble::AgentUnknown) if asserted_before(s, name) => Some(true),
        Err(_) => None,
    }
}

/// Whether a person asserted that the supervisor rights in Contact Center are gone.
pub(super) fn supervisor_confirmed(s: &Situation<'_>) -> bool {
    confirmed(s, Confirmation::ContactCenterSupervisorRemoved)
}

/// Whether the supervisor rights in Contact Center are gone: no API shows them, so either a person or the connector, read
/// in this pass, asserts it (rule B7).
pub(super) fn supervisor_cleared(s: &Situation<'_>) -> bool {
    let shown = || shown_without(s, StepName::ContactCenterSupervisor, |sight| sight.supervisor);
    supervisor_confirmed(s) || shown() == Some(true)
}

/// Whether a person asserted that the Contact Center administrator role is gone.
pub(super) fn admin_confirmed(s: &Situation<'_>) -> bool {
    confirmed(s, Confirmation::ContactCenterAdminRemoved)
}

/// Whether the Contact Center administrator role is gone: a person asserted it, or the connector, read in this pass; where
/// neither says anything, the user is not listed as one (rule B2).
pub(super) fn admin_cleared(s: &Situation<'_>, profile: &Profile) -> bool {
    let shown = shown_without(s, StepName::ContactCenterAdmin, |sight| sight.administrator);
    admin_confirmed(s) || shown.unwrap_or_else(|| !protection::contact_center_administrator(s, profile))
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
