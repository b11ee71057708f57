//! What is needed of the API server before anything of Onhook is there.

use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec,
};
use k8s_openapi::apimachinery::pkg::version::Info;
use kube::Api;
use kube::api::PostParams;

use super::Finding;
use crate::cli::cluster::Cluster;

/// The check that fails where the server does not answer at all.
pub(super) const ANSWERS: &str = "API server";
const VERSION: &str = "Kubernetes";
const STAMPS: &str = "stamping";
const RIGHTS: &str = "rights";

/// The oldest minor version of Kubernetes 1 that has what the policies need.
const OLDEST: u32 = 34;

/// What whoever installs Onhook creates: group and resource.
const CREATED: [(&str, &str); 3] = [
    ("apiextensions.k8s.io", "customresourcedefinitions"),
    ("admissionregistration.k8s.io", "validatingadmissionpolicies"),
    ("rbac.authorization.k8s.io", "clusterroles"),
];

pub(super) async fn look(cluster: &Cluster, before: bool) -> Vec<Finding> {
    let info = match cluster.client.apiserver_version().await {
        Ok(info) => info,
        Err(error) => {
            let says = cluster.failed(&error).to_string();
            let to_do = "Name the right context (--context) and see that you are logged in.";
            return vec![Finding::problem(ANSWERS, says, to_do)];
        }
    };
    let mut found = vec![version(&info, cluster.url()), stamps(cluster).await];
    if before {
        found.push(rights(cluster).await);
    }
    found
}

fn version(info: &Info, url: &str) -> Finding {
    let number = |text: &str| text.trim_end_matches('+').parse::<u32>().unwrap_or_default();
    let says = format!("{} on {url}", info.git_version);
    match number(&info.major) > 1 || number(&info.minor) >= OLDEST {
        true => Finding::ok(VERSION, says),
        false => Finding::problem(
            VERSION,
            says,
            &format!("Onhook needs Kubernetes 1.{OLDEST} or newer."),
        ),
    }
}

/// Whether the server can write who asked.
async fn stamps(cluster: &Cluster) -> Finding {
    let listed = cluster
        .client
        .list_api_group_resources("admissionregistration.k8s.io/v1")
        .await;
    match listed {
        Ok(list)
            if list
                .resources
                .iter()
                .any(|one| one.kind == "MutatingAdmissionPolicy") =>
        {
            Finding::ok(
                STAMPS,
                "the server has MutatingAdmissionPolicy, and can write who asked for a removal",
            )
        }
        Ok(_) => Finding::note(
            STAMPS,
            "the server has no MutatingAdmissionPolicy: who asked is not written, and where a Tenant wants two people, \
             removals are held",
        ),
        Err(error) => Finding::unread(STAMPS, cluster, &error),
    }
}

/// Whether whoever asks may install.
async fn rights(cluster: &Cluster) -> Finding {
    let mut lacking = Vec::new();
    for (group, resource) in CREATED {
        match may_create(cluster, group, resource).await {
            Ok(true) => {}
            Ok(false) => lacking.push(format!("{resource}.{group}")),
            Err(error) => return Finding::unread(RIGHTS, cluster, &error),
        }
    }
    if lacking.is_empty() {
        return Finding::ok(
            RIGHTS,
            "you may create CRDs, admission policies and cluster roles",
        );
    }
    let says = format!("you may not create {}", lacking.join(", "));
    Finding::problem(
        RIGHTS,
        says,
        "Have an administrator of the cluster install Onhook.",
    )
}

async fn may_create(cluster: &Cluster, group: &str, resource: &str) -> Result<bool, kube::Error> {
    let attributes = ResourceAttributes {
        group: Some(group.to_owned()),
        resource: Some(resource.to_owned()),
        verb: Some("create".to_owned()),
        ..ResourceAttributes::default()
    };
    let review = SelfSubjectAccessReview {
        spec: SelfSubjectAccessReviewSpec {
            resource_attributes: Some(attributes),
            ..SelfSubjectAccessReviewSpec::default()
        },
        ..SelfSubjectAccessReview::default()
    };
    let reviews = Api::<SelfSubjectAccessReview>::all(cluster.client.clone());
    let answer = reviews.create(&PostParams::default(), &review).await?;
    Ok(answer.status.is_some_and(|status| status.allowed))
}

#[cfg(test)]
mod tests {
    use super::super::Outcome;
    use super::*;

    #[test]
    fn a_server_that_is_too_old_is_a_problem() {
        let of = |major: &str, minor: &str| {
            let info = Info {
                major: major.to_owned(),
                minor: minor.to_owned(),
                ..Info::default()
            };
            version(&info, "https://acme.example").outcome
        };
        assert_eq!(of("1", "34"), Outcome::Ok);
        assert_eq!(of("1", "35+"), Outcome::Ok);
        assert_eq!(of("2", "0"), Outcome::Ok);
        assert_eq!(of("1", "33"), Outcome::Problem);
        assert_eq!(of("", ""), Outcome::Problem);
    }
}
