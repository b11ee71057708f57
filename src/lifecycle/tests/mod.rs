//! The rules against a small account in memory, and against the invariants of the design.

mod account;
mod agent;
mod cases;
mod confirmations;
mod connector;
mod contact_center;
mod declared;
mod deletion;
mod ends;
mod events;
mod fixtures;
mod hints;
mod identity;
mod identity_provider;
mod intents;
mod invariants;
mod keep;
mod left_behind;
mod limit;
mod locked;
mod losses;
mod mutations;
mod numbers;
mod one_write;
mod oracle;
mod people;
mod protection;
mod references;
mod refusals;
mod rehearsal;
mod rest;
mod road;
mod schedules;
mod surroundings;
mod walks;
mod world;
mod write;

/// A change with its name.
type Change<T> = (&'static str, fn(&mut T));
