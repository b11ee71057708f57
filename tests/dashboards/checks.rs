//! What a dashboard must be like against the data of a run.

use std::collections::BTreeSet;

use crate::grafana::{Choice, Dashboard, Panel, Target};
use crate::prometheus::{Prometheus, Series};

/// Panels of which nothing but 0 is right in a run where an operator works each account.
const ZERO_IS_RIGHT: [&str; 1] = ["Accounts that nobody works"];

/// What is wrong with a dashboard, in whatever is chosen. Each line names dashboard, panel and query.
pub async fn complaints(dashboard: &Dashboard, prometheus: &Prometheus) -> Vec<String> {
    let choices = match dashboard.choices(prometheus).await {
        Ok(choices) => choices,
        Err(error) => return vec![error],
    };
    let mut all = Vec::new();
    for panel in dashboard.shown() {
        let head = format!("{}: {}", dashboard.title, panel.title);
        if panel.description.is_empty() || panel.targets.is_empty() {
            all.push(format!("{head}: no description, or no query"));
        }
        for target in &panel.targets {
            all.extend(of_choices(&head, panel, target, prometheus, &choices).await);
        }
    }
    all
}

/// What is wrong with a query, in the first choice in which something is.
async fn of_choices(
    head: &str,
    panel: &Panel,
    target: &Target,
    prometheus: &Prometheus,
    choices: &[Choice],
) -> Vec<String> {
    for choice in choices {
        let found = of_target(panel, target, prometheus, choice).await;
        if !found.is_empty() {
            let line = |wrong| format!("{head}: {} with {choice:?}: {wrong}", target.expr);
            return found.into_iter().map(line).collect();
        }
    }
    Vec::new()
}

async fn of_target(panel: &Panel, target: &Target, prometheus: &Prometheus, choice: &Choice) -> Vec<String> {
    match target.ask(prometheus, choice).await {
        Err(error) => vec![error],
        Ok(series) if series.iter().all(|one| one.last().is_none()) => vec!["no series".to_owned()],
        Ok(series) => [legends(panel, target, &series), units(panel, target, &series)].concat(),
    }
}

/// What the legend or the table names is there, and tells the series apart.
fn legends(panel: &Panel, target: &Target, series: &[Series]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut named: Vec<_> = target.legend_labels().into_iter().map(str::to_owned).collect();
    let columns = panel.columns().into_iter().map(|(label, _)| label);
    named.extend(columns.filter(|label| label != "Value"));
    for label in named {
        if !series.iter().all(|one| one.labels.contains_key(&label)) {
            wrong.push(format!("no label {label:?}"));
        }
    }
    // Of a single series Grafana shows no name by itself.
    let shows_name = panel.options["textMode"]
        .as_str()
        .is_some_and(|mode| mode.contains("name"));
    if panel.kind == "stat" && shows_name == target.legend_labels().is_empty() {
        wrong.push("a name is shown that there is not, or is not shown".to_owned());
    }
    let legends: BTreeSet<_> = series.iter().map(|one| target.legend(one)).collect();
    if panel.kind != "table" && legends.len() < series.len() {
        wrong.push(format!("{} series share {} legends", series.len(), legends.len()));
    }
    wrong
}

/// The unit is that of what is asked for, and the values are of it.
fn units(panel: &Panel, target: &Target, series: &[Series]) -> Vec<String> {
    let mut wrong = Vec::new();
    let (expr, unit) = (&target.expr, panel.field_config.defaults.unit.as_str());
    let expected = if expr.contains("histogram_quantile") || expr.contains("time() -") {
        "s"
    } else if expr.contains(" / ") {
        "percentunit"
    } else if expr.contains("rate(onhook_account_calls") {
        "reqps"
    } else if expr.contains("rate(onhook_reconcile") {
        "ops"
    } else {
        "short"
    };
    if unit != expected {
        wrong.push(format!("the unit is {unit:?} and not {expected:?}"));
    }
    let values = series.iter().flat_map(|one| &one.points).map(|(_, value)| *value);
    let values: Vec<_> = values.filter(|value| value.is_finite()).collect();
    let outside = values
        .iter()
        .find(|value| **value < 0.0 || unit == "percentunit" && **value > 1.0);
    if let Some(outside) = outside {
        wrong.push(format!("{outside} is no {unit}"));
    }
    if values.iter().all(|value| *value == 0.0) && !ZERO_IS_RIGHT.contains(&panel.title.as_str()) {
        wrong.push("nothing but 0".to_owned());
    }
    wrong
}

/// Where nobody leaves, each single number is there all the same, or a word stands in its place: who looks is not to ask
/// whether the operator runs.
pub async fn silent(dashboard: &Dashboard, prometheus: &Prometheus) -> Vec<String> {
    let all = Choice::from([("tenant".to_owned(), ".*".to_owned())]);
    let mut silent = Vec::new();
    for panel in dashboard.shown().filter(|panel| panel.kind == "stat") {
        for target in &panel.targets {
            let said = match target.ask(prometheus, &all).await {
                Err(error) => error,
                Ok(series) if series.is_empty() && panel.field_config.defaults.no_value.is_none() => {
                    "shows nothing where nobody leaves".to_owned()
                }
                Ok(_) => continue,
            };
            silent.push(format!(
                "{}: {}: {}: {said}",
                dashboard.title, panel.title, target.expr
            ));
        }
    }
    silent
}
