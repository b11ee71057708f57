//! Pictures of the dashboards, for people to look at. Grafana's own look is not imitated: what counts is what is shown, and
//! what it is called.

use std::error::Error;
use std::path::{Path, PathBuf};

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::grafana::{Choice, Dashboard, Panel, Target};
use crate::lines::lines;
use crate::prometheus::{INTERVAL, Prometheus, Series, now};
use crate::values::shown;

pub type Outcome = Result<(), Box<dyn Error>>;
pub type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
/// What the queries of a panel gave.
pub type Answers<'a> = Vec<(&'a Target, Vec<Series>)>;
/// The times that a panel shows.
pub type Span = std::ops::Range<f64>;

/// Pixels of one of the 24 columns, and of one unit of height.
const CELL: (u32, u32) = (54, 34);
pub const COLORS: [RGBColor; 10] = [
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
pub const GREY: RGBColor = RGBColor(110, 110, 110);
pub const FRAME: RGBColor = RGBColor(210, 210, 210);

/// Draws a dashboard into a folder, as a picture and as a page that holds it. Gives the page.
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
    let title = &dashboard.title;
    let svg = picture(title, &answers, &(prometheus.began..now()));
    let svg = svg.unwrap_or_else(|error| panic!("{title}: {error}"));
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join(format!("{}.svg", dashboard.uid)), &svg).unwrap();
    let page = folder.join(format!("{}.html", dashboard.uid));
    let text =
        format!("<!doctype html>\n<html lang=en><meta charset=utf-8><title>{title}</title>\n{svg}</html>\n");
    std::fs::write(&page, text).unwrap();
    page
}

fn picture(title: &str, panels: &[(&Panel, Answers<'_>)], span: &Span) -> Result<String, Box<dyn Error>> {
    let bottoms = panels
        .iter()
        .map(|(panel, _)| panel.grid_pos.y + panel.grid_pos.h);
    let height = bottoms.max().unwrap_or_default() * CELL.1 + 48;
    let mut svg = String::new();
    {
        let page = SVGBackend::with_string(&mut svg, (24 * CELL.0, height)).into_drawing_area();
        page.fill(&WHITE)?;
        page.draw(&Text::new(title, (10, 10), font(20, BLACK)))?;
        for (panel, answers) in panels {
            let at = panel.grid_pos;
            let corner = (at.x * CELL.0 + 4, at.y * CELL.1 + 44);
            let area = page
                .clone()
                .shrink(corner, (at.w * CELL.0 - 8, at.h * CELL.1 - 8));
            of_panel(panel, answers, span, &area)?;
        }
        page.present()?;
    }
    Ok(svg)
}

/// A font by its size and colour.
pub fn font(size: u32, color: RGBColor) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&color)
}

/// A text that has no more than so many letters.
pub fn cut(text: &str, letters: u32) -> String {
    let letters = letters as usize;
    match text.chars().count() > letters {
        true => text.chars().take(letters - 1).chain(['…']).collect(),
        false => text.to_owned(),
    }
}

fn of_panel(panel: &Panel, answers: &Answers<'_>, span: &Span, area: &Area<'_>) -> Outcome {
    if panel.kind == "row" {
        area.draw(&Text::new(panel.title.as_str(), (6, 6), font(16, BLACK)))?;
        return Ok(());
    }
    let (width, height) = area.dim_in_pixel();
    let corners = [(0, 0), (width as i32 - 1, height as i32 - 1)];
    area.draw(&Rectangle::new(corners, FRAME))?;
    area.draw(&Text::new(panel.title.as_str(), (8, 7), font(14, BLACK)))?;
    let description = cut(&panel.description, width / 6);
    area.draw(&Text::new(description, (8, 25), font(11, GREY)))?;
    let inner = area.margin(44, 6, 8, 8);
    match panel.kind.as_str() {
        "stat" => number(panel, answers, &inner),
        "table" => table(panel, answers, &inner),
        "state-timeline" => bars(answers, span, &inner),
        _ => lines(panel, answers, span, &inner),
    }
}

/// A single number in the colour of its threshold, or one for each name.
fn number(panel: &Panel, answers: &Answers<'_>, area: &Area<'_>) -> Outcome {
    let (target, series) = &answers[0];
    let defaults = &panel.field_config.defaults;
    if series.is_empty() {
        let text = defaults.no_value.as_deref().unwrap_or("No data");
        area.draw(&Text::new(text, (4, 10), font(26, GREY)))?;
    }
    for (place, one) in series.iter().enumerate() {
        let value = one.last().unwrap_or(f64::NAN);
        let mut steps = defaults.thresholds.steps.iter().rev();
        let step = steps.find(|step| step.value.is_none_or(|from| value >= from));
        let color = match step.map(|step| step.color.as_str()) {
            Some("red") => COLORS[3],
            Some("orange") => COLORS[1],
            _ => COLORS[2],
        };
        let name = target.legend(one);
        let parts =
            [name.as_str(), &shown(value, &defaults.unit)].join(if name.is_empty() { "" } else { ": " });
        area.draw(&Text::new(parts, (4, 10 + 30 * place as i32), font(32, color)))?;
    }
    Ok(())
}

fn table(panel: &Panel, answers: &Answers<'_>, area: &Area<'_>) -> Outcome {
    let columns = panel.columns();
    let cell = |column: &str, one: &Series| match column {
        "Value" => shown(one.last().unwrap_or(f64::NAN), &panel.field_config.defaults.unit),
        label => one.labels.get(label).cloned().unwrap_or_default(),
    };
    // The third column, of the reason, is the widest.
    let width = area.dim_in_pixel().0 as i32;
    let lefts = [0, width * 3 / 12, width * 5 / 12, width * 10 / 12];
    for (left, (column, heading)) in lefts.into_iter().zip(&columns) {
        area.draw(&Text::new(heading.as_str(), (left, 0), font(12, GREY)))?;
        for (y, one) in answers[0].1.iter().enumerate() {
            let at = (left, 20 + 18 * y as i32);
            area.draw(&Text::new(cell(column, one), at, font(13, BLACK)))?;
        }
    }
    Ok(())
}

/// A bar for as long as each series is there.
fn bars(answers: &Answers<'_>, span: &Span, area: &Area<'_>) -> Outcome {
    let width = f64::from(area.dim_in_pixel().0) - 250.0;
    let x = |time: f64| 240 + (width * (time - span.start) / (span.end - span.start)) as i32;
    let (target, series) = &answers[0];
    for (place, one) in series.iter().enumerate() {
        let y = 30 * place as i32;
        area.draw(&Text::new(
            cut(&target.legend(one), 38),
            (0, y + 8),
            font(12, BLACK),
        ))?;
        for run in one.points.chunk_by(|one, next| next.0 - one.0 < 1.5 * INTERVAL) {
            let corners = [(x(run[0].0), y), (x(run[run.len() - 1].0), y + 24)];
            area.draw(&Rectangle::new(corners, COLORS[2].mix(0.7).filled()))?;
        }
    }
    Ok(())
}
