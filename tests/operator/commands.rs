//! The commands that people run beside the operator: what they say is what then happens.

use serde_json::{Value, json};

use super::scene::{Person, Scene, user_name};

/// A folder of manifests, as it stands in a Git repository.
struct Repository {
    folder: std::path::PathBuf,
}

impl Repository {
    fn of(scene: &Scene) -> Self {
        let name = format!("{}-git", scene.stage.namespace);
        let folder = scene.stage.cluster.scratch().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self { folder }
    }

    fn path(&self) -> String {
        self.folder.display().to_string()
    }

    fn put(&self, file: &str, text: &str) {
        std::fs::write(self.folder.join(file), text).unwrap();
    }

    fn text(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.join(file)).unwrap()
    }

    fn git(&self, arguments: &[&str]) {
        let identity = ["-c", "user.name=test", "-c", "user.email=test@acme.example"];
        let done = std::process::Command::new("git")
            .arg("-C")
            .arg(&self.folder)
            .args(identity)
            .args(arguments)
            .output()
            .unwrap();
        assert!(done.status.success(), "git {arguments:?}: {done:?}");
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "people"]);
    }
}

/// A User with its assignments, as Git has it.
fn manifest(scene: &Scene, name: &str, state: &str, more: &str) -> String {
    format!(
        "apiVersion: onhook.dev/v1alpha1\nkind: User\nmetadata: {{name: {name}, namespace: {}}}\nspec:\n  tenantRef: \
         {{name: acme}}\n  userName: {}\n  state: {state}\n{more}",
        scene.stage.namespace,
        user_name(name)
    )
}

async fn plan(scene: &Scene, arguments: &[&str]) -> (i32, Value) {
    let all = [&["plan", "--output", "json"], arguments].concat();
    let (code, out, err) = scene.onhook(&all).await;
    let report = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out} {err}"));
    (code, report)
}

fn user<'a>(report: &'a Value, name: &str) -> &'a Value {
    let users = report["users"].as_array().unwrap();
    let named = |user: &&Value| user["user"].as_str().unwrap().ends_with(&format!("/{name}"));
    users
        .iter()
        .find(named)
        .unwrap_or_else(|| panic!("{name} is not in {report}"))
}

