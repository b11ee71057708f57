//! What the Contact Center real-time reads show: a picture of agents and queues that is some seconds old.

use super::{
    account::{Account, ContactCenter},
    clock::Moment,
};

/// The picture and when it was taken.
#[derive(Debug, Default)]
pub(crate) struct RealtimeView(Option<(Moment, ContactCenter)>);

impl RealtimeView {
    /// The picture, taken anew where it is older than `age` seconds of account time.
    pub(crate) fn at(&mut self, now: Moment, age: Moment, account: &Account) -> &ContactCenter {
        if self.0.as_ref().is_some_and(|(taken, _)| now - taken >= age) {
            self.0 = None;
        }
        &self
            .0
            .get_or_insert_with(|| (now, account.contact_center.clone()))
            .1
    }

    /// Forgets the picture, for a test that does not want to wait.
    pub(crate) fn forget(&mut self) {
        self.0 = None;
    }
}
