//! Whether the CRDs are there, served, and those of this version.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinition, CustomResourceDefinitionVersion,
};
use kube::{Api, ResourceExt};

use super::Finding;
use crate::api::GROUP;
use crate::cli::cluster::Cluster;
use crate::cli::{GROUP_VERSION, crds, version};

const CHECK: &str = "CRDs";
const TO_DO: &str = "Install or upgrade the chart, or kubectl apply --server-side -f crds/ of this version.";

pub(super) async fn look(cluster: &Cluster) -> Finding {
    let api = Api::<CustomResourceDefinition>::all(cluster.client.clone());
    let (mut missing, mut waiting, mut other) = (Vec::new(), Vec::new(), Vec::new());
    for own in crds::definitions() {
        let name = own.spec.names.plural.clone();
        match api.get(&own.name_any()).await {
            Ok(found) if !is_served(&found) => waiting.push(name),
            Ok(found) if !is_same(&own, &found) => other.push(name),
            Ok(_) => {}
            Err(kube::Error::Api(status)) if status.is_not_found() => missing.push(name),
            Err(kube::Error::Api(status)) if status.is_forbidden() => {
                return by_what_is_served(cluster).await;
            }
            Err(error) => return Finding::unread(CHECK, cluster, &error),
        }
    }
    let parts = [
        ("not there", missing),
        ("not served yet", waiting),
        ("of another version", other),
    ];
    let wrong = parts.iter().filter(|(_, names)| !names.is_empty());
    let wrong: Vec<_> = wrong
        .map(|(what, names)| format!("{what}: {}", names.join(", ")))
        .collect();
    match wrong.is_empty() {
        true => Finding::ok(CHECK, format!("all are there, and those of {}", version::OWN)),
        false => Finding::problem(CHECK, wrong.join("; "), TO_DO),
    }
}

/// Who may not read the definitions sees at least what is served.
async fn by_what_is_served(cluster: &Cluster) -> Finding {
    let served = match cluster.client.list_api_group_resources(GROUP_VERSION).await {
        Ok(served) => served.resources,
        Err(kube::Error::Api(status)) if status.is_not_found() => Vec::new(),
        Err(error) => return Finding::unread(CHECK, cluster, &error),
    };
    let own = crds::definitions().map(|own| own.spec.names.plural);
    let missing = own
        .into_iter()
        .filter(|name| !served.iter().any(|known| known.name == *name));
    let missing: Vec<_> = missing.collect();
    match missing.is_empty() {
        true => Finding::note(
            CHECK,
            format!(
                "all of {GROUP} are served; you may not read them, so whether they are of this version cannot be told"
            ),
        ),
        false => Finding::problem(CHECK, format!("not served: {}", missing.join(", ")), TO_DO),
    }
}

fn is_served(definition: &CustomResourceDefinition) -> bool {
    let status = definition.status.as_ref();
    let conditions = status.and_then(|status| status.conditions.as_ref());
    conditions.is_some_and(|all| {
        let mut all = all.iter();
        all.any(|condition| condition.type_ == "Established" && condition.status == "True")
    })
}

/// Whether two definitions say the same of their objects. What the server adds to the rest of them does not count.
fn is_same(own: &CustomResourceDefinition, found: &CustomResourceDefinition) -> bool {
    let (own, found) = (&own.spec, &found.spec);
    let said = |version: &CustomResourceDefinitionVersion| {
        let CustomResourceDefinitionVersion {
            name,
            schema,
            subresources,
            additional_printer_columns,
            ..
        } = version.clone();
        (name, schema, subresources, additional_printer_columns)
    };
    own.scope == found.scope && own.versions.iter().map(said).eq(found.versions.iter().map(said))
}
