//! A scrape of the operator, and what Prometheus says to it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};

use onhook::testbed::built;

/// One series: its name and its labels.
pub type Series = (String, BTreeMap<String, String>);

/// The series of a scrape, with their values.
pub fn series(text: &str) -> BTreeMap<Series, f64> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let read = lines.map(|line| {
        let (series, value) = line.rsplit_once(' ').unwrap();
        let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
        let labels = labels.strip_suffix('}').unwrap();
        let labels = labels.split(',').filter(|label| !label.is_empty());
        let labels = labels.map(|label| {
            let (key, value) = label.split_once('=').unwrap();
            (key.to_owned(), value.trim_matches('"').to_owned())
        });
        ((name.to_owned(), labels.collect()), value.parse().unwrap())
    });
    read.collect()
}

/// Names of the labels that the series of each name have.
pub fn labels(text: &str) -> BTreeMap<String, BTreeSet<Vec<String>>> {
    let mut labels = BTreeMap::<_, BTreeSet<_>>::new();
    for (name, of) in series(text).into_keys() {
        labels.entry(name).or_default().insert(of.into_keys().collect());
    }
    labels
}

/// The older text format, which promtool reads: there a counter has the name of its series.
fn classic(text: &str) -> String {
    let counters = text.lines().filter_map(|line| {
        let name = line.strip_prefix("# TYPE ")?.strip_suffix(" counter")?;
        Some(name.to_owned())
    });
    let counters: Vec<_> = counters.collect();
    let line = |line: &str| {
        for name in &counters {
            for said in ["HELP", "TYPE"] {
                let begin = format!("# {said} {name} ");
                if let Some(rest) = line.strip_prefix(&begin) {
                    return format!("# {said} {name}_total {rest}\n");
                }
            }
        }
        format!("{line}\n")
    };
    let lines = text.lines().filter(|line| *line != "# EOF");
    lines.map(line).collect()
}

/// What promtool says to a scrape: nothing where it is as it should be. `None` where promtool cannot be built here.
pub async fn promtool(text: &str) -> Option<String> {
    let mut check = Command::new(built("promtool").await.ok()?)
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = check.stdin.take().unwrap();
    stdin.write_all(classic(text).as_bytes()).unwrap();
    drop(stdin);
    let done = check.wait_with_output().unwrap();
    Some(String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
}
