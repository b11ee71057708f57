//! What is kept free for cutting access, and who goes first.

use std::sync::{Arc, Mutex};

use tokio::{
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

use super::tests::{CUT, DOCUMENTED, RUN, is_open, secs};
use super::{Gate, Lane, Seen, Turn, windows::MARGIN};
use crate::eightbyeight::LimitsConfig;

#[tokio::test(start_paused = true)]
async fn a_cut_finds_requests_free_while_others_wait() {
    let gate = Gate::new(DOCUMENTED, false);
    let began = Instant::now();
    for _ in 0..18 {
        gate.enter(RUN).await.answered(Seen::default());
    }
    assert!(
        timeout(secs(1), gate.enter(RUN)).await.is_err(),
        "two are kept free"
    );
    for _ in 0..2 {
        gate.enter(CUT).await.answered(Seen::default());
    }
    assert_eq!(Instant::now() - began, secs(1), "the cuts waited for nothing");
    assert!(!is_open(&gate).await, "the limit holds for a cut as well");
}

#[tokio::test(start_paused = true)]
async fn a_cut_finds_requests_of_the_minute_free() {
    let limits = LimitsConfig {
        burst_requests: 100,
        ..DOCUMENTED
    };
    let gate = Gate::new(limits, false);
    let mut runs = JoinSet::new();
    for _ in 0..200 {
        let gate = gate.clone();
        runs.spawn(async move { gate.enter(RUN).await.answered(Seen::default()) });
    }
    sleep(secs(11)).await;
    let others = 200 - runs.len() + runs.try_join_next().into_iter().count();
    assert!(others <= 95, "{others}");
    let began = Instant::now();
    for _ in 0..5 {
        gate.enter(CUT).await.answered(Seen::default());
    }
    assert_eq!(Instant::now(), began);
}

#[tokio::test(start_paused = true)]
async fn a_cut_finds_a_slot_free_while_others_wait_for_one() {
    let gate = Gate::new(DOCUMENTED, false);
    for id in 0..9 {
        let (ticket, slot) = gate.reserve(RUN).await.send();
        ticket.answered(Seen::default());
        slot.accepted(Some(&id.to_string()));
    }
    assert!(timeout(secs(20), gate.reserve(RUN)).await.is_err());
    let began = Instant::now();
    let _cut = gate.reserve(CUT).await;
    assert_eq!(Instant::now(), began);
    assert!(
        timeout(secs(20), gate.reserve(CUT)).await.is_err(),
        "the limit holds for a cut as well"
    );
}

#[tokio::test(start_paused = true)]
async fn a_cut_overtakes_all_who_wait() {
    let limits = LimitsConfig {
        burst_requests: 1,
        ..DOCUMENTED
    };
    let gate = Gate::new(limits, true);
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = JoinSet::new();
    let turns = [Turn::of(Lane::Upkeep), RUN, CUT];
    for turn in turns {
        let (gate, order) = (gate.clone(), order.clone());
        tasks.spawn(async move {
            let ticket = gate.enter(turn).await;
            order.lock().unwrap().push(turn.lane);
            ticket.answered(Seen::default());
        });
        tokio::task::yield_now().await;
    }
    tasks.join_all().await;
    assert_eq!(
        *order.lock().unwrap(),
        [Lane::Access, Lane::Leavers, Lane::Upkeep]
    );
}

#[tokio::test(start_paused = true)]
async fn who_goes_away_while_waiting_takes_nothing_with_it() {
    let limits = LimitsConfig {
        burst_requests: 1,
        ..DOCUMENTED
    };
    let gate = Gate::new(limits, false);
    gate.enter(CUT).await.answered(Seen::default());
    let began = Instant::now();
    let (gone, stays) = tokio::join!(timeout(secs(5), gate.enter(CUT)), gate.enter(CUT));
    assert!(gone.is_err());
    drop(stays);
    assert_eq!(Instant::now() - began, secs(10) + MARGIN);
}

#[tokio::test(start_paused = true)]
async fn the_load_says_what_is_used_and_who_waits_and_forgets_both() {
    let limits = LimitsConfig {
        burst_requests: 1,
        ..DOCUMENTED
    };
    let gate = Gate::new(limits, false);
    let load = || {
        let load = gate.load();
        (load.used, load.waiting.map(|(lane, count)| (lane.label(), count)))
    };
    gate.enter(CUT).await.answered(Seen::default());
    assert_eq!(load(), (1, [("cut", 0), ("run", 0), ("drift", 0)]));
    assert_eq!(gate.load().limit, DOCUMENTED.requests_per_minute);
    let gone = tokio::join!(
        timeout(secs(5), gate.enter(RUN)),
        timeout(secs(5), gate.reserve(Turn::of(Lane::Upkeep))),
        async {
            sleep(secs(1)).await;
            assert_eq!(load(), (1, [("cut", 0), ("run", 1), ("drift", 1)]));
        }
    );
    assert!(gone.0.is_err() && gone.1.is_err());
    sleep(secs(60)).await;
    assert_eq!(
        load(),
        (0, [("cut", 0), ("run", 0), ("drift", 0)]),
        "the minute is over"
    );
}
