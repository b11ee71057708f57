//! The gate on tokio's paused clock: time only passes where everybody waits.

use std::{sync::Arc, sync::Mutex, time::Duration};

use proptest::prelude::*;
use tokio::{
    task::JoinSet,
    time::{Instant, advance, sleep, timeout},
};

use super::{Gate, Lane, Seen, Turn, windows::MARGIN};
use crate::eightbyeight::LimitsConfig;

pub(super) const DOCUMENTED: LimitsConfig = LimitsConfig {
    requests_per_minute: 100,
    minute: Duration::from_secs(60),
    burst_requests: 20,
    burst_per: Duration::from_secs(10),
    concurrent_operations: 10,
};

/// A turn for which nothing is held back.
pub(super) const CUT: Turn = Turn::of(Lane::Access);

/// One that has to leave something for it.
pub(super) const RUN: Turn = Turn::of(Lane::Leavers);

pub(super) fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn seen(remaining: u32, reset: u64) -> Seen {
    Seen {
        limit: Some(100),
        remaining: Some(remaining),
        reset_in: Some(secs(reset)),
        limited: false,
    }
}

fn limited(reset: Option<u64>) -> Seen {
    Seen {
        reset_in: reset.map(secs),
        limited: true,
        ..Seen::default()
    }
}

/// Whether the gate lets one in without any time passing.
pub(super) async fn is_open(gate: &Gate) -> bool {
    let entered = timeout(Duration::ZERO, gate.enter(CUT)).await;
    if let Ok(mut ticket) = entered {
        // As if it had never been: the next test of the same gate must not feel it.
        ticket.state = super::Progress::Reserved;
        return true;
    }
    false
}

/// The most that ever were in one window.
fn most_in(window: Duration, arrivals: &[Instant]) -> usize {
    let within = |first: usize| {
        arrivals[first..]
            .iter()
            .take_while(|at| **at < arrivals[first] + window)
            .count()
    };
    (0..arrivals.len()).map(within).max().unwrap_or(0)
}

/// `callers` calls, each with its own time to the server and back. Gives when they reached it, in order.
async fn arrivals(gate: &Gate, callers: Vec<(u64, u64)>) -> Vec<Instant> {
    let arrived = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = JoinSet::new();
    for (there, back) in callers {
        let (gate, arrived) = (gate.clone(), arrived.clone());
        tasks.spawn(async move {
            let ticket = gate.enter(CUT).await;
            sleep(Duration::from_millis(there)).await;
            arrived.lock().unwrap().push(Instant::now());
            sleep(Duration::from_millis(back)).await;
            ticket.answered(Seen::default());
        });
    }
    tasks.join_all().await;
    let mut arrived = std::mem::take(&mut *arrived.lock().unwrap());
    arrived.sort_unstable();
    arrived
}

#[tokio::test(start_paused = true)]
async fn exactly_the_documented_number_gets_in() {
    let gate = Gate::new(DOCUMENTED, false);
    let began = Instant::now();
    let arrived = arrivals(&gate, vec![(0, 0); 240]).await;
    let by = |limit: Duration| arrived.iter().filter(|at| **at - began < limit).count();
    assert_eq!(by(Duration::from_millis(1)), 20);
    assert_eq!(by(secs(10)), 20, "a burst window is whole before another call");
    assert_eq!(by(secs(10) + MARGIN * 2), 40);
    assert_eq!(by(secs(60)), 100);
    assert_eq!(by(secs(60) + MARGIN * 2), 120);
    assert_eq!(by(secs(122)), 220);
}

#[tokio::test(start_paused = true)]
async fn a_slow_answer_keeps_its_place_until_a_window_after_it() {
    let gate = Gate::new(DOCUMENTED, false);
    let began = Instant::now();
    // They may have reached the server at any time up to their answers, five seconds later.
    let arrived = arrivals(&gate, [vec![(5000, 0); 20], vec![(0, 0); 1]].concat()).await;
    assert!(arrived[20] - began >= secs(15), "{:?}", arrived[20] - began);
}

