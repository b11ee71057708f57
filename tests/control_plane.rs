//! The control plane that demo and tests stand on: it is the real one, and it leaves nothing behind.

use std::error::Error;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Secret};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube::Api;
use kube::api::{DeleteParams, ListParams, ObjectMeta, PostParams};
use onhook::testbed::{Cluster, ControlPlane, Options, Process, shared, wait_for};

type Outcome = Result<(), Box<dyn Error>>;

const PATIENCE: Duration = Duration::from_secs(30);
/// Tells the helper test below where to say which processes it started.
const HELPER: &str = "ONHOOK_TEST_HELPER";

fn is_running(pid: u32) -> bool {
    // The state stands behind the name in parentheses. (The command line is no sign: it is empty just after a start.)
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ")
        .is_some_and(|(_, fields)| !fields.starts_with(['Z', 'X']))
}

fn config_map(name: &str, owner: Option<&ConfigMap>) -> ConfigMap {
    let owner_references = owner.map(|owner| {
        vec![OwnerReference {
            api_version: "v1".to_owned(),
            kind: "ConfigMap".to_owned(),
            name: owner.metadata.name.clone().unwrap_or_default(),
            uid: owner.metadata.uid.clone().unwrap_or_default(),
            ..OwnerReference::default()
        }]
    });
    let metadata = ObjectMeta {
        name: Some(name.to_owned()),
        owner_references,
        ..ObjectMeta::default()
    };
    ConfigMap {
        metadata,
        ..ConfigMap::default()
    }
}

#[tokio::test]
async fn the_pinned_server_answers() -> Outcome {
    let cluster = shared().await?;
    let answers = cluster.client().await?.apiserver_version().await?.git_version;
    // The folder of the programs is named after what was pinned.
    let folder = ControlPlane::programs().await?;
    let folder = folder.file_name().unwrap_or_default().to_string_lossy();
    assert!(
        folder.starts_with(&format!("kubernetes-{answers}-etcd-")),
        "{folder} answers as {answers}"
    );
    Ok(())
}

#[tokio::test]
async fn rbac_refuses_a_user_without_rights_and_admits_one_with_a_group_that_has_them() -> Outcome {
    let cluster = shared().await?;
    let stranger: Api<Secret> = Api::default_namespaced(cluster.client_for("jane", &["people"]).await?);
    match stranger.list(&ListParams::default()).await {
        Err(kube::Error::Api(status)) => {
            assert_eq!((status.code, status.message.contains("jane")), (403, true))
        }
        other => panic!("a user without rights got {other:?}"),
    }
    let boss = cluster.client_for("joan", &["people", "system:masters"]).await?;
    Api::<Secret>::default_namespaced(boss)
        .list(&ListParams::default())
        .await?;
    Ok(())
}

#[tokio::test]
async fn the_garbage_collector_takes_what_is_owned_with_its_owner() -> Outcome {
    let cluster = shared().await?;
    let maps: Api<ConfigMap> =
        Api::namespaced(cluster.client().await?, &cluster.namespace("collector").await?);
    let owner = maps
        .create(&PostParams::default(), &config_map("owner", None))
        .await?;
    maps.create(&PostParams::default(), &config_map("owned", Some(&owner)))
        .await?;
    maps.create(&PostParams::default(), &config_map("free", None))
        .await?;
    maps.delete("owner", &DeleteParams::background()).await?;
    wait_for("the owned ConfigMap to go", PATIENCE, async || {
        maps.get_opt("owned")
            .await
            .is_ok_and(|found| found.is_none())
            .then_some(())
    })
    .await?;
    assert!(maps.get_opt("free").await?.is_some(), "what nobody owns stays");
    Ok(())
}

#[tokio::test]
async fn a_deleted_namespace_ends_with_what_is_in_it() -> Outcome {
    let cluster = shared().await?;
    let name = cluster.namespace("going").await?;
    let maps: Api<ConfigMap> = Api::namespaced(cluster.client().await?, &name);
    maps.create(&PostParams::default(), &config_map("inside", None))
        .await?;
    let namespaces: Api<Namespace> = Api::all(cluster.client().await?);
    namespaces.delete(&name, &DeleteParams::default()).await?;
    wait_for("the namespace to end", PATIENCE, async || {
        namespaces
            .get_opt(&name)
            .await
            .is_ok_and(|found| found.is_none())
            .then_some(())
    })
    .await?;
    assert!(maps.get_opt("inside").await?.is_none());
    Ok(())
}

