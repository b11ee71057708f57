//! The rules of off-boarding, pure: what was observed and declared, the policy and the time go in, a plan comes out.
//!
//! Nothing here does I/O, knows Kubernetes' client or HTTP, or has a clock of its own.

pub mod proof;
