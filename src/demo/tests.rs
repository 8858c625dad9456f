//! The chain as a reader of its files sees it: the files are read back with a parser of the test's own.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::*;

type Row = HashMap<String, String>;

fn options() -> DemoOptions {
    DemoOptions { stores: 7, customers: 1500, days: 365, ..DemoOptions::default() }
}

fn written(options: &DemoOptions) -> (tempfile::TempDir, DemoSummary) {
    let dir = tempfile::tempdir().unwrap();
    let summary = generate(dir.path(), options, &mut |_, _| {}).unwrap();
    (dir, summary)
}

/// The rows of comma-separated text. Quotes are understood, line breaks within them are not: the generator writes none.
fn rows(text: &str) -> Vec<Row> {
    let mut lines = text.trim_start_matches('\u{feff}').lines().map(cells);
    let header = lines.next().unwrap();
    lines.map(|line| header.iter().cloned().zip(line).collect()).collect()
}

fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            _ => cells.last_mut().unwrap().push(letter),
        }
    }
    cells
}

fn files(dir: &Path, folder: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(dir.join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn read_all(dir: &Path, folder: &str) -> Vec<Row> {
    files(dir, folder).iter().flat_map(|file| rows(&fs::read_to_string(file).unwrap())).collect()
}

/// Exact hundredths of a plainly written amount.
fn fen(text: &str) -> i64 {
    let (yuan, part) = text.split_once('.').unwrap();
    assert_eq!(part.len(), 2, "{text}");
    format!("{yuan}{part}").parse().unwrap()
}

fn hash(dir: &Path) -> BTreeMap<String, String> {
    let mut hashes = BTreeMap::new();
    for entry in
        walkdir::WalkDir::new(dir).into_iter().map(|entry| entry.unwrap()).filter(|entry| entry.file_type().is_file())
    {
        let name = entry.path().strip_prefix(dir).unwrap().display().to_string();
        hashes.insert(name, blake3::hash(&fs::read(entry.path()).unwrap()).to_string());
    }
    hashes
}

fn unpacked(path: &Path) -> String {
    let file = fs::File::open(path).unwrap();
    let read = match path.extension().and_then(|ending| ending.to_str()) {
        Some("gz") => std::io::read_to_string(flate2::read::GzDecoder::new(file)),
        Some("zst") => std::io::read_to_string(zstd::Decoder::new(file).unwrap()),
        _ => std::io::read_to_string(file),
    };
    read.unwrap()
}

#[test]
fn the_same_options_give_the_same_bytes() {
    for messy in [false, true] {
        let options = DemoOptions { customers: 300, messy, ..options() };
        let (first, summary) = written(&options);
        let (second, _) = written(&options);
        assert_eq!(hash(first.path()), hash(second.path()));
        let listed: HashSet<PathBuf> = summary.files.iter().cloned().collect();
        assert_eq!(listed.len(), hash(first.path()).len());
        let (third, _) = written(&DemoOptions { seed: 2, ..options });
        assert_ne!(hash(first.path()).get("data/feedback.csv"), hash(third.path()).get("data/feedback.csv"));
    }
}

#[test]
fn every_line_adds_up_and_the_summary_counts_them() {
    let (dir, summary) = written(&options());
    let lines = read_all(dir.path(), "data/transactions");
    for line in &lines {
        let quantity: i64 = line["quantity"].parse().unwrap();
        let (price, discount, amount) = (fen(&line["unit_price"]), fen(&line["discount"]), fen(&line["amount"]));
        assert_eq!(amount, quantity * price - discount, "{line:?}");
        assert_eq!(quantity > 0, line["kind"] == "sale", "{line:?}");
        assert!(price > 0 && discount.abs() < (quantity * price).abs(), "{line:?}");
    }
    let ids = |kind: &str| {
        let of_kind = lines.iter().filter(|line| kind.is_empty() || line["kind"] == kind);
        of_kind.map(|line| line["transaction_id"].clone()).collect::<HashSet<_>>().len() as u64
    };
    assert_eq!((summary.lines, summary.transactions, summary.refunds), (lines.len() as u64, ids(""), ids("refund")));
    assert!(summary.refunds > 20);
    let anonymous: HashSet<_> =
        lines.iter().filter(|line| line["record_id"].is_empty()).map(|line| &line["transaction_id"]).collect();
    let share = anonymous.len() as f64 / summary.transactions as f64;
    assert!((0.2..0.3).contains(&share), "{share} of the receipts are anonymous");
}

#[test]
fn a_refund_never_takes_back_more_than_an_earlier_sale_gave() {
    let (dir, _) = written(&options());
    let mut sold: HashMap<(String, String), (i64, i64, Row)> = HashMap::new();
    let mut refunds = Vec::new();
    for line in read_all(dir.path(), "data/transactions") {
        if line["kind"] == "refund" {
            refunds.push(line);
        } else {
            assert_eq!(line["original_transaction_id"], "");
            let key = (line["transaction_id"].clone(), line["sku"].clone());
            let before = sold.insert(key, (line["quantity"].parse().unwrap(), fen(&line["amount"]), line));
            assert!(before.is_none(), "an article stands once on a receipt");
        }
    }
    for refund in refunds {
        let key = (refund["original_transaction_id"].clone(), refund["sku"].clone());
        // Taken out of the map: a line is refunded once at most.
        let (quantity, amount, sale) = sold.remove(&key).expect("the refunded line exists");
        assert!(refund["ordered_at"] > sale["ordered_at"]);
        assert_eq!((&refund["record_id"], &refund["store_id"]), (&sale["record_id"], &sale["store_id"]));
        assert!(-refund["quantity"].parse::<i64>().unwrap() <= quantity);
        assert!(-fen(&refund["amount"]) <= amount);
    }
}

#[test]
fn every_reference_has_its_row_and_every_file_its_own_rows() {
    let (dir, summary) = written(&options());
    let keys = |rows: Vec<Row>, key: &str| {
        let count = rows.len();
        let keys: HashSet<String> = rows.into_iter().map(|row| row[key].clone()).collect();
        assert_eq!(keys.len(), count, "{key} is unique");
        keys
    };
    let table = |name: &str| rows(&fs::read_to_string(dir.path().join("data").join(name)).unwrap());
    let stores = keys(table("stores.csv"), "store_id");
    let products = keys(table("products.csv"), "sku");
    let cards = keys(read_all(dir.path(), "data/customers"), "record_id");
    assert_eq!((stores.len(), products.len()), (7, 300));
    assert_eq!(cards.iter().filter(|id| id.starts_with('M')).count(), 1500);
    for file in files(dir.path(), "data/transactions") {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let mut before = String::new();
        for line in rows(&fs::read_to_string(&file).unwrap()) {
            assert!(stores.contains(&line["store_id"]) && products.contains(&line["sku"]));
            assert!(line["record_id"].is_empty() || cards.contains(&line["record_id"]));
            assert_eq!(name, format!("{}-{}.csv", line["store_id"], &line["ordered_at"][..7]));
            assert!(line["ordered_at"] >= before, "the file is in the order of the till");
            before = line["ordered_at"].clone();
        }
    }
    let feedback = table("feedback.csv");
    assert_eq!(feedback.len() as u64, summary.feedback);
    for said in feedback {
        assert!(stores.contains(&said["store_id"]) && cards.contains(&said["record_id"]));
        assert!(said["sku"].is_empty() || products.contains(&said["sku"]));
        assert!(said["nps"].is_empty() || said["nps"].parse::<u8>().unwrap() <= 10);
        assert_eq!(said["kind"] == "complaint", !said["severity"].is_empty());
    }
}

/// With r = .8, α = 6 weeks, a = .8, b = 3.2 a customer who joins within 365 days buys 3.097 times on average (the
/// first purchase and the mean of E[X(t)] over t), one from the 720 days before 1.978 times; 45 % and 55 % of the 96 %
/// who ever buy give 2.382 (integrals by SciPy). The band is three standard errors of 1500 customers, σ ≈ 4.
#[test]
fn customers_buy_as_often_as_the_process_says() {
    let (dir, _) = written(&options());
    let lines = read_all(dir.path(), "data/transactions");
    let known = lines.iter().filter(|line| line["kind"] == "sale" && !line["record_id"].is_empty());
    let receipts = known.map(|line| &line["transaction_id"]).collect::<HashSet<_>>().len();
    let mean = receipts as f64 / 1500.0;
    assert!((2.07..2.69).contains(&mean), "{mean} purchases per customer");
}

#[test]
fn the_smallest_chains_are_written_too() {
    let smallest = DemoOptions { stores: 1, customers: 1, days: 1, ..DemoOptions::default() };
    for options in [
        smallest.clone(),
        DemoOptions { customers: 0, days: 30, ..smallest.clone() },
        DemoOptions { customers: 40, ..smallest.clone() },
        DemoOptions { stores: 9, customers: 1, days: 540, ..smallest.clone() },
        DemoOptions { stores: 9, customers: 0, messy: true, ..smallest },
    ] {
        let mut last = (0, 0);
        let dir = tempfile::tempdir().unwrap();
        let summary = generate(dir.path(), &options, &mut |done, of| last = (done, of)).unwrap();
        assert_eq!(last, (u64::from(options.customers), u64::from(options.customers)));
        assert_eq!((summary.stores, summary.customers), (u64::from(options.stores), u64::from(options.customers)));
        // Every store has a file, if only with a header, and no day lies outside the window.
        let files = files(dir.path(), "data/transactions");
        assert!(files.len() >= options.stores as usize);
        if !options.messy {
            let days =
                read_all(dir.path(), "data/transactions").into_iter().map(|line| line["ordered_at"][..10].to_owned());
            let start = options.end.checked_sub(jiff::Span::new().days(options.days - 1)).unwrap();
            assert!(days.into_iter().all(|day| day >= start.to_string() && day <= options.end.to_string()));
        }
    }
}

#[test]
fn impossible_options_and_foreign_directories_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let refused = |options: DemoOptions| generate(dir.path(), &options, &mut |_, _| {}).unwrap_err().kind();
    use crate::problem::Kind;
    assert_eq!(refused(DemoOptions { stores: 0, ..options() }), Kind::Usage);
    assert_eq!(refused(DemoOptions { stores: u32::MAX, ..options() }), Kind::Usage);
    assert_eq!(refused(DemoOptions { days: 0, ..options() }), Kind::Usage);
    assert_eq!(refused(DemoOptions { days: u32::MAX, ..options() }), Kind::Usage);
    assert_eq!(refused(DemoOptions { end: jiff::civil::Date::MIN, ..options() }), Kind::Usage);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);

    fs::create_dir(dir.path().join("data")).unwrap();
    fs::write(dir.path().join("data/mine.csv"), "mine").unwrap();
    assert_eq!(refused(options()), Kind::Refused);
    fs::remove_file(dir.path().join("data/mine.csv")).unwrap();
    fs::write(dir.path().join("storebook.toml"), "").unwrap();
    assert_eq!(refused(options()), Kind::Refused);
    fs::remove_file(dir.path().join("storebook.toml")).unwrap();
    fs::write(dir.path().join("README.md"), "a file that is not overwritten").unwrap();
    generate(dir.path(), &DemoOptions { customers: 1, ..options() }, &mut |_, _| {}).unwrap();
}

