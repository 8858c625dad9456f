//! What a header name means: matching the names in a file to contract columns.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, OnceLock, PoisonError};

use unicode_normalization::UnicodeNormalization;

use super::contract::{ColumnSpec, TABLES, TableSpec};

/// The form in which names are compared: NFKC, lower case, letters and digits only.
pub fn normal(name: &str) -> String {
    if name.is_ascii() {
        return name
            .bytes()
            .filter(u8::is_ascii_alphanumeric)
            .map(|byte| char::from(byte.to_ascii_lowercase()))
            .collect();
    }
    name.nfkc().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect()
}

/// Without a remark in brackets at the end: `金额(元)`, `Price [EUR]`.
fn without_remark(name: &str) -> Option<String> {
    if !name.trim_end().ends_with([')', ']', '】']) && name.is_ascii() {
        return None;
    }
    let name: String = name.nfkc().collect();
    let end = name.trim_end();
    let open = match end.chars().last()? {
        ')' => '(',
        ']' => '[',
        '】' => '【',
        _ => return None,
    };
    end.rfind(open).filter(|at| *at > 0).map(|at| normal(&end[..at]))
}

/// Comparison form of every name of every column → how specific it is: 0 for the contract's own name, then its place in
/// the list. Made once: a sniffed file compares hundreds of cells with every name.
fn ranks(table: &'static TableSpec) -> &'static BTreeMap<&'static str, HashMap<String, usize>> {
    type Ranks = BTreeMap<&'static str, BTreeMap<&'static str, HashMap<String, usize>>>;
    static RANKS: OnceLock<Ranks> = OnceLock::new();
    let all = RANKS.get_or_init(|| TABLES.iter().map(|table| (table.name, ranks_of(table))).collect());
    // Every table of the contract stands in TABLES, so the lookup cannot fail.
    &all[table.name]
}

fn ranks_of(table: &TableSpec) -> BTreeMap<&'static str, HashMap<String, usize>> {
    let of = |column: &ColumnSpec| {
        let mut ranks = HashMap::new();
        for (rank, name) in std::iter::once(&column.name).chain(column.synonyms).enumerate() {
            ranks.entry(normal(name)).or_insert(rank);
        }
        ranks
    };
    table.columns.iter().map(|column| (column.name, of(column))).collect()
}

/// Contract column → position of the header that means it, for one table. Remembered: thousands of files of a chain
/// have the same headers.
pub fn matches(table: &'static TableSpec, headers: &[String]) -> BTreeMap<&'static str, usize> {
    type Seen = HashMap<(&'static str, Vec<String>), BTreeMap<&'static str, usize>>;
    static SEEN: Mutex<Option<Seen>> = Mutex::new(None);
    let key = (table.name, headers.to_vec());
    let seen = || SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = seen().as_ref().and_then(|seen| seen.get(&key)) {
        return found.clone();
    }
    let found = compared(table, headers);
    let mut seen = seen();
    let seen = seen.get_or_insert_default();
    // Rows of data that hold a name by chance must not fill the memory.
    if seen.len() < 2000 {
        seen.insert(key, found.clone());
    }
    found
}

fn compared(table: &'static TableSpec, headers: &[String]) -> BTreeMap<&'static str, usize> {
    let ranks = ranks(table);
    let forms: Vec<(String, Option<String>)> =
        headers.iter().map(|header| (normal(header), without_remark(header))).collect();
    let mut pairs = Vec::new();
    for column in table.mapped() {
        let known = &ranks[column.name];
        for (at, (plain, bare)) in forms.iter().enumerate() {
            let rank = known.get(plain).or_else(|| known.get(bare.as_ref()?));
            if let Some(rank) = rank {
                let approximate = *plain != headers[at].to_lowercase().replace(['_', ' '], "");
                pairs.push((*rank, approximate, at, column.name));
            }
        }
    }
    pairs.sort_unstable();
    let mut found = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for (_, _, at, name) in pairs {
        if !taken.contains(&at) && !found.contains_key(name) {
            found.insert(name, at);
            taken.insert(at);
        }
    }
    found
}

/// What the headers of a file say about its table.
#[derive(Debug, Clone)]
pub enum Verdict {
    Table(&'static TableSpec),
    /// The nearest table and its required columns that no header means.
    Unknown {
        nearest: Option<&'static TableSpec>,
        missing: Vec<&'static str>,
    },
}

/// The table whose columns the headers name best. Every required column must be found; a single column is not
/// enough unless the file's name speaks for the table too.
pub fn recognise(headers: &[String], file_name: &str) -> Verdict {
    let stem = file_name.to_lowercase();
    let mut best: Option<(usize, usize, &'static TableSpec)> = None;
    let mut nearest: Option<(usize, &'static TableSpec, Vec<&'static str>)> = None;
    for (order, table) in TABLES.iter().copied().enumerate() {
        let found = matches(table, headers);
        let missing = missing(table, &found);
        let named = table.file_words.iter().any(|word| stem.contains(word));
        let score = found.len() * 2 + usize::from(named);
        if missing.is_empty() && (found.len() >= 2 || named) {
            let candidate = (score, TABLES.len() - order, table);
            if best.is_none_or(|held| (held.0, held.1) < (candidate.0, candidate.1)) {
                best = Some(candidate);
            }
        } else if !found.is_empty() && nearest.as_ref().is_none_or(|held| held.0 < score) {
            nearest = Some((score, table, missing));
        }
    }
    match (best, nearest) {
        (Some((_, _, table)), _) => Verdict::Table(table),
        (None, Some((_, table, missing))) => Verdict::Unknown { nearest: Some(table), missing },
        (None, None) => Verdict::Unknown { nearest: None, missing: Vec::new() },
    }
}

/// Required columns a file must name itself; a missing quantity counts as one.
pub fn missing(table: &'static TableSpec, found: &BTreeMap<&'static str, usize>) -> Vec<&'static str> {
    table
        .mapped()
        .filter(|column| column.required && column.name != "quantity" && !found.contains_key(column.name))
        .map(|column| column.name)
        .collect()
}

/// How many of these cells are header names of any table: finds the header row.
pub fn known_names(cells: &[String]) -> usize {
    // Most rows hold data: they are passed over before they are compared column by column.
    static ALL: OnceLock<HashSet<&'static str>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let columns = TABLES.iter().flat_map(|table| table.mapped().map(|column| &ranks(table)[column.name]));
        columns.flat_map(|names| names.keys().map(String::as_str)).collect()
    });
    let known = |cell: &&String| {
        all.contains(normal(cell).as_str()) || without_remark(cell).is_some_and(|bare| all.contains(bare.as_str()))
    };
    // One cell with a known name means one column, whatever the table.
    let most = cells.iter().filter(known).count();
    if most < 2 {
        return most;
    }
    TABLES.iter().map(|table| matches(table, cells).len()).max().unwrap_or(0)
}

/// `extra_<slug>` for a header, unique among `taken`. Han characters stay. The name of such a column, from a table that
/// was exported, is kept.
pub fn extra_name(header: &str, taken: &mut BTreeSet<String>) -> String {
    if is_extra(header) && taken.insert(header.to_owned()) {
        return header.to_owned();
    }
    let mut slug = String::new();
    for c in header.nfkc().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('_') {
            slug.push('_');
        }
    }
    let slug: String = slug.trim_end_matches('_').chars().take(60).collect();
    let base = format!("extra_{}", if slug.is_empty() { "column" } else { &slug });
    let mut name = base.clone();
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name = format!("{base}_{number}");
        number += 1;
    }
    name
}

