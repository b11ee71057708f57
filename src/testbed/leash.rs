//! What ends our children when this process ends, however it ends.
//!
//! A leash is a small shell that reads from a pipe whose other end only this process holds. When this process goes, also
//! by SIGKILL, the kernel closes the pipe, the read returns, and the shell does its work. (A parent death signal would
//! not do: it fires when the *thread* that spawned a child ends, and test threads end after each test.)

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::Error;

/// Ends the whole process group of the shell, and with it the shell.
const END_GROUP: &str = r#"trap '' INT TERM HUP; read -r word; [ "$word" = release ] && exit; kill -KILL 0"#;

/// Removes a folder. Processes that are just being killed may still write there, so it tries again for 10 s.
const REMOVE_FOLDER: &str = r#"trap '' INT TERM HUP; read -r word; [ "$word" = release ] && exit
n=0; while ! rm -rf -- "$1" && [ $n -lt 100 ]; do n=$((n + 1)); sleep 0.1; done"#;

/// Held by whoever wants something ended or removed; it happens when the leash is dropped or this process ends.
pub(crate) struct Leash {
    shell: Child,
}

impl Leash {
    /// A leash on a new process group; processes spawned into [`Leash::group`] end with it.
    pub(crate) fn on_group() -> Result<Leash, Error> {
        Leash::start(END_GROUP, None)
    }

    /// A leash that removes `folder`.
    pub(crate) fn on_folder(folder: &Path) -> Result<Leash, Error> {
        Leash::start(REMOVE_FOLDER, Some(folder))
    }

    fn start(script: &str, argument: Option<&Path>) -> Result<Leash, Error> {
        let shell = Command::new("/bin/sh")
            .args(["-c", script, "leash"])
            .args(argument)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A group of its own: Ctrl-C in a terminal must reach our process only.
            .process_group(0)
            .spawn()
            .map_err(Error::io("starting /bin/sh"))?;
        Ok(Leash { shell })
    }

    /// The process group that this leash leads and ends.
    pub(crate) fn group(&self) -> i32 {
        self.shell.id().cast_signed()
    }

    /// Lets go: nothing is ended or removed.
    pub(crate) fn release(mut self) -> Result<(), Error> {
        if let Some(stdin) = self.shell.stdin.as_mut() {
            stdin
                .write_all(b"release\n")
                .map_err(Error::io("releasing a process"))?;
        }
        Ok(())
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        // Nothing could be done about a failure here, and the shell ends by itself.
        let _ = self.shell.wait();
    }
}
