//! A glance at several users: one filtered read of the list for all who ask at about the same time. Numbers and ring groups
//! are read together in the same way.
//!
//! It tells whether a look is worth its call. A row is never written back (invariant 3) and satisfies no precondition
//! (invariant 1).

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, MutexGuard, PoisonError};

use super::{
    Account, CallError, Failure, LocalRefusal, UserRow,
    gate::Turn,
    gather::{Gather, Pause},
    lists::filters,
    users::{LIST, quoted},
    wire::{PhoneNumber, RingGroup},
};

/// Rows a page: a filter names no more users than fit into it.
const PAGE: usize = 100;

/// Where others need the budget, a read waits for all who come: an operation takes 2 to 5 s, and whoever waits for one asks
/// first after the time between two looks. Once the slots are full, nobody comes any more. In times between two looks.
const SHORT_GAP: u32 = 3;
const SHORT_SETTLE: u32 = 2;
const SHORT_MOST: u32 = 4;
/// Numbers are free soon after their license is gone, and nobody waits for a slot meanwhile.
const NUMBERS_GAP: u32 = 12;

/// What one read of the list showed of several users.
#[derive(Debug)]
pub struct Glance {
    rows: HashMap<String, UserRow>,
    complete: bool,
}

impl Glance {
    /// The row of the user of this id.
    pub fn row(&self, user_id: &str) -> Option<&UserRow> {
        self.rows.get(user_id)
    }

    /// Whether a user who was asked for and has no row is not in the account: every row could be read, and the user that is
    /// known to be there had one, so that an empty or wrong answer proves nothing.
    pub fn is_complete(&self) -> bool {
        self.complete
    }
}

impl Account {
    /// A glance at the user of this userName, and at all others that are asked for meanwhile. It may take some seconds,
    /// longer where the budget is short.
    ///
    /// # Errors
    /// A userName that no filter can name alone, and what a list of users fails with ([`Account::list_users`]).
    pub async fn glance(&self, user_name: &str) -> Result<Arc<Glance>, CallError> {
        let name = quoted(user_name).ok_or_else(|| LIST.failed(Failure::Local(LocalRefusal::Wildcard)))?;
        let account = self.with_turn(Turn::default());
        let read = move |names| async move { account.read_glance(names).await.map(Arc::new) };
        let glances = &self.inner().glances;
        let answered = glances.ask([name], self.pause(SHORT_GAP), read).await;
        answered.unwrap_or_else(|| Err(LIST.failed(Failure::ListBroken)))
    }

    /// The same as [`Account::phone_numbers`], by one read for all who ask at about the same time.
    ///
    /// # Errors
    /// Those of [`Account::phone_numbers`].
    pub async fn phone_numbers_together(&self, numbers: &[String]) -> Result<Vec<PhoneNumber>, CallError> {
        super::numbers::check(numbers)?;
        let account = self.with_turn(Turn::default());
        let read =
            move |numbers: Vec<String>| async move { account.phone_numbers(&numbers).await.map(Arc::new) };
        let asked = self
            .inner()
            .numbers
            .ask(numbers.to_vec(), self.pause(NUMBERS_GAP), read)
            .await;
        let found = asked.unwrap_or_else(|| Err(super::numbers::NUMBERS.failed(Failure::ListBroken)))?;
        let own = found.iter().filter(|found| numbers.contains(&found.phone_number));
        Ok(own.cloned().collect())
    }

    /// The same as [`Account::ring_group`], by one read for all who ask for that ring group at about the same time.
    ///
    /// # Errors
    /// Those of [`Account::ring_group`].
    pub async fn ring_group_together(&self, ring_group_id: &str) -> Result<Option<RingGroup>, CallError> {
        let (account, id) = (self.with_turn(Turn::default()), ring_group_id.to_owned());
        let read = move |_| async move { account.ring_group(&id).await };
        let asked = self
            .gather_of(ring_group_id)
            .ask([], self.pause(SHORT_GAP), read)
            .await;
        asked.unwrap_or_else(|| Err(super::ring_groups::GET.failed(Failure::ListBroken)))
    }

    /// Those who ask for one ring group.
    fn gather_of(&self, ring_group_id: &str) -> Arc<Gather<Option<RingGroup>>> {
        let groups = &self.inner().ring_groups;
        let mut groups = groups.lock().unwrap_or_else(PoisonError::into_inner);
        groups.entry(ring_group_id.to_owned()).or_default().clone()
    }

    async fn read_glance(&self, names: Vec<String>) -> Result<Glance, CallError> {
        let known = self.known_user();
        let known = known.as_deref();
        let by_name = |name: &str| format!("basicInfo.userName=={name}");
        let always = known.and_then(quoted).map(|name| by_name(&name));
        let mut seen = Glance {
            rows: HashMap::new(),
            complete: always.is_some(),
        };
        let terms: BTreeSet<_> = names.iter().map(|name| by_name(name)).collect();
        for filter in filters(terms, always.as_deref(), PAGE) {
            let list = self.list_users(Some(&filter), 1000).await?;
            let named = |row: &UserRow| Some(row.user().basic_info.user_name.as_str()) == known;
            seen.complete &= list.unreadable == 0 && list.rows.iter().any(named);
            let rows = list.rows.into_iter();
            seen.rows
                .extend(rows.map(|row| (row.user().user_id().to_owned(), row)));
        }
        Ok(seen)
    }

    /// Notes the userName of somebody who is in the account: a glance that does not show them as well is not complete.
    pub fn set_known_user(&self, user_name: Option<String>) {
        *self.lock_known_user() = user_name;
    }

    /// The userName noted by [`Account::set_known_user`].
    pub fn known_user(&self) -> Option<String> {
        self.lock_known_user().clone()
    }

    fn lock_known_user(&self) -> MutexGuard<'_, Option<String>> {
        let known = &self.inner().known_user;
        known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long a read that several share waits for them; `short_gap` is its gap where the budget is short, in times
    /// between two looks.
    fn pause(&self, short_gap: u32) -> Pause {
        let inner = self.inner();
        let look = inner.look_interval;
        if inner.gate.is_short() {
            Pause {
                gap: look * short_gap,
                settle: look * SHORT_SETTLE,
                most: look * SHORT_MOST,
            }
        } else {
            Pause {
                gap: look,
                ..Pause::default()
            }
        }
    }
}
