//! What a Tenant wants asserted before a step makes it impossible. Where it does not, the losses say it all the same.

use crate::api::removals::RequiredConfirmation;

use super::super::blockers::{self, Obstacle};
use super::super::{Device, Goal, holdings};
use super::Facts;

/// Before a profile that is to be deleted becomes INACTIVE: the extension was reset, which takes an active profile (rules
/// E1 to E3, D4). A deactivation by itself resets nothing, because it can be taken back.
pub(super) fn before_deactivate(facts: &Facts<'_>) -> Option<Obstacle> {
    let required = holdings::missing(facts.s, RequiredConfirmation::ExtensionReset);
    let asked = facts.goal == Goal::Delete && !facts.profile.extensions.is_empty();
    (required && asked).then(blockers::extension_not_reset)
}

/// Before licenses go: voicemail was exported (rules B6, F1), and the phones that emergency numbers can be called from
/// are removed or labelled (rule P4).
pub(super) fn before_licenses(facts: &Facts<'_>) -> Vec<Obstacle> {
    let mut obstacles = Vec::new();
    if holdings::missing(facts.s, RequiredConfirmation::VoicemailExported) {
        obstacles.push(blockers::voicemail_not_exported());
    }
    let devices: Vec<&Device> = facts.profile.devices().filter(|device| device.active).collect();
    if !devices.is_empty() && holdings::missing(facts.s, RequiredConfirmation::EmergencyDevicesRemoved) {
        obstacles.push(blockers::emergency_devices(
            &devices,
            facts.profile.site.as_deref(),
        ));
    }
    obstacles
}
