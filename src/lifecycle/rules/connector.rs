//! What the connector takes away in Contact Center, where the Tenant names one. Where it cannot, the step stays what it is
//! without it: a manual one.

use crate::api::user_status::{ObservedQueue, StepName};

use super::super::blockers::{self, Obstacle};
use super::super::plan::Action;
use super::super::proof::{ConnectorProof, ConnectorRemoval};
use super::super::{ConnectorSight, Look, holdings};
use super::{Facts, Judgement, licenses};

/// One queue after the other is left. It is left when neither the real-time API nor the connector shows it any more.
pub(super) fn queues(facts: &Facts<'_>, assigned: &[ObservedQueue]) -> Judgement {
    let manual = || vec![blockers::queues_assigned(assigned)];
    match (seen(facts, manual), assigned.first()) {
        (Err(judgement), _) => judgement,
        (Ok(_), Some(queue)) => remove(facts, ConnectorRemoval::Queue(queue.id.clone()), manual),
        (Ok(_), None) => Judgement::Done,
    }
}

/// The supervisor rights are gone, as the connector says.
pub(super) fn supervisor(facts: &Facts<'_>) -> Judgement {
    let name = StepName::ContactCenterSupervisor;
    let manual = || vec![blockers::supervisor_unconfirmed()];
    if holdings::supervisor_cleared(facts.s) || asserted_before(facts, name) {
        return Judgement::Asserted;
    }
    match seen(facts, manual) {
        Err(judgement) => judgement,
        Ok(_) => remove(facts, ConnectorRemoval::Supervisor, manual),
    }
}

/// The administrator role is gone, as the connector says; without a word of it, the Tenant's list counts.
pub(super) fn admin(facts: &Facts<'_>) -> Judgement {
    let name = StepName::ContactCenterAdmin;
    let cleared = holdings::admin_cleared(facts.s, facts.profile);
    let manual = || vec![blockers::admin_unconfirmed()];
    let asked = holdings::connected_agent(facts.s).is_some();
    match &facts.s.seen.connector {
        _ if asserted_before(facts, name) => Judgement::Asserted,
        Some(Ok(_)) if asked && cleared => Judgement::Asserted,
        Some(Err(_)) if cleared && holdings::asserted_before(facts.s, name) => Judgement::Asserted,
        Some(Err(_)) if cleared => Judgement::Done,
        _ if !asked && cleared => Judgement::Done,
        _ => match seen(facts, manual) {
            Err(judgement) => judgement,
            Ok(_) => remove(facts, ConnectorRemoval::Administrator, manual),
        },
    }
}

/// The Contact Center license is off. It destroys what the other licenses do, so it waits for the same assertions. The
/// profile shows whether it is gone.
pub(super) fn license(facts: &Facts<'_>, held: &[String]) -> Judgement {
    let manual = || vec![blockers::contact_center_license(held)];
    if let Err(judgement) = seen(facts, manual) {
        return judgement;
    }
    match licenses::kept_on_by(facts) {
        obstacles if obstacles.is_empty() => remove(facts, ConnectorRemoval::License, manual),
        obstacles => Judgement::Blocked(obstacles),
    }
}

/// Whether an earlier pass found the step done by the connector's word, and that may count.
fn asserted_before(facts: &Facts<'_>, name: StepName) -> bool {
    facts.done_before(name) && holdings::asserted_before(facts.s, name)
}

/// What the connector shows. Without one, and with one that fails, the step is a manual one.
fn seen<'a>(facts: &Facts<'a>, manual: impl Fn() -> Vec<Obstacle>) -> Result<&'a ConnectorSight, Judgement> {
    let Some(agent) = holdings::connected_agent(facts.s) else {
        return Err(Judgement::Blocked(manual()));
    };
    match &facts.s.seen.connector {
        None => Err(Judgement::Look(Look::Connector(agent.to_owned()))),
        Some(Ok(sight)) => Ok(sight),
        Some(Err(trouble)) => {
            let mut obstacles = manual();
            obstacles.push(blockers::connector_trouble(trouble));
            Err(Judgement::Blocked(obstacles))
        }
    }
}

/// The removal, unless it failed a short while ago.
fn remove(facts: &Facts<'_>, removal: ConnectorRemoval, manual: impl Fn() -> Vec<Obstacle>) -> Judgement {
    if let Err(Judgement::Blocked(failed)) = facts.not_refused(removal.step()) {
        return Judgement::Blocked(manual().into_iter().chain(failed).collect());
    }
    match ConnectorProof::new(facts, removal) {
        Some(proof) => Judgement::Act(Action::Connector(proof)),
        None => Judgement::Blocked(vec![blockers::identity_not_pinned(facts.profile)]),
    }
}
