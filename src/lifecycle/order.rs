//! The order of an off-boarding, and of what brings a profile to what is declared.

use crate::api::user_status::StepName;

use super::Goal;

/// The steps towards a goal, first to last. This is the one place that knows the order.
///
/// It follows 8x8's article on deleting profiles and its three-stage pattern (rules B1 to B4, M1): access goes first,
/// then what hangs on the extension, then license and extension, and the profile last. That the identity provider lets go
/// comes right behind the end of access: nobody stays logged in because a confirmation is missing.
pub fn order(goal: Goal) -> &'static [StepName] {
    match goal {
        Goal::Release => &[],
        Goal::Keep => &[
            StepName::Create,
            StepName::Activate,
            StepName::Rename,
            StepName::UpdateProfile,
            StepName::AssignLicenses,
            StepName::JoinRingGroups,
        ],
        Goal::Deactivate => &[StepName::Deactivate, StepName::IdentityProvider],
        Goal::Delete => &[
            StepName::Deactivate,
            StepName::IdentityProvider,
            StepName::ContactCenterLogout,
            StepName::ContactCenterQueues,
            StepName::ContactCenterSupervisor,
            StepName::ContactCenterAdmin,
            StepName::ContactCenterLicense,
            StepName::RingGroups,
            StepName::LicenseGracePeriod,
            StepName::Licenses,
            StepName::PhoneNumbers,
            StepName::RetentionPeriod,
            StepName::Delete,
        ],
    }
}
