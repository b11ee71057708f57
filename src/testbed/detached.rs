//! Processes that were left running on purpose, to be ended by a later run.

use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

use super::{Error, wait_for};

/// A process that outlives the one that started it. Written to a file by whoever keeps it, and read back to end it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detached {
    /// The program's name, for messages.
    pub name: String,
    /// The process id.
    pub pid: u32,
    /// When it started, in clock ticks since boot: with the id it names one process for good, so that a file that is
    /// read long after never ends a stranger.
    pub started: u64,
}

impl Detached {
    pub(crate) fn of(name: &str, pid: u32) -> Result<Detached, Error> {
        let gone = || Error::Binaries(format!("{name} (process {pid}) had ended before it was detached"));
        let started = started(pid).ok_or_else(gone)?;
        Ok(Detached {
            name: name.to_owned(),
            pid,
            started,
        })
    }

    /// Whether it still runs.
    pub fn is_running(&self) -> bool {
        started(self.pid) == Some(self.started)
    }

    /// SIGTERM, then SIGKILL after `deadline`; fine where it has already ended.
    pub async fn end(&self, deadline: Duration) -> Result<(), Error> {
        let what = format!("the end of {} (process {})", self.name, self.pid);
        self.signal(Signal::SIGTERM)?;
        if wait_for(&what, deadline, async || (!self.is_running()).then_some(()))
            .await
            .is_ok()
        {
            return Ok(());
        }
        self.signal(Signal::SIGKILL)?;
        wait_for(&what, deadline, async || (!self.is_running()).then_some(())).await
    }

    fn signal(&self, signal: Signal) -> Result<(), Error> {
        if !self.is_running() {
            return Ok(());
        }
        let sending = format!("sending {signal} to {}", self.name);
        kill(Pid::from_raw(self.pid.cast_signed()), signal).map_err(|errno| Error::io(sending)(errno.into()))
    }
}

/// The start time of a process from /proc, or `None` where it is gone or only waits to be reaped.
fn started(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The program's name stands in parentheses and may hold spaces and parentheses itself.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    // Field 22 of the line; the state is field 3.
    let started = fields.nth(18)?.parse().ok()?;
    (state != "Z" && state != "X").then_some(started)
}
