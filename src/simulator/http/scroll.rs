//! Paged lists: filter, order, and the scroll ids that lead from page to page.

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use serde::Serialize;
use serde_json::{Value, json};

use super::call::Call;
use crate::simulator::{
    account::Failure,
    clock::Moment,
    ids, rsql,
    settings::{Reaction, Settings},
};

/// Longest order that is taken, in characters.
const MAX_SORT: usize = 200;
/// Rows of a page, where the caller does not say.
const PAGE_SIZE: usize = 100;

/// Something that is listed.
pub(crate) trait Row: Serialize {
    /// The fields to filter and order by.
    const PATHS: &'static [&'static str];

    /// What tells it from the others.
    fn id(&self) -> &str;

    /// One of those fields, as text.
    fn field(&self, path: &str) -> Option<Cow<'_, str>>;
}

/// What is particular about a list.
pub(crate) struct List {
    /// Its path.
    pub(crate) path: &'static str,
    /// Largest page.
    pub(crate) most: usize,
    /// By how many fields it can be ordered.
    pub(crate) sort_fields: usize,
}

/// The lists that somebody is in the middle of.
#[derive(Debug, Default)]
pub(crate) struct Scrolls {
    open: HashMap<String, Scroll>,
    given: u64,
}

/// A place in a list, whose rows were chosen when the first page was asked for.
#[derive(Clone, Debug)]
struct Scroll {
    path: &'static str,
    rows: Arc<Vec<String>>,
    at: usize,
    page: usize,
    size: usize,
    filter: Option<String>,
    sort: Option<String>,
    expires: Moment,
}

/// Now, and how long things live.
pub(crate) struct Times<'a> {
    pub(crate) now: Moment,
    pub(crate) settings: &'a Settings,
}

impl Scrolls {
    /// A page: the first one, or the one that the call's `scrollId` leads to.
    pub(crate) fn page<'a, T: Row + 'a>(
        &mut self,
        call: &Call,
        list: &List,
        rows: impl Iterator<Item = &'a T>,
        get: impl Fn(&str) -> Option<&'a T>,
        times: &Times<'_>,
    ) -> Result<Value, Failure> {
        self.open.retain(|_, scroll| scroll.expires > times.now);
        let scroll = match call.parameter("scrollId").filter(|id| !id.is_empty()) {
            Some(id) => self.go_on(call, list, id, times.settings)?,
            None => first(call, list, rows)?,
        };
        let end = scroll.rows.len().min(scroll.at + scroll.size);
        let data: Vec<_> = scroll.rows[scroll.at..end]
            .iter()
            .filter_map(|id| get(id))
            .collect();
        let next = (end < scroll.rows.len()).then(|| {
            let expires = times.now + times.settings.scroll_seconds;
            self.open(Scroll {
                at: end,
                page: scroll.page + 1,
                expires,
                ..scroll.clone()
            })
        });
        let mut links = json!({"self": {"href": call.own_link()}});
        if let Some(next) = &next {
            links["next"] = json!({"href": call.link(&format!("{}?scrollId={next}", list.path))});
        }
        Ok(json!({
            "data": data,
            "pagination": {
                "pageSize": scroll.size, "pageNumber": scroll.page, "hasMore": next.is_some(),
                "filter": scroll.filter, "sort": scroll.sort, "nextScrollId": next,
            },
            "_links": links,
        }))
    }

    fn go_on(&self, call: &Call, list: &List, id: &str, settings: &Settings) -> Result<Scroll, Failure> {
        let more = ["pageSize", "filter", "sort"]
            .iter()
            .any(|name| call.parameter(name).is_some());
        if more && settings.parameters_with_scroll_id == Reaction::Reject {
            let title = "Conflicting query parameters";
            let message = "a scrollId goes alone, without pageSize, filter and sort";
            return Err(Failure::new(
                400,
                title,
                "CONFLICTING_QUERY_PARAMETER",
                "",
                message,
            ));
        }
        let scroll = self
            .open
            .get(id)
            .filter(|scroll| scroll.path == list.path)
            .cloned();
        scroll.ok_or_else(|| Failure::invalid("scrollId", "the scrollId is unknown or too old; begin again"))
    }

