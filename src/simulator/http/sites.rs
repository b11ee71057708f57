//! The Site Management API. Lists have page numbers instead of scroll ids.

use std::borrow::Cow;

use axum::http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{
    admin::{self, start},
    call::{Call, Reply},
    media::{self, JSON, Resource},
    scroll::{Row, order, order_of},
};
use crate::eightbyeight::wire::{Site, media_type};
use crate::simulator::{
    account::{Failure, sites::no_such_site},
    operations::Change,
    rsql::{self, Operator, Piece},
    world::World,
};

/// The documents disagree about the media type; both do.
const SITES: &[&str] = &[media_type::SITES, JSON];
const PAGE_SIZE: usize = 100;
const MOST: usize = 1000;

impl Row for Site {
    const PATHS: &'static [&'static str] = &["name"];

    fn id(&self) -> &str {
        self.id.as_deref().unwrap_or_default()
    }

    fn field(&self, path: &str) -> Option<Cow<'_, str>> {
        self.name.as_deref().filter(|_| path == "name").map(Cow::Borrowed)
    }
}

/// Answers a call on `/sites…`.
pub(super) fn answer(world: &mut World, call: &Call, path: &[&str]) -> Result<Reply, Failure> {
    match (&call.method, path) {
        (&Method::GET, []) => list(world, call),
        (&Method::POST, []) => create(world, call),
        (&Method::GET, [id]) => get(world, call, id),
        (&Method::PUT, [id]) => replace(world, call, id),
        (&Method::DELETE, [id]) => delete(world, call, id),
        _ => Err(admin::no_such_path()),
    }
}

fn list(world: &World, call: &Call) -> Result<Reply, Failure> {
    media::accepts(call, SITES)?;
    let size = call.number("pageSize", 1)?.unwrap_or(PAGE_SIZE);
    if size > MOST {
        return Err(Failure::invalid("pageSize", format!("must be {MOST} at most")));
    }
    let number = call.number("pageNumber", 0)?.unwrap_or(0);
    let filter = call.parameter("filter").filter(|filter| !filter.is_empty());
    let parsed = filter.map(name_filter).transpose()?;
    let chosen = world.account.sites.iter();
    let mut rows: Vec<&Site> = chosen
        .filter(|site| {
            parsed
                .as_ref()
                .is_none_or(|filter| filter.matches(&|path| site.field(path)))
        })
        .collect();
    let sort = call.parameter("sort").filter(|sort| !sort.trim().is_empty());
    if let Some(sort) = sort {
        order(&mut rows, &order_of(sort, Site::PATHS, 1)?);
    }
    Ok(Reply::new(
        200,
        answered_as(call),
        page(call, &rows, size, number),
    ))
}

fn page(call: &Call, rows: &[&Site], size: usize, number: usize) -> Value {
    let start = rows.len().min(number.saturating_mul(size));
    let end = rows.len().min(start + size);
    let mut links = json!({"self": {"href": call.own_link()}});
    if end < rows.len() {
        let chosen = ["filter", "sort"].iter().filter_map(|name| {
            let value = utf8_percent_encode(call.parameter(name)?, NON_ALPHANUMERIC);
            Some(format!("&{name}={value}"))
        });
        let chosen: String = chosen.collect();
        let next = format!("/sites?pageSize={size}&pageNumber={}{chosen}", number + 1);
        links["next"] = json!({"href": call.link(&next)});
    }
    json!({
        "data": &rows[start..end],
        "pagination": {
            "pageSize": size, "pageNumber": number, "hasMore": end < rows.len(),
            "filter": call.parameter("filter"), "sort": call.parameter("sort"), "nextScrollId": null,
        },
        "_links": links,
    })
}

/// Only `name==`, alone, with wildcards at the ends.
fn name_filter(text: &str) -> Result<rsql::Filter, Failure> {
    let wrong = |message: String| Failure::invalid("filter", message);
    let filter =
        rsql::parse(text, Site::PATHS).map_err(|error| wrong(format!("cannot read the filter: {error}")))?;
    let (operator, pieces) = filter
        .single()
        .ok_or_else(|| wrong("only one comparison can be made".to_owned()))?;
    if operator != Operator::Equal {
        return Err(wrong("the only operator is ==".to_owned()));
    }
    let inner = pieces.get(1..pieces.len().saturating_sub(1)).unwrap_or_default();
    if inner.contains(&Piece::Any) {
        return Err(wrong("a wildcard stands at the beginning or the end".to_owned()));
    }
    Ok(filter)
}

fn get(world: &World, call: &Call, id: &str) -> Result<Reply, Failure> {
    media::accepts(call, SITES)?;
    let site = world.account.site(id).ok_or_else(no_such_site)?;
    Ok(Reply::new(200, answered_as(call), json!(site)))
}

fn create(world: &mut World, call: &Call) -> Result<Reply, Failure> {
    let body = read(call)?;
    world.account.check_site(&body, None)?;
    let id = world.account.next_id("site");
    begin(world, call, id, Change::CreateSite(Box::new(body)))
}

fn replace(world: &mut World, call: &Call, id: &str) -> Result<Reply, Failure> {
    let body = read(call)?;
    let there = world.account.site(id).ok_or_else(no_such_site)?;
    world.account.check_site(&body, Some(there))?;
    begin(world, call, id.to_owned(), Change::ReplaceSite(Box::new(body)))
}

fn delete(world: &mut World, call: &Call, id: &str) -> Result<Reply, Failure> {
    media::accepts(call, SITES)?;
    world.account.check_site_unused(id)?;
    begin(world, call, id.to_owned(), Change::DeleteSite)
}

fn read(call: &Call) -> Result<Site, Failure> {
    media::carries(call, SITES)?;
    call.read("Site")
}

fn begin(world: &mut World, call: &Call, id: String, change: Change) -> Result<Reply, Failure> {
    let reply = start(world, call, Resource::Sites, id, change)?;
    Ok(Reply {
        media: answered_as(call),
        ..reply
    })
}

/// Plain JSON where the caller takes it, as the API's description has it; or else as its body came.
fn answered_as(call: &Call) -> &'static str {
    let takes = |media| media::accepts(call, &[media]).is_ok();
    let came_plain = || !takes(media_type::SITES) && media::carries(call, &[JSON]).is_ok();
    if takes(JSON) || came_plain() {
        JSON
    } else {
        media_type::SITES
    }
}
