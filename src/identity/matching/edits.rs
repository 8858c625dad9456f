//! The distance between two ids: wrong, missing or doubled characters and exchanged neighbours, counted up to two.
//! (Optimal string alignment, in a band around the diagonal: more than two edits are never looked for.)

const BAND: usize = 2;
const TOO_MANY: usize = 3;

/// 0, 1, 2, or 3 for "more than two".
pub fn edits(x: &str, y: &str) -> usize {
    if x.is_ascii() && y.is_ascii() {
        return banded(x.as_bytes(), y.as_bytes());
    }
    let (x, y): (Vec<char>, Vec<char>) = (x.chars().collect(), y.chars().collect());
    banded(&x, &y)
}

fn banded<T: PartialEq>(x: &[T], y: &[T]) -> usize {
    if x.len().abs_diff(y.len()) > BAND {
        return TOO_MANY;
    }
    // Rows of the table at i − 2, i − 1 and i; place k stands for j = i + k − BAND.
    let width = 2 * BAND + 1;
    let (mut before, mut above) = ([TOO_MANY; 5], [TOO_MANY; 5]);
    for (k, cell) in above.iter_mut().enumerate().skip(BAND) {
        *cell = k - BAND;
    }
    for i in 1..=x.len() {
        let mut row = [TOO_MANY; 5];
        for k in 0..width {
            let Some(j) = (i + k).checked_sub(BAND).filter(|j| *j <= y.len()) else { continue };
            if j == 0 {
                row[k] = i.min(TOO_MANY);
                continue;
            }
            let alike = x[i - 1] == y[j - 1];
            let mut best = above[k] + usize::from(!alike);
            if k > 0 {
                best = best.min(row[k - 1] + 1);
            }
            if k + 1 < width {
                best = best.min(above[k + 1] + 1);
            }
            if i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1] {
                best = best.min(before[k] + 1);
            }
            row[k] = best.min(TOO_MANY);
        }
        if row.iter().all(|cell| *cell >= TOO_MANY) && above.iter().all(|cell| *cell >= TOO_MANY) {
            return TOO_MANY;
        }
        (before, above) = (above, row);
    }
    above[y.len() + BAND - x.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c06_edits_of_numbers() {
        assert_eq!(edits("13912340056", "13912340056"), 0);
        assert_eq!(edits("13912340056", "13912430056"), 1);
        assert_eq!(edits("13912340056", "1391234005"), 1);
        assert_eq!(edits("13912340056", "13912341157"), 3);
        assert_eq!(edits("", ""), 0);
        assert_eq!(edits("", "ab"), 2);
    }

    proptest::proptest! {
        #[test]
        fn edits_are_those_of_another_implementation(x in "[0-3]{0,9}", y in "[0-3]{0,9}") {
            proptest::prop_assert_eq!(edits(&x, &y), strsim::osa_distance(&x, &y).min(3));
        }
    }
}