#[test]
fn a_messy_chain_says_the_same_in_other_words() {
    let options = DemoOptions { stores: 8, customers: 1200, days: 426, ..DemoOptions::default() };
    let (plain, one) = written(&options);
    let (messy, two) = written(&DemoOptions { messy: true, ..options });
    assert_eq!((one.lines, one.refunds, one.feedback), (two.lines, two.refunds, two.feedback));
    assert!(one.bad_rows.is_empty());

    // S005 writes whole fen: the same money as the plain files, but for the bad copy.
    let plain: i64 = read_all(plain.path(), "data/transactions")
        .iter()
        .filter(|line| line["store_id"] == "S005")
        .map(|line| fen(&line["amount"]))
        .sum();
    let in_fen = rows(&fs::read_to_string(messy.path().join("data/transactions/S005.csv")).unwrap());
    let good = in_fen.iter().filter(|line| !line["订单编号"].ends_with("-X"));
    assert_eq!(good.map(|line| line["实付金额"].parse::<i64>().unwrap()).sum::<i64>(), plain);

    let settings = fs::read_to_string(messy.path().join("storebook.toml")).unwrap();
    let settings: toml::Table = settings.parse().unwrap();
    assert_eq!(settings["source"][0]["unit"].as_str(), Some("fen"));
    assert_eq!(settings["source"][0]["files"][0].as_str(), Some("transactions/S005*.csv"));
}

