//! The rules against a small account in memory, and against the invariants of the design.

mod account;
mod contact_center;
mod deletion;
mod fixtures;
mod identity;
mod intents;
mod keep;
mod numbers;
mod oracle;
mod protection;
mod road;
mod world;
