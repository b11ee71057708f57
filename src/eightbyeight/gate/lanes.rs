//! Who is next: pure, and apart from what there is to be let in to.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// What a call is for. The earlier ones go first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// Cutting somebody's access, and the reads that lead to it.
    Access,
    /// Runs of leavers.
    #[default]
    Leavers,
    /// Everything that may wait: joiners, drift, inventory.
    Upkeep,
}

impl Lane {
    /// All of them, in the order in which they go.
    pub const ALL: [Self; 3] = [Self::Access, Self::Leavers, Self::Upkeep];

    /// Its short name, as metrics show it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Access => "cut",
            Self::Leavers => "run",
            Self::Upkeep => "drift",
        }
    }

    /// How often others may go first while somebody waits in the lane. The first lane needs no floor.
    const fn patience(self) -> u32 {
        match self {
            Self::Access => u32::MAX,
            Self::Leavers => 4,
            Self::Upkeep => 9,
        }
    }
}

/// Where a call stands in line: by its lane, in it by the time since when its cause is due, and then first come, first
/// served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn {
    /// Its lane.
    pub lane: Lane,
    /// Since when it is due. `None`: before all others of its lane.
    pub due: Option<Timestamp>,
}

impl Turn {
    /// The turn of a lane, before those with a time.
    pub const fn of(lane: Lane) -> Self {
        Self { lane, due: None }
    }

    /// The turn of what is due since a time.
    pub const fn since(lane: Lane, due: Timestamp) -> Self {
        Self { lane, due: Some(due) }
    }
}

/// Those who wait for the same thing.
#[derive(Debug)]
pub(super) struct Line<T> {
    waiting: BTreeMap<(Turn, u64), T>,
    arrived: u64,
    /// How often others went first since somebody of the lane went, while somebody waited in it.
    passed_over: [u32; Lane::ALL.len()],
}

impl<T> Default for Line<T> {
    fn default() -> Self {
        Self {
            waiting: BTreeMap::new(),
            arrived: 0,
            passed_over: [0; Lane::ALL.len()],
        }
    }
}

impl<T> Line<T> {
    /// One more waits.
    pub fn join(&mut self, turn: Turn, who: T) {
        self.arrived += 1;
        self.waiting.insert((turn, self.arrived), who);
    }

    /// Lets go of those who do not wait any more.
    pub fn keep(&mut self, waits: impl Fn(&T) -> bool) {
        self.waiting.retain(|_, who| waits(who));
    }

    /// How many of those in each lane are as asked.
    pub fn count(&self, is: impl Fn(&T) -> bool) -> [(Lane, usize); Lane::ALL.len()] {
        let in_lane = |lane| move |(turn, _): &&(Turn, u64)| turn.lane == lane;
        let waiting = || {
            self.waiting
                .iter()
                .filter(|(_, who)| is(who))
                .map(|(place, _)| place)
        };
        Lane::ALL.map(|lane| (lane, waiting().filter(in_lane(lane)).count()))
    }

    /// The first of each lane in which somebody waits, in the order in which the lanes may go: one whose floor is reached
    /// before the others.
    pub fn order(&self) -> Vec<(Lane, &T)> {
        let firsts = Lane::ALL
            .into_iter()
            .filter_map(|lane| Some((lane, self.first(lane)?.1)));
        let mut firsts: Vec<_> = firsts.collect();
        firsts.sort_by_key(|(lane, _)| (!self.is_floor(*lane), *lane));
        firsts
    }

    /// The first of a lane goes.
    pub fn go(&mut self, lane: Lane) -> Option<T> {
        let first = *self.first(lane)?.0;
        let who = self.waiting.remove(&first)?;
        let waits = Lane::ALL.map(|other| other != lane && self.waits_in(other));
        for (times, waits) in self.passed_over.iter_mut().zip(waits) {
            *times = if waits { times.saturating_add(1) } else { 0 };
        }
        Some(who)
    }

    fn first(&self, lane: Lane) -> Option<(&(Turn, u64), &T)> {
        let first = self.waiting.range((Turn::of(lane), 0)..).next()?;
        (first.0.0.lane == lane).then_some(first)
    }

    fn waits_in(&self, lane: Lane) -> bool {
        self.first(lane).is_some()
    }

    fn is_floor(&self, lane: Lane) -> bool {
        let mut passed_over = Lane::ALL.into_iter().zip(self.passed_over);
        passed_over.any(|(known, times)| known == lane && times >= lane.patience())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// Lets so many go, always the first of the first lane.
    fn gone(line: &mut Line<&'static str>, count: usize) -> Vec<&'static str> {
        (0..count)
            .filter_map(|_| {
                let lane = line.order().first()?.0;
                line.go(lane)
            })
            .collect()
    }

    #[test]
    fn a_cut_goes_first_and_the_oldest_due_before_the_younger() {
        let mut line = Line::default();
        line.join(Turn::of(Lane::Upkeep), "inventory");
        line.join(Turn::since(Lane::Leavers, at(20)), "younger");
        line.join(Turn::since(Lane::Leavers, at(10)), "older");
        line.join(Turn::since(Lane::Leavers, at(10)), "older, later");
        line.join(Turn::of(Lane::Leavers), "not cut yet");
        line.join(Turn::of(Lane::Access), "cut");
        let all = gone(&mut line, 9);
        assert_eq!(
            all,
            [
                "cut",
                "not cut yet",
                "older",
                "older, later",
                "younger",
                "inventory"
            ]
        );
    }

    #[test]
    fn no_lane_starves() {
        let mut line = Line::default();
        for _ in 0..100 {
            line.join(Turn::of(Lane::Access), "cut");
            line.join(Turn::of(Lane::Leavers), "run");
            line.join(Turn::of(Lane::Upkeep), "upkeep");
        }
        let first = gone(&mut line, 50);
        let count = |name: &str| first.iter().filter(|who| **who == name).count();
        assert_eq!((count("cut"), count("run"), count("upkeep")), (36, 10, 4));
    }

    #[test]
    fn a_lane_that_nobody_waits_in_saves_up_nothing() {
        let mut line = Line::default();
        for _ in 0..20 {
            line.join(Turn::of(Lane::Leavers), "run");
        }
        assert_eq!(gone(&mut line, 12).len(), 12);
        line.join(Turn::of(Lane::Upkeep), "upkeep");
        assert_eq!(gone(&mut line, 1), ["run"]);
    }
}
