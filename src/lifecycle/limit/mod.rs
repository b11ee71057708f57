//! How many may be removed, and who approved more (invariant 4): all removals of an account, judged as one set.
//!
//! Who is in the set is read from what is declared ([`Candidate`]); what was really begun stands in a [`Ledger`] that
//! outlives the process; the [`Verdict`] says of each whether it may go on ([`Leave`]). A set over the limit is held as a
//! whole, and time alone never lets it go.

mod approval;
mod growth;
mod ledger;
mod members;
mod verdict;

pub use approval::{Accepted, Ballot, Decision, LONGEST_LIST, approved, decide, still_asked};
pub use growth::Growth;
pub use ledger::{Hold, Ledger};
pub(super) use members::left_to_do;
pub use members::{Candidate, Member, member};
use members::{digest_of, list_digest};
pub use verdict::{Account, Leave, Verdict, judge};
