//! The file that keeps an account over a restart.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{account::Account, clock::Moment, operations::Operations, world::Shared};

/// How often is looked whether there is something to write.
const PAUSE: Duration = Duration::from_millis(200);

/// What the file keeps. Journal, faults, scrolls, tokens and rate limits begin anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) account: Account,
    pub(crate) operations: Operations,
    /// Account time when it was written; it stands still while nothing runs.
    pub(crate) moment: Moment,
}

impl State {
    /// A new account.
    pub(crate) fn new(account: Account) -> Self {
        Self {
            account,
            operations: Operations::default(),
            moment: 0.0,
        }
    }

    /// Reads the file, if it is there.
    ///
    /// # Errors
    /// It cannot be read, or is not a state.
    pub(crate) fn read(path: &Path) -> io::Result<Option<Self>> {
        match std::fs::read(path) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes the file: the old one stays whole until the new one is.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        let mut next = path.as_os_str().to_owned();
        next.push(".next");
        let next = PathBuf::from(next);
        let mut file = std::fs::File::create(&next)?;
        serde_json::to_writer(io::BufWriter::new(&mut file), self)?;
        file.sync_all()?;
        std::fs::rename(next, path)
    }
}

/// Writes the file whenever something changed, for ever.
pub(crate) async fn keep(world: Shared, path: PathBuf, mut written: u64) {
    loop {
        tokio::time::sleep(PAUSE).await;
        let (version, state) = {
            let world = world.now();
            if world.version == written {
                continue;
            }
            (world.version, world.state())
        };
        let path = path.clone();
        match tokio::task::spawn_blocking(move || state.write(&path)).await {
            Ok(Ok(())) => written = version,
            Ok(Err(error)) => tracing::warn!(%error, "the state file could not be written"),
            Err(error) => tracing::warn!(%error, "the state file could not be written"),
        }
    }
}