#[tokio::test]
async fn kubectl_works_on_it() -> Outcome {
    let output = shared()
        .await?
        .kubectl(&["get", "namespaces", "--output=name"])
        .await?;
    assert!(
        String::from_utf8(output.stdout)?.contains("namespace/default"),
        "{:?}",
        output.stderr
    );
    Ok(())
}

#[tokio::test]
async fn the_operator_has_the_rights_it_ships_with_and_no_more() -> Outcome {
    let cluster = shared().await?;
    cluster.install_operator_rbac().await?;
    let operator = cluster.operator_kubeconfig().await?;
    let rights = [
        ("watch", "users.onhook.dev", true),
        ("patch", "users.onhook.dev/status", true),
        ("update", "users.onhook.dev", false),
        ("update", "users.onhook.dev/finalizers", false),
        ("get", "licenseassignments.onhook.dev", false),
        ("patch", "licenseassignments.onhook.dev", true),
        ("delete", "users.onhook.dev", false),
        ("create", "queueassignments.onhook.dev", false),
        // It holds Tenants and Secrets by a finalizer; policies keep it from anything else of them (tests/admission).
        ("patch", "tenants.onhook.dev", true),
        ("update", "tenants.onhook.dev", false),
        ("create", "tenants.onhook.dev", false),
        ("delete", "tenants.onhook.dev", false),
        ("create", "approvals.onhook.dev", false),
        ("patch", "approvals.onhook.dev", false),
        ("delete", "approvals.onhook.dev", false),
        ("create", "offboardingrecords.onhook.dev", false),
        ("patch", "secrets", true),
        ("update", "secrets", false),
        ("create", "secrets", false),
        ("delete", "secrets", false),
        ("get", "secrets", true),
        ("list", "secrets", false),
        ("watch", "secrets", false),
        ("get", "namespaces", true),
        ("get", "customresourcedefinitions/users.onhook.dev", true),
        ("get", "customresourcedefinitions/other.example.com", false),
        ("create", "events.events.k8s.io", true),
        ("create", "configmaps", false),
        ("create", "pods", false),
        ("impersonate", "users", false),
    ];
    for (verb, resource, allowed) in rights {
        // KIND/NAME is how kubectl reads a slash; a part of an object is named apart.
        let (kind, part) = match resource.rsplit_once('/') {
            Some((kind, part @ ("status" | "finalizers"))) => (kind, format!("--subresource={part}")),
            _ => (resource, "--subresource=".to_owned()),
        };
        let asked = ["auth", "can-i", verb, kind, &part, "--namespace=default"];
        let output = cluster.kubectl_as(&operator, &asked).await?;
        let answer = String::from_utf8(output.stdout)?;
        assert_eq!(
            answer.trim(),
            if allowed { "yes" } else { "no" },
            "{verb} {resource}"
        );
    }
    // Claims, records and their key, in its own namespace.
    let own = [
        ("create", "configmaps", true),
        ("list", "configmaps", false),
        ("list", "leases.coordination.k8s.io", false),
        ("create", "offboardingrecords.onhook.dev", true),
        ("delete", "offboardingrecords.onhook.dev", false),
        ("create", "secrets", true),
        ("delete", "secrets", false),
    ];
    for (verb, resource, allowed) in own {
        let args = ["auth", "can-i", verb, resource, "--namespace=onhook-system"];
        let output = cluster.kubectl_as(&operator, &args).await?;
        let expected = if allowed { "yes" } else { "no" };
        let answer = String::from_utf8(output.stdout)?;
        assert_eq!(answer.trim(), expected, "{verb} {resource} in its own namespace");
    }
    Ok(())
}

#[tokio::test]
async fn a_dropped_control_plane_leaves_no_process_and_no_folder() -> Outcome {
    let control_plane = ControlPlane::start(Options::default()).await?;
    let (processes, folder) = (control_plane.process_ids(), control_plane.data().to_owned());
    assert_eq!(processes.map(is_running), [true; 3]);
    assert!(folder.is_dir());
    drop(control_plane);
    assert_eq!(processes.map(is_running), [false; 3]);
    assert!(!folder.exists(), "{} is left", folder.display());
    Ok(())
}

#[tokio::test]
async fn a_stopped_control_plane_keeps_the_folder_it_was_given() -> Outcome {
    let folder = tempfile::tempdir()?;
    let data = Some(folder.path().join("data"));
    let control_plane = ControlPlane::start(Options {
        data,
        audit: true,
        ..Options::default()
    })
    .await?;
    let processes = control_plane.process_ids();
    control_plane.stop().await?;
    assert!(!processes.into_iter().any(is_running));
    assert!(folder.path().join("data/kube-apiserver.log").is_file());
    Ok(())
}

