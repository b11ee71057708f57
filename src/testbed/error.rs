//! What can go wrong in the testbed, in words for whoever reads a failed test.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Why the testbed could not do what was asked.
#[derive(thiserror::Error)]
pub enum Error {
    /// A file, folder or process of the operating system.
    #[error("{what}: {source}")]
    Io {
        /// What was being done, with the path or the program.
        what: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Certificates or keys could not be made.
    #[error("certificates: {0}")]
    Certificates(#[from] rcgen::Error),
    /// A request to the API server failed.
    #[error("API server: {0}")]
    Kubernetes(#[from] Box<kube::Error>),
    /// A kubeconfig is unreadable or incomplete.
    #[error("kubeconfig {}: {reason}", path.display())]
    Kubeconfig {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Programs are missing and could not be built.
    #[error("programs: {0}")]
    Binaries(String),
    /// A process ended although it was expected to run.
    #[error("{name} ended ({status}); the end of {}:\n{log_tail}", log.display())]
    Exited {
        /// The program.
        name: String,
        /// How it ended.
        status: String,
        /// Its log file.
        log: PathBuf,
        /// The last lines of it.
        log_tail: String,
    },
    /// Something did not happen in time.
    #[error("waited {} s for {what}; last seen: {last_seen}", deadline.as_secs_f32())]
    Deadline {
        /// What was waited for.
        what: String,
        /// How long.
        deadline: Duration,
        /// The last state seen, or the end of a log.
        last_seen: String,
    },
    /// A command ended with an error.
    #[error("{command}: {output}")]
    Command {
        /// The command line.
        command: String,
        /// What it wrote.
        output: String,
    },
    /// A client certificate carries two groups at most here.
    #[error("user {user}: a client certificate carries two groups at most here, {count} were asked for")]
    TooManyGroups {
        /// The user.
        user: String,
        /// How many groups were asked for.
        count: usize,
    },
    /// Only a control plane of our own has the key to sign certificates for other users.
    #[error("an existing cluster has no authority that would sign a certificate for other users")]
    NoAuthority,
}

/// Tests print errors with `{:?}` when they unwrap; the sentence serves there too.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<kube::Error> for Error {
    fn from(error: kube::Error) -> Self {
        Error::Kubernetes(Box::new(error))
    }
}

impl Error {
    /// Wraps an I/O error with what was being done: `.map_err(Error::io("reading x"))`.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Error {
        let what = what.into();
        move |source| Error::Io { what, source }
    }

    /// Whether a process ended because another one had taken its port in the meantime.
    pub(crate) fn lost_a_port(&self) -> bool {
        matches!(self, Error::Exited { log_tail, .. } if log_tail.contains("address already in use"))
    }
}
