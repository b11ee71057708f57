//! Two web pages of the account, as people of 8x8 know them: Admin Console → Users and Configuration Manager → Agents.
//!
//! Plain pages from the server, without a script. What a person does here is done as by hand in the vendor's consoles: the
//! account checks what those check, and the real-time reads see it when they are refreshed.

mod agents;
mod layout;
mod roles;
mod user;
mod user_edit;
mod users;

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use maud::{Markup, html};

use super::Handle;
use layout::{Place, page};

/// Path of the list of users.
const USERS: &str = "/admin-console/users";
/// Path of the list of agents.
const AGENTS: &str = "/configuration-manager/agents";
/// Path of the list of administrators of Contact Center.
const ROLES: &str = "/configuration-manager/security/roles";

/// The pages, for the control port.
pub(super) fn router() -> Router<Handle> {
    Router::new()
        .route("/", get(home))
        .route("/style.css", get(style))
        .route(USERS, get(users::list))
        .route("/admin-console/users/{user}", get(user::show))
        .route(
            "/admin-console/users/{user}/edit",
            get(user_edit::form).post(user_edit::save),
        )
        .route(
            "/admin-console/users/{user}/edit/remove/{license}",
            get(user_edit::confirm_removal),
        )
        .route(
            "/admin-console/users/{user}/{action}",
            get(user::confirm).post(user::act),
        )
        .route(AGENTS, get(agents::list))
        .route("/configuration-manager/agents/{agent}", get(agents::edit))
        .route(
            "/configuration-manager/agents/{agent}/queues",
            get(agents::edit).post(agents::save_queues),
        )
        .route(
            "/configuration-manager/agents/{agent}/supervisor",
            get(agents::supervisor).post(agents::save_supervisor),
        )
        .route(ROLES, get(roles::list))
        .route(
            "/configuration-manager/security/roles/{user}/remove",
            get(roles::confirm).post(roles::remove),
        )
        .layer(middleware::from_fn(same_site))
        .layer(middleware::map_response(locked_down))
}

async fn home() -> Markup {
    page(
        "8x8 account",
        Place::Home,
        None,
        html! {
            p { "The embedded account, as people see it." }
            ul {
                li { a href=(USERS) { "Admin Console → Users" } }
                li { a href=(AGENTS) { "Configuration Manager → Agents" } }
                li { a href=(ROLES) { "Configuration Manager → Security → Roles" } }
            }
        },
    )
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css")], include_str!("style.css"))
}

/// Refuses what a page of another site would have a browser do.
async fn same_site(request: Request, next: Next) -> Response {
    if request.method().is_safe() || from_here(request.headers()) {
        next.run(request).await
    } else {
        (
            StatusCode::FORBIDDEN,
            "This was sent from a page of another site.",
        )
            .into_response()
    }
}

/// Has the browser run nothing and be framed by nobody, and keep no page that may be out of date.
async fn locked_down(mut response: Response) -> Response {
    let policy = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; \
                  base-uri 'none'";
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Whether a form was sent from a page of this server, or by no browser.
fn from_here(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match (text(header::ORIGIN), text(header::HOST)) {
        (None, _) => true,
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        (Some(_), None) => false,
    }
}
