//! Lists in pages (8x8-api.md §3.4).

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::{
    Account, CallError, Failure, LocalRefusal,
    http::Call,
    wire::{Pagination, media_type},
};

/// The longest filter that the account takes (§3.5).
pub(super) const LONGEST_FILTER: usize = 2000;
/// Pages without a row, one after the other, that are taken for a list without an end.
const EMPTY_PAGES: usize = 3;
/// Pages of one list, of 1,000 rows at most.
const MOST_PAGES: usize = 10_000;

/// What is listed.
pub(super) struct Listing<'a> {
    call: Call,
    accept: &'static str,
    filter: Option<&'a str>,
    page_size: u32,
}

impl<'a> Listing<'a> {
    pub(super) fn new(
        call: Call,
        accept: &'static str,
        filter: Option<&'a str>,
        page_size: u32,
    ) -> Result<Self, CallError> {
        if filter.is_some_and(|filter| filter.chars().count() > LONGEST_FILTER) {
            return Err(call.failed(Failure::Local(LocalRefusal::FilterTooLong)));
        }
        Ok(Self {
            call,
            accept,
            filter,
            page_size,
        })
    }
}

/// One page, as far as it matters here. Its rows are read one by one, so that no more of it is held than its text.
struct Page {
    body: Vec<u8>,
    rows: usize,
    pagination: Pagination,
}

/// A page without its rows.
#[derive(Deserialize)]
struct Head {
    data: Option<Counted>,
    #[serde(default)]
    pagination: Option<Pagination>,
}

impl Page {
    /// A body without `data` is no page: an empty list must not come from a wrong address.
    fn read(call: &Call, body: Vec<u8>) -> Result<Self, CallError> {
        let unreadable = |_| call.failed(Failure::Unreadable);
        let named: HashMap<String, IgnoredAny> = serde_json::from_slice(&body).map_err(unreadable)?;
        if !named.contains_key("data") {
            return Err(call.failed(Failure::Unreadable));
        }
        let head: Head = serde_json::from_slice(&body).map_err(unreadable)?;
        Ok(Self {
            rows: head.data.map_or(0, |counted| counted.0),
            pagination: head.pagination.unwrap_or_default(),
            body,
        })
    }

    fn has_more(&self) -> bool {
        self.pagination.has_more == Some(true)
    }

    /// Gives the rows.
    fn each(&self, call: &Call, take: &mut (dyn FnMut(Value) + Send)) -> Result<(), CallError> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut text = serde_json::Deserializer::from_slice(&self.body);
        text.deserialize_map(Rows(take))
            .map_err(|_| call.failed(Failure::Unreadable))
    }
}

/// How many elements a list has.
struct Counted(usize);

impl<'de> Deserialize<'de> for Counted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Count;
        impl<'de> Visitor<'de> for Count {
            type Value = Counted;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Counted, A::Error> {
                let mut count = 0;
                while rows.next_element::<IgnoredAny>()?.is_some() {
                    count += 1;
                }
                Ok(Counted(count))
            }
        }
        deserializer.deserialize_seq(Count)
    }
}

/// Takes the rows of a page, which are there.
struct Rows<'a>(&'a mut (dyn FnMut(Value) + Send));

impl<'de> Visitor<'de> for Rows<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut page: A) -> Result<(), A::Error> {
        while let Some(name) = page.next_key::<String>()? {
            if name == "data" {
                page.next_value_seed(&mut self)?;
            } else {
                page.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while let Some(row) = rows.next_element()? {
            (self.0)(row);
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for &mut Rows<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(Rows(&mut *self.0))
    }
}

impl Account {
    /// All rows of a list that scrolls. A scroll that expired is begun again once.
    pub(super) async fn scroll(&self, listing: &Listing<'_>) -> Result<Vec<Value>, CallError> {
        match self.scroll_once(listing).await {
            Err(error) if error.is_expired_scroll() => self.scroll_once(listing).await,
            result => result,
        }
    }

    async fn scroll_once(&self, listing: &Listing<'_>) -> Result<Vec<Value>, CallError> {
        let mut rows = Vec::new();
        self.each_row(listing, &mut |row| rows.push(row)).await?;
        Ok(rows)
    }

    /// Gives each row of a list that scrolls, page by page. Only the last page says that the list is complete.
    pub(super) async fn each_row(
        &self,
        listing: &Listing<'_>,
        take: &mut (dyn FnMut(Value) + Send),
    ) -> Result<(), CallError> {
        let broken = || listing.call.failed(Failure::ListBroken);
        let page_size = listing.page_size.to_string();
        let mut first = vec![("pageSize", page_size.as_str())];
        first.extend(listing.filter.map(|filter| ("filter", filter)));
        let mut page = self.page(listing, &first).await?;
        let mut before: Option<(String, u64)> = None;
        let mut empty = 0;
        for _ in 0..MOST_PAGES {
            let more = page.has_more();
            let scroll = page.pagination.next_scroll_id.take();
            // A scroll id may stay the same from page to page; a page that stays the same is a loop.
            let digest = digest(&page.body);
            empty = if page.rows == 0 { empty + 1 } else { 0 };
            let next = match scroll.filter(|id| !id.is_empty()) {
                _ if !more => None,
                Some(id) if empty < EMPTY_PAGES && before.as_ref() != Some(&(id.clone(), digest)) => Some(id),
                _ => return Err(broken()),
            };
            page.each(&listing.call, take)?;
            let Some(scroll) = next else {
                return Ok(());
            };
            page = self.page(listing, &[("scrollId", &scroll)]).await?;
            before = Some((scroll, digest));
        }
        Err(broken())
    }

    async fn page(&self, listing: &Listing<'_>, query: &[(&str, &str)]) -> Result<Page, CallError> {
        let body = self.get_text(&listing.call, &[], query, listing.accept).await?;
        Page::read(&listing.call, body)
    }

    /// All rows of the list of sites, which has page numbers (OAS-S).
    pub(super) async fn numbered(&self, call: &Call) -> Result<Vec<Value>, CallError> {
        let mut rows = Vec::new();
        for number in 0..MOST_PAGES {
            let number = number.to_string();
            let query = [("pageSize", "100"), ("pageNumber", number.as_str())];
            let page = Page::read(call, self.get_text(call, &[], &query, media_type::SITES).await?)?;
            let ends = !page.has_more();
            if page.rows == 0 && !ends {
                break;
            }
            page.each(call, &mut |row| rows.push(row))?;
            if ends {
                return Ok(rows);
            }
        }
        Err(call.failed(Failure::ListBroken))
    }
}

/// Filters that together ask for whatever one of `terms` names, each short enough, and with at most `most` of them.
/// `always` stands in each.
pub(super) fn filters(
    terms: impl IntoIterator<Item = String>,
    always: Option<&str>,
    most: usize,
) -> Vec<String> {
    let mut filters: Vec<(usize, String)> = Vec::new();
    for term in terms {
        match filters.last_mut() {
            Some((count, filter)) if *count < most && filter.len() + 1 + term.len() <= LONGEST_FILTER => {
                *count += 1;
                filter.push(',');
                filter.push_str(&term);
            }
            _ => filters.push((
                1,
                always.map_or_else(|| term.clone(), |always| format!("{always},{term}")),
            )),
        }
    }
    filters.into_iter().map(|(_, filter)| filter).collect()
}

fn digest(page: &[u8]) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(page)
}
