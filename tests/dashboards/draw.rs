//! Pictures of the dashboards, for people to look at. Grafana's own look is not imitated: what counts is what is shown, and
//! what it is called.

use std::error::Error;
use std::path::{Path, PathBuf};

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::grafana::{Choice, Dashboard, Panel, Target};
use crate::prometheus::{INTERVAL, Prometheus, Series};
use crate::values::shown;

type Outcome = Result<(), Box<dyn Error>>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Pixels of one of the 24 columns, and of one unit of height.
const CELL: (u32, u32) = (54, 34);
const COLORS: [RGBColor; 10] = [
    RGBColor(31, 119, 180),
    RGBColor(214, 95, 14),
    RGBColor(44, 140, 60),
    RGBColor(190, 40, 60),
    RGBColor(120, 80, 170),
    RGBColor(120, 85, 70),
    RGBColor(200, 90, 170),
    RGBColor(90, 90, 90),
    RGBColor(150, 150, 20),
    RGBColor(20, 150, 170),
];
const GREY: RGBColor = RGBColor(110, 110, 110);
const FRAME: RGBColor = RGBColor(210, 210, 210);
/// How many legends have a place.
const LEGENDS: usize = 10;

/// What a query of a panel gave.
type Answers<'a> = Vec<(&'a Target, Vec<Series>)>;

/// Draws a dashboard into a folder, as a picture and as a page that holds it.
pub async fn draw(dashboard: &Dashboard, prometheus: &Prometheus, folder: &Path) -> PathBuf {
    let all = Choice::from([("tenant".to_owned(), ".*".to_owned())]);
    let mut answers = Vec::new();
    for panel in &dashboard.panels {
        let mut of_panel = Answers::new();
        for target in &panel.targets {
            let series = target.ask(prometheus, &all).await.unwrap_or_default();
            of_panel.push((target, series));
        }
        answers.push((panel, of_panel));
    }
    let svg = picture(dashboard, &answers).unwrap_or_else(|error| panic!("{}: {error}", dashboard.title));
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join(format!("{}.svg", dashboard.uid)), &svg).unwrap();
    let page = folder.join(format!("{}.html", dashboard.uid));
    let title = &dashboard.title;
    let text =
        format!("<!doctype html>\n<html lang=en><meta charset=utf-8><title>{title}</title>\n{svg}</html>\n");
    std::fs::write(&page, text).unwrap();
    page
}

fn picture(dashboard: &Dashboard, panels: &[(&Panel, Answers<'_>)]) -> Result<String, Box<dyn Error>> {
    let bottoms = panels
        .iter()
        .map(|(panel, _)| panel.grid_pos.y + panel.grid_pos.h);
    let height = bottoms.max().unwrap_or_default() * CELL.1 + 40;
    let mut svg = String::new();
    {
        let page = SVGBackend::with_string(&mut svg, (24 * CELL.0, height)).into_drawing_area();
        page.fill(&WHITE)?;
        page.draw(&Text::new(dashboard.title.clone(), (10, 10), font(20, BLACK)))?;
        for (panel, answers) in panels {
            let at = panel.grid_pos;
            let corner = (at.x * CELL.0 + 4, at.y * CELL.1 + 44);
            let area = page
                .clone()
                .shrink(corner, (at.w * CELL.0 - 8, at.h * CELL.1 - 8));
            of_panel(panel, answers, &area)?;
        }
        page.present()?;
    }
    Ok(svg)
}

fn font(size: u32, color: RGBColor) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&color)
}

fn of_panel(panel: &Panel, answers: &Answers<'_>, area: &Area<'_>) -> Outcome {
    if panel.kind == "row" {
        area.draw(&Text::new(panel.title.clone(), (6, 6), font(16, BLACK)))?;
        return Ok(());
    }
    let (width, height) = area.dim_in_pixel();
    let corners = [(0, 0), (width as i32 - 1, height as i32 - 1)];
    area.draw(&Rectangle::new(corners, FRAME))?;
    area.draw(&Text::new(panel.title.clone(), (8, 7), font(14, BLACK)))?;
    area.draw(&Text::new(panel.description.clone(), (8, 25), font(11, GREY)))?;
    let inner = area.margin(44, 6, 8, 8);
    match panel.kind.as_str() {
        "stat" => number(panel, answers, &inner),
        "table" => table(panel, answers, &inner),
        _ => lines(panel, answers, &inner),
    }
}

/// A single number in the colour of its threshold, or one for each legend.
fn number(panel: &Panel, answers: &Answers<'_>, area: &Area<'_>) -> Outcome {
    let (target, series) = &answers[0];
    let defaults = &panel.field_config.defaults;
    if series.is_empty() {
        let text = defaults.no_value.clone().unwrap_or_else(|| "No data".to_owned());
        area.draw(&Text::new(text, (4, 10), font(26, GREY)))?;
    }
    for (place, one) in series.iter().enumerate() {
        let value = one.last().unwrap_or(f64::NAN);
        let steps = defaults.thresholds.steps.iter().rev();
        let step = steps
            .into_iter()
            .find(|step| step.value.is_none_or(|from| value >= from));
        let color = match step.map(|step| step.color.as_str()) {
            Some("red") => COLORS[3],
            Some("orange") => COLORS[1],
            _ => COLORS[2],
        };
        let text = format!("{} {}", shown(value, &defaults.unit), target.legend(one));
        area.draw(&Text::new(text, (4, 10 + 30 * place as i32), font(32, color)))?;
    }
    Ok(())
}

