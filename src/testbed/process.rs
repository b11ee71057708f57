//! Child processes that never outlive this one by accident.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::leash::Leash;
use super::{Detached, Error, wait_for};

/// A running child with its log file. Dropping it ends it and all it started with SIGKILL; so does the end of this
/// process, whatever its cause.
pub struct Process {
    name: String,
    child: Child,
    /// `None` once detached.
    leash: Option<Leash>,
    log: PathBuf,
}

impl Process {
    /// Starts `command`, appending what it writes (stdout and stderr) to `log_file`; stdin is empty.
    pub fn spawn(mut command: Command, log_file: impl Into<PathBuf>) -> Result<Process, Error> {
        let log = log_file.into();
        let program = PathBuf::from(command.get_program());
        let name = program
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let opening = || format!("opening the log {}", log.display());
        let out = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .map_err(Error::io(opening()))?;
        let err = out.try_clone().map_err(Error::io(opening()))?;
        let leash = Leash::on_group()?;
        let child = command
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .process_group(leash.group())
            .spawn()
            .map_err(Error::io(format!("starting {}", program.display())))?;
        Ok(Process {
            name,
            child,
            leash: Some(leash),
            log,
        })
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The file that holds what the process wrote.
    pub fn log_file(&self) -> &Path {
        &self.log
    }

    /// The last lines of the log.
    pub fn log_tail(&self, lines: usize) -> String {
        let text = fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let all: Vec<&str> = text.lines().collect();
        all[all.len().saturating_sub(lines)..].join("\n")
    }

    /// How the process ended, or `None` while it runs.
    pub fn exit_status(&mut self) -> Result<Option<ExitStatus>, Error> {
        self.child
            .try_wait()
            .map_err(Error::io(format!("waiting for {}", self.name)))
    }

    /// An error with the end of the log where the process no longer runs.
    pub fn check_running(&mut self) -> Result<(), Error> {
        let Some(status) = self.exit_status()? else {
            return Ok(());
        };
        let (name, log) = (self.name.clone(), self.log.clone());
        Err(Error::Exited {
            name,
            status: status.to_string(),
            log,
            log_tail: self.log_tail(30),
        })
    }

    /// SIGKILL, as a crash would be; returns when the process is gone. One that has already ended is fine.
    pub fn kill(&mut self) -> Result<ExitStatus, Error> {
        // Child::kill knows whether the process was already waited for, so that no stranger with its id is hit.
        self.child
            .kill()
            .map_err(Error::io(format!("killing {}", self.name)))?;
        self.child
            .wait()
            .map_err(Error::io(format!("waiting for {}", self.name)))
    }

    /// Sends a signal; one that has already ended is fine.
    pub fn signal(&mut self, signal: Signal) -> Result<(), Error> {
        if self.exit_status()?.is_some() {
            return Ok(());
        }
        let sending = format!("sending {signal} to {}", self.name);
        kill(Pid::from_raw(self.id().cast_signed()), signal).map_err(|errno| Error::io(sending)(errno.into()))
    }

    /// SIGTERM, then waits for the end; past `deadline` it is killed, and that is an error.
    pub async fn terminate(&mut self, deadline: Duration) -> Result<ExitStatus, Error> {
        self.signal(Signal::SIGTERM)?;
        let ended = self.wait(deadline).await;
        if ended.is_err() {
            self.kill()?;
        }
        ended
    }

    /// Waits until the process ends by itself.
    pub async fn wait(&mut self, deadline: Duration) -> Result<ExitStatus, Error> {
        let what = format!("the end of {} (process {})", self.name, self.id());
        match wait_for(&what, deadline, async || self.exit_status().transpose()).await {
            Ok(status) => status,
            Err(Error::Deadline { what, deadline, .. }) => Err(Error::Deadline {
                what,
                deadline,
                last_seen: format!("it runs\n{}", self.log_tail(10)),
            }),
            Err(other) => Err(other),
        }
    }

    /// Lets the process go on after this one has ended (`make demo KEEP=1`); what comes back can end it later, also
    /// from another process.
    pub fn detach(mut self) -> Result<Detached, Error> {
        self.check_running()?;
        let detached = Detached::of(&self.name, self.id())?;
        if let Some(leash) = self.leash.take() {
            leash.release()?;
        }
        Ok(detached)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(leash) = self.leash.take() {
            // The leash ends what the process may have started; its own end comes first, to be reaped.
            let _ = self.child.kill();
            let _ = self.child.wait();
            drop(leash);
        }
    }
}

/// The program `name` of this project, built beside the running executable (a test runs from `deps`, one further down).
pub fn project_binary(name: &str) -> Result<PathBuf, Error> {
    let current = std::env::current_exe().map_err(Error::io("finding the running executable"))?;
    let beside = current.parent().unwrap_or(Path::new("."));
    let folder = if beside.ends_with("deps") {
        beside.parent().unwrap_or(beside)
    } else {
        beside
    };
    let binary = folder.join(name);
    match binary.is_file() {
        true => Ok(binary),
        false => Err(Error::Binaries(format!(
            "{} is not built; run `cargo build --bins`",
            binary.display()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);

    /// Runs a shell script that says `ready` once it is set up.
    async fn script(text: &str) -> (Process, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", text]);
        let process = Process::spawn(command, folder.path().join("log")).unwrap();
        wait_for("the script", PATIENCE, async || {
            process.log_tail(5).contains("ready").then_some(())
        })
        .await
        .unwrap();
        (process, folder)
    }

    fn is_running(pid: &str) -> bool {
        Detached::of("it", pid.parse().unwrap()).is_ok()
    }

    #[tokio::test]
    async fn sigterm_lets_a_process_finish_and_its_status_is_told() {
        let (mut process, _folder) =
            script("trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.1; done").await;
        let status = process.terminate(PATIENCE).await.unwrap();
        assert_eq!((status.code(), process.log_tail(1).as_str()), (Some(3), "bye"));
        assert!(process.check_running().unwrap_err().to_string().contains("bye"));
    }

    #[tokio::test]
    async fn a_process_deaf_to_sigterm_is_killed_after_the_deadline() {
        let (mut process, _folder) = script("trap '' TERM; echo ready; while :; do sleep 0.1; done").await;
        assert!(process.terminate(Duration::from_millis(200)).await.is_err());
        assert!(process.exit_status().unwrap().is_some());
    }

    #[tokio::test]
    async fn what_a_process_started_goes_with_it() {
        let (process, _folder) = script("sleep 1000 & echo $!; echo ready; wait").await;
        let grandchild = process.log_tail(2).lines().next().unwrap().to_owned();
        assert!(is_running(&grandchild));
        drop(process);
        wait_for("the grandchild to end", PATIENCE, async || {
            (!is_running(&grandchild)).then_some(())
        })
        .await
        .unwrap();
    }

    #[tokio::test]
    async fn a_detached_process_lives_on_and_only_it_is_ended() {
        let (mut process, _folder) = script("echo ready; exec sleep 1000").await;
        let pid = process.id();
        let stranger = Detached {
            started: 1,
            ..Detached::of("sleep", pid).unwrap()
        };
        stranger.end(PATIENCE).await.unwrap();
        assert!(
            process.exit_status().unwrap().is_none(),
            "another process with the same id is left alone"
        );
        let detached = process.detach().unwrap();
        assert!(detached.is_running());
        detached.end(PATIENCE).await.unwrap();
        assert!(!detached.is_running());
    }

    #[tokio::test]
    async fn a_process_that_cannot_start_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = Process::spawn(Command::new("/no/such/program"), folder.path().join("log"))
            .err()
            .unwrap();
        assert!(error.to_string().contains("/no/such/program"));
    }
}
