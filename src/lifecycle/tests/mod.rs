//! The rules against a small account in memory, and against the invariants of the design.

mod account;
mod cases;
mod contact_center;
mod deletion;
mod fixtures;
mod identity;
mod intents;
mod invariants;
mod keep;
mod locked;
mod mutations;
mod numbers;
mod one_write;
mod oracle;
mod protection;
mod refusals;
mod road;
mod walks;
mod world;

/// A change with its name.
type Change<T> = (&'static str, fn(&mut T));
