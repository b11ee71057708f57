//! The board while three hundred leavers run: all of them change lanes again and again, and what a browser shows is whole the
//! whole time, and right in the end.

use std::convert::Infallible;
use std::time::Duration;

use futures::{StreamExt, stream};
use kube::{Api, ResourceExt};
use onhook::api::User;
use onhook::testbed::{self, wait_until};

use super::people::{self, LANES, one, set_status, status};
use super::{Board, count, in_a_browser};

/// How many go from lane to lane; the others of the three hundred stay where they are.
const MOVING: usize = 288;
const STILL: usize = 12;
/// How often each of them changes lanes.
const STEPS: usize = 4;
/// A browser may have to be found, and Playwright be installed.
const BEGIN: Duration = Duration::from_secs(300);

/// One in thirty has as long a name as people have.
fn name(number: usize) -> String {
    match number % 30 {
        0 => format!("maximiliana-alexandra-hohenstein-wittelsbach-von-und-zu-langenburg-{number:03}"),
        _ => format!("leaver-{number:03}"),
    }
}

#[tokio::test]
async fn the_board_is_whole_and_light_while_three_hundred_leavers_run() {
    let cluster = testbed::shared().await.unwrap_or_else(|error| panic!("{error}"));
    let namespace = cluster.namespace("running").await.unwrap();
    let client = cluster.client().await.unwrap();
    people::make_tenant(&client, &namespace).await;
    let users: Api<User> = Api::namespaced(client.clone(), &namespace);
    let moving = (0..MOVING).map(|number| (name(number), "running"));
    let still = (0..STILL).map(|number| (format!("still-{number:02}"), "waiting"));
    let all: Vec<_> = moving.chain(still).collect();
    stream::iter(&all)
        .for_each_concurrent(16, |(name, lane)| one(&users, name, "deleted", status(lane)))
        .await;
    let board = Board::start(cluster, "running", &["--namespace", &namespace]).await;
    board
        .says("", &[&count("Running", MOVING), &count("Waiting", STILL)])
        .await;
    // Where there is no browser nobody looks, and it ends with that.
    tokio::select! {
        () = in_a_browser(cluster, &namespace, &board, "board-running.test.mjs") => {}
        never = run_once_looked_at(&users) => match never {},
    }
}

/// Has them all go through lanes, as many at a time as an operator works on, once the browser says that it looks.
async fn run_once_looked_at(users: &Api<User>) -> Infallible {
    let looked_at = wait_until("the browser to look", BEGIN, async || {
        let first = users.get("still-00").await.map_err(|error| error.to_string())?;
        match first.annotations().contains_key("test.onhook.dev/looked-at") {
            true => Ok(()),
            false => Err("nobody looks".to_owned()),
        }
    });
    looked_at.await.unwrap_or_else(|error| panic!("{error}"));
    for step in 1..=STEPS {
        stream::iter(0..MOVING)
            .for_each_concurrent(8, |number| async move {
                let lane = LANES[(number + step) % LANES.len()];
                set_status(users, &name(number), status(lane)).await;
            })
            .await;
    }
    // By this one the browser knows that all others came before.
    one(users, "leaver-1-last", "deleted", status("done")).await;
    std::future::pending().await
}
