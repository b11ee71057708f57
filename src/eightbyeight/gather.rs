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

/// How long a read waits for others who ask.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pause {
    /// Time between the beginnings of two reads.
    pub gap: Duration,
    /// Time after the latest asker: as long as others come so soon one after the other, they are waited for.
    pub settle: Duration,
    /// The longest that the first asker waits for others who still come, after the gap.
    pub most: Duration,
}

/// Gathers the keys that are asked for until the next read, which answers all of them.
pub(super) struct Gather<T> {
    state: Mutex<State<T>>,
}

struct State<T> {
    next: Option<Next<T>>,
    last: Option<Instant>,
}

/// The next read.
struct Next<T> {
    keys: BTreeSet<String>,
    answer: Answer<T>,
    due: Instant,
    /// However many still come, it begins now.
    latest: Instant,
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
    /// Asks for `keys`, and gives the answer of the read that all share who asked before it began. `None` where the read
    /// was cut off.
    pub async fn ask<Read, Reading>(
        self: &Arc<Self>,
        keys: impl IntoIterator<Item = String>,
        pause: Pause,
        read: Read,
    ) -> Option<Result<T, CallError>>
    where
        Read: FnOnce(Vec<String>) -> Reading + Send + 'static,
        Reading: Future<Output = Result<T, CallError>> + Send,
    {
        let mut answer = self.join(keys, pause, read);
        let answered = answer.wait_for(Option::is_some).await.ok()?;
        answered.clone()
    }

    fn join<Read, Reading>(
        self: &Arc<Self>,
        keys: impl IntoIterator<Item = String>,
        pause: Pause,
        read: Read,
    ) -> Answer<T>
    where
        Read: FnOnce(Vec<String>) -> Reading + Send + 'static,
        Reading: Future<Output = Result<T, CallError>> + Send,
    {
        let mut state = self.state();
        let settled = Instant::now() + pause.settle.max(pause.gap / MOMENT);
        if let Some(next) = &mut state.next {
            next.keys.extend(keys);
            next.due = next.due.max(settled.min(next.latest));
            return next.answer.clone();
        }
        let (tell, answer) = watch::channel(None);
        let due = state.last.map_or(settled, |last| settled.max(last + pause.gap));
        state.next = Some(Next {
            keys: keys.into_iter().collect(),
            answer: answer.clone(),
            due,
            latest: due + pause.most,
        });
        // A task of its own: who asked first may be cut off, and the others still wait.
        let gather = self.clone();
        let reading = async move {
            while let Some(due) = gather.due() {
                sleep_until(due).await;
            }
            let keys = gather.begin();
            tell.send_replace(Some(read(keys).await));
        };
        tokio::spawn(reading.in_current_span());
        answer
    }

    /// When the next read is due, while that is still to come.
    fn due(&self) -> Option<Instant> {
        let due = self.state().next.as_ref()?.due;
        (due > Instant::now()).then_some(due)
    }

    /// The read begins: who asks from now on is answered by the one after it.
    fn begin(&self) -> Vec<String> {
        let mut state = self.state();
        state.last = Some(Instant::now());
        let next = state.next.take();
        next.map(|next| next.keys.into_iter().collect())
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
    const PAUSE: Pause = Pause {
        gap: GAP,
        settle: Duration::ZERO,
        most: Duration::ZERO,
    };
    const PATIENT: Pause = Pause {
        gap: GAP,
        settle: Duration::from_secs(3),
        most: Duration::from_secs(10),
    };

    /// Reads that give back what they were asked for, and are noted with their time.
    #[derive(Clone, Default)]
    struct Reads(Arc<Mutex<Vec<Read>>>);

    type Read = (Duration, Vec<String>);

    impl Reads {
        async fn ask(&self, gather: &Arc<Gather<Vec<String>>>, began: Instant, key: &str) -> Vec<String> {
            self.ask_within(gather, began, key, PAUSE).await
        }

        async fn ask_within(
            &self,
            gather: &Arc<Gather<Vec<String>>>,
            began: Instant,
            key: &str,
            pause: Pause,
        ) -> Vec<String> {
            let reads = self.clone();
            let read = move |keys: Vec<String>| async move {
                reads.0.lock().unwrap().push((began.elapsed(), keys.clone()));
                tokio::time::sleep(Duration::from_millis(300)).await;
                Ok(keys)
            };
            gather.ask([key.to_owned()], pause, read).await.unwrap().unwrap()
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

    #[tokio::test(start_paused = true)]
    async fn a_read_waits_for_those_who_still_come_and_never_longer_than_it_may() {
        let (gather, reads, began) = (Arc::default(), Reads::default(), Instant::now());
        let come = async |every: u64, many: u64| {
            let asked = (0..many).map(|n| {
                let (gather, reads) = (&gather, &reads);
                async move {
                    tokio::time::sleep(Duration::from_secs(every * n)).await;
                    reads.ask_within(gather, began, &n.to_string(), PATIENT).await
                }
            });
            futures::future::join_all(asked).await
        };
        // They come every 2 s and stop: 3 s after the last of them.
        come(2, 3).await;
        assert_eq!(reads.0.lock().unwrap().len(), 1);
        assert_eq!(reads.0.lock().unwrap()[0].0, Duration::from_secs(4 + 3));
        // They do not stop.
        let before = began.elapsed();
        come(2, 12).await;
        let reads = reads.0.lock().unwrap();
        let second = reads[1].0 - before;
        assert!(second <= Duration::from_secs(3 + 10), "{second:?}");
    }
}