/// Whether a header is a name that [`extra_name`] gives.
pub fn is_extra(header: &str) -> bool {
    header.strip_prefix("extra_").is_some_and(|slug| {
        let mut form = slug.nfkc().flat_map(char::to_lowercase);
        !slug.is_empty() && slug.chars().all(|c| form.next() == Some(c) && (c.is_alphanumeric() || c == '_'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    fn table_of(headers: &[&str], file: &str) -> Option<&'static str> {
        match recognise(&names(headers), file) {
            Verdict::Table(table) => Some(table.name),
            Verdict::Unknown { .. } => None,
        }
    }

    #[test]
    fn c2_headers_name_their_table() {
        assert_eq!(
            table_of(&["订单编号", "销售日期", "门店编码", "商品实付金额", "数量"], "a.csv"),
            Some("transactions")
        );
        assert_eq!(table_of(&["会员卡号", "姓名", "手机号"], "a.csv"), Some("customers"));
        assert_eq!(table_of(&["门店编码", "门店名称", "城市"], "a.csv"), Some("stores"));
        assert_eq!(table_of(&["SKU", "Name", "Brand"], "a.csv"), Some("products"));
        assert_eq!(table_of(&["反馈编号", "反馈时间", "NPS", "内容"], "a.csv"), Some("feedback"));
        assert_eq!(table_of(&["工号", "姓名", "门店编码", "岗位", "离职日期"], "a.csv"), Some("staff"));
        assert_eq!(table_of(&["employee_id", "name", "left_on"], "a.csv"), Some("staff"));
        assert_eq!(table_of(&["x", "y"], "a.csv"), None);
        assert_eq!(table_of(&["campaign_id", "household_id"], "campaigns.csv"), None);
        assert_eq!(table_of(&["household_id", "age"], "demographics.csv"), Some("customers"));
    }

    #[test]
    fn the_more_specific_name_wins() {
        let headers = names(&["金额", "商品实付金额", "ＡＭＯＵＮＴ （元）"]);
        let found = matches(super::super::contract::table("transactions").unwrap(), &headers);
        assert_eq!(found["amount"], 2, "the contract's own name is the most specific one");
        let found = matches(super::super::contract::table("transactions").unwrap(), &headers[..2]);
        assert_eq!(found["amount"], 1);
    }

    #[test]
    fn extras_are_unique_slugs() {
        let mut taken = BTreeSet::new();
        assert_eq!(extra_name("Home Ownership", &mut taken), "extra_home_ownership");
        assert_eq!(extra_name("home-ownership", &mut taken), "extra_home_ownership_2");
        assert_eq!(extra_name("职业（主）", &mut taken), "extra_职业_主");
        assert_eq!(extra_name("!!!", &mut taken), "extra_column");
        // As they are exported.
        assert_eq!(extra_name("extra_income", &mut taken), "extra_income");
        assert_eq!(extra_name("extra_职业_主", &mut BTreeSet::new()), "extra_职业_主");
        assert_eq!(extra_name("Extra Income", &mut taken), "extra_extra_income");
    }
}
