//! The two waits of an off-boarding (rule M1).

use jiff::Timestamp;

use crate::api::Span;
use crate::api::user_status::StepName;

use super::super::steps::after;
use super::{Facts, Judgement};

/// `licenseGracePeriod` has passed since the deactivation.
pub(super) fn license_grace(facts: &Facts<'_>) -> Judgement {
    let profile = facts.profile;
    let nothing_left = profile.licenses.is_empty() && profile.extensions.is_empty();
    // What was taken off after the wait, by a loop through ACTIVE (rule D7), is not waited for a second time, and neither
    // is what only a person can take off.
    if nothing_left && (facts.tried(StepName::Licenses) || !facts.s.user_updates) {
        return Judgement::Done;
    }
    let declared = facts.s.user.offboarding.license_grace_period;
    let span = declared.unwrap_or(facts.s.tenant.defaults.license_grace_period);
    wait(facts, span, StepName::Deactivate, "licenses are removed")
}

/// `retentionPeriod` has passed since the licenses went.
pub(super) fn retention(facts: &Facts<'_>) -> Judgement {
    let declared = facts.s.user.offboarding.retention_period;
    let span = declared.unwrap_or(facts.s.tenant.defaults.retention_period);
    wait(facts, span, StepName::Licenses, "the profile is deleted")
}

fn wait(facts: &Facts<'_>, span: Span, anchor: StepName, then: &str) -> Judgement {
    if span.is_zero() {
        return Judgement::Skipped("No time is set.");
    }
    let since: Timestamp = facts.step_done(anchor).unwrap_or(facts.s.now);
    let until = after(since, span.as_duration());
    if facts.s.now < until {
        Judgement::Until {
            until,
            message: format!("{span} after {anchor}: {then} at {until:.0}"),
        }
    } else {
        Judgement::Done
    }
}