    fn open(&mut self, scroll: Scroll) -> String {
        self.given += 1;
        // Scroll ids say nothing, and are not the same in two lists.
        let id = ids::secret(self.given, scroll.path, scroll.at as u64);
        self.open.insert(id.clone(), scroll);
        id
    }
}

/// The rows of a list, chosen and ordered as the call asks.
fn first<'a, T: Row + 'a>(
    call: &Call,
    list: &List,
    rows: impl Iterator<Item = &'a T>,
) -> Result<Scroll, Failure> {
    let size = call.number("pageSize", 1)?.unwrap_or(PAGE_SIZE.min(list.most));
    if size > list.most {
        return Err(Failure::invalid(
            "pageSize",
            format!("must be {} at most", list.most),
        ));
    }
    let filter = call.parameter("filter").filter(|filter| !filter.is_empty());
    let parsed = filter.map(|text| rsql::parse(text, T::PATHS)).transpose();
    let parsed =
        parsed.map_err(|error| Failure::invalid("filter", format!("cannot read the filter: {error}")))?;
    let chosen = rows.filter(|row| {
        parsed
            .as_ref()
            .is_none_or(|filter| filter.matches(&|path| row.field(path)))
    });
    let mut chosen: Vec<_> = chosen.collect();
    let sort = call.parameter("sort").filter(|sort| !sort.trim().is_empty());
    if let Some(sort) = sort {
        order(&mut chosen, &order_of(sort, T::PATHS, list.sort_fields)?);
    }
    Ok(Scroll {
        path: list.path,
        rows: Arc::new(chosen.iter().map(|row| row.id().to_owned()).collect()),
        at: 0,
        page: 0,
        size,
        filter: filter.map(str::to_owned),
        sort: sort.map(|sort| sort.trim().to_owned()),
        expires: 0.0,
    })
}

/// The fields of an order, each with whether it is descending.
pub(crate) fn order_of(
    sort: &str,
    paths: &[&'static str],
    most: usize,
) -> Result<Vec<(&'static str, bool)>, Failure> {
    let wrong = |message: String| Failure::invalid("sort", message);
    if sort.chars().count() > MAX_SORT {
        return Err(wrong(format!("has {MAX_SORT} characters at most")));
    }
    let fields: Vec<_> = sort.split(',').map(str::trim).collect();
    if fields.len() > most {
        return Err(wrong(format!("can be {most} fields at most")));
    }
    let field = |text: &&str| {
        let descending = text.starts_with('-');
        let name = text.strip_prefix(['+', '-']).unwrap_or(text);
        let path = paths.iter().find(|path| **path == name);
        path.map(|path| (*path, descending))
            .ok_or_else(|| wrong(format!("cannot order by {name:?}")))
    };
    fields.iter().map(field).collect()
}

/// Orders rows by fields; numbers as numbers, all else as text without regard to case.
pub(crate) fn order<T: Row>(rows: &mut [&T], fields: &[(&'static str, bool)]) {
    let key = |row: &T, path: &str| row.field(path).map(|text| text.to_lowercase());
    rows.sort_by(|one, other| {
        let mut compared = fields.iter().map(|(path, descending)| {
            let (one, other) = (key(one, path), key(other, path));
            let numbers = one
                .as_deref()
                .and_then(number)
                .zip(other.as_deref().and_then(number));
            let order = numbers.map_or_else(|| one.cmp(&other), |(one, other)| one.total_cmp(&other));
            if *descending { order.reverse() } else { order }
        });
        compared
            .find(|order| order.is_ne())
            .unwrap_or(std::cmp::Ordering::Equal)
    });
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}
