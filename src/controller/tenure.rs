//! Who may write to an account when, where several replicas run: pure, on a clock that never goes back.
//!
//! An account has one Lease. Its holder writes; the others watch. The account knows nothing of Leases, so time keeps two
//! holders apart: a request ends before its Lease does, and who takes a Lease over waits until every request of the holder
//! before it has ended. What remains: a process that is stopped between the check and the send, for longer than that.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::Instant;

/// How long what takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    /// The longest a call on the account may take.
    pub call: Duration,
    /// Time between two renewals.
    pub renew: Duration,
    /// How long a Lease holds after a renewal.
    pub lease: Duration,
}

impl Terms {
    /// The terms that leave time for a call after each renewal, also where two renewals failed.
    pub fn new(call: Duration) -> Self {
        let renew = (call / 2).clamp(Duration::from_secs(1), Duration::from_secs(10));
        let seconds = (call + renew * 3).as_secs() + 1;
        Self {
            call,
            renew,
            lease: Duration::from_secs(seconds),
        }
    }
}

/// A Lease as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sight {
    /// Its resourceVersion.
    pub version: String,
    /// Its holder; `None` where it was given back.
    pub holder: Option<String>,
    /// How long it holds after a renewal.
    pub lease: Duration,
}

/// What is to be done about a Lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing: somebody else has it, or is to have it.
    Leave,
    /// Create it, or write it, with this replica as its holder, if it is still as it was read.
    Hold,
    /// Give it back: nothing of this replica is on its way any more.
    Release,
}

/// One replica's part in one account.
#[derive(Clone, Debug)]
pub(super) struct Tenure {
    terms: Terms,
    /// When the last renewal that succeeded was sent.
    renewed: Option<Instant>,
    /// Nothing is written before.
    write_from: Instant,
    /// The version of somebody else's Lease, and when it was seen first.
    other: Option<(String, Instant)>,
    /// When this replica stopped to write, because somebody else is to have it.
    stopped: Option<Instant>,
    /// Whether those who work on the account were told that they may.
    pub told: bool,
}

impl Tenure {
    /// A part in an account about which nothing is known yet. `known`: whether an earlier process may have written to it.
    pub fn new(terms: Terms, known: bool, now: Instant) -> Self {
        Self {
            terms,
            renewed: None,
            write_from: if known {
                now + terms.lease + terms.call
            } else {
                now
            },
            other: None,
            stopped: None,
            told: false,
        }
    }

    /// Whether it was renewed so lately that it need not be looked at.
    pub fn is_fresh(&self, now: Instant) -> bool {
        self.holds(now) && self.renewed.is_some_and(|at| now < at + self.terms.renew / 2)
    }

    /// Whether this replica holds the Lease, as far as it knows.
    pub fn holds(&self, now: Instant) -> bool {
        self.renewed.is_some_and(|at| now < at + self.terms.lease)
    }

    /// Whether this replica works on the account: it holds the Lease, and every request of a holder before it has ended.
    pub fn works(&self, now: Instant) -> bool {
        self.holds(now) && now >= self.write_from
    }

    /// Whether a request that is sent now ends before the Lease does.
    pub fn may_write(&self, now: Instant) -> bool {
        let ends = now + self.terms.call;
        self.works(now) && self.renewed.is_some_and(|at| ends < at + self.terms.lease)
    }

    /// Takes in the Lease as it was read, and says what is to be done. `wanted`: whether this replica is to have it.
    pub fn see(&mut self, me: &str, seen: Option<&Sight>, wanted: bool, now: Instant) -> Step {
        let Some(seen) = seen else {
            self.other = None;
            return if wanted { Step::Hold } else { Step::Leave };
        };
        match seen.holder.as_deref() {
            Some(holder) if holder == me => {
                // A process of the same name is this one's predecessor, and has ended.
                if self.renewed.is_none() {
                    self.write_from = now;
                }
                if wanted {
                    self.stopped = None;
                    return Step::Hold;
                }
                self.lost();
                let stopped = *self.stopped.get_or_insert(now);
                if now >= stopped + self.terms.call {
                    Step::Release
                } else {
                    Step::Leave
                }
            }
            // It was given back once nothing of its holder was on its way any more.
            None => {
                self.lost();
                self.write_from = now;
                if wanted { Step::Hold } else { Step::Leave }
            }
            Some(_) => {
                self.lost();
                let since = match &self.other {
                    Some((version, since)) if *version == seen.version => *since,
                    _ => now,
                };
                self.other = Some((seen.version.clone(), since));
                let lease = seen.lease.max(self.terms.lease);
                self.write_from = since + lease + self.terms.call;
                if wanted && now >= since + lease {
                    Step::Hold
                } else {
                    Step::Leave
                }
            }
        }
    }

