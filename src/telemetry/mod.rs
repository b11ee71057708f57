//! Logs, metrics, traces and health of the operator. None of them carries a secret or personal data (invariant 8).
//! docs/telemetry.md says what there is.

mod health;
mod logs;
mod server;
mod traces;

pub use health::{Beating, Health, Phase, Pulse};
pub use logs::{LogFormat, LogLevel, LogLevelError, init};
pub use server::{Served, listen, serve};
pub use traces::{Traces, TracesError};
