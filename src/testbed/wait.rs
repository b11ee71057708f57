//! Waiting for a condition instead of sleeping for luck.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::Error;

/// Short enough not to be felt, long enough not to load a small machine.
const PAUSE: Duration = Duration::from_millis(50);

/// Asks `probe` until it gives a value; after `deadline` an error that says what was waited for.
pub async fn wait_for<T>(
    what: &str,
    deadline: Duration,
    mut probe: impl AsyncFnMut() -> Option<T>,
) -> Result<T, Error> {
    wait_until(what, deadline, async || probe().await.ok_or("nothing yet")).await
}

/// Like [`wait_for`], for a probe that can say what it saw instead: the last of it is in the error.
pub async fn wait_until<T, S: ToString>(
    what: &str,
    deadline: Duration,
    mut probe: impl AsyncFnMut() -> Result<T, S>,
) -> Result<T, Error> {
    let end = Instant::now() + deadline;
    let mut last_seen = String::from("no answer at all");
    loop {
        match tokio::time::timeout_at(end, probe()).await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(seen)) => last_seen = seen.to_string(),
            Err(_) => {}
        }
        if Instant::now() >= end {
            return Err(Error::Deadline {
                what: what.to_owned(),
                deadline,
                last_seen,
            });
        }
        sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_deadline_says_what_was_waited_for_and_what_was_seen() {
        let error = wait_until("the kettle", Duration::from_millis(60), async || {
            Err::<(), _>("cold water")
        })
        .await;
        let text = error.unwrap_err().to_string();
        assert!(
            text.contains("the kettle") && text.contains("cold water"),
            "{text}"
        );
    }

    #[tokio::test]
    async fn a_probe_that_hangs_meets_the_deadline_too() {
        let waited = wait_for("nothing", Duration::from_millis(60), async || {
            std::future::pending::<()>().await;
            Some(())
        });
        assert!(waited.await.is_err());
    }

    #[tokio::test]
    async fn the_value_comes_as_soon_as_it_is_there() {
        let mut asked = 0;
        let value = wait_for("the third", Duration::from_secs(5), async || {
            asked += 1;
            (asked == 3).then_some(asked)
        });
        assert_eq!(value.await.unwrap(), 3);
    }
}
