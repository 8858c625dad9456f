//! Exported and loaded again: the same rows, from every format.

use std::path::Path;

use jiff::civil::date;
use proptest::prelude::*;

use crate::exchange::{Export, Format, Sheet, Source, export};
use crate::locale::Locale;
use crate::progress::Silent;
use crate::project::Project;
use crate::sources::{Loaded, contract, load};
use crate::warehouse::{DuckDb, Engine, Frame, TableStore};

/// Days begin at four in the morning, so that the business day is not that of the clock.
const SETTINGS: &str = "[project]\ntimezone = \"Asia/Shanghai\"\nday_starts_at = \"04:00\"\n";

struct Shop {
    folder: tempfile::TempDir,
}

impl Shop {
    fn new(settings: &str) -> Shop {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("data")).unwrap();
        std::fs::write(folder.path().join("storebook.toml"), settings).unwrap();
        Shop { folder }
    }
    fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }
    fn load(&self) -> (Loaded, DuckDb, TableStore) {
        let project = Project::open(self.folder.path()).unwrap();
        let store = TableStore::open(&project.cache()).unwrap();
        let engine = DuckDb::loading(&project.config.engine).unwrap();
        let loaded = load(&project, &store, &engine, date(2101, 1, 1), &Silent).unwrap_or_else(|why| panic!("{why}"));
        for (name, table) in &loaded.tables {
            engine.define("source", name, &store.select(table)).unwrap();
        }
        (loaded, engine, store)
    }
}

fn source(name: &str, engine: &DuckDb, rows: u64) -> Source {
    let locale = Locale::new("en", &[], "CNY", 2).unwrap();
    let found = engine.describe(&format!("from source.{name}")).unwrap();
    let sheet = Sheet::contract(contract::table(name).unwrap(), &found, &locale);
    Source { shown: format!("source.{name}"), schema: "source", sheet, contract: true, rows }
}

fn rows(source: &Source, engine: &DuckDb) -> Frame {
    let columns: Vec<String> = source.sheet.fields.iter().map(|field| format!("\"{}\"", field.name)).collect();
    engine.query(&format!("select {} from source.{}", columns.join(", "), source.sheet.name)).unwrap()
}

/// Exports every table that has rows and loads the files into an empty project.
fn back(shop: &Shop, format: Format) {
    let (loaded, engine, store) = shop.load();
    let named = contract::TABLES.iter().map(|table| table.name).filter(|name| loaded.tables[*name].rows > 0);
    let sources: Vec<Source> = named.map(|name| source(name, &engine, loaded.tables[name].rows)).collect();
    if sources.is_empty() {
        return;
    }
    let again = Shop::new(SETTINGS);
    let locale = Locale::new("en", &[], "CNY", 2).unwrap();
    let wish = Export {
        engine: &engine,
        store: &store,
        sources: &sources,
        format,
        out: &again.data(),
        workbook: false,
        force: false,
        locale: &locale,
    };
    export(&wish, &Silent).unwrap_or_else(|why| panic!("{format:?}: {why}"));
    let (second, engine_again, _) = again.load();
    assert_eq!(second.counts.quarantined, 0, "{format:?} {:?}", second.quarantined);
    assert_eq!(second.warnings, Vec::<String>::new(), "{format:?}");
    for source in &sources {
        let (before, after) = (rows(source, &engine), rows(source, &engine_again));
        assert_eq!(before.columns, after.columns, "{format:?} {}", source.shown);
        assert_eq!(before.rows, after.rows, "{format:?} {}", source.shown);
    }
    for (name, table) in &second.tables {
        let known = contract::table(name).is_some();
        assert_eq!(known && table.rows > 0, sources.iter().any(|source| source.sheet.name == *name), "{name}");
    }
}

fn everywhere(shop: &Shop) {
    Format::ALL.into_iter().for_each(|format| back(shop, format));
}

#[rustfmt::skip]
const NASTY: &[&str] = &[
    "=1+1", "'=x", "''+1", "'t Huis", "+8613800138000", "-5", "@x", "007", "123456789012345678", "00000000000000000000000000000001", "1e5",
    "_x000D_", "a\r\nb", "a\nb", "a\rb", "\"q\"", "a,b", "a\tb", "NULL", "N/A", "-", "合计", "　全角　", "ｆｕｌｌ", "\u{feff}x", "=\"001\"",
    "=\"\tx\"", "=\" x\"", "' x", "#N/A", "true", "2026-01-01", "record_id", "name", "门店编码", "＝1", " ", "", "😀", "\\", "\\n", "%", "\u{a0}",
    "\u{2003}\tx", "{\"a\":1}", "<b>", "&amp;", "\u{7f}", "\u{1}", "\u{202e}x", "12,345.60", "（1）",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(NASTY).prop_map(str::to_owned),
        "\\PC{0,12}",
        any::<String>().prop_map(|text| text.replace('\0', "0")),
    ]
}

fn maybe<T: std::fmt::Debug + Clone>(strategy: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    prop::option::weighted(0.8, strategy)
}