    /// Notes that a renewal, or the first one, succeeded that was sent at this time.
    pub fn renewed(&mut self, sent: Instant) {
        self.renewed = Some(sent);
        self.other = None;
    }

    /// Notes that this replica has it no more.
    pub fn lost(&mut self) {
        self.renewed = None;
    }
}

/// The accounts that a replica is to have: its own as long as they are its share, then those that nobody has. `holders`
/// gives for each account who has it, dead or alive; `alive` are the replicas that run, this one among them.
pub(super) fn share<'a>(
    me: &str,
    alive: &BTreeSet<String>,
    holders: &BTreeMap<&'a str, Option<String>>,
) -> BTreeSet<&'a str> {
    let replicas = alive.len().max(1);
    let most = holders.len().div_ceil(replicas);
    let mine = |holder: &Option<String>| holder.as_deref() == Some(me);
    let free = |holder: &Option<String>| holder.as_ref().is_none_or(|holder| !alive.contains(holder));
    let of = |is: &dyn Fn(&Option<String>) -> bool| -> Vec<&'a str> {
        let found = holders.iter().filter(|(_, holder)| is(holder));
        found.map(|(account, _)| *account).collect()
    };
    // Others come for what is free as well, from another end.
    let mut open = of(&free);
    let place = alive.iter().position(|known| known == me).unwrap_or_default();
    if !open.is_empty() {
        let from = place * open.len() / replicas;
        open.rotate_left(from);
    }
    of(&mine).into_iter().chain(open).take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn terms() -> Terms {
        Terms {
            call: SECOND * 20,
            renew: SECOND * 10,
            lease: SECOND * 50,
        }
    }

    fn sight(holder: Option<&str>, version: &str) -> Sight {
        Sight {
            version: version.to_owned(),
            holder: holder.map(str::to_owned),
            lease: terms().lease,
        }
    }

    /// A replica that holds the Lease of an account that nobody wrote to before.
    fn holder(now: Instant) -> Tenure {
        let mut tenure = Tenure::new(terms(), false, now);
        assert_eq!(tenure.see("a", None, true, now), Step::Hold);
        tenure.renewed(now);
        tenure
    }

    #[test]
    fn a_lease_is_longer_than_a_call_and_its_renewals() {
        for call in [1, 3, 20, 60] {
            let terms = Terms::new(SECOND * call);
            assert!(terms.lease > terms.call + terms.renew * 2, "{terms:?}");
        }
    }

    #[test]
    fn a_holder_sends_nothing_that_could_end_after_its_lease() {
        let now = Instant::now();
        let tenure = holder(now);
        assert!(tenure.may_write(now) && tenure.may_write(now + SECOND * 29));
        assert!(!tenure.may_write(now + SECOND * 30), "a call takes up to 20 s");
        assert!(tenure.holds(now + SECOND * 49) && !tenure.holds(now + SECOND * 50));
    }

    #[test]
    fn a_lease_is_taken_over_when_it_has_ended_and_written_to_when_its_calls_have() {
        let now = Instant::now();
        let mut tenure = Tenure::new(terms(), true, now);
        let other = sight(Some("b"), "1");
        assert_eq!(tenure.see("a", Some(&other), true, now), Step::Leave);
        let before = now + SECOND * 49;
        assert_eq!(tenure.see("a", Some(&other), true, before), Step::Leave);
        let ended = now + SECOND * 50;
        assert_eq!(tenure.see("a", Some(&other), true, ended), Step::Hold);
        tenure.renewed(ended);
        assert!(tenure.holds(ended) && !tenure.may_write(ended));
        assert!(!tenure.works(now + SECOND * 69));
        assert!(tenure.may_write(now + SECOND * 70));
    }

    #[test]
    fn a_renewal_of_the_other_begins_the_wait_anew() {
        let now = Instant::now();
        let mut tenure = Tenure::new(terms(), true, now);
        tenure.see("a", Some(&sight(Some("b"), "1")), true, now);
        let later = now + SECOND * 40;
        tenure.see("a", Some(&sight(Some("b"), "2")), true, later);
        let other = sight(Some("b"), "2");
        assert_eq!(
            tenure.see("a", Some(&other), true, now + SECOND * 60),
            Step::Leave
        );
        assert_eq!(
            tenure.see("a", Some(&other), true, later + SECOND * 50),
            Step::Hold
        );
    }

    #[test]
    fn a_holder_that_finds_another_in_its_place_stops_at_once() {
        let now = Instant::now();
        let mut tenure = holder(now);
        assert_eq!(
            tenure.see("a", Some(&sight(Some("b"), "9")), true, now + SECOND),
            Step::Leave
        );
        assert!(!tenure.holds(now + SECOND) && !tenure.may_write(now + SECOND));
    }

    #[test]
    fn what_was_given_back_is_written_to_at_once() {
        let now = Instant::now();
        let mut tenure = Tenure::new(terms(), true, now);
        assert_eq!(tenure.see("a", Some(&sight(None, "1")), true, now), Step::Hold);
        tenure.renewed(now);
        assert!(tenure.may_write(now));
    }

    #[test]
    fn a_process_of_the_same_name_goes_on_at_once() {
        let now = Instant::now();
        let mut tenure = Tenure::new(terms(), true, now);
        assert_eq!(
            tenure.see("a", Some(&sight(Some("a"), "1")), true, now),
            Step::Hold
        );
        tenure.renewed(now);
        assert!(tenure.may_write(now));
    }

    #[test]
    fn a_lease_that_somebody_deleted_is_waited_for_where_the_account_was_known() {
        let now = Instant::now();
        let mut tenure = Tenure::new(terms(), true, now);
        assert_eq!(tenure.see("a", None, true, now), Step::Hold);
        tenure.renewed(now);
        assert!(!tenure.may_write(now + SECOND * 29));
    }

    #[test]
    fn what_others_are_to_have_is_given_back_once_every_call_has_ended() {
        let now = Instant::now();
        let mut tenure = holder(now);
        let mine = sight(Some("a"), "1");
        assert_eq!(tenure.see("a", Some(&mine), false, now), Step::Leave);
        assert!(!tenure.may_write(now), "it writes no more");
        let before = now + SECOND * 19;
        assert_eq!(tenure.see("a", Some(&mine), false, before), Step::Leave);
        let after = now + SECOND * 20;
        assert_eq!(tenure.see("a", Some(&mine), false, after), Step::Release);
    }

    fn replicas(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn accounts_are_spread_evenly_and_move_when_a_replica_is_gone() {
        let accounts = ["1", "2", "3", "4", "5"];
        let nobody: BTreeMap<_, _> = accounts.iter().map(|account| (*account, None)).collect();
        let both = replicas(&["a", "b"]);
        let (a, b) = (share("a", &both, &nobody), share("b", &both, &nobody));
        assert!(a.len() == 3 && b.len() == 3);
        assert_eq!(a.union(&b).count(), 5, "nothing is left to nobody");
        let of_b: BTreeMap<_, _> = accounts
            .iter()
            .map(|account| (*account, Some("b".to_owned())))
            .collect();
        assert_eq!(share("b", &both, &of_b).len(), 3, "it gives two back");
        assert!(share("a", &both, &of_b).is_empty());
        assert_eq!(share("a", &replicas(&["a"]), &of_b).len(), 5);
    }
}
