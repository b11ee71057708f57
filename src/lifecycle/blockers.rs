//! Everything that can stand in the way, each with a short name, what it is, and what to do. All texts stand here.

use crate::api::Span;
use crate::api::user_status::{Blocker, ObservedQueue};

use jiff::Timestamp;

use super::Profile;

/// A blocker before it is known since when it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Obstacle {
    pub reason: String,
    pub what: String,
    pub to_do: String,
}

impl Obstacle {
    pub fn new(reason: &str, what: impl Into<String>, to_do: impl Into<String>) -> Self {
        Self {
            reason: reason.to_owned(),
            what: shorten(what.into()),
            to_do: shorten(to_do.into()),
        }
    }

    pub fn since(self, since: Timestamp) -> Blocker {
        Blocker {
            reason: self.reason,
            what: self.what,
            to_do: self.to_do,
            since,
        }
    }
}

/// The CRD bounds a text to 1024 characters.
fn shorten(text: String) -> String {
    match text.char_indices().nth(1000) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

fn listed(queues: &[ObservedQueue]) -> String {
    let names: Vec<_> = queues
        .iter()
        .map(|queue| {
            if queue.name.is_empty() {
                &queue.id
            } else {
                &queue.name
            }
        })
        .cloned()
        .collect();
    names.join(", ")
}

// Who is meant.

pub(super) fn profile_not_found(similar: bool) -> Obstacle {
    let what = if similar {
        "No profile of the account has exactly this userName; one has it in other upper and lower case."
    } else {
        "No profile of the account has this userName."
    };
    Obstacle::new(
        "ProfileNotFound",
        what,
        "Correct spec.userName, or set spec.userId to the id of the profile.",
    )
}

pub(super) fn user_name_ambiguous(count: usize) -> Obstacle {
    Obstacle::new(
        "UserNameAmbiguous",
        format!("{count} profiles of the account have this userName."),
        "Set spec.userId to the id of the one that is meant.",
    )
}

pub(super) fn user_name_differs(user_id: &str) -> Obstacle {
    Obstacle::new(
        "UserNameDiffers",
        format!("The profile {user_id} has another userName than this object."),
        "Set spec.userName to what the profile has, or make a User object for the profile that is meant.",
    )
}

pub(super) fn profile_claimed(object: &str) -> Obstacle {
    Obstacle::new(
        "ProfileClaimed",
        format!("The User {object} already stands for this profile."),
        "Delete one of the two objects, with deletionPolicy Orphan so that the profile stays as it is.",
    )
}

pub(super) fn identity_not_pinned(profile: &Profile) -> Obstacle {
    let created = profile
        .created
        .map_or_else(|| "an unknown time".to_owned(), |at| format!("{at:.0}"));
    let site = profile.site.as_deref().unwrap_or("unknown");
    Obstacle::new(
        "IdentityNotPinned",
        format!(
            "This object was never seen active, so its userName alone must not delete anybody. The account has the \
             profile {} (site {site}, created {created}) under it.",
            profile.user_id
        ),
        format!("If this is who is meant, set spec.userId to {}.", profile.user_id),
    )
}

pub(super) fn profile_gone() -> Obstacle {
    Obstacle::new(
        "ProfileGone",
        "The profile is not in the account any more; Onhook did not delete it.",
        "Set state to deleted, or make a new User object for a new profile. It is never created again by itself.",
    )
}

pub(super) fn deleted_for_good() -> Obstacle {
    Obstacle::new(
        "ProfileDeleted",
        "The profile was deleted, which 8x8 cannot undo (rule C1).",
        "Set state back to deleted. A new person is a new User object.",
    )
}

pub(super) fn profile_inactive() -> Obstacle {
    Obstacle::new(
        "ProfileInactive",
        "The profile is INACTIVE in the account, and this object says active. Onhook gives nobody access back by itself.",
        "Set state to deactivated, or activate the profile in the Admin Console.",
    )
}

// Who may not be removed, and when.

pub(super) fn administrator() -> Obstacle {
    Obstacle::new(
        "AdministratorProtected",
        "The profile is an administrator of the account in the Tenant's list, and Onhook removes none of them.",
        "Give the role to somebody else at 8x8, take the name off spec.administrators of the Tenant, or set state to active.",
    )
}

pub(super) fn protected_user() -> Obstacle {
    Obstacle::new(
        "ProtectedUser",
        "The profile is in the Tenant's list of protected users.",
        "Take it off spec.removals.protectedUsers of the Tenant, or set state to active.",
    )
}

pub(super) fn legal_hold() -> Obstacle {
    Obstacle::new(
        "LegalHold",
        "The profile is under legal hold.",
        "Set spec.offboarding.legalHold to false once it ends.",
    )
}

pub(super) fn approval_required() -> Obstacle {
    Obstacle::new(
        "ApprovalRequired",
        "The Tenant wants an approval for this removal, and this version takes none yet.",
        "Set spec.removals.approval of the Tenant to Never, or set state to active.",
    )
}

pub(super) fn removal_limit(counted: usize, allowed: usize, per: Span) -> Obstacle {
    Obstacle::new(
        "RemovalLimit",
        format!(
            "{counted} users of the account are being removed, and the Tenant allows {allowed} in {per}."
        ),
        "If this is meant, raise spec.removals.limit of the Tenant; otherwise set state back to active.",
    )
}

pub(super) fn tenant_observes() -> Obstacle {
    Obstacle::new(
        "TenantObserves",
        "The Tenant is in mode Observe, so nothing is written to the account.",
        "Set spec.mode of the Tenant to Enforce.",
    )
}

pub(super) fn tenant_suspended() -> Obstacle {
    Obstacle::new(
        "TenantSuspended",
        "The Tenant is suspended, so nothing is written to the account.",
        "Set spec.suspend of the Tenant to false.",
    )
}

// Contact Center.

pub(super) fn contact_center_unmanaged() -> Obstacle {
    Obstacle::new(
        "ContactCenterUnmanaged",
        "The user has a sign of Contact Center, and the Tenant says that the account has none.",
        "Set spec.contactCenter.mode of the Tenant to Managed, with the credentials of the real-time API.",
    )
}

pub(super) fn agent_unknown() -> Obstacle {
    Obstacle::new(
        "ContactCenterAgentUnknown",
        "The user is in Contact Center, and no API leads from a user to an agent.",
        "Set spec.contactCenter.agentId to the Internal Id that Configuration Manager → Agents shows for this person.",
    )
}

pub(super) fn queues_assigned(queues: &[ObservedQueue]) -> Obstacle {
    Obstacle::new(
        "ContactCenterQueuesAssigned",
        format!(
            "The agent is still assigned to {} Contact Center queue(s): {}.",
            queues.len(),
            listed(queues)
        ),
        "In Configuration Manager → Agents → Edit → Queues, clear Assigned for each of them (Enabled off is not enough).",
    )
}

pub(super) fn supervisor_unconfirmed() -> Obstacle {
    Obstacle::new(
        "ContactCenterSupervisorUnconfirmed",
        "No API shows whether the agent is a supervisor.",
        "In Configuration Manager → Agents → Edit → Supervisor, clear the flag and the queues, then add \
         ContactCenterSupervisorRemoved to spec.offboarding.confirmations.",
    )
}

pub(super) fn admin_unconfirmed() -> Obstacle {
    Obstacle::new(
        "ContactCenterAdminUnconfirmed",
        "The user is a Contact Center administrator in the Tenant's list, and a Contact Center administrator must not be \
         deleted (rule B2).",
        "In Configuration Manager → Security → Roles, take the role away, then add ContactCenterAdminRemoved to \
         spec.offboarding.confirmations.",
    )
}

pub(super) fn contact_center_license(what: &[String]) -> Obstacle {
    Obstacle::new(
        "ContactCenterLicenseAssigned",
        format!(
            "The user still holds in Contact Center: {}. No API takes it off.",
            what.join(", ")
        ),
        "In the Admin Console → Users → Edit → Services and permissions, remove the Contact Center license.",
    )
}

// Licenses, queues and numbers.

pub(super) fn group_inconsistent(group: &str) -> Obstacle {
    Obstacle::new(
        "RingGroupInconsistent",
        format!("The user says it is in the ring group {group}, and the group does not list it."),
        "It is looked at again by itself. If it stays, open the group in the Admin Console and save it.",
    )
}

pub(super) fn port_open(count: usize) -> Obstacle {
    Obstacle::new(
        "NumberPortOpen",
        format!("{count} number(s) of the user are being ported (rule B10)."),
        "Wait for the port to end, or cancel it at 8x8.",
    )
}

pub(super) fn call_queues_remain(queues: &[ObservedQueue]) -> Obstacle {
    Obstacle::new(
        "CallQueuesRemain",
        format!(
            "The license is gone, and the user is still in call queue(s): {}.",
            listed(queues)
        ),
        "In the Admin Console → Call queues, take the user out; no API does it.",
    )
}

pub(super) fn did_license_remains() -> Obstacle {
    Obstacle::new(
        "NumberLicenseRemains",
        "The license of a number is on the user, and it goes with the number alone (rule F7).",
        "In the Admin Console → Users → Edit, remove the number from the user.",
    )
}

pub(super) fn number_stuck(count: usize) -> Obstacle {
    Obstacle::new(
        "NumberStuck",
        format!("{count} number(s) of the user are still ASSIGNED, and no user holds them."),
        "Look in the Admin Console → Phone numbers for what uses them; if nothing does, ask 8x8's support to release them.",
    )
}

pub(super) fn queue_not_removable(name: &str) -> Obstacle {
    Obstacle::new(
        "QueueNotRemovable",
        format!(
            "The QueueAssignment for {name} is deleted with deletionPolicy Delete, and no API leaves that queue."
        ),
        "Take the user out of the queue in the Admin Console or the Configuration Manager.",
    )
}

// What the account did with a write.

pub(super) fn outcome_unknown(step: &str, intent: &str) -> Obstacle {
    Obstacle::new(
        "OutcomeUnknown",
        format!("{step} was sent to the account (intent {intent}) and its outcome cannot be told."),
        format!(
            "Look at the user in the Admin Console. To have it sent again, annotate this object with \
             onhook.dev/retry-intent={intent}."
        ),
    )
}

pub(super) fn not_effective(step: &str) -> Obstacle {
    Obstacle::new(
        "NotEffective",
        format!("The account reported {step} as completed, and the effect cannot be seen."),
        "It is tried again by itself. If it stays, look at the user in the Admin Console.",
    )
}

pub(super) fn precondition_unmet() -> Obstacle {
    Obstacle::new(
        "DeletePreconditionUnmet",
        "The profile still holds something that must be gone before it is deleted.",
        "It is looked at again by itself.",
    )
}
