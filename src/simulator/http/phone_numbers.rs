//! The Phone Number API, which only reads.

use std::borrow::Cow;

use axum::http::Method;
use serde_json::json;

use super::{
    admin,
    call::{Call, Reply},
    media,
    scroll::{List, Row, Times},
};
use crate::eightbyeight::wire::{PhoneNumber, media_type};
use crate::simulator::{account::Failure, world::World};

const PHONE_NUMBERS: &[&str] = &[media_type::PHONE_NUMBERS];

impl Row for PhoneNumber {
    const PATHS: &'static [&'static str] = &["phoneNumber", "country", "category", "origin", "status"];

    fn id(&self) -> &str {
        &self.phone_number
    }

    fn field(&self, path: &str) -> Option<Cow<'_, str>> {
        let text = match path {
            "phoneNumber" => Some(self.phone_number.as_str()),
            "country" => self.country.as_deref(),
            "category" => self.category.as_deref(),
            "origin" => self.origin.as_deref(),
            "status" => Some(self.status.as_str()),
            _ => None,
        };
        text.map(Cow::Borrowed)
    }
}

/// Answers a call on `/phone-numbers…`.
pub(super) fn answer(world: &mut World, call: &Call, path: &[&str]) -> Result<Reply, Failure> {
    match (&call.method, path) {
        (&Method::GET, []) => list(world, call),
        (&Method::GET, [number]) => get(world, call, number),
        _ => Err(admin::no_such_path()),
    }
}

fn list(world: &mut World, call: &Call) -> Result<Reply, Failure> {
    media::accepts(call, PHONE_NUMBERS)?;
    // One field only, unlike the other lists.
    let list = List {
        path: "/phone-numbers",
        most: world.settings.phone_numbers_max_page_size,
        sort_fields: 1,
    };
    let times = Times {
        now: world.clock.now(),
        settings: &world.settings,
    };
    let numbers = &world.account.numbers;
    let rows = numbers.values().map(|number| &number.number);
    let page = world.scrolls.page(
        call,
        &list,
        rows,
        |id| numbers.get(id).map(|number| &number.number),
        &times,
    )?;
    Ok(Reply::new(200, media_type::PHONE_NUMBERS, page))
}

fn get(world: &World, call: &Call, number: &str) -> Result<Reply, Failure> {
    media::accepts(call, PHONE_NUMBERS)?;
    let digits = number.strip_prefix('+').unwrap_or_default();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Failure::invalid("phoneNumber", "must be E.164, with its +"));
    }
    let found = world
        .account
        .numbers
        .get(number)
        .ok_or_else(|| Failure::not_found("the account has no such number"))?;
    Ok(Reply::new(200, media_type::PHONE_NUMBERS, json!(found.number)))
}
