//! How far a long read is: a bar on a terminal, a line every few seconds elsewhere. It goes to the standard error.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use super::output;

const REDRAWN: Duration = Duration::from_millis(100);
const SAID_AGAIN: Duration = Duration::from_secs(5);
const WIDTH: usize = 30;

/// How far something is.
pub(super) struct Progress {
    what: &'static str,
    /// How many there are about, where that is known.
    expected: Option<usize>,
    terminal: bool,
    next: Instant,
    drawn: bool,
}

impl Progress {
    /// Something that begins now.
    pub fn new(what: &'static str, expected: Option<usize>) -> Self {
        let terminal = std::io::stderr().is_terminal();
        Self {
            what,
            expected,
            terminal,
            next: Instant::now() + if terminal { REDRAWN } else { SAID_AGAIN },
            drawn: false,
        }
    }

    /// So many are done.
    pub fn at(&mut self, count: usize) {
        let now = Instant::now();
        if now < self.next {
            return;
        }
        let line = line(self.what, count, self.expected, self.terminal);
        if self.terminal {
            draw(&format!("{line}\x1b[K"));
            self.next = now + REDRAWN;
        } else {
            output::tell(line);
            self.next = now + SAID_AGAIN;
        }
        self.drawn = true;
    }
}

impl Drop for Progress {
    /// The bar makes room for what is said next.
    fn drop(&mut self) {
        if self.terminal && self.drawn {
            draw("\x1b[K");
        }
    }
}

/// From the start of the line. What cannot be shown must not stop the work.
fn draw(text: &str) {
    let mut out = std::io::stderr().lock();
    let _ = write!(out, "\r{text}").and_then(|()| out.flush());
}

fn line(what: &str, count: usize, expected: Option<usize>, bar: bool) -> String {
    match expected.filter(|expected| *expected > 0) {
        Some(expected) if bar => {
            let done = (count * WIDTH / expected).min(WIDTH);
            format!(
                "{what} [{}{}] {count} of about {expected}",
                "#".repeat(done),
                "-".repeat(WIDTH - done)
            )
        }
        Some(expected) => format!("{what}: {count} of about {expected}"),
        None => format!("{what}: {count}"),
    }
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn a_bar_is_drawn_only_where_there_is_an_end() {
        assert_eq!(line("Users", 7, None, true), "Users: 7");
        assert_eq!(line("Users", 7, Some(0), true), "Users: 7");
        assert_eq!(line("Users", 7, Some(10), false), "Users: 7 of about 10");
        let half = format!("Users [{}{}] 5 of about 10", "#".repeat(15), "-".repeat(15));
        assert_eq!(line("Users", 5, Some(10), true), half);
        assert!(line("Users", 12, Some(10), true).contains(&"#".repeat(30)));
    }
}