#[test]
fn bad_rows_stand_where_the_account_says() {
    let options = DemoOptions { stores: 8, customers: 1200, days: 426, messy: true, ..DemoOptions::default() };
    let (dir, summary) = written(&options);
    assert!((10..=20).contains(&summary.bad_rows.len()), "{} bad rows", summary.bad_rows.len());
    let readme = fs::read_to_string(dir.path().join("data/README.md")).unwrap();
    for bad in &summary.bad_rows {
        assert!(readme.contains(&format!("| `{}` | {} | {} |", bad.file, bad.line, bad.what)));
        let text = unpacked(&dir.path().join(&bad.file));
        let line = text.lines().nth(bad.line as usize - 1).unwrap();
        let keyless = bad.what.starts_with("missing key");
        assert_eq!(line.contains("-X"), !keyless, "{bad:?}: {line}");
    }
}

/// The chain in `data/` of the repository. Logarithms may differ in the last bit on other platforms, hence the gate.
#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn the_committed_chain_is_the_generators() {
    let options = DemoOptions { stores: 8, customers: 1200, days: 426, messy: true, ..DemoOptions::default() };
    let (dir, summary) = written(&options);
    for file in summary.files.iter().filter(|file| !file.ends_with("storebook.toml")) {
        let below = file.strip_prefix(dir.path()).unwrap();
        let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join(below);
        assert!(unpacked(file) == unpacked(&committed), "{} differs: write it again", below.display());
    }
}
