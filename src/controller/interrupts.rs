//! Passes that are cut off before they send anything: because the operator stops, or because something else is asked of
//! their User by now.
//!
//! A pass may wait for its turn at the account for minutes. A User that is to lose access must not wait for a pass that
//! began while it was to stay, and a stop not for turns that never come.

use std::collections::HashMap;
use std::future::pending;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::api::User;

use super::people::Key;

/// The passes over Users that run.
pub(super) struct Interrupts {
    stop: CancellationToken,
    running: Mutex<HashMap<Arc<Key>, Running>>,
}

struct Running {
    asked: Asked,
    cut: CancellationToken,
}

/// What is asked of a User: the generation of its spec, and whether it is being deleted.
type Asked = (Option<i64>, bool);

/// A pass that runs. It is forgotten when this is dropped.
pub(super) struct Interrupt<'a> {
    interrupts: &'a Interrupts,
    key: Arc<Key>,
    cut: CancellationToken,
    sends: Sends,
}

/// Whether a pass is about to send a write: from then on it is not cut off.
#[derive(Clone, Debug, Default)]
pub(super) struct Sends(Arc<AtomicBool>);

impl Sends {
    /// The pass is about to send.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn began(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Interrupts {
    pub fn new(stop: CancellationToken) -> Self {
        Self {
            stop,
            running: Mutex::default(),
        }
    }

    /// Notes that a pass over a User begins.
    pub fn begin(&self, key: &Arc<Key>, user: &User) -> Interrupt<'_> {
        let cut = self.stop.child_token();
        let running = Running {
            asked: asked(user),
            cut: cut.clone(),
        };
        self.running().insert(key.clone(), running);
        Interrupt {
            interrupts: self,
            key: key.clone(),
            cut,
            sends: Sends::default(),
        }
    }

    /// A User was seen, as `user` gives it: a pass that began when something else was asked of it is cut off.
    pub fn seen(&self, key: &Key, user: impl FnOnce() -> Option<Arc<User>>) {
        let mut running = self.running();
        let Some(pass) = running.get_mut(key) else {
            return;
        };
        if user().is_some_and(|user| asked(&user) != pass.asked) {
            pass.cut.cancel();
        }
    }

    /// Ends once the operator stops.
    pub async fn stopped(&self) {
        self.stop.cancelled().await;
    }

    fn running(&self) -> MutexGuard<'_, HashMap<Arc<Key>, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Interrupt<'_> {
    /// What the pass says before it sends.
    pub fn sends(&self) -> Sends {
        self.sends.clone()
    }

    /// Ends when the pass is to be cut off.
    pub async fn cut(&self) {
        self.cut.cancelled().await;
        if self.sends.began() {
            pending().await
        }
    }
}

impl Drop for Interrupt<'_> {
    fn drop(&mut self) {
        self.interrupts.running().remove(&self.key);
    }
}

fn asked(user: &User) -> Asked {
    (
        user.metadata.generation,
        user.metadata.deletion_timestamp.is_some(),
    )
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn user(generation: i64) -> Arc<User> {
        let user = serde_json::json!({
            "apiVersion": "onhook.dev/v1alpha1", "kind": "User", "metadata": {"name": "jane", "generation": generation},
            "spec": {"tenantRef": {"name": "acme"}, "userName": "jane@acme.example", "state": "active"},
        });
        Arc::new(serde_json::from_value(user).unwrap())
    }

    fn jane() -> Arc<Key> {
        Arc::new(Key::new("people", "jane"))
    }

    fn interrupts() -> Interrupts {
        Interrupts::new(CancellationToken::new())
    }

    #[test]
    fn a_pass_is_cut_off_when_something_else_is_asked_and_not_by_its_own_status() {
        let interrupts = interrupts();
        let pass = interrupts.begin(&jane(), &user(1));
        interrupts.seen(&jane(), || Some(user(1)));
        assert!(pass.cut().now_or_never().is_none());
        interrupts.seen(&jane(), || Some(user(2)));
        assert!(pass.cut().now_or_never().is_some());
    }

    #[test]
    fn a_pass_that_sends_is_finished_whatever_comes() {
        let interrupts = interrupts();
        let pass = interrupts.begin(&jane(), &user(1));
        pass.sends().begin();
        interrupts.seen(&jane(), || Some(user(2)));
        interrupts.stop.cancel();
        assert!(pass.cut().now_or_never().is_none());
    }

    #[test]
    fn a_stop_cuts_off_all_that_send_nothing() {
        let interrupts = interrupts();
        let pass = interrupts.begin(&jane(), &user(1));
        interrupts.stop.cancel();
        assert!(pass.cut().now_or_never().is_some());
    }

    #[test]
    fn a_pass_that_ended_is_forgotten() {
        let interrupts = interrupts();
        drop(interrupts.begin(&jane(), &user(1)));
        assert!(interrupts.running().is_empty());
    }
}
