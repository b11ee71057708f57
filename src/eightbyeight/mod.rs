//! An 8x8 account: the Administration API and the Contact Center real-time reads, as the public documents give them.

pub mod wire;

mod stub;
pub use stub::*;
