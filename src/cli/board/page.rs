//! The page. Each part that changes while it is open can be rendered alone, under its id.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;
use maud::{DOCTYPE, Markup, html};

use crate::api::UserState;
use crate::cli::explain::let_go;
use crate::cli::lane::Lane;

use super::card::{Card, Task};
use super::select::{Column, Filter, Group, SHOWN, Title, columns};
use super::state::Known;

/// What a rendering is made from.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub known: &'a Known,
    pub filter: &'a Filter,
    pub now: Timestamp,
}

/// A part of the page, by its id.
pub(super) type Part = (&'static str, String);

impl View<'_> {
    /// The parts that change while the page is open, and a sentence about them.
    pub fn parts(self) -> (Vec<Part>, String) {
        let columns = columns(self.known.cards.values(), self.filter);
        let mut parts = vec![
            ("notices", self.notices().into_string()),
            ("summary", summary(&columns).into_string()),
            ("tenant", self.tenants().into_string()),
            ("namespace", self.namespaces().into_string()),
        ];
        let lane = |column: &Column<'_>| (id(column.lane), self.lane(column).into_string());
        parts.extend(columns.iter().map(lane));
        (parts, news(&columns))
    }

    /// The whole page.
    pub fn page(self) -> Markup {
        let columns = columns(self.known.cards.values(), self.filter);
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    (named("Who leaves"))
                    link rel="stylesheet" href="/board.css";
                    script src="/board.js" defer {}
                    @if self.filter.refresh != "off" {
                        noscript { meta http-equiv="refresh" content="30"; }
                    }
                }
                body {
                    a class="skip" href="#lanes" { "Skip to the lanes" }
                    header {
                        h1 { "Who leaves in " (self.known.scope) }
                        p id="news" role="status" { (news(&columns)) }
                    }
                    main {
                        (self.search())
                        noscript { (self.by_hand()) }
                        p id="connection" role="alert" {}
                        (self.notices())
                        (summary(&columns))
                        div id="lanes" tabindex="-1" { @for column in &columns { (self.lane(column)) } }
                    }
                    footer { p { "Read-only, with your own rights on the cluster." } }
                }
            }
        }
    }

    /// What there is without a script.
    fn by_hand(self) -> Markup {
        html! {
            p {
                @if self.filter.refresh == "off" {
                    "This page stays as it is: load it again to see what changed."
                } @else {
                    "This page is loaded anew every 30 seconds. " a href="/?refresh=off" { "Have it stay as it is" } "."
                }
            }
        }
    }

    fn search(self) -> Markup {
        html! {
            form id="filter" role="search" aria-label="Leavers" method="get" action="/" {
                div { label for="tenant" { "Tenant" } (self.tenants()) }
                div { label for="namespace" { "Namespace" } (self.namespaces()) }
                div {
                    label for="text" { "Text" }
                    input type="search" id="text" name="text" value=(self.filter.text) autocomplete="off";
                }
                div { button type="submit" { "Filter" } " " a href="/" { "Show all" } }
            }
        }
    }

    fn tenants(self) -> Markup {
        let all: BTreeSet<_> = self.known.cards.values().map(|card| &card.tenant).collect();
        let all = all.into_iter().map(ToString::to_string);
        choice("tenant", all.collect(), &self.filter.tenant)
    }

    fn namespaces(self) -> Markup {
        let all: BTreeSet<_> = self.known.cards.keys().map(|key| &key.namespace).collect();
        choice(
            "namespace",
            all.into_iter().cloned().collect(),
            &self.filter.namespace,
        )
    }

    fn notices(self) -> Markup {
        html! {
            div id="notices" {
                @for notice in self.known.notices() { p class="notice" { (notice) } }
            }
        }
    }

    fn lane(self, column: &Column<'_>) -> Markup {
        let id = id(column.lane);
        let heading = format!("{id}-heading");
        html! {
            section id=(id) class="lane" aria-labelledby=(heading) data-keyed hidden[hidden(column)] {
                h2 id=(heading) { (title(column.lane)) " " span class="count" { (column.count) } }
                div id={ (id) "-cards" } class="cards" tabindex="0" role="group" aria-labelledby=(heading) data-keyed {
                    @for group in &column.groups { (self.group(column.lane, group)) }
                    @if column.count == 0 { p id={ (id) "-nobody" } { "Nobody." } }
                    @if column.more_groups > 0 {
                        p id={ (id) "-groups" } class="more" {
                            (column.more_groups) " more list(s) are not shown: filter to see them."
                        }
                    }
                }
            }
        }
    }

    fn group(self, lane: Lane, group: &Group<'_>) -> Markup {
        let id = format!("{}-{:x}", id(lane), hash(group.title));
        html! {
            div id=(id) class="group" data-keyed {
                (self.group_heading(&format!("{id}-heading"), group))
                ul id={ (id) "-list" } data-keyed {
                    @for card in &group.cards {
                        li id={ (id) "-" (card.key) } class="card" { (self.card(card, group.title)) }
                    }
                }
                @if group.cards.len() < group.count {
                    p id={ (id) "-more" } class="more" {
                        "The first " (group.cards.len()) " of " (group.count) ": filter to see others. A lane shows at most "
                        (SHOWN) " cards."
                    }
                }
            }
        }
    }

    /// What the cards below have in common. A held set is let go as one, so what lets it go stands here.
    fn group_heading(self, id: &str, group: &Group<'_>) -> Markup {
        match group.title {
            Title::None => html! {},
            Title::Task { to_do, queue } => html! {
                h3 id=(id) {
                    @if let Some(queue) = queue { "Queue " bdi { (queue) } ": " }
                    (to_do) " " span class="count" { (group.count) }
                }
            },
            Title::Set(tenant) => html! {
                div id=(id) {
                    h3 { "Held removals of the Tenant " (tenant) " " span class="count" { (group.count) } }
                    p { (let_go(&tenant.name, self.known.tenants.get(tenant))) }
                }
            },
        }
    }

    fn card(self, card: &Card, title: Title<'_>) -> Markup {
        let grouped = title != Title::None;
        html! {
            @if grouped { h4 { (card.key) } } @else { h3 { (card.key) } }
            p class="person" {
                bdi { (card.user_name) } @if card.lane == Lane::Done { ", " } @else { ", to be " } (state(card.state))
            }
            dl {
                (row("Tenant", html! { (card.tenant) }))
                @if let Some(step) = &card.step { (row("Step", html! { (step) })) }
                @if let Some(since) = card.since { (row("Since", self.time(since))) }
                (why(card, title))
                @if !grouped || card.suspended || !matches!(title, Title::Set(_)) {
                    (row("Goes on", html! { (card.goes_on) @if let Some(at) = card.at { " " (self.time(at)) } }))
                }
            }
        }
    }

    /// A time in words that the script keeps right.
    fn time(self, at: Timestamp) -> Markup {
        html! {
            time datetime=(at) { (relative(at, self.now)) }
            " " span class="exact" { (at.strftime("%Y-%m-%d %H:%M UTC")) }
        }
    }
}

