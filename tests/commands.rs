//! The commands as people run them: the real binary, against the embedded account over real HTTP.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "commands/check.rs"]
mod check;
#[path = "commands/contact_center.rs"]
mod contact_center;
#[path = "commands/import.rs"]
mod import;
#[path = "commands/import_from_cluster.rs"]
mod import_from_cluster;
#[path = "commands/read_only.rs"]
mod read_only;
#[path = "commands/scene.rs"]
mod scene;
#[path = "commands/usage.rs"]
mod usage;
