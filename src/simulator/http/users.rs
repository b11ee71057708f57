//! The User Management API.

use std::borrow::Cow;

use axum::http::Method;
use serde_json::json;

use super::{
    admin::{self, start},
    call::{Call, Reply},
    media::{self, Resource},
    scroll::{List, Row, Times},
};
use crate::eightbyeight::wire::{User, UserStatus, media_type};
use crate::simulator::{
    account::Failure,
    operations::Change,
    settings::{DeleteUnknownUser, UserUpdates},
    world::World,
};

const LIST: List = List {
    path: "/users",
    most: 1000,
    sort_fields: 8,
};
const USERS: &[&str] = &[media_type::USERS];

impl Row for User {
    const PATHS: &'static [&'static str] = &[
        "basicInfo.userId",
        "basicInfo.customerId",
        "basicInfo.createdTime",
        "basicInfo.lastUpdatedTime",
        "basicInfo.scimProvider",
        "basicInfo.userName",
        "basicInfo.firstName",
        "basicInfo.lastName",
        "basicInfo.status",
        "basicInfo.locale",
        "basicInfo.timezone",
        "basicInfo.primaryEmail",
        "basicInfo.ssoProvider",
        "basicInfo.ssoFederationId",
        "basicInfo.site.id",
        "basicInfo.site.name",
        "directoryInfo.department",
        "directoryInfo.jobTitle",
    ];

    fn id(&self) -> &str {
        self.user_id()
    }

    fn field(&self, path: &str) -> Option<Cow<'_, str>> {
        let basic = &self.basic_info;
        let directory = self.directory_info.as_ref();
        let text = match path {
            "basicInfo.createdTime" => return basic.created_time.map(|at| Cow::Owned(at.to_string())),
            "basicInfo.lastUpdatedTime" => {
                return basic.last_updated_time.map(|at| Cow::Owned(at.to_string()));
            }
            "basicInfo.status" => basic.status.as_ref().map(UserStatus::as_str),
            "basicInfo.userName" => Some(basic.user_name.as_str()),
            "basicInfo.userId" => basic.user_id.as_deref(),
            "basicInfo.customerId" => basic.customer_id.as_deref(),
            "basicInfo.scimProvider" => basic.scim_provider.as_deref(),
            "basicInfo.firstName" => basic.first_name.as_deref(),
            "basicInfo.lastName" => basic.last_name.as_deref(),
            "basicInfo.locale" => basic.locale.as_deref(),
            "basicInfo.timezone" => basic.timezone.as_deref(),
            "basicInfo.primaryEmail" => basic.primary_email.as_deref(),
            "basicInfo.ssoProvider" => basic.sso_provider.as_deref(),
            "basicInfo.ssoFederationId" => basic.sso_federation_id.as_deref(),
            "basicInfo.site.id" => basic.site.as_ref().and_then(|site| site.id.as_deref()),
            "basicInfo.site.name" => basic.site.as_ref().and_then(|site| site.name.as_deref()),
            "directoryInfo.department" => directory.and_then(|info| info.department.as_deref()),
            "directoryInfo.jobTitle" => directory.and_then(|info| info.job_title.as_deref()),
            _ => None,
        };
        text.map(Cow::Borrowed)
    }
}

/// Answers a call on `/users…`.
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

fn list(world: &mut World, call: &Call) -> Result<Reply, Failure> {
    media::accepts(call, USERS)?;
    let times = Times {
        now: world.clock.now(),
        settings: &world.settings,
    };
    let users = &world.account.users;
    let rows = users.values().map(|profile| &profile.user);
    let get = |id: &str| users.get(id).map(|profile| &profile.user);
    let page = world.scrolls.page(call, &LIST, rows, get, &times)?;
    Ok(Reply::new(200, Resource::Users.media(), page))
}

fn get(world: &World, call: &Call, id: &str) -> Result<Reply, Failure> {
    media::accepts(call, USERS)?;
    let profile = world.account.profile(id).ok_or_else(no_such_user)?;
    Ok(Reply::new(200, Resource::Users.media(), json!(profile.user)))
}

fn create(world: &mut World, call: &Call) -> Result<Reply, Failure> {
    media::carries(call, &[Resource::Users.media()])?;
    let body: User = call.read("User")?;
    world.account.check_creation(&body, &world.settings)?;
    let id = world.account.next_id("user");
    start(
        world,
        call,
        Resource::Users,
        id,
        Change::CreateUser(Box::new(body)),
    )
}

fn replace(world: &mut World, call: &Call, id: &str) -> Result<Reply, Failure> {
    match world.settings.user_updates {
        UserUpdates::Implemented => {}
        UserUpdates::MethodNotAllowed => return Err(admin::method_not_allowed()),
        UserUpdates::NotFound => return Err(admin::no_such_path()),
        UserUpdates::NotImplemented => {
            return Err(Failure::new(
                501,
                "Not implemented",
                "UNKNOWN",
                "",
                "users cannot be replaced yet",
            ));
        }
    }
    media::carries(call, &[Resource::Users.media()])?;
    let body: User = call.read("User")?;
    world.account.check_replacement(id, &body, &world.settings)?;
    start(
        world,
        call,
        Resource::Users,
        id.to_owned(),
        Change::ReplaceUser(Box::new(body)),
    )
}

fn delete(world: &mut World, call: &Call, id: &str) -> Result<Reply, Failure> {
    media::accepts(call, USERS)?;
    let change = match (world.account.profile(id), world.settings.delete_unknown_user) {
        (Some(_), _) => Change::DeleteUser,
        (None, DeleteUnknownUser::Accepted) => Change::Nothing,
        (None, DeleteUnknownUser::NotFound) => return Err(no_such_user()),
    };
    start(world, call, Resource::Users, id.to_owned(), change)
}

fn no_such_user() -> Failure {
    Failure::not_found("there is no such user")
}
