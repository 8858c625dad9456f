//! C10: known exports. Every folder of `tests/presets` holds a file as its system writes it, and the rows worked out from it.

use std::path::Path;

use super::fixture::{Shop, shop};

const TILL: &str = "Beleg,Zeit,Filiale,Kunde,Artikel,Menge,Betrag,Status\n\
    1,2026-10-01 10:00,7,K1,A,1,1000,ok\n,,,,B,2,500,ok\n2,2026-10-02 10:00,7,,A,1,1000,void\n3,2026-10-03 10:00,8,K2,A,-1,-1000,ok\n";

const PRESET: &str = "about = { en = \"A till\" }\nheaders = [\"Beleg\", \"Filiale\", \"Betrag\"]\n[source]\ntable = \"transactions\"\nid_space = \"till\"\n\
    columns = { transaction_id = \"{Filiale}-{Beleg}\", ordered_at = \"Zeit\", record_id = \"Kunde\", sku = \"Artikel\", quantity = \"Menge\" }\n\
    expressions = { store_id = \"'F' || lpad(Filiale, 2, '0')\", amount = \"Betrag\" }\nunit = \"fen\"\nfilter = \"Status <> 'void'\"\n";

const ROWS: &str =
    "select transaction_id, line_no, store_id, id_space, record_id, sku, amount, kind from transactions order by 1, 2";

fn with_preset(preset: &str) -> Shop {
    let shop = shop(&[("till.csv", TILL)]);
    std::fs::create_dir(shop.root().join("presets")).unwrap();
    std::fs::write(shop.root().join("presets/till.toml"), preset).unwrap();
    shop
}

#[test]
fn c10_a_project_brings_its_own_preset() {
    // Without what belongs together, the second line of the first ticket has neither number nor store.
    let shop = with_preset(PRESET);
    let loaded = shop.load();
    assert_eq!(loaded.files[0].source, "till");
    assert_eq!(loaded.counts.filtered, 1);
    assert_eq!(shop.quarantine(&loaded), ["data/till.csv:3 transaction_id  key"]);
    assert_eq!(shop.rows(&loaded, ROWS), ["7-1|1|F07|till|K1|A|10.00|sale", "8-3|1|F08|till|K2|A|-10.00|refund"]);
}

#[test]
fn c10_rows_that_belong_together_lend_each_other_what_one_says() {
    let text = "Name,Created at,Lineitem,Total\n#1,2026-10-01 10:00,A,1\n#1,,B,2\n#2,2026-10-02 10:00,A,4\n,,C,8\n";
    let settings = "[[source]]\ntable = \"transactions\"\nfiles = [\"*.csv\"]\nfill_by = \"Name\"\nfill = [\"Created at\"]\nconstants = { store_id = \"S1\" }\n\
        columns = { transaction_id = \"Name\", ordered_at = \"Created at\", sku = \"Lineitem\", amount = \"Total\" }\n";
    let shop = shop(&[("a.csv", text), ("storebook.toml", settings)]);
    let loaded = shop.load();
    assert_eq!(
        shop.rows(&loaded, "select transaction_id, line_no, ordered_at, sku, amount from transactions order by 1, 2"),
        ["#1|1|2026-10-01 10:00:00|A|1.00", "#1|2|2026-10-01 10:00:00|B|2.00", "#2|1|2026-10-02 10:00:00|A|4.00"]
    );
    // A row without the number of its order belongs to no other.
    assert_eq!(shop.quarantine(&loaded)[0], "data/a.csv:5 transaction_id  key");
    shop.put("storebook.toml", settings.replace("\"Created at\"]", "\"Created\"]").as_bytes());
    let problem = shop.try_load().unwrap_err();
    assert!(problem.message().contains("Created") && problem.place().unwrap().line == Some(5), "{problem}");
}

