//! Which products stand on one receipt, 20,000 receipts of 4,000 products: ours beside the plain self-join of DuckDB, in one run.
//!
//! `cargo bench --profile dev --bench affinity`. A receipt has 10 to 30 products; the popularity of a product falls with its
//! rank to the power of −0.9. Both begin at the lines and end at every pair with its count; ours has support, confidence and
//! lift besides. "read from DuckDB" also fetches the lines from a table of DuckDB first, as the program does.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use duckdb::Connection;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Uniform, weighted::WeightedIndex};
use storebook::analytics::baskets::{Baskets, Thresholds, affinities};

const RECEIPTS: u32 = 20_000;
const PRODUCTS: u32 = 4_000;
const JOIN: &str = "select a.sku as sku_a, b.sku as sku_b, count(*) as n from lines a join lines b using (basket)
    where a.sku < b.sku group by a.sku, b.sku";

fn drawn() -> Vec<(u32, u32)> {
    let mut lot = ChaCha8Rng::seed_from_u64(2026);
    let popularity = WeightedIndex::new((1..=PRODUCTS).map(|rank| f64::from(rank).powf(-0.9))).expect("weights");
    let size = Uniform::new_inclusive(10, 30).expect("a range");
    let mut lines = Vec::new();
    for receipt in 0..RECEIPTS {
        let wanted: usize = size.sample(&mut lot);
        let mut products: Vec<u32> = Vec::with_capacity(wanted);
        while products.len() < wanted {
            let product = (popularity.sample(&mut lot) as u32 * 1_597) % PRODUCTS;
            if !products.contains(&product) {
                products.push(product);
            }
        }
        lines.extend(products.into_iter().map(|product| (receipt, product)));
    }
    lines
}

fn table(lines: &[(u32, u32)]) -> Connection {
    let engine = Connection::open_in_memory().expect("DuckDB");
    engine.execute_batch("set threads = 2; create table lines (basket uinteger, sku uinteger)").expect("a table");
    let mut rows = engine.appender("lines").expect("an appender");
    for (receipt, product) in lines {
        rows.append_row([receipt, product]).expect("a row");
    }
    rows.flush().expect("rows");
    drop(rows);
    engine
}

fn read(engine: &Connection) -> Vec<(u32, u32)> {
    let mut wanted = engine.prepare("select basket, sku from lines").expect("a query");
    let rows = wanted.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
    rows.map(|row| row.expect("a row")).collect()
}

fn pairs(criterion: &mut Criterion) {
    let lines = drawn();
    let engine = table(&lines);
    let every = Thresholds { baskets: 1, per_item: None };
    // Both find the same.
    let (joined, together): (u64, u64) = engine
        .query_row(&format!("select count(*), cast(sum(n) as ubigint) from ({JOIN})"), [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .expect("pairs");
    let found = affinities(&Baskets::of(lines.iter().copied()), &every);
    assert_eq!((found.len() as u64, found.iter().map(|pair| u64::from(pair.baskets)).sum()), (joined, together));
    println!("{} lines, {joined} pairs", lines.len());
    let mut group = criterion.benchmark_group("pairs on 20,000 receipts");
    group.sample_size(20);
    group.bench_function("ours, from lines in memory", |bencher| {
        bencher.iter(|| affinities(&Baskets::of(lines.iter().copied()), &every));
    });
    group.bench_function("ours, read from DuckDB", |bencher| {
        bencher.iter(|| affinities(&Baskets::of(read(&engine)), &every))
    });
    group.bench_function("DuckDB, self-join into a table", |bencher| {
        let select = format!("create or replace temp table pairs as {JOIN}");
        bencher.iter(|| engine.execute_batch(black_box(&select)).expect("pairs"));
    });
    group.finish();
}

criterion_group!(benches, pairs);
criterion_main!(benches);
