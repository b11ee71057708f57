//! Every path of the vendor's APIs that is served, with its methods: what is not in this table is not served.

use crate::eightbyeight::wire::media_type::{
    OPERATIONS, PHONE_NUMBERS, RING_GROUPS, SITES, UPDATE_MEMBERS, USERS,
};

const JSON: &[&str] = &["application/json"];
const OF_USERS: &[&str] = &[USERS];
const OF_RING_GROUPS: &[&str] = &[RING_GROUPS];
const OF_PHONE_NUMBERS: &[&str] = &[PHONE_NUMBERS];
const OF_OPERATIONS: &[&str] = &[OPERATIONS];
const OF_ADDRESSES: &[&str] = &["application/vnd.addresses.v1+json"];
/// What a deletion answers is an operation, in either type.
const DELETED_GROUP: &[&str] = &[RING_GROUPS, OPERATIONS];
/// The documents have both.
const OF_SITES: &[&str] = &[SITES, "application/json"];

/// An API, with what all its paths have in common. The Administration API has its media types of errors.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Api {
    Admin(&'static [&'static str]),
    OAuth,
    Realtime,
    AgentStatus,
    Quality,
}

/// Media types and schema of a body.
type Content = (&'static [&'static str], &'static str);

/// A path with a method.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) api: Api,
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) id: &'static str,
    pub(crate) summary: &'static str,
    /// By their names among the components.
    pub(crate) parameters: &'static [&'static str],
    pub(crate) body: Option<Content>,
    pub(crate) answer: (u16, &'static [&'static str], &'static str),
}

impl Api {
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::Admin(_) => "Administration",
            Self::OAuth => "OAuth",
            Self::Realtime => "Contact Center real-time",
            Self::AgentStatus => "Contact Center agent status",
            Self::Quality => "Quality Management",
        }
    }

    pub(super) fn security(self) -> &'static str {
        match self {
            Self::Admin(_) => "key",
            Self::OAuth => "client",
            Self::Realtime | Self::Quality => "token",
            Self::AgentStatus => "tenant",
        }
    }
}

impl Route {
    /// Media types and schema of refusals.
    pub(super) fn error(&self) -> Content {
        match self.api {
            Api::Admin(media) => (media, "Error"),
            Api::OAuth => (JSON, "TokenError"),
            Api::Realtime | Api::Quality => (JSON, "Error"),
            Api::AgentStatus => (JSON, "Problem"),
        }
    }

    /// The statuses of refusals.
    pub(super) fn errors(&self) -> Vec<u16> {
        let mut errors = vec![400, 401, 403, 404, 405, 500];
        match self.api {
            Api::Admin(_) => errors.extend([406, 408, 429, 503]),
            Api::OAuth => errors.push(415),
            Api::Realtime | Api::AgentStatus | Api::Quality => {}
        }
        if matches!(self.api, Api::Admin(_)) && self.body.is_some() {
            errors.extend([409, 415, 501]);
        }
        errors
    }

    /// The headers of every answer.
    pub(super) fn headers(&self) -> &'static [&'static str] {
        let all = &[
            "x-response-id",
            "x-ratelimit-limit",
            "x-ratelimit-remaining",
            "x-ratelimit-reset",
        ];
        match self.api {
            Api::Admin(_) => all,
            _ => &all[..1],
        }
    }

    /// The headers that tell where a page stands; the other lists tell it in the body.
    pub(super) fn page_headers(&self) -> &'static [&'static str] {
        if self.parameters.contains(&"page") {
            &["x-page", "x-page-size", "x-total-pages", "x-total-elements"]
        } else {
            &[]
        }
    }

    /// Whether a path is one of this route.
    fn has(&self, path: &[&str]) -> bool {
        let parts = self.path.split('/').skip(1);
        let mut there = path.iter();
        let same = parts
            .zip(there.by_ref())
            .all(|(part, there)| part.starts_with('{') || part == *there);
        same && self.path.split('/').skip(1).count() == path.len()
    }
}