#[test]
fn c10_the_section_stands_above_the_preset() {
    let shop = with_preset(PRESET);
    shop.put(
        "storebook.toml",
        b"[[source]]\ntable = \"transactions\"\nfiles = [\"till.csv\"]\nname = \"north\"\nconstants = { store_id = \"{stem}\" }\nfilter = \"Beleg = '2'\"\n",
    );
    let loaded = shop.load();
    assert_eq!(shop.rows(&loaded, ROWS), ["7-2|1|till|till||A|10.00|sale"]);
    assert_eq!(loaded.files[0].source, "north");
    shop.put("storebook.toml", b"[[source]]\ntable = \"transactions\"\nfiles = [\"till.csv\"]\npreset = \"none\"\n");
    assert!(shop.try_load().unwrap_err().message().contains("no column of the file means it"));
}

#[test]
fn c10_a_wrong_preset_is_a_fault_with_its_line() {
    let shop = with_preset(PRESET);
    shop.put("till.csv", b"Order,When\n1,2\n");
    shop.put("storebook.toml", b"[[source]]\nfiles = [\"till.csv\"]\npreset = \"till\"\n");
    let problem = shop.try_load().unwrap_err();
    assert_eq!(problem.message(), "data/till.csv is no till: it has not Beleg, Filiale, Betrag");
    assert_eq!(problem.place().unwrap().line, Some(3));
    shop.put("storebook.toml", b"[[source]]\nfiles = [\"till.csv\"]\npreset = \"tlil\"\n");
    let problem = shop.try_load().unwrap_err();
    assert!(problem.hint_text().is_some_and(|hint| hint.contains("till")), "{problem}");
}

#[test]
fn c10_a_preset_with_a_fault_names_its_file_and_line() {
    for (preset, line, text) in [
        (PRESET.replace("ordered_at =", "orderd_at ="), 6, "orderd_at"),
        (PRESET.replace("unit = \"fen\"", "unit = \"fenn\""), 8, "fenn"),
        (PRESET.replace("[source]", "[sources]"), 3, "sources"),
        (format!("{PRESET}files = [\"*.csv\"]\n"), 10, "names no files"),
        (format!("{PRESET}codes = {{ kind = {{ a = \"sold\" }} }}\n"), 10, "sold"),
    ] {
        let problem = with_preset(&preset).try_load().unwrap_err();
        let place = problem.place().unwrap();
        assert!(place.file.ends_with("presets/till.toml") && problem.message().contains(text), "{problem}");
        assert_eq!(place.line, Some(line), "{problem}");
    }
    let problem = with_preset(&PRESET.replace("lpad(Filiale", "lpad(Filliale")).try_load().unwrap_err();
    assert!(problem.message().contains("Filliale") && problem.place().unwrap().file.ends_with("presets/till.toml"));
}

#[test]
fn c10_elements_of_an_array_become_rows() {
    let tickets = "[{\"sn\": \"T1\", \"at\": \"2026-10-01 10:00\", \"items\": [{\"name\": \"茶\", \"n\": 1, \"paid\": 12.50}, {\"name\": \"壶\", \"n\": 2, \"paid\": 40}]},\n \
        {\"sn\": \"T2\", \"at\": \"2026-10-02 10:00\", \"items\": []}]";
    let settings = "[[source]]\ntable = \"transactions\"\nfiles = [\"*.json\"]\nexplode = \"items\"\nconstants = { store_id = \"S1\" }\n\
        columns = { transaction_id = \"sn\", ordered_at = \"at\", product_name = \"items.name\", quantity = \"items.n\", amount = \"items.paid\" }\n";
    let shop = shop(&[("a.json", tickets), ("storebook.toml", settings)]);
    let loaded = shop.load();
    assert_eq!(
        shop.rows(
            &loaded,
            "select transaction_id, line_no, product_name, quantity, amount from transactions order by 1, 2"
        ),
        ["T1|1|茶|1.000|12.50", "T1|2|壶|2.000|40.00"]
    );
    // A ticket without items is not lost: it lacks what a sale needs.
    assert_eq!(shop.quarantine(&loaded)[0], "data/a.json:3 quantity  required");
    assert_eq!(shop.load().counts, loaded.counts);
}

