//! Who may do what, asked of a real API server with `deploy/` installed: people with the rights of RBAC, and what they see.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod adversary;
mod approvals;
mod cleaning;
mod dependants;
mod machines;
mod stage;
mod stamps;
mod users;
