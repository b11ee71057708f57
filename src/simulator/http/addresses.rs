//! The addresses of the Site Management API. All of it happens at once, without operations.

use std::borrow::Cow;

use axum::http::Method;
use serde_json::{Map, Value};

use super::{
    admin,
    call::{Call, Reply},
    media::{self, ADDRESSES},
    scroll::{List, Row, Times},
};
use crate::simulator::{
    account::{Address, Failure, addresses::no_such_address},
    world::World,
};

const LIST: List = List {
    path: "/addresses",
    most: 1000,
    sort_fields: 8,
};

impl Row for Address {
    const PATHS: &'static [&'static str] = &["country", "state", "displayForm", "city"];

    fn id(&self) -> &str {
        &self.id
    }

    fn field(&self, path: &str) -> Option<Cow<'_, str>> {
        match path {
            "displayForm" => Some(Cow::Owned(self.display_form())),
            path => self.parts.get(path).and_then(Value::as_str).map(Cow::Borrowed),
        }
    }
}

/// Answers a call on `/addresses…`.
pub(super) fn answer(world: &mut World, call: &Call, path: &[&str]) -> Result<Reply, Failure> {
    match (&call.method, path) {
        (&Method::GET, []) => list(world, call),
        (&Method::POST, []) => create(world, call),
        (&Method::GET, [id]) => get(world, call, id),
        (&Method::DELETE, [id]) => delete(world, id),
        _ => Err(admin::no_such_path()),
    }
}

fn list(world: &mut World, call: &Call) -> Result<Reply, Failure> {
    media::accepts(call, &[ADDRESSES])?;
    let times = Times {
        now: world.clock.now(),
        settings: &world.settings,
    };
    let addresses = &world.account.addresses;
    let mut page = world
        .scrolls
        .page(call, &LIST, addresses.values(), |id| addresses.get(id), &times)?;
    for row in page["data"].as_array_mut().into_iter().flatten() {
        let address = row["id"].as_str().and_then(|id| addresses.get(id));
        if let Some(address) = address {
            *row = world.account.shown_address(address);
        }
    }
    Ok(Reply::new(200, ADDRESSES, page))
}

fn create(world: &mut World, call: &Call) -> Result<Reply, Failure> {
    media::carries(call, &[ADDRESSES])?;
    let parts: Map<String, Value> = call.read("Address")?;
    let at = world.clock.wall(world.clock.now());
    let id = world.account.add_address(parts, at);
    world.changed();
    shown(world, &id)
}

fn get(world: &World, call: &Call, id: &str) -> Result<Reply, Failure> {
    media::accepts(call, &[ADDRESSES])?;
    shown(world, id)
}

/// Answers with nothing, so that there is nothing to have a version.
fn delete(world: &mut World, id: &str) -> Result<Reply, Failure> {
    world.account.delete_address(id)?;
    world.changed();
    Ok(Reply::new(204, ADDRESSES, Value::Null))
}

fn shown(world: &World, id: &str) -> Result<Reply, Failure> {
    let address = world.account.addresses.get(id).ok_or_else(no_such_address)?;
    Ok(Reply::new(200, ADDRESSES, world.account.shown_address(address)))
}