/// What a path is, as far as the table knows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The path with this method.
    Served,
    /// The path, but only with these methods.
    Methods(String),
    /// No such path.
    Nothing,
}

/// Looks a call up.
pub(crate) fn find(method: &str, path: &[&str]) -> Found {
    // The real-time reads of the other regions have their name before the path.
    let path = match path {
        ["eu" | "au" | "ca", rest @ ..] if rest.first() == Some(&"analytics") => rest,
        path => path,
    };
    let fixed = |route: &&Route| !route.path.ends_with('}') && route.has(path);
    // A fixed last part goes before one that is an id.
    let exact: Vec<_> = ROUTES.iter().filter(fixed).collect();
    let routes = if exact.is_empty() {
        ROUTES.iter().filter(|route| route.has(path)).collect()
    } else {
        exact
    };
    if routes.iter().any(|route| route.method == method) {
        return Found::Served;
    }
    let methods: Vec<_> = routes.iter().map(|route| route.method).collect();
    if methods.is_empty() {
        Found::Nothing
    } else {
        Found::Methods(methods.join(", "))
    }
}

const fn read(
    api: Api,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    parameters: &'static [&'static str],
    answer: Content,
) -> Route {
    let answer = (200, answer.0, answer.1);
    Route {
        api,
        method: "GET",
        path,
        id,
        summary,
        parameters,
        body: None,
        answer,
    }
}

const fn write(
    (method, path): (&'static str, &'static str),
    media: &'static [&'static str],
    errors: &'static [&'static str],
    id: &'static str,
    summary: &'static str,
    parameters: &'static [&'static str],
    body: Option<Content>,
) -> Route {
    let answer = (202, media, "Operation");
    Route {
        api: Api::Admin(errors),
        method,
        path,
        id,
        summary,
        parameters,
        body,
        answer,
    }
}

const USER: Api = Api::Admin(OF_USERS);
const NUMBER: Api = Api::Admin(OF_PHONE_NUMBERS);
const ADDRESS: Api = Api::Admin(OF_ADDRESSES);
const PLAIN: Api = Api::Admin(JSON);

const ALL_USERS: &str = "/admin-provisioning/users";
const ONE_USER: &str = "/admin-provisioning/users/{userId}";
const ALL_GROUPS: &str = "/admin-provisioning/ring-groups";
const ONE_GROUP: &str = "/admin-provisioning/ring-groups/{ringGroupId}";
const MEMBERS: &str = "/admin-provisioning/ring-groups/{ringGroupId}/update-members";
const ALL_SITES: &str = "/admin-provisioning/sites";
const ONE_SITE: &str = "/admin-provisioning/sites/{siteId}";
const ALL_ADDRESSES: &str = "/admin-provisioning/addresses";
const ONE_ADDRESS: &str = "/admin-provisioning/addresses/{addressId}";
const SCROLLED: &[&str] = &["requestId", "pageSize", "scrollId", "filter", "sort"];
const AGENTS: &str = "/api/v1/tenants/{tenantId}/agentstatus/agents";
const BULK: &str = "/api/v1/tenants/{tenantId}/agentstatus/agents/bulk";
const ONE_AGENT: &str = "/api/v1/tenants/{tenantId}/agentstatus/agents/{agentId}";

/// Queues and groups are given in either.
const EITHER: &[&str] = &["application/json", "application/xml"];

macro_rules! realtime {
    ($path:literal, $id:literal, $summary:literal, [$($parameter:literal),*], $media:expr, $schema:literal) => {
        read(
            Api::Realtime,
            concat!("/analytics/cc/v5/realtime-metrics", $path),
            $id,
            $summary,
            &["tenantInfo", "metrics", "timezone" $(, $parameter)*],
            ($media, $schema),
        )
    };
}

