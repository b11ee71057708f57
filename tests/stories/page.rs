//! The pages of `examples/`: a table of commands, each with what to expect.

use std::path::Path;

/// One row of a page.
pub struct Row {
    pub command: String,
    pub expect: String,
}

/// The rows of the table of a page.
pub fn rows(page: &Path) -> Vec<Row> {
    let text = std::fs::read_to_string(page).unwrap();
    let rows = text.lines().filter_map(|line| {
        let inner = line
            .strip_prefix("| `")?
            .strip_suffix(" |")?
            .replace("\\|", "\u{1}");
        let (command, expect) = inner.split_once("` | ")?;
        Some(Row {
            command: command.replace('\u{1}', "|"),
            expect: expect.to_owned(),
        })
    });
    rows.collect()
}
