//! What the account refuses.

use crate::api::Reason;
use crate::api::user_status::{StepFailure, StepName};

use super::super::{Profile, ProfileStatus};
use super::{Obstacle, contact_center};

/// The account takes no license off an INACTIVE profile (rules D4, D7).
pub(in crate::lifecycle) fn inactive_user_locked(failure: &StepFailure) -> Obstacle {
    Obstacle::new(
        Reason::InactiveUserLocked,
        format!(
            "8x8 does not take the licenses off while the profile is INACTIVE: {} ({} time(s))",
            failure.what, failure.times
        ),
        "In the Admin Console → Users → ⋮, reactivate the user; Edit → Services and permissions → X at each license → \
         Continue → Save; then ⋮ → Deactivate user → Continue. Or set spec.offboarding.allowReactivation to true: \
         Onhook then does the same, and the person could log in for some seconds.",
    )
}

/// The account offers no update of users, so a person has to do the step (8x8-api.md §11, conflict 1).
pub(in crate::lifecycle) fn manual_update(step: StepName, profile: &Profile) -> Obstacle {
    let licenses: Vec<_> = (profile.licenses.iter())
        .filter(|license| !license.did)
        .map(|license| license.name.as_str())
        .collect();
    let (what, to_do) = match (step, &profile.status) {
        (StepName::Activate, _) => (
            "setting the profile ACTIVE",
            "Users → ⋮ → Activate user → Continue.",
        ),
        (StepName::Licenses, ProfileStatus::Inactive) => (
            "taking off its licenses and extensions",
            "Users → ⋮ → Activate user (an inactive one cannot be edited, rule D7), then Edit → Services and permissions \
             → X at each license → Continue → Save, then ⋮ → Deactivate user → Continue.",
        ),
        (StepName::Rename, _) => ("another userName", "Users → ⋮ → Edit → Username → Save."),
        (StepName::UpdateProfile, _) => ("what spec.profile declares", "Users → ⋮ → Edit, enter it → Save."),
        (StepName::AssignLicenses, _) => (
            "a license more",
            "Users → ⋮ → Edit → Services and permissions, assign the declared license(s) → Save.",
        ),
        (StepName::Licenses, _) => (
            "taking off a license",
            "Users → ⋮ → Edit → Services and permissions → X at the license → Continue → Save.",
        ),
        _ => (
            "setting the profile INACTIVE",
            "Users → ⋮ → Deactivate user → Continue.",
        ),
    };
    let held = match (step, licenses.is_empty()) {
        (StepName::Licenses, false) => format!(" License(s): {}.", licenses.join(", ")),
        _ => String::new(),
    };
    Obstacle::new(
        Reason::UserUpdatesUnavailable,
        format!("{step}: {what} takes PUT /users, which 8x8 does not offer for this account.{held}"),
        format!(
            "In the Admin Console → {to_do} Onhook sees when it is done, and goes on by itself. Where 8x8 has enabled \
             updates since, set spec.adminApi.userUpdates of the Tenant to Enabled."
        ),
    )
}

/// A step that was refused or failed a short while ago.
pub(in crate::lifecycle) fn refused(step: StepName, failure: &StepFailure) -> Obstacle {
    // What another version of Onhook called it is a refusal in any case.
    let known = Reason::named(&failure.reason).unwrap_or(Reason::AccountRefused);
    let reason = match known {
        _ if step == StepName::ContactCenterLogout => Reason::AgentLogOutRefused,
        Reason::OperationFailed if step == StepName::Licenses && failure.times > 1 => {
            Reason::LicenseNotRemovable
        }
        reason => reason,
    };
    let to_do = match reason {
        Reason::NotAuthorized => {
            "Nothing was changed. Give the Tenant a key of a primary or secondary administrator, with the API products \
             UC & CC User Admin, UC Ring Group Admin and UC & CC Admin Operations (rule A1)."
        }
        Reason::UserUpdatesUnavailable => "Do this step in the Admin Console; Onhook sees when it is done.",
        Reason::UserNameTaken => {
            "userNames are unique across all of 8x8, also in other accounts (rule J2). Set spec.userName to another \
             one, or wait: it is tried again by itself, ever more slowly."
        }
        Reason::NameNotAccepted => {
            "8x8 checks every text of a profile again when anything of it changes (rule J6). In the Admin Console → \
             Users → Edit, correct the fields named here, or do the step there by hand; Onhook sees either, and tries \
             again ever more slowly."
        }
        Reason::ServicesRefused => {
            "8x8 does not take this change of licenses and extensions by API, as with those of Contact Center or of a number. \
             In the Admin Console → Users → Edit → Services and permissions, do it by hand; Onhook sees it, and tries \
             again ever more slowly."
        }
        Reason::NumberLicenseRefused => {
            "8x8 takes no license in an update that comes with a number (rule F7). Add the names of such licenses of \
             this account to spec.adminApi.didLicenses of the Tenant."
        }
        Reason::AgentLogOutRefused => contact_center::LOG_OUT_TO_DO,
        Reason::LicenseNotRemovable => {
            "It is tried again by itself, ever more slowly. If it stays, in the Admin Console → Users → Edit → Services \
             and permissions, remove the license, reactivating the user for it if it is greyed out (rule D7), or give 8x8's \
             support the id of the operation. With spec.offboarding.allowReactivation Onhook tries the former itself."
        }
        other => super::connector::connector_to_do(other).unwrap_or(
            "It is tried again by itself, ever more slowly. Look at the user in the Admin Console if it stays.",
        ),
    };
    Obstacle::new(
        reason,
        format!("{step}: {} ({} time(s))", failure.what, failure.times),
        to_do,
    )
}
