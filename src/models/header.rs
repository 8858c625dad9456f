//! The comment at the head of a model: what it is, its grain, key and definitions. The definitions page prints it, so
//! a model cannot drift from its documentation.

/// Parsed from `-- name: value` lines; a line indented by two more spaces continues the one above.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// What the model is, in one sentence.
    pub summary: String,
    /// `one row per …`
    pub grain: String,
    /// Columns that are unique together and by which the table is ordered; empty = ordered by all columns.
    pub key: Vec<String>,
    pub definition: String,
    /// `summary` in Chinese: `-- zh-CN: …`.
    pub summary_zh: String,
    /// `definition` in Chinese: `-- zh-CN definition: …`; `{alerts.nps}` stands for the value of that setting.
    pub definition_zh: String,
    /// What it belongs to, for models without a folder of their own: `-- room: …`.
    pub room: String,
    /// Column and what it means, in the order of the header.
    pub columns: Vec<(String, String)>,
    /// Whether public pages may query it.
    pub publishable: bool,
    /// Its SQL gives true counts (`-- publishable: counts`); what is stored is fit to be published.
    pub protected: bool,
    /// Whether its counts add up, so that totals over them are published too.
    pub totals: bool,
    /// The columns that count people or things and add up over the key; empty = every whole number beside the key.
    pub counts: Vec<String>,
}

impl Header {
    /// Reads the leading comment lines of `sql` for the model `name`.
    pub fn parse(name: &str, sql: &str) -> Header {
        let mut entries: Vec<(String, String)> = Vec::new();
        for line in sql.lines().map_while(|line| line.strip_prefix("--")) {
            let continued = line.starts_with("   ");
            let text = line.trim();
            match (continued, text.split_once(':')) {
                (false, Some((field, value))) => entries.push((field.trim().to_owned(), value.trim().to_owned())),
                _ => {
                    if let Some((field, value)) = entries.last_mut() {
                        // Chinese has no spaces between words.
                        if !field.starts_with("zh-CN") {
                            value.push(' ');
                        }
                        value.push_str(text);
                    }
                }
            }
        }
        let mut header = Header { totals: true, ..Header::default() };
        for (field, value) in entries {
            match field.as_str() {
                "grain" => header.grain = value,
                "key" => header.key = list(&value),
                "counts" => header.counts = list(&value),
                "definition" => header.definition = value,
                "zh-CN" => header.summary_zh = value,
                "zh-CN definition" => header.definition_zh = value,
                "room" => header.room = value,
                "publishable" => {
                    header.protected = value == "counts";
                    header.publishable = header.protected || value == "yes";
                }
                "totals" => header.totals = value != "no",
                field if field == name => header.summary = value,
                field => {
                    if let Some(column) = field.strip_prefix("column ") {
                        header.columns.push((column.trim().to_owned(), value));
                    }
                }
            }
        }
        header
    }
}

fn list(value: &str) -> Vec<String> {
    value.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_with_its_continuations() {
        let header = Header::parse(
            "orders",
            "-- orders: one order each.\n-- zh-CN: 订单\n-- grain: one row per order\n-- key: source, transaction_id\n-- definition: an order is\n--   what was paid at once\n-- zh-CN definition: 一次\n--   付清的\n-- room: sales\n-- column net: money\n-- counts: visits, people\nselect 1\n-- key: later\n",
        );
        assert_eq!(header.summary, "one order each.");
        assert_eq!(header.key, ["source", "transaction_id"]);
        assert_eq!(header.definition, "an order is what was paid at once");
        assert_eq!(
            (header.summary_zh.as_str(), header.definition_zh.as_str(), header.room.as_str()),
            ("订单", "一次付清的", "sales")
        );
        assert_eq!(header.columns, [("net".to_owned(), "money".to_owned())]);
        assert_eq!(header.counts, ["visits", "people"]);
        assert!(!header.publishable && !header.protected && header.totals);
        let header = Header::parse("x", "-- publishable: counts\n-- totals: no\nselect 1");
        assert!(header.publishable && header.protected && !header.totals);
    }
}
