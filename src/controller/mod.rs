//! Effects: watch, observe, plan, perform, write the status.
//!
//! One reconciler per [`User`](crate::api::User) owns every write to its 8x8 user (invariant 2); LicenseAssignments and
//! QueueAssignments are its inputs. A pass is straight-line code: [`user`] drives it.

mod accounts;
mod agents;
mod approvals;
mod assignment;
mod backoff;
mod claims;
mod conditions;
mod connector;
mod context;
pub(crate) mod convert;
mod declared;
mod demands;
mod dependants;
mod due;
mod ended;
mod erasing;
mod events;
mod faces;
mod hold;
mod interrupts;
mod inventory;
mod leases;
mod leaving;
mod ledger;
mod locks;
mod metrics;
mod objects;
mod observe;
mod pass;
mod people;
mod perform;
mod problem;
mod queue;
mod records;
mod references;
mod refused;
mod removals;
mod rest;
mod run;
mod settings;
mod stores;
mod tally;
mod tenant;
mod tenure;
mod turn;
mod updates;
mod user;
mod user_status;
mod wake;
mod watch;

pub(crate) use accounts::secret_text;
pub(crate) use convert::profile;
pub(crate) use declared::{home_of, is_suspended, leaves};
pub(crate) use leases::name as lease_of;
pub use metrics::Metrics;
pub(crate) use references::Web;
pub(crate) use removals::is_protected;
pub use run::run;
pub use settings::Settings;
