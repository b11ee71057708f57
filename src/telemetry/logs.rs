//! Logs on stderr, as text or as JSON lines, filtered by `RUST_LOG`; what is filtered can be changed while it runs.

use std::sync::{Arc, Mutex, PoisonError};

use tracing::Subscriber;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::reload;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{EnvFilter, Registry};

use super::traces::Traces;

/// The longest filter that is taken.
const LONGEST: usize = 1024;

/// How logs are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// JSON lines for machines.
    Json,
}

/// What is logged, which can be changed while the process runs.
#[derive(Clone, Debug)]
pub struct LogLevel {
    filter: reload::Handle<EnvFilter, Registry>,
    words: Arc<Mutex<String>>,
}

/// Why a filter is not taken.
#[derive(Debug, thiserror::Error)]
pub enum LogLevelError {
    /// It is none.
    #[error(
        "not a filter of logs: it is a level (error, warn, info, debug, trace, off), or such as info,onhook=debug"
    )]
    Unreadable,
    /// Nobody logs any more.
    #[error("the filter of logs cannot be changed")]
    Gone,
}

impl LogLevel {
    /// A filter for a subscriber, and what changes it.
    fn new(words: &str) -> (reload::Layer<EnvFilter, Registry>, Self) {
        let (filter, handle) = reload::Layer::new(EnvFilter::new(words));
        let words = Arc::new(Mutex::new(words.to_owned()));
        (
            filter,
            Self {
                filter: handle,
                words,
            },
        )
    }

    /// What is logged now, in the words of `RUST_LOG`.
    pub fn get(&self) -> String {
        self.words.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Logs this from now on, in the words of `RUST_LOG`.
    pub fn set(&self, words: &str) -> Result<(), LogLevelError> {
        let words = words.trim();
        let filter = parsed(words).ok_or(LogLevelError::Unreadable)?;
        let mut known = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        self.filter.reload(filter).map_err(|_| LogLevelError::Gone)?;
        words.clone_into(&mut known);
        Ok(())
    }
}

/// A word that is no level would be taken for the name of a module, so that nothing else is logged: a first word alone has
/// to be a level.
fn parsed(words: &str) -> Option<EnvFilter> {
    let levels = ["off", "error", "warn", "info", "debug", "trace"];
    let plain =
        |word: &str| word.contains('=') || levels.iter().any(|level| level.eq_ignore_ascii_case(word));
    let usable =
        !words.is_empty() && words.len() <= LONGEST && words.split(',').all(|word| plain(word.trim()));
    usable.then(|| EnvFilter::try_new(words).ok()).flatten()
}

/// Starts logging for the process, and traces where there are any. Fails if that was done before.
pub fn init(format: LogFormat, traces: Option<&Traces>) -> Result<LogLevel, TryInitError> {
    let words = std::env::var(EnvFilter::DEFAULT_ENV).ok();
    let words = words.filter(|words| EnvFilter::try_new(words).is_ok() && !words.is_empty());
    let (filter, level) = LogLevel::new(words.as_deref().unwrap_or("info"));
    let registry = tracing_subscriber::registry()
        .with(lines(format).with_filter(filter))
        .with(traces.map(Traces::layer));
    registry.try_init()?;
    Ok(level)
}

fn lines<S>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    match format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().boxed(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A level for a test, on its own subscriber, which logs into nothing.
    pub fn level(words: &str) -> (impl Subscriber + Send + Sync, LogLevel) {
        let (filter, level) = LogLevel::new(words);
        let lines = tracing_subscriber::fmt::layer().with_writer(std::io::sink);
        (
            tracing_subscriber::registry().with(lines.with_filter(filter)),
            level,
        )
    }

    #[test]
    fn the_level_is_changed_while_it_runs() {
        let (subscriber, level) = level("info");
        let _guard = tracing::subscriber::set_default(subscriber);
        assert!(!tracing::enabled!(tracing::Level::DEBUG));
        level.set(" debug\n").unwrap();
        assert_eq!(level.get(), "debug");
        assert!(tracing::enabled!(tracing::Level::DEBUG));
        level.set("warn,onhook=trace").unwrap();
        assert!(tracing::enabled!(tracing::Level::TRACE));
        assert!(!tracing::enabled!(target: "kube", tracing::Level::INFO));
    }

    #[test]
    fn what_is_no_level_changes_nothing() {
        let (_subscriber, level) = level("info");
        for bad in [
            "",
            "loud",
            "onhook",
            "info,,",
            "onhook=loud",
            "[{",
            &"a=info,".repeat(200),
        ] {
            assert!(level.set(bad).is_err(), "{bad}");
        }
        assert_eq!(level.get(), "info");
    }
}
