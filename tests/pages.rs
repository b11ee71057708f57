//! Every command of the documents is run: on a real API server, with the chart's objects and the real operator at work on an
//! embedded account, by kubectl, helm, onhook and kubectl-onhook as the people do it for whom the page is. A command must end
//! well and say something; what a page shows of it must be in it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "pages/acts.rs"]
mod acts;
#[path = "pages/cast.rs"]
mod cast;
#[path = "pages/lists.rs"]
mod lists;
#[path = "pages/node.rs"]
mod node;
#[path = "pages/player.rs"]
mod player;
#[path = "operator/process.rs"]
#[allow(dead_code, reason = "test binaries share it, and each uses its part")]
mod process;
#[path = "pages/reading.rs"]
mod reading;
#[path = "pages/stage.rs"]
mod stage;

use process::Operator;
use stage::Stage;

#[tokio::test]
async fn every_command_of_the_documents_is_run_and_works() {
    let stage = Stage::set().await;
    let mut operator = Operator::named(stage.cluster, "pages");
    let node = node::keep_ready(stage.stands.client.clone());
    acts::start(&stage, &mut operator).await;
    acts::install(&stage).await;
    acts::cast(&stage).await;
    acts::files(&stage, &operator).await;
    stage
        .play("README.md", |section| section != "In the pull request")
        .await;
    acts::pull_request(&stage).await;
    let pages: Vec<_> = reading::pages()
        .iter()
        .map(|page| page.display().to_string())
        .collect();
    // The last ones uninstall.
    let last = |page: &str| page == "docs/operations.md" || page.starts_with("charts/");
    for page in pages.iter().filter(|page| !last(page)) {
        stage.play(page, |_| true).await;
    }
    // What the runbooks told has happened.
    stage.stands.until("mass-101", "Deleted").await;
    stage.stands.until("unanswered", "Deleted").await;

    let ends = |section: &str| section.starts_with("Leaving") || section == "Uninstall";
    stage.play("docs/operations.md", |section| !ends(section)).await;
    stage.play("charts/onhook-tenant/README.md", |_| true).await;
    let written = stage.writes();
    stage.play("docs/operations.md", ends).await;
    assert_eq!(stage.writes(), written, "who was let go of was written to");
    stage.play("charts/onhook/README.md", |_| true).await;
    operator.kill();
    node.abort();

    let wrong = stage.wrong.lock().unwrap();
    assert!(
        wrong.is_empty(),
        "{} commands are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    let done = stage.done.lock().unwrap();
    for command in pages.iter().flat_map(|page| reading::commands(page)) {
        let key = (command.page.clone(), command.text.clone());
        assert!(done.contains(&key), "it was not run: {key:?}");
    }
    assert!(done.len() > 80, "the documents are not read: {}", done.len());
}

#[test]
fn what_is_not_run_is_still_there_and_what_is_in_capitals_is_known() {
    let pages = reading::pages().into_iter();
    let all: Vec<_> = pages
        .flat_map(|page| reading::commands(&page.display().to_string()))
        .collect();
    let listed = lists::NOT_RUN.iter().map(|(part, _)| part);
    let listed = listed.chain(lists::FAIL.iter().map(|(part, _)| part));
    let listed = listed
        .chain(lists::CODES.iter().map(|(part, _)| part))
        .chain(&lists::ENDLESS)
        .chain(&lists::QUIET);
    for part in listed {
        assert!(
            all.iter().any(|command| command.text.contains(part)),
            "no page says {part}"
        );
    }
    for command in all.iter().filter(|command| lists::not_run(command).is_none()) {
        for word in lists::in_capitals(&command.text) {
            let known = lists::PLACEHOLDERS.contains(&word) || lists::NO_PLACEHOLDERS.contains(&word);
            assert!(
                known,
                "{}: nothing stands for {word}: {}",
                command.page, command.text
            );
        }
    }
}
