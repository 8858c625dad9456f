//! What is compared: columns with their kinds and levels, the keys that bring pairs together, and the rules that no
//! weight overrules.

/// How the values of a column are compared. Each kind has its levels, from agreement to disagreement; level 0 is "one of
/// the two is missing", which says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A person's name, by characters and by sound.
    Name,
    /// Words of any script, by Jaro–Winkler similarity of their letters.
    Text,
    /// Ids and telephone numbers, by edits.
    Code,
    /// Mailboxes.
    Email,
    /// Days, as eight digits.
    Date,
    Address,
    /// Few values, alike or not.
    Category,
}

impl Kind {
    /// Words for the levels, level 1 first.
    pub fn levels(self) -> &'static [&'static str] {
        match self {
            Kind::Name => &["same", "same_sound", "slip", "partial", "one_character", "surname", "different"],
            Kind::Text => &["same", "close", "similar", "crossed", "different"],
            Kind::Code => &["same", "slip", "near", "different"],
            Kind::Email => &["same", "slip", "other_host", "different"],
            Kind::Date => &["same", "other_calendar", "slip", "part", "different"],
            Kind::Address => &["same", "close", "similar", "different"],
            Kind::Category => &["same", "different"],
        }
    }

    /// What is believed of each level before any data are seen: how often it is met among pairs of one person (m), and
    /// among pairs of strangers (u). Data soon outweigh both.
    pub fn priors(self) -> (&'static [f64], &'static [f64]) {
        match self {
            Kind::Name => {
                (&[0.70, 0.06, 0.05, 0.10, 0.03, 0.02, 0.04], &[0.0005, 0.0005, 0.001, 0.002, 0.006, 0.04, 0.95])
            }
            Kind::Text => (&[0.80, 0.08, 0.04, 0.02, 0.06], &[0.01, 0.005, 0.025, 0.002, 0.958]),
            Kind::Code => (&[0.88, 0.05, 0.02, 0.05], &[1e-5, 1e-5, 1e-4, 0.99988]),
            Kind::Email => (&[0.85, 0.04, 0.05, 0.06], &[1e-5, 1e-5, 1e-3, 0.99898]),
            Kind::Date => (&[0.86, 0.03, 0.04, 0.02, 0.05], &[1e-4, 1e-4, 0.002, 0.04, 0.9578]),
            Kind::Address => (&[0.62, 0.14, 0.09, 0.15], &[1e-4, 2e-4, 0.01, 0.9897]),
            Kind::Category => (&[0.92, 0.08], &[0.3, 0.7]),
        }
    }
}

/// One comparison.
#[derive(Debug, Clone)]
pub struct Column {
    /// The word it goes by in reasons.
    pub name: String,
    pub kind: Kind,
    /// A column whose value may have been typed here, and the other way round.
    pub crosses: Option<usize>,
}

/// A part of a blocking key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Whole(usize),
    /// How a name sounds.
    Sound(usize),
    SurnameSound(usize),
    /// The first letters of a text.
    Head(usize, u8),
    /// The last letters of a text.
    Tail(usize, u8),
    /// The year, or the month and day, of a date.
    Year(usize),
    MonthDay(usize),
    /// A date in either of its calendars: such a record stands in two blocks.
    EitherCalendar(usize),
}

impl Key {
    pub fn column(self) -> usize {
        match self {
            Key::Whole(column)
            | Key::Sound(column)
            | Key::SurnameSound(column)
            | Key::Head(column, _)
            | Key::Tail(column, _)
            | Key::Year(column)
            | Key::MonthDay(column)
            | Key::EitherCalendar(column) => column,
        }
    }
}

/// Records that agree in every part of `keys` are compared; blocks that grow too large are cut by `refine`, one part
/// after the other.
#[derive(Debug, Clone)]
pub struct Block {
    pub keys: Vec<Key>,
    pub refine: Vec<Key>,
}

/// Holds when each named column is at one of the levels of its list (0 = missing).
#[derive(Debug, Clone)]
pub struct Rule {
    pub word: &'static str,
    pub all: Vec<(usize, &'static [u8])>,
}

/// What is compared and how.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    pub columns: Vec<Column>,
    pub blocks: Vec<Block>,
    /// Links without a doubt: the same number and a name that fits.
    pub certain: Vec<Rule>,
    /// Links of a record that says little about whom it means: where it fits two people, it is neither's.
    pub vague: Vec<Rule>,
    /// Two people: no chain of links may join such a pair.
    pub contradictions: Vec<Rule>,
    /// Not for a machine to decide (a telephone with two names): such a pair is shown, and no link of its own.
    pub held: Vec<Rule>,
    /// Two people of one home.
    pub household: Vec<Rule>,
    /// A column whose value is the same in records of many different names (a shop's own number) speaks for nobody:
    /// the column, the column of names, and how many names are too many.
    pub shared: Vec<(usize, usize, usize)>,
}

/// More comparisons than a pattern can hold.
pub const MOST_COLUMNS: usize = 16;
