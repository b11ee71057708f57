//! What the rules decide on.

use jiff::{SignedDuration, Timestamp};

use crate::api::queue_assignment::QueueType;
use crate::api::tenant::TenantSpec;
use crate::api::user::UserSpec;
use crate::api::user_status::UserStatus;

use super::Sightings;

/// Everything that a plan is made from.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// The time of this pass.
    pub now: Timestamp,
    /// How often to look.
    pub pace: &'a Pace,
    /// The policy.
    pub tenant: &'a TenantSpec,
    /// What is declared.
    pub user: &'a UserSpec,
    /// The deletion of the User object, where it is being deleted.
    pub deletion: Option<Deletion>,
    /// The intent that a person wants to be sent again (`onhook.dev/retry-intent`).
    pub retry_intent: Option<&'a str>,
    /// What earlier passes left in the status.
    pub memory: &'a UserStatus,
    /// The LicenseAssignments and QueueAssignments of this User.
    pub dependants: &'a [Dependant],
    /// Whether users of the account can be updated by PUT (8x8-api.md §11, conflict 1). Where they cannot, the steps that
    /// need it are manual ones.
    pub user_updates: bool,
    /// Whether the User is suspended (`onhook.dev/suspend`).
    pub suspended: bool,
    /// Whether a label of the User protects it (`removals.protectedSelector`).
    pub protected: bool,
    /// What was seen in this pass.
    pub seen: &'a Sightings,
}

/// How often to look.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Time between a write and the first look at its operation. 8x8 asks for 1 to 2 s.
    pub operation: SignedDuration,
    /// Time between two looks at something that a person has to do.
    pub manual: SignedDuration,
    /// After this time a call cannot be on its way any more: it was given up.
    pub call: SignedDuration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            operation: SignedDuration::from_secs(2),
            manual: SignedDuration::from_secs(60),
            call: SignedDuration::from_secs(40),
        }
    }
}

/// The deletion of a User object.
#[derive(Clone, Copy, Debug)]
pub struct Deletion {
    /// When it was asked for.
    pub at: Timestamp,
    /// Whether a person took it back (`onhook.dev/cancel`).
    pub cancelled: bool,
}

/// Who claims a profile. Claims stand in the operator's namespace, outside the status of any object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nobody.
    Nobody,
    /// This User object.
    Mine {
        /// Whether it was seen active, so that the claim says who is meant (invariant 5).
        pins: bool,
    },
    /// Another User object, `namespace/name`.
    Other(String),
    /// Another User object, `namespace/name`, that is removing the profile.
    Leaving(String),
}

/// A LicenseAssignment or a QueueAssignment that is being deleted with `deletionPolicy: Delete`, or is declared. One that
/// is only let go of is neither.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependant {
    /// What it stands for.
    pub kind: DependantKind,
    /// Whether what it stands for is to be removed in the account.
    pub remove: bool,
    /// Whether the account is known to have something of its name, so that it may be given.
    pub known: bool,
}

/// What a dependant stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DependantKind {
    /// The license of this name.
    License(String),
    /// The queue of this kind and name.
    Queue(QueueType, String),
}
