//! Licenses and extensions come off, all of them, and with them the call queues (rules B3, F1, F5, F13).

use crate::api::user_status::StepName;

use super::super::blockers::{self, Obstacle};
use super::super::holdings;
use super::super::plan::Action;
use super::super::proof::{LicenseProof, LicenseScope};
use super::{Facts, Judgement, confirmations, references, remove_access};

/// Every license and extension is off, and no call queue is left.
pub(super) fn all(facts: &Facts<'_>) -> Judgement {
    let profile = facts.profile;
    let removable = profile.licenses.iter().any(|license| !license.did) || !profile.extensions.is_empty();
    if removable {
        return remove(facts, LicenseScope::All);
    }
    if !profile.licenses.is_empty() {
        return Judgement::Blocked(vec![blockers::did_license_remains()]);
    }
    if !profile.call_queues.is_empty() {
        return Judgement::Blocked(vec![blockers::call_queues_remain(&profile.call_queues)]);
    }
    Judgement::Done
}

/// The license of this name is off.
pub(in crate::lifecycle) fn named(facts: &Facts<'_>, name: &str) -> Judgement {
    let Some(license) = facts.profile.licenses.iter().find(|license| license.name == name) else {
        return Judgement::Done;
    };
    if license.did {
        return Judgement::Blocked(vec![blockers::did_license_remains()]);
    }
    if license.contact_center {
        return Judgement::Blocked(vec![blockers::contact_center_license(&[format!(
            "license {name}"
        )])]);
    }
    remove(facts, LicenseScope::Named(name.to_owned()))
}

fn remove(facts: &Facts<'_>, scope: LicenseScope) -> Judgement {
    if let Err(judgement) = ready_to_go(facts) {
        return judgement;
    }
    if let Some(judgement) = remove_access::locked(facts) {
        return judgement;
    }
    match LicenseProof::new(facts.s, facts.profile, scope) {
        Some(proof) => Judgement::Act(Action::RemoveLicenses(proof)),
        None => Judgement::Blocked(vec![blockers::identity_not_pinned(facts.profile)]),
    }
}

/// What keeps any license on, Contact Center's included: an open port (rule B10), and what is to be asserted first.
pub(super) fn kept_on_by(facts: &Facts<'_>) -> Vec<Obstacle> {
    let ports = holdings::open_ports(facts.s, facts.profile);
    let port = (ports > 0).then(|| blockers::port_open(ports));
    port.into_iter()
        .chain(confirmations::before_licenses(facts))
        .collect()
}

/// That nothing stands in the way of a license: no open port, no confirmation that is missing, nothing that depends on the
/// extension. What costs calls is looked at last.
fn ready_to_go(facts: &Facts<'_>) -> Result<(), Judgement> {
    let mut obstacles = kept_on_by(facts);
    if !obstacles.is_empty() {
        obstacles.extend(references::foreseen(facts));
        return Err(Judgement::Blocked(obstacles));
    }
    match remove_access::locked(facts) {
        Some(blocked @ Judgement::Blocked(_)) => return Err(blocked),
        Some(_) => {}
        None => facts.not_refused(StepName::Licenses)?,
    }
    let references = references::known(facts).map_err(Judgement::Look)?;
    match references::obstacles(facts, references) {
        obstacles if obstacles.is_empty() => Ok(()),
        obstacles => Err(Judgement::Blocked(obstacles)),
    }
}
