//! Licenses and extensions come off, all of them, and with them the call queues (rules B3, F1, F5, F13).

use crate::api::user_status::StepName;

use super::super::plan::Action;
use super::super::proof::{LicenseProof, LicenseScope};
use super::super::{blockers, holdings};
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
    match LicenseProof::new(facts.s, facts.profile, scope) {
        Some(proof) => Judgement::Act(Action::RemoveLicenses(proof)),
        None => Judgement::Blocked(vec![blockers::identity_not_pinned(facts.profile)]),
    }
}

/// That nothing stands in the way of a license: no open port, no confirmation that is missing, nothing that depends on the
/// extension. What costs calls is looked at last.
fn ready_to_go(facts: &Facts<'_>) -> Result<(), Judgement> {
    let mut obstacles = confirmations::before_licenses(facts);
    let ports = holdings::open_ports(facts.s, facts.profile);
    if ports > 0 {
        obstacles.insert(0, blockers::port_open(ports));
    }
    if !obstacles.is_empty() {
        obstacles.extend(references::foreseen(facts));
        return Err(Judgement::Blocked(obstacles));
    }
    let locked = remove_access::locked(facts);
    match locked {
        None => facts.not_refused(StepName::Licenses)?,
        Some(judgement @ Judgement::Blocked(_)) => return Err(judgement),
        Some(_) => {}
    }
    let references = references::known(facts).map_err(Judgement::Look)?;
    let obstacles = references::obstacles(facts, references);
    if !obstacles.is_empty() {
        return Err(Judgement::Blocked(obstacles));
    }
    // Nobody is reactivated for a license that something else keeps on.
    locked.map_or(Ok(()), Err)
}