fn money() -> impl Strategy<Value = String> {
    prop_oneof![Just(0i64), -99_999_999_999_999..99_999_999_999_999i64, -100_000..100_000i64]
        .prop_map(|cents| format!("{}{}.{:02}", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100))
}

fn day() -> impl Strategy<Value = String> {
    (1900..=2100i16, 1..=12u8, 1..=28u8).prop_map(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}"))
}

fn moment() -> impl Strategy<Value = String> {
    let clock = prop_oneof![
        Just(String::new()),
        Just(" 00:00:00".to_owned()),
        (0..24, 0..60, 0..60).prop_map(|(h, m, s)| format!(" {h:02}:{m:02}:{s:02}")),
        (0..24, 0..60, 0..1_000_000).prop_map(|(h, m, u)| format!(" {h:02}:{m:02}:59.{u:06}")),
    ];
    (day(), clock).prop_map(|(day, clock)| day + &clock)
}

fn customers() -> impl Strategy<Value = Vec<serde_json::Value>> {
    let row = (
        text(),
        maybe(text()),
        maybe(text()),
        maybe(day()),
        maybe(text()),
        maybe(money()),
        maybe(any::<bool>()),
        maybe(text()),
    );
    prop::collection::vec(row, 1..8).prop_map(|rows| {
        let row = |(at, (id, name, phone, birthday, gender, points, consent, more)): (usize, _)| {
            let id: String = id;
            serde_json::json!({
                // Some ids are the same, and then not one is loaded.
                "会员卡号": if id.len() % 7 == 3 { id } else { format!("{id}{at}") },
                "name": name, "phone": phone, "birthday": birthday, "gender": gender,
                "points_balance": points, "consent_marketing": consent, "爱好 (Hobby)": more,
            })
        };
        rows.into_iter().enumerate().map(row).collect()
    })
}

fn sales() -> impl Strategy<Value = Vec<serde_json::Value>> {
    let kind = prop::sample::select(vec![None, Some("sale"), Some("refund"), Some("exchange"), Some("topup")]);
    let row = (text(), moment(), text(), maybe(text()), money(), money(), -999_999..999_999i64, kind);
    prop::collection::vec(row, 1..8).prop_map(|rows| {
        let row = |(id, at, store, person, amount, price, quantity, kind): (_, _, _, Option<String>, _, _, i64, _)| {
            serde_json::json!({
                "订单号": id, "ordered_at": at, "store_id": store, "record_id": person, "amount": amount,
                "unit_price": price, "quantity": format!("{}", quantity as f64 / 1000.0), "kind": kind,
            })
        };
        rows.into_iter().map(row).collect()
    })
}

fn put(path: &Path, rows: &[serde_json::Value]) {
    let lines: Vec<String> = rows.iter().map(|row| format!("{row}\n")).collect();
    std::fs::write(path, lines.concat()).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(6), ..ProptestConfig::default() })]
    #[test]
    fn c10_any_table_comes_back(customers in customers(), others in customers(), sales in sales()) {
        let sections = "[[source]]\nname = \"crm\"\nid_space = \"=卡\"\ntable = \"customers\"\nfiles = [\"crm.ndjson\"]\n";
        let shop = Shop::new(&format!("{SETTINGS}{sections}"));
        put(&shop.data().join("crm.ndjson"), &customers);
        put(&shop.data().join("members.ndjson"), &others);
        put(&shop.data().join("sales.ndjson"), &sales);
        everywhere(&shop);
    }
}

#[test]
fn c10_sources_ids_and_days_come_back() {
    let sections = "[[source]]\nname = \"pos\"\nid_space = \"cards\"\ntable = \"transactions\"\nfiles = [\"pos.csv\"]\n\
                    [[source]]\nname = \"shop\"\ntable = \"transactions\"\nfiles = [\"web.csv\"]\n";
    let shop = Shop::new(&format!("{SETTINGS}{sections}"));
    // The same ticket in two sources; a day without its time, midnight itself, and half past three in the morning.
    let pos = "transaction_id,ordered_at,store_id,record_id,amount,quantity,note\n1,2026-01-02,S1,7,-1.00,-1,x\n2,2026-01-02 00:00:00,S1,7,1.00,1,\n";
    let web = "transaction_id,ordered_at,store_id,record_id,amount,quantity\n1,2026-01-02 03:30:00,S1,7,2.00,-1\n";
    std::fs::write(shop.data().join("pos.csv"), pos).unwrap();
    std::fs::write(shop.data().join("web.csv"), web.replace("2.00,-1", "2.00,1")).unwrap();
    let (_, engine, _) = shop.load();
    let frame = engine
        .query("select source, id_space, transaction_id, ordered_on::varchar, extra_note from source.transactions order by all")
        .unwrap();
    let told: Vec<String> =
        frame.rows.iter().map(|row| row.iter().map(|cell| cell.plain()).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(told, ["pos cards 1 2026-01-02 x", "pos cards 2 2026-01-01 ", "shop main 1 2026-01-01 "]);
    everywhere(&shop);
}