/// Why it stands there: in a group only what the group is about, and how much else there is to do.
fn why(card: &Card, title: Title<'_>) -> Markup {
    let asks = |task: &&Task| !matches!(title, Title::Task { .. }) || title.names(task);
    let shown: Vec<_> = card.tasks.iter().filter(asks).collect();
    let others = card.tasks.len() - shown.len();
    html! {
        @if shown.is_empty() {
            @if let Some(reason) = &card.reason {
                (row("Why", html! { @if let Some(why) = &card.why { (why) " " } code { (reason) } }))
            }
        }
        @for task in shown {
            (row("Why", html! { (task.what) " " code { (task.reason) } }))
            @if title == Title::None { (row("To do", html! { (task.to_do) })) }
        }
        @if others > 0 { (row("Besides", html! { (others) " more to-do(s)" })) }
    }
}

fn row(what: &str, words: Markup) -> Markup {
    html! { div { dt { (what) } dd { (words) } } }
}

fn summary(columns: &[Column<'_>]) -> Markup {
    html! {
        nav id="summary" aria-label="Lanes" {
            ul {
                @for column in columns.iter().filter(|column| !hidden(column)) {
                    @let id = id(column.lane);
                    li {
                        a id={ "to-" (id) } href={ "#" (id) "-cards" } {
                            (title(column.lane)) " " span class="count" { (column.count) }
                        }
                    }
                }
            }
        }
    }
}

/// One sentence for who cannot see the lanes.
fn news(columns: &[Column<'_>]) -> String {
    let all: usize = columns.iter().map(|column| column.count).sum();
    let peopled = columns.iter().filter(|column| column.count > 0);
    let counts: Vec<_> = peopled
        .map(|column| format!("{} {}", column.count, column.lane.words()))
        .collect();
    match counts.is_empty() {
        true => "Nobody who is asked for leaves.".to_owned(),
        false => format!("{all} leaver(s): {}.", counts.join(", ")),
    }
}

fn choice(name: &'static str, mut all: Vec<String>, chosen: &str) -> Markup {
    // A choice stays, also while nobody is there whom it finds.
    if !chosen.is_empty() && !all.iter().any(|known| known == chosen) {
        all.push(chosen.to_owned());
    }
    html! {
        select id=(name) name=(name) data-keyed {
            option id={ (name) "-all" } value="" { "All" }
            @for known in &all {
                option id={ (name) "-of-" (known) } value=(known) selected[known == chosen] { (known) }
            }
        }
    }
}

/// Whether a lane is left out: almost always nobody is in that one.
fn hidden(column: &Column<'_>) -> bool {
    column.lane == Lane::Unseen && column.count == 0
}

fn id(lane: Lane) -> &'static str {
    match lane {
        Lane::Unseen => "unseen",
        Lane::Waiting => "waiting",
        Lane::Blocked => "blocked",
        Lane::Stalled => "stalled",
        Lane::Held => "held",
        Lane::Running => "running",
        Lane::Done => "done",
    }
}

/// What every page of the board has in its head.
pub(super) fn named(title: &str) -> Markup {
    html! {
        meta charset="utf-8";
        meta name="viewport" content="width=device-width, initial-scale=1";
        meta name="color-scheme" content="light dark";
        title { (title) " · Onhook" }
    }
}

fn title(lane: Lane) -> &'static str {
    match lane {
        Lane::Unseen => "Not looked at yet",
        Lane::Waiting => "Waiting",
        Lane::Blocked => "Blocked",
        Lane::Stalled => "Stalled",
        Lane::Held => "Held for approval",
        Lane::Running => "Running",
        Lane::Done => "Done",
    }
}

fn state(state: UserState) -> &'static str {
    match state {
        UserState::Active => "let go of as its deletionPolicy says",
        UserState::Deactivated => "deactivated",
        UserState::Deleted => "deleted",
    }
}

fn hash(title: Title<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    title.hash(&mut hasher);
    hasher.finish()
}

/// How far a time is from now, as coarse as board.js says it.
fn relative(at: Timestamp, now: Timestamp) -> String {
    let seconds = at.as_second() - now.as_second();
    let words = match seconds.unsigned_abs() {
        0..60 => "under a minute".to_owned(),
        n @ 60..3_600 => format!("{} min", n / 60),
        n @ 3_600..172_800 => format!("{} h", n / 3_600),
        n => format!("{} d", n / 86_400),
    };
    match seconds > 0 {
        true => format!("in {words}"),
        false => format!("{words} ago"),
    }
}
