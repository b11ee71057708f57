//! The custom resources of `onhook.dev/v1alpha1`: types, conditions and formats. No behaviour lives here.
//!
//! Four kinds are declared by people: [`Tenant`] (one 8x8 account), [`User`] (one person), [`LicenseAssignment`] and
//! [`QueueAssignment`] (what one person holds); an [`Approval`] lets a list of removals go. The
//! operator writes an [`OffboardingRecord`] of each removal. All are namespaced and in the category `onhook`.

pub mod approval;
pub mod duration;
pub mod license_assignment;
pub mod offboarding_record;
pub mod queue_assignment;
pub mod reason;
pub mod removals;
pub mod status;
pub mod tenant;
pub mod user;
pub mod user_status;

pub use approval::{Approval, ApprovalSpec, ApprovalStatus};
pub use duration::Span;
pub use license_assignment::{LicenseAssignment, LicenseAssignmentSpec};
pub use offboarding_record::{OffboardingRecord, OffboardingRecordSpec};
pub use queue_assignment::{QueueAssignment, QueueAssignmentSpec, QueueType};
pub use reason::Reason;
pub use status::{AssignmentStatus, DependantDeletionPolicy, NameRef};
pub use tenant::{Tenant, TenantSpec, TenantStatus};
pub use user::{Confirmation, DeletionPolicy, TenantRef, User, UserSpec, UserState};
pub use user_status::UserStatus;

/// API group of every resource of Onhook.
pub const GROUP: &str = "onhook.dev";

/// Field manager of everything the operator applies.
pub const FIELD_MANAGER: &str = "onhook";

/// Finalizer on a [`User`]: held until the profile is verified gone, inactive or released, whatever the deletion
/// policy asks for, and nothing that was assigned to it is held upstream.
pub const FINALIZER_OFFBOARD: &str = "onhook.dev/offboard";

/// Finalizer on a [`LicenseAssignment`] or [`QueueAssignment`]: held until what it stands for is gone upstream or let
/// go of.
pub const FINALIZER_RELEASE: &str = "onhook.dev/release";

/// Finalizer on a [`Tenant`] and on the Secrets it names: held while Users need them.
pub const FINALIZER_IN_USE: &str = "onhook.dev/in-use";

/// Label on every [`OffboardingRecord`]: the uid of the [`User`] it is about.
pub const LABEL_RECORD_OF: &str = "onhook.dev/user-uid";

/// Name of the Secret in the operator's namespace with the key that seals records.
pub const RECORD_KEY: &str = "onhook-record-key";

/// Label on every [`User`] whose removal waits for an approval. Its value is the name of the [`Tenant`], or its uid where
/// the name is too long for a label.
pub const LABEL_WAITING: &str = "onhook.dev/waiting";

/// Annotation on a [`User`] that the server writes: who last changed its `state` (deploy/stamps.yaml).
pub const ANNOTATION_REQUESTED_BY: &str = "onhook.dev/requested-by";

/// Annotation on a [`User`] that the server writes: who asked for its removal before it was deleted.
pub const ANNOTATION_REMOVAL_REQUESTED: &str = "onhook.dev/removal-requested";

/// Annotation on an [`Approval`] that the server writes: who made it.
pub const ANNOTATION_APPROVED_BY: &str = "onhook.dev/approved-by";

/// Annotation on a [`User`]: `"true"` stops every write for it at the next call; reading goes on.
pub const ANNOTATION_SUSPEND: &str = "onhook.dev/suspend";

/// Annotation on a deleted [`User`] whose first write has not been sent: `"true"` lets go of the object without
/// touching the account.
pub const ANNOTATION_CANCEL: &str = "onhook.dev/cancel";

/// Annotation on a [`User`] with an intent whose outcome is unknown: the intent's `id`. A person who looked at the
/// account sets it to have the call sent again (invariant 7).
pub const ANNOTATION_RETRY: &str = "onhook.dev/retry-intent";
