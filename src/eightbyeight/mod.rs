//! An 8x8 account: the Administration API and the Contact Center real-time reads, as the public documents give them.
//!
//! [`Account`] is the one way to it. Every call has a time-out, is counted, and goes through one gate that holds the
//! documented limits. A write that takes something away needs a [proof](crate::lifecycle::proof), and a PUT can only be
//! made from a user that a GET gave ([`FullUser`]), never from a list row.

mod account;
mod config;
mod error;
mod gate;
mod http;
mod metrics;
mod realtime;
mod users;
pub mod wire;

pub use account::{Accepted, Account, WritePermit};
pub use config::{AccountConfig, ConfigError, ContactCenterConfig, LimitsConfig};
pub use error::{CallError, CallErrorKind, CallOutcome};
pub use metrics::CallMetrics;
pub use users::{FullUser, UserEdit, UserRow, WrongUser};