#[tokio::test(start_paused = true)]
async fn first_come_first_served() {
    let gate = Gate::new(DOCUMENTED, false);
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = JoinSet::new();
    for caller in 0..150 {
        let (gate, order) = (gate.clone(), order.clone());
        tasks.spawn(async move {
            let ticket = gate.enter(CUT).await;
            order.lock().unwrap().push(caller);
            ticket.answered(Seen::default());
        });
        tokio::task::yield_now().await;
    }
    tasks.join_all().await;
    assert!(order.lock().unwrap().is_sorted());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn no_window_is_ever_exceeded(
        minute in 2u32..60,
        burst in 1u32..20,
        per in 1u64..20,
        callers in prop::collection::vec((0u64..4000, 0u64..4000), 1..200),
    ) {
        let limits = LimitsConfig {
            requests_per_minute: minute,
            minute: secs(60),
            burst_requests: burst,
            burst_per: secs(per),
            concurrent_operations: 3,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let arrived = runtime.block_on(async { arrivals(&Gate::new(limits, false), callers).await });
        prop_assert!(most_in(secs(60), &arrived) <= minute as usize);
        prop_assert!(most_in(secs(per), &arrived) <= burst as usize);
    }
}

#[tokio::test(start_paused = true)]
async fn an_unused_ticket_and_an_unused_permit_give_everything_back() {
    let gate = Gate::new(
        LimitsConfig {
            burst_requests: 2,
            ..DOCUMENTED
        },
        false,
    );
    let began = Instant::now();
    drop(gate.reserve(CUT).await);
    assert_eq!(gate.slots_in_use(), 0);
    gate.enter(CUT).await.answered(Seen::default());
    gate.enter(CUT).await.answered(Seen::default());
    assert_eq!(Instant::now(), began, "both requests were there");
    assert!(!is_open(&gate).await);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_given_up_still_counts() {
    let gate = Gate::new(
        LimitsConfig {
            burst_requests: 1,
            ..DOCUMENTED
        },
        false,
    );
    drop(gate.enter(CUT).await);
    assert!(!is_open(&gate).await);
    advance(secs(11)).await;
    assert!(is_open(&gate).await);
}

#[tokio::test(start_paused = true)]
async fn a_429_closes_the_gate_for_all_until_the_reset() {
    let gate = Gate::new(DOCUMENTED, false);
    let closed = gate.enter(CUT).await.answered(limited(Some(30)));
    assert_eq!(closed, secs(31));
    advance(secs(30)).await;
    assert!(!is_open(&gate).await);
    advance(secs(1)).await;
    assert!(is_open(&gate).await);
}

#[tokio::test(start_paused = true)]
async fn a_429_without_a_reset_closes_for_a_minute_and_none_closes_for_more_than_two() {
    let gate = Gate::new(DOCUMENTED, false);
    assert_eq!(gate.enter(CUT).await.answered(limited(None)), secs(60));
    let gate = Gate::new(DOCUMENTED, false);
    assert_eq!(gate.enter(CUT).await.answered(limited(Some(86_400))), secs(120));
}

#[tokio::test(start_paused = true)]
async fn after_a_429_one_call_goes_alone_and_a_second_429_closes_for_longer() {
    let gate = Gate::new(DOCUMENTED, false);
    gate.enter(CUT).await.answered(limited(Some(5)));
    advance(secs(6)).await;
    let probe = gate.enter(CUT).await;
    assert!(!is_open(&gate).await, "a second call beside the probe");
    assert_eq!(probe.answered(limited(Some(5))), secs(8));
    advance(secs(8)).await;
    gate.enter(CUT).await.answered(Seen::default());
    let _one = gate.enter(CUT).await;
    assert!(
        is_open(&gate).await,
        "the probe was answered, so calls may overlap again"
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_from_before_a_429_does_not_open_the_gate() {
    let gate = Gate::new(DOCUMENTED, false);
    let early = gate.enter(CUT).await;
    advance(secs(1)).await;
    gate.enter(CUT).await.answered(limited(Some(20)));
    early.answered(seen(99, 60));
    assert!(!is_open(&gate).await);
    let _probe = gate.enter(CUT).await;
    assert!(!is_open(&gate).await, "a second call beside the probe");
}

#[tokio::test(start_paused = true)]
async fn what_another_client_used_up_is_not_used_twice() {
    let gate = Gate::new(DOCUMENTED, false);
    // Our own count leaves 99; the account says that only 15 of 100 are left, for 40 seconds.
    gate.enter(CUT).await.answered(seen(15, 40));
    let began = Instant::now();
    let mut within = 0;
    while Instant::now() - began < secs(40) {
        let _ticket = gate.enter(CUT).await;
        if Instant::now() - began < secs(40) {
            within += 1;
        }
    }
    assert!(within <= 15, "{within} calls where 15 were left");
    assert!(within >= 10, "{within} calls where 15 were left");
}

#[tokio::test(start_paused = true)]
async fn nothing_left_means_nothing_sent_until_the_reset_and_then_one_call_alone() {
    let gate = Gate::new(DOCUMENTED, false);
    gate.enter(CUT).await.answered(seen(0, 25));
    let began = Instant::now();
    let probe = gate.enter(CUT).await;
    assert_eq!((Instant::now() - began).as_secs(), 25);
    assert!(!is_open(&gate).await);
    probe.answered(seen(99, 60));
    assert!(is_open(&gate).await);
}

#[tokio::test(start_paused = true)]
async fn calls_that_the_account_had_not_counted_yet_are_taken_off() {
    let gate = Gate::new(DOCUMENTED, false);
    let first = gate.enter(CUT).await;
    let others = [
        gate.enter(CUT).await,
        gate.enter(CUT).await,
        gate.enter(CUT).await,
    ];
    // Three may still be on their way when four are left, so that one more may go.
    first.answered(seen(4, 10));
    let began = Instant::now();
    let one = gate.enter(CUT).await;
    assert!(Instant::now() - began < secs(10));
    let two = tokio::spawn({
        let gate = gate.clone();
        async move { gate.enter(CUT).await }
    });
    sleep(secs(9)).await;
    assert!(!two.is_finished());
    drop(others);
    sleep(secs(2)).await;
    drop(one);
    assert!(timeout(secs(1), two).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn the_last_tenth_is_spread_evenly_to_the_reset() {
    let gate = Gate::new(DOCUMENTED, false);
    gate.enter(CUT).await.answered(seen(4, 50));
    let began = Instant::now();
    let mut at = Vec::new();
    for _ in 0..4 {
        gate.enter(RUN).await.answered(Seen::default());
        at.push((Instant::now() - began).as_secs());
    }
    assert_eq!(at, [10, 20, 30, 40]);
}

#[tokio::test(start_paused = true)]
async fn a_client_alone_on_its_key_is_not_slowed_by_its_own_count() {
    let gate = Gate::new(
        LimitsConfig {
            burst_requests: 100,
            ..DOCUMENTED
        },
        false,
    );
    let began = Instant::now();
    for used in 1..=50 {
        gate.enter(CUT).await.answered(seen(100 - used, 60));
    }
    assert_eq!(Instant::now(), began);
}

#[tokio::test(start_paused = true)]
async fn a_warm_start_waits_out_the_burst_and_begins_with_one_call() {
    let gate = Gate::new(DOCUMENTED, true);
    let began = Instant::now();
    let probe = gate.enter(CUT).await;
    assert!(Instant::now() - began >= secs(10));
    assert!(!is_open(&gate).await);
    // The earlier process left 3 of 100.
    probe.answered(seen(3, 30));
    let began = Instant::now();
    let mut within = 0;
    while Instant::now() - began < secs(30) {
        gate.enter(CUT).await.answered(Seen::default());
        within += 1;
    }
    assert!(within <= 4, "{within}");
}

#[tokio::test(start_paused = true)]
async fn no_more_operations_than_slots() {
    let gate = Gate::new(
        LimitsConfig {
            concurrent_operations: 3,
            ..DOCUMENTED
        },
        false,
    );
    for id in ["a", "b", "c"] {
        let (ticket, slot) = gate.reserve(CUT).await.send();
        ticket.answered(Seen::default());
        slot.accepted(Some(id));
    }
    assert!(timeout(secs(300), gate.reserve(CUT)).await.is_err());
    gate.release("b");
    let _permit = timeout(secs(1), gate.reserve(CUT)).await.unwrap();
    assert_eq!(gate.slots_in_use(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_poll_gets_past_those_who_wait_for_a_slot() {
    let gate = Gate::new(
        LimitsConfig {
            concurrent_operations: 1,
            ..DOCUMENTED
        },
        false,
    );
    gate.hold("earlier");
    let waiting = tokio::spawn({
        let gate = gate.clone();
        async move { gate.reserve(CUT).await }
    });
    tokio::task::yield_now().await;
    assert!(is_open(&gate).await);
    gate.release("earlier");
    let _permit = timeout(secs(1), waiting).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_slot_of_unknown_outcome_is_held_for_a_minute() {
    let gate = Gate::new(
        LimitsConfig {
            concurrent_operations: 1,
            ..DOCUMENTED
        },
        false,
    );
    let sent = gate.reserve(CUT).await.send();
    drop(sent);
    let began = Instant::now();
    let _permit = gate.reserve(CUT).await;
    assert_eq!((Instant::now() - began).as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn a_slot_without_effect_is_free_at_once() {
    let gate = Gate::new(
        LimitsConfig {
            concurrent_operations: 1,
            ..DOCUMENTED
        },
        false,
    );
    let (ticket, slot) = gate.reserve(CUT).await.send();
    ticket.answered(Seen::default());
    slot.no_effect();
    assert_eq!(gate.slots_in_use(), 0);
}

#[tokio::test(start_paused = true)]
async fn operations_of_an_earlier_process_count_once_each_and_also_above_the_limit() {
    let gate = Gate::new(
        LimitsConfig {
            concurrent_operations: 2,
            ..DOCUMENTED
        },
        false,
    );
    for id in ["a", "b", "c", "c"] {
        gate.hold(id);
    }
    assert_eq!(gate.slots_in_use(), 3);
    gate.release("a");
    assert!(timeout(secs(1), gate.reserve(CUT)).await.is_err());
    gate.release("b");
    let _permit = timeout(secs(1), gate.reserve(CUT)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_write_of_an_earlier_process_that_nobody_knows_takes_a_slot_for_a_minute() {
    let limits = LimitsConfig {
        concurrent_operations: 2,
        ..DOCUMENTED
    };
    let gate = Gate::new(limits, false);
    gate.hold_unknown();
    gate.hold("known");
    let began = Instant::now();
    let _permit = gate.reserve(CUT).await;
    assert_eq!((Instant::now() - began).as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_nobody_asks_about_frees_its_slot_at_last() {
    let gate = Gate::new(
        LimitsConfig {
            concurrent_operations: 1,
            ..DOCUMENTED
        },
        false,
    );
    gate.hold("forgotten");
    advance(secs(500)).await;
    gate.still("forgotten");
    let began = Instant::now();
    let _permit = gate.reserve(CUT).await;
    assert_eq!((Instant::now() - began).as_secs(), 600);
}

#[tokio::test(start_paused = true)]
async fn holders_of_permits_can_always_read() {
    // Ten slots, but only five requests in a window: were all five reserved, no holder could read.
    let gate = Gate::new(
        LimitsConfig {
            burst_requests: 5,
            ..DOCUMENTED
        },
        false,
    );
    let mut tasks = JoinSet::new();
    for _ in 0..30 {
        let gate = gate.clone();
        tasks.spawn(async move {
            let permit = gate.reserve(CUT).await;
            gate.enter(CUT).await.answered(Seen::default());
            let (ticket, slot) = permit.send();
            ticket.answered(Seen::default());
            slot.no_effect();
        });
    }
    timeout(secs(600), tasks.join_all()).await.unwrap();
}
