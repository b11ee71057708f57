//! When licenses may go, in one write or two, and when a leaver may be ACTIVE for a moment.

use super::*;
use crate::lifecycle::OperationSight;
use crate::lifecycle::limit::Leave;

pub fn licenses(s: &Situation<'_>, scope: &LicenseScope) {
    let profile = seen(s).unwrap();
    assert!(!porting(profile), "a license removed while a port is open");
    if *scope == LicenseScope::All {
        assert!(
            profile.ring_groups.is_empty(),
            "licenses removed before the ring groups"
        );
        assert!(
            !profile.licenses.iter().any(|license| license.contact_center),
            "before Contact Center's"
        );
    }
}

/// Everything that the licenses want, before the first write; a Contact Center user only after a refusal.
pub fn in_one_write(s: &Situation<'_>, scope: &LicenseScope) {
    licenses(s, scope);
    let profile = seen(s).unwrap();
    assert_eq!(
        profile.status,
        ProfileStatus::Active,
        "one write for an INACTIVE profile"
    );
    assert_eq!(*scope, LicenseScope::All, "one write for some of the licenses");
    if refused(s) {
        return;
    }
    assert!(!contact_center(s, profile), "one write for a Contact Center user");
    let grace = s.user.offboarding.license_grace_period;
    assert!(
        grace.unwrap_or(s.tenant.defaults.license_grace_period).is_zero(),
        "licenses removed without their grace"
    );
    let near = matches!(s.seen.leave, Some(Leave::Within { few: false, .. }));
    assert!(!near, "one write near the limit");
}

/// Whether the account refused to edit the profile while it was INACTIVE, or the second operation in a row failed just now.
fn refused(s: &Situation<'_>) -> bool {
    let licenses = s.memory.steps.iter().find(|step| step.name == StepName::Licenses);
    let reason = licenses.and_then(|step| step.failure.as_ref().map(|failure| failure.reason.as_str()));
    let fails = matches!(s.seen.operation, Some(OperationSight::Failed(_)));
    reason == Some("InactiveUserLocked") || (reason == Some("OperationFailed") && fails)
}

/// ACTIVE for a leaver: only what the spec allows, and only after a refusal (invariant 9).
pub fn reactivated(s: &Situation<'_>) {
    let profile = seen(s).unwrap();
    assert!(
        s.user.offboarding.allow_reactivation,
        "reactivated without the spec"
    );
    assert!(refused(s), "reactivated without a refusal");
    assert_eq!(
        profile.status,
        ProfileStatus::Inactive,
        "reactivated what is ACTIVE"
    );
    assert!(!porting(profile), "reactivated while a port is open");
}
