//! Real input: the Complete Journey sample (84.51°/dunnhumby, CC0), with a `storebook.toml` only.
//!
//! Expected figures are worked out here from the raw file itself, with whole cents, not through Storebook's models.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;
use std::sync::OnceLock;

use crate::support::TestProject;

struct Raw {
    lines: usize,
    cents: i64,
    baskets: usize,
    households: usize,
    stores: BTreeSet<String>,
    zero_quantity: usize,
    zero_amount: usize,
    /// Not zero in the file, zero in cents.
    rounds_to_zero: usize,
}

/// Reads the raw file; it has no quoted fields.
fn raw() -> &'static Raw {
    static RAW: OnceLock<Raw> = OnceLock::new();
    RAW.get_or_init(|| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/complete_journey/data/transactions_sample.csv.gz");
        let mut text = String::new();
        let file = std::fs::File::open(path).expect("the sample");
        flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("unpack");
        let (mut cents, mut zero_quantity, mut zero_amount, mut rounds_to_zero, mut lines) = (0, 0, 0, 0, 0);
        let (mut baskets, mut households, mut stores) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for line in text.lines().skip(1) {
            let fields: Vec<&str> = line.split(',').collect();
            households.insert(fields[0].to_owned());
            stores.insert(fields[1].to_owned());
            baskets.insert(fields[2].to_owned());
            let exact: f64 = fields[5].parse().expect("an amount");
            let amount = if fields[5].contains('e') { 0 } else { to_cents(fields[5]) };
            assert!(!fields[5].contains('e') || exact.abs() < 0.005, "{}", fields[5]);
            cents += amount;
            zero_amount += usize::from(exact == 0.0);
            rounds_to_zero += usize::from(exact != 0.0 && amount == 0);
            zero_quantity += usize::from(fields[4].parse::<f64>().expect("a quantity") == 0.0);
            lines += 1;
        }
        Raw {
            lines,
            cents,
            baskets: baskets.len(),
            households: households.len(),
            stores,
            zero_quantity,
            zero_amount,
            rounds_to_zero,
        }
    })
}

fn to_cents(text: &str) -> i64 {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    assert!(part.len() <= 2, "more than two decimals: {text}");
    whole.parse::<i64>().expect("whole") * 100 + format!("{part:0<2}").parse::<i64>().expect("cents")
}

fn project() -> &'static TestProject {
    static PROJECT: OnceLock<TestProject> = OnceLock::new();
    PROJECT.get_or_init(|| {
        let project = TestProject::of("complete_journey").today("2018-01-02");
        project.build();
        project
    })
}

#[test]
fn the_raw_file_has_the_published_figures() {
    let raw = raw();
    assert_eq!((raw.lines, raw.cents, raw.baskets, raw.households), (75_000, 23_393_524, 47_243, 2_377));
    assert_eq!((raw.stores.len(), raw.zero_quantity, raw.zero_amount, raw.rounds_to_zero), (293, 416, 528, 1));
}

#[test]
fn c1_no_line_is_lost() {
    let answer = project().query(
        "select count(*) as lines, sum(amount) as amount, count(distinct transaction_id) as baskets, \
         count(distinct person_id) as people, count(*) filter (where quantity = 0) as zero_quantity, \
         count(*) filter (where amount = 0) as zero_amount from order_lines",
    );
    // 528 amounts are zero in the file, one more (4.440892e-16) is zero in cents.
    assert_eq!(answer.lines().nth(1), Some("75000,233935.24,47243,2377,416,529"));
    assert_eq!(project().query("select count(*) as n from source.quarantine"), "n\n0\n");
}

/// Reads one figure of a store's page: the KPI cards carry the exact value in the store's own table download.
fn store_tables() -> Vec<(i64, i64)> {
    let mut figures = Vec::new();
    for entry in std::fs::read_dir(project().path("output/stores")).expect("store pages") {
        let folder = entry.expect("an entry").path();
        if !folder.is_dir() {
            continue;
        }
        let file = std::fs::read_dir(&folder)
            .expect("a page's folder")
            .map(|entry| entry.expect("an entry").path())
            .find(|path| {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                name.starts_with("months") && name.ends_with(".csv")
            })
            .unwrap_or_else(|| panic!("{} offers no table of its months", folder.display()));
        let text = std::fs::read_to_string(file).expect("the table");
        let mut lines = text.trim_start_matches('\u{feff}').lines();
        let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
        let column = |label: &str| {
            header.iter().position(|name| *name == label).unwrap_or_else(|| panic!("{label} in {header:?}"))
        };
        let (sales, orders) = (column("Net sales"), column("Orders"));
        let (mut cents, mut count) = (0, 0);
        for line in lines {
            let fields: Vec<&str> = line.split(',').collect();
            cents += to_cents(fields[sales]);
            count += fields[orders].parse::<i64>().expect("orders");
        }
        figures.push((cents, count));
    }
    figures
}

#[test]
fn c12_the_store_pages_add_up_to_the_raw_file() {
    let figures = store_tables();
    assert_eq!(figures.len(), raw().stores.len());
    assert_eq!(figures.iter().map(|(cents, _)| cents).sum::<i64>(), raw().cents);
    assert_eq!(figures.iter().map(|(_, orders)| *orders).sum::<i64>(), i64::try_from(raw().baskets).expect("a count"));
}

#[test]
fn c15_the_segments_hold_every_household() {
    let answer = project().query("select sum(customers) as n from segment_summary where scheme = 'rfm_grid'");
    assert_eq!(answer, format!("n\n{}\n", raw().households));
    let pages = std::fs::read_dir(project().path("output/segments")).expect("segment pages");
    let pages = pages.filter(|entry| entry.as_ref().expect("an entry").path().is_dir()).count();
    let segments =
        project().query("select count(*) as n from segment_summary where scheme = 'rfm_grid' and customers > 0");
    assert_eq!(format!("n\n{pages}\n"), segments);
}
