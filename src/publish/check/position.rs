//! Line and column of a byte offset, for offsets that only grow: a page of one line is still read once.

pub(super) struct Position<'a> {
    text: &'a str,
    offset: usize,
    line: u64,
    column: u64,
}

impl<'a> Position<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Position { text, offset: 0, line: 1, column: 1 }
    }

    /// Line and column, from 1, in characters. An offset before the last one asked for gives the last answer.
    pub(super) fn at(&mut self, offset: usize) -> (u64, u64) {
        let Some(passed) = self.text.get(self.offset..offset) else { return (self.line, self.column) };
        match passed.rfind('\n') {
            Some(newline) => {
                self.line += passed.bytes().filter(|byte| *byte == b'\n').count() as u64;
                self.column = 1 + passed[newline + 1..].chars().count() as u64;
            }
            None => self.column += passed.chars().count() as u64,
        }
        self.offset = offset;
        (self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_become_lines_and_columns() {
        let text = "一二\n三<p>\n\n<b>";
        let mut position = Position::new(text);
        assert_eq!(position.at(0), (1, 1));
        assert_eq!(position.at(text.find("<p>").unwrap()), (2, 2));
        assert_eq!(position.at(text.find("<b>").unwrap()), (4, 1));
        assert_eq!(position.at(3), (4, 1));
        assert_eq!(position.at(9999), (4, 1));
    }
}
