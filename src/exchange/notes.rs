//! The sheet that says what the columns of a workbook mean, in the reader's language.

use super::{Field, Holds, Sheet};
use crate::locale::Locale;
use crate::sources::FIELD_NOTES;
use crate::warehouse::Value;

pub struct Notes {
    pub sheet: Sheet,
    pub rows: Vec<Vec<Value>>,
    types: Vec<(Holds, String)>,
    yes: String,
}

const TYPES: [Holds; 8] =
    [Holds::Id, Holds::Text, Holds::Bool, Holds::Integer, Holds::Decimal, Holds::Number, Holds::Date, Holds::DateTime];

impl Notes {
    pub fn new(locale: &Locale) -> Notes {
        let field = |key: &str| Field {
            name: locale.t(key, &[]),
            holds: Holds::Text,
            nullable: true,
            key: false,
            heading: String::new(),
            meaning: String::new(),
            codes: Vec::new(),
            choices: Vec::new(),
        };
        let fields = ["export-table", "export-field", "export-heading", "export-type", "export-key", "export-meaning"];
        // A name of ours, not a string: the sheet is known by it when the workbook comes back.
        let name = FIELD_NOTES[usize::from(!locale.code().starts_with("zh"))];
        Notes {
            sheet: Sheet { name: name.to_owned(), fields: fields.into_iter().map(field).collect() },
            rows: Vec::new(),
            types: TYPES.map(|holds| (holds, locale.t(&format!("export-type-{}", holds.name()), &[]))).into(),
            yes: locale.t("export-yes", &[]),
        }
    }

    pub fn add(&mut self, sheet: &Sheet) {
        for field in &sheet.fields {
            let named = self.types.iter().find(|(holds, _)| *holds == field.holds);
            let cells = [
                sheet.name.as_str(),
                &field.name,
                &field.heading,
                named.map_or("", |(_, name)| name),
                if field.key { &self.yes } else { "" },
                &field.meaning,
            ];
            self.rows.push(cells.map(Value::text).into());
        }
    }
}
