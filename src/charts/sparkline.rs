//! A line as high as a word, for tables and tiles.

use std::fmt::Write;

use super::PALETTE;
use super::frame::{escape, number};

/// The course of `values` as a tiny inline SVG; a point marks the last value. Gaps and what is no number break the line.
/// `description` says it in words. Without values the drawing is empty but keeps its size.
pub fn sparkline(values: &[Option<f64>], width: u32, height: u32, description: &str) -> String {
    let (wide, high) = (width.clamp(8, 2000) as f32, height.clamp(8, 2000) as f32);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {wide} {high}\" width=\"{wide}\" height=\"{high}\" \
         role=\"img\" fill=\"none\"><title>{}</title>",
        escape(description)
    );
    let points = points(values, wide, high);
    let mut path = String::new();
    for stretch in points.split(Option::is_none) {
        for (at, (x, y)) in stretch.iter().flatten().enumerate() {
            // Writing into a String cannot fail.
            let _ = write!(path, "{}{} {}", if at == 0 { 'M' } else { 'L' }, number(*x), number(*y));
        }
        // A lone point is a line of no length, which a round cap shows as a dot.
        if stretch.len() == 1 {
            path.push_str("h0");
        }
    }
    if !path.is_empty() {
        let colour = PALETTE[0];
        let _ = write!(
            out,
            "<path d=\"{path}\" stroke=\"{colour}\" stroke-width=\"1.5\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/>"
        );
    }
    if let Some((x, y)) = points.iter().flatten().last() {
        let _ = write!(out, "<circle cx=\"{}\" cy=\"{}\" r=\"2\" fill=\"{}\"/>", number(*x), number(*y), PALETTE[0]);
    }
    out.push_str("</svg>");
    out
}

/// Where each value lies; equal values lie in the middle.
fn points(values: &[Option<f64>], width: f32, height: f32) -> Vec<Option<(f32, f32)>> {
    const EDGE: f32 = 3.0;
    let finite = |value: &Option<f64>| value.filter(|value| value.is_finite());
    let low = values.iter().filter_map(finite).fold(f64::INFINITY, f64::min);
    let high = values.iter().filter_map(finite).fold(f64::NEG_INFINITY, f64::max);
    // Halved first: the difference of two huge values would overflow.
    let span = high / 2.0 - low / 2.0;
    let step = (width - 2.0 * EDGE) / values.len().saturating_sub(1).max(1) as f32;
    let place = |(at, value): (usize, &Option<f64>)| {
        let value = finite(value)?;
        let share = if span > 0.0 { ((value / 2.0 - low / 2.0) / span) as f32 } else { 0.5 };
        let x = if values.len() == 1 { width / 2.0 } else { EDGE + step * at as f32 };
        Some((x, height - EDGE - share * (height - 2.0 * EDGE)))
    };
    values.iter().enumerate().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_goes_from_edge_to_edge() {
        let svg = sparkline(&[Some(0.0), Some(10.0), Some(5.0)], 60, 20, "up, then down");
        assert!(svg.contains("d=\"M3 17L30 3L57 10\""), "{svg}");
        assert!(svg.contains("<circle cx=\"57\" cy=\"10\""));
        assert!(svg.contains("<title>up, then down</title>"));
    }

    #[test]
    fn gaps_break_the_line_and_lone_points_are_dots() {
        let svg = sparkline(&[Some(1.0), None, Some(f64::NAN), Some(3.0), Some(2.0)], 56, 20, "");
        assert!(svg.contains("d=\"M3 17h0M40.5 3L53 10\""), "{svg}");
    }

    #[test]
    fn odd_input_does_no_harm() {
        assert!(!sparkline(&[], 60, 20, "").contains("path"));
        assert!(sparkline(&[Some(7.0)], 60, 20, "").contains("d=\"M30 10h0\""));
        assert!(sparkline(&[Some(f64::MAX), Some(f64::MIN)], 60, 20, "").contains("M3 3L57 17"));
        assert!(sparkline(&[Some(1.0)], 0, 0, "a <b> \"c\"").contains("a &lt;b&gt; &quot;c&quot;"));
    }
}
