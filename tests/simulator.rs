//! The embedded account over real HTTP: what the vendor's documents say of the APIs, and what the support
//! articles say of the effects.
// The helpers are part of the tests: what they do not expect is a failure.
#![allow(missing_docs, clippy::unwrap_used)]
#![cfg(feature = "testbed")]

#[path = "simulator/addresses.rs"]
mod addresses;
#[path = "simulator/agents.rs"]
mod agents;
#[path = "simulator/common.rs"]
mod common;
#[path = "simulator/connector.rs"]
mod connector;
#[path = "simulator/effects.rs"]
mod effects;
#[path = "simulator/faults.rs"]
mod faults;
#[path = "simulator/foreign/mod.rs"]
mod foreign;
#[path = "simulator/groups.rs"]
mod groups;
#[path = "simulator/limits.rs"]
mod limits;
#[path = "simulator/lists.rs"]
mod lists;
#[path = "simulator/openapi.rs"]
mod openapi;
#[path = "simulator/pages.rs"]
mod pages;
#[path = "simulator/process.rs"]
mod process;
#[path = "simulator/realtime.rs"]
mod realtime;
#[path = "simulator/sites.rs"]
mod sites;
#[path = "simulator/users.rs"]
mod users;
