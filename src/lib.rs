//! Onhook: a Kubernetes operator that off-boards people from an 8x8 account, in the right order.
//!
//! Dependencies point one way: [`lifecycle`] (the rules, pure) knows only [`api`]; [`eightbyeight`] (the account) knows
//! the proofs that the rules hand out, and so does [`connector`] (a team's own automation); [`controller`] knows all of them. What the shipped operator does not have stands
//! behind the feature `testbed`: the embedded account, the control plane for demo and tests, and the demo.

pub mod api;
pub mod cli;
pub mod connector;
pub mod controller;
#[cfg(feature = "testbed")]
pub mod demo;
pub mod eightbyeight;
pub mod lifecycle;
pub mod records;
#[cfg(feature = "testbed")]
pub mod simulator;
pub mod telemetry;
#[cfg(feature = "testbed")]
pub mod testbed;
