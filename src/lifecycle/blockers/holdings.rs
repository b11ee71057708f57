//! Licenses, queues and numbers.

use crate::api::Reason;
use crate::api::user_status::ObservedQueue;

use super::{Obstacle, listed};

pub(in crate::lifecycle) fn group_inconsistent(group: &str) -> Obstacle {
    Obstacle::new(
        Reason::RingGroupInconsistent,
        format!("The user says it is in the ring group {group}, and the group does not list it."),
        "It is looked at again by itself. If it stays, open the group in the Admin Console and save it.",
    )
}

pub(in crate::lifecycle) fn port_open(count: usize) -> Obstacle {
    Obstacle::new(
        Reason::NumberPortOpen,
        format!("{count} number(s) of the user are being ported (rule B10)."),
        "Wait for the port to end, or cancel it at 8x8.",
    )
}

pub(in crate::lifecycle) fn call_queues_remain(queues: &[ObservedQueue]) -> Obstacle {
    Obstacle::new(
        Reason::CallQueuesRemain,
        format!(
            "The license is gone, and the user is still in call queue(s): {}.",
            listed(queues)
        ),
        "In the Admin Console → Call queues, take the user out; no API does it.",
    )
}

pub(in crate::lifecycle) fn did_license_remains() -> Obstacle {
    Obstacle::new(
        Reason::NumberLicenseRemains,
        "The license of a number is on the user, and it goes with the number alone (rule F7).",
        "In the Admin Console → Users → Edit, remove the number from the user.",
    )
}

pub(in crate::lifecycle) fn number_stuck(count: usize) -> Obstacle {
    Obstacle::new(
        Reason::NumberStuck,
        format!("{count} number(s) of the user are still ASSIGNED, and no user holds them."),
        "Look in the Admin Console → Phone numbers for what uses them; if nothing does, ask 8x8's support to release them.",
    )
}

pub(in crate::lifecycle) fn queue_not_removable(name: &str) -> Obstacle {
    Obstacle::new(
        Reason::QueueNotRemovable,
        format!(
            "The QueueAssignment for {name} is deleted with deletionPolicy Delete, and no API leaves that queue."
        ),
        "Take the user out of the queue in the Admin Console or the Configuration Manager.",
    )
}

pub(in crate::lifecycle) fn ring_group_unknown(name: &str, count: usize) -> Obstacle {
    Obstacle::new(
        Reason::RingGroupUnknown,
        format!("{count} ring groups of the account have the name {name:?}."),
        "Correct spec.queue.name of the QueueAssignment to the name of one ring group of the account.",
    )
}

pub(in crate::lifecycle) fn extension_missing(group: &str) -> Obstacle {
    Obstacle::new(
        Reason::ExtensionMissing,
        format!("The user has no extension of 8x8 Work to be in the ring group {group} with."),
        "Set spec.profile.extension and declare a LicenseAssignment, or give an extension in the Admin Console.",
    )
}