/// All of them.
#[rustfmt::skip]
pub(crate) const ROUTES: &[Route] = &[
    read(USER, ALL_USERS, "listUsers", "Lists users", SCROLLED, (OF_USERS, "UserPage")),
    write(("POST", ALL_USERS), OF_USERS, OF_USERS, "createUser", "Creates a user", &["requestId"], Some((OF_USERS, "User"))),
    read(USER, ONE_USER, "getUser", "Gives a user", &["requestId", "userId"], (OF_USERS, "User")),
    write(("PUT", ONE_USER), OF_USERS, OF_USERS, "replaceUser", "Replaces a user", &["requestId", "userId"], Some((OF_USERS, "User"))),
    write(("DELETE", ONE_USER), OF_USERS, OF_USERS, "deleteUser", "Deletes a user", &["requestId", "userId"], None),
    read(Api::Admin(OF_OPERATIONS), "/admin-provisioning/operations/{operationId}", "getOperation", "Tells what became of a change", &["requestId", "operationId"], (OF_OPERATIONS, "Operation")),
    read(PLAIN, ALL_GROUPS, "listRingGroups", "Lists ring groups", SCROLLED, (OF_RING_GROUPS, "RingGroupPage")),
    write(("POST", ALL_GROUPS), OF_RING_GROUPS, JSON, "createRingGroup", "Creates a ring group", &["requestId"], Some((OF_RING_GROUPS, "RingGroup"))),
    read(PLAIN, ONE_GROUP, "getRingGroup", "Gives a ring group", &["requestId", "ringGroupId"], (OF_RING_GROUPS, "RingGroup")),
    write(("PUT", ONE_GROUP), OF_RING_GROUPS, JSON, "replaceRingGroup", "Replaces a ring group", &["requestId", "ringGroupId"], Some((OF_RING_GROUPS, "RingGroup"))),
    write(("DELETE", ONE_GROUP), DELETED_GROUP, JSON, "deleteRingGroup", "Deletes a ring group", &["requestId", "ringGroupId"], None),
    write(("POST", MEMBERS), OF_RING_GROUPS, JSON, "updateMembers", "Changes members of a ring group", &["requestId", "ringGroupId"], Some((&[UPDATE_MEMBERS], "UpdateMembers"))),
    read(NUMBER, "/admin-provisioning/phone-numbers", "listPhoneNumbers", "Lists phone numbers", SCROLLED, (OF_PHONE_NUMBERS, "PhoneNumberPage")),
    read(NUMBER, "/admin-provisioning/phone-numbers/{phoneNumber}", "getPhoneNumber", "Gives a phone number", &["requestId", "phoneNumber"], (OF_PHONE_NUMBERS, "PhoneNumber")),
    read(PLAIN, ALL_SITES, "listSites", "Lists sites", &["requestId", "pageSize", "pageNumber", "nameFilter", "sort"], (OF_SITES, "SitePage")),
    write(("POST", ALL_SITES), OF_SITES, JSON, "createSite", "Creates a site", &["requestId"], Some((OF_SITES, "Site"))),
    read(PLAIN, ONE_SITE, "getSite", "Gives a site", &["requestId", "siteId"], (OF_SITES, "Site")),
    write(("PUT", ONE_SITE), OF_SITES, JSON, "replaceSite", "Replaces a site", &["requestId", "siteId"], Some((OF_SITES, "Site"))),
    write(("DELETE", ONE_SITE), OF_SITES, JSON, "deleteSite", "Deletes a site that nobody uses", &["requestId", "siteId"], None),
    read(ADDRESS, ALL_ADDRESSES, "listAddresses", "Lists addresses", SCROLLED, (OF_ADDRESSES, "AddressPage")),
    Route {
        api: ADDRESS, method: "POST", path: ALL_ADDRESSES, id: "createAddress", summary: "Makes an address, or finds the same one",
        parameters: &["requestId"], body: Some((OF_ADDRESSES, "Address")), answer: (200, OF_ADDRESSES, "Address"),
    },
    read(ADDRESS, ONE_ADDRESS, "getAddress", "Gives an address", &["requestId", "addressId"], (OF_ADDRESSES, "Address")),
    Route {
        api: ADDRESS, method: "DELETE", path: ONE_ADDRESS, id: "deleteAddress", summary: "Deletes an address that nothing uses",
        parameters: &["requestId", "addressId"], body: None, answer: (204, &[], "Address"),
    },
    Route {
        api: Api::OAuth, method: "POST", path: "/oauth/v2/token", id: "createToken", summary: "Gives a token",
        parameters: &[], body: Some((&["application/x-www-form-urlencoded"], "TokenRequest")), answer: (200, JSON, "Token"),
    },
    realtime!("/queues", "listQueues", "Lists queues", ["queue-ids", "summary", "includeTotals", "page", "size"], EITHER, "CenterQueues"),
    realtime!("/queues/{queueId}", "getQueue", "Gives a queue", ["queueId"], EITHER, "CenterQueue"),
    realtime!("/queues/{queueId}/agents", "listAgentsOfQueue", "Lists the agents of a queue, enabled or not", ["queueId", "agent-ids", "summary", "includeTotals", "page", "size"], EITHER, "CenterAgents"),
    realtime!("/queues/{queueId}/agents/{agentId}", "getAgentOfQueue", "Gives an agent of a queue", ["queueId", "agentId"], EITHER, "CenterAgent"),
    realtime!("/groups", "listGroups", "Lists agent groups", ["group-ids", "summary", "page", "size"], EITHER, "CenterGroups"),
    realtime!("/groups/{groupId}", "getGroup", "Gives an agent group", ["groupId"], EITHER, "CenterGroup"),
    realtime!("/groups/{groupId}/agents", "listAgentsOfGroup", "Lists the agents of a group", ["groupId", "agent-ids", "summary", "includeTotals", "page", "size"], EITHER, "CenterAgents"),
    realtime!("/groups/{groupId}/agents/{agentId}", "getAgentOfGroup", "Gives an agent of a group", ["groupId", "agentId"], EITHER, "CenterAgent"),
    realtime!("/agents", "listAgents", "Lists agents", ["agent-ids", "group-ids", "summary", "includeTotals", "page", "size"], JSON, "CenterAgents"),
    realtime!("/agents-in-queue-groups", "listActiveAgents", "Lists queues that are active today, with their agents", ["queue-ids", "showEnabledAgents"], JSON, "ActiveAgents"),
    read(Api::AgentStatus, AGENTS, "listAgentStatus", "Tells what all agents do", &["tenantId", "inGroup", "pageSizeIgnored", "pageIndexIgnored"], (JSON, "AgentStatuses")),
    Route {
        api: Api::AgentStatus, method: "POST", path: BULK, id: "changeAgentStatuses", summary: "Changes what agents do",
        parameters: &["tenantId"], body: Some((JSON, "AgentStatusChanges")), answer: (207, JSON, "AgentStatusOutcomes"),
    },
    Route {
        api: Api::AgentStatus, method: "PUT", path: BULK, id: "putAgentStatuses", summary: "The same, as the guide has it",
        parameters: &["tenantId"], body: Some((JSON, "AgentStatusChanges")), answer: (207, JSON, "AgentStatusOutcomes"),
    },
    read(Api::AgentStatus, ONE_AGENT, "getAgentStatus", "Tells what an agent does", &["tenantId", "agentId"], (JSON, "AgentStatus")),
    Route {
        api: Api::AgentStatus, method: "PUT", path: ONE_AGENT, id: "changeAgentStatus", summary: "Changes what an agent does",
        parameters: &["tenantId", "agentId"], body: Some((JSON, "AgentStatusChange")), answer: (200, JSON, "AgentStatusOutcome"),
    },
    read(Api::Quality, "/qm/{region}/v1/users", "listQualityUsers", "Tells the agents with their e-mail addresses", &["region", "pbx", "qualityPage", "qualitySize", "activeUsers"], (JSON, "QualityUsers")),
];
