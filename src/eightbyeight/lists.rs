//! Lists in pages (8x8-api.md §3.4).

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

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

/// One page, as far as it matters here.
struct Rows {
    data: Vec<Value>,
    pagination: Pagination,
}

impl Rows {
    /// A body without `data` is no page: an empty list must not come from a wrong address.
    fn read(call: &Call, mut body: Value) -> Result<Self, CallError> {
        let unreadable = || call.failed(Failure::Unreadable);
        let data = match body.get_mut("data").map(Value::take) {
            Some(Value::Array(data)) => data,
            Some(Value::Null) => Vec::new(),
            _ => return Err(unreadable()),
        };
        let pagination = match body.get_mut("pagination").map(Value::take) {
            None | Some(Value::Null) => Pagination::default(),
            Some(pagination) => serde_json::from_value(pagination).map_err(|_| unreadable())?,
        };
        Ok(Self { data, pagination })
    }

    fn has_more(&self) -> bool {
        self.pagination.has_more == Some(true)
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
            let digest = digest(&page.data);
            empty = if page.data.is_empty() { empty + 1 } else { 0 };
            let next = match scroll.filter(|id| !id.is_empty()) {
                _ if !more => None,
                Some(id) if empty < EMPTY_PAGES && before.as_ref() != Some(&(id.clone(), digest)) => Some(id),
                _ => return Err(broken()),
            };
            std::mem::take(&mut page.data).into_iter().for_each(&mut *take);
            let Some(scroll) = next else {
                return Ok(());
            };
            page = self.page(listing, &[("scrollId", &scroll)]).await?;
            before = Some((scroll, digest));
        }
        Err(broken())
    }

    async fn page(&self, listing: &Listing<'_>, query: &[(&str, &str)]) -> Result<Rows, CallError> {
        Rows::read(
            &listing.call,
            self.get(&listing.call, &[], query, listing.accept).await?,
        )
    }

    /// All rows of the list of sites, which has page numbers (OAS-S).
    pub(super) async fn numbered(&self, call: &Call) -> Result<Vec<Value>, CallError> {
        let mut rows = Vec::new();
        for number in 0..MOST_PAGES {
            let number = number.to_string();
            let query = [("pageSize", "100"), ("pageNumber", number.as_str())];
            let mut page = Rows::read(call, self.get(call, &[], &query, media_type::SITES).await?)?;
            let ends = !page.has_more();
            if page.data.is_empty() && !ends {
                break;
            }
            rows.append(&mut page.data);
            if ends {
                return Ok(rows);
            }
        }
        Err(call.failed(Failure::ListBroken))
    }
}

fn digest(rows: &[Value]) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(rows)
}