#[test]
fn c10_a_word_that_no_code_has_is_a_fault_of_the_settings() {
    let shop = shop(&[("a.csv", "订单编号,销售时间,门店编码,销售数量,实付金额,类型\nT1,2026-10-01,S1,1,1,9\n")]);
    let settings = "[[source]]\ntable = \"transactions\"\nfiles = [\"*.csv\"]\ncolumns = { kind = \"类型\" }\n";
    shop.put("storebook.toml", format!("{settings}codes = {{ kind = {{ \"1\" = \"sold\" }} }}\n").as_bytes());
    let problem = shop.try_load().unwrap_err();
    assert!(problem.message().contains("sold") && problem.hint_text().is_some_and(|hint| hint.contains("sale")));
    // A code of the file that the map does not know is turned away, never guessed.
    shop.put("storebook.toml", format!("{settings}codes = {{ kind = {{ \"1\" = \"sale\" }} }}\n").as_bytes());
    let problem = shop.try_load().unwrap_or_else(|problem| panic!("{problem}"));
    assert_eq!(shop.quarantine(&problem), ["data/a.csv:2 kind 9 code"]);
}

#[test]
fn c10_a_file_of_two_sections_is_remarked_upon() {
    let section = "[[source]]\ntable = \"transactions\"\nfiles = [\"*.csv\"]\n";
    let shop = shop(&[("a.csv", "订单编号,销售时间,门店编码,销售数量,实付金额\nT1,2026-10-01,S1,1,1\n")]);
    shop.put("storebook.toml", format!("{section}{}", section.replace("transactions", "customers")).as_bytes());
    assert!(shop.load().warnings.iter().any(|text| text.contains("two [[source]] sections take it")));
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    sql: String,
    rows: Vec<String>,
    #[serde(default)]
    quarantine: Vec<String>,
    #[serde(default)]
    filtered: u64,
}

#[test]
fn c10_every_preset_reads_its_export() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/presets");
    let all = super::super::Presets::of(&shop(&[]).project().unwrap()).unwrap();
    let mut faults = Vec::new();
    let named = all.all().filter(|preset| !preset.headers.is_empty());
    for preset in named {
        let own = folder.join(&preset.name);
        let expected =
            std::fs::read_to_string(own.join("expect.toml")).unwrap_or_else(|_| panic!("{} has no test", preset.name));
        let expected: Expected = toml::from_str(&expected).unwrap_or_else(|error| panic!("{}: {error}", preset.name));
        let shop = shop(&[]);
        for entry in walkdir::WalkDir::new(&own).into_iter().filter_map(|entry| entry.ok()) {
            let name = entry.path().strip_prefix(&own).unwrap().to_str().unwrap();
            if entry.file_type().is_file() && name != "expect.toml" {
                shop.put(name, &std::fs::read(entry.path()).unwrap());
            }
        }
        if preset.source.table != "transactions" {
            shop.put("zz-sales.csv", b"order_id,ordered_at,store_id,amount\nT1,2026-10-01,S1,1\n");
        }
        let loaded = shop.load();
        let seen = loaded.files.iter().any(|file| file.source == preset.name);
        let found = (seen, shop.rows(&loaded, &expected.sql), shop.quarantine(&loaded), loaded.counts.filtered);
        let expected = (true, expected.rows, expected.quarantine, expected.filtered);
        if found != expected {
            faults
                .push(format!("{}: {:?}\n  found    {found:?}\n  expected {expected:?}", preset.name, loaded.warnings));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn c10_a_column_that_is_dropped_stands_nowhere() {
    let preset = PRESET
        .replace("unit =", "drop = [\"Artikel\", \"Status\"]\nunit =")
        .replace(", sku = \"Artikel\"", ", sku = \"\"");
    let shop = with_preset(&preset);
    let loaded = shop.load();
    let columns = shop.rows(&loaded, "select column_name from (describe transactions) where column_name like 'extra%'");
    assert!(columns.iter().all(|name| name != "extra_status" && name != "extra_artikel"), "{columns:?}");
    assert_eq!(loaded.counts.filtered, 1, "a dropped column may still be asked for");
}
