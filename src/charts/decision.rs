//! Decision trees as an indented list: one line per node, its condition on the left, how many it holds and how pure it is
//! on the right. Unlike boxes side by side it can be read on a telephone, however many leaves there are.

use super::frame::{Anchor, EDGE, SMALL, Sheet, escape, no_data, number};
use super::text::{fit, width};
use super::{ChartSpec, Drawn, GRID, MUTED, PALETTE, Series, TEXT, Words, describe};
use crate::problem::{Problem, Result};

const ROW: f32 = 26.0;
const BAR: f32 = 12.0;

/// `x` holds the conditions, the root first and every node before those below it; the series are depth, people, purity,
/// class (its labels are the names) and threshold.
pub(super) fn draw(spec: &ChartSpec, words: &Words) -> Result<Drawn> {
    let [depths, people, purities, classes, thresholds] = spec.series.as_slice() else {
        return Err(Problem::failed("a tree cannot be drawn from these columns").hint(
            "y=[\"depth\", \"customers\", \"purity\", \"class\", \"threshold\"], or an option object of charts-rs",
        ));
    };
    if spec.x.is_empty() {
        return Ok(no_data(spec, words));
    }
    let mut sheet = Sheet::default();
    let top = sheet.title(spec) + 4.0;
    let names = distinct(classes);
    let depth = |at: usize| depths.values[at].unwrap_or(0.0).clamp(0.0, 32.0) as f32;
    let widest = |series: &Series| series.labels.iter().map(|label| width(label, SMALL)).fold(0.0, f32::max);
    let (class_wide, people_wide) = (widest(classes).min(spec.width * 0.25), widest(people).min(spec.width * 0.15));
    let bar_wide = (spec.width * 0.16).clamp(40.0, 140.0);
    let class_left = spec.width - EDGE - class_wide;
    let bar_left = class_left - bar_wide - 8.0;
    let people_right = bar_left - 8.0;
    let indent = ((people_right - people_wide) * 0.5 / (depth_of(depths) + 1.0)).min(22.0);
    for at in 0..spec.x.len() {
        let middle = top + ROW * (at as f32 + 0.5);
        let left = EDGE + indent * depth(at);
        if let Some(above) = (0..at).rev().find(|above| depth(*above) < depth(at)) {
            let x = left - indent * 0.6;
            sheet.line((x, top + ROW * (above as f32 + 0.5) + 8.0), (x, middle), GRID);
            sheet.line((x, middle), (left - 3.0, middle), GRID);
        }
        let threshold = thresholds.labels.get(at).filter(|_| thresholds.values[at].is_some());
        let condition = threshold.map_or_else(|| spec.x[at].clone(), |limit| format!("{} {limit}", spec.x[at]));
        sheet.styled(
            left,
            middle,
            Anchor::Start,
            &fit(&condition, SMALL, people_right - people_wide - left - 8.0),
            (SMALL, TEXT, false),
        );
        sheet.muted(people_right, middle, Anchor::End, &people.labels[at]);
        let class = classes.labels.get(at).map_or("", String::as_str);
        let colour = PALETTE[names.iter().position(|name| *name == class).unwrap_or(0) % PALETTE.len()];
        let share = purities.values[at].unwrap_or(0.0).clamp(0.0, 1.0) as f32;
        for (wide, fill) in [(bar_wide, GRID), (bar_wide * share, colour)] {
            sheet.push(format_args!(
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{BAR}\" fill=\"{fill}\"><title>{}</title></rect>",
                number(bar_left),
                number(middle - BAR / 2.0),
                number(wide),
                escape(&describe::pair(
                    &condition,
                    &format!("{} · {class} {}", people.labels[at], purities.labels[at])
                ))
            ));
        }
        let leaf = at + 1 == spec.x.len() || depth(at + 1) <= depth(at);
        let tint = if leaf { TEXT } else { MUTED };
        sheet.styled(class_left, middle, Anchor::Start, &fit(class, SMALL, class_wide + 0.5), (SMALL, tint, leaf));
    }
    Ok(sheet.finish(spec, top + ROW * spec.x.len() as f32 + EDGE, describe::other(spec, words)))
}

fn distinct(classes: &Series) -> Vec<&str> {
    let mut names: Vec<&str> = classes.labels.iter().map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn depth_of(depths: &Series) -> f32 {
    depths.values.iter().flatten().fold(0.0_f64, |deepest, depth| deepest.max(*depth)).min(32.0) as f32
}
