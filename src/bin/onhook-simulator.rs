//! The embedded account.
fn main() {}
