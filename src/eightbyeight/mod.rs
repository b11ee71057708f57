//! An 8x8 account: the Administration API and the Contact Center real-time reads, as the public documents give them.
//!
//! [`Account`] is the one way to it. Every call goes through the [`gate`], which holds the limits of the key; every
//! write needs a [`WritePermit`], and a write that takes something away also a proof of the rules. A [`UserEdit`] can
//! only be made from a [`FullUser`], which only [`Account::get_user`] gives, so that no row of a list is ever written
//! back (invariant 3).

mod account;
mod agent_status;
mod answer;
mod config;
mod edit;
mod error;
pub mod gate;
mod gather;
#[cfg(test)]
mod give_tests;
mod glance;
mod http;
mod inventory;
#[cfg(test)]
mod inventory_tests;
mod lists;
mod metrics;
mod numbers;
mod of_tenant;
mod quality;
mod reader;
mod realtime;
mod ring_groups;
#[cfg(test)]
mod stub;
mod users;
pub mod wire;
#[cfg(test)]
mod write_tests;

pub use account::{Accepted, Account};
pub use config::{
    AccountConfig, AgentStatusConfig, ConfigError, ContactCenterConfig, LimitsConfig, QualityConfig,
};
pub use edit::{EditError, FullUser, UserEdit, UserRow};
pub use error::{CallError, ConnectProblem, Failure, FieldError, LocalRefusal, Outcome};
pub use gate::{Lane, Load, Turn, WritePermit};
pub use glance::Glance;
pub use metrics::CallMetrics;
pub use of_tenant::AccountKeys;
pub use reader::AccountReader;
pub use ring_groups::MOST_MEMBERS;
pub use users::UserList;
