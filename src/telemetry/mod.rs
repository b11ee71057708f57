//! Logs, metrics and health of the operator. None of them carries a secret or personal data (invariant 8).

mod logs;
mod server;

pub use logs::{LogFormat, init};
pub use server::{Health, serve};
