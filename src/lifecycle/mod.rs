//! The rules of off-boarding, pure: what was observed and declared, the policy and the time go in, a plan comes out.
//!
//! Nothing here does I/O, knows Kubernetes' client or HTTP, or has a clock of its own. [`plan`] is the one entry, and
//! the order of the steps stands in [`order`] and nowhere else. What must never happen is held by [`proof`]: the account
//! client takes a write that takes something away only with a proof, and only the rules make proofs.

mod blockers;
pub mod change;
mod connector;
mod declared;
mod digest;
mod draft;
mod goal;
mod hint;
mod holdings;
mod identity;
mod keep;
mod left_behind;
pub mod limit;
mod losses;
mod order;
pub mod pattern;
mod plan;
mod planner;
pub mod proof;
mod protection;
pub mod rehearsal;
mod rest;
mod rules;
mod settle;
mod sightings;
mod situation;
mod steps;
#[cfg(test)]
mod tests;
mod warnings;

pub use blockers::waits_for_approval;
pub use connector::{ConnectorSight, ConnectorTrouble};
pub use digest::short as short_digest;
pub use goal::Goal;
pub use hint::{Hint, hint, is_fresh, is_hinted, is_late};
pub use order::order;
pub use plan::{Action, Next, Plan, Standing};
pub use planner::plan;
pub use rest::as_it_was;
pub use rules::{Leaver, is_free, leave_together};
pub use settle::{Refusal, backoff, by_update, connector_failed, refused};
pub use sightings::{
    AgentSight, CallQueue, Device, Extension, Group, GroupMember, HeldNumber, License, Look, NumberSight,
    OperationSight, Profile, ProfileSight, ProfileStatus, References, Sightings,
};
pub use situation::{Claim, Deletion, Dependant, DependantKind, Pace, Situation};
