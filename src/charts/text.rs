//! How wide a text will be, guessed without the reader's font: on the safe side, so that labels do not touch.

use std::borrow::Cow;

/// Width in ems of one character in a usual sans-serif font; Han, kana, Hangul, full-width forms and emoji are square.
fn em(letter: char) -> f32 {
    match letter {
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{fe00}'..='\u{fe0f}' => 0.0,
        'i' | 'j' | 'l' | '\'' | '.' | ',' | ':' | ';' | '|' | '!' | 'I' => 0.3,
        ' ' | 'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '/' | '\u{a0}' | '·' => 0.38,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '—' | '…' => 0.95,
        'A'..='Z' => 0.7,
        '0'..='9' => 0.58,
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' => 1.0,
        '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' | '\u{1f000}'..='\u{3ffff}' | '\u{2190}'..='\u{2bff}' => 1.0,
        '\u{0}'..='\u{24f}' => 0.57,
        // Scripts not listed: between Latin and square.
        _ => 0.75,
    }
}

/// Width of `text` in pixels at a font size.
pub(super) fn width(text: &str, size: f32) -> f32 {
    text.chars().map(em).sum::<f32>() * size
}

/// `text` if it fits into `room` pixels, else its beginning and `…`.
pub(super) fn fit(text: &str, size: f32, room: f32) -> Cow<'_, str> {
    if width(text, size) <= room {
        return Cow::Borrowed(text);
    }
    let mut left = room - em('…') * size;
    let mut end = 0;
    for (at, letter) in text.char_indices() {
        left -= em(letter) * size;
        if left < 0.0 {
            break;
        }
        end = at + letter.len_utf8();
    }
    Cow::Owned(format!("{}…", text[..end].trim_end()))
}

/// `text` in at most two lines of `room` pixels, broken at a space where one is near the end of the first line.
pub(super) fn two_lines(text: &str, size: f32, room: f32) -> Vec<Cow<'_, str>> {
    if width(text, size) <= room {
        return vec![Cow::Borrowed(text)];
    }
    let mut used = 0.0;
    let fitting = text.char_indices().find(|(_, letter)| {
        used += em(*letter) * size;
        used > room
    });
    let Some((end, _)) = fitting.filter(|(end, _)| *end > 0) else { return vec![fit(text, size, room)] };
    let end = match text[..end].rfind(' ').filter(|space| *space > 0) {
        Some(space) => space,
        // A word that is too long by itself is cut, not broken.
        None if text[..end].ends_with(|letter: char| letter.is_ascii_alphanumeric()) => {
            return vec![fit(text, size, room)];
        }
        None => end,
    };
    vec![Cow::Borrowed(text[..end].trim_end()), fit(text[end..].trim_start(), size, room)]
}

/// Where labels go along an axis: which ones are shown and the middle of each.
///
/// `middles` are the wanted middles, `widths` the widths, both in pixels. The first and the last are always shown, moved
/// inside `0..=room` if they would stick out; between them every n-th that touches no other.
pub(super) fn thinned(middles: &[f32], widths: &[f32], room: f32) -> Vec<(usize, f32)> {
    const GAP: f32 = 10.0;
    let inside = |at: usize| middles[at].min(room - widths[at] / 2.0).max(widths[at] / 2.0);
    let count = middles.len().min(widths.len());
    if count == 0 {
        return Vec::new();
    }
    if count == 1 {
        return vec![(0, inside(0))];
    }
    let last = count - 1;
    let apart = |a: usize, b: usize| inside(b) - widths[b] / 2.0 - (inside(a) + widths[a] / 2.0) >= GAP;
    if !apart(0, last) {
        return vec![(last, inside(last))];
    }
    for step in 1..last {
        let mut shown: Vec<usize> = (0..last).step_by(step).collect();
        while shown.len() > 1 && shown.last().is_some_and(|at| last - at < step || !apart(*at, last)) {
            shown.pop();
        }
        // Dropping one label before the last leaves a small hole; dropping more means that the step is too small.
        let dropped = last.div_ceil(step) - shown.len();
        if dropped <= 1 && shown.windows(2).all(|pair| apart(pair[0], pair[1])) {
            shown.push(last);
            return shown.into_iter().map(|at| (at, inside(at))).collect();
        }
    }
    vec![(0, inside(0)), (last, inside(last))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn han_letters_are_square_and_latin_ones_narrower() {
        assert!((width("销售额", 12.0) - 36.0).abs() < 0.01);
        assert!(width("sales", 12.0) < 36.0);
        assert!((width("￥", 10.0) - 10.0).abs() < 0.01);
    }

    #[test]
    fn a_long_text_is_cut_to_its_room() {
        assert_eq!(fit("南京路店", 10.0, 40.0), "南京路店");
        let cut = fit("上海市黄浦区南京东路旗舰店", 10.0, 60.0);
        assert_eq!(cut, "上海市黄浦…");
        assert!(width(&cut, 10.0) <= 60.0);
        assert_eq!(fit("店", 10.0, 0.0), "…");
    }

    #[test]
    fn a_name_is_broken_into_two_lines() {
        assert_eq!(two_lines("购买次数很少", 10.0, 40.0), ["购买次数", "很少"]);
        assert_eq!(two_lines("bought rarely", 10.0, 60.0), ["bought", "rarely"]);
        assert_eq!(two_lines("sometimes", 10.0, 40.0), [fit("sometimes", 10.0, 40.0)]);
        assert_eq!(two_lines("一般", 10.0, 40.0), ["一般"]);
        assert_eq!(two_lines("最近购买很近的客户", 10.0, 40.0), ["最近购买", "很近的…"]);
        assert_eq!(two_lines("店", 10.0, 1.0), ["…"]);
    }

    #[test]
    fn labels_are_thinned_and_keep_both_ends() {
        let middles: Vec<f32> = (0..24).map(|at| 10.0 + 20.0 * at as f32).collect();
        let shown = thinned(&middles, &[40.0; 24], 480.0);
        assert_eq!(shown.first().map(|label| label.0), Some(0));
        assert_eq!(shown.last().map(|label| label.0), Some(23));
        assert!(shown.windows(2).all(|pair| pair[1].1 - pair[0].1 >= 50.0), "{shown:?}");
        assert!(shown.len() >= 7, "{shown:?}");
        assert!(shown[0].1 >= 20.0 && shown[shown.len() - 1].1 <= 460.0);
    }

    #[test]
    fn few_labels_are_all_shown() {
        assert_eq!(thinned(&[50.0, 150.0, 250.0], &[40.0; 3], 300.0).len(), 3);
        assert_eq!(thinned(&[50.0], &[200.0], 300.0), [(0, 100.0)]);
        assert!(thinned(&[], &[], 300.0).is_empty());
        assert_eq!(thinned(&[50.0, 150.0], &[190.0; 2], 200.0), [(1, 105.0)]);
    }
}
