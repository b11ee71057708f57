//! A dashboard as Grafana reads it, and what it asks Prometheus for.

use std::collections::BTreeMap;

use onhook::testbed::project_folder;
use serde::Deserialize;
use serde_json::Value;

use crate::prometheus::{INTERVAL, Prometheus, Series};

/// A dashboard.
#[derive(Clone, Debug, Deserialize)]
pub struct Dashboard {
    pub uid: String,
    pub title: String,
    pub panels: Vec<Panel>,
    templating: Templating,
}

#[derive(Clone, Debug, Deserialize)]
struct Templating {
    list: Vec<Variable>,
}

/// A variable that is chosen above the panels.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Variable {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    query: Value,
    #[serde(default)]
    all_value: String,
}

/// A panel, or the heading of a row of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Panel {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    #[serde(default)]
    pub description: String,
    pub grid_pos: Place,
    #[serde(default)]
    pub targets: Vec<Target>,
    #[serde(default)]
    pub field_config: FieldConfig,
    #[serde(default)]
    pub options: Value,
    #[serde(default)]
    transformations: Vec<Value>,
}

/// Where a panel stands, in 24 columns.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Place {
    pub x: u32,
    pub y: u32,
    pub w: u32,
    pub h: u32,
}

/// A query of a panel.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    pub expr: String,
    pub legend_format: String,
    pub instant: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct FieldConfig {
    pub defaults: Defaults,
}

/// How values are shown.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Defaults {
    pub unit: String,
    pub no_value: Option<String>,
    pub thresholds: Thresholds,
    pub custom: Value,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct Thresholds {
    pub steps: Vec<Threshold>,
}

/// From a value on, a colour.
#[derive(Clone, Debug, Deserialize)]
pub struct Threshold {
    pub color: String,
    pub value: Option<f64>,
}

/// What each variable was chosen to be.
pub type Choice = BTreeMap<String, String>;

/// Both dashboards of the chart.
pub fn dashboards() -> Vec<Dashboard> {
    let folder = project_folder().join("charts/onhook/files/dashboards");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    files.sort_by_key(std::fs::DirEntry::path);
    let read = files.iter().map(|file| {
        let text = std::fs::read_to_string(file.path()).unwrap();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.path().display()))
    });
    read.collect()
}

impl Dashboard {
    /// The panels that show something.
    pub fn shown(&self) -> impl Iterator<Item = &Panel> {
        self.panels.iter().filter(|panel| panel.kind != "row")
    }

    /// What can be chosen: everything, each value alone, and all values by name.
    pub async fn choices(&self, prometheus: &Prometheus) -> Result<Vec<Choice>, String> {
        let mut choices = vec![Choice::new()];
        for variable in self.templating.list.iter().filter(|known| known.kind == "query") {
            let values = variable.values(prometheus).await;
            let values = values.map_err(|error| format!("{}: ${}: {error}", self.title, variable.name))?;
            if values.is_empty() {
                return Err(format!("{}: ${} has no value", self.title, variable.name));
            }
            let by_name = format!("({})", values.join("|"));
            let each = [vec![variable.all_value.clone()], values, vec![by_name]].concat();
            let with = |choice: &Choice, value: String| {
                let mut choice = choice.clone();
                choice.insert(variable.name.clone(), value);
                choice
            };
            choices = (choices.iter())
                .flat_map(|choice| each.iter().map(|value| with(choice, value.clone())))
                .collect();
        }
        Ok(choices)
    }
}

impl Variable {
    /// `label_values(SELECTOR, LABEL)`, which Grafana asks for as the values of a label.
    async fn values(&self, prometheus: &Prometheus) -> Result<Vec<String>, String> {
        let query = self.query["query"].as_str().unwrap_or_default();
        let inner = query
            .strip_prefix("label_values(")
            .and_then(|rest| rest.strip_suffix(')'));
        let (selector, label) = inner
            .and_then(|inner| inner.rsplit_once(','))
            .ok_or(format!("this test does not know {query:?}"))?;
        let path = format!("label/{}/values", label.trim());
        let values = prometheus.api(&path, &[("match[]", selector.to_owned())]).await?;
        serde_json::from_value(values).map_err(|error| error.to_string())
    }
}

impl Target {
    /// Its series, asked for as Grafana asks.
    pub async fn ask(&self, prometheus: &Prometheus, choice: &Choice) -> Result<Vec<Series>, String> {
        let query = self.query(choice)?;
        if self.instant {
            prometheus.now(&query).await
        } else {
            prometheus.since_start(&query).await
        }
    }

    /// The query, with what was chosen put in. Four scrapes are what Grafana makes of `$__rate_interval` at least.
    fn query(&self, choice: &Choice) -> Result<String, String> {
        let mut query = (self.expr).replace("$__rate_interval", &format!("{}s", 4.0 * INTERVAL));
        for (name, value) in choice {
            query = query.replace(&format!("${name}"), value);
        }
        match query.contains('$') {
            true => Err(format!("a variable is not known: {query}")),
            false => Ok(query),
        }
    }

    /// The labels that the legend names.
    pub fn legend_labels(&self) -> Vec<&str> {
        let parts = self.legend_format.split("{{").skip(1);
        let names = parts.filter_map(|part| part.split_once("}}"));
        names.map(|(name, _)| name.trim()).collect()
    }

    /// The legend of a series.
    pub fn legend(&self, series: &Series) -> String {
        let mut legend = self.legend_format.clone();
        for label in self.legend_labels() {
            let value = series.labels.get(label).map_or("", String::as_str);
            legend = legend.replace(&format!("{{{{{label}}}}}"), value);
        }
        legend
    }
}

impl Panel {
    /// The columns of a table: the label that each shows, and its heading, from left to right.
    pub fn columns(&self) -> Vec<(String, String)> {
        let options = self.transformations.iter().map(|known| &known["options"]);
        let of = |options: &Value| {
            let places = options["indexByName"].as_object().cloned().unwrap_or_default();
            let column = |(label, place): (String, Value)| {
                let heading = options["renameByName"][&label].as_str().unwrap_or(&label);
                (place.as_u64(), (label.clone(), heading.to_owned()))
            };
            places.into_iter().map(column).collect::<Vec<_>>()
        };
        let mut columns: Vec<_> = options.flat_map(of).collect();
        columns.sort();
        columns.into_iter().map(|(_, column)| column).collect()
    }
}
