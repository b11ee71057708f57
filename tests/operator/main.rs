//! The operator on a real API server, against an embedded account over real HTTP.
//!
//! All tests share one server and one operator, each in a namespace and with an account of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod accidents;
mod agents;
mod bad_input;
mod budget;
mod commands;
mod connector;
mod examples;
mod gitops;
mod invariants;
mod main_road;
mod mistakes;
mod records;
mod refusals;
mod removals;
#[allow(dead_code, reason = "two test binaries share it, and each uses its part")]
mod scene;
mod side_roads;
mod stays;
#[allow(dead_code, reason = "two test binaries share it, and each uses its part")]
mod support;
