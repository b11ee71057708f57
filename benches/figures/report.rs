//! What was measured: a table on the screen, `target/bench/figures.json`, the table in `docs/performance.md`.
//!
//! A run of some parts replaces their figures and leaves the others as they were measured last.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Zoned;
use onhook::testbed::project_folder;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::catalogue::{self, number};
use crate::options::Options;
use crate::{Figures, Outcome, plots};

/// Where the table stands in the document.
const BEGIN: &str = "<!-- figures: written by make bench -->";
const END: &str = "<!-- end of figures -->";

/// A figure, and with what it was measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Measured {
    /// The value.
    pub value: f64,
    leavers: usize,
    scale: u32,
    day: String,
}

/// All figures that were measured so far.
pub struct Report {
    folder: PathBuf,
    measured: BTreeMap<String, Measured>,
}

impl Report {
    /// Reads what earlier runs measured.
    ///
    /// # Errors
    /// The folder cannot be made, or what is in it cannot be read.
    pub fn open() -> Outcome<Self> {
        let folder = project_folder().join("target/bench");
        std::fs::create_dir_all(&folder)?;
        let known = folder.join("measured.json");
        let measured = match known.is_file() {
            true => serde_json::from_slice(&std::fs::read(known)?)?,
            false => BTreeMap::new(),
        };
        Ok(Self { folder, measured })
    }

    /// Takes figures, and writes them down at once: the parts after it may fail.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn take(&mut self, figures: Figures, options: &Options) -> Outcome<()> {
        for (key, value) in figures {
            eprintln!("bench: {key} = {}", number(value));
            let measured = Measured {
                value,
                leavers: options.leavers,
                scale: options.scale,
                day: Zoned::now().date().to_string(),
            };
            self.measured.insert(key.to_owned(), measured);
        }
        self.write()
    }

    /// Forgets figures whose part failed.
    ///
    /// # Errors
    /// What is left cannot be written.
    pub fn forget(&mut self, keys: &[&str]) -> Outcome<()> {
        self.measured.retain(|key, _| !keys.contains(&key.as_str()));
        self.write()
    }

    /// Prints the table, and writes it and the plots into the documents.
    ///
    /// # Errors
    /// Something cannot be written.
    pub fn publish(&self) -> Outcome<()> {
        println!(
            "{}",
            self.table(&["figure", "goal", "measured", ""], |key, _, row| {
                let mark = match row.reached {
                    _ if row.goal.is_empty() => "",
                    true => "reached",
                    false => "MISSED",
                };
                vec![key.to_owned(), row.goal, row.value, mark.to_owned()]
            })
        );
        let docs = project_folder().join("docs");
        self.write_into(&docs.join("performance.md"))?;
        plots::draw(&self.values(), &docs.join("performance"))
    }

    fn values(&self) -> BTreeMap<&str, f64> {
        let values = self.measured.iter();
        values
            .map(|(key, measured)| (key.as_str(), measured.value))
            .collect()
    }

    fn write(&self) -> Outcome<()> {
        let known = serde_json::to_vec_pretty(&self.measured)?;
        std::fs::write(self.folder.join("measured.json"), known)?;
        let flat: Map<String, Value> = catalogue::FIGURES
            .iter()
            .filter_map(|figure| Some((figure.key.to_owned(), json!(self.measured.get(figure.key)?.value))))
            .collect();
        let flat = serde_json::to_string_pretty(&flat)?;
        std::fs::write(self.folder.join("figures.json"), flat + "\n")?;
        Ok(())
    }

    fn write_into(&self, document: &Path) -> Outcome<()> {
        let text = std::fs::read_to_string(document)?;
        let (Some(begin), Some(end)) = (text.find(BEGIN), text.find(END)) else {
            return Err(format!(
                "{} has no place for the table: {BEGIN} and {END}",
                document.display()
            )
            .into());
        };
        let head = ["key", "figure", "goal", "measured", "with", "on"];
        let table = self.table(&head, |key, measured, row| {
            let with = format!("LEAVERS={} SCALE={}", measured.leavers, measured.scale);
            vec![
                format!("`{key}`"),
                row.what,
                row.goal,
                row.value,
                with,
                measured.day.clone(),
            ]
        });
        let before = &text[..begin + BEGIN.len()];
        std::fs::write(document, format!("{before}\n{table}{}", &text[end..]))?;
        Ok(())
    }

    /// A table in Markdown, which can be read on a screen too.
    fn table(&self, head: &[&str], line: impl Fn(&str, &Measured, Row) -> Vec<String>) -> String {
        let measured = catalogue::all().filter_map(|figure| {
            let measured = self.measured.get(figure.key)?;
            let row = Row {
                what: figure.what.to_owned(),
                goal: figure.goal.text(),
                value: number(measured.value),
                reached: figure.goal.reached(measured.value),
            };
            Some(line(figure.key, measured, row))
        });
        let mut rows: Vec<Vec<String>> = vec![head.iter().map(|&name| name.to_owned()).collect()];
        rows.extend(measured);
        let widths: Vec<usize> = (0..head.len())
            .map(|column| {
                rows.iter()
                    .map(|row| row[column].chars().count())
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        rows.insert(1, widths.iter().map(|&width| "-".repeat(width.max(3))).collect());
        let text = |row: &Vec<String>| {
            let cells = row
                .iter()
                .zip(&widths)
                .map(|(cell, &width)| format!("{cell:<width$}"));
            format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
        };
        rows.iter().map(text).collect()
    }
}

struct Row {
    what: String,
    goal: String,
    value: String,
    reached: bool,
}
