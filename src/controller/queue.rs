//! Who is looked at when: each User once at a time, again after its time, and so many of a kind at once.

use std::collections::{HashMap, HashSet, VecDeque};
use std::future::Future;
use std::hash::Hash;
use std::time::Duration;

use futures::StreamExt;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use tokio_util::time::{DelayQueue, delay_queue};

use crate::telemetry::Pulse;

/// How many passes of one class run at once: each holds its object and a place in memory. Many of them wait for their turn
/// at the account, those who leave a ring group together for each other.
const AT_ONCE: usize = 256;

/// The longest time that is waited in one go.
const LONGEST: Duration = Duration::from_hours(24);

/// A queue that gives no sign of life for so long is stuck.
pub(super) const STUCK: Duration = Duration::from_mins(2);

/// What is to be looked at.
struct Queue<K, C> {
    running: HashMap<K, Option<C>>,
    /// Those that came again while they run.
    again: HashSet<K>,
    at_work: HashMap<C, usize>,
    waiting: HashMap<C, VecDeque<K>>,
    queued: HashSet<K>,
    delays: DelayQueue<K>,
    delayed: HashMap<K, delay_queue::Key>,
}

/// Works through keys as they come, until `shutdown` is cancelled; what runs then is finished. `pass` gives the time after
/// which its key is due by itself. `class` says which keys wait for each other where there are many; those without a class
/// wait for nobody.
pub(super) async fn work<K, C, Fut>(
    mut keys: UnboundedReceiver<K>,
    shutdown: CancellationToken,
    pulse: Pulse,
    class: impl Fn(&K) -> Option<C>,
    pass: impl Fn(K) -> Fut,
) where
    K: Clone + Eq + Hash + Send + 'static,
    C: Clone + Eq + Hash,
    Fut: Future<Output = Option<Duration>> + Send + 'static,
{
    let mut queue = Queue::<K, C>::new();
    let mut passes = JoinSet::new();
    let start = |queue: &mut Queue<K, C>, passes: &mut JoinSet<(K, Option<Duration>)>, key: K| {
        if let Some(key) = queue.admit(key, &class) {
            let work = pass(key.clone());
            passes.spawn(async move { (key, work.await) });
        }
    };
    let mut sign_of_life = tokio::time::interval(STUCK / 12);
    sign_of_life.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            _ = sign_of_life.tick() => pulse.beat(),
            Some(ended) = passes.join_next() => {
                // A pass catches its own panics; one that was cut off is due again with the next event.
                if let Ok((key, wait)) = ended {
                    for next in queue.ended(&key, wait) {
                        start(&mut queue, &mut passes, next);
                    }
                }
            }
            Some(expired) = queue.delays.next(), if !queue.delays.is_empty() => {
                let key = expired.into_inner();
                queue.delayed.remove(&key);
                start(&mut queue, &mut passes, key);
            }
            key = keys.recv() => match key {
                Some(key) => start(&mut queue, &mut passes, key),
                None => break,
            },
        }
    }
    while passes.join_next().await.is_some() {}
}

impl<K: Clone + Eq + Hash, C: Clone + Eq + Hash> Queue<K, C> {
    fn new() -> Self {
        Self {
            running: HashMap::new(),
            again: HashSet::new(),
            at_work: HashMap::new(),
            waiting: HashMap::new(),
            queued: HashSet::new(),
            delays: DelayQueue::new(),
            delayed: HashMap::new(),
        }
    }

    /// Gives the key back if its pass is to begin now.
    fn admit(&mut self, key: K, class: impl Fn(&K) -> Option<C>) -> Option<K> {
        if let Some(delay) = self.delayed.remove(&key) {
            self.delays.try_remove(&delay);
        }
        if self.running.contains_key(&key) {
            self.again.insert(key);
            return None;
        }
        let class = class(&key);
        if let Some(class) = &class {
            let at_work = self.at_work.entry(class.clone()).or_default();
            if *at_work >= AT_ONCE {
                if self.queued.insert(key.clone()) {
                    self.waiting.entry(class.clone()).or_default().push_back(key);
                }
                return None;
            }
            *at_work += 1;
        }
        self.queued.remove(&key);
        self.running.insert(key.clone(), class);
        Some(key)
    }

