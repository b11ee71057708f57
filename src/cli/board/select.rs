//! Who of all stands where on the page: filtered, put into lanes, grouped by what there is to do, and cut to what a browser
//! can show.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use crate::cli::lane::Lane;

use super::card::{Card, Key, Task};

/// Cards that a lane shows; counted are all.
pub(super) const SHOWN: usize = 200;
/// Groups that a lane shows.
const GROUPS_SHOWN: usize = 100;

/// The lanes, those first that wait for a person.
pub(super) const LANES: [Lane; 7] = [
    Lane::Blocked,
    Lane::Held,
    Lane::Stalled,
    Lane::Running,
    Lane::Waiting,
    Lane::Done,
    Lane::Unseen,
];

/// What the viewer asks for, by the query of the page. An empty field asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    /// The Tenant, `namespace/name`.
    pub tenant: String,
    pub namespace: String,
    /// Words that must all be somewhere in a card.
    pub text: String,
    /// `off`: a page without a script stays as it is.
    pub refresh: String,
}

impl Filter {
    /// Whether this one is asked for.
    pub fn finds(&self, card: &Card) -> bool {
        let all = |asked: &str| asked.is_empty();
        let text = self.text.to_lowercase();
        let mut words = text.split_whitespace();
        (all(&self.namespace) || self.namespace == card.key.namespace)
            && (all(&self.tenant) || self.tenant == card.tenant.to_string())
            && words.all(|word| card.found_by.contains(word))
    }
}

/// What the cards of a group have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Title<'a> {
    /// Nothing.
    None,
    /// What is to be done, and in which queue.
    Task { to_do: &'a str, queue: Option<&'a str> },
    /// The Tenant whose removals are held as one set.
    Set(&'a Key),
}

impl Title<'_> {
    /// Whether this is what the group asks for.
    pub fn names(self, task: &Task) -> bool {
        matches!(self, Self::Task { to_do, .. } if to_do == task.to_do)
    }
}

/// Cards below a common title.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub title: Title<'a>,
    /// How many there are; shown are the first.
    pub count: usize,
    pub cards: Vec<&'a Card>,
}

/// A lane with what it shows.
#[derive(Debug)]
pub(super) struct Column<'a> {
    pub lane: Lane,
    /// How many people stand in it.
    pub count: usize,
    pub groups: Vec<Group<'a>>,
    /// How many groups are not shown.
    pub more_groups: usize,
}

/// The lanes with those who are asked for.
pub(super) fn columns<'a>(cards: impl Iterator<Item = &'a Card>, filter: &Filter) -> Vec<Column<'a>> {
    let mut by_lane: BTreeMap<Lane, Vec<&Card>> = BTreeMap::new();
    for card in cards.filter(|card| filter.finds(card)) {
        by_lane.entry(card.lane).or_default().push(card);
    }
    let column = |lane| column(lane, by_lane.remove(&lane).unwrap_or_default());
    LANES.into_iter().map(column).collect()
}

fn column(lane: Lane, cards: Vec<&Card>) -> Column<'_> {
    let count = cards.len();
    let mut by_title: BTreeMap<Title<'_>, Vec<&Card>> = BTreeMap::new();
    for card in cards {
        for title in titles(card) {
            by_title.entry(title).or_default().push(card);
        }
    }
    let more_groups = by_title.len().saturating_sub(GROUPS_SHOWN);
    let mut groups: Vec<_> = by_title.into_iter().take(GROUPS_SHOWN).map(group).collect();
    cut(&mut groups);
    Column {
        lane,
        count,
        groups,
        more_groups,
    }
}

fn group<'a>((title, mut cards): (Title<'a>, Vec<&'a Card>)) -> Group<'a> {
    let count = cards.len();
    cards.sort_by_key(|card| (rank(card), &card.key));
    Group { title, count, cards }
}

/// The titles that a card stands under: who is blocked stands under each to-do, so that each list is whole.
fn titles(card: &Card) -> Vec<Title<'_>> {
    match card.lane {
        Lane::Blocked => {
            let mut titles: Vec<_> = card.tasks.iter().flat_map(of_task).collect();
            titles.sort();
            titles.dedup();
            titles
        }
        Lane::Held => vec![Title::Set(&card.tenant)],
        _ => vec![Title::None],
    }
}

fn of_task(task: &Task) -> Vec<Title<'_>> {
    let to_do = task.to_do.as_str();
    if task.queues.is_empty() {
        return vec![Title::Task { to_do, queue: None }];
    }
    let queues = task.queues.iter().map(|queue| Some(queue.as_str()));
    queues.map(|queue| Title::Task { to_do, queue }).collect()
}

/// What comes first in a list: what goes on soonest, what ended last, and otherwise who has stood there longest.
fn rank(card: &Card) -> i64 {
    let seconds = |at: Option<Timestamp>| at.map_or(i64::MAX, Timestamp::as_second);
    match card.lane {
        Lane::Waiting => seconds(card.at),
        Lane::Done => card.since.map_or(i64::MAX, |since| -since.as_second()),
        _ => seconds(card.since),
    }
}

/// Cuts the cards of a lane to what is shown. Small groups are shown whole before large ones get more.
fn cut(groups: &mut [Group<'_>]) {
    let mut left = SHOWN;
    let mut by_size: Vec<_> = groups.iter_mut().collect();
    by_size.sort_by_key(|group| group.count);
    let many = by_size.len();
    for (n, group) in by_size.into_iter().enumerate() {
        let share = left / (many - n);
        group.cards.truncate(share);
        left -= group.cards.len();
    }
}
