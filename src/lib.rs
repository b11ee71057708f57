//! Onhook: a Kubernetes operator that off-boards people from an 8x8 account, in the right order.
//!
//! Dependencies point one way: [`lifecycle`] (the rules, pure) knows only [`api`]; [`eightbyeight`] (the account) knows
//! the proofs that the rules hand out; [`controller`] knows all of them.

pub mod api;
pub mod cli;
pub mod controller;
#[cfg(feature = "testbed")]
pub mod demo;
pub mod eightbyeight;
pub mod lifecycle;
#[cfg(feature = "testbed")]
pub mod simulator;