fn steps(user: &Value) -> Vec<&str> {
    let deeds = user["deeds"].as_array().unwrap();
    deeds.iter().map(|deed| deed["step"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_a_plan_says_of_a_pull_request_is_what_then_happens() {
    let scene = Scene::new("plan").await;
    let jane = scene
        .person(Person {
            ring_groups: 1,
            ..Person::named("jane")
        })
        .await;
    scene.person(Person::named("joe")).await;
    let git = Repository::of(&scene);
    for name in ["jane", "joe"] {
        git.put(&format!("{name}.yaml"), &manifest(&scene, name, "active", ""));
        scene.declare(name, "active", "").await;
        scene.stage.ready(name, "Active").await;
    }
    let (code, report) = plan(&scene, &["-f", &git.path()]).await;
    assert_eq!((code, &report["unchanged"]), (0, &json!(2)), "{report}");

    git.put("jane.yaml", &manifest(&scene, "jane", "deleted", ""));
    let before = scene.journal().await.writes().len();
    let (code, report) = plan(&scene, &["-f", &git.path()]).await;
    assert_eq!(code, 3, "{report}");
    let foretold = user(&report, "jane");
    assert_eq!(foretold["userId"], json!(jane));
    assert_eq!(foretold["from"], "active");
    assert_eq!(foretold["ending"], "ready", "{foretold}");
    assert_eq!(
        steps(foretold),
        ["Deactivate", "RingGroups", "Licenses", "Delete"]
    );
    let lost = foretold["losses"].as_array().unwrap();
    assert!(lost.iter().any(|loss| loss["fate"] == "Destroyed"), "{foretold}");
    assert_eq!(
        scene.journal().await.writes().len(),
        before,
        "a plan wrote to the account"
    );

    scene.set_state("jane", "deleted").await;
    let ended = scene.stage.ready("jane", "Deleted").await;
    let done = scene.journal().await.writes().len() - before;
    assert_eq!(
        done,
        steps(foretold).len(),
        "the run wrote otherwise than was foretold"
    );
    let status = serde_json::to_value(ended.status.unwrap()).unwrap();
    assert_eq!(status["losses"], foretold["losses"]);
    scene.judge().await;
}

#[tokio::test]
async fn a_plan_says_who_is_refused_and_who_is_held_by_its_exit_status() {
    let scene = Scene::new("plan-refused").await;
    scene.person(Person::named("chief")).await;
    scene.person(Person::named("jane")).await;
    scene.person(Person::named("joe")).await;
    let git = Repository::of(&scene);
    for name in ["chief", "jane", "joe"] {
        scene.declare(name, "active", "").await;
        scene.stage.ready(name, "Active").await;
        git.put(&format!("{name}.yaml"), &manifest(&scene, name, "active", ""));
    }
    git.put("chief.yaml", &manifest(&scene, "chief", "deleted", ""));
    let (code, report) = plan(&scene, &["-f", &git.path()]).await;
    assert_eq!(
        (code, &user(&report, "chief")["ending"]),
        (4, &json!("refused")),
        "{report}"
    );
    assert_eq!(user(&report, "chief")["blockers"][0]["reason"], "ProtectedUser");
    git.put("chief.yaml", &manifest(&scene, "chief", "active", ""));

    let limit = json!({"spec": {"removals": {"limit": {"users": 1, "per": "1h"}}}});
    scene.patch_tenant(limit).await;
    for name in ["jane", "joe"] {
        git.put(
            &format!("{name}.yaml"),
            &manifest(&scene, name, "deactivated", ""),
        );
    }
    let (code, report) = plan(&scene, &["-f", &git.path()]).await;
    assert_eq!(code, 4, "{report}");
    assert_eq!(report["accounts"][0]["held"], true);
    assert_eq!(user(&report, "joe")["approval"], "limit");
    // What follows an approval is told.
    assert_eq!(steps(user(&report, "joe")), ["Deactivate"]);
    let (code, out, _) = scene.onhook(&["plan", "-f", &git.path(), "-o", "markdown"]).await;
    assert_eq!(code, 4);
    assert!(
        out.starts_with("### Onhook: Against the cluster: 2 refused or held"),
        "{out}"
    );
    let (_, out, _) = scene.onhook(&["plan", "-f", &git.path()]).await;
    assert!(out.contains("needs approval") && !out.contains('\u{1b}'), "{out}");
}

#[tokio::test]
async fn a_plan_against_a_revision_needs_an_inventory_and_no_cluster_and_can_pin() {
    let scene = Scene::new("plan-git").await;
    let jane = scene.person(Person::named("jane")).await;
    let git = Repository::of(&scene);
    git.put("jane.yaml", &manifest(&scene, "jane", "active", ""));
    git.git(&["init", "--quiet"]);
    git.commit();
    git.put(
        "jane.yaml",
        &manifest(&scene, "jane", "deleted", "  # She leaves in June.\n"),
    );
    let inventory = git.folder.join("inventory.json").display().to_string();
    let namespace = scene.stage.namespace.clone();
    let (code, _, said) = scene
        .onhook(&[
            "import",
            "--tenant",
            "acme",
            "-n",
            &namespace,
            "--inventory",
            &inventory,
        ])
        .await;
    assert_eq!(code, 0, "{said}");
    let tenant = scene.kubectl(&["get", "tenant", "acme", "--output=yaml"]).await;
    git.put("tenant.yml", &tenant);
    let offline = [
        "--kubeconfig",
        "/nowhere",
        "-f",
        &git.path(),
        "--inventory",
        &inventory,
        "-n",
        &namespace,
    ];
    let (code, report) = plan(&scene, &[&offline[..], &["--against", "HEAD"]].concat()).await;
    assert_eq!(code, 3, "{report}");
    assert_eq!(user(&report, "jane")["from"], "active");
    assert_eq!(steps(user(&report, "jane")).last(), Some(&"Delete"));

    // Against the account alone nobody has seen her active: she is not pinned, and that is said.
    let (code, report) = plan(
        &scene,
        &[&offline[..], &["--against", "account", "--pin"]].concat(),
    )
    .await;
    assert_eq!(code, 4, "{report}");
    assert_eq!(
        user(&report, "jane")["blockers"][0]["reason"],
        "IdentityNotPinned"
    );
    let pinned = git.text("jane.yaml");
    assert!(
        pinned.contains(&jane) && pinned.contains("# She leaves in June."),
        "{pinned}"
    );
    let (code, report) = plan(&scene, &[&offline[..], &["--against", "account"]].concat()).await;
    assert_eq!(code, 3, "{report}");
}

#[tokio::test]
async fn a_plan_of_broken_manifests_names_the_file_and_ends_with_1() {
    let scene = Scene::new("plan-broken").await;
    let git = Repository::of(&scene);
    git.put("jane.yaml", &manifest(&scene, "jane", "fired", ""));
    let (code, _, said) = scene.onhook(&["plan", "-f", &git.path()]).await;
    assert_eq!(code, 1);
    assert!(
        said.contains("jane.yaml") && said.contains("the User jane cannot be read"),
        "{said}"
    );
    let (code, _, said) = scene.onhook(&["plan", "-f", "/nowhere"]).await;
    assert_eq!(code, 1);
    assert!(said.contains("/nowhere"), "{said}");
}

#[tokio::test]
async fn explain_says_where_a_leaver_stands_and_what_lets_it_go_on() {
    let scene = Scene::new("explain").await;
    scene
        .person(Person {
            contact_center_queues: 1,
            ..Person::named("agent")
        })
        .await;
    scene.person(Person::named("jane")).await;
    let agent = scene.agent_id_of("agent").await;
    scene.declare("agent", "active", &agent).await;
    scene
        .declare("jane", "active", "offboarding: {licenseGracePeriod: 3d}")
        .await;
    for name in ["agent", "jane"] {
        scene.stage.ready(name, "Active").await;
        scene.set_state(name, "deleted").await;
    }
    scene.stage.blocked("agent", "ContactCenterQueuesAssigned").await;
    scene.stage.ready("jane", "Scheduled").await;
    let namespace = scene.stage.namespace.clone();
    let (code, said, _) = scene.onhook(&["explain", "user/agent", "-n", &namespace]).await;
    assert_eq!(code, 0);
    for part in [
        "blocked, at the step ContactCenterQueues",
        "[ContactCenterQueuesAssigned]",
        "to do",
        "By itself",
    ] {
        assert!(said.contains(part), "{part:?} is not in:\n{said}");
    }
    let (_, said, _) = scene.onhook(&["explain", "jane", "-n", &namespace]).await;
    for part in [
        "waiting for a set time, at the step LicenseGracePeriod",
        "By itself, at ",
        "destroyed",
    ] {
        assert!(said.contains(part), "{part:?} is not in:\n{said}");
    }
    let (_, all, _) = scene.onhook(&["explain", "-n", &namespace, "-o", "json"]).await;
    let all: Value = serde_json::from_str(&all).unwrap();
    let lanes: Vec<_> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["lane"].as_str().unwrap())
        .collect();
    assert_eq!(lanes, ["blocked", "waiting"], "{all}");
    let (code, _, said) = scene.onhook(&["explain", "nobody", "-n", &namespace]).await;
    assert_eq!(code, 1);
    assert!(said.contains("There is no User named nobody"), "{said}");
}

#[tokio::test]
async fn what_a_held_user_is_told_to_type_approves_exactly_what_is_held() {
    let scene = Scene::new("approval").await;
    let namespace = scene.stage.namespace.clone();
    let limit = json!({"spec": {"removals": {"limit": {"users": 1, "per": "1h", "quietPeriod": "0s"}}}});
    scene.patch_tenant(limit).await;
    for name in ["jane", "joe"] {
        scene.person(Person::named(name)).await;
        scene.declare(name, "active", "").await;
        scene.stage.ready(name, "Active").await;
    }
    let (code, out, said) = scene.onhook(&["approval", "acme", "-n", &namespace]).await;
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(said.contains("No removal of the Tenant"), "{said}");

    scene.set_states(&["jane", "joe"], "deactivated").await;
    for name in ["jane", "joe"] {
        scene.stage.blocked(name, "RemovalLimit").await;
    }
    super::removals::held(&scene, 2).await;
    let typed = format!("onhook approval acme -n {namespace} | kubectl create -f -");
    let (_, said, _) = scene.onhook(&["explain", "jane", "-n", &namespace]).await;
    assert!(said.contains(&format!("to approve  {typed}")), "{said}");

    let before = scene.kubectl(&["get", "approvals", "--output=name"]).await;
    let (code, manifest, said) = scene
        .onhook(&["approval", "tenant/acme", "-n", &namespace, "--expires", "2h"])
        .await;
    assert_eq!(code, 0, "{said}");
    for name in ["jane", "joe"] {
        assert!(
            manifest.contains(&format!("#   {namespace}/{name} (deactivate)")),
            "{manifest}"
        );
    }
    assert!(
        manifest.contains(": 2\n") && manifest.contains("expiresAt: "),
        "{manifest}"
    );
    assert_eq!(
        scene.kubectl(&["get", "approvals", "--output=name"]).await,
        before,
        "it made one itself"
    );
    let file = scene.stage.file("approval.yaml", &manifest);
    scene.kubectl(&["create", "-f", &file]).await;
    for name in ["jane", "joe"] {
        scene.stage.ready(name, "Deactivated").await;
    }
    scene.judge().await;
}

#[tokio::test]
async fn lists_are_given_in_the_forms_of_kubectl() {
    let scene = Scene::new("forms").await;
    let namespace = scene.stage.namespace.clone();
    scene.person(Person::named("jane")).await;
    scene.declare("jane", "active", "").await;
    scene.stage.ready("jane", "Active").await;
    scene.set_state("jane", "deactivated").await;
    scene.stage.ready("jane", "Deactivated").await;
    let (_, names, _) = scene.onhook(&["explain", "-n", &namespace, "-o", "name"]).await;
    assert_eq!(names, "user.onhook.dev/jane\n");
    let (_, wide, _) = scene.onhook(&["explain", "-n", &namespace, "-o", "wide"]).await;
    let lines: Vec<_> = wide.lines().collect();
    assert_eq!(lines.len(), 2, "{wide}");
    assert!(
        lines[0].starts_with("USER ") && lines[1].starts_with(&format!("{namespace}/jane ")),
        "{wide}"
    );

    let (_, list, _) = scene.onhook(&["records", "list", "-o", "json"]).await;
    let list: Value = serde_json::from_str(&list).unwrap();
    assert_eq!(list["kind"], "List");
    let of_jane = |record: &&Value| record["spec"]["person"]["user"] == json!(format!("{namespace}/jane"));
    let listed = list["items"].as_array().unwrap().iter().find(of_jane).unwrap();
    let record = listed["metadata"]["name"].as_str().unwrap().to_owned();
    let show = async |form: &str| scene.onhook(&["records", "show", &record, "-o", form]).await.1;
    assert_eq!(
        show("name").await,
        format!("offboardingrecord.onhook.dev/{record}\n")
    );
    let shown: Value = serde_json::from_str(&show("json").await).unwrap();
    assert_eq!(
        (&shown["kind"], &shown["metadata"]["name"]),
        (&json!("OffboardingRecord"), &json!(record))
    );
    assert_eq!(
        serde_saphyr::from_str::<Value>(&show("yaml").await).unwrap(),
        shown
    );
    let wide = show("wide").await;
    assert!(
        wide.contains("REQUESTED BY") && wide.lines().nth(1).unwrap().starts_with(&record),
        "{wide}"
    );
    let (_, names, _) = scene.onhook(&["records", "list", "-o", "name"]).await;
    assert!(names.lines().any(|name| name.ends_with(&record)), "{names}");
}

#[tokio::test]
async fn a_plan_takes_objects_without_a_namespace_for_those_of_the_context() {
    let scene = Scene::new("plan-context").await;
    scene.person(Person::named("jane")).await;
    scene.declare("jane", "active", "").await;
    scene.stage.ready("jane", "Active").await;
    let git = Repository::of(&scene);
    let namespace = &scene.stage.namespace;
    let text = manifest(&scene, "jane", "deactivated", "").replace(&format!(", namespace: {namespace}"), "");
    git.put("jane.yaml", &text);
    let kubeconfig = std::fs::read_to_string(scene.stage.cluster.kubeconfig_path()).unwrap();
    let mut kubeconfig: Value = serde_json::from_str(&kubeconfig).unwrap();
    kubeconfig["contexts"][0]["context"]["namespace"] = json!(namespace);
    let file = scene.stage.file("kubeconfig", &kubeconfig.to_string());
    let (code, report) = plan(&scene, &["-f", &git.path(), "--kubeconfig", &file]).await;
    assert_eq!(code, 3, "{report}");
    assert_eq!(user(&report, "jane")["user"], json!(format!("{namespace}/jane")));
    let paint = ["plan", "-f", &git.path(), "-n", namespace, "--color", "always"];
    let (_, out, _) = scene.onhook(&paint).await;
    assert!(out.contains('\u{1b}'), "{out}");
}
