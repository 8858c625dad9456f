//! `[[source]]`: which files are which contract table, and how their columns are read.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One binding of files to a contract table.
///
/// ```toml
/// [[source]]
/// table = "transactions"
/// files = ["pos/*.csv"]
/// columns = { transaction_id = "ticket", ordered_at = "time", amount = "paid" }
/// constants = { store_id = "{stem}" }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SourceConfig {
    /// Contract table: `transactions`, `customers`, `stores` and so on; that of the preset when absent.
    pub table: String,
    /// A known export, whose settings stand below those of this section; found from the columns when absent. `"none"`: no one.
    pub preset: Option<String>,
    /// Name of the source, part of a transaction's key; default: the table's name.
    pub name: String,
    /// Globs below `data/`.
    pub files: Vec<String>,
    /// Person records of sources with the same id space share their ids; default `main`.
    pub id_space: String,
    /// Contract column ← column of the file, or a composed text `"{a}-{b}-{n}"` (`{n}` = number of the row in its file).
    pub columns: BTreeMap<String, String>,
    /// Contract column ← SQL over the file's own columns (as text, blank cells null); the result is read like a cell.
    pub expressions: BTreeMap<String, String>,
    /// Contract column ← fixed value; `{stem}` is the file's name without its endings, `{sheet}` the name of the sheet.
    pub constants: BTreeMap<String, String>,
    /// A regular expression over the file's path whose named groups may be used in `constants` as `{group}`.
    pub path_pattern: String,
    /// Glob over the names of a workbook's sheets; without it, every visible sheet that has the columns is read.
    pub sheet: Option<String>,
    /// `false`: the file has no header line; `fields` names its columns.
    pub header: Option<bool>,
    pub fields: Vec<String>,
    /// Encoding of text files, e.g. `"gbk"`, `"big5"`, `"utf-16le"`; decided from the file when absent.
    pub encoding: Option<String>,
    /// One character; decided from the file when absent. `"space"` means runs of blanks.
    pub delimiter: Option<String>,
    /// Order of day and month in dates such as 1/2/2026: `ymd`, `dmy` or `mdy`; decided from the column when absent.
    pub date_order: Option<String>,
    /// Columns of the file that are not kept at all, not even as `extra_…`: passwords and the like.
    pub drop: Vec<String>,
    /// `"fen"`: money columns are whole hundredths.
    pub unit: Option<String>,
    /// Contract column → (code in the file → value of the contract).
    pub codes: BTreeMap<String, BTreeMap<String, String>>,
    /// SQL condition over the file's own columns (as text); only rows for which it is true are loaded.
    pub filter: Option<String>,
    /// Rows with the same value in this column belong together: order fields that stand on the first line only.
    pub fill_by: Option<String>,
    /// Columns of which a blank cell takes the first value among the rows that belong together.
    pub fill: Vec<String>,
    /// JSON: each element of this array becomes a row, its keys columns named `array.key` beside those of its object.
    pub explode: Option<String>,
}
