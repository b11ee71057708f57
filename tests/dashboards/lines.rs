//! A panel of lines over time.

use plotters::prelude::*;

use crate::draw::{Answers, Area, COLORS, FRAME, GREY, Outcome, Span, cut, font};
use crate::grafana::Panel;
use crate::prometheus::{INTERVAL, Series};
use crate::values::shown;

/// How many legends have a place, and how wide that is.
const LEGENDS: usize = 10;
const BESIDE: i32 = 300;

/// A line by its legend.
type Named<'a> = (String, &'a Series);

/// Lines to the left, one above the other where the panel stacks them, and legends to the right.
pub fn lines(panel: &Panel, answers: &Answers<'_>, span: &Span, area: &Area<'_>) -> Outcome {
    let defaults = &panel.field_config.defaults;
    let stacks = defaults.custom["stacking"]["mode"] == "normal";
    let mut all = Vec::<Named<'_>>::new();
    for (target, series) in answers {
        all.extend(series.iter().map(|one| (target.legend(one), one)));
    }
    let drawn = heights(&all, stacks);
    let most = drawn.iter().flatten().map(|(_, _, top)| *top).fold(0.0, f64::max);
    let most = if most > 0.0 { most * 1.1 } else { 1.0 };
    let (plot, legends) = area.split_horizontally(area.dim_in_pixel().0 as i32 - BESIDE);
    let mut chart = ChartBuilder::on(&plot)
        .x_label_area_size(22)
        .y_label_area_size(64)
        .build_cartesian_2d(0.0..span.end - span.start, 0.0..most)?;
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
            let at = |time: &f64, value: &f64| (time - span.start, *value);
            let tops = || run.iter().map(|(time, _, top)| at(time, top));
            if stacks {
                let bottoms = run.iter().rev().map(|(time, bottom, _)| at(time, bottom));
                let outline: Vec<_> = tops().chain(bottoms).collect();
                chart.draw_series([Polygon::new(outline, color.mix(0.2).filled())])?;
            }
            chart.draw_series(LineSeries::new(tops(), color.stroke_width(2)))?;
        }
    }
    beside(&all, &defaults.unit, span, &legends)
}

/// Time, bottom and top of each point that has a value.
fn heights(all: &[Named<'_>], stacks: bool) -> Vec<Vec<(f64, f64, f64)>> {
    let mut tops = std::collections::BTreeMap::<i64, f64>::new();
    let of = |(_, one): &Named<'_>| {
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

/// The legends: what each line is, its value at the end and its largest.
fn beside(all: &[Named<'_>], unit: &str, span: &Span, area: &Area<'_>) -> Outcome {
    for (place, (legend, one)) in all.iter().take(LEGENDS).enumerate() {
        let y = 20 * place as i32;
        let color = COLORS[place % COLORS.len()];
        area.draw(&Rectangle::new([(8, y + 4), (16, y + 12)], color.filled()))?;
        area.draw(&Text::new(cut(legend, 30), (22, y + 2), font(12, BLACK)))?;
        let values = one.points.iter().map(|(_, value)| *value);
        let most = values.fold(f64::NAN, f64::max);
        let ends = one
            .points
            .last()
            .filter(|(time, _)| span.end - time < 2.0 * INTERVAL);
        let last = ends.map_or(f64::NAN, |(_, value)| *value);
        let said = format!("{} / {}", shown(last, unit), shown(most, unit));
        area.draw(&Text::new(said, (208, y + 2), font(11, GREY)))?;
    }
    if all.len() > LEGENDS {
        let more = format!("and {} more", all.len() - LEGENDS);
        area.draw(&Text::new(more, (22, 20 * LEGENDS as i32), font(11, GREY)))?;
    }
    Ok(())
}
