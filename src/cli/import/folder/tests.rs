use super::block::HEADER;
use super::*;

fn tenant() -> TenantRef {
    TenantRef {
        name: "acme".to_owned(),
        namespace: None,
    }
}

fn body(name: &str, id: &str, state: &str) -> String {
    format!(
        "kind: User\nmetadata:\n  name: {name}\nspec:\n  tenantRef:\n    name: acme\n  userId: '{id}'\n  state: {state}\n"
    )
}

/// An import of people into a folder.
fn import(root: &Path, by: By, people: &[(&str, &str, &str)]) -> Result<(Vec<Put>, Files), CliError> {
    let mut folder = Folder::read(root)?;
    let put = people.iter().map(|(name, id, state)| {
        let file = match by {
            By::User => by.file(name),
            By::Site => by.file("here"),
        };
        folder.put(id, name, file, &body(name, id, state))
    });
    let put = put.collect();
    Ok((put, folder.write()?))
}

fn text(root: &Path, path: &str) -> String {
    std::fs::read_to_string(root.join(path)).unwrap()
}

/// Path and text of every file.
fn all(root: &Path) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    for folder in ["", "users", "sites"] {
        let paths = yaml_files(&root.join(folder)).unwrap();
        files.extend(paths.into_iter().map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            (path, text)
        }));
    }
    files
}

#[test]
fn a_second_import_changes_nothing() {
    for by in By::ALL {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let people = [("b", "2", "active"), ("a", "1", "active")];
        let (put, files) = import(root, by, &people).unwrap();
        assert_eq!(put, [Put::New, Put::New]);
        assert_eq!(files.unchanged, 0);
        let before = all(root);
        let turned = [people[1], people[0]];
        let (put, files) = import(root, by, &turned).unwrap();
        assert_eq!(put, [Put::Same, Put::Same]);
        assert_eq!(files.written, 0);
        assert_eq!(all(root), before);
    }
}

#[test]
fn what_somebody_edited_stays_beside_what_changes() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let people = [("a", "1", "active"), ("b", "2", "active")];
    import(root, By::Site, &people).unwrap();
    let file = "sites/here.yaml";
    let edited = text(root, file).replacen("state: active", "state: deleted", 1);
    std::fs::write(root.join(file), edited.replace('\n', "\r\n")).unwrap();
    let later = [
        ("a", "1", "active"),
        ("b", "2", "deactivated"),
        ("c", "3", "active"),
    ];
    let (put, files) = import(root, By::Site, &later).unwrap();
    assert_eq!(put, [Put::Edited, Put::Changed, Put::New]);
    assert_eq!(files.written, 1);
    let states: Vec<_> = text(root, file)
        .lines()
        .filter_map(|line| line.strip_prefix("  state: ").map(str::to_owned))
        .collect();
    assert_eq!(states, ["deleted", "deactivated", "active"]);
    let (put, _) = import(root, By::Site, &later).unwrap();
    assert_eq!(put, [Put::Edited, Put::Same, Put::Same]);
}

#[test]
fn what_somebody_added_to_a_file_stays() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    import(root, By::Site, &[("b", "2", "active")]).unwrap();
    let file = "sites/here.yaml";
    let (head, rest) = {
        let text = text(root, file);
        let (head, rest) = text.split_once('\n').unwrap();
        (head.to_owned(), rest.to_owned())
    };
    let own = "---\nkind: User\nmetadata: {name: own}\nspec: {tenantRef: {name: acme}, userId: '9'}\n";
    std::fs::write(root.join(file), format!("{head}\n{own}{rest}")).unwrap();
    let later = [
        ("a", "1", "active"),
        ("b", "2", "deactivated"),
        ("other", "9", "active"),
    ];
    let (put, _) = import(root, By::Site, &later).unwrap();
    assert_eq!(put, [Put::New, Put::Changed, Put::Edited]);
    let text = text(root, file);
    assert!(
        text.starts_with(&format!("{HEADER}{own}---\n# as imported: a ")),
        "{text}"
    );
    assert!(!text.contains("name: other"));
}

#[test]
fn who_has_a_place_keeps_it_and_who_is_gone_is_told_and_stays_listed() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    import(root, By::User, &[("a", "1", "active"), ("b", "2", "active")]).unwrap();
    import(root, By::Site, &[("a", "1", "deactivated"), ("c", "3", "active")]).unwrap();
    let list = text(root, KUSTOMIZATION);
    assert!(
        list.ends_with("resources:\n- sites/here.yaml\n- users/a.yaml\n- users/b.yaml\n"),
        "{list}"
    );
    assert!(text(root, "users/a.yaml").contains("deactivated"));
    let read = Folder::read(root).unwrap();
    let there = HashSet::from(["1", "3"]);
    assert_eq!(read.gone(&tenant(), &there), ["b"]);
    let other = TenantRef {
        name: "other".to_owned(),
        ..tenant()
    };
    assert!(read.gone(&other, &there).is_empty(), "people of another account");
    assert_eq!(read.names()["2"], "b");
}

#[test]
fn a_file_of_somebody_else_is_never_written_over() {
    for path in ["users/a.yaml", KUSTOMIZATION] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir(root.join("users")).unwrap();
        std::fs::write(root.join(path), "kind: Mine\n").unwrap();
        let error = import(root, By::User, &[("a", "1", "active"), ("b", "2", "active")]).unwrap_err();
        assert!(error.to_string().contains(path), "{error}");
        assert_eq!(all(root).len(), 1, "nothing was written");
        assert_eq!(text(root, path), "kind: Mine\n");
    }
}

#[test]
fn a_file_that_is_no_yaml_any_more_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    import(root, By::User, &[("a", "1", "active")]).unwrap();
    let broken = text(root, "users/a.yaml").replace("metadata:", "<<<<<<< HEAD\nmetadata: [");
    std::fs::write(root.join("users/a.yaml"), &broken).unwrap();
    let error = import(root, By::User, &[("b", "2", "active")]).unwrap_err();
    assert!(error.to_string().contains("users/a.yaml"), "{error}");
    assert_eq!(text(root, "users/a.yaml"), broken);
}

#[test]
fn a_list_that_somebody_edited_is_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    import(root, By::User, &[("a", "1", "active")]).unwrap();
    let edited = text(root, KUSTOMIZATION) + "namespace: people\n";
    std::fs::write(root.join(KUSTOMIZATION), &edited).unwrap();
    assert!(
        !import(root, By::User, &[("a", "1", "active")])
            .unwrap()
            .1
            .unlisted
    );
    assert!(
        import(root, By::User, &[("b", "2", "active")])
            .unwrap()
            .1
            .unlisted
    );
    assert_eq!(text(root, KUSTOMIZATION), edited);
}