    /// Notes that a pass has ended. Gives whose may begin.
    fn ended(&mut self, key: &K, wait: Option<Duration>) -> Vec<K> {
        let mut next = Vec::new();
        if let Some(Some(class)) = self.running.remove(key) {
            if let Some(at_work) = self.at_work.get_mut(&class) {
                *at_work -= 1;
            }
            next.extend(self.next_of(&class));
        }
        if self.again.remove(key) {
            next.push(key.clone());
        } else if let Some(wait) = wait {
            let delay = self.delays.insert(key.clone(), wait.min(LONGEST));
            self.delayed.insert(key.clone(), delay);
        }
        next
    }

    /// The next one of a class that still waits: it may have begun meanwhile without a class.
    fn next_of(&mut self, class: &C) -> Option<K> {
        let waiting = self.waiting.get_mut(class)?;
        let next = loop {
            match waiting.pop_front() {
                Some(key) if self.queued.remove(&key) => break Some(key),
                Some(_) => {}
                None => break None,
            }
        };
        if waiting.is_empty() {
            self.waiting.remove(class);
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tokio::sync::mpsc::unbounded_channel;
    use tokio::sync::{Semaphore, mpsc::UnboundedSender};
    use tokio::time::Instant;

    use super::*;
    use crate::telemetry::Health;

    /// Passes that begin, and end once they are let go.
    struct Stage {
        keys: UnboundedSender<u32>,
        begun: Arc<Mutex<Vec<(u32, Instant)>>>,
        let_go: Arc<Semaphore>,
        shutdown: CancellationToken,
        work: tokio::task::JoinHandle<()>,
    }

    fn stage(wait: Option<Duration>) -> Stage {
        let (keys, received) = unbounded_channel();
        let begun: Arc<Mutex<Vec<_>>> = Arc::default();
        let let_go = Arc::new(Semaphore::new(0));
        let shutdown = CancellationToken::new();
        let (noted, gate, stop) = (begun.clone(), let_go.clone(), shutdown.clone());
        let pass = move |key| {
            noted.lock().unwrap().push((key, Instant::now()));
            let gate = gate.clone();
            async move {
                gate.acquire().await.unwrap().forget();
                wait
            }
        };
        let class = |key: &u32| (*key < 1000).then_some(());
        let pulse = Health::default().pulse("users", STUCK);
        let work = tokio::spawn(work(received, stop, pulse, class, pass));
        Stage {
            keys,
            begun,
            let_go,
            shutdown,
            work,
        }
    }

    impl Stage {
        async fn begun(&self) -> Vec<u32> {
            tokio::time::sleep(Duration::from_millis(1)).await;
            self.begun.lock().unwrap().iter().map(|(key, _)| *key).collect()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_key_that_comes_again_while_it_runs_runs_once_more() {
        let stage = stage(None);
        for _ in 0..3 {
            stage.keys.send(1).unwrap();
        }
        assert_eq!(stage.begun().await, [1]);
        stage.let_go.add_permits(10);
        assert_eq!(stage.begun().await, [1, 1]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_key_comes_back_after_its_time_or_an_event_and_then_not_twice() {
        let stage = stage(Some(Duration::from_secs(60)));
        stage.let_go.add_permits(2);
        stage.keys.send(1).unwrap();
        assert_eq!(stage.begun().await, [1]);
        tokio::time::sleep(Duration::from_secs(30)).await;
        stage.keys.send(1).unwrap();
        assert_eq!(stage.begun().await, [1, 1]);
        tokio::time::sleep(Duration::from_secs(45)).await;
        assert_eq!(stage.begun().await.len(), 2, "its time begins anew");
        tokio::time::sleep(Duration::from_secs(20)).await;
        assert_eq!(stage.begun().await.len(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn so_many_of_a_class_run_at_once_and_who_has_none_waits_for_nobody() {
        let stage = stage(None);
        for key in 0..600 {
            stage.keys.send(key).unwrap();
        }
        stage.keys.send(1000).unwrap();
        let begun = stage.begun().await;
        assert_eq!((begun.len(), begun.last()), (AT_ONCE + 1, Some(&1000)));
        stage.let_go.add_permits(1000);
        let mut begun = stage.begun().await;
        begun.sort_unstable();
        begun.dedup();
        assert_eq!(begun.len(), 601);
    }

    #[tokio::test(start_paused = true)]
    async fn what_runs_at_the_end_is_finished_and_nothing_else_begins() {
        let stage = stage(None);
        stage.keys.send(1).unwrap();
        assert_eq!(stage.begun().await, [1]);
        stage.shutdown.cancel();
        stage.keys.send(2).unwrap();
        assert_eq!(stage.begun().await, [1]);
        assert!(!stage.work.is_finished());
        stage.let_go.add_permits(1);
        stage.work.await.unwrap();
    }
}
