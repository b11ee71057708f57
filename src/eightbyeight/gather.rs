//! Reads that many ask for: whoever asks within a time is answered by one read.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use tracing::Instrument;

use super::CallError;

/// Askers of the same moment are waited for so long, as a part of the gap between two reads.
const MOMENT: u32 = 20;

/// Gathers the keys that are asked for until the next read, which answers all of them.
pub(super) struct Gather<T> {
    state: Mutex<State<T>>,
}

struct State<T> {
    /// Keys of the next read, and where its answer will be.
    next: Option<(BTreeSet<String>, Answer<T>)>,
    last: Option<Instant>,
}

type Answer<T> = watch::Receiver<Option<Result<T, CallError>>>;

impl<T> Default for Gather<T> {
    fn default() -> Self {
        Self {
            state: Mutex::new(State {
                next: None,
                last: None,
            }),
        }
    }
}

impl<T: Clone + Send + Sync + 'static> Gather<T> {
    /// Asks for `keys`, and gives the answer of the read that all share who asked before it began. No two reads begin
    /// within `gap`. `None` where the read was cut off.
    pub async fn ask<Read, Reading>(
        self: &Arc<Self>,
        keys: impl IntoIterator<Item = String>,
        gap: Duration,
        read: Read,
    ) -> Option<Result<T, CallError>>
    where
        Read: FnOnce(Vec<String>) -> Reading + Send + 'static,
        Reading: Future<Output = Result<T, CallError>> + Send,
    {
        let mut answer = self.join(keys, gap, read);
        let answered = answer.wait_for(Option::is_some).await.ok()?;
        answered.clone()
    }

    fn join<Read, Reading>(
        self: &Arc<Self>,
        keys: impl IntoIterator<Item = String>,
        gap: Duration,
        read: Read,
    ) -> Answer<T>
    where
        Read: FnOnce(Vec<String>) -> Reading + Send + 'static,
        Reading: Future<Output = Result<T, CallError>> + Send,
    {
        let mut state = self.state();
        if let Some((asked, answer)) = &mut state.next {
            asked.extend(keys);
            return answer.clone();
        }
        let (tell, answer) = watch::channel(None);
        state.next = Some((keys.into_iter().collect(), answer.clone()));
        let moment = Instant::now() + gap / MOMENT;
        let due = state.last.map_or(moment, |last| moment.max(last + gap));
        // A task of its own: who asked first may be cut off, and the others still wait.
        let gather = self.clone();
        let reading = async move {
            sleep_until(due).await;
            let keys = gather.begin();
            tell.send_replace(Some(read(keys).await));
        };
        tokio::spawn(reading.in_current_span());
        answer
    }

    /// The read begins: who asks from now on is answered by the one after it.
    fn begin(&self) -> Vec<String> {
        let mut state = self.state();
        state.last = Some(Instant::now());
        let next = state.next.take();
        next.map(|(keys, _)| keys.into_iter().collect())
            .unwrap_or_default()
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAP: Duration = Duration::from_secs(2);

    /// Reads that give back what they were asked for, and are noted with their time.
    #[derive(Clone, Default)]
    struct Reads(Arc<Mutex<Vec<Read>>>);

    type Read = (Duration, Vec<String>);

    impl Reads {
        async fn ask(&self, gather: &Arc<Gather<Vec<String>>>, began: Instant, key: &str) -> Vec<String> {
            let reads = self.clone();
            let read = move |keys: Vec<String>| async move {
                reads.0.lock().unwrap().push((began.elapsed(), keys.clone()));
                tokio::time::sleep(Duration::from_millis(300)).await;
                Ok(keys)
            };
            gather.ask([key.to_owned()], GAP, read).await.unwrap().unwrap()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_before_a_read_begins_shares_it() {
        let (gather, reads, began) = (Arc::default(), Reads::default(), Instant::now());
        let names: Vec<_> = (0..40).map(|n| format!("user-{n:02}")).collect();
        let asked = names.iter().map(|name| reads.ask(&gather, began, name));
        for answer in futures::future::join_all(asked).await {
            assert_eq!(answer, names);
        }
        assert_eq!(reads.0.lock().unwrap().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_after_a_read_began_waits_for_the_next_and_a_gap_lies_between() {
        let (gather, reads, began) = (Arc::default(), Reads::default(), Instant::now());
        let late = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            reads.ask(&gather, began, "b").await
        };
        let (first, second) = tokio::join!(reads.ask(&gather, began, "a"), late);
        assert_eq!((first, second), (vec!["a".to_owned()], vec!["b".to_owned()]));
        let reads = reads.0.lock().unwrap();
        let [(first, _), (second, _)] = reads.as_slice() else {
            panic!("{reads:?}");
        };
        assert!(*second - *first >= GAP, "{reads:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_asker_that_is_cut_off_takes_the_read_from_nobody() {
        let (gather, reads, began) = (Arc::default(), Reads::default(), Instant::now());
        let first = tokio::time::timeout(Duration::from_millis(10), reads.ask(&gather, began, "a"));
        let (cut_off, answered) = tokio::join!(first, reads.ask(&gather, began, "b"));
        assert!(cut_off.is_err());
        assert_eq!(answered, ["a", "b"]);
    }
}
