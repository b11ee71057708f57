//! The plots of `docs/performance.md`.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use plotters::prelude::*;

use crate::Outcome;

/// The operator's colour, and that of what it is compared with.
const OWN: RGBColor = RGBColor(0, 95, 135);
const OTHER: RGBColor = RGBColor(176, 176, 176);

/// Bars that are compared with each other.
struct Bars<'a> {
    title: &'a str,
    bars: Vec<(&'a str, f64, RGBColor)>,
}

/// Draws what can be drawn of these values into a folder.
///
/// # Errors
/// A plot cannot be written.
pub fn draw(values: &BTreeMap<&str, f64>, folder: &Path) -> Outcome<()> {
    std::fs::create_dir_all(folder)?;
    let value = |key: &str| values.get(key).copied();
    let pairs = [
        (
            "calls.svg",
            "API calls per leaver",
            value("calls_per_leaver"),
            value("calls_per_leaver_plain"),
            "plain client",
        ),
        (
            "time.svg",
            "Time of the leavers (plain client = 1)",
            value("time_vs_plain_client"),
            value("time_vs_plain_client").map(|_| 1.0),
            "plain client",
        ),
        (
            "idle.svg",
            "User calls an interval, 10,000 quiet users",
            value("idle_calls_10k"),
            value("idle_calls_10k_every_object"),
            "reads every object",
        ),
    ];
    for (file, title, own, other, name) in pairs {
        let (Some(own), Some(other)) = (own, other) else {
            continue;
        };
        let bars = vec![("Onhook", own, OWN), (name, other, OTHER)];
        bar_plot(&folder.join(file), &Bars { title, bars })?;
    }
    Ok(())
}

fn bar_plot(path: &Path, plot: &Bars<'_>) -> Outcome<()> {
    let area = SVGBackend::new(path, (480, 120 + 40)).into_drawing_area();
    let most = plot
        .bars
        .iter()
        .map(|(_, value, _)| *value)
        .fold(f64::MIN_POSITIVE, f64::max);
    fill(&area, plot, most).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(())
}

/// Horizontal bars with their names to the left and their values at their ends.
fn fill<B: DrawingBackend>(
    area: &DrawingArea<B, plotters::coord::Shift>,
    plot: &Bars<'_>,
    most: f64,
) -> Result<(), Box<dyn Error>>
where
    B::ErrorType: 'static,
{
    area.fill(&WHITE)?;
    let text = |size: i32| TextStyle::from(("sans-serif", size).into_font());
    area.draw(&Text::new(plot.title.to_owned(), (16, 16), text(18)))?;
    for (place, (name, value, color)) in plot.bars.iter().enumerate() {
        let top = 56 + 44 * i32::try_from(place)?;
        let end = 140 + (250.0 * value / most).round() as i32;
        area.draw(&Text::new((*name).to_owned(), (16, top + 8), text(14)))?;
        area.draw(&Rectangle::new(
            [(140, top), (end.max(141), top + 28)],
            color.filled(),
        ))?;
        let shown = crate::catalogue::number(*value);
        area.draw(&Text::new(shown, (end + 8, top + 8), text(14)))?;
    }
    area.present()?;
    Ok(())
}
