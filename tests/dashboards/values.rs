//! How a value is written in its unit.

/// The value as Grafana would write it.
pub fn shown(value: f64, unit: &str) -> String {
    if !value.is_finite() {
        return "-".to_owned();
    }
    match unit {
        "percentunit" => format!("{}%", number(value * 100.0)),
        "reqps" => format!("{} req/s", number(value)),
        "ops" => format!("{} ops/s", number(value)),
        "s" => time(value),
        _ => number(value),
    }
}

/// At most three digits that say something.
fn number(value: f64) -> String {
    let digits = if value < 10.0 {
        2
    } else {
        usize::from(value < 100.0)
    };
    let text = format!("{value:.digits$}");
    match text.split_once('.') {
        Some((whole, part)) if part.trim_end_matches('0').is_empty() => whole.to_owned(),
        Some(_) => text.trim_end_matches('0').to_owned(),
        None => text,
    }
}

fn time(seconds: f64) -> String {
    let units = [("d", 86400.0), ("h", 3600.0), ("min", 60.0), ("s", 1.0)];
    let unit = units.into_iter().find(|(_, length)| seconds >= *length);
    let (unit, length) = unit.unwrap_or(("ms", 0.001));
    format!("{} {unit}", number(seconds / length))
}