fn table(panel: &Panel, answers: &Answers<'_>, area: &Area<'_>) -> Outcome {
    let columns = panel.columns();
    let cell = |column: &str, one: &Series| match column {
        "Value" => shown(one.last().unwrap_or(f64::NAN), &panel.field_config.defaults.unit),
        label => one.labels.get(label).cloned().unwrap_or_default(),
    };
    let width = area.dim_in_pixel().0 as i32 / columns.len().max(1) as i32;
    for (x, column) in columns.iter().enumerate() {
        let left = x as i32 * width;
        area.draw(&Text::new(column.clone(), (left, 0), font(12, GREY)))?;
        for (y, one) in answers[0].1.iter().enumerate() {
            let at = (left, 20 + 18 * y as i32);
            area.draw(&Text::new(cell(column, one), at, font(13, BLACK)))?;
        }
    }
    Ok(())
}

/// Lines over time to the left, one above the other where the panel stacks them, and legends to the right.
fn lines(panel: &Panel, answers: &Answers<'_>, area: &Area<'_>) -> Outcome {
    let defaults = &panel.field_config.defaults;
    let stacks = defaults.custom["stacking"]["mode"] == "normal";
    let mut all: Vec<(String, &Series)> = Vec::new();
    for (target, series) in answers {
        all.extend(series.iter().map(|one| (target.legend(one), one)));
    }
    let times = || {
        all.iter()
            .flat_map(|(_, one)| one.points.iter().map(|(time, _)| *time))
    };
    let (first, last) = (times().fold(f64::MAX, f64::min), times().fold(f64::MIN, f64::max));
    let drawn = heights(&all, stacks);
    let most = drawn.iter().flatten().map(|(_, _, top)| *top).fold(0.0, f64::max);
    let (plot, legends) = area.split_horizontally(area.dim_in_pixel().0 as i32 - 220);
    let mut chart = ChartBuilder::on(&plot)
        .x_label_area_size(22)
        .y_label_area_size(64)
        .build_cartesian_2d(
            0.0..(last - first).max(1.0),
            0.0..if most > 0.0 { most * 1.1 } else { 1.0 },
        )?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(WHITE)
        .x_labels(6)
        .y_labels(4)
        .axis_style(FRAME)
        .label_style(font(11, GREY))
        .x_label_formatter(&|seconds| format!("{seconds:.0} s"))
        .y_label_formatter(&|value| shown(*value, &defaults.unit))
        .draw()?;
    for (place, points) in drawn.iter().enumerate().rev() {
        let color = COLORS[place % COLORS.len()];
        for run in points.chunk_by(|one, next| next.0 - one.0 < 1.5 * INTERVAL) {
            let at = |time: f64, value| (time - first, value);
            if stacks {
                let tops = run.iter().map(|(time, _, top)| at(*time, *top));
                let bottoms = run.iter().rev().map(|(time, bottom, _)| at(*time, *bottom));
                let outline: Vec<_> = tops.chain(bottoms).collect();
                chart.draw_series([Polygon::new(outline, color.mix(0.2).filled())])?;
            }
            let tops = run.iter().map(|(time, _, top)| at(*time, *top));
            chart.draw_series(LineSeries::new(tops, color.stroke_width(2)))?;
        }
    }
    beside(&all, &defaults.unit, &legends)
}

/// Time, bottom and top of each point that has a value.
fn heights(all: &[(String, &Series)], stacks: bool) -> Vec<Vec<(f64, f64, f64)>> {
    let mut tops = std::collections::BTreeMap::<i64, f64>::new();
    let of = |(_, one): &(String, &Series)| {
        let known = one.points.iter().filter(|(_, value)| value.is_finite());
        let placed = known.map(|(time, value)| {
            let top = tops.entry((time * 1000.0) as i64).or_default();
            let bottom = if stacks { *top } else { 0.0 };
            *top = bottom + value;
            (*time, bottom, bottom + value)
        });
        placed.collect()
    };
    all.iter().map(of).collect()
}

/// The legends: what each line is, its last value and its largest.
fn beside(all: &[(String, &Series)], unit: &str, area: &Area<'_>) -> Outcome {
    for (place, (legend, one)) in all.iter().take(LEGENDS).enumerate() {
        let y = 20 * place as i32;
        let color = COLORS[place % COLORS.len()];
        area.draw(&Rectangle::new([(8, y + 4), (16, y + 12)], color.filled()))?;
        area.draw(&Text::new(legend.clone(), (22, y + 2), font(12, BLACK)))?;
        let most = one
            .points
            .iter()
            .map(|(_, value)| *value)
            .fold(f64::NAN, f64::max);
        let last = one.last().unwrap_or(f64::NAN);
        let said = format!("{} / {}", shown(last, unit), shown(most, unit));
        area.draw(&Text::new(said, (140, y + 2), font(11, GREY)))?;
    }
    if all.len() > LEGENDS {
        let more = format!("and {} more", all.len() - LEGENDS);
        area.draw(&Text::new(more, (22, 20 * LEGENDS as i32), font(11, GREY)))?;
    }
    Ok(())
}
