//! What the Tenant requires to be confirmed.

use crate::api::Reason;
use crate::lifecycle::Device;

use super::Obstacle;

pub(in crate::lifecycle) fn extension_not_reset() -> Obstacle {
    Obstacle::new(
        Reason::ExtensionNotReset,
        "The Tenant requires that the extension is reset to default settings, which takes an active profile (rules E3, \
         D4): the person keeps access until then.",
        "In the Admin Console → Users → ⋮ → Reset to Default Settings, then add ExtensionReset to \
         spec.offboarding.confirmations.",
    )
}

pub(in crate::lifecycle) fn voicemail_not_exported() -> Obstacle {
    Obstacle::new(
        Reason::VoicemailNotExported,
        "The Tenant requires that voicemail is exported: it is destroyed with the license (rules B6, F1).",
        "Download or forward the voicemails, then add VoicemailExported to spec.offboarding.confirmations, also where \
         none is wanted.",
    )
}

pub(in crate::lifecycle) fn emergency_devices(devices: &[&Device], site: Option<&str>) -> Obstacle {
    let models: Vec<_> = devices.iter().map(|device| device.model.as_str()).collect();
    let site = site.map_or_else(String::new, |site| {
        format!(" Their emergency address is that of the site {site}, unless the user has one of their own (rule P1).")
    });
    Obstacle::new(
        Reason::EmergencyDevicesActive,
        format!(
            "The Tenant requires that phones are dealt with: with the license, {} device(s) can call emergency numbers no \
             more (rule P4): {}.{site}",
            devices.len(),
            models.join(", ")
        ),
        "Remove or label the phones, then add EmergencyDevicesRemoved to spec.offboarding.confirmations.",
    )
}
