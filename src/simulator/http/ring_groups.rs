//! The Ring Group Management API.

use std::borrow::Cow;

use axum::http::Method;
use serde_json::json;

use super::{
    admin::{self, start},
    call::{Call, Reply},
    media::{self, Resource},
    scroll::{List, Row, Times},
};
use crate::eightbyeight::wire::{RingGroup, UpdateMembers, media_type};
use crate::simulator::{
    account::{Failure, validate},
    operations::Change,
    world::World,
};

const LIST: List = List {
    path: "/ring-groups",
    most: 1000,
    sort_fields: 8,
};
const RING_GROUPS: &[&str] = &[media_type::RING_GROUPS];

impl Row for RingGroup {
    const PATHS: &'static [&'static str] = &["id", "name", "extensionNumber", "ringPattern", "ringTimeout"];

    fn id(&self) -> &str {
        &self.id
    }

    fn field(&self, path: &str) -> Option<Cow<'_, str>> {
        match path {
            "id" => Some(Cow::Borrowed(&self.id)),
            "name" => Some(Cow::Borrowed(&self.name)),
            "extensionNumber" => self.extension_number.as_deref().map(Cow::Borrowed),
            "ringPattern" => self.ring_pattern.as_deref().map(Cow::Borrowed),
            "ringTimeout" => self
                .extra
                .get("ringTimeout")
                .map(|value| Cow::Owned(value.to_string())),
            _ => None,
        }
    }
}

/// Answers a call on `/ring-groups…`.
pub(super) fn answer(world: &mut World, call: &Call, path: &[&str]) -> Result<Reply, Failure> {
    match (&call.method, path) {
        (&Method::GET, []) => list(world, call),
        (&Method::POST, []) => create(world, call),
        (&Method::GET, [id]) => get(world, call, id),
        (&Method::PUT, [id]) => replace(world, call, id),
        (&Method::DELETE, [id]) => delete(world, call, id),
        (&Method::POST, [id, "update-members"]) => update_members(world, call, id),
        _ => Err(admin::no_such_path()),
    }
}

fn list(world: &mut World, call: &Call) -> Result<Reply, Failure> {
    media::accepts(call, RING_GROUPS)?;
    let times = Times {
        now: world.clock.now(),
        settings: &world.settings,
    };
    let groups = &world.account.ring_groups;
    let page = world
        .scrolls
        .page(call, &LIST, groups.values(), |id| groups.get(id), &times)?;
    Ok(Reply::new(200, media_type::RING_GROUPS, page))
}

fn get(world: &World, call: &Call, id: &str) -> Result<Reply, Failure> {
    media::accepts(call, RING_GROUPS)?;
    Ok(Reply::new(200, media_type::RING_GROUPS, json!(find(world, id)?)))
}

fn create(world: &mut World, call: &Call) -> Result<Reply, Failure> {
    media::carries(call, &[media_type::RING_GROUPS])?;
    let group = read(call)?;
    let id = world.account.next_id("ring-group");
    start(
        world,
        call,
        Resource::RingGroups,
        id,
        Change::CreateRingGroup(Box::new(group)),
    )
}

fn replace(world: &mut World, call: &Call, id: &str) -> Result<Reply, Failure> {
    media::carries(call, &[media_type::RING_GROUPS])?;
    let group = read(call)?;
    find(world, id)?;
    start(
        world,
        call,
        Resource::RingGroups,
        id.to_owned(),
        Change::ReplaceRingGroup(Box::new(group)),
    )
}

/// Also what is gone already is accepted. What is answered is an operation, and 8x8's guide asks for that type.
fn delete(world: &mut World, call: &Call, id: &str) -> Result<Reply, Failure> {
    media::accepts(call, &[media_type::RING_GROUPS, media_type::OPERATIONS])?;
    let target = id.to_owned();
    let reply = start(world, call, Resource::RingGroups, target, Change::DeleteRingGroup)?;
    let media = if media::accepts(call, RING_GROUPS).is_ok() {
        media_type::RING_GROUPS
    } else {
        media_type::OPERATIONS
    };
    Ok(Reply { media, ..reply })
}

fn update_members(world: &mut World, call: &Call, id: &str) -> Result<Reply, Failure> {
    media::carries(call, &[media_type::UPDATE_MEMBERS])?;
    let change: UpdateMembers = call.read("UpdateMembers")?;
    find(world, id)?;
    validate::members(&change)?;
    if world.operations.busy(id) {
        return Err(Failure::conflict(
            "the ring group is being changed; read it again",
        ));
    }
    start(
        world,
        call,
        Resource::RingGroups,
        id.to_owned(),
        Change::UpdateMembers(Box::new(change)),
    )
}

/// The body, without what is never shown again.
fn read(call: &Call) -> Result<RingGroup, Failure> {
    let mut group: RingGroup = call.read("RingGroup")?;
    if let Some(voicemail) = group
        .extra
        .get_mut("voicemailSettings")
        .and_then(|value| value.as_object_mut())
    {
        voicemail.remove("accessPin");
    }
    Ok(group)
}

fn find<'a>(world: &'a World, id: &str) -> Result<&'a RingGroup, Failure> {
    world
        .account
        .ring_groups
        .get(id)
        .ok_or_else(|| Failure::not_found("there is no such ring group"))
}
