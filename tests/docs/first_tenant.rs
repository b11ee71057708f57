//! What a new user copies first writes nothing: no Tenant that is shown acts, or deletes at once.

use std::path::Path;

use crate::files;

/// Each YAML that the documents and examples show, with where it stands.
fn shown() -> Vec<(String, String)> {
    let examples = files(Path::new("examples"), "yaml").into_iter();
    let examples = examples.filter(|path| !path.components().any(|part| part.as_os_str() == "testdata"));
    let mut shown: Vec<_> = examples
        .map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap()))
        .collect();
    let pages = files(Path::new("docs"), "md").into_iter();
    let pages = pages.chain(files(Path::new("charts"), "md"));
    for page in pages.chain(["README.md".into()]) {
        let text = std::fs::read_to_string(&page).unwrap();
        let blocks = text.split("```yaml\n").skip(1);
        let blocks = blocks.filter_map(|rest| rest.split("```").next());
        shown.extend(blocks.map(|block| (page.display().to_string(), block.to_owned())));
    }
    shown
}

#[test]
fn no_tenant_that_is_shown_begins_with_writing() {
    let shown = shown();
    let tenants: Vec<_> = shown
        .iter()
        .filter(|(_, text)| text.contains("adminApi:"))
        .collect();
    assert!(tenants.len() >= 4, "{tenants:?}");
    for (place, text) in tenants {
        assert!(
            text.contains("mode: Observe"),
            "{place} does not begin with Observe"
        );
        for wrong in [
            "mode: Enforce",
            "deletionPolicy: Delete}",
            "deletionPolicy: Delete\n",
            "deletionDelay:",
        ] {
            assert!(!text.contains(wrong), "{place} says {wrong}");
        }
    }
}