#[tokio::test]
async fn a_detached_control_plane_runs_on_until_it_is_ended() -> Outcome {
    let folder = tempfile::tempdir()?;
    let data = Some(folder.path().to_owned());
    let control_plane = Cluster::start(Options {
        data,
        ..Options::default()
    })
    .await?
    .into_control_plane();
    let control_plane = control_plane.ok_or("a cluster of our own has a control plane")?;
    let client = control_plane.client().await?;
    let processes = control_plane.detach()?;
    client.apiserver_version().await?;
    for process in &processes {
        assert!(process.is_running(), "{process:?}");
        process.end(PATIENCE).await?;
        assert!(!process.is_running(), "{process:?}");
    }
    Ok(())
}

/// Runs the helper below in a process of its own, and gives it and what it reported once its control plane is ready.
async fn helper(folder: &Path, assets: Option<&Path>) -> Result<(Process, String), Box<dyn Error>> {
    let report = folder.join("report");
    let mut command = Command::new(std::env::current_exe()?);
    command
        .args(["--exact", "helper_that_holds_a_control_plane", "--ignored"])
        .env(HELPER, &report);
    command.envs(assets.map(|assets| ("KUBEBUILDER_ASSETS", assets)));
    let mut process = Process::spawn(command, folder.join("helper.log"))?;
    let text = wait_for(
        "the helper's control plane",
        Duration::from_secs(90),
        async || match process.check_running() {
            Err(ended) => Some(Err(ended)),
            Ok(()) => fs::read_to_string(&report)
                .ok()
                .filter(|text| text.ends_with('\n'))
                .map(Ok),
        },
    )
    .await??;
    Ok((process, text))
}

#[tokio::test]
#[ignore = "not a test: other tests run it in a process of its own and kill that"]
async fn helper_that_holds_a_control_plane() -> Outcome {
    let Some(report) = std::env::var_os(HELPER) else {
        return Ok(());
    };
    let control_plane = ControlPlane::start(Options::default()).await?;
    let [a, b, c] = control_plane.process_ids();
    fs::write(
        report,
        format!("{a} {b} {c} {}\n", control_plane.data().display()),
    )?;
    std::future::pending::<()>().await;
    Ok(())
}

#[tokio::test]
async fn nothing_is_left_after_its_parent_was_killed() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (mut parent, report) = helper(folder.path(), None).await?;
    let [pids @ .., data] = &report.split_whitespace().collect::<Vec<_>>()[..] else {
        panic!("{report:?}")
    };
    let processes: Vec<u32> = pids.iter().map(|pid| pid.parse()).collect::<Result<_, _>>()?;
    assert!(processes.len() == 3 && processes.iter().copied().all(is_running) && Path::new(data).is_dir());
    // Only the parent is hit: kill() reaches one process, not its group.
    parent.kill()?;
    wait_for(
        "the children of a killed parent to end",
        Duration::from_secs(10),
        async || (!processes.iter().copied().any(is_running) && !Path::new(data).exists()).then_some(()),
    )
    .await?;
    Ok(())
}

#[tokio::test]
async fn kubebuilder_assets_are_used_where_set() -> Outcome {
    let folder = tempfile::tempdir()?;
    let assets = folder.path().join("assets");
    fs::create_dir(&assets)?;
    // The same programs under another path, which the processes then show.
    let ours: PathBuf = ControlPlane::programs().await?;
    for program in ["etcd", "kube-apiserver", "kube-controller-manager", "kubectl"] {
        symlink(ours.join(program), assets.join(program))?;
    }
    let (_parent, report) = helper(folder.path(), Some(&assets)).await?;
    for pid in report.split_whitespace().take(3) {
        let line = wait_for("a command line", PATIENCE, async || {
            fs::read_to_string(format!("/proc/{pid}/cmdline"))
                .ok()
                .filter(|line| !line.is_empty())
        })
        .await?;
        assert!(line.starts_with(&*assets.to_string_lossy()), "{line}");
    }
    Ok(())
}

#[test]
fn assets_without_a_program_are_named() -> Outcome {
    let folder = tempfile::tempdir()?;
    let output = Command::new(std::env::current_exe()?)
        .args(["--exact", "helper_that_holds_a_control_plane", "--ignored"])
        .env(HELPER, folder.path().join("report"))
        .env("KUBEBUILDER_ASSETS", folder.path())
        .stdin(Stdio::null())
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    assert!(!output.status.success() && text.contains("has no etcd"), "{text}");
    Ok(())
}
