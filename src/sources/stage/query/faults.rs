//! What is wrong with a row, as one column of the reading query.

use super::{Query, of};
use crate::sources::clean::{self, ERROR_END, ERROR_PART};
use crate::sources::mapping::From;
use crate::warehouse::{literal, quoted};

impl Query<'_> {
    /// Everything wrong with a row, or null. Few rows are looked at closely.
    pub(super) fn error(&self) -> String {
        let mut hints: Vec<String> = Vec::new();
        let mut entries: Vec<String> = Vec::new();
        let mut add = |column: &str, fault: clean::Fault| {
            entries.push(format!(
                "case when {} then concat('{column}', {ERROR_PART}, {}, {ERROR_PART}, '{}') end",
                fault.exact,
                clean::told(&format!("t_{column}")),
                fault.rule
            ));
            if !hints.contains(&fault.hint) {
                hints.push(fault.hint);
            }
        };
        for mapped in &self.mapping.columns {
            let column = mapped.column;
            let (text, value) = (of("t_", column), of("v_", column));
            if column.required {
                let rule = if self.mapping.table.is_key(column.name) { "key" } else { "required" };
                add(column.name, clean::absent(column.kind, &text, &value, rule));
            }
            for fault in clean::faults(column.kind, &text, &value, self.marks(&mapped.from)) {
                add(column.name, fault);
            }
        }
        for (column, condition, rule) in self.row_rules() {
            add(column, clean::Fault { hint: condition.clone(), exact: condition, rule });
        }
        let (repeated, total) = (self.repeated_header(), self.total_row());
        hints.extend(repeated.clone());
        let repeated = repeated.as_deref().unwrap_or("false");
        format!(
            "case when {hints}\n  then case when {repeated} then concat({ERROR_PART}, {ERROR_PART}, 'repeated_header')\n  \
             when {total} then concat({ERROR_PART}, {ERROR_PART}, 'total_row')\n  \
             else nullif(concat_ws({ERROR_END}, {entries}), '') end end",
            hints = hints.join("\n  or "),
            entries = entries.join(",\n    ")
        )
    }

    /// Rules over several columns of a row: the column to name, the condition, the rule.
    fn row_rules(&self) -> Vec<(&'static str, String, &'static str)> {
        let mut rules = Vec::new();
        if self.mapping.get("currency").is_some() {
            let currency = literal(&self.project.config.project.currency.to_uppercase());
            rules.push(("currency", format!("(v_currency <> {currency})"), "currency"));
        }
        // What was loaded once had its sign judged by what its own file told.
        if self.mapping.table.name == "transactions" && self.mapping.returned.is_none() {
            if self.mapping.get("kind").is_some() {
                let wrong = "((v_kind = 'refund' and v_amount > 0) or (v_kind = 'sale' and v_amount < 0))";
                rules.push(("amount", wrong.to_owned(), "sign"));
            } else if self.mapping.get("quantity").is_some() {
                rules.push(("amount", "(v_quantity < 0 and v_amount > 0)".to_owned(), "sign"));
            }
        }
        rules
    }

    /// The first columns of the row repeat their own names.
    fn repeated_header(&self) -> Option<String> {
        self.shape.layout.as_ref()?.header_line?;
        if self.mapping.returned.is_some() {
            return None;
        }
        let same: Vec<String> = self
            .mapping
            .columns
            .iter()
            .filter_map(|mapped| match &mapped.from {
                From::Header(at) => Some(format!(
                    "coalesce({} = {}, false)",
                    of("t_", mapped.column),
                    literal(self.shape.names[*at].trim())
                )),
                _ => None,
            })
            .take(3)
            .collect();
        (!same.is_empty()).then(|| format!("({})", same.join(" and ")))
    }

    /// A cell says "total" and a required column is empty.
    fn total_row(&self) -> String {
        let texts: Vec<String> = self
            .mapping
            .columns
            .iter()
            .filter(|mapped| matches!(mapped.from, From::Header(_)))
            .map(|mapped| of("t_", mapped.column))
            .chain(self.mapping.extras.iter().map(|(_, name)| quoted(name)))
            .collect();
        let empty: Vec<String> = self
            .mapping
            .columns
            .iter()
            .filter(|mapped| mapped.column.required && matches!(mapped.from, From::Header(_)))
            .map(|mapped| format!("{} is null", of("t_", mapped.column)))
            .collect();
        if texts.is_empty() || empty.is_empty() {
            return "false".into();
        }
        format!(
            "(({}) and len(list_filter([{}], lambda cell: regexp_full_match(lower(cell), \
             '(本页|本单|全部)?(合计|总计|小计|汇总)|(grand ?|sub ?)?totals?|sum')
             or regexp_full_match(lower(cell), '(合计|总计|小计|total)[:：].*'))) > 0)",
            empty.join(" or "),
            texts.join(", ")
        )
    }
}
